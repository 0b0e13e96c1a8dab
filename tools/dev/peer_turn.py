#!/usr/bin/env python3
"""One turn of one peer, in a process of its own.

Usage: peer_turn.py PEER MODEL INPUTS.npz OUTPUTS.npz SECONDS

Prints a line of JSON with keys of `tandem bench --json`.
"""

import importlib
import json
import statistics
import sys
import time
from pathlib import Path

import numpy as np

WARM_UP_RUNS, LEAST_RUNS = 5, 5


def main(peer, model, inputs_file, outputs_file, seconds):
    with np.load(inputs_file) as inputs:
        run, outputs = importlib.import_module(f"peers.{peer}").load(Path(model), dict(inputs))
    for _ in range(WARM_UP_RUNS):
        run()
    np.savez(outputs_file, **outputs())
    times, end = [], time.perf_counter() + float(seconds)
    while time.perf_counter() < end or len(times) < LEAST_RUNS:
        times.append(run())
    print(json.dumps({"median_ms": statistics.median(times), "min_ms": min(times), "runs": len(times)}))


if __name__ == "__main__":
    main(*sys.argv[1:])
