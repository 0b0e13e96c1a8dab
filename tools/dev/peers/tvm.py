"""TVM for this processor, untuned, as its default pipeline compiles a model of ONNX."""

import json
import os
import time

PACKAGE = "apache-tvm"


def takes(path):
    return path.suffix == ".onnx"


def prepare():
    import tvm  # noqa: F401
    from tvm import relax  # noqa: F401


def convert(path, folder):
    import onnx
    import tvm
    from onnx_interface import write_interface
    from tvm.relax.frontend.onnx import from_onnx

    target = tvm.target.Target({"kind": "llvm", "mcpu": tvm.get_global_func("target.llvm_get_system_cpu")()})
    tvm.compile(from_onnx(onnx.load(path)), target=target).export_library(os.fspath(folder / "model.so"))
    write_interface(path, folder / "model.json")
    return folder / "model.so"


def load(path, inputs, threads):
    os.environ["TVM_NUM_THREADS"] = str(threads)  # read when its pool starts
    import tvm
    from tvm import relax

    names = json.loads(path.with_suffix(".json").read_text())
    machine = relax.VirtualMachine(tvm.runtime.load_module(os.fspath(path)), tvm.cpu())
    arrays = [tvm.runtime.tensor(inputs[name]) for name in names["inputs"]]
    main, results = machine["main"], []

    def run():
        start = time.perf_counter()
        results[:] = [main(*arrays)]
        return (time.perf_counter() - start) * 1e3

    def outputs():
        values = results if hasattr(results[0], "numpy") else results[0]
        return {name: value.numpy() for name, value in zip(names["outputs"], values)}

    return run, outputs
