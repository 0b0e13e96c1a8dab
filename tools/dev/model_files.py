"""The models that bench.py and bench_peers.py know by name: those of tests/models/models.json, and the networks of
bench_networks.py once it has written them."""

import json
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SHARED = Path(os.environ.get("TANDEM_SHARED_MODELS", ROOT.parent / "shared/models"))


NETWORKS = ROOT / "build/bench/networks"
SUFFIXES = (".tflite", ".h5", ".hdf5", ".pt2", ".onnx")


def table():
    return json.loads((ROOT / "tests/models/models.json").read_text())["models"]


def ranges():
    """Name to the real numbers that a float input spans: (low, high)."""
    return {model["name"]: model["range"] for model in table() if "range" in model}


def known():
    """Name to path, of the models that are on this machine."""
    found = {}
    for model in table():
        place, _, name = model["file"].partition(":")
        path = SHARED / name if place == "shared" else ROOT / name
        if path.exists():
            found[model["name"]] = path
    return {**found, **{path.stem: path for path in sorted(NETWORKS.glob("*.onnx"))}}


def chosen(names, suffixes):
    """Name to path of the given names or files; of all known with these suffixes when none is given."""
    models = known()
    if not names:
        return {name: path for name, path in models.items() if path.suffix in suffixes}
    picked = {}
    for name in names:
        path = models.get(name, Path(name))
        if not path.exists():
            raise FileNotFoundError(f"{name} is neither a file nor one of {', '.join(models)}")
        if path.suffix not in suffixes:
            raise ValueError(f"{name} is not one of {', '.join(suffixes)}")
        picked[path.stem if name not in models else name] = path
    return picked
