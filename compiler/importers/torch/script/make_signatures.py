#!/usr/bin/env python3
"""Writes signatures.inc: the arguments of the operators that docs/generated/operators.md has for torch.

Usage: make_signatures.py [MORE...]      (needs tests/models/requirements-torch-zoo.txt)

TorchScript's code has arguments by their place and no overloads; the handlers of ops/ know them by their names. A line an
overload, in the order in which PyTorch tries them: its name, then KIND:NAME for each argument, with = behind what may be left
out; those behind * have their names in the code. Kinds: T tensor, I integer, F real, N any number, B truth value, S string,
D element type, V device, - what means nothing here (layout, memory format, generator); [] a list of them, ? may be None. Last
how many results there are, where that is not one: >2, or >[] for a list. MORE: operators that the page does not have yet.
"""

import re
import sys
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent
KINDS = {"Tensor": "T", "int": "I", "SymInt": "I", "float": "F", "number": "N", "Scalar": "N", "bool": "B", "str": "S", "Device": "V",
         "Layout": "-", "MemoryFormat": "-", "Generator": "-", "ScalarType": "D"}
IGNORED = ("layout", "pin_memory", "memory_format", "generator", "non_blocking")


def kind_of(argument):
    if argument.name in IGNORED:
        return "-"
    text = str(argument.type).replace("Optional", "?")
    listed, optional = "List[" in text, text.startswith("?")
    inner = re.search(r"(\w+)\]*$", text).group(1)
    kind = "D" if argument.name == "dtype" else KINDS[inner]
    if listed:
        kind += ("?" if "List[?" in text else "") + "[]"
    return kind + ("?" if optional else "")


def words_of(schema):
    words = []
    for argument in schema.arguments:
        if argument.kwarg_only and "*" not in words:
            words.append("*")
        words.append(f"{kind_of(argument)}:{argument.name}{'=' if argument.has_default_value() else ''}")
    results = ["[]" if str(r.type).startswith("List") else "T" for r in schema.returns]
    return words + ([] if results == ["T"] else [f">{len(results)}" if len(results) != 1 else ">[]"])


def main():
    page = (HERE.parents[3] / "docs" / "generated" / "operators.md").read_text()
    page = page[page.index("## PyTorch"):]
    taken = page[:page.index("**Refused**")]
    wanted = set(re.findall(r"aten\.\w+\.\w+", taken)) | set(sys.argv[1:])
    lines = []
    for base in sorted({name.split(".")[1] for name in wanted}):
        for schema in torch._C._jit_get_schemas_for_operator("aten::" + base):
            name = f"aten.{base}.{schema.overload_name or 'default'}"
            if name in wanted and all(not str(a.type).startswith(("t[]", "List[t]", "t")) for a in schema.arguments):
                lines.append(" ".join([name] + words_of(schema)))
                wanted.discard(name)
    if wanted:
        print("not of PyTorch:", *sorted(wanted), file=sys.stderr)
    text = "".join(f'    "{line}",\n' for line in lines)
    (HERE / "signatures.inc").write_text("// Made by make_signatures.py, which says what the words mean.\n// clang-format off\n" + text)


if __name__ == "__main__":
    main()
