"""TVM alone against TVM with our CPU code and with our Neuron region on the host library: MobileNetV2 of PyTorch, f32, one core.

The ways take turns; shown is the median of the turns' medians. TVM is untuned, as its default build gives it. Run by
./dev bench tvm.
"""

import os
import statistics
import time

import numpy as np
import torch
import torchvision
import tvm
from tvm import relax
from tvm.relax.frontend.torch import from_exported_program

import tandem.tvm

TURNS, SECONDS = 7, 1.0


def median_ms(machine, array):
    times, end = [], time.perf_counter() + SECONDS
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        machine["main"](array)
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def machine_of(mod, target):
    executable = tvm.compile(relax.transform.RunCodegen()(mod), target=target)
    return relax.VirtualMachine(executable, tvm.cpu())


def main():
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    torch.manual_seed(7)
    module, x = torchvision.models.mobilenet_v2().eval(), torch.randn(1, 3, 224, 224)
    mod = from_exported_program(torch.export.export(module, (x,)))
    processor = tvm.target.Target({"kind": "llvm", "mcpu": tvm.get_global_func("target.llvm_get_system_cpu")()})
    neuron = tandem.tvm.partition_for_neuron(mod, {"placement": "greedy"})
    machines = {
        "TVM alone": machine_of(mod, processor),
        "TVM with our CPU code": machine_of(tandem.tvm.partition_for_cpu(mod), processor),
        "TVM with our Neuron region, served by the host library": machine_of(neuron, processor),
    }
    expected, array = module(x).detach().numpy(), tvm.runtime.tensor(x.numpy())
    times = {way: [] for way in machines}
    for _ in range(TURNS):
        for way, machine in machines.items():
            times[way].append(median_ms(machine, array))
    print("MobileNetV2 224x224, f32, one core")
    for way, machine in machines.items():
        result = machine["main"](array)
        result = (result if hasattr(result, "numpy") else result[0]).numpy()
        apart = np.abs(result - expected).max() / np.abs(expected).max()
        print(f"  {way:55} {statistics.median(times[way]):9.2f} ms   differs from PyTorch by {apart:.1e}")


if __name__ == "__main__":
    main()
