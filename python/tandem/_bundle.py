"""Models: compile, load, inspect."""

from __future__ import annotations

import os
import tempfile
import warnings
import weakref
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ._errors import InvalidArgumentError
from ._runtime import Model, OpenBundle
from ._sources import name_of, names_in, told_as, write_model


class Bundle:
    """Compiled models in one file: packed weights and machine code. Made by `tandem.compile`, or from a file.

    Args:
        path: a file that `tandem compile` or `save()` wrote.

    Errors: NotFoundError, IoError, CorruptDataError (all of the file is checked), UnsupportedError (a newer format).
    """

    def __init__(self, path: str | os.PathLike[str]):
        self._open(os.fspath(path), os.fspath(path))

    def _open(self, path: str, name: str) -> None:
        self._bundle = OpenBundle(path, name)
        self._name = name
        self._summary: dict[str, Any] = {}

    @property
    def name(self) -> str:
        """What errors call it: its path; of a model compiled without a place, what was compiled."""
        return self._name

    @property
    def path(self) -> str:
        """The file; of a compiled model that was given no place, one that goes with this object."""
        return self._bundle.path

    @property
    def models(self) -> list[str]:
        """The names of its models, in order."""
        return self._bundle.models

    @property
    def summary(self) -> dict[str, Any]:
        """Of a model compiled here: ops, regions, bundle_bytes, weight_bytes, arena_bytes, arena_lower_bound_bytes."""
        return dict(self._summary)

    def report(self) -> dict[str, Any]:
        """Where each op runs, its predicted time, and why not elsewhere: docs/report.schema.json as plain data."""
        return self._bundle.report()

    def load(self, model: str = "", *, threads: int = 1) -> Model:
        """A model of it, ready to run; the first where no name is given.

        `threads`, 1 to 256, split one operation. Errors: NotFoundError (no such model), UnavailableError (a device is
        not there and has no fallback, or no memory), InvalidArgumentError (threads, a closed bundle).
        """
        with told_as(self.path, self.name):
            return self._bundle.load(model, threads)

    def save(self, path: str | os.PathLike[str]) -> str:
        """Writes it to a file, whole or not at all, and gives the path. Errors: IoError."""
        self._bundle.save(os.fspath(path))
        return os.fspath(path)

    def close(self) -> None:
        """Lets go of the file; models that were loaded go on. Every other call is then an InvalidArgumentError."""
        self._bundle.close()

    def __enter__(self) -> Bundle:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        try:
            models = ", ".join(self.models)
        except InvalidArgumentError:
            return f"<tandem.Bundle {self.name!r}, closed>"
        return f"<tandem.Bundle {self.name!r}: {models}>"


