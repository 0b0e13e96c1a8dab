"""The bridge to TVM: parts of a Relax module go to an NPU or to our CPU code (docs/tvm.md).

    mod = tandem.tvm.partition_for_cpu(mod)            # or partition_for_neuron
    mod = tvm.relax.transform.RunCodegen()(mod)
    executable = tvm.compile(mod, target="llvm")       # and on as ever: run, export_library, load_module

A process that only loads what was exported needs `tandem.tvm` imported, or libtandem_tvm.so opened, before that.
"""

from __future__ import annotations

import ctypes
import pathlib
import re
from collections.abc import Mapping
from typing import Any

from .._errors import UnavailableError, UnsupportedError

_LEAST = (0, 27)


def _load() -> None:
    try:
        import tvm
    except ImportError as error:
        raise UnavailableError("error: tandem.tvm needs TVM, which is not installed: pip install apache-tvm") from error
    version = tuple(int(part) for part in re.findall(r"\d+", tvm.__version__)[:2])
    if version < _LEAST:
        least = ".".join(map(str, _LEAST))
        raise UnsupportedError(f"error: this is TVM {tvm.__version__}, tandem.tvm needs {least} or newer")
    library = pathlib.Path(__file__).with_name("libtandem_tvm.so")
    if not library.exists():
        raise UnavailableError(
            f"{library}: error: this package was built without the bridge, docs/tvm.md says how to build it", str(library)
        )
    ctypes.CDLL(str(library))

    from . import _codegen

    _codegen.register()


def partition_for_neuron(mod: Any, options: Mapping[str, Any] | None = None) -> Any:
    """Gives what an NPU's backend and our CPU code can run to Codegen "neuron": TVM's FuseOpsByPattern with our patterns,
    then MergeCompositeFunctions. In such a function, each operation runs on the NPU where our `neuron` backend takes it,
    and on our CPU code else.

    `options` are arguments of tandem.compile(): {"device": "mt6873", "options": {"neuron.sdk-lib": path}}. Gives a new
    module; the one that came in stays as it is.
    """
    from ._partition import partition

    return partition(mod, "neuron", {} if options is None else options)


def partition_for_cpu(mod: Any, options: Mapping[str, Any] | None = None) -> Any:
    """The same for our CPU code alone, as Codegen "tandem_cpu"."""
    from ._partition import partition

    return partition(mod, "tandem_cpu", {} if options is None else options)


def coverage(mod: Any, target: str) -> dict[str, int]:
    """Of a module that was partitioned for "neuron" or "tandem_cpu": how many operations were "taken" and "left"."""
    from ._partition import coverage

    return coverage(mod, target)


_load()
