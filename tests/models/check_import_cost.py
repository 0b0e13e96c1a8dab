#!/usr/bin/env python3
"""Measure what the import of a model of 100 MB takes: seconds beyond reading the file, and memory beside its size.

Usage: check_import_cost.py FRAMEWORK [--tandem build/bin/tandem] [--write]

FRAMEWORK is keras, mxnet, onnx, tensorflow (which makes the TFLite file as well) or torch: run it with the Python of the
environment that check_... of that framework has. The model is eight convolutions of 512 channels and a dense layer with
random weights, in every format that the framework writes; with weights in float16 or int8 it is larger, so that the file is as large. `tandem inspect` imports it and runs the passes; its peak
memory holds the pages of the file that it maps. From both goes what the same command takes on a model of a few kB.
Exit: 1 where an import takes more than a second, or more memory than twice the file.
"""

import argparse
import datetime
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
import numpy as np  # noqa: E402 (after the environment)

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / ".cache/sweeps/import.json"
CHANNELS, LAYERS, UNITS, SIZE = 512, 8, 11000, 32
HALF_GROWTH, CODE_GROWTH = 2 ** 0.5, 2  # of channels and units, where a weight takes half the bytes, or a quarter
MATRIX_GROWTH = 20  # from the channels to the size of a square matrix of codes
MOST_SECONDS, MOST_FILES = 1.0, 2.0


def keras_model(channels, units):
    import keras

    layers = keras.layers
    x = image = keras.Input((SIZE, SIZE, 3), batch_size=1, name="image")
    for _ in range(LAYERS + 1):
        x = layers.Conv2D(channels, 3, padding="same", activation="relu")(x)
    return keras.Model(image, layers.Dense(units)(layers.GlobalAveragePooling2D()(x)))


def make_keras(folder, channels, units):
    model = keras_model(channels, units)
    for kind in ("h5", "keras"):
        model.save(folder / f"model.{kind}")
        yield f"Keras .{kind}", folder / f"model.{kind}"


def make_tensorflow(folder, channels, units):
    import tensorflow as tf
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    def servable(channels, units):
        model = keras_model(channels, units)
        serve = tf.function(lambda image: {"scores": model(image)}, input_signature=[tf.TensorSpec([1, SIZE, SIZE, 3], tf.float32, "image")])
        module = tf.Module()
        module.kept = [v.value for v in model.variables]
        return module, serve

    module, serve = servable(channels, units)
    tf.saved_model.save(module, str(folder / "saved"), {"serving_default": serve})
    yield "TensorFlow SavedModel", folder / "saved"
    frozen = convert_variables_to_constants_v2(serve.get_concrete_function())
    (folder / "frozen.pb").write_bytes(frozen.graph.as_graph_def().SerializeToString())
    yield "TensorFlow frozen graph", folder / "frozen.pb"
    converter = tf.lite.TFLiteConverter.from_concrete_functions([serve.get_concrete_function()], module)
    (folder / "model.tflite").write_bytes(converter.convert())
    yield "TFLite", folder / "model.tflite"
    module, serve = servable(int(channels * HALF_GROWTH), int(units * HALF_GROWTH))
    converter = tf.lite.TFLiteConverter.from_concrete_functions([serve.get_concrete_function()], module)
    converter.optimizations, converter.target_spec.supported_types = [tf.lite.Optimize.DEFAULT], [tf.float16]
    (folder / "half.tflite").write_bytes(converter.convert())
    yield "TFLite, float16", folder / "half.tflite"


def torch_model(channels, units):
    import torch

    layers = []
    for i in range(LAYERS + 1):
        layers += [torch.nn.Conv2d(channels if i else 3, channels, 3, padding=1), torch.nn.ReLU()]
    return torch.nn.Sequential(*layers, torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(channels, units)).eval()


