#!/usr/bin/env python3
"""Time models with Tandem and with other engines, beside each other.

Usage: bench_peers.py [--peers NAME,...] [--threads N] [--rounds N] [--seconds S] [--json FILE] [MODEL...]

MODEL    names of tests/models/models.json, or files; default: all that are on this machine
--peers  of litert, openvino, onnxruntime, ncnn, tvm, iree; default: all. What one cannot read goes to it as ONNX, for
         which to_onnx.sh first installs the framework
--threads
         of each engine; default: 1
--rounds, --seconds
         turns of each, and how long one is; default: 5 of 1 second
--json   writes all that was measured there too: what report_peers.py makes docs/performance.md's tables and plot of

All engines are pinned to the same core (with --threads N to the same N), and take turns (Tandem, LiteRT, OpenVINO,
Tandem ...), each turn a process of its own with its own warm-up, so that a slow minute of the machine meets all. Shown,
as rows of a Markdown table: the median over the turns of each turn's median, the spread of the turns, and the ratio of
Tandem to the best peer (below 1: Tandem is faster). Before it is timed a peer must give Tandem's outputs; "differs" is
by how much they differ, as a part of the largest output or of all codes: 8-bit models round differently everywhere, and
hybrid ones magnify that. A peer that cannot take a model has a dash, and the reason on stderr.
A second table has models of floats by bf16, in which OpenVINO computes by default where the processor can, beside Tandem's
(--option cpu.precision=bf16). A third has how long a model takes to open and how much memory it adds to a process that has
the engine, and nothing opened.
"""

import argparse
import importlib
import importlib.metadata
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np

from bench import FOLDER, TANDEM, compiled, cores, run_as_program, timed
from model_files import SUFFIXES, chosen, ranges

PEERS = ("litert", "openvino", "onnxruntime", "ncnn", "tvm", "iree")
BF16_PEER = "openvino_bf16"
CONVERSION_SECONDS = 900
HERE = Path(__file__).resolve().parent
LARGEST_DIFFERENCE = 0.1  # of the same model; another one is far beyond it
DTYPES = {"f32": np.float32, "i8": np.int8, "u8": np.uint8}


class Failure(Exception):
    """Something that is to be looked at."""


class Unable(Exception):
    """A peer does not take a model."""


def called(*command, seconds=None):
    words = [str(word) for word in command]
    try:
        result = subprocess.run(words, capture_output=True, text=True, timeout=seconds)
    except subprocess.TimeoutExpired:
        raise Unable(f"{Path(words[0]).name}: takes longer than {seconds} seconds") from None
    if result.returncode:
        said = [line for line in result.stderr.splitlines() if line.strip()] or ["no words"]
        raise Unable(f"{Path(words[0]).name}: {said[-1][:300]}")
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
            raise Unable(f"has no output '{name}' of {value.dtype} {value.shape}")
        largest = np.abs(value).max() if value.dtype == np.float32 else 255
        distance = np.abs(value.astype(np.float64) - theirs[name].astype(np.float64)).max()
        worst = max(worst, distance / max(largest, 1e-30))
    return worst


def is_older(made, source):
    return not made.exists() or made.stat().st_mtime < source.stat().st_mtime


def file_for(name, path, folder):
    """What the peer of this name runs of the model, converted if need be."""
    peer = importlib.import_module(f"peers.{name}")
    file = path
    if not peer.takes(path):
        file = folder / "model.onnx"
        if not peer.takes(file):
            raise Unable("does not read it")
        if is_older(file, path):
            called(HERE / "to_onnx.sh", path, file)
    if not hasattr(peer, "convert"):
        return file
    made = folder / name / "made"  # says where
    if is_older(made, file):
        said = called(sys.executable, HERE / "peer_convert.py", name, file, folder / name, seconds=CONVERSION_SECONDS)
        made.write_text(said.splitlines()[-1])
    return Path(made.read_text())


class Contest:
    """One bundle and the peers that run its model, on the same inputs."""

    def __init__(self, bundle, folder, outputs, arguments, complain):
        self.bundle, self.folder, self.outputs, self.complain = bundle, folder, outputs, complain
        self.rounds, self.seconds, self.threads = arguments.rounds, arguments.seconds, arguments.threads
        self.files, self.differs = {}, 0.0

    def turn(self, peer, file, seconds):
        """What one turn measured; its outputs are in the folder."""
        program = (sys.executable, HERE / "peer_turn.py", peer, file, self.folder / "inputs.npz", self.folder / f"{peer}.npz", seconds, self.threads)
        return json.loads(called("taskset", "-c", cores(self.threads), *program).splitlines()[-1])

    def admit(self, peer, path):
        """Lets a peer take part that gives our outputs."""
        try:
            file = file_for(peer, path, self.folder)
            self.turn(peer, file, seconds=0)
            with np.load(self.folder / f"{peer}.npz") as results:
                apart = difference(self.outputs, results)
            if apart > LARGEST_DIFFERENCE:
                raise Failure(f"its outputs differ from Tandem's by {apart:.2g}")
            self.files[peer], self.differs = file, max(self.differs, apart)
        except Unable as reason:
            self.complain(f"{path.name}: not with {peer}: {reason}", is_failure=False)
        except Failure as failure:
            self.complain(f"{path.name} with {peer}: {failure}")

    def results(self):
        """Turns by engine, ours first, and how far the peers' outputs are from ours at most."""
        turns = {"tandem": [], **{peer: [] for peer in self.files}}
        for _ in range(self.rounds):
            turns["tandem"].append(timed(self.bundle, self.seconds, self.threads))
            for peer, file in self.files.items():
                turns[peer].append(self.turn(peer, file, self.seconds))
        return {"turns": turns, "ratio": ratio(turns), "differs": self.differs}


