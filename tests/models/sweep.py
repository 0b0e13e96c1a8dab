"""What the sweeps over frameworks' models have in common: running tandem, and verdicts that outlast a sweep cut short.

A sweep takes hours. Each verdict is kept in .cache/sweeps/NAME.json as soon as it is found, so that `--missing` goes on
where an earlier one ended, and `--write` makes docs/generated/NAME.md of all that is kept.
"""

import datetime
import json
import math
import re
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOLERANCE = 1e-3


def add_arguments(parser):
    parser.add_argument("--tandem", default=str(ROOT / "build/bin/tandem"))
    parser.add_argument("--compile-options", default="", help="more arguments of tandem compile")
    parser.add_argument("--missing", action="store_true", help="only those that no earlier run has found to agree")
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no other model after that long")
    parser.add_argument("--write", action="store_true", help="write the page of all that this run and earlier ones found")


def tandem(program, *arguments):
    done = subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit {done.returncode}"]
        raise RuntimeError(next((line for line in reversed(lines) if "error" in line), lines[-1]))


def reason_of(text):
    """What the compiler refused, without the names of the test."""
    lines = text.split("\n")
    text = next((line for line in lines if ": error: " in line), lines[-1])  # the others tell how far it is
    text = re.sub(r"^.*? error: ", "", text)
    if match := re.match(r"\d+ unsupported inputs?: [^(]*\((.*?)\)", text):
        return f"an input: {match[1]}"
    if match := re.match(r"\d+ unsupported operators?: (.*)", text):
        entries = re.findall(r"([\w.]+) \(\d+: [^;()]*(?:; ([^()]*(?:\([^()]*\)[^()]*)*))?\)", match[1])
        return "; ".join(sorted({op + (": " + why if why else "") for op, why in entries})) or match[1]
    if text.startswith("no backend runs"):
        entries = re.findall(r"(\w+) '[^']*' \(\w+: ([^();]*)", text)
        return "; ".join(sorted({f"{op}: {why}" for op, why in entries})) or text
    text = re.sub(r"input '[^']*': ", "", text)
    return re.sub(r"node '[^']*' ", "", text)


def relative_difference(expected, actual):
    """Largest difference over largest value; an error where that would say nothing."""
    import numpy as np

    if expected.shape != actual.shape:
        raise RuntimeError(f"shape {actual.shape}, the framework has {expected.shape}")
    if not np.isfinite(expected).all() or not expected.any():
        raise RuntimeError("the framework's own output is zero or not finite")
    return float(np.abs(expected.astype(np.float64) - actual).max() / np.abs(expected).max())


class Sweep:
    """`labels` and `measures` are the columns' names; a model's verdict is one difference a measure, or an error."""

    def __init__(self, name, arguments, title, how, labels, measures):
        self.name, self.arguments, self.title, self.how = name, arguments, title, how
        self.labels, self.measures = labels, measures
        self.file = ROOT / ".cache/sweeps" / f"{name}.json"
        self.kept = json.loads(self.file.read_text()) if self.file.exists() else {}
        self.order, self.found, self.start = [], {}, time.monotonic()

    def run(self, models):
        """`models`: for each name its labels, and what gives the differences. The exit status of the script."""
        for name, (labels, check) in models.items():
            self.order.append(name)
            late = time.monotonic() - self.start > 60 * self.arguments.minutes
            if late or not self._is_wanted(name):
                continue
            try:
                verdict = {"differences": check()}
            except Exception as error:  # whatever a framework raises: the next model is another matter
                # A message of the compiler begins with the path of a file on this machine.
                verdict = {"error": " ".join(str(error).split()).split(" error: ", 1)[-1][:400]}
            self._keep(name, verdict | {"labels": labels, "date": datetime.date.today().isoformat()})
        if self.arguments.write:
            (ROOT / "docs/generated" / f"{self.name}.md").write_text(self._page())
        bad = sum(not agrees(verdict) for verdict in self.found.values())
        print(f"{bad} of {len(self.found)} not within {TOLERANCE:g}" if bad else f"all {len(self.found)} within {TOLERANCE:g}")
        return bad > 0

    def _is_wanted(self, name):
        if self.arguments.names:
            return name in self.arguments.names
        return not (self.arguments.missing and agrees(self.kept.get(name, {})))

    def _keep(self, name, verdict):
        self.kept[name] = self.found[name] = verdict
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps(self.kept, indent=1) + "\n")
        print(" ".join(f"{text:>12}" for text in (*verdict["labels"], *shown(verdict))), flush=True)

    def _page(self):
        rows = [self.kept[name] for name in self.order if name in self.kept]
        good = sum(agrees(row) for row in rows)
        dates = sorted({row["date"] for row in rows}) or ["never"]
        out = [f"# {self.title}", "", f"{self.how} Run on {' to '.join(dict.fromkeys((dates[0], dates[-1])))}.", "",
               f"{good} of {len(rows)} agree within {TOLERANCE:g}: largest difference over largest value."
               + (f" {len(self.order) - len(rows)} more were not run." if len(rows) < len(self.order) else ""), "",
               "| " + " | ".join((*self.labels, *self.measures)) + " |",
               "|---" * (len(self.labels) + len(self.measures)) + "|"]
        for row in rows:
            texts = shown(row)
            out.append("| " + " | ".join((*row["labels"], *texts, *[""] * (len(self.measures) - len(texts)))) + " |")
        return "\n".join(out) + "\n"


