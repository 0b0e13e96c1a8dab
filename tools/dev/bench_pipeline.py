#!/usr/bin/env python3
"""Time the showcase on a clip: one step after another, and as a pipeline.

Usage: bench_pipeline.py [ROUNDS] [cpu|npu]      default: 5, and both tables

The clip is made of the showcase's pictures by pan and zoom (tandem_clip), so that faces enter and leave; its frames are
decoded before the clock starts. Costs are measured first, then the ways to run take turns, so that a slow minute of the
machine meets all; shown are medians over the rounds, as rows of a Markdown table. "planned" is the interval that the
plan promised before it ran, "off" how far the measured one is from it. Before its first round each pipeline's results
of all frames are held to those of the sequential run, to the last bit. Run as root it asks for a high priority.
The rows of a modelled NPU have it served by the host library, which takes the time that the modelled APU of an MT6873
would take, and computes on a core meanwhile: what is measured there is this machine's CPU beside a modelled NPU, and
where both cores have other tasks as well, the plan has to know that three want two.
"""

import json
import os
import statistics
import subprocess
import sys

from bench import FOLDER, TANDEM, run_as_program
from model_files import ROOT

APPLICATION = ROOT / "apps/showcase/showcase.yaml"
PICTURES = [ROOT / f"apps/showcase/pictures/{name}.png" for name in ("astronaut", "chelsea", "coffee")]
FRAMES = 300
PRIORITY = -15
NPU = ["--backends", "neuron,cpu", "--device", "mt6873"]
MODELLED_TIME = {"TANDEM_NEURON_DEVICE": "mt6873", "TANDEM_NEURON_TIMING": "1"}
WAYS = {
    "cpu": {
        "one after another, 1 thread": ([], {}),
        "one after another, 2 threads": (["--threads", "2"], {}),
        "pipeline": (["--pipeline"], {}),
    },
    "npu": {
        "modelled NPU and a core, one after another": (NPU, MODELLED_TIME),
        "modelled NPU and a core, pipeline": ([*NPU, "--pipeline", "--cores", "1"], MODELLED_TIME),
        "modelled NPU and two cores, pipeline": ([*NPU, "--pipeline"], MODELLED_TIME),
    },
}


def make_clip():
    FOLDER.mkdir(parents=True, exist_ok=True)
    clip = FOLDER / "showcase.avi"
    subprocess.run([ROOT / "build/bin/tandem_clip", clip, *PICTURES, "--frames", str(FRAMES)], check=True)
    return clip


def tandem(*arguments, environment):
    command = [TANDEM, *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}).stdout


def profile(clip, options, environment):
    tandem("profile", APPLICATION, clip, *options, environment=environment)


def measured(clip, options, environment, more=()):
    words = tandem(
        "bench", APPLICATION, clip, "--seconds", "0.01", "--json", *options, *more, environment=environment
    )
    return json.loads(words)


def row(name, results, baseline):
    def median(key):
        return statistics.median(result[key] for result in results)

    planned = off = "–"
    if "planned_interval_ms" in results[0]:
        planned = f"{median('planned_interval_ms'):.2f}"
        off = f"{100 * statistics.median(r['interval_ms'] / r['planned_interval_ms'] - 1 for r in results):+.0f} %"
    speed = statistics.median(b["interval_ms"] / r["interval_ms"] for b, r in zip(baseline, results))
    return (
        f"| {name} | {median('frames_per_second'):.1f} | {median('interval_ms'):.2f} | {planned} | {off} | "
        f"{median('latency_p50_ms'):.1f} | {median('latency_p95_ms'):.1f} | {speed:.2f} |"
    )


def main():
    words = sys.argv[1:]
    rounds = int(words.pop(0)) if words and words[0].isdigit() and int(words[0]) > 0 else 5
    if len(words) > 1 or (words and words[0] not in WAYS):
        sys.exit(__doc__)
    ways = {name: way for table in words or WAYS for name, way in WAYS[table].items()}
    try:
        os.setpriority(os.PRIO_PROCESS, 0, PRIORITY)
    except PermissionError:
        print("bench: other programs may be in the way, only root can go before them", file=sys.stderr)
    clip = make_clip()
    for table, options, environment in ("cpu", [], {}), ("npu", NPU, MODELLED_TIME):
        if table in (words or WAYS):
            profile(clip, options, environment)
    results = {name: [] for name in ways}
    for round_number in range(rounds):
        for name, (options, environment) in ways.items():
            check = ["--check"] if round_number == 0 and "--pipeline" in options else []
            results[name].append(measured(clip, options, environment, check))
    print("| way to run | frames/s | ms a frame | planned | off | latency p50 ms | p95 ms | times as fast |")
    print("|---|---|---|---|---|---|---|---|")
    for name, found in results.items():
        first = next(one for one in ways if ("NPU" in one) == ("NPU" in name))
        print(row(name, found, results[first]))
    return 0


if __name__ == "__main__":
    run_as_program(main)