def compile(
    model: Any,
    *,
    backends: Sequence[str] | str = (),
    shapes: Mapping[str, Sequence[int]] | None = None,
    values: Mapping[str, float | Sequence[float]] | None = None,
    device: str = "host",
    options: Mapping[str, str] | None = None,
    placement: str = "cost",
    require: Sequence[str] | str = (),
    targets: Sequence[str] | str = (),
    isas: Sequence[str] | str = (),
    example_inputs: Sequence[Any] | None = None,
    example_kwargs: Mapping[str, Any] | None = None,
    output: str | os.PathLike[str] | None = None,
    progress: Callable[[str, float], object] | None = None,
) -> Bundle:
    """Compiles a model, as `tandem compile` does.

    Args:
        model: a path (.tflite, .onnx, .h5, .keras, .pt2, .pt, .pb, a SavedModel folder, NAME-symbol.json), or where the
            framework is installed a torch.nn.Module, a torch.export.ExportedProgram, a Keras model, an
            onnx.ModelProto.
        backends: names in order of preference, as ["neuron", "cpu"] or "neuron,cpu"; none: those of the device.
        shapes: fixes dynamic inputs, name to dimensions: {"input": (1, 224, 224, 3)}.
        values: inputs that are always the same, and none of the compiled model's: {"rate": 16000}; a number for all
            elements, or each in order.
        device: what to compile for, a profile's name or .json file.
        options: settings of one backend, as {"neuron.sdk-lib": path}.
        placement: "cost" (least predicted time of a run) or "greedy" (the first backend that can).
        require: fails unless that part of the ops, or multiply-accumulates, is on a backend: ["neuron>=50%",
            "neuron:macs>=99%"].
        targets: processors to generate code for, "x86-64", "aarch64"; none: this machine's.
        isas: instruction sets to generate code for, "avx512", "avx2", "i8mm", "dotprod", "neon"; none: all there are.
        example_inputs, example_kwargs: of a torch.nn.Module, what it is called with: torch.export traces it.
        output: the file to write; none: a temporary one that goes with the Bundle (`save()` keeps it).
        progress: called with the stage that begins and the part of the work done, 0 to 1. An exception that it raises
            ends the compilation.

    Errors: InvalidArgumentError (a name or value that makes no sense), NotFoundError, IoError, CorruptDataError,
    UnsupportedError (with every operator that is not supported); each names the file, or of a model from memory what
    it calls itself, and the node. A UserWarning tells of what had no effect, or of code for another machine than the
    device. Releases the GIL.
    """
    from . import _compiler

    is_file = isinstance(model, (str, os.PathLike))
    if is_file and (example_inputs is not None or example_kwargs is not None):
        raise InvalidArgumentError("error: example inputs are for a torch.nn.Module")
    folder = None if is_file and output is not None else tempfile.TemporaryDirectory(prefix="tandem-")
    try:
        if is_file:
            path = name = os.fspath(model)
        else:
            assert folder is not None
            path, name = write_model(model, folder.name, example_inputs, example_kwargs), name_of(model)
        if output is None:
            assert folder is not None
            stem = os.path.splitext(os.path.basename(os.path.normpath(path)))[0]
            place = os.path.join(folder.name, f"{stem}.tandem")
        else:
            place = os.fspath(output)
        with told_as(path, name):
            summary = _compiler.compile(
                path,
                place,
                backends=names_in(backends),
                shapes=_dimensions(shapes),
                values=_elements(values),
                device=os.fspath(device),
                options={key: str(value) for key, value in (options or {}).items()},
                placement=placement,
                require=names_in(require),
                targets=names_in(targets),
                isas=names_in(isas),
                progress=progress,
            )
        bundle = Bundle.__new__(Bundle)
        bundle._open(place, name if output is None else place)
    except BaseException:
        if folder is not None:
            folder.cleanup()
        raise
    for text in summary.pop("warnings"):
        warnings.warn(text.replace(place, bundle.name), stacklevel=2)
    bundle._summary = summary
    if folder is not None and output is not None:
        folder.cleanup()
    elif folder is not None:
        weakref.finalize(bundle, folder.cleanup)
    return bundle


def load(path: str | os.PathLike[str] | Bundle, model: str = "", *, threads: int = 1) -> Model:
    """A model of a bundle, ready to run: `Bundle(path).load(model, threads=threads)`."""
    bundle = path if isinstance(path, Bundle) else Bundle(path)
    return bundle.load(model, threads=threads)


def inspect(
    path: str | os.PathLike[str],
    *,
    shapes: Mapping[str, Sequence[int]] | None = None,
    values: Mapping[str, float | Sequence[float]] | None = None,
) -> dict[str, Any]:
    """What a model file or a bundle holds, as `tandem inspect --json` says it. Errors: those of compile()."""
    from . import _compiler

    return _compiler.inspect(os.fspath(path), _dimensions(shapes), _elements(values))


def _dimensions(shapes: Mapping[str, Sequence[int]] | None) -> dict[str, list[int]]:
    if shapes is None:
        return {}
    try:
        return {str(name): [int(dim) for dim in dims] for name, dims in shapes.items()}
    except (AttributeError, TypeError, ValueError):
        raise TypeError(f'shapes is {shapes!r}, expected dimensions by name, as {{"input": (1, 224, 224, 3)}}') from None


def _elements(values: Mapping[str, float | Sequence[float]] | None) -> dict[str, list[float]]:
    if values is None:
        return {}
    try:
        return {
            str(name): [float(each) for each in given] if hasattr(given, "__len__") else [float(given)]
            for name, given in values.items()
        }
    except (AttributeError, TypeError, ValueError):
        raise TypeError(f'values is {values!r}, expected numbers by name, as {{"rate": 16000}}') from None
