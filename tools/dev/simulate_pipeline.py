#!/usr/bin/env python3
"""Simulate the showcase on a modelled MT6873: on its CPU, on its NPU, and as a pipeline over both.

Usage: simulate_pipeline.py      writes docs/generated/pipeline_mt6873.md

Nothing here is measured on a phone. Tasks of the CPU are measured on this machine and scaled by the rates of the two
device models, regions of the NPU are predicted by the model of the MT6873 (devices/mt6873.json, from public figures), and
the plans are simulated (`tandem plan --device mt6873`). The second application is made of the 8-bit models of
shared/models, where that folder is beside the repository: no registry has the showcase's own networks in 8 bits.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench import TANDEM
from bench_pipeline import APPLICATION, make_clip
from model_files import ROOT

PAGE = ROOT / "docs/generated/pipeline_mt6873.md"
EIGHT_BITS = {  # file, size, and the options of preprocess that its input asks for
    "objects": ("mobilenet_v2_1.0_224_quant.tflite", 224, "type: u8, range: [-1, 1], quantization: [0.0078125, 128]"),
    "scene": ("mobilenet_v1_0.5_160_quant.tflite", 160, "type: u8, range: [-1, 1], quantization: [0.0078125, 128]"),
    "more": (
        "tf2_mobilenet_v2_1.0_224_ptq.tflite",
        224,
        "type: u8, range: [-1, 1], quantization: [0.007843137718737125, 127]",
    ),
    "person": ("vww_96_int8.tflite", 96, "type: i8, range: [0, 1], quantization: [0.003921568859368563, -128]"),
}
CPU, NPU = ["--backends", "cpu"], ["--backends", "neuron,cpu"]
STRONG = [*CPU, "--cores", "4"]
GREEDY = [*NPU, "--placement", "greedy"]


def plan(application, clip, options):
    command = [TANDEM, "plan", application, clip, "--device", "mt6873", "--json", *options]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def one_after_another(answer, prefers_npu):
    """Milliseconds of a frame whose tasks never overlap: on one core, and on the NPU whatever can be there."""
    graph = answer["graph"]
    processors = graph["processors"]
    dispatch = [p.get("dispatch", 0) if isinstance(p, dict) else 0 for p in processors]
    names = [p["name"] if isinstance(p, dict) else p for p in processors]
    npu = next((i for i, device in enumerate(answer["devices"]) if "core" not in device), None)
    tasks = [task for task in graph["tasks"] if not task["name"].startswith("(")]
    on_npu = {t["name"] for t in tasks if prefers_npu and npu is not None and t["cost"][npu] is not None}
    total = 0
    for task in tasks:
        place = npu if task["name"] in on_npu else 0
        total += task["cost"][place] + dispatch[place]
    link = next((l for l in graph.get("links", []) if npu is not None and l["to"] == names[npu]), {})
    for edge in graph["edges"]:
        if (edge["from"] in on_npu) != (edge["to"] in on_npu):
            total += link.get("latency", 0) + edge.get("bytes", 0) * link.get("perByte", 0)
    return total / 1e3


def rows(application, clip):
    strong, cpu, greedy, whole, best = (
        plan(application, clip, options) for options in (STRONG, CPU, GREEDY, [*NPU, "--whole-regions"], NPU)
    )
    alone = one_after_another(cpu, prefers_npu=False)
    greedy_ms = one_after_another(greedy, prefers_npu=True)
    table = [
        ("CPU only, one strong core, one after another", alone, alone),
        ("CPU only, pipeline on the four strong cores", *simulated(strong)),
        ("CPU only, pipeline on all eight cores", *simulated(cpu)),
        ("NPU greedy, one after another", greedy_ms, greedy_ms),
        ("NPU greedy, pipeline with all cores", *simulated(greedy)),
        ("NPU by cost, pipeline with all cores", *simulated(whole)),
        (f"the same, {split_of(best)}", *simulated(best)),
    ]
    return [
        f"| {name} | {interval:.2f} | {1e3 / interval:.0f} | {latency:.1f} | {alone / interval:.1f} |"
        for name, interval, latency in table
    ] + ["", f"Costs of the CPU, before they are scaled: {cpu['costs']}."]


def row(name, answer, alone):
    interval, latency = simulated(answer)
    return f"| {name} | {interval:.2f} | {1e3 / interval:.0f} | {latency:.1f} | {alone / interval:.1f} |"


def detector(folder):
    """The showcase's largest model by itself."""
    models = ROOT / "apps/showcase/models"
    path = Path(folder) / "objects.yaml"
    path.write_text(
        "tandem: 1\nname: objects\nmodels:\n"
        f"  object_detector: {{file: {models / 'ssd_mobilenet_v2_objectron.tflite'}, labels: {models / 'ssd_labels.txt'}}}\n"
        "steps:\n"
        "  input: {uses: preprocess, inputs: frame, size: [300, 300], range: [-1, 1]}\n"
        "  net: {model: object_detector, inputs: input,\n"
        "        outputs: {boxes: raw_outputs/box_encodings, scores: raw_outputs/class_predictions}}\n"
        "  boxes: {uses: decode_ssd, inputs: {boxes: net.boxes, scores: net.scores}, threshold: 0.4}\n"
        "  objects: {uses: nms, inputs: boxes, overlap: 0.5}\n"
        "results: {objects: objects}\n"
    )
    return path


