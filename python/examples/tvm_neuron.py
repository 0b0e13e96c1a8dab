"""A TFLite model of codes through TVM, what Neuron takes of it to the NPU: here to the host's library, on a phone to its own.

    python python/examples/tvm_neuron.py MODEL.tflite
"""

import pathlib
import sys

import numpy as np
import tflite
import tvm
from tvm import relax
from tvm.relax.frontend.tflite import from_tflite

import tandem.tvm

mod = from_tflite(tflite.Model.GetRootAs(pathlib.Path(sys.argv[1]).read_bytes(), 0))
mod["main"] = mod["main"].without_attr("params")
partitioned = tandem.tvm.partition_for_neuron(mod)
counts = tandem.tvm.coverage(partitioned, "neuron")
print(f"{counts['taken']} operations go to Neuron, {counts['left']} stay with TVM")


def result(module, array):
    """The first output, in integers that can be subtracted."""
    executable = tvm.compile(relax.transform.RunCodegen()(module), target="llvm")
    value = relax.VirtualMachine(executable, tvm.cpu())["main"](tvm.runtime.tensor(array))
    return (value if hasattr(value, "numpy") else value[0]).numpy().astype(int)


parameter = mod["main"].params[0].ty
codes = np.random.default_rng(7).integers(0, 100, [int(dim) for dim in parameter.shape.values]).astype(str(parameter.dtype))
difference = np.abs(result(partitioned, codes) - result(mod, codes)).max()
print(f"largest difference from TVM's own code: {difference}")
