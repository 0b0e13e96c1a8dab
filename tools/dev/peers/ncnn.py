"""ncnn with its default options (its packed layouts, Winograd, f32), converted by pnnx."""

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

PACKAGE = "ncnn"
ROOT = Path(__file__).resolve().parents[3]


def takes(path):
    return path.suffix == ".onnx"


def prepare():
    import ncnn  # noqa: F401


def convert(path, folder):
    """ncnn numbers inputs and outputs; whose names they are is written beside the model."""
    from onnx_interface import write_interface

    write_interface(path, folder / "model.ncnn.json")
    shutil.copy(path, folder / "model.onnx")  # pnnx leaves its files beside the model
    (pnnx,) = ROOT.glob(".venv-pnnx/lib/*/site-packages/pnnx/pnnx")  # what it comes with in Python asks for PyTorch
    subprocess.run([pnnx, "model.onnx", "fp16=0"], cwd=folder, check=True, capture_output=True, text=True)
    (folder / "model.onnx").unlink()
    return folder / "model.ncnn.param"


def load(path, inputs, threads):
    import ncnn
    import numpy as np

    names = json.loads(path.with_suffix(".json").read_text())
    net = ncnn.Net()
    net.opt.num_threads = threads
    net.opt.use_bf16_storage = net.opt.use_fp16_storage = net.opt.use_fp16_packed = net.opt.use_fp16_arithmetic = False
    ncnn.set_omp_num_threads(threads)
    if net.load_param(os.fspath(path)) or net.load_model(os.fspath(path.with_suffix(".bin"))):
        raise ValueError(f"ncnn cannot load {path}")
    arrays = [np.ascontiguousarray(inputs[name][0]) for name in names["inputs"]]  # without the batch
    results = {}

    def run():
        start = time.perf_counter()
        extractor = net.create_extractor()
        for number, array in enumerate(arrays):
            extractor.input(f"in{number}", ncnn.Mat(array))
        for number, name in enumerate(names["outputs"]):
            status, results[name] = extractor.extract(f"out{number}")
            if status:
                raise ValueError(f"ncnn cannot compute {name}")
        return (time.perf_counter() - start) * 1e3

    def outputs():
        return {name: np.array(results[name]).reshape(output["shape"]) for name, output in names["outputs"].items()}

    return run, outputs
