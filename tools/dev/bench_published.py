#!/usr/bin/env python3
"""Time the models of tests/models/published.json beside the engines that they are published for.

Usage: bench_published.py [--seconds S] [--turns N] [NAME...]

  .venv-peers/bin/python tools/dev/bench_published.py                # after `./dev bench peers` has installed the engines
  .venv-peers/bin/python tools/dev/bench_published.py silero nudenet

NAME       only models whose package or file has it in its name
--seconds  how long a turn is; default: 0.5
--turns    of each engine; default: 3

Models and engines come as for tests/models/check_published.py; OpenVINO (in f32) is beside ONNX Runtime and LiteRT where it reads the
file. All are pinned to one core and take turns, Tandem as `tandem bench`. A row is a model: the median over the turns of each
turn's median in ms, and how many times as long as Tandem the best of the others takes. Last the geometric mean.
"""

import argparse
import importlib
import json
import math
import multiprocessing
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests/models"))
import check_published as published  # noqa: E402
from bench import compiled, timed  # noqa: E402
from report_peers import ENGINES  # noqa: E402

PEERS = ("litert", "onnxruntime", "openvino")


def peers_of(path, model):
    """What runs the model once and gives its ms, by the peer's name."""
    engine = published.by_litert if path.suffix == ".tflite" else published.by_onnxruntime
    inputs, _ = engine(path, model)
    found = {}
    for name in PEERS:
        peer = importlib.import_module(f"peers.{name}")
        try:
            if peer.takes(path):
                found[ENGINES[name]] = peer.load(str(path), inputs, threads=1)[0]
        except Exception:  # of what it does not read: the others are beside it
            pass
    return found


def median_ms(run, seconds):
    run()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 3:
        times.append(run())
    return statistics.median(times)


def time_model(path, model, arguments):
    """Medians by engine, Tandem's among them."""
    bundle = compiled("published", path, *published.input_options(model))
    measures = {"Tandem": lambda: timed(bundle, arguments.seconds)["median_ms"]}
    for name, run in peers_of(path, model).items():
        measures[name] = lambda run=run: median_ms(run, arguments.seconds)
    turns = [{name: measure() for name, measure in measures.items()} for _ in range(arguments.turns)]
    return {name: statistics.median(turn[name] for turn in turns) for name in measures}


def timed_apart(package, member, model, arguments):
    """The same in a process of its own, which an engine may end; or why there is nothing."""

    def work(there):
        try:
            there.send(time_model(published.fetched(package, [member])[member], model, arguments))
        except Exception as error:  # of one model: the next is another matter
            said = getattr(error, "stderr", None) or error  # of a refusal what the compiler said
            there.send(" ".join(str(said).split()).split(" error: ", 1)[-1][:150])

    here, there = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=work, args=(there,))
    process.start()
    there.close()
    try:
        return here.recv()
    except EOFError:
        return "an engine crashed"
    finally:
        process.join()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--turns", type=int, default=3)
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    ratios = []
    print("| model | Tandem ms | others ms | best of them / Tandem |\n|---|---|---|---|")
    for package in json.loads(published.TABLE.read_text())["packages"]:
        for member, model in package["models"].items():
            name = f"{package['package']}/{os.path.basename(member)}"
            if arguments.names and not any(part in name for part in arguments.names):
                continue
            found = timed_apart(package, member, model, arguments)
            if isinstance(found, str):
                print(f"| {name} | {found} | | |", flush=True)
                continue
            ours = found.pop("Tandem")
            ratios.append(min(found.values()) / ours)
            others = ", ".join(f"{engine} {ms:.3f}" for engine, ms in found.items())
            print(f"| {name} | {ours:.3f} | {others} | {ratios[-1]:.2f} |", flush=True)
    if ratios:
        mean = math.exp(statistics.fmean(map(math.log, ratios)))
        print(f"\n{len(ratios)} models: {mean:.2f} times as long as Tandem (geometric mean), {sum(r < 1 for r in ratios)} of them faster than it")


if __name__ == "__main__":
    main()