class Cases:
    """Cases of single operators, each held to its framework: the first word of a name is the operator's. A verdict is what is
    wrong, or nothing, and the reason where a case is refused as expected."""

    def __init__(self, name, arguments, title, how, limits):
        self.name, self.arguments, self.title, self.how, self.limits = name, arguments, title, how, limits
        self.file = ROOT / ".cache/sweeps" / f"{name}.json"
        self.kept = json.loads(self.file.read_text()) if self.file.exists() else {}
        self.start = time.monotonic()

    def run(self, cases):
        """`cases`: for each name what gives its verdict (wrong, refused, what to show). The exit status of the script."""
        found = {}
        for name, check in cases.items():
            if time.monotonic() - self.start > 60 * self.arguments.minutes or not self._is_wanted(name):
                continue
            wrong, refused, shown = check()
            found[name] = self.kept[name] = {"wrong": wrong, "refused": refused, "date": datetime.date.today().isoformat()}
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self.file.write_text(json.dumps(self.kept, indent=1) + "\n")
            print(f"{name:45} {wrong or shown}", flush=True)
        if self.arguments.write:
            (ROOT / "docs/generated" / f"{self.name}.md").write_text(self._page(list(cases)))
        bad = sum(bool(verdict["wrong"]) for verdict in found.values())
        print(f"{bad} of {len(found)} are not as they should be" if bad else f"all {len(found)} as they should be")
        return bad > 0

    def _is_wanted(self, name):
        if self.arguments.names:
            return name.startswith(tuple(self.arguments.names))
        return not (self.arguments.missing and name in self.kept and not self.kept[name]["wrong"])

    def _page(self, order):
        rows = {name: self.kept[name] for name in order if name in self.kept}
        wrong = {name: row for name, row in rows.items() if row["wrong"]}
        refused = {name: row for name, row in rows.items() if row["refused"] and not row["wrong"]}
        operators = {}
        for name in rows:
            operators.setdefault(name.split()[0], []).append(name)
        dates = sorted({row["date"] for row in rows.values()}) or ["never"]
        out = [f"# {self.title}", "", f"{self.how} Run on {' to '.join(dict.fromkeys((dates[0], dates[-1])))}.", "",
               f"- {len(rows)} cases of {len(operators)} operators: {len(rows) - len(wrong) - len(refused)} agree, {len(refused)} are refused "
               f"with the reason that is expected, {len(wrong)} are wrong."
               + (f" {len(order) - len(rows)} more were not run." if len(rows) < len(order) else ""), f"- {self.limits}", ""]
        out += [f"- **{name}: {row['wrong']}**".replace("|", "\\|") for name, row in wrong.items()]
        out += [f"- {name} is refused: {row['refused']}" for name, row in refused.items()]
        out += [""] * bool(wrong or refused)
        out += ["How many cases there are of each:", "",
                ", ".join(f"{operator} {len(names)}" for operator, names in sorted(operators.items(), key=lambda item: item[0].lower()))]
        return "\n".join(out) + "\n"


def agrees(verdict):
    return "differences" in verdict and all(value <= TOLERANCE for value in verdict["differences"])


def shown(verdict):
    return [f"{value:.1e}" for value in verdict["differences"]] if "differences" in verdict else [f"error: {verdict['error']}"]
