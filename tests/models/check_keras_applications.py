#!/usr/bin/env python3
"""Compare the Keras importer with Keras 3: every architecture of keras.applications, in both file formats.

Usage: check_keras_applications.py [--tandem build/bin/tandem] [--missing] [--write] [NAME...]

  python3 -m venv .venv-keras3 && .venv-keras3/bin/pip install -r tests/models/requirements-keras3.txt
  .venv-keras3/bin/python tests/models/check_keras_applications.py --write      # docs/generated/keras.md

Each is built with the smallest input that it takes and seeded random weights (moving statistics that are not the
identity), saved, compiled with `tandem compile`, run with `tandem run`, and compared with Keras's own output: largest
difference over largest value. Beside them, "nested": models inside a model, layers used twice, several inputs and
outputs; and "recurrent": layers over sequences. Prints a table. Exit: 0 all within the tolerance, 1 something is not.
"""

import argparse
import inspect
import logging
import os
import re
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
import keras  # noqa: E402 (after the environment)
import numpy as np  # noqa: E402

from sweep import Sweep, add_arguments, relative_difference, tandem  # noqa: E402

logging.getLogger("absl").setLevel(logging.ERROR)  # a warning for every .h5
FORMATS = ("h5", "keras")


def architectures():
    return [name for name, value in vars(keras.applications).items() if inspect.isfunction(value)]


def smallest_size(build):
    """What the architecture's source says that it takes; 32 where it says nothing."""
    found = re.search(r"min_size=(\d+)", inspect.getsource(sys.modules[build.__module__]))
    return int(found.group(1)) if found else 32


def application(name):
    build = getattr(keras.applications, name)
    size = smallest_size(build)
    # No softmax behind it: random weights make one class certain, and that says nothing about the others.
    return build(weights=None, input_shape=(size, size, 3), classifier_activation=None)


def nested():
    """Both kinds of models inside a model, one inside another, used twice; arithmetic between layers."""
    layers = keras.layers
    stem = keras.Sequential([keras.Input((12, 10, 3)), layers.Conv2D(8, 3, strides=2, name="conv"),
                             layers.BatchNormalization(name="norm"), layers.ReLU(name="relu")], name="stem")
    block_input = keras.Input((None, None, 8), name="block_input")
    tower = keras.Sequential([keras.Input((None, None, 8)), layers.Conv2D(8, 3, padding="same", name="conv"),
                              layers.LayerNormalization(name="norm")], name="tower")
    block = keras.Model(block_input, [layers.Add(name="sum")([tower(block_input), block_input]),
                                      layers.GlobalAveragePooling2D(name="mean")(tower(block_input))], name="block")
    left, right = keras.Input((12, 10, 3), name="left"), keras.Input((12, 10, 3), name="right")
    a, mean_a = block(stem(left * 2.0))
    b, mean_b = block(stem(1.0 - right))
    shared = layers.Dense(4, name="scores")
    pooled = layers.GlobalMaxPooling2D(name="largest")(layers.Maximum(name="most")([a, b]))
    return keras.Model([left, right], [shared(mean_a), layers.Softmax(name="parts")(shared(mean_b)), pooled], name="outer")


def recurrent():
    """Every kind of recurrent layer, in both directions, with states at all places or behind the last."""
    layers = keras.layers
    x = sequence = keras.Input((9, 5), name="sequence")
    x = layers.LSTM(6, return_sequences=True, name="lstm")(x)
    x = layers.GRU(7, return_sequences=True, go_backwards=True, name="gru")(x)
    before = layers.GRU(4, reset_after=False, recurrent_activation="hard_sigmoid", name="early")(x)
    x = layers.SimpleRNN(8, return_sequences=True, use_bias=False, name="plain")(x)
    behind = layers.LSTM(5, go_backwards=True, activation="relu", name="last")(x)
    return keras.Model(sequence, [before, behind], name="recurrent")


def randomize(model):
    generator = np.random.default_rng(7)
    for weight in model.weights:
        path = getattr(weight, "path", weight.name)  # Keras 2 has no path, and ":0" behind the name
        name, shape = path.rsplit("/", 1)[-1].split(":")[0], tuple(weight.shape)
        if not str(getattr(weight.dtype, "name", weight.dtype)).startswith("float"):
            continue
        if name in ("gamma", "moving_variance", "variance"):
            value = generator.uniform(0.5, 1.5, shape)
        elif name in ("beta", "bias", "moving_mean", "mean"):
            value = generator.normal(0, 0.1, shape)
        else:
            fan_in = np.prod(shape[:-1]) if "depthwise" not in name else np.prod(shape[:2])
            value = generator.normal(0, (2 / max(1, fan_in)) ** 0.5, shape)
        weight.assign(value.astype(np.float32))


def flat(made):
    """The tensors that a layer gives: one, or lists of them, as cells one on another have their states."""
    if not isinstance(made, (list, tuple)):
        return [made]
    return [tensor for each in made for tensor in flat(each)]


#: Models of no family: what makes each, and its input.
BY_HAND = {"nested": (nested, "12x10x3, twice"), "recurrent": (recurrent, "9x5")}


def layer_of(tensor):
    """The name of the layer that makes it, which is what inputs and outputs are called."""
    return tensor._keras_history.operation.name


def save_and_compare(arguments, model, kind, inputs, expected):
    """The largest relative difference over the outputs, through a file of that kind."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        model.save(folder / f"model.{kind}")
        tandem(arguments.tandem, "compile", folder / f"model.{kind}", "-o", folder / "m.tandem", *arguments.compile_options.split())
        (folder / f"model.{kind}").unlink()
        given = []
        for tensor, value in zip(model.inputs, inputs):
            np.save(folder / f"{layer_of(tensor)}.npy", value)
            given += ["--input", f"{layer_of(tensor)}={folder / layer_of(tensor)}.npy"]
        tandem(arguments.tandem, "run", folder / "m.tandem", *given, "--save", folder / "out")
        return max(relative_difference(value, np.load(folder / "out" / f"{layer_of(tensor)}.npy"))
                   for tensor, value in zip(model.outputs, expected))


def check(arguments, name):
    keras.backend.clear_session()
    model = BY_HAND[name][0]() if name in BY_HAND else application(name)
    randomize(model)
    generator = np.random.default_rng(11)
    inputs = [generator.uniform(0, 1, (1, *[size or 8 for size in tensor.shape[1:]])).astype(np.float32) for tensor in model.inputs]
    expected = model(inputs if len(inputs) > 1 else inputs[0], training=False)
    expected = [np.asarray(value) for value in (expected if isinstance(expected, (list, tuple)) else [expected])]
    return [save_and_compare(arguments, model, kind, inputs, expected) for kind in FORMATS]


def size_text(name):
    if name in BY_HAND:
        return BY_HAND[name][1]
    return "x".join(map(str, (smallest_size(getattr(keras.applications, name)),) * 2)) + "x3"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these")
    add_arguments(parser)
    arguments = parser.parse_intermixed_args()
    how = (f"Made by `tests/models/check_keras_applications.py --write`, which says how: every architecture of keras.applications {keras.__version__} "
           "with random weights and the smallest input that it takes, models inside a model (\"nested\") and recurrent layers, saved in both formats, "
           "through `tandem compile` and `tandem run`.")
    sweep = Sweep("keras", arguments, "Keras models", how, ["architecture", "input"], [f".{kind}" for kind in FORMATS])
    sys.exit(sweep.run({name: ([name, size_text(name)], lambda name=name: check(arguments, name))
                        for name in [*BY_HAND, *architectures()]}))


if __name__ == "__main__":
    main()
