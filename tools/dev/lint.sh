#!/usr/bin/env bash
# clang-format --dry-run over the files, then clang-tidy over those of them that build/ compiles.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tools/dev/lib.sh

(($#)) || mapfile -t files < <(cpp_files)
(($#)) && files=("$@")
((${#files[@]})) || exit 0
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
