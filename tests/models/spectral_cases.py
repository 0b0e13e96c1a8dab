"""Cases of check_operators.py with complex numbers, which no file has at its ends: graphs of a few operators."""

import numpy as np

from operator_case import CASES, C64, F32, Case, Output, Step, Subgraph, constant, given, options


def add_graph(operator, name, inputs, tensors, steps, outputs):
    """A case of that operator. Inputs come first among the tensors; steps and outputs name tensors by their places."""
    graph = Subgraph([*inputs, *tensors], list(range(len(inputs))), outputs, [Step(*step) for step in steps])
    CASES.append(Case(operator, name, inputs, [graph.tensors[i] for i in outputs], graph=graph))


def add_transforms():
    for name, shape, lengths in (("rows", (3, 1, 16), (1, 16)), ("longer", (2, 1, 25), (1, 32)), ("shorter", (2, 1, 40), (1, 32)),
                                 ("both", (2, 8, 16), (8, 16)), ("both_longer", (2, 5, 9), (8, 16)),
                                 ("two_steps", (2, 1, 1024), (1, 1024))):
        half = (*shape[:-2], lengths[0], lengths[1] // 2 + 1)
        add_graph("RFFT2D", name, [given(F32, shape)],
                  [constant(lengths), Output(half, C64), Output(half, F32), Output(half, F32)],
                  [("RFFT2D", [0, 1], [2]), ("REAL", [2], [3]), ("IMAG", [2], [4])], [3, 4])


def add_parts():
    signal, half = given(F32, (2, 1, 16)), (2, 1, 9)
    start = [constant((1, 16)), Output(half, C64)]
    transform = ("RFFT2D", [0, 1], [2])
    for operator in ("REAL", "IMAG", "COMPLEX_ABS"):
        add_graph(operator, "f32", [signal], [*start, Output(half, F32)], [transform, (operator, [2], [3])], [3])
    add_graph("CAST", "c64_to_f32", [signal], [*start, Output(half, F32)], [transform, ("CAST", [2], [3])], [3])
    add_graph("MUL", "c64", [signal], [*start, Output(half, C64), Output(half, F32)],
              [transform, ("MUL", [2, 2], [3], options("Mul")), ("REAL", [3], [4])], [4])
    add_graph("RESHAPE", "c64", [signal], [*start, constant((9, 2)), Output((9, 2), C64), Output((9, 2), F32)],
              [transform, ("RESHAPE", [2, 3], [4], options("Reshape", newShape=[9, 2])), ("IMAG", [4], [5])], [5])


FAMILIES = (add_transforms, add_parts)
