#!/usr/bin/env python3
"""One turn of one peer, in a process of its own.

Usage: peer_turn.py PEER MODEL INPUTS.npz OUTPUTS.npz SECONDS THREADS

Prints a line of JSON with keys of `tandem bench --json`: open_ms is loading the model. peak_mb is by how much the
process has grown at most, from the engine imported and nothing loaded.
"""

import importlib
import json
import resource
import statistics
import sys
import time
from pathlib import Path

import numpy as np

WARM_UP_RUNS, LEAST_RUNS = 5, 5


def memory_kb():
    with open("/proc/self/status", encoding="utf-8") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:"))


def main(peer, model, inputs_file, outputs_file, seconds, threads):
    engine = importlib.import_module(f"peers.{peer}")
    with np.load(inputs_file) as archive:
        inputs = dict(archive)
    engine.prepare()
    before, start = memory_kb(), time.perf_counter()
    run, outputs = engine.load(Path(model), inputs, int(threads))
    open_ms = (time.perf_counter() - start) * 1e3
    for _ in range(WARM_UP_RUNS):
        run()
    # Before results are stored: what they and the times take is not the engine's.
    peak_mb = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    np.savez(outputs_file, **outputs())
    times, end = [], time.perf_counter() + float(seconds)
    while time.perf_counter() < end or len(times) < LEAST_RUNS:
        times.append(run())
    print(json.dumps({"median_ms": statistics.median(times), "min_ms": min(times), "runs": len(times), "open_ms": open_ms, "peak_mb": peak_mb}))


if __name__ == "__main__":
    main(*sys.argv[1:])
