#!/usr/bin/env bash
# lint.sh [--all | FILE...]: clang-format --dry-run over the files, then clang-tidy over those of them that build/
# compiles. Without files: those that differ from main; --all takes clang-tidy about an hour on two cores.
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

# Headers are looked at through the .cpp files that include them (HeaderFilterRegex of .clang-tidy).
mapfile -t sources < <(python3 - "${files[@]}" <<'PY'
import json, os, sys
compiled = {os.path.realpath(os.path.join(c["directory"], c["file"])) for c in json.load(open("build/compile_commands.json"))}
print(*(f for f in map(os.path.realpath, sys.argv[1:]) if f in compiled), sep="\n")
PY
)
if ((${#sources[@]})) && [[ -n ${sources[0]} ]]; then
  say "clang-tidy: ${#sources[@]} files"
  # run-clang-tidy takes regular expressions; the files are named from start to end.
  run-clang-tidy-22 -quiet -use-color=0 -p build "${sources[@]/#/^}" 2>"$(log clang-tidy)" || status=1
fi
((status == 0)) || die "lint found something"
say "lint is clean"
