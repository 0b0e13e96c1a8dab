"""Models from a framework's memory; where the framework is installed."""

import numpy as np
import pytest

import tandem


class _Graph:
    name = "a graph/1"


class ModelProto:
    """Looks like onnx's to us; what it gives is no model."""

    __module__ = "onnx.onnx_ml_pb2"
    graph = _Graph()

    def SerializeToString(self):
        return b"no model"


def test_an_object_becomes_a_file_of_its_format():
    with pytest.raises(tandem.Error) as caught:
        tandem.compile(ModelProto())
    assert "a_graph_1.onnx: error: " in str(caught.value)


def test_a_torch_module():
    torch = pytest.importorskip("torch")
    module = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Dropout(), torch.nn.ReLU())
    x = torch.randn(2, 4)
    model = tandem.compile(module, example_inputs=(x,)).load()
    assert module.training
    np.testing.assert_allclose(model(x), module.eval()(x).detach().numpy(), rtol=1e-5, atol=1e-6)
    with pytest.raises(tandem.InvalidArgumentError, match="needs example_inputs"):
        tandem.compile(module)


def test_an_onnx_model():
    onnx = pytest.importorskip("onnx")
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["y"])],
        "relu",
        [helper.make_tensor_value_info("x", kind, [2, 2])],
        [helper.make_tensor_value_info("y", kind, [2, 2])],
    )
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model = tandem.compile(proto).load()
    np.testing.assert_array_equal(model(np.array([[-1, 2], [3, -4]], np.float32)), [[0, 2], [3, 0]])


def test_a_keras_model():
    keras = pytest.importorskip("keras")
    source = keras.Sequential([keras.layers.Input((4,), batch_size=1), keras.layers.Dense(3, activation="relu")])
    x = np.ones((1, 4), np.float32)
    expected = keras.ops.convert_to_numpy(source(x))
    np.testing.assert_allclose(tandem.compile(source).load()(x), expected, rtol=1e-5, atol=1e-6)
