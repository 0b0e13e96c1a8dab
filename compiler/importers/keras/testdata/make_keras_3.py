#!/usr/bin/env python3
"""Makes the files of this folder that need Keras 3: python3 make_keras_3.py (tests/models/requirements-keras3.txt).

nested.h5 and nested.keras are one model: models inside it, used twice, and arithmetic between layers; weights count up
from a hundred for each layer. The other .keras files are nested.keras with one thing broken. spectrogram.h5 has the layers of sound,
partly_frozen.h5 weights in another order than that of their layers, lora.h5 a layer after enable_lora(),
same_names.h5 names that repeat in models inside the model.
"""
import json
import pathlib
import tempfile
import zipfile

import keras
import numpy as np

HERE = pathlib.Path(__file__).parent
FIXED_TIME = (2024, 2, 29, 0, 0, 0)


def nested():
    layers = keras.layers
    inner = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="dense")], name="inner")
    block_input = keras.Input((3,), name="block_input")
    block = keras.Model(block_input, layers.BatchNormalization(name="norm", scale=False)(inner(block_input)), name="block")
    a, b = keras.Input((3,), name="a"), keras.Input((3,), name="b")
    last = layers.Dense(1, name="dense_last", use_bias=False)
    return keras.Model([a, b], [last(block(a * 2.0)), layers.Add(name="sum")([block(b), block(1.0 - a)])], name="outer")


def spectrogram():
    layers, x = keras.layers, keras.Input((40, 1), name="x")
    mel = layers.MelSpectrogram(16, 8, num_mel_bins=3, sampling_rate=16, min_freq=1.0, name="mel")
    return keras.Model(x, [layers.STFTSpectrogram("magnitude", 8, 4, name="stft")(x), mel(layers.Reshape((40,), name="flat")(x))])


def partly_frozen():
    """Its .h5 file has forward_layer behind backward_layer, cell "one" behind "two", and gamma behind beta."""
    layers, x = keras.layers, keras.Input((2, 1), name="x")
    both = layers.Bidirectional(layers.SimpleRNN(1, use_bias=False), name="both")
    cells = layers.RNN([layers.SimpleRNNCell(1, use_bias=False, name=name) for name in ("one", "two")], name="cells")
    norm = layers.BatchNormalization(name="norm")
    model = keras.Model(x, [both(x), cells(norm(x))])
    count_up(model)
    both.forward_layer.trainable = cells.cell.cells[0].trainable = norm.gamma.trainable = False
    return model


def same_names():
    """Layers called as the model around theirs, and as one in a model beside."""
    layers, x = keras.layers, keras.Input((1,), name="x")
    dense = lambda name: layers.Dense(1, use_bias=False, name=name)
    deep = keras.Sequential([keras.Input((1,)), dense("a"), dense("b")], name="b")
    model = keras.Model(x, keras.Sequential([keras.Input((1,)), deep, dense("a"), dense("same")], name="same")(x))
    count_up(model)
    return model


def with_lora():
    x, dense = keras.Input((2,), name="x"), keras.layers.Dense(2, name="dense")
    model = keras.Model(x, dense(x))
    dense.enable_lora(2)
    return model


def count_up(model):
    for number, weight in enumerate(model.weights):
        weight.assign(100 * number + np.arange(np.prod(weight.shape)).reshape(weight.shape))


def rewrite(source, name, change):
    """`change` takes file name and bytes to new bytes; None leaves the file out."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(HERE / name, "w") as new:
        for entry in old.namelist():
            data = change(entry, old.read(entry))
            if data is not None:
                new.writestr(zipfile.ZipInfo(entry, FIXED_TIME), data)


def change_config(edit):
    def change(entry, data):
        if entry != "config.json":
            return data
        config = json.loads(data)
        edit(config["config"])
        return json.dumps(config)

    return change


def main():
    model = nested()
    count_up(model)
    model.save(HERE / "nested.h5")
    spectrogram().save(HERE / "spectrogram.h5")
    partly_frozen().save(HERE / "partly_frozen.h5")
    same_names().save(HERE / "same_names.h5")
    with_lora().save(HERE / "lora.h5")
    with tempfile.TemporaryDirectory() as folder:
        whole = str(pathlib.Path(folder) / "nested.keras")
        model.save(whole)
        write_archives(whole)


def write_archives(whole):
    """nested.keras with its times taken out, and the broken ones made of it."""
    rewrite(whole, "nested.keras", lambda entry, data: data)
    rewrite(whole, "no_metadata.keras", lambda entry, data: None if entry == "metadata.json" else data)
    rewrite(whole, "bad_config.keras", lambda entry, data: b"{" if entry == "config.json" else data)
    rewrite(whole, "bad_weights.keras", lambda entry, data: b"none" if entry.endswith(".h5") else data)
    rewrite(whole, "no_weights.keras", lambda entry, data: None if entry.endswith(".h5") else data)

    def rename_last(config):
        for layer in config["layers"]:
            if layer["name"] == "dense_last":
                layer["name"] = layer["config"]["name"] = "renamed"
        config["output_layers"][0][0] = "renamed"

    rewrite(whole, "other_names.keras", change_config(rename_last))

    def one_input(config):
        for layer in config["layers"]:
            if layer["name"] == "sum":
                layer["inbound_nodes"][0]["args"][0] = layer["inbound_nodes"][0]["args"][0][:1]

    rewrite(whole, "one_input.keras", change_config(one_input))

    def own_class(config):
        for layer in config["layers"]:
            if layer["name"] == "dense_last":
                layer.update(module=None, registered_name="u>Dense")

    rewrite(whole, "own_class.keras", change_config(own_class))

    function = {"module": "builtins", "class_name": "function", "registered_name": "function"}
    activations = {
        "own_function": function | {"config": "u>twice"},
        "plain_function": function | {"config": "twice"},
        "own_layer_as_function": {"module": None, "class_name": "ReLU", "config": {"name": "r"}, "registered_name": "u>ReLU"},
        "lambda": {"value": ["4wEAAAA=", None, None]},
    }
    for name, activation in activations.items():
        rewrite(whole, f"{name}.keras", change_config(lambda config, activation=activation: [
            layer["config"].update(activation=activation) for layer in config["layers"] if layer["name"] == "dense_last"]))


if __name__ == "__main__":
    main()
