#!/usr/bin/env python3
"""Time models with Tandem and with other engines, beside each other.

Usage: bench_peers.py [--peers NAME,...] [--rounds N] [--seconds S] [--json FILE] [MODEL...]

MODEL    names of tests/models/models.json, or files; default: all that are on this machine
--peers  of litert, openvino, onnxruntime; default: all. What one cannot read goes to it as ONNX, for which
         to_onnx.sh first installs the frameworks (8 GB)
--rounds, --seconds
         turns of each, and how long one is; default: 5 of 1 second
--json   writes all that was measured there too: what report_peers.py makes docs/performance.md's tables and plot of

One thread, all pinned to the same core, and taking turns (Tandem, LiteRT, OpenVINO, Tandem ...), each turn a process
of its own with its own warm-up, so that a slow minute of the machine meets all. Shown, as rows of a Markdown table: the
median over the turns of each turn's median, the spread of the turns, and the ratio of Tandem to the best peer (below 1:
Tandem is faster). Before it is timed a peer must give Tandem's outputs; "differs" is by how much they differ, as a part
of the largest output or of all codes: 8-bit models round differently everywhere, and hybrid ones magnify that.
A second table has how long a model takes to open and how much memory it adds to a process that has the engine, and
nothing opened.
"""

import argparse
import importlib
import importlib.metadata
import json
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np

from bench import FOLDER, TANDEM, compiled, first_core, timed
from model_files import SUFFIXES, chosen, ranges

PEERS = ("litert", "openvino", "onnxruntime")
HERE = Path(__file__).resolve().parent
LARGEST_DIFFERENCE = 0.1  # of the same model; another one is far beyond it
DTYPES = {"f32": np.float32, "i8": np.int8, "u8": np.uint8}


class Failure(Exception):
    pass


def called(*command):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if result.returncode:
        words = [line for line in result.stderr.splitlines() if line.strip()] or ["no words"]
        raise Failure(f"{Path(command[0]).name}: {words[-1]}")
    return result.stdout


def make_inputs(facts, span):
    """The same for all: numbers over the range that the model expects, codes over theirs."""
    generator, inputs = np.random.default_rng(0), {}
    for tensor in facts["inputs"]:
        dtype, shape = DTYPES[tensor["type"]], tensor["shape"]
        if dtype == np.float32:
            inputs[tensor["name"]] = generator.uniform(*span, shape).astype(dtype)
        else:
            limits = np.iinfo(dtype)
            inputs[tensor["name"]] = generator.integers(limits.min, limits.max, shape, dtype, endpoint=True)
    return inputs


def our_outputs(bundle, facts, inputs, folder):
    arguments = []
    for number, (name, value) in enumerate(inputs.items()):
        np.save(folder / f"input{number}.npy", value)
        arguments += ["--input", f"{name}={folder}/input{number}.npy"]
    called(TANDEM, "run", bundle, *arguments, "--save", folder / "ours")
    names = [tensor["name"] for tensor in facts["outputs"]]
    return {name: np.load(folder / "ours" / (name.replace("/", "_") + ".npy")) for name in names}


def difference(ours, theirs):
    """The largest, as a part of the largest value, or of all codes."""
    worst = 0.0
    for name, value in ours.items():
        if name not in theirs or theirs[name].shape != value.shape or theirs[name].dtype != value.dtype:
            raise Failure(f"has no output '{name}' of {value.dtype} {value.shape}")
        largest = np.abs(value).max() if value.dtype == np.float32 else 255
        distance = np.abs(value.astype(np.float64) - theirs[name].astype(np.float64)).max()
        worst = max(worst, distance / max(largest, 1e-30))
    return worst


def file_for(peer, path, folder):
    """What the peer reads of the model, converted if need be; None when there is no way."""
    if peer.takes(path):
        return path
    onnx = folder / "model.onnx"
    if not peer.takes(onnx):
        return None
    if not onnx.exists() or onnx.stat().st_mtime < path.stat().st_mtime:
        called(HERE / "to_onnx.sh", path, onnx)
    return onnx


def turn(peer, file, folder, seconds):
    """What one turn measured; its outputs are in the folder."""
    program = (sys.executable, HERE / "peer_turn.py", peer, file, folder / "inputs.npz", folder / f"{peer}.npz", seconds)
    return json.loads(called("taskset", "-c", first_core(), *program).splitlines()[-1])


