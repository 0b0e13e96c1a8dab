# Shared by ./dev and the scripts beside this file; sourced with the repository root as the current folder.

say() { echo "dev: $*" >&2; }
die() { echo "dev: error: $*" >&2 && exit 1; }

# log NAME: the file that takes the words of a step which is silent when it goes well.
log() { mkdir -p build/log && echo "build/log/$1.log"; }

# fail_with LOG MESSAGE: for a silent step that went wrong.
fail_with() { tail -n 40 "$1" >&2 || true; die "$2; all it said is in $1"; }

# cpp_files: our C++ files that git knows, or would add.
cpp_files() { git ls-files --cached --others --exclude-standard -- '*.h' '*.cpp' | while read -r f; do [[ -e $f ]] && echo "$f"; done; }

# apt_install PACKAGE...: the packages are known to be missing.
apt_install() {
  command -v apt-get >/dev/null || die "missing packages, and no apt-get to install them: $*"
  [[ $(id -u) == 0 ]] || die "missing Debian packages; run as root: apt-get install --no-install-recommends $*"
  say "installing $# Debian package(s): $*"
  local log apt=(apt-get -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3)
  log=$(log apt)
  export DEBIAN_FRONTEND=noninteractive
  "${apt[@]}" update >"$log" 2>&1 || fail_with "$log" "apt-get update failed"
  "${apt[@]}" install -y --no-install-recommends "$@" >>"$log" 2>&1 || fail_with "$log" "apt-get install failed"
}

# private_env FOLDER PACKAGE...: a Python environment with just these, made anew when they change.
private_env() {
  local folder=$1 stamp=$1/installed log
  shift
  [[ $(cat "$stamp" 2>/dev/null) != "$*" ]] || return 0
  say "installing $* into $folder"
  log=$(log "${folder#.venv-}")
  python3 -m venv --clear "$folder"
  "$folder/bin/pip" install --quiet --disable-pip-version-check "$@" 2>"$log" || fail_with "$log" "pip could not install $*"
  echo "$*" >"$stamp"
}
