"""What we take of Relax: for each operator when, and how it reads in our graph.

`accepts` gives the reason why a call is not taken, or nothing; the patterns ask it. `convert` writes the ops. Both look at
the same call, so that what is taken can be converted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import tvm

from .._errors import UnsupportedError
from ._graph import Codes, Graph, Value

_NHWC_OF_NCHW, _NCHW_OF_NHWC = (0, 2, 3, 1), (0, 3, 1, 2)


class Operator(NamedTuple):
    accepts: Callable[[Any], str | None]
    convert: Callable[[Graph, Any, list[Value]], Value]


OPERATORS: dict[str, Operator] = {}

# Operators that take codes as they are.
OF_CODES = {"relax.quantize", "relax.dequantize", "relax.clip", "relax.reshape", "relax.squeeze", "relax.expand_dims",
            "relax.permute_dims"}  # fmt: skip

# Products that take a bias as their last operand, and the names of the patterns of both.
WITH_BIAS = {"relax.nn.conv2d": "conv2d_bias", "relax.matmul": "matmul_bias"}


def _taken(_call: Any) -> None:
    return None


def _operator(*names: str, accepts: Callable[[Any], str | None] = _taken) -> Callable[[Any], Any]:
    def add(convert: Any) -> Any:
        for name in names:
            OPERATORS[f"relax.{name}"] = Operator(accepts, convert)
        return convert

    return add


def shape_of(expr: Any) -> tuple[int, ...] | None:
    """None: it is not known."""
    shape = getattr(expr.ty, "shape", None)
    values = getattr(shape, "values", None)
    if values is None:
        return None
    dims = [getattr(dim, "value", dim) for dim in values]
    return tuple(dims) if all(isinstance(dim, int) for dim in dims) else None


def dtype_of(expr: Any) -> str:
    return str(getattr(expr.ty, "dtype", ""))


def _ints(values: Sequence[Any]) -> list[int]:
    return [int(value) for value in values]


def _axes(values: Sequence[Any] | None, rank: int) -> list[int]:
    return list(range(rank)) if values is None else sorted(int(axis) % rank for axis in values)


def _result(call: Any) -> tuple[int, ...]:
    shape = shape_of(call)
    assert shape is not None  # the patterns asked
    return shape


# ---- convolution ----

# Where our OHWI is in a filter of each layout.
_FILTER_ORDERS = {"OIHW": (0, 2, 3, 1), "HWIO": (3, 0, 1, 2), "HWOI": (2, 0, 1, 3), "OHWI": (0, 1, 2, 3)}


def _accepts_conv(call: Any) -> str | None:
    attrs = call.attrs
    if attrs.data_layout not in ("NCHW", "NHWC"):
        return f"layout {attrs.data_layout}"
    if attrs.kernel_layout not in _FILTER_ORDERS:
        return f"filter layout {attrs.kernel_layout}"
    if dtype_of(call) != "float32":
        return f"type {dtype_of(call)}"
    return None


@_operator("nn.conv2d", accepts=_accepts_conv)
def _conv(graph: Graph, call: Any, operands: list[Value]) -> Value:
    attrs, (source, weights) = call.attrs, operands[:2]
    nchw, groups = attrs.data_layout == "NCHW", int(attrs.groups)
    weights = graph.transpose(weights, _FILTER_ORDERS[attrs.kernel_layout])
    if nchw:
        source = graph.transpose(source, _NHWC_OF_NCHW)
    top, left, bottom, right = _ints(attrs.padding)
    depthwise = groups > 1 and groups == source.shape[3]
    if depthwise:  # 1HWC of OHW1
        weights = graph.transpose(weights, (3, 1, 2, 0))
    text = (
        f"stride {_ints(attrs.strides)} dilation {_ints(attrs.dilation)} "
        f"pad_low [{top}, {left}] pad_high [{bottom}, {right}]"
    )
    if groups > 1 and not depthwise:
        text += f" groups {groups}"
    shape = _result(call)
    if nchw:
        shape = tuple(shape[dim] for dim in _NHWC_OF_NCHW)
    result = graph.op("depthwise_conv_2d" if depthwise else "conv_2d", [source, weights, *operands[2:]], shape, text=text)
    return graph.transpose(result, _NCHW_OF_NHWC) if nchw else result


# ---- pools and reductions ----


def _accepts_pool(call: Any) -> str | None:
    attrs = call.attrs
    if attrs.layout not in ("NCHW", "NHWC") or attrs.out_layout not in ("", attrs.layout):
        return f"layout {attrs.layout}"
    if attrs.ceil_mode:
        return "ceil_mode"
    return "dilation" if any(int(d) != 1 for d in attrs.dilation) else None


def _pool(name: str) -> None:
    @_operator(f"nn.{name}_pool2d", accepts=_accepts_pool)
    def convert(graph: Graph, call: Any, operands: list[Value]) -> Value:
        attrs, source = call.attrs, operands[0]
        nchw = attrs.layout == "NCHW"
        if nchw:
            source = graph.transpose(source, _NHWC_OF_NCHW)
        top, left, bottom, right = _ints(attrs.padding)
        text = (
            f"window {_ints(attrs.pool_size)} stride {_ints(attrs.strides)} "
            f"pad_low [{top}, {left}] pad_high [{bottom}, {right}]"
        )
        if name == "avg" and attrs.count_include_pad:
            text += " count_include_pad"
        shape = _result(call)
        if nchw:
            shape = tuple(shape[dim] for dim in _NHWC_OF_NCHW)
        result = graph.op({"avg": "average_pool_2d", "max": "max_pool_2d"}[name], [source], shape, text=text)
        return graph.transpose(result, _NCHW_OF_NHWC) if nchw else result


_pool("avg")
_pool("max")


def _accepts_global_pool(call: Any) -> str | None:
    attrs, size = call.attrs, call.attrs.output_size
    if size is None or any(int(s) != 1 for s in size):
        return "an output size that is not 1"
    return None if attrs.layout in ("NCHW", "NHWC") else f"layout {attrs.layout}"


@_operator("nn.adaptive_avg_pool2d", accepts=_accepts_global_pool)
def _global_pool(graph: Graph, call: Any, operands: list[Value]) -> Value:
    axes = [2, 3] if call.attrs.layout == "NCHW" else [1, 2]
    return graph.op("mean", operands, _result(call), text=f"axes {axes} keep_dims")


def _reduction(relax: str, ours: str) -> None:
    @_operator(relax)
    def convert(graph: Graph, call: Any, operands: list[Value]) -> Value:
        axes = _axes(call.attrs.axis, len(operands[0].shape))
        keep = " keep_dims" if call.attrs.keepdims else ""
        return graph.op(ours, operands, _result(call), text=f"axes {axes}{keep}")


for _relax, _ours in (("mean", "mean"), ("sum", "sum"), ("max", "reduce_max"), ("min", "reduce_min")):
    _reduction(_relax, _ours)


# ---- element by element ----


def _plain(relax: str, ours: str) -> None:
    @_operator(relax)
    def convert(graph: Graph, call: Any, operands: list[Value]) -> Value:
        # Ours broadcast only between tensors of one rank.
        rank = max(len(value.shape) for value in operands)
        same = [graph.reshape(v, (1,) * (rank - len(v.shape)) + v.shape) for v in operands]
        return graph.op(ours, same, _result(call))


for _relax, _ours in (
    ("add", "add"),
    ("subtract", "sub"),
    ("multiply", "mul"),
    ("divide", "div"),
    ("maximum", "maximum"),
    ("minimum", "minimum"),
    ("nn.relu", "relu"),
    ("sigmoid", "sigmoid"),
    ("tanh", "tanh"),
    ("exp", "exp"),
    ("log", "log"),
    ("sqrt", "sqrt"),
    ("rsqrt", "rsqrt"),
    ("abs", "abs"),
    ("negative", "neg"),
    ("nn.gelu", "gelu"),
):
    _plain(_relax, _ours)


def _bound(expr: Any) -> float | None:
    value = getattr(expr, "value", expr)
    value = getattr(value, "value", value)
    return float(value) if isinstance(value, (int, float)) else None


def _accepts_clip(call: Any) -> str | None:
    return None if _bound(call.args[1]) is not None and _bound(call.args[2]) is not None else "bounds that are computed"


@_operator("clip", accepts=_accepts_clip)
def _clip(graph: Graph, call: Any, operands: list[Value]) -> Value:
    source, low, high = operands[0], _bound(call.args[1]), _bound(call.args[2])
    if source.dtype != "float32":
        return _clip_codes(graph, source, low, high)
    if (low, high) == (0, 6):
        return graph.op("relu6", [source], source.shape)
    one = (1,) * len(source.shape)
    lower = graph.constant(np.full(one, low, source.dtype))
    upper = graph.constant(np.full(one, high, source.dtype))
    return graph.op("minimum", [graph.op("maximum", [source, lower], source.shape), upper], source.shape)


def _clip_codes(graph: Graph, source: Value, low: float, high: float) -> Value:
    """TVM clips codes after it has quantized them; mostly to what they can be."""
    least, most = np.iinfo(source.dtype).min, np.iinfo(source.dtype).max
    one, result = (1,) * len(source.shape), source
    for bound, of_no_use, name in ((low, least, "maximum"), (high, most, "minimum")):
        if (bound - of_no_use) * (1 if name == "maximum" else -1) <= 0:
            continue
        if source.codes is None:
            raise UnsupportedError(f"{graph.node}: error: codes are clipped before anything says what they mean")
        limit = graph.constant(np.full(one, bound, source.dtype), source.codes)
        result = graph.op(name, [result, limit], source.shape, codes=source.codes)
    return result


def _softmax(name: str) -> None:
    @_operator(f"nn.{name}")
    def convert(graph: Graph, call: Any, operands: list[Value]) -> Value:
        axis = int(call.attrs.axis) % len(operands[0].shape)
        return graph.op(name, operands, _result(call), text=f"axis {axis}")


_softmax("softmax")
_softmax("log_softmax")


# ---- products ----


def _is_constant_matrix(expr: Any) -> bool:
    return isinstance(expr, tvm.ir.GenericConst) and len(shape_of(expr) or ()) == 2


def _accepts_matmul(call: Any) -> str | None:
    left, right = shape_of(call.args[0]), shape_of(call.args[1])
    if left is None or right is None or len(left) < 2 or len(right) < 2:
        return "operands of fewer than two dimensions"
    return None if left[:-2] == right[:-2] or _is_constant_matrix(call.args[1]) else "leading dimensions that differ"


@_operator("matmul", accepts=_accepts_matmul)
def _matmul(graph: Graph, call: Any, operands: list[Value]) -> Value:
    left, right = operands[:2]
    if right.constant is None or len(right.shape) > 2:
        return graph.op("batch_matmul", [left, right], _result(call))
    rows = graph.reshape(left, (int(np.prod(left.shape[:-1])), left.shape[-1]))
    result = graph.op(
        "fully_connected", [rows, graph.transpose(right, (1, 0)), *operands[2:]], (rows.shape[0], right.shape[1])
    )
    return graph.reshape(result, _result(call))


# ---- codes ----


def _accepts_codes(call: Any) -> str | None:
    """Of what quantize and dequantize have in common: scales and zero points that are known, of one length."""
    if not all(isinstance(call.args[place], tvm.ir.GenericConst) for place in (1, 2)):
        return "scales or zero points that are no constants"
    coded = dtype_of(call) if call.op.name == "relax.quantize" else dtype_of(call.args[0])
    if coded == "int32" and isinstance(call.args[0], tvm.ir.GenericConst):
        return None  # a bias: computed here
    return None if coded in ("int8", "uint8") else f"codes of type {coded}"


def _codes_of(call: Any, operands: list[Value], rank: int) -> Codes:
    scales, zero_points = operands[1].constant, operands[2].constant
    assert scales is not None and zero_points is not None  # the patterns asked
    scales = scales.astype(np.float32).ravel()
    zero_points = np.broadcast_to(zero_points.astype(np.int64).ravel(), scales.shape)
    return Codes(tuple(map(float, scales)), tuple(map(int, zero_points)), int(call.attrs.axis) % max(rank, 1))


@_operator("dequantize", accepts=_accepts_codes)
def _dequantize(graph: Graph, call: Any, operands: list[Value]) -> Value:
    source = operands[0]
    codes = _codes_of(call, operands, len(source.shape))
    if source.dtype == "int32" and source.constant is not None:
        along = [1] * len(source.shape)
        if len(codes.scales) > 1:
            along[codes.axis] = len(codes.scales)
        scales = np.float32(codes.scales).reshape(along)
        return graph.constant((source.constant - np.reshape(codes.zero_points, along)).astype(np.float32) * scales)
    return graph.dequantize(graph.as_codes(source, codes))


@_operator("quantize", accepts=_accepts_codes)
def _quantize(graph: Graph, call: Any, operands: list[Value]) -> Value:
    source = operands[0]
    return graph.op("quantize", [source], source.shape, dtype=dtype_of(call), codes=_codes_of(call, operands, len(source.shape)))


# ---- elements in other places ----


@_operator("reshape", "squeeze", "expand_dims", "flatten")
def _reshape(graph: Graph, call: Any, operands: list[Value]) -> Value:
    return graph.reshape(operands[0], _result(call))


@_operator("permute_dims")
def _permute(graph: Graph, call: Any, operands: list[Value]) -> Value:
    rank = len(operands[0].shape)
    axes = call.attrs.axes
    order = list(reversed(range(rank))) if axes is None else [int(axis) % rank for axis in axes]
    return graph.transpose(operands[0], order)


@_operator("concat")
def _concat(graph: Graph, call: Any, operands: list[Value]) -> Value:
    axis = int(call.attrs.axis) % len(operands[0].shape)
    return graph.op("concat", operands, _result(call), text=f"axis {axis}")


def _accepts_pad(call: Any) -> str | None:
    if call.attrs.pad_mode != "constant":
        return f"mode {call.attrs.pad_mode}"
    return "negative pads" if any(int(pad) < 0 for pad in call.attrs.pad_width) else None


@_operator("nn.pad", accepts=_accepts_pad)
def _pad(graph: Graph, call: Any, operands: list[Value]) -> Value:
    pads = _ints(call.attrs.pad_width)
    value = np.float32(call.attrs.pad_value)
    # Infinities and NaNs have no decimal form in MLIR's text.
    text = f"{value:.9e}" if np.isfinite(value) else f"0x{value.view(np.uint32):08X}"
    return graph.op("pad", operands[:1], _result(call), text=f"low {pads[0::2]} high {pads[1::2]} value {text}")
