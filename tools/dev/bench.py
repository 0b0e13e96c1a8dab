#!/usr/bin/env python3
"""Compile models and time them with `tandem bench`, on one core.

Usage: bench.py [MODEL...]      names of tests/models/models.json, or files; default: all that are on this machine
"""

import json
import os
import subprocess
import sys

from model_files import ROOT, SUFFIXES, chosen

TANDEM = ROOT / "build/bin/tandem"
FOLDER = ROOT / "build/bench"


def run_as_program(main):
    """What `main` gives is the exit code, what goes wrong one line."""
    try:
        sys.exit(main())
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        sys.exit(f"bench: error: {error}")


def cores(count):
    """The first ones that this process may use, as taskset takes them."""
    return ",".join(map(str, sorted(os.sched_getaffinity(0))[:count]))


def compiled(name, path, *options):
    """The model's bundle, made anew with options of `tandem compile`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    bundle = FOLDER / f"{name}.tandem"
    subprocess.run([TANDEM, "compile", path, "-o", bundle, *options], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    return bundle


def timed(bundle, seconds=2.0, threads=1):
    """What `tandem bench --json` says."""
    command = ["taskset", "-c", cores(threads), TANDEM, "bench", bundle, "--threads", str(threads), "--seconds", str(seconds), "--json"]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    if any(word.startswith("-") for word in sys.argv[1:]):
        sys.exit(__doc__)
    models = chosen(sys.argv[1:], SUFFIXES)
    failed = False
    print(f"{'model':28} {'median ms':>10} {'min ms':>10} {'runs':>6}   one thread, one core")
    for name, path in models.items():
        try:
            result = timed(compiled(name, path))
            print(f"{name:28} {result['median_ms']:10.3f} {result['min_ms']:10.3f} {result['runs']:6}", flush=True)
        except subprocess.CalledProcessError as error:
            failed = True
            reason = (error.stderr or "no words").strip().splitlines()[-1]
            print(f"{name:28} failed: {reason}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    run_as_program(main)
