"""Cases of check_operators.py on codes of 16 bits, hybrid ones, and those on codes of 8 bits that tandem computes in f32."""

import numpy as np
from ai_edge_litert import schema_py_generated as schema

from operator_case import (BOOL, F32, I8, I16, I32, I64, IMAGE, NAMES, U8, Codes, Input, Output, add, codes, constant, given,
                           options, values)


def add_sixteen():
    """Activations of 16 bits (int16x8), which tandem computes in f32: one step apart at most."""
    def q(scale=0.05):
        return codes(I16, scale)

    def sixteen(operator, inputs, outputs, made=None, name="i16", steps=1):
        add(operator, name, inputs, outputs, made, steps=steps)

    image, other, fine = given(I16, IMAGE), given(I16, IMAGE, 2), Codes([1 / 32768], [0])
    for name, result in (("", q(0.11)), ("_saturating", q(0.03))):
        for operator, kind in (("ADD", "Add"), ("SUB", "Sub"), ("MUL", "Mul")):
            made = options(kind, fusedActivationFunction=1, **({} if kind == "Mul" else {"potScaleInt16": False}))
            sixteen(operator, [image, given(I16, (6,), 2, 0.03)], Output(IMAGE, I16, result if kind != "Mul" else q(3)), made,
                    name="i16" + name)
    for operator in ("MAXIMUM", "MINIMUM"):
        sixteen(operator, [image, other], Output(IMAGE, I16, q()), steps=0)
    every = np.linspace(-32768, 32767, 5040).astype(I16).reshape(3, -1)
    for operator, source, result in (("RELU", q(), q(0.03)), ("RELU6", q(), q(0.03)), ("LOGISTIC", q(), fine),
                                     ("TANH", q(), fine), ("ABS", q(), q(0.06)), ("EXP", q(0.01), q(0.02)), ("GELU", q(), q())):
        # LiteRT's tables of 513 points are up to two steps from what they stand for
        sixteen(operator, [Input(every, source)], Output(every.shape, I16, result),
                options("Gelu", approximate=False) if operator == "GELU" else None, steps=2 if operator in ("TANH", "EXP", "GELU") else 1)
    sixteen("LEAKY_RELU", [Input(every, q())], Output(every.shape, I16, q(0.04)), options("LeakyRelu", alpha=0.3))
    sixteen("SOFTMAX", [given(I16, (3, 50), 1, 0.02)], Output((3, 50), I16, fine), options("Softmax", beta=1.0))
    for operator, kind in (("MAX_POOL_2D", "Pool2D"), ("AVERAGE_POOL_2D", "Pool2D")):
        sixteen(operator, [image], Output((1, 3, 4, 6), I16, q()),
                options(kind, padding=0, strideW=2, strideH=2, filterWidth=3, filterHeight=3, fusedActivationFunction=1))
    for operator in ("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN"):
        result = q(0.4) if operator == "SUM" else q(0.04) if operator == "MEAN" else q()
        add(operator, "i16", [image, constant([1, 2])], Output((1, 6), I16, result), options("Reducer", keepDims=False), steps=1,
            optimized=operator == "SUM")
    for operator in ("EQUAL", "LESS", "GREATER_EQUAL"):
        sixteen(operator, [image, other], Output(IMAGE, BOOL))
    for name, kind in (("RESIZE_BILINEAR", "ResizeBilinear"), ("RESIZE_NEAREST_NEIGHBOR", "ResizeNearestNeighbor")):
        sixteen(name, [image, constant([8, 4])], Output((1, 8, 4, 6), I16, q()), options(kind, halfPixelCenters=True))
    add_sixteen_movement(image, q())
    add_sixteen_products(image, q)
    sixteen("QUANTIZE", [given(F32, IMAGE)], Output(IMAGE, I16, q(0.01)), name="f32_to_i16")
    sixteen("QUANTIZE", [image], Output(IMAGE, I16, q(0.08)), name="i16_to_i16")
    sixteen("QUANTIZE", [image], Output(IMAGE, I8, codes(I8, 0.06)), name="i16_to_i8")
    sixteen("QUANTIZE", [given(I8, IMAGE)], Output(IMAGE, I16, q()), name="i8_to_i16")
    sixteen("DEQUANTIZE", [image], Output(IMAGE, F32), name="i16_to_f32")


