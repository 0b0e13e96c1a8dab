"""Models from a framework's memory become a file of that framework's own format, which our importers read."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from typing import Any

from ._errors import Error, InvalidArgumentError


@contextlib.contextmanager
def told_as(path: str, name: str) -> Iterator[None]:
    """In errors about a file that the user never saw, what he gave stands for it."""
    try:
        yield
    except Error as error:
        raise type(error)(str(error).replace(path, name), error.subject.replace(path, name)) from None


def names_in(names: Sequence[str] | str) -> list[str]:
    """One name, or several with commas between them as on the command line, or a sequence."""
    return names.split(",") if isinstance(names, str) else list(names)


def name_of(model: Any) -> str:
    """What a model object calls itself, else the name of its class."""
    kind = _kind_of(model)
    name = {"keras": lambda: model.name, "onnx": lambda: model.graph.name}.get(kind or "", lambda: "")()
    return str(name) or type(model).__name__


def write_model(model: Any, folder: str, example_inputs: Any, kwargs: Any) -> str:
    """Saves a model object into `folder` and gives the file's path. The framework is there: it made the object."""
    kind = _kind_of(model)
    if kind is None:
        raise InvalidArgumentError(
            f"error: a model of type {type(model).__name__}, expected a path, a torch.nn.Module, a "
            "torch.export.ExportedProgram, a Keras model or an onnx.ModelProto"
        )
    if kind != "module" and (example_inputs is not None or kwargs is not None):
        raise InvalidArgumentError("error: example inputs are for a torch.nn.Module")
    return _WRITERS[kind](model, folder, example_inputs, kwargs)


def _kind_of(model: Any) -> str | None:
    """By the names of its classes, so that no framework is imported to find out."""
    for base in type(model).__mro__:
        package, name = base.__module__.partition(".")[0], base.__name__
        if package == "torch" and name in ("Module", "ExportedProgram"):
            return "module" if name == "Module" else "program"
        if package in ("keras", "tf_keras", "tensorflow") and name in ("Model", "Sequential", "Functional"):
            return "keras"
        if package == "onnx" and name == "ModelProto":
            return "onnx"
    return None


def _write_module(model: Any, folder: str, example_inputs: Any, kwargs: Any) -> str:
    import torch

    if example_inputs is None:
        raise InvalidArgumentError(
            "error: a torch.nn.Module needs example_inputs, a tuple of tensors as it is called with"
        )
    training = model.training
    model.eval()  # dropout and batch norm as when it is used
    try:
        program = torch.export.export(model, tuple(example_inputs), dict(kwargs or {}))
    finally:
        model.train(training)
    return _save_program(program, _place(folder, model, ".pt2"))


def _write_program(program: Any, folder: str, _inputs: Any, _kwargs: Any) -> str:
    return _save_program(program, _place(folder, program, ".pt2"))


def _save_program(program: Any, path: str) -> str:
    import torch

    torch.export.save(program, path)
    return path


def _write_keras(model: Any, folder: str, _inputs: Any, _kwargs: Any) -> str:
    path = _place(folder, model, ".keras")
    model.save(path)
    return path


def _write_onnx(model: Any, folder: str, _inputs: Any, _kwargs: Any) -> str:
    path = _place(folder, model, ".onnx")
    with open(path, "wb") as file:
        file.write(model.SerializeToString())
    return path


def _place(folder: str, model: Any, ending: str) -> str:
    kept = "".join(c if c.isalnum() or c in "-_" else "_" for c in name_of(model))
    return os.path.join(folder, kept[:100] + ending)


_WRITERS = {"module": _write_module, "program": _write_program, "keras": _write_keras, "onnx": _write_onnx}
