"""The cases of check_operators.py: one TFLite operator each, with inputs that are the same on every run.

A case's tensors are small and awkward: odd sizes, scales that differ, values at the ends of the codes.
"""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

import box_cases
import codes_cases
import codes_recurrent_cases
import graph_cases
import mediapipe_cases
import recurrent_cases
import spectral_cases
from operator_case import (BOOL, CASES, F32, I8, I32, I64, IMAGE, NAMES, U8, Codes, Input, Output, Sparse, add, codes, constant, given,
                           options, values)


def add_unary():
    for operator in ("RELU", "RELU6", "RELU_N1_TO_1", "LOGISTIC", "TANH", "HARD_SWISH", "ELU", "EXP", "SIN", "COS",
                     "FLOOR", "CEIL", "ROUND", "ABS", "NEG", "SQUARE", "LOG_SOFTMAX"):
        add(operator, "f32", [given(F32, IMAGE)], Output(IMAGE, F32))
    for operator in ("SQRT", "RSQRT", "LOG"):
        add(operator, "f32", [given(F32, IMAGE, low=0.1, high=5)], Output(IMAGE, F32))
    add("ROUND", "halves", [Input(np.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5], F32))], Output((6,), F32))
    add("LEAKY_RELU", "f32", [given(F32, IMAGE)], Output(IMAGE, F32), options("LeakyRelu", alpha=0.1))
    add("GELU", "f32", [given(F32, IMAGE)], Output(IMAGE, F32), options("Gelu", approximate=False))
    add("SOFTMAX", "f32", [given(F32, (3, 7))], Output((3, 7), F32), options("Softmax", beta=0.5))
    add("GELU", "f32_tanh", [given(F32, IMAGE)], Output(IMAGE, F32), options("Gelu", approximate=True))
    add("RELU_0_TO_1", "f32", [given(F32, IMAGE)], Output(IMAGE, F32))
    for dtype in (F32, I32):
        add("SIGN", NAMES[dtype], [given(dtype, IMAGE)], Output(IMAGE, dtype))
    for dtype in (I32, I64):
        add("NEG", NAMES[dtype], [given(dtype, IMAGE)], Output(IMAGE, dtype))
    add("ABS", "i32", [given(I32, IMAGE)], Output(IMAGE, I32))
    add("LOGICAL_NOT", "bool", [given(BOOL, IMAGE)], Output(IMAGE, BOOL))
    for dtype in (I8, U8):
        name, everything = NAMES[dtype], values(dtype, (4, 333))
        low, middle = (-128, 0) if dtype == I8 else (0, 128)
        for operator in ("RELU", "RELU6", "RELU_N1_TO_1", "HARD_SWISH"):
            add(operator, name, [Input(everything, codes(dtype, 0.06, 9))],
                Output((4, 333), dtype, codes(dtype, 0.047, -6)))
        add("LEAKY_RELU", name, [Input(everything, codes(dtype, 0.06, 9))],
            Output((4, 333), dtype, codes(dtype, 0.047, -6)), options("LeakyRelu", alpha=0.3))
        add("LOGISTIC", name, [Input(everything, codes(dtype))], Output((4, 333), dtype, Codes([1 / 256], [low])))
        add("TANH", name, [Input(everything, codes(dtype, 0.02))], Output((4, 333), dtype, Codes([1 / 128], [middle])))
        add("SOFTMAX", name, [given(dtype, (3, 50))], Output((3, 50), dtype, Codes([1 / 256], [low])),
            options("Softmax", beta=1.0))
    positive = codes(I8, 0.05, -128)
    for operator, quantization in (("EXP", codes(I8, 0.02)), ("ELU", codes(I8)), ("GELU", codes(I8))):
        made = options("Gelu", approximate=False) if operator == "GELU" else None
        add(operator, "i8", [given(I8, (4, 333), scale=0.02)], Output((4, 333), I8, quantization), made)
    for operator in ("LOG", "RSQRT"):
        add(operator, "i8", [Input(np.maximum(values(I8, (4, 333)), -120), positive)],
            Output((4, 333), I8, codes(I8, 0.03, -20)))
    add("ABS", "i8", [given(I8, (4, 333), scale=0.05)], Output((4, 333), I8, codes(I8, 0.03, -100)))