def add_sixteen_movement(image, same):
    def moved(operator, shape, *constants, made=None, source=image):
        add(operator, "i16", [source, *constants], Output(shape, I16, same), made)

    moved("RESHAPE", (7, 30), constant([7, -1]), made=options("Reshape", newShape=[7, -1]))
    moved("TRANSPOSE", (6, 1, 7, 5), constant([3, 0, 2, 1]))
    moved("SLICE", (1, 2, 4, 6), constant([0, 3, 1, 0]), constant([1, 2, 4, -1]))
    moved("STRIDED_SLICE", (2, 2, 6), constant([0, 4, 1, 0]), constant([1, 0, 6, 0]), constant([1, -2, 3, 1]),
          made=options("StridedSlice", beginMask=0, endMask=8, shrinkAxisMask=1))
    moved("PAD", (1, 6, 10, 9), constant([[0, 0], [1, 0], [2, 1], [0, 3]]))
    moved("PADV2", (1, 6, 10, 9), constant([[0, 0], [1, 0], [2, 1], [0, 3]]), constant([7], I16, same))
    moved("MIRROR_PAD", (1, 8, 10, 6), constant([[0, 0], [2, 1], [0, 3], [0, 0]]), made=options("MirrorPad", mode=0))
    moved("SPACE_TO_BATCH_ND", (6, 4, 3, 6), constant([2, 3]), constant([[1, 2], [0, 2]]))
    moved("BATCH_TO_SPACE_ND", (1, 5, 7, 6), constant([2, 3]), constant([[1, 2], [0, 2]]),
          source=Input(values(I16, (6, 4, 3, 6)), same))
    moved("GATHER", (1, 2, 2, 7, 6), constant([[4, 0], [2, 2]]), made=options("Gather", axis=1))
    moved("REVERSE_V2", IMAGE, constant([2]))
    moved("PACK", (1, 2, 5, 7, 6), image, made=options("Pack", valuesCount=2, axis=1))
    add("UNPACK", "i16", [image], [Output((1, 5, 6), I16, same)] * 7, options("Unpack", num=7, axis=2))
    add("SPLIT", "i16", [constant([3]), image], [Output((1, 5, 7, 3), I16, same)] * 2, options("Split", numSplits=2))
    add("SELECT_V2", "i16", [given(BOOL, (7, 1)), image, given(I16, IMAGE, 2)], Output(IMAGE, I16, same))
    add("CONCATENATION", "i16", [image, given(I16, IMAGE, 2)], Output((1, 5, 14, 6), I16, same), options("Concatenation", axis=2))


def add_sixteen_products(image, q):
    def tensors(shape, filter_shape, channels, axis, wide):
        scales = [0.01 * (1 + i % 3) for i in range(channels)]
        filter_ = Input(np.maximum(values(I8, filter_shape, 2), -127), Codes(scales, [0] * channels, axis), True)
        bias = Codes([0.05 / 256 * scale for scale in scales], [0] * channels)
        return [given(I16, shape), filter_, Input((values(I32, (channels,), 3) * 5000).astype(I64 if wide else I32), bias, True)]

    for wide in (False, True):
        name, plain = f"i16_bias_{'i64' if wide else 'i32'}", dict(fusedActivationFunction=1)
        if not wide:
            plain["quantizedBiasType"] = schema.TensorType.INT32
        add("CONV_2D", name, tensors(IMAGE, (5, 3, 3, 6), 5, 0, wide), Output((1, 3, 4, 5), I16, q(3)),
            options("Conv2D", padding=0, strideW=2, strideH=2, **plain), steps=1)
        if wide:  # LiteRT takes no other bias here
            add("DEPTHWISE_CONV_2D", name, tensors(IMAGE, (1, 3, 3, 12), 12, 3, wide), Output((1, 3, 4, 12), I16, q(2)),
                options("DepthwiseConv2D", padding=0, strideW=2, strideH=2, depthMultiplier=2, fusedActivationFunction=1), steps=1)
        image_, filter_, bias = tensors((1, 3, 4, 6), (5, 3, 3, 6), 5, 0, wide)
        add("TRANSPOSE_CONV", name, [constant([1, 6, 8, 5]), filter_, image_, bias], Output((1, 6, 8, 5), I16, q(2)),
            options("TransposeConv", padding=0, strideW=2, strideH=2, **plain), steps=1)
        image_, filter_, bias = tensors((3, 40), (7, 40), 7, 0, wide)
        filter_.codes, bias.codes = Codes([0.01], [0]), Codes([0.05 / 256 * 0.01], [0])
        add("FULLY_CONNECTED", name, [image_, filter_, bias], Output((3, 7), I16, q(0.8)),
            options("FullyConnected", weightsFormat=0, keepNumDims=False, **plain), steps=1)
    add("BATCH_MATMUL", "i16", [given(I16, (2, 3, 4)), given(I16, (2, 4, 5), 2)], Output((2, 3, 5), I16, q(8)),
        options("BatchMatMul", adjX=False, adjY=False), steps=1)


