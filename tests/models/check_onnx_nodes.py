#!/usr/bin/env python3
"""Run the tests that the onnx package carries through `tandem compile` and `tandem run`, and write what they show.

Usage: check_onnx_nodes.py [--tandem build/bin/tandem] [--backends LIST] [--only PATTERN] [--write]

  python3 -m venv .venv && .venv/bin/pip install -r tests/models/requirements-onnx.txt
  .venv/bin/python tests/models/check_onnx_nodes.py --write      # docs/generated/onnx.md; some minutes

A test is a model of mostly one node, inputs, and what the operator's definition says comes out. These models have
inputs for what is a constant in every exported model (the shape of Reshape, the scales of Resize, the weights of
QLinearConv). Where the importer says that such a value must be known at compile time, the test is repeated with
its inputs of rank 0 and 1 as constants, and then with all but the first; the table counts these apart. A test passes
within the tolerance that the test itself has; results of 8-bit codes may be one step off, and those of FLOAT16 two
units in the last place, since the tests' own values are rounded after every step, and ours after the last; transforms are within 1e-6
of the largest value, since the tests' own have sums in f32 where the exact result is 0. Exit: 1 when a result is
wrong, or the compiler fails without saying what is unsupported.
"""

import argparse
import collections
import fnmatch
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

warnings.filterwarnings("ignore", category=RuntimeWarning)
import numpy as np
import onnx
from onnx import TensorProto, numpy_helper
from onnx.backend.test.loader import load_model_tests
from sweep import ROOT, reason_of

OUR_TYPES = {TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.INT8, TensorProto.UINT8,
             TensorProto.INT16, TensorProto.INT32, TensorProto.INT64, TensorProto.BOOL}
AT_RUN_TIME = "computed at run time"
LIGHT_SCALE = 1e-3  # of ONNX's own runner
TRANSFORMS, OF_LARGEST = ("DFT", "STFT"), 1e-6


def operator_of(case):
    """The operator, or the name of the test whose operator was replaced by its definition."""
    nodes = case.model.graph.node
    if len(nodes) == 1 and "_expanded" not in case.name:
        return (nodes[0].domain + "." if nodes[0].domain else "") + nodes[0].op_type
    return "(definitions)" if "_expanded" in case.name else "(several nodes)"


def uses_our_types(model):
    def is_ours(value):
        kind = value.type.WhichOneof("value")
        return kind == "tensor_type" and value.type.tensor_type.elem_type in OUR_TYPES

    return all(is_ours(v) for v in (*model.graph.input, *model.graph.output))


def has_static_shapes(model):
    def is_static(value):
        tensor = value.type.tensor_type
        return tensor.HasField("shape") and all(d.HasField("dim_value") for d in tensor.shape.dim)

    return all(is_static(v) for v in (*model.graph.input, *model.graph.output))


