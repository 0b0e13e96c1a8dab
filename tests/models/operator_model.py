"""A .tflite of one operator, for a case of check_operators.py."""

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

from operator_case import Input

TYPES = {
    np.dtype(np.float32): schema.TensorType.FLOAT32, np.dtype(np.int8): schema.TensorType.INT8,
    np.dtype(np.uint8): schema.TensorType.UINT8, np.dtype(np.int16): schema.TensorType.INT16, np.dtype(np.int32): schema.TensorType.INT32,
    np.dtype(np.complex64): schema.TensorType.COMPLEX64, np.dtype(np.int64): schema.TensorType.INT64, np.dtype(np.bool_): schema.TensorType.BOOL,
}
# LiteRT's kernels take the types that a later version added under version 1, unless there never was one.
VERSIONS = {"BROADCAST_TO": 2, "Landmarks2TransformMatrix": 2, "TransformLandmarks": 2, "TransformTensorBilinear": 2}


def tensor_of(model, name, given):
    """The record of an Input or an Output; a constant's elements go into the model."""
    made = schema.TensorT()
    is_input = isinstance(given, Input)
    made.name, made.shape, made.buffer, made.hasRank = name, list(given.data.shape if is_input else given.shape), 0, True
    made.type = TYPES[np.dtype(given.data.dtype if is_input else given.dtype)]
    if given.codes:
        made.quantization = schema.QuantizationParametersT()
        made.quantization.scale, made.quantization.zeroPoint = list(given.codes.scales), list(given.codes.zeroPoints)
        made.quantization.quantizedDimension = given.codes.axis
    if not is_input:
        return made
    made.isVariable = given.variable
    if given.sparse:
        made.sparsity = sparsity_of(given.sparse)
    if given.constant:
        model.buffers.append(schema.BufferT())
        stored = given.sparse.stored if given.sparse else given.data
        model.buffers[-1].data = np.frombuffer(stored.tobytes(), np.uint8)
        made.buffer = len(model.buffers) - 1
    return made


def sparsity_of(sparse):
    made = schema.SparsityParametersT()
    made.traversalOrder, made.blockMap, made.dimMetadata = sparse.order, sparse.blocks, []
    for dimension in sparse.dimensions:
        record = schema.DimensionMetadataT()
        if isinstance(dimension, int):
            record.format, record.denseSize = schema.DimensionType.DENSE, dimension
        else:
            record.format = schema.DimensionType.SPARSE_CSR
            record.arraySegmentsType = record.arrayIndicesType = schema.SparseIndexVector.Int32Vector
            record.arraySegments, record.arrayIndices = schema.Int32VectorT(), schema.Int32VectorT()
            record.arraySegments.values, record.arrayIndices.values = dimension
        made.dimMetadata.append(record)
    return made


def operator_of(model, name, made):
    """The record of an operator with these options, without what it reads and makes."""
    code, operator = schema.OperatorCodeT(), schema.OperatorT()
    code.builtinCode = getattr(schema.BuiltinOperator, name, schema.BuiltinOperator.CUSTOM)
    code.deprecatedBuiltinCode, code.version = min(code.builtinCode, 127), VERSIONS.get(name, 1)
    operator.opcodeIndex = len(model.operatorCodes)
    model.operatorCodes.append(code)
    if code.builtinCode == schema.BuiltinOperator.CUSTOM:
        code.customCode, operator.customOptions = name, list(made)
    elif made:
        kind = type(made).__name__.removesuffix("T")
        if hasattr(schema.BuiltinOptions, kind):
            operator.builtinOptionsType, operator.builtinOptions = getattr(schema.BuiltinOptions, kind), made
        else:
            operator.builtinOptions2Type, operator.builtinOptions2 = getattr(schema.BuiltinOptions2, kind), made
    return operator


def add_subgraph(model, described):
    graph = schema.SubGraphT()
    graph.name = f"subgraph{len(model.subgraphs)}" if model.subgraphs else "main"
    graph.tensors = [tensor_of(model, f"{graph.name}_{i}", tensor) for i, tensor in enumerate(described.tensors)]
    graph.inputs, graph.outputs, graph.operators = described.inputs, described.outputs, []
    for step in described.steps:
        operator = operator_of(model, step.operator, step.options)
        operator.inputs, operator.outputs = step.inputs, step.outputs
        graph.operators.append(operator)
    model.subgraphs.append(graph)


def model_of(case):
    """The bytes of the file: its inputs are in0, in1, ..., its outputs out0, out1, ..."""
    model = schema.ModelT()
    model.version, model.subgraphs, model.buffers, model.operatorCodes = 3, [], [schema.BufferT()], []
    add_main(model, case)
    for described in case.subgraphs:
        add_subgraph(model, described)
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def add_main(model, case):
    if case.graph:
        add_subgraph(model, case.graph)
        for kind, places in (("in", case.graph.inputs), ("out", case.graph.outputs)):
            for i, place in enumerate(places):
                model.subgraphs[0].tensors[place].name = f"{kind}{i}"
        return
    graph = schema.SubGraphT()
    model.subgraphs.append(graph)
    operator = operator_of(model, case.operator, case.options)
    graph.name, graph.operators = "main", [operator]
    graph.tensors, graph.inputs, graph.outputs, operator.inputs, operator.outputs = [], [], [], [], []
    for i, given in enumerate(case.inputs):
        if given is None:
            operator.inputs.append(-1)
            continue
        if not given.constant and not given.variable:
            graph.inputs.append(len(graph.tensors))
        operator.inputs.append(len(graph.tensors))
        graph.tensors.append(tensor_of(model, f"in{i}", given))
    for i, result in enumerate(case.outputs):
        operator.outputs.append(len(graph.tensors))
        graph.outputs.append(len(graph.tensors))
        graph.tensors.append(tensor_of(model, f"out{i}", result))
    if case.intermediates:
        operator.intermediates = [len(graph.tensors) + i for i in range(len(case.intermediates))]
        graph.tensors += [tensor_of(model, f"kept{i}", kept) for i, kept in enumerate(case.intermediates)]