def detector_rows(application, clip):
    alone = one_after_another(plan(application, clip, CPU), prefers_npu=False)
    table = []
    for words, limits in ("", []), (", two frames in flight", ["--frames-in-flight", "2"]):
        whole, best = (plan(application, clip, [*NPU, *limits, *more]) for more in (["--whole-regions"], []))
        table.append(row(f"NPU by cost, pipeline with all cores{words}", whole, alone))
        table.append(row(f"the same, {split_of(best)}", best, alone))
    return table


def split_of(answer):
    if "split" not in answer:
        return "where no split of a model is worth it"
    split = answer["split"]
    end = "last" if split["is_last"] else "first"
    return f"the NPU left with the {end} {100 * split['part']:.0f} % of {split['model']}"


def simulated(answer):
    return answer["simulated"]["interval_us"] / 1e3, answer["simulated"]["latency_p50_us"] / 1e3


def section(title, table):
    head = ["| way to run | ms a frame | frames/s | latency ms | times CPU only |", "|---|---|---|---|---|"]
    return [f"## {title}", "", *head, *table, ""]


def eight_bits(folder):
    """An application of the 8-bit models, or nothing where they are not."""
    models = next((p / "shared/models/tflite" for p in ROOT.parents if (p / "shared/models/tflite").is_dir()), None)
    if models is None:
        return None
    lines = ["tandem: 1", "name: eight-bits", "models:"]
    lines += [f"  {name}: {models / file}" for name, (file, *_) in EIGHT_BITS.items()]
    lines += ["steps:"]
    for name, (_, size, options) in EIGHT_BITS.items():
        lines += [f"  {name}_input: {{uses: preprocess, inputs: frame, size: [{size}, {size}], {options}}}"]
        lines += [f"  {name}_net: {{model: {name}, inputs: {name}_input}}"]
        lines += [f"  {name}_class: {{uses: classify, inputs: {name}_net}}"]
    lines += ["results:", *(f"  {name}: {name}_class.label" for name in EIGHT_BITS)]
    path = Path(folder) / "eight_bits.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path


def main():
    if sys.argv[1:]:
        sys.exit(__doc__)
    clip = make_clip()
    page = [
        "# The pipeline on a modelled MT6873",
        "",
        "Generated by `./dev bench phone` (tools/dev/simulate_pipeline.py). **Simulated, not measured**: the NPU's times are",
        "predictions of devices/mt6873.json, a model of public figures; the CPU's are measured on a PC and scaled by the rates",
        "of two models, those of its weaker cores by those of both clusters. \"Up to 6x\" is what the work that this project",
        "began from said of its NPU beside its CPU; the last column is the same comparison here.",
        "",
        *section("The showcase, float models (f32 and f16 weights; the NPU computes them as f16)", rows(APPLICATION, clip)),
    ]
    with tempfile.TemporaryDirectory() as folder:
        title = "The showcase's object detector alone: one model over the NPU and the CPU"
        page += section(title, detector_rows(detector(folder), clip))
        application = eight_bits(folder)
        if application:
            title = "Four 8-bit networks on each frame: " + ", ".join(file for file, *_ in EIGHT_BITS.values())
            page += section(title, rows(application, clip))
            page += ["The showcase's own networks are in no registry in 8 bits.", ""]
        else:
            print("simulate: no shared/models, so without 8-bit networks", file=sys.stderr)
    page += [
        "*one after another*: a frame's tasks in turn, on one core and, where it is asked, everything that the NPU supports",
        "on it, each time with dispatch and transfers. *pipeline*: `tandem plan --device mt6873`, its simulated interval and",
        "median latency over 300 frames, faces coming and going as in the clip; all eight cores are four Cortex-A76 and four",
        "Cortex-A55. *NPU left with*: that model was split where it was compiled, since the plan gains by it (docs/pipeline.md).",
    ]
    PAGE.write_text("\n".join(page) + "\n")
    print(PAGE.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, ValueError, KeyError, subprocess.CalledProcessError) as error:
        sys.exit(f"simulate: error: {error}")
