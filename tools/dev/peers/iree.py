"""IREE's CPU backend for this processor, at its highest level of optimization (its default is the lowest)."""

import json
import os
import subprocess
import sys
import time

PACKAGE = "iree-base-runtime"
OPTIONS = ("--iree-hal-target-device=local", "--iree-hal-local-target-device-backends=llvm-cpu", "--iree-llvmcpu-target-cpu=host", "--iree-opt-level=O3")


def takes(path):
    return path.suffix == ".onnx"


def prepare():
    import iree.runtime  # noqa: F401


def convert(path, folder):
    from iree.compiler.tools.binaries import find_tool
    from onnx_interface import write_interface

    imported, module = folder / "model.mlir", folder / "model.vmfb"
    subprocess.run([sys.executable, "-m", "iree.compiler.tools.import_onnx", path, "-o", imported, "--opset-version", "17"], check=True)
    subprocess.run([find_tool("iree-compile"), imported, "-o", module, *OPTIONS], check=True)
    imported.unlink()
    write_interface(path, folder / "model.json")
    return module


def load(path, inputs, threads):
    import iree.runtime
    import numpy as np

    iree.runtime.flags.parse_flags(f"--task_topology_group_count={threads}")
    names = json.loads(path.with_suffix(".json").read_text())
    module = iree.runtime.load_vm_flatbuffer_file(os.fspath(path), driver="local-sync" if threads == 1 else "local-task")
    (function,) = (name for name in module.vm_module.function_names if not name.startswith("__") and not name.endswith("$async"))
    device = iree.runtime.get_device("local-sync" if threads == 1 else "local-task")
    arrays = [iree.runtime.asdevicearray(device, inputs[name]) for name in names["inputs"]]
    results = []

    def run():
        start = time.perf_counter()
        result = module[function](*arrays)
        results[:] = result if isinstance(result, (tuple, list)) else [result]
        return (time.perf_counter() - start) * 1e3

    def outputs():
        # It has no unsigned bytes: they come as signed ones.
        return {name: np.array(value).view(output["dtype"]) for (name, output), value in zip(names["outputs"].items(), results)}

    return run, outputs
