"""Models from a framework's memory become a file of that framework's own format, which our importers read."""

from __future__ import annotations

import os
from typing import Any

from ._errors import InvalidArgumentError


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
    return _write_program(program, folder, None, None)


def _write_program(program: Any, folder: str, _inputs: Any, _kwargs: Any) -> str:
    import torch

    path = os.path.join(folder, "model.pt2")
    torch.export.save(program, path)
    return path


def _write_keras(model: Any, folder: str, _inputs: Any, _kwargs: Any) -> str:
    path = os.path.join(folder, f"{_file_name(model.name)}.keras")
    model.save(path)
    return path


def _write_onnx(model: Any, folder: str, _inputs: Any, _kwargs: Any) -> str:
    path = os.path.join(folder, f"{_file_name(model.graph.name)}.onnx")
    with open(path, "wb") as file:
        file.write(model.SerializeToString())
    return path


def _file_name(name: str) -> str:
    kept = "".join(c if c.isalnum() or c in "-_" else "_" for c in name)
    return kept[:100] or "model"


_WRITERS = {"module": _write_module, "program": _write_program, "keras": _write_keras, "onnx": _write_onnx}