def add_binary():
    activation = {"ADD": "Add", "SUB": "Sub", "MUL": "Mul", "DIV": "Div"}
    for operator, kind in activation.items():
        for fused, suffix in ((0, ""), (1, "_relu"), (3, "_relu6")):
            add(operator, "f32" + suffix, [given(F32, IMAGE), given(F32, (6,), 2, low=0.5)], Output(IMAGE, F32),
                options(kind, fusedActivationFunction=fused))
        add(operator, "i32", [given(I32, IMAGE), Input(np.array([1, -2, 3, -4, 5, 7], I32))], Output(IMAGE, I32),
            options(kind, fusedActivationFunction=0))
        for dtype in (I8, U8) if operator != "DIV" else ():
            for fused in (0, 3):
                add(operator, f"{NAMES[dtype]}_{fused}", [given(dtype, IMAGE, 1, 0.031, 4), given(dtype, (6,), 2, 0.017, -7)],
                    Output(IMAGE, dtype, codes(dtype, 0.04, 2)), options(kind, fusedActivationFunction=fused))
    add("POW", "f32", [given(F32, IMAGE, low=0.1), given(F32, (6,), 2)], Output(IMAGE, F32))
    add("SQUARED_DIFFERENCE", "f32", [given(F32, IMAGE), given(F32, (6,), 2)], Output(IMAGE, F32))
    add("FLOOR_DIV", "f32", [given(F32, IMAGE), given(F32, IMAGE, 2)], Output(IMAGE, F32))
    add("FLOOR_MOD", "f32", [given(F32, IMAGE), given(F32, IMAGE, 2)], Output(IMAGE, F32))
    for operator in ("FLOOR_DIV", "FLOOR_MOD"):
        add(operator, "i32", [given(I32, IMAGE), Input(np.array([1, -2, 3, -4, 5, 7], I32))], Output(IMAGE, I32))
    for operator in ("MAXIMUM", "MINIMUM"):
        for dtype in (F32, I32, I64, I8, U8):
            add(operator, NAMES[dtype], [given(dtype, IMAGE), given(dtype, (6,), 2)], Output(IMAGE, dtype, codes(dtype)))
    for dtype in (F32, I8, U8):
        add("PRELU", NAMES[dtype], [given(dtype, IMAGE), Input(values(dtype, (1, 1, 6), 2), codes(dtype, 0.01, -5), True)],
            Output(IMAGE, dtype, codes(dtype, 0.04, -2)))
    add("BITWISE_XOR", "i32", [given(I32, IMAGE), given(I32, (6,), 2)], Output(IMAGE, I32))
    add("RIGHT_SHIFT", "i32", [given(I32, IMAGE), Input(np.array([0, 1, 2, 3, 5, 31], I32))], Output(IMAGE, I32))
    quadrants = np.array([[1, 1], [1, -1], [-1, -1], [-1, 1], [0, 2], [3, 0], [-3, 0], [0, 0], [1e-20, -2]], F32)
    add("ATAN2", "f32", [given(F32, IMAGE), given(F32, IMAGE, 2)], Output(IMAGE, F32))
    add("ATAN2", "quadrants", [Input(quadrants[:, 0].copy()), Input(quadrants[:, 1].copy())], Output((9,), F32))
    add("ADD_N", "f32", [given(F32, IMAGE), given(F32, IMAGE, 2), given(F32, IMAGE, 3)], Output(IMAGE, F32))
    add("ADD_N", "i32", [given(I32, IMAGE), given(I32, IMAGE, 2)], Output(IMAGE, I32))


def add_comparisons():
    for operator in ("EQUAL", "NOT_EQUAL", "LESS", "LESS_EQUAL", "GREATER", "GREATER_EQUAL"):
        for dtype in (F32, I32, I64):
            lhs = values(dtype, IMAGE)
            rhs = np.where(values(BOOL, IMAGE, 5), lhs, values(dtype, IMAGE, 2)) # some are equal
            add(operator, NAMES[dtype], [Input(lhs), Input(rhs)], Output(IMAGE, BOOL))
            add(operator, NAMES[dtype] + "_row", [Input(lhs), given(dtype, (6,), 2)], Output(IMAGE, BOOL))
        for dtype in (I8, U8):
            every = np.arange(256, dtype=np.int64).astype(dtype)
            pair = [Input(every.reshape(256, 1), codes(dtype, 0.031, 4)), Input(every[::7], codes(dtype, 0.017, -7))]
            add(operator, NAMES[dtype], pair, Output((256, 37), BOOL))
            fine = [Input(every.reshape(256, 1), codes(dtype, 0.001, 4)), Input(every[::7], codes(dtype, 0.001, 4))]
            add(operator, NAMES[dtype] + "_fine", fine, Output((256, 37), BOOL))
    for operator in ("EQUAL", "NOT_EQUAL"):
        add(operator, "bool", [given(BOOL, IMAGE), given(BOOL, IMAGE, 2)], Output(IMAGE, BOOL))
    for operator in ("LOGICAL_AND", "LOGICAL_OR"):
        add(operator, "bool", [given(BOOL, IMAGE), given(BOOL, (6,), 2)], Output(IMAGE, BOOL))


