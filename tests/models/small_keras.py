#!/usr/bin/env python3
"""Make small/keras_nested.keras and small/keras_recurrent.keras, whose goldens make_goldens.py computes.

Usage: small_keras.py      (needs requirements-keras3.txt)

What Keras 3 has beside plain layers: models inside the model, one of them used twice, arithmetic between layers, two
results; layers over sequences. Weights are random with a fixed seed; moving statistics are not the identity.
"""

from pathlib import Path

import keras
from keras import layers

from check_keras_applications import randomize, recurrent

FOLDER = Path(__file__).resolve().parent / "small"


def nested():
    image = keras.Input((24, 20, 3), name="image")
    x = layers.Normalization(mean=[0.1, 0.0, -0.1], variance=[0.5, 1.0, 2.0], name="standard")(image)
    stem = keras.Sequential([keras.Input((24, 20, 3)), layers.Conv2D(8, 4, strides=4, name="conv"),
                             layers.BatchNormalization(name="norm")], name="stem")
    inner = keras.Sequential([keras.Input((6, 5, 8)), layers.DepthwiseConv2D(3, padding="same", name="spread"),
                              layers.LayerNormalization(epsilon=1e-6, name="norm"),
                              layers.Dense(16, activation="gelu", name="widen"), layers.Dense(8, name="narrow")], name="inner")
    block_input = keras.Input((6, 5, 8), name="block_input")
    block = keras.Model(block_input, block_input + 0.5 * inner(block_input), name="block")
    x = block(block(stem(x)))
    mean = layers.GlobalAveragePooling2D(name="mean")(x)
    scores = layers.Dense(6, activation="softmax", name="scores")(mean)
    return keras.Model(image, [scores, layers.ReLU(max_value=3.0, name="map")(1.0 - x)], name="nested")


def main():
    keras.utils.set_random_seed(1)
    for make in (nested, recurrent):
        model = make()
        randomize(model)
        model.save(FOLDER / f"keras_{make.__name__}.keras")


if __name__ == "__main__":
    main()
