#!/usr/bin/env python3
"""Compare the PyTorch importer with PyTorch: each function and module of PyTorch, on PyTorch's own samples of it.

Usage: check_torch_operators.py [--tandem build/bin/tandem] [--minutes N] [--missing] [--write] [NAME...]

  .venv-torch-zoo/bin/python tests/models/check_torch_operators.py --minutes 7 --missing     # again until all are done
  .venv-torch-zoo/bin/python tests/models/check_torch_operators.py --minutes 0 --write       # docs/generated/aten.md

Of each function of torch, Tensor, torch.nn.functional and the like (op_db of torch.testing) and each class of torch.nn (its
module_db) up to three samples in float32, without empty tensors. Each is saved as torch.export leaves it, the first also with
run_decompositions() and as torch.jit.trace does, where PyTorch itself can; compiled for the backend `reference`, run, and compared with PyTorch's
result: integers and truth values must be equal, reals within 1e-4 of themselves, 1e-5 of the largest or 1e-6. What PyTorch gives two
different results for is random. Modules also in float16 and bfloat16, between float32, within
four units in the last place of the largest. Verdicts are kept in .cache/sweeps/aten.json. Exit: 1 when a result is wrong.
"""

import argparse
import collections
import contextlib
import datetime
import io
import json
import logging
import math
import re
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")
import numpy as np
import torch
from sweep import ROOT, reason_of
from torch_cases import names

logging.disable(logging.WARNING)
FORMS = ("exported", "decomposed", "traced")
KEPT = ROOT / ".cache/sweeps/aten.json"
PAGE = ROOT / "docs/generated/aten.md"


def flat(results):
    return [results] if isinstance(results, torch.Tensor) else list(results)


def save(form, case, path):
    """Writes the case; the names of its inputs and results as the file has them."""
    inputs = tuple(case.inputs)
    if form == "traced":
        traced = torch.jit.trace(case.module, inputs, check_trace=False)
        torch.jit.save(traced, path)
        return [f"x{i}" for i in range(len(inputs))], None
    program = torch.export.export(case.module, inputs, strict=False)
    if form == "decomposed":
        program = program.run_decompositions()
    torch.export.save(program, path)
    return program.graph_signature.user_inputs, program.graph_signature.user_outputs


def tandem(program, *arguments):
    """What it says when it fails, else nothing."""
    try:
        done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True, timeout=100)
    except subprocess.TimeoutExpired:
        return "error: it takes more than 100 s"
    if done.returncode < 0 or done.returncode > 2:
        return f"error: it ends with {done.returncode}"
    return (done.stderr.strip() or f"exit {done.returncode}") if done.returncode else None


def difference(expected, actual, tolerance):
    if expected.shape != actual.shape or expected.dtype != actual.dtype:
        return f"{actual.dtype}{list(actual.shape)}, PyTorch has {expected.dtype}{list(expected.shape)}"
    if expected.dtype.kind == "f":
        finite = np.abs(expected[np.isfinite(expected)])
        wrong = ~np.isclose(actual, expected, max(1e-4, tolerance), max(1e-6, tolerance * (finite.max() if finite.size else 0)), equal_nan=True)
    else:
        wrong = expected != actual
    if not wrong.any():
        return None
    at = tuple(int(i) for i in np.argwhere(wrong)[0])
    return f"{int(wrong.sum())} of {wrong.size} differ, the first is {actual[at]:.7g}, PyTorch has {expected[at]:.7g}"


def check(form, case, arguments):
    """("as PyTorch" | "refused" | "wrong" | "not saved", why)."""
    torch.manual_seed(1)
    with tempfile.TemporaryDirectory() as temporary, contextlib.redirect_stderr(io.StringIO()), torch.no_grad():
        folder = Path(temporary)
        model, bundle = folder / f"model.{'pt' if form == 'traced' else 'pt2'}", folder / "m.tandem"
        try:
            inputs, outputs = save(form, case, model)
            expected = flat(case.module(*(tensor.clone() for tensor in case.inputs)))
            again = flat(case.module(*(tensor.clone() for tensor in case.inputs)))
            if not expected or not all(isinstance(value, torch.Tensor) for value in expected):
                return "not saved", "a result that is no tensor"
            if any(value.dtype == torch.bfloat16 for value in expected):
                return "not saved", "a result in bfloat16, which NumPy has not"
        except Exception as error:
            return "not saved", " ".join(str(error).split())[:100] or type(error).__name__
        if error := tandem(arguments.tandem, "compile", model, "-o", bundle, "--backends", arguments.backends):
            error = re.sub(r" \(code/[^)]*\)", "", error)  # where TorchScript's code has it
            is_said = re.search("unsupported|not supported|are supported|no backend|known at run time only", error)
            return ("refused" if is_said else "wrong"), reason_of(error)[:300]
        # Numbers without dimensions are in float32 where they are in float64.
        expected = [value.float() if value.dtype == torch.float64 and value.dim() == 0 else value for value in expected]
        if any(value.is_complex() or value.dtype == torch.float64 for value in expected):
            return "wrong", "a result of a type that is refused"
        if any(not torch.equal(one.nan_to_num(), other.nan_to_num()) for one, other in zip(expected, again)):
            return "wrong", "random numbers, and it is not refused"
        given = []
        for name, tensor in zip(inputs, case.inputs):
            np.save(folder / f"{name}.npy", np.array(tensor.resolve_conj().resolve_neg().numpy(), order="C"))
            given += ["--input", f"{name}={folder / name}.npy"]
        if error := tandem(arguments.tandem, "run", bundle, *given, "--save", folder / "out"):
            return "wrong", "run: " + reason_of(error)[:300]
        names = outputs or (["output"] if len(expected) == 1 else [f"output_{i}" for i in range(len(expected))])
        for name, wanted in zip(names, expected):
            if found := difference(wanted.numpy(), np.load(folder / "out" / f"{name}.npy"), case.tolerance):
                return "wrong", found
    return "as PyTorch", ""