def add_selection():
    for dtype in (F32, I32, I64, I8, U8, BOOL):
        name, quantization = NAMES[dtype], codes(dtype)
        add("SELECT", name, [given(BOOL, IMAGE), given(dtype, IMAGE), given(dtype, IMAGE, 2)], Output(IMAGE, dtype, quantization))
        add("SELECT", name + "_rows", [given(BOOL, (5,)), given(dtype, (5, 3)), given(dtype, (5, 3), 2)],
            Output((5, 3), dtype, quantization))
        add("SELECT_V2", name, [given(BOOL, (7, 1)), given(dtype, (6,)), given(dtype, IMAGE, 2)],
            Output(IMAGE, dtype, quantization))
        add("GATHER", name, [given(dtype, IMAGE), constant([[4, 0], [2, 2]])], Output((1, 2, 2, 7, 6), dtype, quantization),
            options("Gather", axis=1))
    add("GATHER", "last_axis_i64", [given(F32, IMAGE), Input(np.array([5, 0, 3], I64))], Output((1, 5, 7, 3), F32),
        options("Gather", axis=-1))
    add("GATHER", "batch_dims", [given(F32, (2, 3)), Input(np.array([[1], [0]], I32))], Output((2, 1), F32),
        options("Gather", axis=1, batchDims=1))
    add("GATHER", "batch_dims_before", [given(F32, (2, 2, 3)), Input(np.array([[1], [0]], I32))], Output((2, 2, 1), F32),
        options("Gather", axis=2, batchDims=1))
    add("GATHER", "batch_dims_between", [given(F32, (2, 3, 4, 5, 6)), Input(np.array([[[4, 0]], [[1, 1]]], I32))],
        Output((2, 3, 4, 1, 2, 6), F32), options("Gather", axis=3, batchDims=1))
    for dtype in (F32, I32, I8, U8):
        add("GATHER_ND", NAMES[dtype], [given(dtype, (4, 3, 5)), Input(np.array([[[0, 2], [3, 0]]], I32))],
            Output((1, 2, 5), dtype, codes(dtype)))
    for dtype in (F32, I32):
        add("SCATTER_ND", NAMES[dtype], [constant([[1, 2], [0, 0], [1, 2]]), given(dtype, (3, 4)), constant([2, 3, 4])],
            Output((2, 3, 4), dtype))
        add("SCATTER_ND", NAMES[dtype] + "_computed", [Input(np.array([[1, 2], [0, 0], [1, 2]], I32)), given(dtype, (3, 4)),
            constant([2, 3, 4])], Output((2, 3, 4), dtype))
        for exclusive, reverse in ((False, False), (True, False), (False, True), (True, True)):
            add("CUMSUM", f"{NAMES[dtype]}_{int(exclusive)}{int(reverse)}", [given(dtype, (3, 7)), constant([-1])],
                Output((3, 7), dtype), options("Cumsum", exclusive=exclusive, reverse=reverse))
        add("REVERSE_SEQUENCE", NAMES[dtype], [given(dtype, (4, 3, 5)), constant([2, 4, 1])], Output((4, 3, 5), dtype),
            options("ReverseSequence", seqDim=0, batchDim=1))
    add_segments()
    for dtype in (F32, I32, I64):
        name = NAMES[dtype]
        add("SPARSE_TO_DENSE", name, [constant([[1, 2], [0, 0]]), constant([2, 3]), given(dtype, (2,)), given(dtype, (), 2)],
            Output((2, 3), dtype))
        add("SPARSE_TO_DENSE", name + "_one", [constant([4, 1]), constant([6]), given(dtype, ()), constant(7, dtype)],
            Output((6,), dtype))
        add("MATRIX_DIAG", name, [given(dtype, (2, 3))], Output((2, 3, 3), dtype))
        for shape in ((2, 3, 5), (2, 5, 3)):
            add("MATRIX_SET_DIAG", f"{name}_{shape[1]}", [given(dtype, shape), given(dtype, (2, 3), 2)], Output(shape, dtype))
    for dtype in (F32, I32, I64, I8, BOOL):
        for begin in ([2, 0, 1], [-3, 1, 9]):
            for known in (True, False):
                add("DYNAMIC_UPDATE_SLICE", f"{NAMES[dtype]}_{begin[0]}{'_known' if known else ''}",
                    [given(dtype, (5, 3, 7)), given(dtype, (2, 3, 4), 2), Input(np.array(begin, I32), constant=known)],
                    Output((5, 3, 7), dtype, codes(dtype)))
    for dtype in (F32, I32):
        add("BUCKETIZE", NAMES[dtype], [given(dtype, IMAGE)], Output(IMAGE, I32),
            options("Bucketize", boundaries=[-7.0, -1.5, 0.0, 0.25, 2.0]))
    add("BROADCAST_ARGS", "i32", [constant([5, 1, 3]), constant([4, 1])], Output((3,), I32))
    add("RANGE", "f32", [constant(0.1, F32), constant(-2.0, F32), constant(-0.3, F32)], Output((7,), F32))
    add("RANGE", "i32", [constant(7), constant(-4), constant(-3)], Output((4,), I32))
    add("EMBEDDING_LOOKUP", "f32", [Input(np.array([3, 1, 1], I32)), constant(values(F32, (5, 4)), F32)], Output((3, 4), F32))
    for dtype in (F32, I32, I64, I8, U8):
        rows = Input(values(dtype, (3, 40)), codes(dtype))
        if dtype == F32:
            rows.data = np.round(rows.data)  # some are equal
        add("TOPK_V2", NAMES[dtype], [rows, constant(7)], [Output((3, 7), dtype, codes(dtype)), Output((3, 7), I32)])
    for operator, kind in (("ARG_MAX", "ArgMax"), ("ARG_MIN", "ArgMin")):
        for dtype in (F32, I32, I8, U8):
            add(operator, NAMES[dtype], [given(dtype, IMAGE), constant([-1])], Output((1, 5, 7), I32),
                options(kind, outputType=schema.TensorType.INT32))
        add(operator, "to_i64", [given(F32, IMAGE), constant([1])], Output((1, 7, 6), I64),
            options(kind, outputType=schema.TensorType.INT64))
    add("ONE_HOT", "f32", [Input(np.array([[0, 2], [4, 7]], I32)), constant(5), constant(2.5, F32), constant(-1, F32)],
        Output((2, 2, 5), F32), options("OneHot", axis=-1))
    add("ONE_HOT", "i32_first", [Input(np.array([0, 2, 1], I32)), constant(3), constant(1), constant(0)],
        Output((3, 3), I32), options("OneHot", axis=0))