def measure(name, path, span, peers, rounds, seconds, complain):
    """Turns by engine, ours first, how far the peers' outputs are from ours at most, and the model's multiply-adds."""
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    bundle = compiled(name, path)
    facts = json.loads(called(TANDEM, "inspect", path, "--json"))
    inputs = make_inputs(facts, span)
    np.savez(folder / "inputs.npz", **inputs)
    outputs = our_outputs(bundle, facts, inputs, folder)

    files, worst = {}, 0.0
    for peer in peers:
        try:
            file = file_for(importlib.import_module(f"peers.{peer}"), path, folder)
            if file is None:
                continue
            turn(peer, file, folder, seconds=0)
            with np.load(folder / f"{peer}.npz") as results:
                apart = difference(outputs, results)
            if apart > LARGEST_DIFFERENCE:
                raise Failure(f"its outputs differ from Tandem's by {apart:.2g}")
            worst = max(worst, apart)
            files[peer] = file
        except Failure as failure:
            complain(f"{name} with {peer}: {failure}")
    turns = {"tandem": [], **{peer: [] for peer in files}}
    for _ in range(rounds):
        turns["tandem"].append(timed(bundle, seconds))
        for peer, file in files.items():
            turns[peer].append(turn(peer, file, folder, seconds))
    return turns, worst, facts["macs"]


def median(turns, key="median_ms"):
    return statistics.median(turn[key] for turn in turns)


def ratio(turns):
    """Tandem to the best peer; None without one."""
    best = min((median(theirs) for peer, theirs in turns.items() if peer != "tandem"), default=None)
    return best and median(turns["tandem"]) / best


def cells(name, engines, turns, worst):
    def spread(engine):
        if engine not in turns:
            return "–"
        times = [turn["median_ms"] for turn in turns[engine]]
        return f"{statistics.median(times):.3f} ± {(max(times) - min(times)) / 2:.3f}"

    result = [f"{ratio(turns):.2f}", f"{worst:.0e}"] if ratio(turns) else ["–", "–"]
    return [name, *map(spread, engines), *result]


def opening(name, engines, turns):
    def both(engine):
        if engine not in turns:
            return "–"
        return f"{median(turns[engine], 'open_ms'):.2f} ms, {median(turns[engine], 'peak_mb'):.1f} MB"

    return [name, *map(both, engines)]


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        lines = [line.partition(":")[::2] for line in file]
    facts = {key.strip(): value.strip() for key, value in lines}
    widths = [name for name in ("avx512vl", "avx2") if name in facts.get("flags", "").split()]
    return f"{facts.get('model name', 'unknown processor')} with {widths[0] if widths else 'neither avx512vl nor avx2'}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", default=",".join(PEERS), type=lambda text: text.split(","))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("models", nargs="*", metavar="MODEL")
    arguments = parser.parse_args()
    for name in arguments.peers:
        if name not in PEERS:
            parser.error(f"no peer '{name}', only {', '.join(PEERS)}")
    failures = []

    def complain(text):
        failures.append(text)
        print(f"bench: {text}", file=sys.stderr, flush=True)

    def show(words):
        print("| " + " | ".join(word.ljust(16) for word in words) + " |", flush=True)

    versions = (f"{name} {importlib.metadata.version(importlib.import_module(f'peers.{name}').PACKAGE)}" for name in arguments.peers)
    print(f"{processor()}; {', '.join(versions)}; one thread, one core, {arguments.rounds} turns each\n")
    engines, results = ["tandem", *arguments.peers], {}
    header = ["model", *(f"{name} ms" for name in engines), "Tandem / best", "differs"]
    show(header)
    show(["---"] * len(header))
    spans = ranges()
    for name, path in chosen(arguments.models, SUFFIXES).items():
        try:
            how = (arguments.peers, arguments.rounds, arguments.seconds, complain)
            turns, worst, macs = measure(name, path, spans.get(name, (-1, 1)), *how)
            results[name] = {"turns": turns, "ratio": ratio(turns), "differs": worst, "macs": macs}
            show(cells(name, engines, turns, worst))
            if arguments.json:  # after each model: a run that is cut off leaves those before
                arguments.json.write_text(json.dumps({"processor": processor(), "models": results}, indent=1))
        except Failure as failure:
            complain(f"{name}: {failure}")
        except subprocess.CalledProcessError as error:  # of bench.py
            complain(f"{name}: {(error.stderr or 'no words').strip().splitlines()[-1]}")
    ratios = [result["ratio"] for result in results.values() if result["ratio"]]
    if ratios:
        print(f"\ngeometric mean of Tandem / best over {len(ratios)} models: {statistics.geometric_mean(ratios):.2f}\n")
    show(["opening", *engines])
    show(["---"] * (1 + len(engines)))
    for name, result in results.items():
        show(opening(name, engines, result["turns"]))
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, ValueError) as error:
        sys.exit(f"bench: error: {error}")
