#!/usr/bin/env python3
"""Makes the Keras files of this folder with h5py alone: python3 make_keras.py (needs h5py, numpy).

Each file tests one thing, named after it; weights count up, so that a wrong order of them shows.
"""
import json
import pathlib

import h5py
import numpy as np

HERE = pathlib.Path(__file__).parent


def count_up(*shape):
    return np.arange(np.prod(shape), dtype="f4").reshape(shape)


def layer(class_name, name, inputs=(), **config):
    nodes = [[[i, 0, 0, {}] for i in inputs]] if inputs else []
    return {"class_name": class_name, "name": name, "config": {"name": name, **config}, "inbound_nodes": nodes}


def input_layer(name, *shape):
    return layer("InputLayer", name, batch_input_shape=[None, *shape], dtype="float32")


def functional(layers, inputs, outputs):
    boundary = lambda names: [[name, 0, 0] for name in names]
    return {"class_name": "Functional", "config": {
        "name": "model", "layers": layers, "input_layers": boundary(inputs), "output_layers": boundary(outputs)}}


def save(name, config, weights=None, version="2.4.0", **dataset_options):
    with h5py.File(HERE / f"{name}.h5", "w") as file:
        file.attrs["keras_version"] = version
        if config is not None:
            file.attrs["model_config"] = config if isinstance(config, str) else json.dumps(config)
        group = file.create_group("model_weights")
        for layer_name, tensors in (weights or {}).items():
            own = group.create_group(layer_name)
            own.attrs["weight_names"] = [f"{layer_name}/{key}:0".encode() for key in tensors]
            for key, value in tensors.items():
                if isinstance(value, tuple):  # a shape without data
                    own.create_dataset(f"{layer_name}/{key}:0", shape=value, dtype="f4")
                elif value is not None:
                    own.create_dataset(f"{layer_name}/{key}:0", data=value, **dataset_options)


CONV = dict(filters=3, kernel_size=[1, 2], strides=[1, 1], padding="same", dilation_rate=[1, 1],
            data_format="channels_last", use_bias=True, activation="relu")
CONV_WEIGHTS = {"kernel": count_up(1, 2, 2, 3), "bias": count_up(3)}
DENSE = dict(units=2, use_bias=True, activation="linear")


def conv_model(**changes):
    return functional([input_layer("x", 4, 4, 2), layer("Conv2D", "conv", ["x"], **{**CONV, **changes})],
                      ["x"], ["conv"])


