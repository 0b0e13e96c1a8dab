#!/usr/bin/env python3
"""Compare the PyTorch importer with PyTorch: models of the packages that people build theirs with, as .pt2 and as TorchScript.

Usage: check_torch_packages.py [--tandem build/bin/tandem] [--missing] [--minutes N] [--write] [--form FORM] [NAME...]

  python3 -m venv .venv-torch-packages
  .venv-torch-packages/bin/pip install $(grep -v '^#' tests/models/requirements-torch-packages.txt)
  .venv-torch-packages/bin/python tests/models/check_torch_packages.py --write       # docs/generated/torch_packages.md

A small configuration of each family with seeded random weights, exported by torch.export and traced by torch.jit.trace; compiled
with `tandem compile`, run with `tandem run`, and compared with PyTorch's own output: largest difference over largest value,
integers equal. A form that PyTorch itself does not save is left out. Exit: 0 all within the tolerance, 1 something is not.
"""

import argparse
import contextlib
import importlib.metadata
import io
import logging
import os
import sys
import tempfile
import warnings
from pathlib import Path

os.environ.setdefault("YOLO_OFFLINE", "True")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("KERAS_BACKEND", "torch")
warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
import numpy as np
import torch

torch.version.cuda = None  # torchaudio wants just the CUDA that torch has; nothing here uses one
import torch_modules
import torch_transformers
from check_torch_zoo import randomize
from sweep import Sweep, add_arguments, relative_difference, tandem
from torch.utils import _pytree as pytree

FILE = {"exported": "model.pt2", "traced": "traced.pt"}


class NotSaved(Exception):
    """PyTorch itself does not save it in this form."""


def tensors_of(value):
    return [leaf for leaf in pytree.tree_leaves(value) if isinstance(leaf, torch.Tensor)]


class Traced(torch.nn.Module):
    """The model as a function of tensors alone. Subclasses have `forward` with a parameter for each, as tracing wants it."""

    def __init__(self, model, arguments, keywords):
        super().__init__()
        self.model, self.arguments, self.keywords = model, arguments, keywords

    def call(self, given):
        arguments = [given.get(f"x{i}", each) for i, each in enumerate(self.arguments)]
        return tuple(tensors_of(self.model(*arguments, **self.keywords | {k: v for k, v in given.items() if k in self.keywords})))


def traced_of(model, arguments, keywords):
    inputs = {f"x{i}": each for i, each in enumerate(arguments)} | keywords
    inputs = {name: each for name, each in inputs.items() if isinstance(each, torch.Tensor)}
    space = {}
    exec(f"def forward(self, {', '.join(inputs)}):\n    return self.call({{{', '.join(f'{name!r}: {name}' for name in inputs)}}})", space)
    rest = {name: None if isinstance(each, torch.Tensor) else each for name, each in keywords.items()}
    return type("Traced", (Traced,), space)(model, [None if isinstance(each, torch.Tensor) else each for each in arguments], rest), inputs


def save(form, model, arguments, keywords, path):
    """Writes the model in one of its forms: the tensors that it takes by their names, and its results' names."""
    if form == "exported":
        program = torch.export.export(model, arguments, keywords, strict=False)
        torch.export.save(program, path)
        given = [leaf for leaf in pytree.tree_leaves((arguments, keywords))]
        names = [spec.arg.name for spec in program.graph_signature.input_specs if spec.kind.name == "USER_INPUT"]
        taken = {name: leaf for name, leaf in zip(names, given) if isinstance(leaf, torch.Tensor)}
        return taken, [name for name in program.graph_signature.user_outputs if isinstance(name, str)]
    module, inputs = traced_of(model, arguments, keywords)
    traced = torch.jit.trace(module, tuple(inputs.values()), strict=False, check_trace=False)
    torch.jit.save(traced, path)
    count = len(module(*inputs.values()))
    return inputs, ["output_%d" % i for i in range(count)]