def make_torch(folder, channels, units):
    import torch

    model, image = torch_model(channels, units), torch.zeros(1, 3, SIZE, SIZE)
    torch.export.save(torch.export.export(model, (image,)), folder / "model.pt2")
    yield "PyTorch .pt2", folder / "model.pt2"
    torch.jit.trace(model, image).save(folder / "model.pt")
    yield "TorchScript", folder / "model.pt"


def onnx_model(channels, units, type):
    from onnx import helper, numpy_helper

    random, nodes, tensors, x = np.random.default_rng(7), [], [], "image"
    real = np.float32 if type == np.int8 else type

    def weights(name, *shape):
        values = random.normal(0, 0.02, shape)
        if type != np.int8:
            tensors.append(numpy_helper.from_array(values.astype(type), name))
            return
        tensors.append(numpy_helper.from_array(np.clip(np.round(values * 1000), -127, 127).astype(np.int8), f"{name}_codes"))
        tensors.append(numpy_helper.from_array(np.full(shape[0], 0.001, np.float32), f"{name}_scales"))
        nodes.append(helper.make_node("DequantizeLinear", [f"{name}_codes", f"{name}_scales"], [name], axis=0))

    for i in range(LAYERS + 1):
        weights(f"w{i}", channels, channels if i else 3, 3, 3)
        nodes += [helper.make_node("Conv", [x, f"w{i}"], [f"c{i}"], pads=[1, 1, 1, 1]), helper.make_node("Relu", [f"c{i}"], [f"r{i}"])]
        x = f"r{i}"
    weights("dense", units, channels)
    nodes += [helper.make_node("GlobalAveragePool", [x], ["mean"]), helper.make_node("Flatten", ["mean"], ["rows"]),
              helper.make_node("Gemm", ["rows", "dense"], ["scores"], transB=1)]
    values = [helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(real)), shape)
              for name, shape in (("image", [1, 3, SIZE, SIZE]), ("scores", [1, units]))]
    return helper.make_model(helper.make_graph(nodes, "model", values[:1], values[1:], tensors), opset_imports=[helper.make_opsetid("", 17)])


def onnx_matrix(size):
    """A product by one matrix of codes, which is transposed on import."""
    from onnx import helper, numpy_helper

    codes = np.random.default_rng(7).integers(-127, 128, (size, size)).astype(np.int8)
    tensors = [numpy_helper.from_array(codes, "codes"), numpy_helper.from_array(np.full(size, 0.001, np.float32), "scales"),
               numpy_helper.from_array(np.ones(size, np.float32), "bias")]
    nodes = [helper.make_node("DequantizeLinear", ["codes", "scales"], ["matrix"], axis=1),
             helper.make_node("MatMul", ["row", "matrix"], ["product"]), helper.make_node("Add", ["product", "bias"], ["sum"])]
    values = [helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(np.float32)), [1, size]) for name in ("row", "sum")]
    return helper.make_model(helper.make_graph(nodes, "model", values[:1], values[1:], tensors), opset_imports=[helper.make_opsetid("", 17)])


def make_onnx(folder, channels, units):
    import onnx

    onnx.save(onnx_model(channels, units, np.float32), folder / "model.onnx")
    yield "ONNX", folder / "model.onnx"
    onnx.save(onnx_model(int(channels * HALF_GROWTH), int(units * HALF_GROWTH), np.float16), folder / "half.onnx")
    yield "ONNX, float16", folder / "half.onnx"
    onnx.save(onnx_model(channels * CODE_GROWTH, units * CODE_GROWTH, np.int8), folder / "codes.onnx")
    yield "ONNX, int8 weights", folder / "codes.onnx"
    onnx.save(onnx_matrix(channels * MATRIX_GROWTH), folder / "matrix.onnx")
    yield "ONNX, one matrix of int8", folder / "matrix.onnx"


