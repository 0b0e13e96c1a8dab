#!/usr/bin/env python3
"""What a run costs beside its arithmetic: a graph without ops, and a chain of 100 small ones.

Usage: bench_calls.py      beside LiteRT where `./dev bench peers` has installed it

All on one core, taking turns; shown are medians of the turns, in nanoseconds: of a run of the empty graph, and of one
op of the chain, which is what the chain takes beyond the empty graph, by 100. The ops are additions and
multiplications by turns of 16 floats, all different to both engines and all of them results, so that none is left out
or fused. LiteRT is called from Python, and its empty graph has the price of that call; the difference does not.
"""

import importlib.util
import json
import os
import statistics
import subprocess
import sys
import time

from bench import FOLDER, compiled, cores, run_as_program, timed
from model_files import ROOT

OPS, ELEMENTS, TURNS, CALLS = 100, 16, 7, 20_000
SCHEMA = ROOT / "compiler/importers/tflite/tflite.fbs"


def model(ops):
    """A .tflite file as flatc reads it: x, and then x = x + in, x = x * in by turns."""
    kinds = [{"builtin_code": code, "deprecated_builtin_code": code, "version": 1} for code in (0, 18)]  # ADD, MUL
    options = [{"builtin_options_type": "AddOptions"}, {"builtin_options_type": "MulOptions"}]
    shape = {"shape": [1, ELEMENTS], "type": "FLOAT32", "buffer": 0}
    return {
        "version": 3,
        "operator_codes": kinds,
        "subgraphs": [
            {
                "tensors": [{**shape, "name": f"x{i}"} for i in range(ops + 1)],
                "inputs": [0],
                "outputs": list(range(1, ops + 1)) or [0],
                "operators": [
                    {"opcode_index": i % 2, "inputs": [i, 0], "outputs": [i + 1], **options[i % 2], "builtin_options": {}}
                    for i in range(ops)
                ],
            }
        ],
        "buffers": [{}],
    }


def written(name, ops):
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = FOLDER / f"{name}.json"
    text.write_text(json.dumps(model(ops)))
    subprocess.run(["flatc", "--binary", "-o", FOLDER, SCHEMA, text], check=True)
    file = FOLDER / f"{name}.tflite"
    (FOLDER / f"{name}.bin").replace(file)
    return file


def litert_turn(path):
    """Nanoseconds of a call."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(path), num_threads=1)
    interpreter.allocate_tensors()
    for _ in range(CALLS // 10):
        interpreter.invoke()
    start = time.perf_counter_ns()
    for _ in range(CALLS):
        interpreter.invoke()
    return (time.perf_counter_ns() - start) / CALLS


def main():
    if sys.argv[1:]:
        sys.exit(__doc__)
    os.sched_setaffinity(0, {int(cores(1))})
    files = {name: written(name, ops) for name, ops in (("calls_none", 0), ("calls_chain", OPS))}
    bundles = {name: compiled(name, file) for name, file in files.items()}
    engines = {"Tandem": lambda name: timed(bundles[name], 0.2)["median_ms"] * 1e6}
    if importlib.util.find_spec("ai_edge_litert"):
        engines["LiteRT"] = lambda name: litert_turn(files[name])
    times = {engine: {name: [] for name in files} for engine in engines}
    for _ in range(TURNS):
        for engine, measure in engines.items():
            for name in files:
                times[engine][name].append(measure(name))
    print(f"{'engine':10} {'empty graph ns':>16} {'an op ns':>10}")
    for engine, turns in times.items():
        none, chain = (statistics.median(turns[name]) for name in files)
        print(f"{engine:10} {none:16.0f} {(chain - none) / OPS:10.1f}")
    return 0


if __name__ == "__main__":
    run_as_program(main)