def main():
    save("conv_2d", conv_model(), {"conv": CONV_WEIGHTS})
    save("separable", functional(
        [input_layer("x", 5, 5, 2),
         layer("SeparableConv2D", "sep", ["x"], **{**CONV, "kernel_size": [3, 3], "strides": [2, 2],
                                                    "activation": "linear", "depth_multiplier": 1})],
        ["x"], ["sep"]),
        {"sep": {"depthwise_kernel": count_up(3, 3, 2, 1), "pointwise_kernel": count_up(1, 1, 2, 3),
                 "bias": count_up(3)}})
    save("residual", functional(
        [input_layer("x", 2, 2, 2),
         layer("BatchNormalization", "bn", ["x"], axis=[3], epsilon=0.5, scale=False, center=True),
         layer("Add", "add", ["bn", "x"]),
         layer("GlobalAveragePooling2D", "mean", ["add"], data_format="channels_last"),
         layer("Dense", "scores", ["mean"], **{**DENSE, "activation": "softmax"})],
        ["x"], ["scores", "mean"]),
        {"bn": {"beta": count_up(2), "moving_mean": count_up(2) + 10, "moving_variance": count_up(2) + 20},
         "scores": {"kernel": count_up(2, 2), "bias": count_up(2)}})
    # A layer that is used twice, listed before what it reads.
    shared = layer("Dense", "twice", **DENSE)
    shared["inbound_nodes"] = [[["a", 0, 0, {}]], [["b", 0, 0, {}]]]
    join = layer("Subtract", "join")
    join["inbound_nodes"] = [[["twice", 1, 0, {}], ["twice", 0, 0, {}]]]
    save("shared_layer", functional([join, shared, input_layer("a", 3), input_layer("b", 3)],
                                    ["a", "b"], ["join"]),
         {"twice": {"kernel": count_up(3, 2).astype("f2"), "bias": count_up(2).astype("f8")}})
    save("sequential", {"class_name": "Sequential", "config": [
        {"class_name": "Dense", "config": {"name": "first", "batch_input_shape": [None, 3], **DENSE}},
        {"class_name": "Dropout", "config": {"name": "drop", "rate": 0.5}}]},
        {"first": {"kernel": count_up(3, 2), "bias": count_up(2)}}, version="2.0.5")
    tensor = lambda name: {"class_name": "__keras_tensor__",
                           "config": {"shape": [None, 3], "dtype": "float32", "keras_history": [name, 0, 0]}}
    policy = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}}
    keras3 = functional([layer("InputLayer", "x", batch_shape=[None, 3], dtype=policy),
                         layer("Activation", "gate", activation="hard_sigmoid", trainable=True),
                         layer("Multiply", "out", trainable=True)], ["x"], ["out"])
    keras3["config"]["layers"][1]["inbound_nodes"] = [{"args": [tensor("x")], "kwargs": {}}]
    keras3["config"]["layers"][2]["inbound_nodes"] = [{"args": [[tensor("x"), tensor("gate")]], "kwargs": {}}]
    keras3["config"]["input_layers"] = ["x", 0, 0]
    keras3["config"]["output_layers"] = ["out", 0, 0]
    save("keras_3", keras3, version="3.15.1")
    save("open_shape", functional([layer("InputLayer", "x", batch_input_shape=[None, None, None, 2]),
                                   layer("ReLU", "out", ["x"])], ["x"], ["out"]))

    # Weights of partly frozen layers, as Keras 2 has them: it says nothing of what is frozen in Bidirectional.
    rnn = lambda name, **config: {"class_name": "SimpleRNN", "config": {"name": name, "units": 1, "use_bias": False, "activation": "tanh", **config}}
    cells = lambda *trainable: layer("RNN", "cells", ["x"], cell={"class_name": "StackedRNNCells", "config": {"cells": [
        {**rnn(f"cell_{i}", trainable=each), "class_name": "SimpleRNNCell"} for i, each in enumerate(trainable)]}})
    number = lambda value: np.full((1, 1), value, "f4")
    two_cells = {"kernel": number(5), "recurrent_kernel": number(6), "kernel_1": number(7), "recurrent_kernel_1": number(8)}
    both = layer("Bidirectional", "both", ["x"], layer=rnn("rnn"), merge_mode="sum")
    in_sides = lambda *names: {"both": {f"{side}/{key}": number(2 * i + j) for i, side in enumerate(names)
                                        for j, key in enumerate(("kernel", "recurrent_kernel"))}}
    save("partly_frozen_2", functional([input_layer("x", 2, 1), both, cells(True, True)], ["x"], ["both", "cells"]),
         {**in_sides("backward_rnn/cell", "forward_rnn/cell"), "cells": two_cells})
    save("nameless_sides", functional([input_layer("x", 2, 1), both], ["x"], ["both"]), in_sides("a", "b"))
    save("nameless_cells", functional([input_layer("x", 2, 1), cells(False, True)], ["x"], ["cells"]), {"cells": two_cells})

    save("weights_only", None, {"conv": CONV_WEIGHTS})
    save("bad_json", '{"class_name": "Functional", ')
    save("deep_json", "[" * 5000 + "]" * 5000)
    save("subclassed", {"class_name": "MyModel", "config": {}})
    save("unsupported", functional(
        [input_layer("x", 4, 4, 2), layer("Hashing", "l1", ["x"]), layer("Hashing", "l2", ["l1"]),
         layer("Conv2D", "first", ["x"], **{**CONV, "padding": "full"}),
         layer("Lambda", "code", ["first"])], ["x"], ["l2", "code"]))
    save("unequal_ranks", functional(
        [input_layer("x", 4, 4, 2), input_layer("y", 2), layer("Add", "add", ["x", "y"])], ["x", "y"], ["add"]))
    named = functional([input_layer("x", 3), layer("ReLU", "out", ["x"])], ["x"], ["out"])
    named["config"]["input_layers"] = {"picture": ["x", 0, 0]}
    save("named_inputs", named)
    mixed = lambda name: {"module": "keras", "class_name": "DTypePolicy", "config": {"name": name}}
    save("other_types", functional(
        [input_layer("x", 3), layer("ReLU", "mixed", ["x"], dtype=mixed("mixed_float16")),
         layer("ReLU", "mixed_2", ["mixed"], dtype=mixed("mixed_float16")),
         layer("Dense", "double", ["mixed_2"], **DENSE, dtype="float64"),
         layer("Activation", "half", ["double"], activation="relu", dtype="float16")], ["x"], ["half"]))
    masked = layer("Dot", "masked", ["rows"], axes=1)
    masked["inbound_nodes"][0][0][3] = {"other_mask": ["x", 0, 0]}
    trained = layer("Dropout", "trained", ["rows"], rate=0.5)
    trained["inbound_nodes"][0][0][3] = {"training": True}
    inner = lambda name, **config: {"class_name": name, "config": {"name": "inner", **config}}
    save("refused_forms", functional(
        [input_layer("x", 3), input_layer("rows", 4, 2),
         masked, trained, layer("LSTM", "stateful", ["rows"], units=2, stateful=True),
         layer("Bidirectional", "both", ["rows"], merge_mode="concat", layer=inner("Dense", units=2)),
         layer("RNN", "own", ["rows"], cell=inner("MyCell", units=2)),
         layer("Dense", "activated", ["x"], units=2, activation="unheardof")],
        ["x", "rows"], ["masked", "trained", "stateful", "both", "own", "activated"]), {"activated": {
            "kernel": count_up(3, 2), "bias": count_up(2)}})
    # A mask of the words' own, one that the call is given, and none where a layer hands none on.
    given = layer("GlobalAveragePooling1D", "given", ["rows"])
    given["inbound_nodes"][0][0][3] = {"mask": ["tf.math.not_equal", 0, 0]}
    save("masks", functional(
        [input_layer("x", 3), layer("Embedding", "rows", ["x"], input_dim=4, output_dim=2, mask_zero=True),
         {"class_name": "TFOpLambda", "name": "tf.math.not_equal", "config": {"name": "tf.math.not_equal", "function": "math.not_equal"},
          "inbound_nodes": [["x", 0, 0, {"y": 2.0}]]},
         layer("LSTM", "own", ["rows"], units=1, activation="tanh", recurrent_activation="sigmoid"), given,
         layer("GlobalAveragePooling1D", "none", ["permuted"]), layer("Permute", "permuted", ["rows"], dims=[1, 2])],
        ["x"], ["own", "given", "none"]), {"rows": {"embeddings": count_up(4, 2)}, "own": {
            "kernel": count_up(2, 4), "recurrent_kernel": count_up(1, 4), "bias": count_up(4)}})
    # Functions of TensorFlow as Keras 2 has them: 2.0 * x, then [:, 0] of one half, and a layer's second result.
    function = lambda name, node, kind="TFOpLambda": {
        "class_name": kind, "name": "tf." + name, "config": {"name": "tf." + name, "function": name}, "inbound_nodes": node}
    part = {"slice_spec": [{"start": None, "stop": None, "step": None}, 0]}
    lstm = dict(units=1, activation="tanh", recurrent_activation="sigmoid", return_state=True)
    state = layer("ReLU", "state")
    state["inbound_nodes"] = [[["lstm", 0, 2, {}]]]
    save("functions", functional(
        [input_layer("x", 2, 4), function("math.multiply", [["_CONSTANT_VALUE", -1, 2.0, {"y": ["x", 0, 0]}]]),
         function("split", [["tf.math.multiply", 0, 0, {"num_or_size_splits": 2, "axis": 2}]]),
         function("__operators__.getitem", [["tf.split", 0, 1, part]], "SlicingOpLambda"),
         layer("LSTM", "lstm", ["x"], **lstm), state], ["x"], ["tf.__operators__.getitem", "state"]),
         {"lstm": {"kernel": count_up(4, 4), "recurrent_kernel": count_up(1, 4), "bias": count_up(4)}})
    save("cycle", functional([input_layer("x", 3), layer("Add", "a", ["x", "b"]), layer("ReLU", "b", ["a"])],
                             ["x"], ["b"]))
    save("unknown_input", functional([input_layer("x", 3), layer("ReLU", "out", ["y"])], ["x"], ["out"]))
    save("missing_weights", conv_model(), {"conv": {**CONV_WEIGHTS, "bias": None}})
    save("wrong_shape", conv_model(filters=4), {"conv": CONV_WEIGHTS})
    save("huge_weights", conv_model(filters=1 << 40),
         {"conv": {"kernel": (1, 2, 2, 1 << 40), "bias": count_up(3)}})
    save("compressed", conv_model(), {"conv": CONV_WEIGHTS}, chunks=True, compression="gzip")
    with h5py.File(HERE / "new_format.h5", "w", libver="latest") as file:
        file.attrs["model_config"] = "{}"


if __name__ == "__main__":
    main()
