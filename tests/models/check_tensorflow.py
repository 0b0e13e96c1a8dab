#!/usr/bin/env python3
"""Compare models of keras.applications (random weights) and a signature model with TensorFlow, each as a SavedModel
and as a frozen graph with an open batch, by hand: it takes minutes and a gigabyte.

Usage: check_tensorflow.py [--tandem build/bin/tandem] [MODEL...]

  pip install -r tests/models/requirements-tensorflow.txt
  tests/models/check_tensorflow.py MobileNetV2 ResNet50

A line for each: the largest difference over the largest value of TensorFlow's result, and how long the import took.
Exit: 0 all within 1e-3, 1 otherwise.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

ROOT = Path(__file__).resolve().parents[2]
TOLERANCE = 1e-3
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


def run_tandem(tandem, model, shape, picture, folder):
    """The results by name, and the seconds of an import."""
    bundle, saved = folder / "model.tandem", folder / "out"
    np.save(folder / "in.npy", picture)
    fixed = ["--shape", "image=" + "x".join(map(str, shape))]
    start = time.monotonic()
    subprocess.run([tandem, "inspect", model, *fixed], check=True, stdout=subprocess.DEVNULL)
    seconds = time.monotonic() - start
    subprocess.run([tandem, "compile", model, "-o", bundle, *fixed], check=True, stdout=subprocess.DEVNULL)
    subprocess.run([tandem, "run", bundle, "--input", folder / "in.npy", "--save", saved], check=True, stdout=subprocess.DEVNULL)
    return {path.stem: np.load(path) for path in saved.glob("*.npy")}, seconds


def check(name, size, tandem, folder):
    random = np.random.default_rng(7)
    keras.utils.set_random_seed(7)
    model = getattr(keras.applications, name)(weights=None, input_shape=(size, size, 3), classes=100)
    spread(model, random)

    @tf.function(input_signature=[tf.TensorSpec([None, size, size, 3], tf.float32, "image")])
    def serve(image):
        return {"scores": model(image, training=False)}

    picture = random.uniform(0, 255 if "Efficient" in name or "V3Small" in name else 1, (1, size, size, 3)).astype(np.float32)
    expected = serve(tf.constant(picture))["scores"].numpy()
    module = tf.Module()
    module.kept = [v.value for v in model.variables]
    tf.saved_model.save(module, str(folder / "saved"), {"serving_default": serve})
    frozen = convert_variables_to_constants_v2(serve.get_concrete_function())
    (folder / "frozen.pb").write_bytes(frozen.graph.as_graph_def().SerializeToString())
    worst = 0.0
    for form in ("saved", "frozen.pb"):
        outputs, seconds = run_tandem(tandem, folder / form, picture.shape, picture, folder)
        (result,) = outputs.values()
        difference = float(np.abs(result - expected).max() / np.abs(expected).max())
        worst = max(worst, difference)
        print(f"{name:18} {form:10} {difference:.2e}   inspected in {seconds:.2f} s", flush=True)
        for file in (folder / "out").glob("*"):
            file.unlink()
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tandem", default=ROOT / "build/bin/tandem", type=Path)
    parser.add_argument("models", nargs="*", metavar="MODEL")
    arguments = parser.parse_args()
    failures = 0
    for name in arguments.models or APPLICATIONS:
        with tempfile.TemporaryDirectory() as folder:
            try:
                failures += not check(name, APPLICATIONS[name], arguments.tandem, Path(folder)) <= TOLERANCE
            except subprocess.CalledProcessError as error:
                print(f"{name}: {error}", file=sys.stderr)
                failures += 1
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