def export(make, form, folder):
    """Fills the folder with the archive, its inputs and what PyTorch makes of them."""
    torch.manual_seed(5)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()), torch.no_grad():
        model, given = make()
        model = model.eval()
        randomize(model)
        arguments, keywords = ((), given) if isinstance(given, dict) else (tuple(given), {})
        copies = pytree.tree_map(lambda each: each.clone() if isinstance(each, torch.Tensor) else each, (arguments, keywords))
        expected = tensors_of(model(*copies[0], **copies[1]))
        try:
            taken, names = save(form, model, arguments, keywords, folder / FILE[form])
        except Exception as error:
            raise NotSaved(" ".join(f"{type(error).__name__} {error}".split())[:200])
    np.savez(folder / f"{form}-in.npz", **{name: tensor.numpy() for name, tensor in taken.items()})
    np.savez(folder / f"{form}.npz", **dict(zip(names, (each.float().numpy() if each.dtype == torch.bfloat16 else each.numpy() for each in expected), strict=True)))


def difference(arguments, name, make, form):
    with tempfile.TemporaryDirectory() as temporary:
        scratch = Path(temporary)
        folder = Path(arguments.cache, name.replace("/", "_").replace(" ", "_")) if arguments.cache else scratch
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / f"{form}.npz").exists():
            export(make, form, folder)
        tandem(arguments.tandem, "compile", folder / FILE[form], "-o", scratch / "m.tandem", *arguments.compile_options.split())
        given = []
        for key, value in np.load(folder / f"{form}-in.npz").items():
            np.save(scratch / f"{key}.npy", value)
            given += ["--input", f"{key}={scratch / key}.npy"]
        tandem(arguments.tandem, "run", scratch / "m.tandem", *given, "--save", scratch / "out")
        return max(distance(wanted, np.load(scratch / "out" / f"{output}.npy")) for output, wanted in np.load(folder / f"{form}.npz").items())


def distance(wanted, got):
    if wanted.dtype.kind == "f":
        return relative_difference(wanted, got)
    if wanted.shape != got.shape or (wanted != got).any():
        raise RuntimeError("integers or truth values differ")
    return 0.0


def check(arguments, name, make):
    found = []
    for form in arguments.form or list(FILE):
        try:
            found.append(difference(arguments, name, make, form))
        except NotSaved as error:
            print(f"{name} ({form}) is not saved: {error}")
            reason = error
        except Exception as error:
            raise RuntimeError(f"{form}: {error}")
    if not found:
        raise RuntimeError(f"not saved by PyTorch: {reason}")
    return found


def is_installed(package):
    try:
        return bool(importlib.metadata.version(package))
    except importlib.metadata.PackageNotFoundError:
        return False


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these, as transformers/BERT")
    parser.add_argument("--cache", metavar="FOLDER", help="keep what was exported there, and do not export it again")
    parser.add_argument("--form", action="append", choices=list(FILE), help="only this one of the forms")
    add_arguments(parser)
    arguments = parser.parse_intermixed_args()
    torch.set_num_threads(1)
    packages = {"transformers": torch_transformers.FAMILIES} | torch_modules.PACKAGES
    packages = {package: families for package, families in packages.items() if is_installed(package)}
    versions = ", ".join(f"{package} {importlib.metadata.version(package)}" for package in sorted({"torch", *packages}))
    sweep = Sweep("torch_packages", arguments, "PyTorch models of packages", "Made by `tests/models/check_torch_packages.py --write`, which says how: "
                  f"small configurations with random weights, through `tandem compile` and `tandem run` ({versions}).", ["package", "family"], list(FILE))
    sys.exit(sweep.run({f"{package}/{family}": ([package, family], lambda name=f"{package}/{family}", make=make: check(arguments, name, make))
                        for package, families in packages.items() for family, make in families.items()}))


if __name__ == "__main__":
    main()
