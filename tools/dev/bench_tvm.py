"""TVM alone against TVM with our CPU code and with our Neuron region on the host library: MobileNetV2 of PyTorch in f32, and
quantized TFLite models. One core; the ways take turns, shown are the medians of the turns' medians, as rows of a Markdown table.

Usage: bench_tvm.py [MODEL...]      some of the table's models; default: all that are on this machine

"to Neuron": operations of TVM's module that the Neuron region has, of all. "apart": the largest difference from TVM alone; of
floats as a part of the largest output, of codes in steps. TVM is untuned, as its default build gives it. Run by ./dev bench tvm.
"""

import os
import statistics
import sys
import time

import numpy as np
import tvm

from model_files import ROOT

sys.path.insert(0, str(ROOT / "bridges/tvm/test"))
from tvm_models import TFLITE_MODELS, from_tflite, from_torch, machine_of, noise_for, result_of  # noqa: E402

import tandem.tvm  # noqa: E402

TURNS, SECONDS = 7, 0.5


def mobilenet_v2():
    import torch
    import torchvision

    torch.manual_seed(7)
    return from_torch(torchvision.models.mobilenet_v2(), torch.randn(1, 3, 224, 224))


MODELS = {"MobileNetV2 of PyTorch, f32": mobilenet_v2}
for _name in ("vww_96_int8", "mobilenet_v2_1.0_224_quant", "tf2_mobilenet_v2_1.0_224_ptq"):
    if (TFLITE_MODELS / f"{_name}.tflite").exists():
        MODELS[_name] = lambda path=TFLITE_MODELS / f"{_name}.tflite": from_tflite(path)


def median_ms(machine, array):
    times, end = [], time.perf_counter() + SECONDS
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        machine["main"](array)
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def apart(ours, theirs):
    difference = np.abs(ours.astype(float) - theirs.astype(float)).max()
    if theirs.dtype == np.float32:
        return f"{difference / np.abs(theirs).max():.0e}"
    return "1 step" if difference == 1 else f"{difference:.0f} steps"


def row(name, mod):
    processor = tvm.target.Target({"kind": "llvm", "mcpu": tvm.get_global_func("target.llvm_get_system_cpu")()})
    neuron = tandem.tvm.partition_for_neuron(mod, {"placement": "greedy"})
    counts = tandem.tvm.coverage(neuron, "neuron")
    machines = [machine_of(way, processor) for way in (mod, tandem.tvm.partition_for_cpu(mod), neuron)]
    x = noise_for(mod)
    array, times = tvm.runtime.tensor(x), [[] for _ in machines]
    for _ in range(TURNS):
        for machine, of_machine in zip(machines, times):
            of_machine.append(median_ms(machine, array))
    alone, ours, npu = (result_of(machine, x) for machine in machines)
    shown = " | ".join(f"{statistics.median(of_machine):.2f}" for of_machine in times)
    return (
        f"| {name} | {counts['taken']} of {counts['taken'] + counts['left']} | {shown} | "
        f"{apart(ours, alone)} | {apart(npu, alone)} |"
    )


def main():
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    unknown = [name for name in sys.argv[1:] if name not in MODELS]
    if unknown:
        sys.exit(f"bench: no model '{unknown[0]}', there are {', '.join(MODELS)}")
    print("| model | to Neuron | TVM alone ms | with our CPU code ms | with our Neuron region ms | CPU code apart | Neuron apart |")
    print("|---|---|---|---|---|---|---|")
    for name in sys.argv[1:] or MODELS:
        print(row(name, MODELS[name]()), flush=True)


if __name__ == "__main__":
    main()
