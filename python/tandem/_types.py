"""Plain data that the extension modules give out."""

from __future__ import annotations

from typing import NamedTuple


class TensorInfo(NamedTuple):
    """An input or output of a model.

    `dtype` is "f32", "f16", "bf16", "i8", "u8", "i16", "i32", "i64" or "bool". Where `scales` is not empty the
    elements are codes: real = scale * (code - zero_point), with one scale for all or one for each slice along `axis`.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    scales: tuple[float, ...] = ()
    zero_points: tuple[int, ...] = ()
    axis: int = 0