def make_mxnet(folder, channels, units):
    import mxnet as mx

    network = mx.gluon.nn.HybridSequential()
    for _ in range(LAYERS + 1):
        network.add(mx.gluon.nn.Conv2D(channels, 3, padding=1, activation="relu"))
    network.add(mx.gluon.nn.GlobalAvgPool2D(), mx.gluon.nn.Dense(units))
    network.initialize(mx.init.Normal(0.02))
    network.hybridize()
    network(mx.nd.zeros((1, 3, SIZE, SIZE)))
    network.export(str(folder / "model"))
    yield "MXNet", folder / "model-symbol.json"


def files_of(path):
    """All files that belong to a model."""
    if path.is_dir():
        return [file for file in path.rglob("*") if file.is_file()]
    return [path, path.with_name("model-0000.params")] if path.suffix == ".json" else [path]


# A process of its own, since a child's peak counts what its parent had when it began: a framework.
MEASURED = """
import resource, subprocess, sys, time
begin = time.monotonic()
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(time.monotonic() - begin, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""


def measure(tandem, path, shapes):
    """Seconds and bytes of the best of three imports, and the seconds of reading the files."""
    begin = time.monotonic()
    for file in files_of(path):
        file.read_bytes()
    reading = time.monotonic() - begin
    runs = [subprocess.run([sys.executable, "-IS", "-c", MEASURED, tandem, "inspect", path, *shapes], check=True, capture_output=True, text=True)
            for _ in range(3)]
    seconds, peaks = zip(*(map(float, run.stdout.split()) for run in runs))
    return min(seconds), min(peaks), reading


def page(rows):
    out = ["# What an import takes", "",
           "Made by `tests/models/check_import_cost.py FRAMEWORK --write`, which says how: convolutions and a dense layer with random "
           f"weights, some 100 MB in each format, through `tandem inspect` on one core of {processor()}. Bounds: {MOST_SECONDS:g} s beyond "
           f"reading the file, and {MOST_FILES:g} times the file in memory, beyond what the command takes for a tiny model (some 160 MB, most of it LLVM).", "",
           "| format | file, MB | reading it, s | import beyond that, s | peak memory, times the file | measured |", "|---|---|---|---|---|---|"]
    out += [f"| {name} | {row['size'] / 1e6:.0f} | {row['reading']:.2f} | {row['beyond']:.2f} | {row['times']:.2f} | {row['date']} |"
            for name, row in sorted(rows.items())]
    return "\n".join(out) + "\n"


def processor():
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), "an unknown processor")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("framework", choices=["keras", "mxnet", "onnx", "tensorflow", "torch"])
    parser.add_argument("--tandem", default=str(ROOT / "build/bin/tandem"))
    parser.add_argument("--write", action="store_true", help="write docs/generated/import.md of all that was measured")
    arguments = parser.parse_args()
    make = globals()[f"make_{arguments.framework}"]
    shapes = ["--shape", f"data=1x3x{SIZE}x{SIZE}"] if arguments.framework == "mxnet" else []
    rows, bad = json.loads(KEPT.read_text()) if KEPT.exists() else {}, 0
    with tempfile.TemporaryDirectory() as large, tempfile.TemporaryDirectory() as small:
        nothing = dict(make(Path(small), 2, 2))
        for name, path in make(Path(large), CHANNELS, UNITS):
            size = sum(file.stat().st_size for file in files_of(path))
            least, floor, _ = measure(arguments.tandem, nothing[name], shapes)
            seconds, peak, reading = measure(arguments.tandem, path, shapes)
            beyond, times = max(0.0, seconds - least - reading), (peak - floor) / size
            rows[name] = {"size": size, "reading": reading, "beyond": beyond, "times": times, "date": datetime.date.today().isoformat()}
            print(f"{name:24} {size / 1e6:6.0f} MB {reading:6.2f} s {beyond:6.2f} s {times:6.2f} times (nothing: {floor / 1e6:.0f} MB, {least:.2f} s)", flush=True)
            bad += beyond > MOST_SECONDS or times > MOST_FILES
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    KEPT.write_text(json.dumps(rows, indent=1) + "\n")
    if arguments.write:
        (ROOT / "docs/generated/import.md").write_text(page(rows))
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
