#!/usr/bin/env python3
"""Run every TFLite operator that is imported through LiteRT's reference kernels and through tandem, and compare.

Usage: check_operators.py [--tandem build/bin/tandem] [--backends reference] [--write | OPERATOR...]

Makes a model of one operator for each case of operator_cases.py, gives both the same inputs, and holds integers and
codes to equality, reals to a few units in the last place; with --write makes docs/generated/tflite.md of that. Fails on
a difference, on a refusal that the case does not expect, and when an operator of docs/generated/operators.md has no
case. Needs ai-edge-litert and numpy of requirements-tensorflow.txt.
"""

import argparse
import collections
import importlib.metadata
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from operator_case import F32, I8, I16, NAMES, U8, Input
from operator_cases import CASES
from operator_model import model_of

ROOT = Path(__file__).resolve().parents[2]
# What the set of reference kernels lacks; the other set has one kernel for all.
NOT_AMONG_REFERENCE_KERNELS = {"ELU", "CEIL", "ROUND", "BROADCAST_TO", "SEGMENT_SUM", "STABLEHLO_AND", "STABLEHLO_SHIFT_LEFT"}
# The kernels add up and approximate alike, but the compilers of both may order and fuse differently.
RELATIVE, RELATIVE_TO_LARGEST = 2e-6, 1e-6


def runs(case):
    """Two where a state is kept from one to the next: of that LiteRT makes a variable, tandem an input and an output."""
    return 2 if case.keeps else 1


def is_optimized(case):
    """Whether it is compared with LiteRT's optimized kernel."""
    return case.optimized or case.operator in NOT_AMONG_REFERENCE_KERNELS


def run_litert(content, case):
    kernels = OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES if is_optimized(case) else OpResolverType.BUILTIN_REF
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
    expected = case.expected or (run_litert(model_of(case.like), case.like) if case.like else run_litert(content, case))
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


KINDS = ("float", "hybrid", "i8", "u8", "i16", "others")


def kind_of(case):
    """The column of the page: by the codes that the operator reads or makes, if any, else by its numbers."""
    activations = [t for t in (*case.outputs, *case.inputs) if t is not None and not getattr(t, "constant", False)]
    dtype = lambda tensor: np.dtype(tensor.data.dtype if isinstance(tensor, Input) else tensor.dtype).type
    for tensor in activations:
        if tensor.codes and dtype(tensor) in (I8, U8, I16):
            return NAMES[dtype(tensor)]
    if any(t is not None and t.codes for t in case.inputs):
        return "hybrid"
    every = [dtype(t) for t in (*case.outputs, *case.inputs) if t is not None]
    return "float" if F32 in every else "others"


def cell(results):
    """What is said of the cases of one operator and kind."""
    equal = [case for case, wrong in results if not wrong and not case.refused]
    steps = max((case.steps for case in equal), default=0)
    marks = "*" * any(map(is_optimized, equal)) + "†" * any(bool(case.like or case.expected) for case in equal)
    said = [f"{len(equal)}{marks}" + (f" (≤ {steps} step{'s' * (steps > 1)})" if steps else "")] if equal else []
    said += [f"{case.name} refused: {case.refused}" for case, wrong in results if case.refused and not wrong]
    said += [f"**{case.name}: {wrong}**" for case, wrong in results if wrong]
    return "; ".join(said).replace("|", "\\|").replace("\n", " ")


def page(results, backends):
    count = lambda fits: sum(bool(fits(case, wrong)) for case, wrong in results)
    by_place = collections.defaultdict(list)
    for case, wrong in results:
        by_place[case.operator, kind_of(case)].append((case, wrong))
    operators = sorted({case.operator for case, _ in results}, key=str.lower)
    out = ["# TFLite operators", "",
           "Made by `tests/models/check_operators.py --write`, which says how: files of one operator each, through the reference kernels of "
           f"LiteRT {importlib.metadata.version('ai-edge-litert')}, and through `tandem compile` and `tandem run` on the backend "
           f"`{backends}`.", "",
           f"- {len(results)} files of {len(operators)} operators: {count(lambda c, w: not w and not c.refused)} have LiteRT's results, "
           f"{count(lambda c, w: not w and c.refused)} refused with a reason, {count(lambda _, w: w)} wrong.",
           f"- Codes, integers and truth values are equal, {count(lambda c, w: not w and c.steps)} files apart, whose codes may be as many "
           "steps from LiteRT's as is said behind them ([why](../decisions/0008-codes-of-16-bits-in-reals.md)); reals are within "
           f"{RELATIVE:g} of themselves or {RELATIVE_TO_LARGEST:g} of the largest.", "",
           "How many files there are of each operator, by what it computes on: \"hybrid\" is reals on weights in codes, \"others\" are integers "
           "and truth values. *: LiteRT's optimized kernel, where its reference kernel is wrong or missing. †: another operator of LiteRT's, or the definition "
           "in NumPy, where LiteRT has no kernel.",
           "", f"| operator | {' | '.join(KINDS)} |", "|---" * (len(KINDS) + 1) + "|"]
    for operator in operators:
        out.append(f"| {operator} | " + " | ".join(cell(by_place[operator, kind]) for kind in KINDS) + " |")
    return "\n".join(out) + "\n"


def imported_operators():
    text = (ROOT / "docs/generated/operators.md").read_text()
    section = re.search(r"\n## TensorFlow Lite\n(.*?)\n\*\*Refused", text, re.DOTALL).group(1)
    return set(re.findall(r"`(\w+)`", section))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tandem", default=ROOT / "build/bin/tandem")
    parser.add_argument("--backends", default="reference", help="as of tandem compile")
    parser.add_argument("--write", action="store_true", help="write docs/generated/tflite.md")
    parser.add_argument("operators", nargs="*", metavar="OPERATOR")
    options = parser.parse_args()
    if options.write and options.operators:
        parser.error("--write is of all operators")
    results = []
    for case in CASES:
        if options.operators and case.operator not in options.operators:
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                wrong = check(case, options, Path(folder))
            except (RuntimeError, ValueError) as error:
                wrong = f"LiteRT: {error}"
        results.append((case, wrong))
        if wrong:
            print(f"{case.operator} {case.name}: {wrong}", flush=True)
    failures = sum(wrong is not None for _, wrong in results)
    refused = sum(case.refused is not None for case, _ in results)
    print(f"{len(results)} cases of {len({case.operator for case, _ in results})} operators, {failures} wrong, "
          f"{refused} refused as expected")
    if options.write:
        (ROOT / "docs/generated/tflite.md").write_text(page(results, options.backends))
    missing = set() if options.operators else imported_operators() - {case.operator for case in CASES}
    if missing:
        print(f"no case for {', '.join(sorted(missing))}")
    return 1 if failures or missing else 0


if __name__ == "__main__":
    sys.exit(main())
