#!/usr/bin/env python3
"""The tables and the plot of docs/performance.md, of what bench_peers.py measured.

Usage: report_peers.py [--peak-f32 GMACS] [--peak-int8 GMACS] [--svg FILE] FILE.json...

The files are parts of one measurement: each has models that the others have not, or another number of threads; the plot
is of one thread. Ratios are the best peer's time to Tandem's: above 1 Tandem is faster. Peaks are a core's, in 10^9
multiply-adds a second.
"""

import argparse
import json
import re
import statistics
from pathlib import Path

ENGINES = {"tandem": "Tandem", "litert": "LiteRT", "openvino": "OpenVINO", "onnxruntime": "ONNX Runtime", "ncnn": "ncnn", "tvm": "TVM", "iree": "IREE"}
COLOURS = {"litert": "#d9c38c", "openvino": "#9db4d0", "onnxruntime": "#a8c9a0", "ncnn": "#c9a9c4"}  # the others are beyond the plot
AHEAD = ("tvm", "iree")
OF_CODES = re.compile("int8|quant|ptq")
LEFT, WIDTH, BAR, TOP = 190, 560, 9, 56
MOST_TIMES = 7  # of the plot's axis


class Model:
    def __init__(self, name, result, macs, threads):
        self.name, self.macs, self.threads, self.turns = name, macs, threads, result["turns"]
        self.differs = result["differs"]
        self.peers = [engine for engine in self.turns if engine != "tandem"]

    def median(self, engine, key="median_ms"):
        return statistics.median(turn[key] for turn in self.turns[engine])

    def times(self, engine, key="median_ms"):
        """How many times as much as Tandem."""
        return self.median(engine, key) / self.median("tandem", key)

    def ratio(self, key="median_ms"):
        return min(self.times(engine, key) for engine in self.peers)

    def spread(self, engine):
        times = [turn["median_ms"] for turn in self.turns[engine]]
        return f"{statistics.median(times):.3f} ± {(max(times) - min(times)) / 2:.3f}"


def row(cells):
    print("| " + " | ".join(cells) + " |")


def tables(title, models, peak):
    print(f"\n**{title}**\n")
    engines = [engine for engine in ENGINES if any(engine in model.turns for model in models)]
    header = ["model", *(f"{ENGINES[engine]}, ms" for engine in engines), "best peer / Tandem", "% of peak"]
    row(header)
    row(["---"] * len(header))
    for model in models:
        times = (model.spread(engine) if engine in model.turns else "–" for engine in engines)
        of_peak = model.macs / model.median("tandem") / (peak * model.threads) / 1e6
        row([model.name, *times, f"**{model.ratio():.2f}**", f"{100 * of_peak:.0f}"])
    mean_ratio(models)


def mean_ratio(models):
    mean = statistics.geometric_mean(model.ratio() for model in models)
    print(f"\nGeometric mean of the ratios: **{mean:.2f}**; least {min(model.ratio() for model in models):.2f}.")


def bf16_table(title, models, in_f32):
    print(f"\n**{title}**\n")
    row(["model", "Tandem, ms", "OpenVINO, ms", "OpenVINO / Tandem", "Tandem: f32 / bf16", "outputs differ by"])
    row(["---"] * 6)
    for model in models:
        gain = in_f32[model.name].median("tandem") / model.median("tandem")
        times = (model.spread(engine) for engine in model.turns)
        row([model.name, *times, f"**{model.ratio():.2f}**", f"{gain:.2f}", f"{model.differs:.0e}"])
    mean_ratio(models)


def openings(models):
    """Those that compile ahead load what is done already, as Tandem does; they are told apart."""
    print("\n**Opening and memory**\n")
    kinds = ("that reads the model", "compiled ahead")
    header = ["model"]
    for what, best in (("opens in, ms", "fastest"), ("peak memory, MB", "smallest")):
        header.append(what)
        for kind in kinds:
            header += [f"{best} {kind}", "ratio"]
    row(header)
    row(["---"] * len(header))
    for model in models:
        cells = [model.name]
        for key, least_told in (("open_ms", 0.01), ("peak_mb", 0.5)):  # memory below that is lost in what the tool has
            ours = model.median("tandem", key)
            cells.append(f"< {least_told}" if ours < least_told else f"{ours:.2f}")
            for ahead in (False, True):
                theirs = [model.median(engine, key) for engine in model.peers if (engine in AHEAD) == ahead]
                sign = "> " if ours < least_told else ""
                cells += [f"{min(theirs):.2f}", f"{sign}{min(theirs) / max(ours, least_told):.1f}"] if theirs else ["–", "–"]
        row(cells)


