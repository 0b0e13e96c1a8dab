#!/usr/bin/env python3
"""Compare Tandem with ONNX Runtime and LiteRT on models of other people: those that packages of PyPI and npm carry.

Usage: check_published.py [--tandem build/bin/tandem] [--missing] [--write] [NAME...]

  python3 -m venv .venv-published && .venv-published/bin/pip install -r tests/models/requirements-published.txt
  .venv-published/bin/python tests/models/check_published.py --write      # docs/generated/published.md

published.json names packages, versions and what of them is taken, with the shapes of inputs that are open, values of inputs
that are always the same (`values`, for --value), and what else is put in than random numbers (`given`). Packages come by pip and
npm into the cache folder (some 600 MB). Each model is compiled with `tandem compile`, run with `tandem run`, and compared with
what the engine that it was published for makes of the same inputs: largest difference over largest value. Exit: 0 all within
the tolerance, 1 something is not.
"""

import argparse
import json
import os
import sys
import tempfile
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
import numpy as np
from sweep import ROOT, Sweep, add_arguments, tandem

sys.path.insert(0, str(ROOT / "tools/dev"))
from fetch_models import cache_folder, download, read_member, write_whole

TABLE = Path(__file__).with_name("published.json")
ORT_TYPES = {"tensor(float)": np.float32, "tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(uint8)": np.uint8,
             "tensor(bool)": np.bool_}
WHOLE_END = 15  # random integers are below: places in the smallest of vocabularies


def fetched(archive, members):
    """Paths of these files of the package, by their names."""
    folder = cache_folder() / "published" / f"{archive['package'].replace('/', '_')}-{archive['version']}"
    missing = [member for member in members if not (folder / member).is_file()]
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache_folder(), prefix="fetch-") as scratch:
            path = download(archive, Path(scratch), cache_folder())
            for member in missing:
                write_whole(folder / member, read_member(path, member))
    return {member: folder / member for member in members}


def made(name, shape, dtype, model):
    if name in (given := model.get("given", {}) | model.get("values", {})):
        return np.full(shape, given[name], dtype)
    random = np.random.default_rng(3)
    if np.issubdtype(dtype, np.floating):
        least = 0 if len(shape) == 4 else -1  # pictures, and all else
        return random.uniform(least, 1, shape).astype(dtype)
    return random.integers(0, 2 if dtype == np.bool_ else WHOLE_END, shape).astype(dtype)


def by_onnxruntime(path, model):
    """Inputs and outputs by name."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    inputs = {}
    for each in session.get_inputs():
        shape = model.get("shapes", {}).get(each.name, each.shape)
        inputs[each.name] = made(each.name, shape, ORT_TYPES[each.type], model)
    return inputs, dict(zip([each.name for each in session.get_outputs()], session.run(None, inputs)))


def by_litert(path, model):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(path), num_threads=1)
    interpreter.allocate_tensors()
    inputs = {}
    for each in interpreter.get_input_details():
        inputs[each["name"]] = made(each["name"], tuple(each["shape"]), each["dtype"], model)
        interpreter.set_tensor(each["index"], inputs[each["name"]])
    interpreter.invoke()
    return inputs, {each["name"]: interpreter.get_tensor(each["index"]) for each in interpreter.get_output_details()}


def relative_difference(expected, actual):
    if expected.shape != actual.shape:
        raise RuntimeError(f"shape {actual.shape}, the engine has {expected.shape}")
    if not np.isfinite(expected).all():
        raise RuntimeError("the engine's own output is not finite")
    largest = np.abs(expected.astype(np.float64)).max()
    return float(np.abs(expected.astype(np.float64) - actual).max() / (largest or 1))


def input_options(model):
    """What `tandem compile` is to be told of the model's inputs."""
    shapes = [word for name, shape in model.get("shapes", {}).items() for word in ("--shape", f"{name}={'x'.join(map(str, shape))}")]
    return shapes + [word for name, value in model.get("values", {}).items() for word in ("--value", f"{name}={value}")]


def ran(arguments, path, model, inputs, folder):
    """What gives Tandem's outputs by their names."""
    tandem(arguments.tandem, "compile", path, "-o", folder / "m.tandem", *input_options(model), *arguments.compile_options.split())
    words = []
    for index, (name, value) in enumerate(inputs.items()):
        if name not in model.get("values", {}):
            np.save(folder / f"{index}.npy", value)
            words += ["--input", f"{name}={folder / f'{index}.npy'}"]
    tandem(arguments.tandem, "run", folder / "m.tandem", *words, "--save", folder / "out")
    return lambda output: np.load(folder / "out" / f"{output.replace('/', '_')}.npy")


def check(arguments, archive, member, model):
    path = fetched(archive, [member])[member]
    engine = by_litert if path.suffix == ".tflite" else by_onnxruntime
    inputs, expected = engine(path, model)
    with tempfile.TemporaryDirectory() as folder:
        actual = ran(arguments, path, model, inputs, Path(folder))
        return [max(relative_difference(value, actual(name)) for name, value in expected.items())]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these, as nudenet/320n.onnx")
    add_arguments(parser)
    arguments = parser.parse_intermixed_args()
    table = json.loads(TABLE.read_text())
    sweep = Sweep("published", arguments, "Published models", "Made by `tests/models/check_published.py --write`, which says how: "
                  "models that packages of PyPI and npm carry, as they are, through `tandem compile` and `tandem run`, beside "
                  "ONNX Runtime or LiteRT.", ("package", "model", "what it does"), ("difference",))
    models = {}
    for package in table["packages"]:
        for member, model in package["models"].items():
            name = f"{package['package']}/{os.path.basename(member)}"
            labels = (f"{package['package']} {package['version']}", os.path.basename(member), model["does"])
            models[name] = (labels, lambda package=package, member=member, model=model: check(arguments, package, member, model))
    return sweep.run(models)


if __name__ == "__main__":
    sys.exit(main())