def measure(name, path, span, arguments, complain):
    """What a Contest gives, and the model's multiply-adds; under "bf16" the same of products by bf16, where there are."""
    folder = FOLDER / name
    folder.mkdir(parents=True, exist_ok=True)
    facts = json.loads(called(TANDEM, "inspect", path, "--json"))
    inputs = make_inputs(facts, span)
    np.savez(folder / "inputs.npz", **inputs)

    def contest(peers, bundle):
        one = Contest(bundle, folder, our_outputs(bundle, facts, inputs, folder), arguments, complain)
        for peer in peers:
            one.admit(peer, path)
        return one.results()

    result = {**contest(arguments.peers, compiled(name, path)), "macs": facts["macs"]}
    if "openvino" in result["turns"] and all(value.dtype == np.float32 for value in inputs.values()):
        bundle = compiled(f"{name}.bf16", path, "--option", "cpu.precision=bf16")
        bf16 = contest([BF16_PEER], bundle)
        if bf16["ratio"]:
            result["bf16"] = bf16
    return result


def median(turns, key="median_ms"):
    return statistics.median(turn[key] for turn in turns)


def ratio(turns):
    """Tandem to the best peer; None without one."""
    best = min((median(theirs) for peer, theirs in turns.items() if peer != "tandem"), default=None)
    return best and median(turns["tandem"]) / best


def cells(name, engines, result):
    def spread(engine):
        if engine not in result["turns"]:
            return "–"
        times = [turn["median_ms"] for turn in result["turns"][engine]]
        return f"{statistics.median(times):.3f} ± {(max(times) - min(times)) / 2:.3f}"

    last = [f"{result['ratio']:.2f}", f"{result['differs']:.0e}"] if result["ratio"] else ["–", "–"]
    return [name, *map(spread, engines), *last]


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


def show(words):
    print("| " + " | ".join(word.ljust(16) for word in words) + " |", flush=True)


def table(header, rows):
    for row in (header, ["---"] * len(header), *rows):
        show(row)


def show_mean(results):
    ratios = [result["ratio"] for result in results.values() if result["ratio"]]
    if ratios:
        print(f"\ngeometric mean of Tandem / best over {len(ratios)} models: {statistics.geometric_mean(ratios):.2f}")


def all_results(arguments, complain):
    """By model; a row for each as soon as it is measured."""
    engines, results, spans = ["tandem", *arguments.peers], {}, ranges()
    table(["model", *(f"{name} ms" for name in engines), "Tandem / best", "differs"], [])
    for name, path in chosen(arguments.models, SUFFIXES).items():
        try:
            results[name] = measure(name, path, spans.get(name, (-1, 1)), arguments, complain)
            show(cells(name, engines, results[name]))
            if arguments.json:  # after each model: a run that is cut off leaves those before
                facts = {"processor": processor(), "threads": arguments.threads, "models": results}
                arguments.json.write_text(json.dumps(facts, indent=1))
        except Unable as reason:
            complain(f"{name}: {reason}")
        except subprocess.CalledProcessError as error:  # of bench.py
            complain(f"{name}: {(error.stderr or 'no words').strip().splitlines()[-1]}")
    show_mean(results)
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", default=",".join(PEERS), type=lambda text: text.split(","))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("models", nargs="*", metavar="MODEL")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    for name in arguments.peers:
        if name not in PEERS:
            parser.error(f"no peer '{name}', only {', '.join(PEERS)}")
    if not 1 <= arguments.threads <= len(os.sched_getaffinity(0)):
        parser.error(f"--threads {arguments.threads}: there are {len(os.sched_getaffinity(0))} cores")
    failures = []

    def complain(text, is_failure=True):
        if is_failure:
            failures.append(text)
        print(f"bench: {text}", file=sys.stderr, flush=True)

    versions = (f"{name} {importlib.metadata.version(importlib.import_module(f'peers.{name}').PACKAGE)}" for name in arguments.peers)
    print(f"{processor()}; {', '.join(versions)}; {arguments.threads} thread(s) on as many cores, {arguments.rounds} turns each\n")
    results = all_results(arguments, complain)
    bf16 = {name: result["bf16"] for name, result in results.items() if "bf16" in result}
    if bf16:
        print()
        table(["bf16", "tandem ms", f"{BF16_PEER} ms", "Tandem / OpenVINO", "differs"], [cells(name, ["tandem", BF16_PEER], result) for name, result in bf16.items()])
        show_mean(bf16)
    print()
    engines = ["tandem", *arguments.peers]
    table(["opening", *engines], [opening(name, engines, result["turns"]) for name, result in results.items()])
    return 1 if failures else 0


if __name__ == "__main__":
    run_as_program(main)