def plot(groups):
    lines, y = [], TOP
    scale = WIDTH / MOST_TIMES
    for title, models in groups:
        lines.append(f'<text x="{LEFT}" y="{y}" font-weight="bold">{title}</text>')
        y += 10
        for model in models:
            lines.append(f'<text x="{LEFT - 6}" y="{y + BAR * len(list(filter(COLOURS.get, model.peers))) / 2 + 4}" text-anchor="end">{model.name}</text>')
            for engine in filter(COLOURS.get, model.peers):
                length = min(model.times(engine), MOST_TIMES) * scale
                lines.append(f'<rect x="{LEFT}" y="{y}" width="{length:.1f}" height="{BAR - 1}" fill="{COLOURS[engine]}"/>')
                label = f'<text x="{LEFT + length + 3:.1f}" y="{y + BAR - 2}" font-size="8">{model.times(engine):.2f}</text>'
                lines.append(label)
                y += BAR
            y += 5
        y += 22
    bottom = y - 24
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 40} {bottom + 24}" font-family="sans-serif" font-size="11" fill="#222">'
    frame = [head, '<rect width="100%" height="100%" fill="#fff"/>']
    frame.append(f'<text x="{LEFT}" y="16" font-size="13">Time of a run, times Tandem\'s, on one core; the line is Tandem</text>')
    for number, (engine, colour) in enumerate(COLOURS.items()):
        x = LEFT + 120 * number
        frame.append(f'<rect x="{x}" y="24" width="10" height="10" fill="{colour}"/><text x="{x + 14}" y="33">{ENGINES[engine]}</text>')
    line = f'<path d="M{LEFT + scale:.1f} {TOP - 14}V{bottom}" stroke="#c8553d" stroke-width="1.5"/>'
    ticks = [f'<text x="{LEFT + scale * i:.1f}" y="{bottom + 14}" text-anchor="middle">{i}</text>' for i in range(MOST_TIMES + 1)]
    return "\n".join([*frame, *lines, line, *ticks, "</svg>"]) + "\n"


def grouped(models):
    """Title and models, of floats and of codes."""
    groups = [(title, [model for model in models if bool(OF_CODES.search(model.name)) == codes]) for title, codes in (("f32", False), ("8 bits", True))]
    return [(title, members) for title, members in groups if members]


def report(models, bf16, arguments):
    """All of one number of threads."""
    suffix = "" if models[0].threads == 1 else f", {models[0].threads} threads"
    for title, members in grouped(models):
        tables(title + suffix, members, arguments.peak_int8 if title == "8 bits" else arguments.peak_f32)
    if bf16:
        bf16_table("bf16" + suffix, bf16, {model.name: model for model in models})
    if not suffix:
        openings(models)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peak-f32", type=float, default=57.5)
    parser.add_argument("--peak-int8", type=float, default=225.0)
    parser.add_argument("--svg", type=Path)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE.json")
    arguments = parser.parse_args()
    models, bf16 = [], []
    for file in arguments.files:
        facts = json.loads(file.read_text())
        for name, result in facts["models"].items():
            shared = (result["macs"], facts["threads"])
            if result["ratio"]:
                models.append(Model(name, result, *shared))
            if "bf16" in result:
                bf16.append(Model(name, result["bf16"], *shared))
    for threads in sorted({model.threads for model in models}):
        report([model for model in models if model.threads == threads], [model for model in bf16 if model.threads == threads], arguments)
    if arguments.svg:
        arguments.svg.write_text(plot(grouped([model for model in models if model.threads == 1])))


if __name__ == "__main__":
    main()
