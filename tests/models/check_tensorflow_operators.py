#!/usr/bin/env python3
"""Compare the TensorFlow importer with TensorFlow, operator by operator, and loops in all three forms that they have.

Usage: check_tensorflow_operators.py [--tandem build/bin/tandem] [--backends reference] [--missing] [--write] [NAME...]

  .venv-tensorflow/bin/python tests/models/check_tensorflow_operators.py --write    # docs/generated/tensorflow_operators.md

Each case of tensorflow_cases.py is a function of a few operators. It is saved as the graph that TensorFlow traces, with
functions and While as they are; a case of loops as a SavedModel and as a frozen graph with Enter and Exit too. It is compiled,
run and compared with TensorFlow's own result. Integers and truth values must be equal, reals within 1e-5 of the largest.
Exit: 0 all are, 1 something is not.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
import numpy as np  # noqa: E402 (after the environment)
import tensorflow as tf  # noqa: E402
from sweep import Cases, add_arguments, tandem  # noqa: E402
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2  # noqa: E402
from tensorflow_cases import cases  # noqa: E402

tf.get_logger().setLevel("ERROR")
TOLERANCE = 1e-5


def saved_forms(case, function, folder):
    """The files of a case."""
    concrete = function.get_concrete_function()
    traced = folder / "traced.pb"
    traced.write_bytes(concrete.graph.as_graph_def().SerializeToString())
    if not case.loops:
        return [traced]
    frozen = folder / "frozen.pb"
    frozen.write_bytes(convert_variables_to_constants_v2(concrete).graph.as_graph_def().SerializeToString())
    module = tf.Module()
    module.kept = case.kept
    tf.saved_model.save(module, str(folder / "saved"), {"serving_default": function})
    return [frozen, folder / "saved"] if case.kept else [traced, frozen, folder / "saved"]


def old_graph(case, folder):
    """The frozen graph of a case of TensorFlow 1, and what it gives."""
    v1 = tf.compat.v1
    v1.disable_control_flow_v2()
    try:
        with tf.Graph().as_default() as graph, v1.Session() as session:
            inputs = {name: v1.placeholder(value.dtype, value.shape, name) for name, value in case.inputs.items()}
            results = as_list(case.function(*inputs.values()))
            names = [tf.identity(result, f"y{i}").op.name for i, result in enumerate(results)]
            session.run(v1.global_variables_initializer())
            given = {inputs[name]: value for name, value in case.inputs.items()}
            made = session.run([f"{name}:0" for name in names], given)
            frozen = v1.graph_util.convert_variables_to_constants(session, graph.as_graph_def(), names)
    finally:
        v1.enable_control_flow_v2()
    (folder / "frozen.pb").write_bytes(frozen.SerializeToString())
    return dict(zip(names, made))


def verdict_of(arguments, case):
    try:
        wrong = check(arguments, case)
    except Exception as error:  # whatever TensorFlow raises: the next case is another matter
        wrong = f"TensorFlow: {' '.join(str(error).split())[:300]}"
    return wrong, case.refused, f"refused: {case.refused}" if case.refused else "as TensorFlow has it"


def as_list(results):
    return list(results) if isinstance(results, (list, tuple)) else [results]


def run_tandem(arguments, model, case, folder):
    given = []
    for name, value in case.inputs.items():
        np.save(folder / f"{name}.npy", value)
        given += ["--input", f"{name}={folder / name}.npy"]
    bundle = folder / "model.tandem"
    tandem(arguments.tandem, "compile", model, "-o", bundle, "--backends", arguments.backends)
    with tempfile.TemporaryDirectory() as saved:
        tandem(arguments.tandem, "run", bundle, *given, "--save", saved)
        return {path.stem: np.load(path) for path in Path(saved).glob("*.npy")}


def difference(expected, actual):
    """What is wrong, or nothing."""
    if expected.shape != actual.shape or expected.dtype != actual.dtype:
        return f"{actual.dtype}{list(actual.shape)}, TensorFlow has {expected.dtype}{list(expected.shape)}"
    if expected.dtype.kind == "f":
        finite = np.abs(expected[np.isfinite(expected)])
        wrong = ~np.isclose(actual, expected, TOLERANCE, TOLERANCE * (finite.max() if finite.size else 0), equal_nan=True)
    else:
        wrong = expected != actual
    if not wrong.any():
        return None
    at = tuple(int(i) for i in np.argwhere(wrong)[0])
    return f"{int(wrong.sum())} of {wrong.size} differ, first at {list(at)}: {actual[at]}, TensorFlow has {expected[at]}"


def check(arguments, case):
    """What is wrong with tandem's answers, or nothing."""
    signature = [tf.TensorSpec(value.shape, value.dtype, name) for name, value in case.inputs.items()]

    @tf.function(input_signature=signature, autograph=False)
    def function(*inputs):
        return {f"y{i}": tf.identity(result, f"y{i}") for i, result in enumerate(as_list(case.function(*inputs)))}

    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if case.old:
            expected, forms = old_graph(case, folder), [folder / "frozen.pb"]
        else:
            expected = {name: value.numpy() for name, value in function(*map(tf.constant, case.inputs.values())).items()}
            forms = saved_forms(case, function, folder)
        for form in forms:
            try:
                actual = run_tandem(arguments, form, case, folder)
            except RuntimeError as error:
                if case.refused and case.refused in str(error):
                    continue
                return f"{form.name}: {error}"
            if case.refused:
                return f"not refused, expected '{case.refused}'"
            # A frozen graph calls its results as it likes; as it was traced it may have others, of nodes that nobody reads.
            made = sorted(name for name in actual if len(actual) == len(expected) or name.startswith("Identity"))
            pairs = (zip(expected.values(), (actual[name] for name in made), strict=True)
                     if set(actual) != set(expected) else ((expected[name], actual[name]) for name in expected))
            for wanted, value in pairs:
                if found := difference(wanted, value):
                    return f"{form.name}: {found}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--backends", default="reference", help="as of tandem compile")
    parser.add_argument("names", nargs="*", metavar="NAME", help="only cases that begin so")
    add_arguments(parser)
    arguments = parser.parse_args()
    how = ("Made by `tests/models/check_tensorflow_operators.py --write`, which says how: functions of a few operators as the graphs that "
           f"TensorFlow {tf.__version__} traces, loops as SavedModels and frozen graphs too, through `tandem compile` and `tandem run` on the "
           f"backend `{arguments.backends}`.")
    limits = f"Integers and truth values are equal, reals within {TOLERANCE:g} of themselves or of the largest."
    sweep = Cases("tensorflow_operators", arguments, "TensorFlow operators", how, limits)
    sys.exit(sweep.run({case.name: lambda case=case: verdict_of(arguments, case) for case in cases()}))


if __name__ == "__main__":
    main()
