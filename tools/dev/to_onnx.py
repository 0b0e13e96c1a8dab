#!/usr/bin/env python3
"""Convert a .tflite, Keras (.h5, .hdf5) or PyTorch (.pt2) model to ONNX, for peers that do not read it.

Usage: to_onnx.py MODEL OUT.onnx
"""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
OPSET = 17


def from_torch(path):
    import torch

    return torch.onnx.export(torch.export.load(path), dynamo=True).model_proto


def from_tflite(path):
    import tf2onnx

    model, _ = tf2onnx.convert.from_tflite(path, opset=OPSET)
    for tensor in (*model.graph.input, *model.graph.output):
        for size in tensor.type.tensor_type.shape.dim:
            if size.dim_param:  # the batch
                size.dim_value = 1
    return model


def from_keras(path):
    import tensorflow
    import tf2onnx
    import tf_keras

    model = tf_keras.models.load_model(path, compile=False)
    signature = [tensorflow.TensorSpec([1, *t.shape[1:]], t.dtype, name=name) for t, name in zip(model.inputs, model.input_names)]
    return tf2onnx.convert.from_keras(model, signature, opset=OPSET)[0]


def main(path, out):
    convert = {".pt2": from_torch, ".tflite": from_tflite}.get(os.path.splitext(path)[1], from_keras)
    model = convert(path)
    with open(out, "wb") as file:
        file.write(model.SerializeToString())


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
