#!/usr/bin/env python3
"""Run every TFLite operator that is imported through LiteRT's reference kernels and through tandem, and compare.

Usage: check_operators.py [--tandem build/bin/tandem] [--backends reference] [OPERATOR...]

Makes a model of one operator for each case of operator_cases.py, gives both the same inputs, and holds integers and
codes to equality, reals to a few units in the last place. Fails on a difference, on a refusal that the case does not
expect, and when an operator of docs/generated/operators.md has no case. Needs ai-edge-litert and numpy of
requirements-tensorflow.txt.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from operator_cases import CASES, ELSEWHERE

ROOT = Path(__file__).resolve().parents[2]
TYPES = {
    np.dtype(np.float32): schema.TensorType.FLOAT32, np.dtype(np.int8): schema.TensorType.INT8,
    np.dtype(np.uint8): schema.TensorType.UINT8, np.dtype(np.int16): schema.TensorType.INT16, np.dtype(np.int32): schema.TensorType.INT32,
    np.dtype(np.int64): schema.TensorType.INT64, np.dtype(np.bool_): schema.TensorType.BOOL,
}
# LiteRT's kernels take the types that a later version added under version 1, unless there never was one.
VERSIONS = {"BROADCAST_TO": 2, "Landmarks2TransformMatrix": 2, "TransformLandmarks": 2, "TransformTensorBilinear": 2}
# What the set of reference kernels lacks; the other set has one kernel for all.
NOT_AMONG_REFERENCE_KERNELS = {"ELU", "CEIL", "ROUND", "BROADCAST_TO", "SEGMENT_SUM", "STABLEHLO_AND", "STABLEHLO_SHIFT_LEFT"}
# The kernels add up and approximate alike, but the compilers of both may order and fuse differently.
RELATIVE, RELATIVE_TO_LARGEST = 2e-6, 1e-6


def tensor(name, shape, dtype, codes, buffer):
    made = schema.TensorT()
    made.name, made.shape, made.type, made.buffer = name, list(shape), TYPES[np.dtype(dtype)], buffer
    made.hasRank = True
    if codes:
        made.quantization = schema.QuantizationParametersT()
        made.quantization.scale, made.quantization.zeroPoint = list(codes.scales), list(codes.zeroPoints)
        made.quantization.quantizedDimension = codes.axis
    return made


def model_of(case):
    """The bytes of a .tflite with one operator."""
    model, graph, operator = schema.ModelT(), schema.SubGraphT(), schema.OperatorT()
    model.version, model.subgraphs, model.buffers = 3, [graph], [schema.BufferT()]
    graph.name, graph.operators = "main", [operator]
    graph.tensors, graph.inputs, graph.outputs, operator.inputs, operator.outputs = [], [], [], [], []
    for i, given in enumerate(case.inputs):
        if given is None:
            operator.inputs.append(-1)
            continue
        buffer = 0
        if given.variable:
            pass
        elif given.constant:
            model.buffers.append(schema.BufferT())
            model.buffers[-1].data = np.frombuffer(given.data.tobytes(), np.uint8)
            buffer = len(model.buffers) - 1
        else:
            graph.inputs.append(len(graph.tensors))
        operator.inputs.append(len(graph.tensors))
        graph.tensors.append(tensor(f"in{i}", given.data.shape, given.data.dtype, given.codes, buffer))
        graph.tensors[-1].isVariable = given.variable
    for i, result in enumerate(case.outputs):
        operator.outputs.append(len(graph.tensors))
        graph.outputs.append(len(graph.tensors))
        graph.tensors.append(tensor(f"out{i}", result.shape, result.dtype, result.codes, 0))
    code = schema.OperatorCodeT()
    code.builtinCode = getattr(schema.BuiltinOperator, case.operator, schema.BuiltinOperator.CUSTOM)
    code.deprecatedBuiltinCode, code.version = min(code.builtinCode, 127), VERSIONS.get(case.operator, 1)
    model.operatorCodes = [code]
    if code.builtinCode == schema.BuiltinOperator.CUSTOM:
        code.customCode, operator.customOptions = case.operator, list(case.options)
    elif case.options:
        kind = type(case.options).__name__.removesuffix("T")
        if hasattr(schema.BuiltinOptions, kind):
            operator.builtinOptionsType, operator.builtinOptions = getattr(schema.BuiltinOptions, kind), case.options
        else:
            operator.builtinOptions2Type, operator.builtinOptions2 = getattr(schema.BuiltinOptions2, kind), case.options
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def runs(case):
    """Two where a state is kept from one to the next: of that LiteRT makes a variable, tandem an input and an output."""
    return 2 if case.keeps else 1


def run_litert(content, case):
    optimized = case.optimized or case.operator in NOT_AMONG_REFERENCE_KERNELS
    kernels = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES if optimized else OpResolverType.BUILTIN_REF
    interpreter = Interpreter(model_content=content, experimental_op_resolver_type=kernels)
    interpreter.allocate_tensors()
    for given in interpreter.get_input_details():
        interpreter.set_tensor(given["index"], case.inputs[int(given["name"][2:])].data)
    for _ in range(runs(case)):
        interpreter.invoke()
    return [interpreter.get_tensor(result["index"]) for result in interpreter.get_output_details()]


class Refused(Exception):
    pass


def run_tandem(content, case, options, folder):
    def run(*arguments):
        done = subprocess.run([options.tandem, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode:
            raise Refused(done.stderr.strip() or done.stdout.strip())

    (folder / "case.tflite").write_bytes(content)
    run("compile", folder / "case.tflite", "-o", folder / "case.tandem", "--backends", options.backends)
    inputs, results = [], folder / "results"
    for i, given in enumerate(case.inputs):
        if given is not None and not given.constant and (case.keeps or not given.variable):
            np.save(folder / f"in{i}.npy", given.data)
            inputs += ["--input", f"in{i}={folder}/in{i}.npy"]
    for _ in range(runs(case)):
        run("run", folder / "case.tandem", "--save", results, *inputs)
        for i, given in enumerate(case.inputs):
            if case.keeps and given is not None and given.variable:
                (results / f"in{i}.npy").replace(folder / f"in{i}.npy")
    return [np.load(results / f"out{i}.npy") for i in range(len(case.outputs))]


def difference(expected, actual, steps):
    """What is wrong, or nothing."""
    if expected.dtype != actual.dtype or expected.shape != actual.shape:
        return f"{actual.dtype}{list(actual.shape)}, LiteRT has {expected.dtype}{list(expected.shape)}"
    if expected.dtype == np.bool_:
        wrong = expected != actual
    elif expected.dtype != np.float32:
        wrong = np.abs(expected.astype(np.int64) - actual) > steps
    else:
        finite = expected[np.isfinite(expected)]
        largest = np.abs(finite).max() if finite.size else 0
        wrong = ~np.isclose(actual, expected, RELATIVE, RELATIVE_TO_LARGEST * largest, equal_nan=True)
    if not wrong.any():
        return None
    at = tuple(int(i) for i in np.argwhere(wrong)[0])
    return f"{int(wrong.sum())} of {wrong.size} differ, first at {list(at)}: {actual[at]}, LiteRT has {expected[at]}"


def check(case, options, folder):
    """What is wrong with tandem's answer, or nothing."""
    content = model_of(case)
    expected = case.expected or run_litert(content, case)
    try:
        actual = run_tandem(content, case, options, folder)
    except Refused as refusal:
        if case.refused and case.refused in str(refusal):
            return None
        return f"refused: {refusal}"
    if case.refused:
        return f"not refused, expected '{case.refused}'"
    found = [difference(e, a, case.steps) for e, a in zip(expected, actual)]
    return next((text for text in found if text), None)