def add_segments():
    for dtype in (F32, I32):
        name, rows = NAMES[dtype], given(dtype, (6, 3))
        add("SEGMENT_SUM", name, [rows, constant([0, 0, 1, 2, 2, 2])], Output((3, 3), dtype))
        for kind in ("SUM", "PROD", "MAX", "MIN"):
            add("UNSORTED_SEGMENT_" + kind, name, [rows, constant([3, 0, -1, 3, 1, 0]), constant(5)], Output((5, 3), dtype))
            add("UNSORTED_SEGMENT_" + kind, name + "_computed", [rows, Input(np.array([3, 0, -1, 3, 1, 0], I32)), constant(5)],
                Output((5, 3), dtype))
            add("UNSORTED_SEGMENT_" + kind, name + "_matrix", [rows, constant([[0, 1, 0]] * 6), constant(2)],
                Output((2,), dtype))


def add_reductions():
    for operator, types in (("MEAN", (F32, I8, U8)), ("SUM", (F32, I32, I64, I8, U8)), ("REDUCE_PROD", (F32, I32, I64)),
                            ("REDUCE_MAX", (F32, I32, I64, I8, U8)), ("REDUCE_MIN", (F32, I32, I64, I8, U8)),
                            ("REDUCE_ANY", (BOOL,)), ("REDUCE_ALL", (BOOL,))):
        for dtype in types:
            rescaled = operator in ("MEAN", "SUM")
            quantization = codes(dtype, 0.6 if operator == "SUM" else 0.04, -2) if rescaled else codes(dtype)
            expected = {"optimized": True, "steps": 1} if (operator, dtype) == ("SUM", I8) else {}
            for axes, shape, keep in (([1, 2], (1, 6), False), ([2, 1], (1, 1, 1, 6), True), ([-1], (1, 5, 7), False)):
                add(operator, f"{NAMES[dtype]}_{axes[0]}{'_kept' if keep else ''}", [given(dtype, IMAGE), constant(axes)],
                    Output(shape, dtype, quantization), options("Reducer", keepDims=keep), **expected)
    for kind, operators in (("Pool2D", ("MAX_POOL_2D", "AVERAGE_POOL_2D", "L2_POOL_2D")),):
        for operator in operators:
            for dtype in (F32,) if operator == "L2_POOL_2D" else (F32, I8, U8):
                for padding, shape in ((0, (1, 3, 4, 6)), (1, (1, 2, 3, 6))):
                    add(operator, f"{NAMES[dtype]}_{'valid' if padding else 'same'}", [given(dtype, IMAGE)],
                        Output(shape, dtype, codes(dtype)),
                        options(kind, padding=padding, strideW=2, strideH=2, filterWidth=3, filterHeight=3,
                                fusedActivationFunction=3 if padding else 0))
    for dtype, quantization in ((F32, None), (I8, Codes([1 / 128], [0])), (U8, Codes([1 / 128], [128]))):
        add("L2_NORMALIZATION", NAMES[dtype], [given(dtype, (2, 3, 70))], Output((2, 3, 70), dtype, quantization),
            options("L2Norm", fusedActivationFunction=0))
        zeros = np.full((1, 4), codes(dtype).zeroPoints[0] if codes(dtype) else 0, dtype)
        add("L2_NORMALIZATION", NAMES[dtype] + "_zeros", [Input(zeros, codes(dtype))], Output((1, 4), dtype, quantization),
            options("L2Norm", fusedActivationFunction=0))
    add("LOCAL_RESPONSE_NORMALIZATION", "f32", [given(F32, (1, 3, 3, 19))], Output((1, 3, 3, 19), F32),
        options("LocalResponseNormalization", radius=2, bias=1.0, alpha=0.1, beta=0.75), optimized=True)


