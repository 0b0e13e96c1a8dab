"""Which operations of a Relax module go to us: TVM's own passes with our patterns."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

import tvm
from tvm import relax
from tvm.relax.dpl import is_op, wildcard
from tvm.relax.transform import FuseOpsByPattern, FusionPattern, MergeCompositeFunctions

from .._errors import InvalidArgumentError
from ._operators import OF_CODES, OPERATORS, WITH_BIAS, dtype_of, shape_of

# Arguments that must be known when the model is compiled, by operator.
_CONSTANT = {"relax.nn.conv2d": (1,)}
# Of what is computed from constants: what our compiler computes too, when it compiles.
_FOLDED = {"relax.dequantize", "relax.reshape", "relax.permute_dims"}


class _Known:
    """The variables of a module that are computed from constants alone."""

    def __init__(self, mod: tvm.IRModule):
        self._variables: set[Any] = set()
        for function in mod.functions.values():
            if isinstance(function, relax.Function) and isinstance(function.body, relax.SeqExpr):
                for block in function.body.blocks:
                    for binding in block.bindings:
                        value = getattr(binding, "value", None)
                        if isinstance(value, relax.Call) and getattr(value.op, "name", "") in _FOLDED:
                            if self.is_constant(value.args[0]):
                                self._variables.add(binding.var)

    def is_constant(self, expr: Any) -> bool:
        if isinstance(expr, relax.Call):
            return getattr(expr.op, "name", "") in _FOLDED and self.is_constant(expr.args[0])
        return isinstance(expr, tvm.ir.GenericConst) or expr in self._variables


def why_not(call: Any, known: _Known) -> str | None:
    """The reason why a call is not taken; nothing: it is."""
    name = call.op.name
    operator = OPERATORS.get(name)
    if operator is None:
        return "no such operation in our graph"
    tensors = [entry for arg in call.args for entry in (arg.fields if isinstance(arg, tvm.ir.Tuple) else [arg])]
    tensors = [entry for entry in tensors if isinstance(entry.ty, relax.TensorType)]
    if any(shape_of(entry) is None for entry in [call, *tensors]):
        return "dimensions that are not known"
    if any(0 in (shape_of(entry) or ()) for entry in [call, *tensors]):
        return "no elements"
    types = ("float32", "int8", "uint8") if name in OF_CODES else ("float32",)
    for entry in [call, *tensors]:
        if dtype_of(entry) not in types and not (name in OF_CODES and known.is_constant(entry)):
            return f"elements of type {dtype_of(entry)}"
    for place in _CONSTANT.get(name, ()):
        if not known.is_constant(call.args[place]):
            return f"argument {place} is no constant"
    return operator.accepts(call)


def _call(name: str) -> Any:
    return is_op(name)(*(wildcard() for _ in range(tvm.ir.Op.get(name).num_inputs)))


def _bias_fits(product: Any, bias: Any, known: _Known) -> bool:
    """Whether the constant has one value for each channel of the product, so that it is a bias of ours."""
    shape, sizes = shape_of(product), shape_of(bias)
    if shape is None or sizes is None or not known.is_constant(bias):
        return False
    channels = 1 if product.op.name == "relax.nn.conv2d" and product.attrs.data_layout == "NCHW" else len(shape) - 1
    per_dimension = (1,) * (len(shape) - len(sizes)) + sizes
    return all(size == (shape[dim] if dim == channels else 1) for dim, size in enumerate(per_dimension))


def _patterns(target: str, known: _Known) -> list[FusionPattern]:
    """The larger ones first: they have the choice."""
    patterns = []
    for name, short in WITH_BIAS.items():
        for swapped in (False, True):
            product, bias = _call(name), wildcard()

            def check_both(context: Any) -> bool:
                product, bias = context.annotated_expr["call"], context.annotated_expr["bias"]
                return why_not(product, known) is None and _bias_fits(product, bias, known)

            whole = is_op("relax.add")(*((bias, product) if swapped else (product, bias)))
            patterns.append(FusionPattern(f"{target}.{short}", whole, {"call": product, "bias": bias}, check_both))

    def check(context: Any) -> bool:
        return why_not(context.annotated_expr["call"], known) is None

    for name in OPERATORS:
        call = _call(name)
        patterns.append(FusionPattern(f"{target}.{name.removeprefix('relax.').replace('.', '_')}", call, {"call": call}, check))
    return patterns


# Of tandem.compile(): the others are of a model that comes in by itself, or cannot be written down in the module.
_OPTIONS = ("backends", "device", "options", "placement", "require", "targets", "isas")


def _check(mod: Any, options: Any) -> None:
    if not isinstance(mod, tvm.IRModule):
        raise TypeError(f"the module is of type {type(mod).__name__}, expected a tvm.IRModule of Relax")
    if not isinstance(options, Mapping):
        raise TypeError(f"options is {options!r}, expected arguments of tandem.compile() by name")
    for name in options:
        if name not in _OPTIONS:
            raise InvalidArgumentError(f"error: no option is called {name!r}, there are {', '.join(_OPTIONS)}")


def _text_of(options: Mapping[str, Any]) -> str:
    try:
        return json.dumps(dict(options), default=os.fspath)
    except TypeError as error:
        raise TypeError(f"options has something that is neither text, numbers nor a path: {error}") from None


def partition(mod: tvm.IRModule, target: str, options: Mapping[str, Any]) -> tvm.IRModule:
    _check(mod, options)
    text = _text_of(options)
    prepare = [relax.transform.FoldBatchnormToConv2D(), relax.transform.DecomposeOpsForInference()]
    if not _has_codes(mod):  # else constant codes would become floats
        prepare.append(relax.transform.FoldConstant())
    prepare.append(relax.transform.DeadCodeElimination())
    mod = tvm.transform.Sequential(prepare)(mod)
    mod = FuseOpsByPattern(_patterns(target, _Known(mod)), bind_constants=True)(mod)
    mod = MergeCompositeFunctions()(mod)
    for variable, function in mod.functions.items():
        if options and isinstance(function, relax.Function) and _codegen_of(function) == target:
            mod[variable] = function.with_attr("tandem.options", text)
    return mod


def _codegen_of(function: Any) -> str:
    return str((function.attrs or {}).get("Codegen", ""))


def _calls_in(function: Any) -> list[Any]:
    calls: list[Any] = []

    def visit(expr: Any) -> None:
        if isinstance(expr, relax.Call) and isinstance(expr.op, tvm.ir.Op):
            calls.append(expr)

    relax.analysis.post_order_visit(function.body, visit)
    return calls


def _has_codes(mod: tvm.IRModule) -> bool:
    functions = [function for function in mod.functions.values() if isinstance(function, relax.Function)]
    return any(call.op.name == "relax.dequantize" for function in functions for call in _calls_in(function))


def coverage(mod: tvm.IRModule, target: str) -> dict[str, int]:
    """How many operations went to `target`, and how many did not, of a module that was partitioned."""
    _check(mod, {})
    counts = {"taken": 0, "left": 0}
    for function in mod.functions.values():
        if isinstance(function, relax.Function):
            counts["taken" if _codegen_of(function) == target else "left"] += len(_calls_in(function))
    return counts
