#!/usr/bin/env python3
"""Compare models of keras.applications (random weights) and a signature model with TensorFlow, each as a SavedModel
and as a frozen graph with an open batch.

Usage: check_tensorflow.py [--tandem build/bin/tandem] [--missing] [--write] [MODEL...]

  python3 -m venv .venv-tensorflow && .venv-tensorflow/bin/pip install -r tests/models/requirements-tensorflow.txt
  .venv-tensorflow/bin/python tests/models/check_tensorflow.py --write      # docs/generated/tensorflow.md

The signature model, "hub", is what TensorFlow Hub has: a tf.Module of variables with a traced call for training and one
for inference, functions in functions, pictures as bytes on its border, and a signature of several results by name.
Prints a table: the largest difference over the largest value of TensorFlow's result. Exit: 0 all within 1e-3, 1 otherwise.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
import keras  # noqa: E402 (after the environment)
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from sweep import Sweep, add_arguments, relative_difference, tandem  # noqa: E402
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2  # noqa: E402

tf.get_logger().setLevel("ERROR")  # each model is a function of its own, on purpose
#: Names of keras.applications, each with the smallest picture that its architecture takes comfortably.
APPLICATIONS = {
    "MobileNetV2": 96,
    "MobileNetV3Small": 96,
    "ResNet50": 64,
    "DenseNet121": 64,
    "EfficientNetB0": 96,
    "InceptionV3": 96,
    "Xception": 96,
    "NASNetMobile": 96,
    "VGG16": 48,
}


def spread(model, random):
    """Random weights, and statistics that are no identity, so that a wrong one shows."""
    for weight in model.weights:
        if weight.name in ("gamma", "moving_variance"):
            weight.assign(random.uniform(0.7, 1.3, weight.shape).astype(np.float32))
        elif weight.name in ("beta", "bias", "moving_mean"):
            weight.assign(random.normal(0, 0.1, weight.shape).astype(np.float32))


class Hub(tf.Module):
    """A feature vector and scores of a picture of bytes, as a module of TensorFlow Hub gives them."""

    def __init__(self, random):
        super().__init__()
        normal = lambda *shape: tf.Variable(random.normal(0, 0.2, shape).astype(np.float32))
        self.filters = [normal(3, 3, 3, 8), normal(3, 3, 8, 16)]
        self.depthwise = normal(5, 5, 16, 1)
        self.dense, self.bias = normal(16, 10), normal(10)
        self.mean, self.variance = normal(16), tf.Variable(random.uniform(0.7, 1.3, 16).astype(np.float32))

    @tf.function
    def normalized(self, x, training):
        mean, variance = tf.nn.moments(x, [0, 1, 2]) if training else (self.mean, self.variance)
        return tf.nn.batch_normalization(x, mean, variance, None, None, 1e-3)

    @tf.function
    def __call__(self, images, training=False):
        x = tf.image.resize(tf.cast(images, tf.float32) / 127.5 - 1.0, [32, 32])
        for filters in self.filters:
            x = tf.nn.relu6(tf.nn.conv2d(x, filters, 2, "SAME"))
        x = self.normalized(tf.nn.depthwise_conv2d(x, self.depthwise, [1, 1, 1, 1], "SAME"), training)
        features = tf.reduce_mean(tf.nn.swish(x), [1, 2])
        return features, tf.nn.softmax(tf.matmul(features, self.dense) + self.bias)


def hub(random):
    """What is saved, the function of its signature, and an input."""
    module = Hub(random)
    spec = tf.TensorSpec([None, 40, 52, 3], tf.uint8, "image")
    module(tf.zeros([1, 40, 52, 3], tf.uint8), training=True)  # traced too, and saved beside the other

    @tf.function(input_signature=[spec])
    def serve(image):
        features, scores = module(image)
        return {"features": features, "scores": scores}

    return module, serve, random.integers(0, 256, (1, 40, 52, 3)).astype(np.uint8)


def application(name, random):
    size = APPLICATIONS[name]
    keras.utils.set_random_seed(7)
    model = getattr(keras.applications, name)(weights=None, input_shape=(size, size, 3), classes=100, classifier_activation=None)
    spread(model, random)

    @tf.function(input_signature=[tf.TensorSpec([None, size, size, 3], tf.float32, "image")])
    def serve(image):
        return {"scores": model(image, training=False)}

    module = tf.Module()
    module.kept = [v.value for v in model.variables]
    largest = 255 if "Efficient" in name or "V3Small" in name else 1
    return module, serve, random.uniform(0, largest, (1, size, size, 3)).astype(np.float32)


def run_tandem(arguments, model, picture, folder):
    """The results by size: a frozen graph has no names for them."""
    bundle = folder / "model.tandem"
    np.save(folder / "in.npy", picture)
    tandem(arguments.tandem, "compile", model, "-o", bundle, "--shape", "image=" + "x".join(map(str, picture.shape)),
           *arguments.compile_options.split())
    with tempfile.TemporaryDirectory() as saved:
        tandem(arguments.tandem, "run", bundle, "--input", folder / "in.npy", "--save", saved)
        return sorted((np.load(path) for path in Path(saved).glob("*.npy")), key=np.size)


def check(arguments, name):
    keras.backend.clear_session()
    random = np.random.default_rng(7)
    module, serve, picture = hub(random) if name == "hub" else application(name, random)
    expected = sorted((value.numpy() for value in serve(tf.constant(picture)).values()), key=np.size)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        tf.saved_model.save(module, str(folder / "saved"), {"serving_default": serve})
        frozen = convert_variables_to_constants_v2(serve.get_concrete_function())
        (folder / "frozen.pb").write_bytes(frozen.graph.as_graph_def().SerializeToString())
        return [max(relative_difference(wanted, actual) for wanted, actual in
                    zip(expected, run_tandem(arguments, folder / form, picture, folder), strict=True))
                for form in ("saved", "frozen.pb")]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="MODEL", help="only these")
    add_arguments(parser)
    arguments = parser.parse_intermixed_args()
    how = ("Made by `tests/models/check_tensorflow.py --write`, which says how: models of keras.applications with random weights, and a "
           f"signature model as TensorFlow Hub has them (\"hub\"), saved by TensorFlow {tf.__version__} with an open batch, through "
           "`tandem compile` and `tandem run`.")
    sweep = Sweep("tensorflow", arguments, "TensorFlow models", how, ["model", "input"], ["SavedModel", "frozen graph"])
    sizes = {"hub": "40x52x3, bytes"} | {name: f"{size}x{size}x3" for name, size in APPLICATIONS.items()}
    sys.exit(sweep.run({name: ([name, size], lambda name=name: check(arguments, name)) for name, size in sizes.items()}))


if __name__ == "__main__":
    main()