def with_constants(model, inputs, is_constant):
    """The model with some inputs as initializers, and the inputs that are left."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    kept = {}
    del result.graph.input[:]
    for index, value in enumerate(model.graph.input):
        array = inputs.get(value.name)
        if array is not None and is_constant(index, array):
            result.graph.initializer.append(numpy_helper.from_array(array, value.name))
        else:
            result.graph.input.append(value)
            if array is not None:
                kept[value.name] = array
    return result, kept


def run_tandem(tandem, model, inputs, outputs, folder, backends):
    """(what went wrong or None, {name: array}). `backends`: arguments of tandem compile."""
    path, bundle = folder / "model.onnx", folder / "model.tandem"
    path.write_bytes(model.SerializeToString())
    shapes = []
    for value in model.graph.input:
        tensor = value.type.tensor_type
        if value.name in inputs and not (tensor.HasField("shape") and all(d.HasField("dim_value") for d in tensor.shape.dim)):
            shapes += ["--shape", value.name + "=" + "x".join(map(str, inputs[value.name].shape))]
    done = subprocess.run([tandem, "compile", path, "-o", bundle, *backends, *shapes], capture_output=True, text=True)
    if done.returncode:
        return done.stderr.strip() or f"tandem compile ended with {done.returncode}", {}
    arguments = []
    for index, (name, array) in enumerate(inputs.items()):
        file = folder / f"in{index}.npy"
        np.save(file, array if array.ndim == 0 else np.ascontiguousarray(array))
        arguments += ["--input", f"{name}={file}"]
    saved = folder / "out"
    done = subprocess.run([tandem, "run", bundle, *arguments, "--save", saved], capture_output=True, text=True)
    if done.returncode:
        return f"run: {done.stderr.strip() or done.returncode}", {}
    return None, {name: np.load(saved / (name.replace("/", "_") + ".npy")) for name in outputs}


def difference(expected, actual, rtol, atol):
    """None when they are equal within the tolerance."""
    expected = np.asarray(expected)
    if expected.shape != actual.shape:
        return f"shape {actual.shape}, expected {expected.shape}"
    if expected.dtype != actual.dtype:
        return f"type {actual.dtype}, expected {expected.dtype}"
    if expected.dtype in (np.int8, np.uint8):
        largest = np.abs(expected.astype(int) - actual.astype(int)).max(initial=0)
        return None if largest <= 1 else f"off by {largest} steps"
    if expected.dtype == np.float16:
        atol = np.maximum(atol, 2 * np.spacing(np.abs(expected)).astype(np.float64))
    if not np.allclose(actual.astype(np.float64), expected.astype(np.float64), rtol=rtol, atol=atol, equal_nan=True):
        return f"off by {np.nanmax(np.abs(actual.astype(np.float64) - expected.astype(np.float64))):.3g}"
    return None


def is_refusal(text):
    return bool(re.search(r"unsupported (operator|input)|is not supported|fix it with --shape|no backend|there is no kernel"
                          r"|is supported$|are supported$|expected one of <f4|expected one of float32|NumPy has no element type", text))


def passes_in_onnxruntime(case):
    import onnxruntime

    onnxruntime.set_default_logger_severity(4)
    try:
        session = onnxruntime.InferenceSession(case.model.SerializeToString(), providers=["CPUExecutionProvider"])
        for inputs, outputs in case.data_sets:
            feeds = {v.name: as_array(a) for v, a in zip(case.model.graph.input, inputs)}
            for expected, actual in zip(outputs, session.run(None, feeds)):
                np.testing.assert_allclose(actual, as_array(expected), rtol=case.rtol, atol=case.atol)
        return True
    except Exception:
        return False


def as_array(value):
    """The package writes scalars as NumPy's, and types that NumPy lacks as protobufs."""
    if isinstance(value, TensorProto):
        return numpy_helper.to_array(value)
    return np.asarray(value) if isinstance(value, np.generic) else value


def check(job):
    index, tandem = job
    case = CASES[index]
    result = {"name": case.name, "operator": operator_of(case), "ours": uses_our_types(case.model),
              "static": has_static_shapes(case.model)}
    result["onnxruntime"] = result["ours"] and passes_in_onnxruntime(case)
    rank1 = lambda _, array: array.ndim <= 1
    attempts = [("pass", lambda *_: False), ("pass, parameters constant", lambda i, a: i > 0 and a.ndim <= 1),
                ("pass, parameters constant", lambda i, _: i > 0), ("pass, parameters constant", rank1)]
    with tempfile.TemporaryDirectory() as folder:
        for outcome, is_constant in attempts:
            error = None
            for inputs, outputs in case.data_sets:
                named = {v.name: as_array(a) for v, a in zip(case.model.graph.input, inputs)}
                if not all(isinstance(a, np.ndarray) for a in named.values()):
                    return result | {"outcome": "unsupported", "reason": "an input that is no dense tensor is not supported"}
                model, kept = with_constants(case.model, named, is_constant)
                names = [o.name for o in case.model.graph.output]
                error, actual = run_tandem(tandem, model, kept, names, Path(folder), BACKENDS)
                if error:
                    break
                for name, expected in zip(names, outputs):
                    expected = as_array(expected)
                    atol = max(case.atol, OF_LARGEST * np.abs(expected).max()) if operator_of(case) in TRANSFORMS else case.atol
                    if (wrong := difference(expected, actual[name], case.rtol, atol)):
                        return result | {"outcome": "fail", "reason": f"'{name}': {wrong}"}
            if not error:
                return result | {"outcome": outcome, "reason": ""}
            if AT_RUN_TIME not in error:
                break
    outcome = "unsupported" if is_refusal(error) or AT_RUN_TIME in error else "fail"
    return result | {"outcome": outcome, "reason": reason_of(error)}


