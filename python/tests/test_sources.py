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
    assert str(caught.value).startswith("a graph/1: error: ") and caught.value.subject == "a graph/1"


def test_a_torch_module():
    torch = pytest.importorskip("torch")
    module = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Dropout(), torch.nn.ReLU())
    x = torch.randn(2, 4)
    model = tandem.compile(module, example_inputs=(x,)).load()
    assert module.training and model.name == "Sequential"
    np.testing.assert_array_equal(torch.from_dlpack(model.input(0)).numpy(), model.input(0))
    torch.from_dlpack(model.input(0)).copy_(x)  # no other copy is made
    model.run()
    np.testing.assert_array_equal(model.output(0), model(x))
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


def test_an_application_takes_a_model_from_memory(tmp_path, monkeypatch):
    onnx = pytest.importorskip("onnx")
    from test_app import LEFT, NET, SIDES

    monkeypatch.setenv("TANDEM_CACHE", str(tmp_path / "cache"))
    (tmp_path / "net.mlir").write_text(NET)
    (tmp_path / "sides.yaml").write_text(SIDES)
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    graph = helper.make_graph(
        [helper.make_node("Neg", ["halves"], ["scores"])],
        "turned",
        [helper.make_tensor_value_info("halves", kind, [1, 2])],
        [helper.make_tensor_value_info("scores", kind, [1, 2])],
    )
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    app = tandem.App(tmp_path / "sides.yaml", models={"net": proto})
    assert app.run(LEFT)["side"] == "right" and [found["side"] for found in app.frames([LEFT])] == ["right"]
    with pytest.raises(tandem.Error, match="^a graph/1: error: "):
        tandem.App(tmp_path / "sides.yaml", models={"net": ModelProto()})
