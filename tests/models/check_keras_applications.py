#!/usr/bin/env python3
"""Compare the Keras importer with Keras 3: every architecture of keras.applications, in both file formats.

Usage: check_keras_applications.py [--tandem build/bin/tandem] [--formats h5,keras] [NAME...]

  python3 -m venv .venv-keras3 && .venv-keras3/bin/pip install -r tests/models/requirements-keras3.txt
  .venv-keras3/bin/python tests/models/check_keras_applications.py MobileNetV3Small

Each is built with the smallest input that it takes and seeded random weights (moving statistics that are not the
identity), saved, compiled with `tandem compile`, run with `tandem run`, and compared with Keras's own output: largest
difference over largest value. Beside them, "nested": models inside a model, layers used twice, several inputs and
outputs. Prints a table. Exit: 0 all within the tolerance, 1 something is not.
"""

import argparse
import inspect
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
import keras  # noqa: E402 (after the environment)
import numpy as np  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
TOLERANCE = 1e-3


def architectures():
    return [name for name, value in vars(keras.applications).items() if inspect.isfunction(value)]


def smallest_size(build):
    """What the architecture's source says that it takes; 32 where it says nothing."""
    found = re.search(r"min_size=(\d+)", inspect.getsource(sys.modules[build.__module__]))
    return int(found.group(1)) if found else 32


def application(name):
    build = getattr(keras.applications, name)
    size = smallest_size(build)
    return build(weights=None, input_shape=(size, size, 3))


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


def randomize(model):
    generator = np.random.default_rng(7)
    for weight in model.weights:
        name, shape = weight.path.rsplit("/", 1)[-1], tuple(weight.shape)
        if not str(weight.dtype).startswith("float"):
            continue
        if name in ("gamma", "moving_variance", "variance"):
            value = generator.uniform(0.5, 1.5, shape)
        elif name in ("beta", "bias", "moving_mean", "mean"):
            value = generator.normal(0, 0.1, shape)
        else:
            fan_in = np.prod(shape[:-1]) if "depthwise" not in name else np.prod(shape[:2])
            value = generator.normal(0, (2 / max(1, fan_in)) ** 0.5, shape)
        weight.assign(value.astype(np.float32))


def tandem(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit {done.returncode}")


def layer_of(tensor):
    """The name of the layer that makes it, which is what inputs and outputs are called."""
    return tensor._keras_history.operation.name


def check(program, model, formats):
    generator = np.random.default_rng(11)
    inputs = [generator.uniform(0, 1, (1, *[size or 8 for size in tensor.shape[1:]])).astype(np.float32) for tensor in model.inputs]
    expected = model(inputs if len(inputs) > 1 else inputs[0], training=False)
    expected = [np.asarray(value) for value in (expected if isinstance(expected, (list, tuple)) else [expected])]
    verdicts = []
    for kind in formats:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            model.save(folder / f"model.{kind}")
            tandem(program, "compile", folder / f"model.{kind}", "-o", folder / "m.tandem")
            (folder / f"model.{kind}").unlink()
            given = []
            for tensor, value in zip(model.inputs, inputs):
                np.save(folder / f"{layer_of(tensor)}.npy", value)
                given += ["--input", f"{layer_of(tensor)}={folder / layer_of(tensor)}.npy"]
            tandem(program, "run", folder / "m.tandem", *given, "--save", folder / "out")
            worst = 0.0
            for tensor, value in zip(model.outputs, expected):
                actual = np.load(folder / "out" / f"{layer_of(tensor)}.npy")
                if actual.shape != value.shape or not np.isfinite(value).all():
                    raise RuntimeError(f"shape {actual.shape}, Keras has {value.shape}; or Keras's output is not finite")
                worst = max(worst, np.abs(value - actual).max() / max(np.abs(value).max(), 1e-30))
            verdicts.append(worst)
    return verdicts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these")
    parser.add_argument("--tandem", default=str(ROOT / "build/bin/tandem"))
    parser.add_argument("--formats", default="h5,keras")
    arguments = parser.parse_intermixed_args()
    formats = arguments.formats.split(",")
    print(f"{'architecture':22} {'input':>12} " + " ".join(f"{kind:>9}" for kind in formats))
    bad = 0
    for name in arguments.names or ["nested", *architectures()]:
        keras.backend.clear_session()
        model = nested() if name == "nested" else application(name)
        randomize(model)
        size = "x".join(str(n) for n in model.inputs[0].shape[1:])
        try:
            worst = check(arguments.tandem, model, formats)
            print(f"{name:22} {size:>12} " + " ".join(f"{value:9.1e}" for value in worst), flush=True)
            bad += max(worst) > TOLERANCE
        except RuntimeError as error:
            print(f"{name:22} {size:>12} error: {error}", flush=True)
            bad += 1
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