def check_light(tandem):
    """The light models, on the backends that a user gets. Their weights are made by ConstantOfShape, their input counts up, as ONNX's runner has it."""
    folder = Path(onnx.__file__).parent / "backend/test/data/light"
    for path in sorted(folder.glob("*.onnx")):
        model = onnx.load(path)
        tensors = {t.name for t in model.graph.initializer}
        value = next(v for v in model.graph.input if v.name not in tensors)
        shape = [d.dim_value for d in value.type.tensor_type.shape.dim]
        data = (np.arange(np.prod(shape), dtype=np.float32).reshape(shape) / np.prod(shape)).astype(np.float32)
        expected = numpy_helper.to_array(TensorProto.FromString((path.with_name(path.stem + "_output_0.pb")).read_bytes()))
        with tempfile.TemporaryDirectory() as temporary:
            name = model.graph.output[0].name
            error, actual = run_tandem(tandem, model, {value.name: data}, [name], Path(temporary), [])
        wrong = error or difference(expected, actual[name], LIGHT_SCALE, 1e-7)
        yield path.stem, reason_of(wrong) if wrong else ""


def table(results, light):
    count = lambda rows, *outcomes: sum(r["outcome"] in outcomes for r in rows)
    passes = ("pass", "pass, parameters constant")
    eligible = [r for r in results if r["onnxruntime"] and r["static"]]
    out = ["# ONNX operator tests", "",
           "Made by `tests/models/check_onnx_nodes.py --write`, which says how: the tests of the `onnx` package "
           f"{onnx.__version__} through `tandem compile` and `tandem run`.", "",
           f"- {len(results)} tests: {count(results, 'pass')} pass as they are, {count(results, passes[1])} with parameters "
           f"as constants, {count(results, 'unsupported')} are refused with a reason, {count(results, 'fail')} fail.",
           f"- Of the {len(eligible)} with static shapes and tensor types that Tandem has, and that ONNX Runtime's CPU "
           f"provider passes, {count(eligible, *passes)} pass, {count(eligible, 'pass')} of them as they are.",
           *([f"- Light models: {sum(not wrong for _, wrong in light)} of {len(light)} compile, run and agree."] if light else []), "",
           "\"Constant\": passes once the operator's parameters, which the test gives as inputs, are constants of the model.",
           "", "| operator | tests | pass | constant | refused | fail | reasons |", "|---|---|---|---|---|---|---|"]
    by_operator = collections.defaultdict(list)
    for result in results:
        by_operator[result["operator"]].append(result)
    for operator, rows in sorted(by_operator.items()):
        reasons = collections.Counter(r["reason"] for r in rows if r["reason"])
        shown = [f"{why} ({n})" for why, n in reasons.most_common(4)] + (["…"] if len(reasons) > 4 else [])
        text = "; ".join(shown).replace("|", "\\|")
        out.append(f"| {operator} | {len(rows)} | {count(rows, 'pass')} | {count(rows, passes[1])} | "
                   f"{count(rows, 'unsupported')} | {count(rows, 'fail')} | {text} |")
    if light:
        out += ["", "| light model | |", "|---|---|"] + [f"| {name} | {wrong or 'pass'} |" for name, wrong in light]
    return "\n".join(out) + "\n"


CASES = []
BACKENDS = []  # arguments of tandem compile, for the tests of one operator


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tandem", default=str(ROOT / "build/bin/tandem"))
    parser.add_argument("--backends", help="of the tests, as of tandem compile; 'reference' is much faster")
    parser.add_argument("--only", default="*")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--light", action="store_true", help="only the light models")
    options = parser.parse_args()
    if options.backends:
        BACKENDS.extend(["--backends", options.backends])
    CASES.extend(c for c in load_model_tests(kind="node") if fnmatch.fnmatch(c.name, options.only))
    light = list(check_light(options.tandem)) if options.write or options.light else []
    with multiprocessing.Pool(min(2, os.cpu_count() or 1)) as pool:
        jobs = [] if options.light else [(i, options.tandem) for i in range(len(CASES))]
        results = list(pool.imap(check, jobs, chunksize=8))
    for result in results:
        if result["outcome"] == "fail" or options.only != "*":
            print(f"{result['name']}: {result['outcome']}: {result['reason']}")
    for name, wrong in light:
        print(f"{name}: {wrong or 'pass'}")
    print(dict(collections.Counter(r["outcome"] for r in results)))
    if options.write:
        (ROOT / "docs/generated/onnx.md").write_text(table(results, light))
    sys.exit(any(r["outcome"] == "fail" for r in results))


if __name__ == "__main__":
    main()
