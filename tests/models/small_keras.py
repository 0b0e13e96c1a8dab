#!/usr/bin/env python3
"""Make the Keras models of small/, whose goldens make_goldens.py computes.

Usage: small_keras.py [NAME...]               (needs requirements-keras3.txt)
       small_keras.py --tf-keras [NAME...]    Keras 2's (needs requirements-tensorflow.txt)

What Keras has beside plain layers on images: models inside the model, one of them used twice, arithmetic between
layers, several results; sequences by convolutions, cells and attention. check_keras_layers.py has the layers one by
one. Weights are random with a fixed seed; moving statistics are not the identity.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
IS_OLD = "--tf-keras" in sys.argv
if IS_OLD:
    import tf_keras as keras
else:
    import keras

from check_keras_applications import flat, randomize, recurrent

layers = keras.layers

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


def rows():
    """Convolutions and pools of one dimension, and norms; convolutions of a picture with its channels in front."""
    x = sequence = keras.Input((24, 6), name="sequence")
    x = layers.Conv1D(8, 3, dilation_rate=2, padding="causal", activation="mish", name="causal")(x)
    x = layers.GroupNormalization(4, name="groups")(x)
    x = layers.SeparableConv1D(8, 3, padding="same", depth_multiplier=2, activation="silu", name="separable")(x)
    x = layers.RMSNormalization(name="scaled")(layers.MaxPooling1D(2, name="pool")(x))
    wide = layers.UpSampling1D(2, name="wide")(layers.DepthwiseConv1D(3, padding="same", name="each")(x))
    back = layers.Conv1DTranspose(8, 3, strides=2, padding="same", activation="softplus", name="back")(x)
    x = layers.Cropping1D((1, 2), name="cropped")(layers.ZeroPadding1D(2, name="padded")(layers.Add(name="sum")([wide, back])))
    picture = layers.Reshape((5, 5, 8), name="picture")(x)
    picture = layers.Conv2D(4, 3, data_format="channels_first", activation="hard_tanh", name="first")(picture)
    picture = layers.BatchNormalization(axis=1, name="norm")(picture)
    picture = layers.GlobalAveragePooling2D(data_format="channels_first", name="mean")(picture)
    unit = layers.UnitNormalization(name="unit")(layers.GlobalMaxPooling1D(name="largest")(x))
    return keras.Model(sequence, [layers.AveragePooling1D(3, padding="same", name="pooled")(x), picture, unit], name="rows")


def cells():
    """Recurrent layers in both directions with their states, cells one on another, a model at each place."""
    sequence = keras.Input((7, 10), name="sequence")
    each = keras.Sequential([keras.Input((5, 2, 1)), layers.Conv2D(4, (3, 2), activation="tanh", name="conv"), layers.Flatten(name="flat")], name="each")
    x = layers.TimeDistributed(each, name="places")(layers.Reshape((7, 5, 2, 1), name="apart")(sequence))
    x, *states = layers.Bidirectional(layers.LSTM(6, return_sequences=True, return_state=True), merge_mode="ave", name="both")(x)
    x = layers.LSTM(6, return_sequences=True, name="from_state")(x, initial_state=states[:2])
    stack = [layers.LSTMCell(5), layers.GRUCell(4), layers.SimpleRNNCell(3, use_bias=False)]
    last, *inner = layers.RNN(stack, go_backwards=True, return_state=True, name="stack")(x)
    x = layers.Bidirectional(layers.GRU(4), merge_mode="concat", name="ends")(layers.TimeDistributed(layers.Dense(8, activation="relu"), name="dense")(x))
    return keras.Model(sequence, [layers.Concatenate(name="states")([last, *flat(inner), *states[2:]]), x], name="cells")


def attention():
    """A causal transformer over words (the input holds their numbers), in several heads, by dot products, by sums."""
    words = keras.Input((8,), name="words")
    x = layers.Embedding(24, 12, name="embedding")(words) * 3.5
    y, scores = layers.MultiHeadAttention(3, 4, name="heads")(x, x, use_causal_mask=True, return_attention_scores=True)
    x = layers.LayerNormalization(name="norm")(x + y)
    widened = layers.EinsumDense("abc,cd->abd", output_shape=(None, 20), bias_axes="d", activation="gelu", name="widen")(x)
    x = x + layers.Dense(12, name="narrow")(widened)
    if not IS_OLD:
        x = x + layers.GroupQueryAttention(4, 6, 2, name="groups")(x, x)
    query = x[:, -3:]
    x = layers.AdditiveAttention(name="additive")([layers.Attention(use_scale=True, score_mode="concat", name="concat")([query, x]), x])
    product = layers.Dot(-1, normalize=True, name="product")([x, query])
    return keras.Model(words, [x[:, 0], product, layers.Permute((2, 3, 1), name="scores")(scores)], name="attention")


def volumes():
    """Convolutions and pools over three dimensions, and recurrent layers whose products are convolutions."""
    x = picture = keras.Input((12, 10, 8), name="picture")
    volume = layers.Reshape((6, 8, 10, 2), name="volume")(x)
    volume = layers.Conv3D(8, (3, 3, 2), strides=(1, 2, 1), padding="same", use_bias=False, name="conv")(volume)
    volume = layers.ReLU(name="relu")(layers.BatchNormalization(name="norm")(volume))
    deep = layers.Conv3D(6, (2, 3, 3), padding="same", data_format="channels_first", name="first")(layers.Permute((4, 1, 2, 3), name="moved")(
        layers.MaxPooling3D(2, padding="same", name="pool")(volume)))
    wide = layers.Conv3DTranspose(8, (3, 2, 3), strides=(2, 2, 2), padding="same", activation="tanh", name="back")(layers.Permute((2, 3, 4, 1), name="last")(deep))
    x = layers.Cropping3D(((0, 0), (1, 0), (0, 0)), name="cropped")(layers.ZeroPadding3D((0, 1, 0), name="padded")(layers.Add(name="sum")([volume, wide])))
    mean = layers.GlobalAveragePooling3D(name="mean")(layers.AveragePooling3D((2, 3, 3), strides=2, padding="same", name="pooled")(x))
    frames = layers.Reshape((6, 4, 10, 4), name="frames")(picture)
    both = layers.Bidirectional(layers.ConvLSTM2D(3, 3, padding="same", strides=(1, 2), return_sequences=True), name="both")(frames)
    last, state, cell = layers.ConvLSTM2D(4, (2, 3), go_backwards=True, return_state=True, recurrent_activation="hard_sigmoid", name="last_frame")(both)
    rows = layers.ConvLSTM1D(3, 2, name="rows")(layers.Reshape((6, 4, 40), name="flat")(frames))
    return keras.Model(picture, [mean, layers.Flatten(name="frame")(layers.Concatenate(name="states")([last, cell])), rows], name="volumes")


def main():
    keras.utils.set_random_seed(1)
    wanted = [name for name in sys.argv[1:] if name != "--tf-keras"]
    for make in (cells, attention) if IS_OLD else (nested, recurrent, rows, cells, attention, volumes):
        if wanted and make.__name__ not in wanted:
            continue
        model = make()
        randomize(model)
        model.save(FOLDER / (f"keras_2_{make.__name__}.h5" if IS_OLD else f"keras_{make.__name__}.keras"))


if __name__ == "__main__":
    main()
