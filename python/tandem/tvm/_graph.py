"""Our graph dialect as text, built op by op: what a Relax function becomes, and our compiler reads (.mlir)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from .._errors import UnsupportedError

_TYPES = {
    "float32": "f32",
    "float16": "f16",
    "int8": "i8",
    "uint8": "ui8",
    "int16": "i16",
    "int32": "i32",
    "int64": "i64",
}


class Codes(NamedTuple):
    """real = scale * (code - zero point), of all elements or along an axis."""

    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    axis: int

    def type_name(self, dtype: str) -> str:
        storage = dtype.replace("uint", "u").replace("int", "i")
        if len(self.scales) == 1:
            return f"!quant.uniform<{storage}:f32, {self.scales[0]:.9e}:{self.zero_points[0]}>"
        entries = ", ".join(f"{scale:.9e}:{zero}" for scale, zero in zip(self.scales, self.zero_points))
        return f"!quant.uniform<{storage}:f32:{self.axis}, {{{entries}}}>"


def type_name(shape: Sequence[int], dtype: str, codes: Codes | None = None) -> str:
    element = codes.type_name(dtype) if codes else _TYPES[dtype]
    return f"tensor<{''.join(f'{dim}x' for dim in shape)}{element}>"


class Value(NamedTuple):
    """A tensor of the graph; `constant`: its elements, where they are known."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    constant: np.ndarray | None = None
    codes: Codes | None = None
    pending: tuple[Any, Callable[[Any], Any]] | None = None  # integers in another place, before they are codes
    source: Any = None  # constant codes that these are the real values of

    @property
    def type(self) -> str:
        return type_name(self.shape, self.dtype, self.codes)


class Graph:
    """A function in the making. Every op's location is the node that is read at the moment."""

    def __init__(self) -> None:
        self._inputs: list[Value] = []
        self._lines: list[str] = []
        self._constants = 0
        self._written: set[str] = set()  # constants, which are written where they are first used
        self.node = ""

    def input(self, shape: Sequence[int], dtype: str) -> Value:
        value = Value(f"%in{len(self._inputs)}", tuple(shape), dtype)
        self._inputs.append(value)
        return value

    def constant(self, array: np.ndarray, codes: Codes | None = None) -> Value:
        array = np.asarray(array, order="C")
        self._constants += 1
        return Value(f"%c{self._constants}", array.shape, array.dtype.name, array, codes)

    def as_codes(self, value: Value, codes: Codes) -> Value:
        """Integers that came in, or were constant, and of which it turns out what they mean."""
        if value.codes == codes:
            return value
        if value.pending is not None:
            source, move = value.pending
            return move(self.as_codes(source, codes))
        if value.codes is None and value.constant is not None:
            return self.constant(value.constant, codes)
        for i, known in enumerate(self._inputs):
            if known.name == value.name and known.codes in (None, codes):
                self._inputs[i] = value._replace(codes=codes)
                return self._inputs[i]
        raise UnsupportedError(f"{self.node}: error: codes are read with one scale and written with another")

    def op(
        self,
        op: str,
        operands: Sequence[Value],
        shape: Sequence[int],
        text: str = "",
        dtype: str | None = None,
        codes: Codes | None = None,
    ) -> Value:
        """`text`: the op's attributes, as they stand between operands and types."""
        dtype = dtype or operands[0].dtype
        if any(value.pending is not None for value in operands):
            raise UnsupportedError(f"{self.node}: error: codes are used before anything says what they mean")
        self._write_constants(operands)
        names = ", ".join(value.name for value in operands)
        kinds = ", ".join(value.type for value in operands)
        name = f"%{len(self._lines)}"
        self._write(f"{name} = graph.{op} {names} {text} : ({kinds}) -> {type_name(shape, dtype, codes)}")
        return Value(name, tuple(shape), dtype, codes=codes)

    def dequantize(self, value: Value) -> Value:
        real = self.op("dequantize", [value], value.shape, dtype="float32")
        return real._replace(source=value if value.constant is not None else None)

    def transpose(self, value: Value, order: Sequence[int]) -> Value:
        if list(order) == list(range(len(order))):
            return value
        if value.source is not None:  # stays what an operation on codes looks for: constant, dequantized
            return self.dequantize(self.transpose(value.source, order))
        if value.constant is not None:
            return self.constant(value.constant.transpose(order), self._moved(value, order, None))
        return self._move("transpose", value, [value.shape[dim] for dim in order], f"permutation {list(order)}", order)

    def reshape(self, value: Value, shape: Sequence[int]) -> Value:
        if tuple(shape) == value.shape:
            return value
        if value.source is not None:
            return self.dequantize(self.reshape(value.source, shape))
        if value.constant is not None:
            return self.constant(value.constant.reshape(shape), self._moved(value, None, shape))
        return self._move("reshape", value, shape, f"shape {list(shape)}", None)

    def _moved(self, value: Value, order: Sequence[int] | None, shape: Sequence[int] | None) -> Codes | None:
        """The codes' scales, along the dimension that is where theirs was."""
        codes = value.codes
        if codes is None or len(codes.scales) == 1:
            return codes
        if order is not None:
            return codes._replace(axis=list(order).index(codes.axis))
        assert shape is not None
        before = math.prod(value.shape[: codes.axis])
        for axis, size in enumerate(shape):
            if math.prod(shape[:axis]) == before and size == len(codes.scales):
                return codes._replace(axis=axis)
        raise UnsupportedError(f"{self.node}: error: codes of several scales are given another shape")

    def _move(self, op: str, value: Value, shape: Sequence[int], text: str, order: Sequence[int] | None) -> Value:
        if value.dtype in ("int8", "uint8") and value.codes is None:
            move = (lambda v: self.transpose(v, order)) if order is not None else (lambda v: self.reshape(v, shape))
            return Value("", tuple(shape), value.dtype, pending=(value, move))
        codes = self._moved(value, order, shape)
        return self.op(op, [value], shape, text, codes=codes)

    def finish(self, results: Sequence[Value]) -> str:
        self._write_constants(results)
        arguments = ", ".join(f'{v.name}: {v.type} {{graph.name = "in{i}"}}' for i, v in enumerate(self._inputs))
        kinds = ", ".join(f'{v.type} {{graph.name = "out{i}"}}' for i, v in enumerate(results))
        names, types = ", ".join(v.name for v in results), ", ".join(v.type for v in results)
        body = "\n  ".join([*self._lines, f"return {names} : {types}"])
        return f"func.func @main({arguments}) -> ({kinds}) attributes {{graph.codes_between_quantize}} {{\n  {body}\n}}\n"

    def _write_constants(self, values: Sequence[Value]) -> None:
        for value in values:
            if value.constant is not None and value.name not in self._written:
                self._written.add(value.name)
                stored = type_name(value.shape, value.dtype.replace("uint", "int") if value.codes else value.dtype)
                text = f'dense<"0x{value.constant.tobytes().hex().upper()}"> : {stored}'
                self._write(f"{value.name} = graph.constant {text} : {value.type}")

    def _write(self, text: str) -> None:
        place = re.sub(r'["\\\n]', "_", self.node or "constant")
        self._lines.append(f'{text} loc("{place}")')
