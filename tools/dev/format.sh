#!/usr/bin/env bash
# clang-format in place.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tools/dev/lib.sh

(($#)) || mapfile -t files < <(cpp_files)
(($#)) && files=("$@")
((${#files[@]})) || exit 0
clang-format-22 -i "${files[@]}"
say "formatted ${#files[@]} files"