def imported_operators():
    text = (ROOT / "docs/generated/operators.md").read_text()
    section = re.search(r"\n## TensorFlow Lite\n(.*?)\n\*\*Refused", text, re.DOTALL).group(1)
    return set(re.findall(r"`(\w+)`", section))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tandem", default=ROOT / "build/bin/tandem")
    parser.add_argument("--backends", default="reference", help="as of tandem compile")
    parser.add_argument("operators", nargs="*", metavar="OPERATOR")
    options = parser.parse_args()
    chosen = [case for case in CASES if not options.operators or case.operator in options.operators]
    failures = 0
    for case in chosen:
        with tempfile.TemporaryDirectory() as folder:
            try:
                wrong = check(case, options, Path(folder))
            except (RuntimeError, ValueError) as error:
                wrong = f"LiteRT: {error}"
        if wrong:
            failures += 1
            print(f"{case.operator} {case.name}: {wrong}")
    refused = sum(case.refused is not None for case in chosen)
    print(f"{len(chosen)} cases of {len({case.operator for case in chosen})} operators, {failures} wrong, "
          f"{refused} refused as expected")
    missing = set() if options.operators else imported_operators() - {case.operator for case in CASES} - ELSEWHERE
    if missing:
        print(f"no case for {', '.join(sorted(missing))}")
    return 1 if failures or missing else 0


if __name__ == "__main__":
    sys.exit(main())
