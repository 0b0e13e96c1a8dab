"""What a case of check_operators.py is, and what its tensors are made of: the same on every run."""

from dataclasses import dataclass

import numpy as np
from ai_edge_litert import schema_py_generated as schema

C64 = np.complex64
F32, I8, U8, I16, I32, I64, BOOL = np.float32, np.int8, np.uint8, np.int16, np.int32, np.int64, np.bool_
NAMES = {F32: "f32", I8: "i8", U8: "u8", I16: "i16", I32: "i32", I64: "i64", BOOL: "bool"}
IMAGE = (1, 5, 7, 6)


@dataclass
class Codes:
    scales: list
    zeroPoints: list
    axis: int = 0


@dataclass
class Sparse:
    """How the file stores a sparse tensor: SparsityParameters of the format."""
    stored: np.ndarray
    order: list
    blocks: list  # dimensions that are cut into blocks
    dimensions: list  # of a dense one its size, of a sparse one (segments, indices)


@dataclass
class Input:
    data: np.ndarray
    codes: Codes = None
    constant: bool = False
    variable: bool = False  # zeros before a run
    sparse: Sparse = None


@dataclass
class Output:
    shape: tuple
    dtype: type
    codes: Codes = None


@dataclass
class Step:
    """An operator of a subgraph; what it reads and makes are places in the subgraph's tensors."""
    operator: str
    inputs: list
    outputs: list
    options: object = None


@dataclass
class Subgraph:
    tensors: list  # an Output for each that is computed or given
    inputs: list
    outputs: list
    steps: list


@dataclass
class Case:
    operator: str
    name: str
    inputs: list
    outputs: list
    options: object = None  # of a custom operator its bytes
    refused: str = None  # part of the message with which tandem refuses it, where it does
    optimized: bool = False  # LiteRT's reference kernel is wrong (README.md): its optimized one instead
    expected: list = None  # the results, where LiteRT has no kernel
    like: object = None  # or a case of another operator with the same results
    subgraphs: list = ()  # from number 1 on
    graph: object = None  # a Subgraph of several operators in place of the one
    keeps: bool = False  # its variables are a state from one run to the next
    intermediates: list = ()  # results that the operator keeps for itself, of which it reads the scales
    steps: int = 0  # how far codes may be apart, where the kernel that is right rounds otherwise


CASES = []


def codes(dtype, scale=0.05, zero=3):
    """Quantization of codes, nothing for others; u8 zero points are 128 above those of i8, i16 has only 0."""
    if dtype not in (I8, U8, I16):
        return None
    if dtype == I16:
        return Codes([scale / 256], [0])
    return Codes([scale], [zero + (128 if dtype == U8 else 0)])


def values(dtype, shape, seed=1, low=-3, high=3):
    """Reals in [low, high], all codes, or integers that include negative ones."""
    random = np.random.default_rng(seed)
    if dtype == F32:
        return random.uniform(low, high, shape).astype(F32)
    if dtype == BOOL:
        return random.integers(0, 2, shape).astype(BOOL)
    if dtype in (I32, I64):
        return random.integers(-20, 21, shape).astype(dtype)
    ends = np.iinfo(dtype)
    return random.integers(ends.min, ends.max + 1, shape).astype(dtype)


def given(dtype, shape, seed=1, scale=0.05, zero=3, **range_):
    return Input(values(dtype, shape, seed, **range_), codes(dtype, scale, zero))


def constant(data, dtype=I32, quantization=None):
    return Input(np.array(data, dtype), quantization, constant=True)


def options(kind, **fields):
    made = getattr(schema, kind + "OptionsT")()
    for name, value in fields.items():
        setattr(made, name, value)
    return made


def add(operator, name, inputs, outputs, made=None, **expected):
    outputs = outputs if isinstance(outputs, list) else [outputs]
    CASES.append(Case(operator, name, inputs, outputs, made, **expected))
