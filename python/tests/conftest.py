import os
import pathlib
import subprocess

import pytest

import tandem

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Two inputs, one operation; as text, so that no framework is needed.
SUM = """
func.func @main(%a: tensor<2x3xf32> {graph.name = "left"}, %b: tensor<2x3xf32> {graph.name = "right"})
    -> (tensor<2x3xf32> {graph.name = "sum"}) {
  %0 = graph.add %a, %b : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32> loc("add_1")
  return %0 : tensor<2x3xf32>
}
"""

# One input, two outputs.
PAIR = """
func.func @main(%x: tensor<4xf32> {graph.name = "x"})
    -> (tensor<4xf32> {graph.name = "positive"}, tensor<4xf32> {graph.name = "same:0"}) {
  %0 = graph.relu %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.add %x, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}
"""


@pytest.fixture
def write(tmp_path):
    """Writes a model's text to a file and gives its path."""

    def write(text, name="m.mlir"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


@pytest.fixture(scope="session")
def sum_bundle(tmp_path_factory):
    path = tmp_path_factory.mktemp("sum") / "sum.mlir"
    path.write_text(SUM)
    tool = os.environ.get("TANDEM_TOOL")
    if tool is None:
        return tandem.compile(path)
    # This build has no compiler, and a sanitizer that is preloaded is for the interpreter alone.
    bundle = path.with_suffix(".tandem")
    plain = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    subprocess.run([tool, "compile", path, "-o", bundle], check=True, env=plain)
    return tandem.Bundle(bundle)


@pytest.fixture
def sum_model(sum_bundle):
    return sum_bundle.load()
