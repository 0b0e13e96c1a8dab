"""Tandem: compile models of several frameworks, run them, and run applications of them.

    import tandem
    model = tandem.compile("emotion_model.hdf5").load()
    scores = model(face)                              # a NumPy array in, a NumPy array out

docs/python.md has the rest.
"""

from __future__ import annotations

from typing import Any

from ._app import App, load_picture, save_picture
from ._bundle import Bundle, compile, inspect, load
from ._errors import (
    CorruptDataError,
    Error,
    FallbackWarning,
    InternalError,
    InvalidArgumentError,
    IoError,
    NotFoundError,
    UnavailableError,
    UnsupportedError,
)
from ._runtime import Model, __version__
from ._types import TensorInfo

__all__ = [
    "App",
    "Bundle",
    "CorruptDataError",
    "Error",
    "FallbackWarning",
    "FrameResult",
    "InternalError",
    "InvalidArgumentError",
    "IoError",
    "Model",
    "NotFoundError",
    "TensorInfo",
    "UnavailableError",
    "UnsupportedError",
    "__version__",
    "compile",
    "inspect",
    "load",
    "load_picture",
    "save_picture",
]


def __getattr__(name: str) -> Any:
    # What needs the compiler is loaded when it is used: a bundle runs without LLVM.
    if name == "FrameResult":
        from ._compiler import FrameResult

        return FrameResult
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
