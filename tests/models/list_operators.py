#!/usr/bin/env python3
"""Write the operators that a framework has, as it says itself, into tests/models/operators/FRAMEWORK.txt.

Usage: list_operators.py {keras,mxnet,onnx,tensorflow,tflite,torch}...

  .venv-keras3/bin/python tests/models/list_operators.py keras      # environments: tools/dev/test_frameworks.sh

A name a line, sorted; the first line says what the list has. framework_operators_test holds the importers to it, and
docs/generated/operators.md counts by it.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
FOLDER = Path(__file__).parent / "operators"


def onnx():
    import onnx

    def qualified(schema):
        return f"{schema.domain}.{schema.name}" if schema.domain else schema.name

    return f"ONNX {onnx.__version__}: all domains of its schemas", {qualified(schema) for schema in onnx.defs.get_all_schemas()}


def tflite():
    import tensorflow
    from tensorflow.lite.python.schema_py_generated import BuiltinOperator

    no_operators = {"CUSTOM", "DELEGATE", "PLACEHOLDER_FOR_GREATER_OP_CODES"}
    return (f"TensorFlow Lite's builtin operators, schema of TensorFlow {tensorflow.__version__}",
            {name for name in vars(BuiltinOperator) if name.isupper()} - no_operators)


def tensorflow():
    import tensorflow

    return f"TensorFlow {tensorflow.__version__}: tf.raw_ops", {name for name in dir(tensorflow.raw_ops) if not name.startswith("_")}


def keras():
    import keras

    layer = keras.layers.Layer
    classes = [value for value in vars(keras.layers).values() if isinstance(value, type) and issubclass(value, layer)]
    return f"Keras {keras.__version__}: the layers of keras.layers", {each.__name__ for each in classes} - {"Layer", "Wrapper"}


def torch():
    import torch

    core = set()
    for packet_name in dir(torch.ops.aten):
        packet = getattr(torch.ops.aten, packet_name)
        for overload in getattr(packet, "overloads", lambda: [])():
            if torch.Tag.core in getattr(packet, overload).tags:
                core.add(f"aten.{packet_name}.{overload}")
    return f"PyTorch {torch.__version__.split('+')[0]}: the core ATen operators, to which torch.export's programs decompose", core


def mxnet():
    import ctypes

    import mxnet
    from mxnet.base import _LIB, py_str

    count, pointers = ctypes.c_uint(), ctypes.POINTER(ctypes.c_char_p)()
    _LIB.MXListAllOpNames(ctypes.byref(count), ctypes.byref(pointers))
    names = {py_str(pointers[i]) for i in range(count.value)}
    kept = {name for name in names if "_backward" not in name}
    return f"MXNet {mxnet.__version__}: the registered operators but those of gradients", kept


def main(frameworks):
    for framework in frameworks:
        source, names = globals()[framework]()
        (FOLDER / f"{framework}.txt").write_text("\n".join([f"# {source}", *sorted(names)]) + "\n")
        print(f"{framework}: {len(names)} operators")


if __name__ == "__main__":
    main(sys.argv[1:])