def add_hybrid():
    """f32 activations on weights in codes of i8: dynamic range quantization."""
    def filter_(shape, channels, axis, per_channel):
        scales = [0.01 * (1 + i % 3) for i in range(channels)] if per_channel else [0.01]
        return Input(np.maximum(values(I8, shape, 2), -127), Codes(scales, [0] * len(scales), axis), True)

    batch = (3, 5, 7, 6)
    for per_channel in (False, True):
        name = "hybrid_per_channel" if per_channel else "hybrid"
        bias = [constant(values(F32, (5,), 3), F32)]
        add("CONV_2D", name, [given(F32, batch), filter_((5, 3, 3, 6), 5, 0, per_channel), *bias], Output((3, 3, 4, 5), F32),
            options("Conv2D", padding=0, strideW=2, strideH=2, fusedActivationFunction=1))
        if per_channel:  # LiteRT takes no other
            add("DEPTHWISE_CONV_2D", name, [given(F32, batch), filter_((1, 3, 3, 6), 6, 3, True), constant(values(F32, (6,), 3), F32)],
                Output((3, 3, 4, 6), F32),
                options("DepthwiseConv2D", padding=0, strideW=2, strideH=2, depthMultiplier=1, fusedActivationFunction=1))
        for activation in (0, 3):
            add("TRANSPOSE_CONV", f"{name}_{activation}",
                [constant([3, 9, 14, 5]), filter_((5, 3, 3, 6), 5, 0, per_channel), given(F32, batch), *bias], Output((3, 9, 14, 5), F32),
                options("TransposeConv", padding=0, strideW=2, strideH=2, fusedActivationFunction=activation))
        for asymmetric in (False, True):
            add("FULLY_CONNECTED", name + ("_asymmetric" if asymmetric else ""),
                [given(F32, (3, 40)), filter_((5, 40), 5, 0, per_channel), *bias], Output((3, 5), F32),
                options("FullyConnected", fusedActivationFunction=1, weightsFormat=0, keepNumDims=False,
                        asymmetricQuantizeInputs=asymmetric))
    for asymmetric in (False, True):
        for adj in (False, True):
            add("BATCH_MATMUL", f"hybrid_{int(asymmetric)}{int(adj)}",
                [given(F32, (2, 3, 4)), Input(values(I8, (2, 5, 4) if adj else (2, 4, 5), 2), Codes([0.01], [0]), True)],
                Output((2, 3, 5), F32), options("BatchMatMul", adjX=False, adjY=adj, asymmetricQuantizeInputs=asymmetric))
    for rows in (1, 5):
        scales = Codes([0.01 * (1 + i) for i in range(rows)], [0] * rows)
        add("EMBEDDING_LOOKUP", f"hybrid_{rows}", [Input(np.array([3, 1, 1], I32)), Input(values(I8, (5, 4)), scales, True)],
            Output((3, 4), F32))


def add_codes_in_reals():
    """Codes of 8 bits that tandem computes in f32, for want of a form on codes."""
    for dtype in (I8, U8):
        name, image, result = NAMES[dtype], given(dtype, IMAGE), codes(dtype, 0.06, 1)
        add("RELU_0_TO_1", name, [image], Output(IMAGE, dtype, codes(dtype, 0.03)), steps=1)
        add("LOG_SOFTMAX", name, [image], Output(IMAGE, dtype, Codes([16 / 256], [127 if dtype == I8 else 255])), steps=1)
        add("GELU", name + "_tanh", [image], Output(IMAGE, dtype, result), options("Gelu", approximate=True))
        positive = Input(np.maximum(values(dtype, (6,), 2), codes(dtype).zeroPoints[0] + 9), codes(dtype))
        add("DIV", name, [image, positive], Output(IMAGE, dtype, codes(dtype, 0.1)), options("Div", fusedActivationFunction=0), steps=1)
    add("GELU", "u8", [given(U8, IMAGE)], Output(IMAGE, U8, codes(U8)), options("Gelu", approximate=False))
    add("SQUARED_DIFFERENCE", "i8", [given(I8, IMAGE, 1, 0.02), given(I8, (6,), 2, 0.03)], Output(IMAGE, I8, codes(I8, 0.1, -100)), steps=1)
    add("REDUCE_PROD", "i8", [given(I8, (1, 5, 3, 6), 1, 0.02), constant([2])], Output((1, 5, 6), I8, codes(I8, 0.06, 1)),
        options("Reducer", keepDims=False), steps=1)
    add("BATCH_MATMUL", "i8", [given(I8, (2, 3, 4)), given(I8, (2, 4, 5), 2)], Output((2, 3, 5), I8, codes(I8, 0.5)),
        options("BatchMatMul", adjX=False, adjY=False), steps=1)


FAMILIES = (add_sixteen, add_hybrid, add_codes_in_reals)