def add_movement():
    for dtype in (F32, I32, I8, U8):
        name, quantization, image = NAMES[dtype], codes(dtype), given(dtype, IMAGE)

        def moved(operator, shape, *constants, made=None, suffix="", source=None):
            add(operator, name + suffix, [source or image, *constants], Output(shape, dtype, quantization), made)

        moved("RESHAPE", (7, 30), constant([7, -1]), made=options("Reshape", newShape=[7, -1]))
        moved("SQUEEZE", (5, 7, 6), made=options("Squeeze", squeezeDims=[0]))
        moved("EXPAND_DIMS", (1, 5, 7, 6, 1), constant([-1]))
        moved("TRANSPOSE", (6, 1, 7, 5), constant([3, 0, 2, 1]))
        moved("SLICE", (1, 2, 4, 6), constant([0, 3, 1, 0]), constant([1, 2, 4, -1]))
        moved("STRIDED_SLICE", (2, 2, 6), constant([0, 4, 1, 0]), constant([1, 0, 6, 0]), constant([1, -2, 3, 1]),
              made=options("StridedSlice", beginMask=0, endMask=8, shrinkAxisMask=1))
        moved("TILE", (2, 5, 14, 18), constant([2, 1, 2, 3]))
        moved("BROADCAST_TO", (2, 5, 3, 4), constant([2, 5, 3, 4]), source=given(dtype, (5, 1, 4)))
        moved("REVERSE_V2", IMAGE, constant([2]))
        for mode, pads in ((0, [[0, 0], [2, 4], [0, 3], [5, 1]]), (1, [[1, 0], [5, 0], [3, 7], [0, 6]])):
            shape = tuple(n + a + b for n, (a, b) in zip(IMAGE, pads))
            moved("MIRROR_PAD", shape, constant(pads), made=options("MirrorPad", mode=mode), suffix=f"_{mode}")
        pads = [[0, 0], [1, 0], [2, 1], [0, 3]]
        moved("PAD", (1, 6, 10, 9), constant(pads))
        if dtype != I32:
            moved("PADV2", (1, 6, 10, 9), constant(pads), constant([7] if quantization else [-2.5], dtype, quantization))
        moved("SPACE_TO_BATCH_ND", (6, 4, 3, 6), constant([2, 3]), constant([[1, 2], [0, 2]]))
        moved("BATCH_TO_SPACE_ND", (1, 5, 7, 6), constant([2, 3]), constant([[1, 2], [0, 2]]), source=given(dtype, (6, 4, 3, 6)))
        moved("SPACE_TO_DEPTH", (1, 2, 3, 8), made=options("SpaceToDepth", blockSize=2), source=given(dtype, (1, 4, 6, 2)))
        moved("DEPTH_TO_SPACE", (1, 4, 6, 2), made=options("DepthToSpace", blockSize=2), source=given(dtype, (1, 2, 3, 8)))
        two = [Output((1, 5, 7, 3), dtype, quantization)] * 2
        add("SPLIT", name, [constant([3]), image], two, options("Split", numSplits=2))
        add("SPLIT_V", name, [image, constant([1, -1]), constant([1])],
            [Output((1, 1, 7, 6), dtype, quantization), Output((1, 4, 7, 6), dtype, quantization)], options("SplitV", numSplits=2))
        add("UNPACK", name, [image], [Output((1, 5, 6), dtype, quantization)] * 7, options("Unpack", num=7, axis=2))
        other = given(dtype, IMAGE, 2)
        add("PACK", name, [image, other], Output((1, 2, 5, 7, 6), dtype, quantization), options("Pack", valuesCount=2, axis=1))
        add("CONCATENATION", name, [image, other], Output((1, 5, 14, 6), dtype, quantization), options("Concatenation", axis=2))
    add("CONCATENATION", "u8_rescaled", [given(U8, IMAGE), given(U8, IMAGE, 2, 0.021, -9)], Output((1, 5, 7, 12), U8, codes(U8)),
        options("Concatenation", axis=3))
    for dtype in (F32, I8):  # a sequence: rank 3
        add("SPACE_TO_BATCH_ND", NAMES[dtype] + "_sequence", [given(dtype, (2, 7, 3)), constant([3]), constant([[0, 2]])],
            Output((6, 3, 3), dtype, codes(dtype)))
        add("BATCH_TO_SPACE_ND", NAMES[dtype] + "_sequence", [given(dtype, (6, 3, 3)), constant([3]), constant([[0, 2]])],
            Output((2, 7, 3), dtype, codes(dtype)))
    for dtype in (F32, I32, I64, BOOL):
        add("FILL", NAMES[dtype], [constant([2, 3]), given(dtype, ())], Output((2, 3), dtype))
    for dtype in (F32, I32, I64):
        add("ZEROS_LIKE", NAMES[dtype], [given(dtype, (2, 3))], Output((2, 3), dtype))
    add("SHAPE", "i32", [given(F32, IMAGE)], Output((4,), I32), options("Shape", outType=schema.TensorType.INT32))
    add("SHAPE", "i64", [given(F32, IMAGE)], Output((4,), I64), options("Shape", outType=schema.TensorType.INT64))
    add("RANK", "i32", [given(F32, IMAGE)], Output((), I32))
    for operator, kind in (("RESIZE_BILINEAR", "ResizeBilinear"), ("RESIZE_NEAREST_NEIGHBOR", "ResizeNearestNeighbor")):
        for dtype in (F32, I8, U8):
            for align, half in ((False, False), (True, False), (False, True)):
                add(operator, f"{NAMES[dtype]}_{int(align)}{int(half)}", [given(dtype, IMAGE), constant([8, 4])],
                    Output((1, 8, 4, 6), dtype, codes(dtype)), options(kind, alignCorners=align, halfPixelCenters=half))


