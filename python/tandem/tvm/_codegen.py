"""relax.ext.neuron and relax.ext.tandem_cpu: a Relax function of ours becomes a graph, a bundle, a runtime module."""

from __future__ import annotations

import json
import os
import platform
import tempfile
from typing import Any

import tvm
from tvm import relax

import tandem

from .._errors import UnsupportedError
from ._graph import Graph, Value
from ._operators import OPERATORS, WITH_BIAS, dtype_of, shape_of


class _Reader:
    """Follows the bindings of a function; a function in it is read where it is called."""

    def __init__(self, graph: Graph):
        self.graph = graph
        self.values: dict[Any, Any] = {}

    def function(self, function: Any, arguments: list[Any]) -> Any:
        composite = str((function.attrs or {}).get("Composite", ""))
        for parameter, argument in zip(function.params, arguments):
            self.values[parameter] = argument
        if composite.partition(".")[2] in WITH_BIAS.values():
            return self.with_bias(function)
        body = function.body
        if isinstance(body, relax.SeqExpr):
            for block in body.blocks:
                for binding in block.bindings:
                    self.graph.node = binding.var.name
                    self.values[binding.var] = self.read(binding.value)
            body = body.body
        return self.read(body)

    def with_bias(self, function: Any) -> Any:
        product, total = (binding for block in function.body.blocks for binding in block.bindings)
        self.graph.node = product.var.name
        first, second = total.value.args
        bias = self.read(second if first.same_as(product.var) else first)
        assert bias.constant is not None  # the pattern asked
        operands = [self.read(argument) for argument in product.value.args]
        operands.append(self.graph.constant(bias.constant.ravel()))
        return OPERATORS[product.value.op.name].convert(self.graph, product.value, operands)

    def read(self, expr: Any) -> Any:
        if isinstance(expr, relax.Function):
            return expr
        if isinstance(expr, tvm.ir.GenericConst):
            return self.graph.constant(expr.value.numpy())
        if isinstance(expr, relax.Tuple):
            return [self.read(field) for field in expr.fields]
        if isinstance(expr, relax.TupleGetItem):
            whole = self.read(expr.tuple_value)
            return whole[expr.index]
        if isinstance(expr, relax.Call):
            return self.call(expr)
        return self.values[expr]

    def call(self, call: Any) -> Any:
        if not isinstance(call.op, tvm.ir.Op):
            return self.function(self.read(call.op), [self.read(argument) for argument in call.args])
        operator = OPERATORS.get(call.op.name)
        if operator is None:
            raise UnsupportedError(
                f"{self.graph.node}: error: {call.op.name} is in a function for Tandem, which has no such operation"
            )
        operands: list[Value] = []
        for argument in call.args:
            if isinstance(argument.ty, (relax.TensorType, relax.TupleType)):
                value = self.read(argument)
                operands.extend(value if isinstance(value, list) else [value])
        return operator.convert(self.graph, call, operands)


def graph_of(function: Any) -> str:
    """The function's text in our graph dialect."""
    graph = Graph()
    inputs = [graph.input(shape_of(parameter), dtype_of(parameter)) for parameter in function.params]
    result = _Reader(graph).function(function, inputs)
    return graph.finish(result if isinstance(result, list) else [result])


def _compile(functions: Any, backends: list[str]) -> list[Any]:
    make_module = tvm.get_global_func("tandem.tvm.module")
    modules = []
    for function in functions:
        symbol = str(function.attrs["global_symbol"])
        options = json.loads(str(function.attrs.get("tandem.options", "{}")))
        with tempfile.TemporaryDirectory(prefix="tandem-tvm-") as folder:
            source = os.path.join(folder, "region.mlir")
            with open(source, "w") as file:
                file.write(graph_of(function))
            # Whatever the device, it is this process that runs it.
            settings = {"backends": backends, "targets": [platform.machine()], **options}
            bundle = tandem.compile(source, output=os.path.join(folder, "region.tandem"), **settings)
            with open(bundle.path, "rb") as file:
                modules.append(make_module(symbol, file.read()))
    return modules


def register() -> None:
    for target, backends in (("neuron", ["neuron", "cpu"]), ("tandem_cpu", ["cpu"])):

        def codegen(functions: Any, _options: Any, _constant_names: Any, backends: list[str] = backends) -> list[Any]:
            return _compile(functions, backends)

        tvm.register_global_func(f"relax.ext.{target}", codegen, override=True)
