#!/usr/bin/env python3
"""Make the TensorFlow models of this folder: small networks with random weights, each as a SavedModel and as a frozen
graph. make_goldens.py computes what they give.

Usage: make_models.py [NAME...]      (in an environment with ../requirements-tensorflow.txt)
"""

import os
import shutil
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

HERE = Path(__file__).resolve().parent
L = keras.layers


def norm(x, name):
    return L.BatchNormalization(name=name, epsilon=1e-3)(x)


def mobile():
    """Inverted residuals with depthwise convolutions, squeeze and excitation, hard swish made of its parts."""

    def hard_swish(x):
        return x * (keras.ops.relu6(x + 3.0) * (1.0 / 6.0))

    def block(x, name, width, outputs, stride):
        y = L.Conv2D(width, 1, use_bias=False, name=name + "_expand")(x)
        y = hard_swish(norm(y, name + "_expand_bn"))
        y = L.DepthwiseConv2D(3, stride, "same", use_bias=False, name=name + "_depthwise")(y)
        y = L.ReLU(6.0)(norm(y, name + "_depthwise_bn"))
        s = L.GlobalAveragePooling2D(keepdims=True)(y)
        s = L.Conv2D(8, 1, activation="relu", name=name + "_squeeze")(s)
        y = y * L.Conv2D(width, 1, activation="sigmoid", name=name + "_excite")(s)
        y = norm(L.Conv2D(outputs, 1, use_bias=False, name=name + "_project")(y), name + "_project_bn")
        return L.Add()([x, y]) if stride == 1 and x.shape[-1] == outputs else y

    image = keras.Input(batch_shape=(1, 48, 48, 3), name="image")
    x = L.ZeroPadding2D(((0, 1), (0, 1)))(image)
    x = L.ReLU(6.0)(norm(L.Conv2D(8, 3, 2, use_bias=False, name="stem")(x), "stem_bn"))
    x = block(x, "block1", 24, 12, 2)
    x = block(x, "block2", 32, 12, 1)
    x = L.GlobalAveragePooling2D()(x)
    return keras.Model(image, L.Dense(10, activation="softmax", name="scores")(x))


def residual():
    """Residual blocks, a pool with padding, two results, one of them reshaped by computed sizes."""

    def block(x, name, outputs, stride):
        y = L.ReLU()(norm(L.Conv2D(outputs, 3, stride, "same", name=name + "_a")(x), name + "_a_bn"))
        y = norm(L.Conv2D(outputs, 3, 1, "same", name=name + "_b")(y), name + "_b_bn")
        if stride != 1 or x.shape[-1] != outputs:
            x = norm(L.Conv2D(outputs, 1, stride, name=name + "_skip")(x), name + "_skip_bn")
        return L.LeakyReLU(0.1)(x + y)

    image = keras.Input(batch_shape=(1, 32, 32, 3), name="image")
    x = L.ReLU()(norm(L.Conv2D(8, 5, 2, "same", name="stem")(image), "stem_bn"))
    x = L.MaxPooling2D(3, 2, "same")(x)
    x = block(x, "block1", 8, 1)
    x = block(x, "block2", 16, 2)
    up = L.Conv2DTranspose(6, 3, 2, "same", name="up")(x)
    boxes = L.Reshape((-1, 6), name="boxes")(L.UpSampling2D(2, interpolation="bilinear")(up))
    flat = L.Flatten()(L.AveragePooling2D(2)(x))
    return keras.Model(image, {"boxes": boxes, "classes": L.Dense(5, name="classes")(flat)})


def recurrent():
    """Recurrent layers, which are loops over lists of tensors: both ways, backwards, reset before and after."""
    sequence = keras.Input(batch_shape=(1, 9, 5), name="sequence")
    early = L.Bidirectional(L.LSTM(4, return_sequences=True), name="early")(sequence)
    last = L.GRU(5, name="last")(early)
    other = L.SimpleRNN(3, go_backwards=True, name="other")(L.GRU(4, reset_after=False, return_sequences=True)(sequence))
    return keras.Model(sequence, {"early": early, "last": L.Dense(6)(L.Concatenate()([last, other]))})


def randomize(model, seed):
    """Weights of a size that keeps signals in range, and statistics that are no identity."""
    random = np.random.default_rng(seed)
    for weight in model.weights:
        shape = tuple(weight.shape)
        if weight.name in ("gamma", "moving_variance"):
            value = random.uniform(0.5, 1.5, shape)
        elif len(shape) == 1:
            value = random.normal(0, 0.2, shape)
        else:
            value = random.normal(0, (2 / np.prod(shape[:-1])) ** 0.5, shape)
        weight.assign(value.astype(np.float32))


def save(model, name):
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    spec = tf.TensorSpec(model.inputs[0].shape, tf.float32, model.inputs[0].name)

    @tf.function(input_signature=[spec])
    def serve(value):
        outputs = model(value, training=False)
        return outputs if isinstance(outputs, dict) else {"scores": outputs}

    module = tf.Module()
    module.variables_of_model = [v.value for v in model.variables]
    module.serve = serve
    tf.saved_model.save(module, str(folder), {"serving_default": serve},
                        tf.saved_model.SaveOptions(save_debug_info=False))
    (folder / "fingerprint.pb").unlink()
    if not any((folder / "assets").iterdir()):
        (folder / "assets").rmdir()
    frozen = convert_variables_to_constants_v2(serve.get_concrete_function())
    (HERE / f"{name}.pb").write_bytes(frozen.graph.as_graph_def().SerializeToString(deterministic=True))


def main():
    for name, make, seed in (("mobile", mobile, 1), ("residual", residual, 2), ("recurrent", recurrent, 3)):
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        model = make()
        randomize(model, seed)
        save(model, name)


if __name__ == "__main__":
    main()