def add_conversions():
    for low, high, bits in ((-2.0, 1.5, 8), (0.0, 3.0, 4), (-1.1, 2.3, 16)):
        add("FAKE_QUANT", f"f32_{bits}", [given(F32, IMAGE)], Output(IMAGE, F32),
            options("FakeQuant", min=low, max=high, numBits=bits))
    for dtype in (I8, U8):
        add("QUANTIZE", f"f32_to_{NAMES[dtype]}", [given(F32, IMAGE)], Output(IMAGE, dtype, codes(dtype, 0.013)))
        add("DEQUANTIZE", f"{NAMES[dtype]}_to_f32", [given(dtype, IMAGE)], Output(IMAGE, F32))
        for other in (I8, U8):
            add("QUANTIZE", f"{NAMES[other]}_to_{NAMES[dtype]}", [given(other, IMAGE)], Output(IMAGE, dtype, codes(dtype, 0.08, 11)))
    for source in (F32, I32, I64, BOOL):
        for target in (F32, I32, I64, BOOL):
            if source != target:
                add("CAST", f"{NAMES[source]}_to_{NAMES[target]}", [given(source, IMAGE)], Output(IMAGE, target))


def add_sparse():
    matrix = np.array([[0, 2, 0, -3], [0, 0, 0, 0], [5, 0, 0, 7]], F32)
    rows = Sparse(matrix[matrix != 0], [0, 1], [], [3, ([0, 2, 2, 4], [1, 3, 0, 3])])
    add("DENSIFY", "f32_rows", [Input(matrix, constant=True, sparse=rows)], Output(matrix.shape, F32))
    blocks = np.kron(np.array([[1, 0], [0, 1]], F32), np.array([[1, 2], [3, 4]], F32))
    squares = Sparse(np.array([1, 2, 3, 4, 1, 2, 3, 4], F32), [0, 1, 2, 3], [0, 1], [2, ([0, 1, 2], [0, 1]), 2, 2])
    add("DENSIFY", "f32_blocks", [Input(blocks, constant=True, sparse=squares)], Output(blocks.shape, F32))
    codes_ = Sparse(np.array([5, -6], I8), [0, 1], [], [2, ([0, 1, 2], [2, 0])])
    add("DENSIFY", "i8_rows", [Input(np.array([[0, 0, 5], [-6, 0, 0]], I8), codes(I8, 0.05, 0), True, sparse=codes_)],
        Output((2, 3), I8, codes(I8, 0.05, 0)))


