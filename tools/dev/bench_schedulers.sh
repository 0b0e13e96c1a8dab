#!/usr/bin/env bash
# bench_schedulers.sh [STEP]: compares the schedulers on the random graphs of the literature, or on every STEP-th
# kind, and writes docs/generated/schedulers.{md,svg}. On one core, ten minutes; only its planning times depend on
# the machine.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
source tools/dev/lib.sh

(($# <= 1)) && [[ ${1:-1} =~ ^[1-9][0-9]*$ ]] || { echo "usage: ./dev bench schedulers [STEP]" >&2 && exit 2; }
say "comparing the schedulers; this takes a while"
nice taskset -c 0 build/bin/schedulers_bench docs/generated "${1:-1}"
say "docs/generated/schedulers.md is new"
