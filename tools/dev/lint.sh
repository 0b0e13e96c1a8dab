#!/usr/bin/env bash
# lint.sh [--all | FILE...]: clang-format --dry-run over the files, then clang-tidy over those of them that build/
# compiles and that have changed since they were last clean (tidy.py). Without files: those that differ from main; a first
# --all takes about half an hour on two cores, a second one seconds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tools/dev/lib.sh

files=("$@")
if [[ ${1:-} == --all ]]; then
  mapfile -t files < <(cpp_files)
elif ((!$#)); then
  base=$(git merge-base HEAD origin/main 2>/dev/null || git merge-base HEAD main 2>/dev/null) ||
    die "there is no main to compare with, say --all or name files"
  mapfile -t files < <(comm -12 <(cpp_files | sort) <({ git diff --name-only "$base" && git ls-files --others --exclude-standard; } | sort))
  ((${#files[@]})) || { say "nothing differs from main; --all looks at every file" && exit 0; }
fi
status=0
say "clang-format: ${#files[@]} files"
clang-format-22 --dry-run -Werror "${files[@]}" || status=1

python3 tools/dev/tidy.py "${files[@]}" || status=1
((status == 0)) || die "lint found something"
say "lint is clean"