def product_tensors(dtype, in_shape, filter_shape, channels, axis):
    """Input, filter (i8: a scale per channel) and bias of a convolution, and the codes of its result."""
    if dtype == F32:
        return [given(F32, in_shape), constant(values(F32, filter_shape, 2, low=-1, high=1), F32),
                constant(values(F32, (channels,), 3), F32)], None
    if dtype == U8:
        filter_ = Input(values(U8, filter_shape, 2), codes(U8, 0.01, -20), True)
        scales, zeros = [0.05 * 0.01], [0]
    else:
        scales = [0.01 * (1 + i % 3) for i in range(channels)]
        filter_ = Input(np.maximum(values(I8, filter_shape, 2), -127), Codes(scales, [0] * channels, axis), True)
        scales, zeros = [0.05 * scale for scale in scales], [0] * channels
    bias = Input(values(I32, (channels,), 3) * 50, Codes(scales, zeros), True)
    return [given(dtype, in_shape), filter_, bias], codes(dtype, 0.9, -3)


def add_products():
    for dtype in (F32, I8, U8):
        name = NAMES[dtype]
        for padding, dilation, shape in ((0, 1, (1, 3, 4, 5)), (1, 2, (1, 1, 2, 5))):
            tensors, result = product_tensors(dtype, IMAGE, (5, 3, 3, 6), 5, 0)
            add("CONV_2D", f"{name}_{'valid' if padding else 'same'}_dilation_{dilation}", tensors, Output(shape, dtype, result),
                options("Conv2D", padding=padding, strideW=2, strideH=2, fusedActivationFunction=1 - padding,
                        dilationWFactor=dilation, dilationHFactor=dilation))
        tensors, result = product_tensors(dtype, IMAGE, (1, 3, 3, 12), 12, 3)
        add("DEPTHWISE_CONV_2D", name, tensors, Output((1, 3, 4, 12), dtype, result),
            options("DepthwiseConv2D", padding=0, strideW=2, strideH=2, depthMultiplier=2, fusedActivationFunction=0,
                    dilationWFactor=1, dilationHFactor=1))
        tensors, result = product_tensors(dtype, (1, 3, 4, 6), (5, 3, 3, 6), 5, 0)
        add("TRANSPOSE_CONV", name, [constant([1, 6, 8, 5]), tensors[1], tensors[0], tensors[2]], Output((1, 6, 8, 5), dtype, result),
            options("TransposeConv", padding=0, strideW=2, strideH=2, fusedActivationFunction=0))
        tensors, result = product_tensors(dtype, (3, 40), (7, 40), 7, 0)
        if dtype == I8:  # one scale for all
            tensors[1].codes, tensors[2].codes = Codes([0.01], [0]), Codes([0.0005], [0])
        add("FULLY_CONNECTED", name, tensors, Output((3, 7), dtype, result),
            options("FullyConnected", fusedActivationFunction=1, weightsFormat=0, keepNumDims=False))
    add("BATCH_MATMUL", "f32_broadcast", [given(F32, (2, 1, 3, 4)), given(F32, (5, 4, 3), 2)], Output((2, 5, 3, 3), F32),
        options("BatchMatMul", adjX=False, adjY=False))
    for adj_x, adj_y in ((False, False), (True, False), (False, True)):
        x, y = (2, 4, 3) if adj_x else (2, 3, 4), (2, 5, 4) if adj_y else (2, 4, 5)
        add("BATCH_MATMUL", f"f32_{int(adj_x)}{int(adj_y)}", [given(F32, x), given(F32, y, 2)], Output((2, 3, 5), F32),
            options("BatchMatMul", adjX=adj_x, adjY=adj_y))


