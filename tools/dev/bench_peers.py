#!/usr/bin/env python3
"""Time .tflite models with Tandem and with LiteRT (XNNPACK, its default), beside each other.

Usage: bench_peers.py [MODEL...]   names of tests/models/models.json, or files; default: every .tflite there is

One thread, both pinned to the same core, and taking turns (LiteRT, Tandem, LiteRT, Tandem ...), each turn a process
of its own with its own warm-up, so that a slow minute of the machine meets both. Shown: the median over the turns of
each turn's median, the spread of the turns, and the ratio Tandem / LiteRT (below 1: Tandem is faster).
"""

import json
import statistics
import subprocess
import sys
import time

from bench import compiled, first_core, timed
from model_files import chosen

ROUNDS = 3
SECONDS = 2.0


def time_litert(path):
    """In a process of its own (see main): one JSON line with the keys of `tandem bench --json`."""
    import numpy as np
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(path, num_threads=1)
    interpreter.allocate_tensors()
    generator = np.random.default_rng(0)
    for info in interpreter.get_input_details():
        if info["dtype"] == np.float32:
            value = generator.uniform(-1, 1, info["shape"]).astype(np.float32)
        else:
            limits = np.iinfo(info["dtype"])
            value = generator.integers(limits.min, limits.max, info["shape"], info["dtype"], endpoint=True)
        interpreter.set_tensor(info["index"], value)
    for _ in range(5):
        interpreter.invoke()
    runs, end = [], time.perf_counter() + SECONDS
    while time.perf_counter() < end or len(runs) < 5:
        start = time.perf_counter()
        interpreter.invoke()
        runs.append((time.perf_counter() - start) * 1e3)
    print(json.dumps({"median_ms": statistics.median(runs), "min_ms": min(runs), "runs": len(runs)}))


def litert(path):
    command = ["taskset", "-c", first_core(), sys.executable, __file__, "--litert", path]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def main():
    import importlib.metadata

    models = chosen(sys.argv[1:], (".tflite",))
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        processor = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown processor")
    print(f"{processor}; LiteRT {importlib.metadata.version('ai-edge-litert')}; one thread, one core, {ROUNDS} turns each")
    print(f"{'model':28} {'Tandem ms':>18} {'LiteRT ms':>18} {'ratio':>7}")
    failed = False
    for name, path in models.items():
        ours, theirs = [], []
        try:
            bundle = compiled(name, path)
            for _ in range(ROUNDS):
                theirs.append(litert(path)["median_ms"])
                ours.append(timed(bundle)["median_ms"])
        except subprocess.CalledProcessError as error:
            failed = True
            print(f"{name:28} failed: {(error.stderr or 'no words').strip().splitlines()[-1]}", flush=True)
            continue
        columns = [f"{statistics.median(times):9.3f} ±{(max(times) - min(times)) / 2:7.3f}" for times in (ours, theirs)]
        print(f"{name:28} {columns[0]:>18} {columns[1]:>18} {statistics.median(ours) / statistics.median(theirs):7.2f}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--litert"]:
        time_litert(sys.argv[2])
    elif any(word.startswith("-") for word in sys.argv[1:]):
        sys.exit(__doc__)
    else:
        try:
            sys.exit(main())
        except (OSError, ValueError) as error:
            sys.exit(f"bench: error: {error}")
