#!/usr/bin/env python3
"""Write unary_tables.inc: what LiteRT's reference kernels make of every 8-bit code.

Usage: make_unary_tables.py > unary_tables.inc

Builds a model of one operator for each operator, type and pair of scales, and runs it on all 256 codes. Needs
ai-edge-litert and flatbuffers (tests/models/requirements-tensorflow.txt has the version).
"""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

# Name here, LiteRT's, types, (input scale, zero point, result scale, zero point) counted from the lowest code.
# SQRT and RSQRT fail on negative numbers, so their input begins at zero.
ANY = [(0.0473, 128, 0.0311, 100), (0.00312, 20, 0.00507, 201), (0.21, 99, 0.9, 3)]
FROM_ZERO = [(0.0473, 0, 0.0311, 100), (0.00312, 0, 0.00107, 0), (0.043042038, 0, 0.0015174024, 12), (3.1, 0, 0.09, 9)]
BOTH, SIGNED = ("i8", "u8"), ("i8",)
CASES = [
    ("relu", "RELU", BOTH, ANY),
    ("relu6", "RELU6", BOTH, ANY),
    ("relu_n1_to_1", "RELU_N1_TO_1", BOTH, ANY),
    ("leaky_relu", "LEAKY_RELU", BOTH, ANY),
    ("hard_swish", "HARD_SWISH", BOTH, ANY),
    ("sigmoid", "LOGISTIC", BOTH, [(s, z, 1 / 256, 0) for s, z, _, _ in ANY]),
    ("tanh", "TANH", BOTH, [(s, z, 1 / 128, 128) for s, z, _, _ in ANY]),
    ("gelu", "GELU", BOTH, ANY),
    ("elu", "ELU", SIGNED, ANY),
    ("exp", "EXP", SIGNED, ANY),
    ("log", "LOG", SIGNED, ANY),
    ("abs", "ABS", SIGNED, ANY),
    ("sqrt", "SQRT", SIGNED, FROM_ZERO),
    ("rsqrt", "RSQRT", SIGNED, FROM_ZERO),
]
ALPHA = 0.13  # of LEAKY_RELU
NUMPY = {"i8": np.int8, "u8": np.uint8}
TENSOR = {"i8": schema.TensorType.INT8, "u8": schema.TensorType.UINT8}


def tensor(name, kind, scale, zero_point):
    result = schema.TensorT()
    result.name, result.type, result.buffer = name, TENSOR[kind], 0
    result.shape = np.array([1, 256], np.int32)
    result.quantization = schema.QuantizationParametersT()
    result.quantization.scale = np.array([scale], np.float32)
    result.quantization.zeroPoint = np.array([zero_point], np.int64)
    return result


def model_of(name, source, destination):
    code = schema.OperatorCodeT()
    code.builtinCode = getattr(schema.BuiltinOperator, name)
    code.deprecatedBuiltinCode = min(code.builtinCode, 127)
    code.version = 1
    operator = schema.OperatorT()
    operator.inputs, operator.outputs = np.array([0], np.int32), np.array([1], np.int32)
    if name == "LEAKY_RELU":
        operator.builtinOptionsType = schema.BuiltinOptions.LeakyReluOptions
        operator.builtinOptions = schema.LeakyReluOptionsT()
        operator.builtinOptions.alpha = ALPHA
    if name == "GELU":
        operator.builtinOptionsType = schema.BuiltinOptions.GeluOptions
        operator.builtinOptions = schema.GeluOptionsT()
    graph = schema.SubGraphT()
    graph.tensors, graph.operators = [source, destination], [operator]
    graph.inputs, graph.outputs = operator.inputs, operator.outputs
    model = schema.ModelT()
    model.version, model.operatorCodes, model.subgraphs = 3, [code], [graph]
    model.buffers = [schema.BufferT()]
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def table_of(name, kind, parameters):
    low = -128 if kind == "i8" else 0
    in_scale, in_zero, out_scale, out_zero = parameters
    model = model_of(
        name, tensor("x", kind, in_scale, in_zero + low), tensor("y", kind, out_scale, out_zero + low)
    )
    # The reference kernels lack ELU, which has one kernel for all.
    kernels = (
        OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES if name == "ELU" else OpResolverType.BUILTIN_REF
    )
    interpreter = Interpreter(model_content=model, experimental_op_resolver_type=kernels)
    interpreter.allocate_tensors()
    codes = np.arange(low, low + 256).astype(NUMPY[kind]).reshape(1, 256)
    interpreter.set_tensor(interpreter.get_input_details()[0]["index"], codes)
    interpreter.invoke()
    return interpreter.get_tensor(interpreter.get_output_details()[0]["index"]).tobytes().hex()


def main():
    print("// Made by make_unary_tables.py with ai-edge-litert 2.3.0: op, type, input scale and zero point, result")
    print("// scale and zero point, and the results of all codes from the lowest to the highest as bytes.")
    for ours, theirs, kinds, parameters in CASES:
        for kind in kinds:
            low = -128 if kind == "i8" else 0
            for one in parameters:
                in_scale, in_zero, out_scale, out_zero = one
                table = table_of(theirs, kind, one)
                print(f'{{"{ours}", ElementType::k{kind.upper()}, {in_scale!r}f, {in_zero + low}, '
                      f"{out_scale!r}f, {out_zero + low},")
                for begin in range(0, 512, 128):
                    print(f' "{table[begin:begin + 128]}"' + ("}," if begin == 384 else ""))


if __name__ == "__main__":
    main()
