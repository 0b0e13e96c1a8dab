"""Models through TVM's importers, and what a compiled one gives; for the tests, and for ./dev bench tvm."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "tools/dev"))
from model_files import SHARED  # noqa: E402

TFLITE_MODELS = SHARED / "tflite"


def from_torch(module, *inputs):
    import torch
    from tvm.relax.frontend.torch import from_exported_program

    return from_exported_program(torch.export.export(module.eval(), inputs))


def from_tflite(path):
    import tflite
    from tvm.relax.frontend.tflite import from_tflite

    mod = from_tflite(tflite.Model.GetRootAs(path.read_bytes(), 0))
    mod["main"] = mod["main"].without_attr("params")
    return mod


def machine_of(mod, target="llvm"):
    """Of a module, partitioned or not."""
    import tvm
    from tvm import relax

    executable = tvm.compile(relax.transform.RunCodegen()(mod), target=target)
    return relax.VirtualMachine(executable, tvm.cpu())


def result_of(machine, *inputs):
    """The first output."""
    import tvm

    result = machine["main"](*(tvm.runtime.tensor(array) for array in inputs))
    while not hasattr(result, "numpy"):
        result = result[0]
    return result.numpy()


def noise_for(mod):
    """An input of a model that has one: floats from 0 to 1, or codes from 0 to 99."""
    import numpy

    shape = [int(dim) for dim in mod["main"].params[0].ty.shape.values]
    dtype = str(mod["main"].params[0].ty.dtype)
    random = numpy.random.default_rng(7)
    return random.random(shape, numpy.float32) if dtype == "float32" else random.integers(0, 100, shape).astype(dtype)
