"""Cases of check_operators.py with subgraphs: branches, loops, composites."""

import numpy as np

from operator_case import BOOL, F32, I32, I64, NAMES, Input, Output, Step, Subgraph, add, constant, given, options

SHAPE = (2, 3)


def binary(operator, made=None):
    """A subgraph of one operator of two inputs."""
    tensor = Output(SHAPE, F32)
    return Subgraph([tensor] * 3, [0, 1], [2], [Step(operator, [0, 1], [2], made)])


def add_branches():
    for condition in (True, False):
        add("IF", f"f32_{condition}", [constant(condition, BOOL), given(F32, SHAPE), given(F32, SHAPE, 2)], Output(SHAPE, F32),
            options("If", thenSubgraphIndex=1, elseSubgraphIndex=2),
            subgraphs=[binary("ADD", options("Add", fusedActivationFunction=1)), binary("MUL", options("Mul"))])
    integers = Subgraph([Output(SHAPE, I32), Output(SHAPE, I32)], [0], [1], [Step("NEG", [0], [1])])
    unchanged = Subgraph([Output(SHAPE, I32)], [0], [0], [])
    for condition in (True, False):
        add("IF", f"i32_{condition}", [constant(condition, BOOL), given(I32, SHAPE)], Output(SHAPE, I32),
            options("If", thenSubgraphIndex=1, elseSubgraphIndex=2), subgraphs=[integers, unchanged])


def add_loops():
    """The count goes from `first` to 4, by one each round; the reals are multiplied."""
    number, reals, truth = Output((1,), I32), Output(SHAPE, F32), Output((1,), BOOL)
    condition = Subgraph([number, reals, constant([4]), truth], [0, 1], [3], [Step("LESS", [0, 2], [3])])
    body = Subgraph([number, reals, constant([1]), constant([0.5, -2, 1.25], F32), number, reals], [0, 1], [4, 5],
                    [Step("ADD", [0, 2], [4], options("Add")), Step("MUL", [1, 3], [5], options("Mul"))])
    for first in (0, 3, 7):
        add("WHILE", f"f32_from_{first}", [constant([first]), given(F32, SHAPE)], [Output((1,), I32), Output(SHAPE, F32)],
            options("While", condSubgraphIndex=1, bodySubgraphIndex=2), subgraphs=[condition, body])
    add_list_loop()


def add_list_loop():
    """As Keras 3 writes results into a list: in each round rows before the place, the row, and rows behind, of which there
    may be none."""
    count, rows = 3, Output((3, 2), F32)
    number, truth, place, some = Output((1,), I32), Output((1,), BOOL), Output((2,), I32), Output((), F32)
    joined = options("Concatenation", axis=0)
    condition = Subgraph([number, rows, constant([count]), truth], [0, 1], [3], [Step("LESS", [0, 2], [3])])
    tensors = [number, rows, constant([0]), constant([1]), constant([2]), constant([0, 0]), constant([-1, 2]),
               constant([[0.5, -2]], F32), place, some, number, place, some, rows]
    body = Subgraph(tensors, [0, 1], [10, 13],
                    [Step("CONCATENATION", [0, 4], [8], joined), Step("SLICE", [1, 5, 8], [9]), Step("ADD", [0, 3], [10], options("Add")),
                     Step("CONCATENATION", [10, 2], [11], joined), Step("SLICE", [1, 11, 6], [12]),
                     Step("CONCATENATION", [9, 7, 12], [13], joined)])
    add("WHILE", "f32_list", [constant([0]), given(F32, rows.shape)], [number, rows],
        options("While", condSubgraphIndex=1, bodySubgraphIndex=2), subgraphs=[condition, body])


def add_composites():
    made = options("StableHLOComposite", name="odml.sum", decompositionSubgraphIndex=1, compositeAttributes=[], version=1)
    both = given(F32, SHAPE), given(F32, SHAPE, 2)
    add("CALL", "f32", list(both), Output(SHAPE, F32), options("Call", subgraph=1), subgraphs=[binary("SUB", options("Sub"))],
        expected=[both[0].data - both[1].data])  # no kernel
    add("STABLEHLO_COMPOSITE", "f32", [given(F32, SHAPE), given(F32, SHAPE, 2)], Output(SHAPE, F32), made,
        subgraphs=[binary("ADD", options("Add"))])


def add_windows():
    for function, name in enumerate(("add", "mul", "minimum", "maximum"), 1):
        for dtype in (F32, I32):
            first = constant(2, dtype)
            add("REDUCE_WINDOW", f"{name}_{NAMES[dtype]}", [given(dtype, (3, 7, 8)), first, *windows((1, 3, 2), (2, 1, 3), (1, 2, 1))],
                Output((2, 3, 3), dtype), options("ReduceWindow", reduceFunction=function))
    for function, name in ((5, "all"), (6, "any")):
        add("REDUCE_WINDOW", name, [given(BOOL, (6, 9)), constant(function == 5, BOOL), *windows((2, 2), (1, 2), (1, 1))],
            Output((5, 4), BOOL), options("ReduceWindow", reduceFunction=function))


def windows(*numbers):
    return [constant(each, I64) for each in numbers]


FAMILIES = (add_branches, add_loops, add_composites, add_windows)