def check_all(name, make, arguments):
    """The verdicts of all cases and forms of a function."""
    try:
        cases = make()
    except Exception as error:
        return [("not saved", "", str(error)[:100])]
    return [(*check(form, case, arguments), form) for case in cases for form in (FORMS if case is cases[0] else FORMS[:1])]


def table(kept, order):
    rows = {name: kept[name]["verdicts"] for name in order if name in kept}
    every = [verdict for verdicts in rows.values() for verdict in verdicts if verdict[0] != "not saved"]
    count = lambda verdicts, outcome: sum(verdict[0] == outcome for verdict in verdicts)
    whole = sum(all(verdict[0] in ("as PyTorch", "not saved") for verdict in verdicts) and count(verdicts, "as PyTorch") > 0
                for verdicts in rows.values())
    saved = sum(len(verdicts) > count(verdicts, "not saved") for verdicts in rows.values())
    reasons = collections.Counter(general(why) for outcome, why, _ in every if outcome == "refused")
    dates = sorted({kept[name]["date"] for name in rows}) or ["never"]
    out = ["# PyTorch operators", "",
           f"Made by `tests/models/check_torch_operators.py --write`, which says how: the functions and modules of torch "
           f"{torch.__version__.split('+')[0]} on PyTorch's own samples, as torch.export leaves them, behind run_decompositions(), and as "
           f"torch.jit.trace saves them, through `tandem compile` and `tandem run` on the backend `reference`. "
           f"Run on {' to '.join(dict.fromkeys((dates[0], dates[-1])))}.", "",
           f"- {len(every)} files of {saved} functions and modules: {count(every, 'as PyTorch')} have PyTorch's results, "
           f"{count(every, 'refused')} are refused with a reason, {count(every, 'wrong')} are wrong.",
           f"- {whole} of the {saved} are taken in all their files; {len(rows) - saved} more PyTorch itself does not save"
           + (f", {len(order) - len(rows)} were not run." if len(rows) < len(order) else "."),
           "- The most frequent reasons: " + "; ".join(f"{why} ({number})" for why, number in reasons.most_common(12)) + ".", "",
           "| function or module | files | as PyTorch | refused | wrong | reasons |", "|---|---|---|---|---|---|"]
    for name, verdicts in rows.items():
        files = len(verdicts) - count(verdicts, "not saved")
        if not files:
            continue
        why = collections.Counter(reason for outcome, reason, _ in verdicts if outcome in ("refused", "wrong"))
        text = "; ".join(f"{reason} ({number})" for reason, number in why.most_common(3)) + ("; …" if len(why) > 3 else "")
        out.append(f"| {name} | {files} | {count(verdicts, 'as PyTorch')} | {count(verdicts, 'refused')} | {count(verdicts, 'wrong')} | "
                   + text.replace("|", "\\|") + " |")
    return "\n".join(out) + "\n"


def general(why):
    """A reason without the names and sizes of the case."""
    why = why.split("; ")[0]
    why = re.sub(r"^[\w.]+: ", "", why)
    return re.sub(r"'[^']*'|\d+(x\d+)*|\[[^\]]*\]", "…", why)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these, as nn.Conv2d")
    parser.add_argument("--tandem", default=str(ROOT / "build/bin/tandem"))
    parser.add_argument("--backends", default="reference", help="as of tandem compile")
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no other function after that long")
    parser.add_argument("--missing", action="store_true", help="only those that no earlier run has kept")
    parser.add_argument("--not-good", action="store_true", help="only those of which an earlier run kept a refusal or a wrong result")
    parser.add_argument("--write", action="store_true", help="write the page of all that is kept")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    found, start, order = collections.Counter(), time.monotonic(), names()
    for name, make in order.items():
        is_good = name in kept and all(verdict[0] in ("as PyTorch", "not saved") for verdict in kept[name]["verdicts"])
        if time.monotonic() - start > 60 * arguments.minutes:
            break
        if arguments.names and name not in arguments.names or arguments.missing and name in kept or arguments.not_good and is_good:
            continue
        verdicts = check_all(name, make, arguments)
        kept[name] = {"verdicts": verdicts, "date": datetime.date.today().isoformat()}
        KEPT.parent.mkdir(parents=True, exist_ok=True)
        KEPT.write_text(json.dumps(kept, indent=0) + "\n")
        for (outcome, why, form), number in collections.Counter(map(tuple, verdicts)).items():
            found[outcome] += number
            if outcome in ("wrong", "refused"):
                print(f"{name} ({form}, {number}): {outcome}: {why}", flush=True)
    if arguments.write:
        PAGE.write_text(table(kept, order))
    print(dict(found), f"{len(set(order) & set(kept))} of {len(order)} kept")
    sys.exit(found["wrong"] > 0)


if __name__ == "__main__":
    main()
