#!/usr/bin/env bash
# fuzz.sh [SECONDS] [TARGET]: builds preset fuzz and runs each target, or the named one, from its seeds in
# tests/fuzz/seeds/TARGET. What it learns stays in build-fuzz/corpus; a crash is kept in build-fuzz/crashes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tools/dev/lib.sh

seconds=60
if [[ ${1:-} =~ ^[0-9]+$ ]]; then seconds=$1 && shift; fi
cmake --preset fuzz >"$(log configure-fuzz)" || fail_with "$(log configure-fuzz)" "configuring preset fuzz failed"
# Of all targets only these and what they need: the rest is large under the sanitizers.
mapfile -t targets < <(ninja -C build-fuzz -t targets all | sed -n 's/^\([a-z0-9_]*_fuzz\): phony$/\1/p')
((${#targets[@]})) || die "there are no fuzz targets"
cmake --build --preset fuzz --target "${targets[@]}"
shopt -s nullglob
targets=(build-fuzz/bin/${1:-*_fuzz})
((${#targets[@]})) && [[ -x ${targets[0]} ]] || die "no fuzz target ${1:-*_fuzz} in build-fuzz/bin"

mkdir -p build-fuzz/crashes
for target in "${targets[@]}"; do
  name=$(basename "$target")
  corpus=build-fuzz/corpus/$name seeds=tests/fuzz/seeds/$name log=build-fuzz/$name.log
  mkdir -p "$corpus"
  say "fuzzing $name for $seconds s"
  # 4 GiB: a reader that believes a size in the file is a finding, and the limit shows it.
  "$target" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=4096 -print_final_stats=1 \
    -artifact_prefix="build-fuzz/crashes/$name-" "$corpus" $([[ -d $seeds ]] && echo "$seeds") >"$log" 2>&1 ||
    { tail -n 60 "$log" >&2; die "fuzz target $name failed; its input is in build-fuzz/crashes, its words in $log"; }
  say "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs, no finding"
done