def add_volumes():
    for padding, stride, dilation, shape in ((0, 2, 1, (2, 2, 2, 3, 4)), (1, 1, 2, (2, 1, 2, 3, 4))):
        volume, kernel = given(F32, (2, 3, 4, 5, 2)), constant(values(F32, (2, 2, 2, 2, 4), 2), F32)
        bias = [constant(values(F32, (4,), 3), F32)] if padding == 0 else []
        add("CONV_3D", f"f32_{'valid' if padding else 'same'}", [volume, kernel, *bias], Output(shape, F32),
            options("Conv3D", padding=padding, strideD=stride, strideH=stride, strideW=stride, dilationDFactor=dilation,
                    dilationHFactor=dilation, dilationWFactor=dilation, fusedActivationFunction=1 - padding))
    volume, kernel = given(F32, (1, 6, 5, 4, 3)), constant(values(F32, (3, 1, 1, 3, 4), 2), F32)  # which sees depths alone
    add("CONV_3D", "f32_depths", [volume, kernel, constant(values(F32, (4,), 3), F32)], Output((1, 3, 5, 2, 4), F32),
        options("Conv3D", padding=0, strideD=2, strideH=1, strideW=2, dilationDFactor=1, dilationHFactor=1, dilationWFactor=1))
    for padding, shape in ((0, (2, 5, 8, 9, 4)), (1, (2, 7, 9, 11, 4))):
        volume, kernel = given(F32, (2, 3, 4, 5, 2)), constant(values(F32, (3, 3, 3, 4, 2), 2), F32)
        bias = [constant(values(F32, (4,), 3), F32)] if padding == 0 else []
        add("CONV_3D_TRANSPOSE", f"f32_{'valid' if padding else 'same'}", [constant(list(shape)), kernel, volume, *bias],
            Output(shape, F32), options("Conv3D", padding=padding, strideD=2, strideH=2, strideW=2, fusedActivationFunction=1 - padding))
    for dtype in (F32, I32):
        name, matrix = NAMES[dtype], given(dtype, (3, 4))
        add("DILATE", name, [matrix, constant([2, 3]), constant(7, dtype)], Output((5, 10), dtype))
        add("STABLEHLO_PAD", name, [matrix, constant(7, dtype)], Output((6, 7), dtype),
            options("StablehloPad", edgePaddingLow=[2, -1], edgePaddingHigh=[-1, 1], interiorPadding=[1, 1]))
        for operator in ("ADD", "MULTIPLY", "MAXIMUM", "MINIMUM"):
            add("STABLEHLO_" + operator, name, [matrix, given(dtype, (3, 4), 2)], Output((3, 4), dtype))
    add("STABLEHLO_SHIFT_LEFT", "i32", [given(I32, (3, 4)), Input(np.array([[0, 1, 2, 30]] * 3, I32))], Output((3, 4), I32))
    add("BITCAST", "i8", [Input(values(I8, (3, 4)))], Output((3, 4), U8))
    add("STABLEHLO_AND", "bool", [given(BOOL, (3, 4)), given(BOOL, (3, 4), 2)], Output((3, 4), BOOL))


for add_family in (add_unary, add_binary, add_comparisons, add_selection, add_reductions, add_movement, add_conversions, add_sparse,
                   add_products, add_volumes, *codes_cases.FAMILIES, *recurrent_cases.FAMILIES, *codes_recurrent_cases.FAMILIES,
                   *box_cases.FAMILIES, *mediapipe_cases.FAMILIES, *graph_cases.FAMILIES, *spectral_cases.FAMILIES):
    add_family()
