#!/usr/bin/env python3
"""Compare the Keras importer with Keras, layer by layer, in both file formats.

Usage: check_keras_layers.py [--tf-keras] [--tandem build/bin/tandem] [--missing] [--write] [NAME...]

  python3 -m venv .venv-keras3 && .venv-keras3/bin/pip install -r tests/models/requirements-keras3.txt
  .venv-keras3/bin/python tests/models/check_keras_layers.py --write                  # docs/generated/keras_layers.md
  python3 -m venv .venv-tensorflow && .venv-tensorflow/bin/pip install -r tests/models/requirements-tensorflow.txt
  .venv-tensorflow/bin/python tests/models/check_keras_layers.py --tf-keras --write    # Keras 2: docs/generated/keras_2_layers.md

A case is a model of one layer or function (seeded random weights), saved, compiled with `tandem compile`, run with
`tandem run`, and compared with what Keras gives: largest difference over largest value. Cases of what the older Keras
lacks are left out there. Names pick the cases that begin so. Exit: 0 all within the tolerance, 1 something is not.
"""

import argparse
import logging
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
import numpy as np  # noqa: E402 (after the environment)

from check_keras_applications import flat, randomize  # noqa: E402
from sweep import Cases, add_arguments, relative_difference, tandem  # noqa: E402

logging.getLogger("absl").setLevel(logging.ERROR)
TOLERANCE = 1e-5
ROW, IMAGE, VOLUME, VECTOR = (9, 4), (8, 7, 4), (5, 6, 7, 4), (6,)


def image_cases(add, layers, is_old):
    for first in (False, True):
        data_format = "channels_first" if first else "channels_last"
        name = " channels_first" if first else ""
        row, image = (ROW[::-1] if first else ROW), ((4, 8, 7) if first else IMAGE)
        how = {"data_format": data_format}
        if first and is_old:
            continue  # TensorFlow's kernels for it are not on CPUs
        add(f"Conv1D{name}", layers.Conv1D(7, 3, strides=2, padding="same", activation="relu", **how), row)
        add(f"Conv1D groups{name}", layers.Conv1D(6, 3, groups=2, dilation_rate=2, use_bias=False, **how), row)
        add(f"Conv2D{name}", layers.Conv2D(5, (3, 2), strides=(1, 2), padding="same", **how), image)
        add(f"DepthwiseConv1D{name}", layers.DepthwiseConv1D(3, depth_multiplier=2, padding="same", **how), row)
        add(f"DepthwiseConv2D{name}", layers.DepthwiseConv2D(3, depth_multiplier=2, **how), image)
        add(f"SeparableConv1D{name}", layers.SeparableConv1D(5, 3, strides=2, depth_multiplier=2, **how), row)
        add(f"SeparableConv2D{name}", layers.SeparableConv2D(5, 3, padding="same", **how), image)
        for padding in ("same", "valid"):
            for kernel, stride in ((4, 2), (3, 2), (2, 3), (3, 1)):
                add(f"Conv1DTranspose {padding} {kernel} {stride}{name}",
                    layers.Conv1DTranspose(5, kernel, strides=stride, padding=padding, activation="tanh", **how), row)
            add(f"Conv2DTranspose {padding}{name}", layers.Conv2DTranspose(5, (3, 2), strides=2, padding=padding, **how), image)
            add(f"Conv2DTranspose output_padding {padding}{name}",
                layers.Conv2DTranspose(5, 3, strides=2, padding=padding, output_padding=1, **how), image)
            add(f"MaxPooling1D {padding}{name}", layers.MaxPooling1D(3, strides=2, padding=padding, **how), row)
            add(f"AveragePooling1D {padding}{name}", layers.AveragePooling1D(3, strides=2, padding=padding, **how), row)
            add(f"MaxPooling2D {padding}{name}", layers.MaxPooling2D(3, strides=2, padding=padding, **how), image)
            add(f"AveragePooling2D {padding}{name}", layers.AveragePooling2D(2, padding=padding, **how), image)
        add(f"GlobalMaxPooling1D{name}", layers.GlobalMaxPooling1D(**how), row)
        add(f"GlobalAveragePooling1D keepdims{name}", layers.GlobalAveragePooling1D(keepdims=True, **how), row)
        add(f"GlobalAveragePooling2D{name}", layers.GlobalAveragePooling2D(**how), image)
        add(f"GlobalMaxPooling2D keepdims{name}", layers.GlobalMaxPooling2D(keepdims=True, **how), image)
        add(f"UpSampling2D{name}", layers.UpSampling2D((2, 3), **how), image)
        add(f"UpSampling2D bilinear{name}", layers.UpSampling2D(2, interpolation="bilinear", **how), image)
        add(f"ZeroPadding2D{name}", layers.ZeroPadding2D(((1, 2), (0, 3)), **how), image)
        add(f"Cropping2D{name}", layers.Cropping2D(((1, 2), (0, 3)), **how), image)
        add(f"Flatten{name}", layers.Flatten(**how), image)
        if not is_old:
            add(f"AdaptiveAveragePooling1D{name}", layers.AdaptiveAveragePooling1D(4, **how), row)
            add(f"AdaptiveAveragePooling2D{name}", layers.AdaptiveAveragePooling2D((3, 5), **how), image)
            add(f"AdaptiveMaxPooling1D{name}", layers.AdaptiveMaxPooling1D(4, **how), row)
            add(f"AdaptiveMaxPooling2D{name}", layers.AdaptiveMaxPooling2D((3, 7), **how), image)
            add(f"ZeroPadding1D pair{name}", layers.ZeroPadding1D((1, 2), **how), row)
    add("Conv1D causal", layers.Conv1D(5, 3, dilation_rate=2, padding="causal"), ROW)
    add("Conv1D activation layer", layers.Conv1D(5, 3, activation=layers.LeakyReLU()), ROW)
    add("UpSampling1D", layers.UpSampling1D(3), ROW)
    add("UpSampling2D bicubic", layers.UpSampling2D(2, interpolation="bicubic"), IMAGE)
    add("ZeroPadding1D", layers.ZeroPadding1D(2), ROW)
    add("Cropping1D", layers.Cropping1D((1, 2)), ROW)
    add("RepeatVector", layers.RepeatVector(3), VECTOR)
    add("Permute", layers.Permute((2, 3, 1)), IMAGE)
    add("Reshape", layers.Reshape((-1, 2)), ROW)


def volume_cases(add, keras, layers, is_old):
    for first in (False, True):
        if first and is_old:
            continue  # TensorFlow's kernels for it are not on CPUs
        how, name = {"data_format": "channels_first" if first else "channels_last"}, " channels_first" if first else ""
        volume = (VOLUME[-1], *VOLUME[:-1]) if first else VOLUME
        for padding in ("same", "valid"):
            for kernel, stride in ((3, 1), ((2, 3, 3), (1, 2, 2)), ((3, 1, 1), (2, 1, 1)), ((1, 3, 2), (2, 2, 1)), (1, 2)):
                if first and padding == "valid" and kernel == 3:
                    continue  # TensorFlow's own result is 3 % from the sum of products
                add(f"Conv3D {padding} {kernel} {stride}{name}", layers.Conv3D(5, kernel, strides=stride, padding=padding, activation="relu", **how), volume)
            for kernel, stride in ((3, 2), (2, 2), ((3, 2, 4), (1, 2, 3)), (2, 3)):
                add(f"Conv3DTranspose {padding} {kernel} {stride}{name}",
                    layers.Conv3DTranspose(5, kernel, strides=stride, padding=padding, activation="tanh", **how), volume)
            add(f"Conv3DTranspose output_padding {padding}{name}",
                layers.Conv3DTranspose(5, 3, strides=2, padding=padding, output_padding=(1, 0, 1), **how), volume)
            add(f"MaxPooling3D {padding}{name}", layers.MaxPooling3D((2, 3, 2), strides=2, padding=padding, **how), volume)
            add(f"AveragePooling3D {padding}{name}", layers.AveragePooling3D((3, 2, 3), strides=2, padding=padding, **how), volume)
        add(f"Conv3D dilation{name}", layers.Conv3D(5, (2, 3, 2), dilation_rate=2, use_bias=False, **how), volume)
        if not is_old:  # whose kernels have none
            add(f"Conv3D groups{name}", layers.Conv3D(6, 3, groups=2, padding="same", **how), volume)
        for kind in ("Max", "Average"):
            add(f"Global{kind}Pooling3D{name}", getattr(layers, f"Global{kind}Pooling3D")(**how), volume)
            add(f"Global{kind}Pooling3D keepdims{name}", getattr(layers, f"Global{kind}Pooling3D")(keepdims=True, **how), volume)
        add(f"UpSampling3D{name}", layers.UpSampling3D((2, 1, 3), **how), volume)
        add(f"ZeroPadding3D{name}", layers.ZeroPadding3D(((1, 2), (0, 3), (1, 1)), **how), volume)
        add(f"ZeroPadding3D all{name}", layers.ZeroPadding3D(2, **how), volume)
        add(f"Cropping3D{name}", layers.Cropping3D(((1, 0), (2, 1), (0, 3)), **how), volume)
        if not is_old:
            add(f"AdaptiveAveragePooling3D{name}", layers.AdaptiveAveragePooling3D((2, 3, 5), **how), volume)
    add("BatchNormalization volume", layers.BatchNormalization(), VOLUME)
    add("BatchNormalization volume 1", layers.BatchNormalization(axis=1), VOLUME)
    add("Conv3D and norm", lambda x: layers.ReLU()(layers.BatchNormalization()(layers.Conv3D(5, 3)(x))), VOLUME)


def frozen_cases(add, keras, layers, is_old):
    """Of layers frozen in part an .h5 file has the weights in another order."""
    def frozen(layer, *parts):
        def make(*inputs):
            own = layer()
            result = own(*inputs)
            for part in parts:
                part(own).trainable = False
            return result

        return make

    two = lambda make, **given: lambda: layers.Bidirectional(make(4), **given)
    for name, make in {"LSTM": layers.LSTM, "GRU": layers.GRU, "SimpleRNN": layers.SimpleRNN}.items():
        add(f"frozen Bidirectional {name}", frozen(two(make), lambda x: x), ROW)
        add(f"frozen Bidirectional {name} forward", frozen(two(make), lambda x: x.forward_layer), ROW)
        add(f"frozen Bidirectional {name} backward", frozen(two(make), lambda x: x.backward_layer), ROW)
    own = lambda: layers.Bidirectional(layers.LSTM(4, use_bias=False, name="there"), backward_layer=layers.LSTM(4, go_backwards=True, name="back"))
    add("frozen Bidirectional two layers", frozen(own, lambda x: x.forward_layer), ROW)
    add("frozen Bidirectional two layers none", frozen(own), ROW)
    add("frozen Bidirectional ConvLSTM1D", frozen(two(lambda n: layers.ConvLSTM1D(n, 2)), lambda x: x.forward_layer), (4, 7, 3))
    stack = lambda: layers.RNN([layers.LSTMCell(4), layers.LSTMCell(4), layers.GRUCell(4)], return_sequences=True)
    for index in range(3):
        add(f"frozen RNN stack {index}", frozen(stack, lambda x, index=index: x.cell.cells[index]), ROW)
    add("frozen RNN stack all", frozen(stack, lambda x: x.cell), ROW)
    add("frozen RNN stack but one", frozen(stack, lambda x: x.cell.cells[0], lambda x: x.cell.cells[2]), ROW)
    add("frozen Bidirectional RNN stack", frozen(lambda: layers.Bidirectional(stack()), lambda x: x.forward_layer.cell.cells[0], lambda x: x.backward_layer.cell.cells[1]), ROW)
    heads = lambda **given: lambda: layers.MultiHeadAttention(2, 2, **given)
    for part in ("query", "key", "value", "output"):
        add(f"frozen MultiHeadAttention {part}", frozen(heads(), lambda x, part=part: getattr(x, f"_{part}_dense")), (5, 4), (7, 4))
    add("frozen MultiHeadAttention no bias", frozen(heads(use_bias=False), lambda x: x._key_dense), (5, 4), (7, 4))
    add("frozen MultiHeadAttention", frozen(heads(), lambda x: x), (5, 4), (7, 4))
    inner = lambda: keras.Sequential([keras.Input(IMAGE), layers.Conv2D(4, 3, name="a"), layers.BatchNormalization(name="b"), layers.Conv2D(4, 3, name="c")])
    for index, name in enumerate(("Conv2D", "BatchNormalization")):
        add(f"frozen TimeDistributed model {name}", frozen(lambda: layers.TimeDistributed(inner()), lambda x, index=index: x.layer.layers[index]), (3, *IMAGE))
    add("frozen TimeDistributed Bidirectional", frozen(lambda: layers.TimeDistributed(two(layers.LSTM)()), lambda x: x.layer.forward_layer), (3, *ROW))
    add("frozen BatchNormalization", frozen(layers.BatchNormalization, lambda x: x), IMAGE)
    nest = lambda: keras.Sequential([keras.Input(ROW), two(layers.GRU)(), layers.Dense(4, name="last")])
    add("frozen Bidirectional in a model", frozen(nest, lambda x: x.layers[0].forward_layer), ROW)
    if not is_old:  # variables cannot be frozen there
        add("frozen gamma", frozen(layers.BatchNormalization, lambda x: x.gamma), IMAGE)
        add("frozen kernel", frozen(lambda: layers.LSTM(4), lambda x: x.cell.kernel), ROW)
        add("frozen recurrent kernel", frozen(lambda: layers.GRU(2), lambda x: x.cell.recurrent_kernel), ROW)
        add("frozen SpectralNormalization", frozen(lambda: layers.SpectralNormalization(layers.Dense(3)), lambda x: x.layer), ROW)
        add("frozen GroupQueryAttention", frozen(lambda: layers.GroupQueryAttention(4, 4, 2), lambda x: x._query_dense), (5, 6), (7, 6))


def convolutional_recurrent_cases(add, layers, is_old):
    for rank, image in ((1, (7, 3)), (2, (6, 5, 3)), (3, (4, 5, 4, 2))):
        make, sequence = getattr(layers, f"ConvLSTM{rank}D"), (4, *image)
        for flags in ({}, {"return_sequences": True}, {"return_state": True, "use_bias": False}, {"return_sequences": True, "go_backwards": True, "return_state": True},
                      {"padding": "same", "strides": 2, "return_sequences": True}, {"dilation_rate": 2}, {"recurrent_activation": "sigmoid", "activation": "relu"},
                      {"data_format": "channels_first", "return_sequences": True, "return_state": True}):
            if rank == 3 and is_old and "dilation_rate" in flags:
                continue  # the kernel has no dilation on CPUs
            first = flags.get("data_format") == "channels_first"
            if first and is_old:
                continue
            given = (4, image[-1], *image[:-1]) if first else sequence
            add(" ".join((f"ConvLSTM{rank}D", *flags)), lambda x, make=make, flags=flags: make(4, 2, dropout=0.2, recurrent_dropout=0.1, **flags)(x), given)
        state = (*(n - 1 for n in image[:-1]), 4)
        add(f"ConvLSTM{rank}D initial_state", lambda x, h, c, make=make: make(4, 2, return_sequences=True)(x, initial_state=[h, c]), sequence, state, state)
        add(f"Bidirectional ConvLSTM{rank}D", lambda x, make=make: layers.Bidirectional(make(4, 2, return_sequences=True))(x), sequence)


def recurrent_cases(add, keras, layers, is_old):
    kinds = {"LSTM": (layers.LSTM, 2), "GRU": (layers.GRU, 1), "SimpleRNN": (layers.SimpleRNN, 1)}
    for name, (make, states) in kinds.items():
        for flags in ({}, {"return_sequences": True}, {"return_state": True}, {"return_sequences": True, "go_backwards": True, "return_state": True}):
            add(" ".join((name, *flags)), make(5, **flags), ROW)
        add(f"{name} initial_state", lambda x, *s, make=make: make(5, return_sequences=True, return_state=True)(x, initial_state=list(s)), ROW, *[(5,)] * states)
        add(f"{name} no bias", make(5, use_bias=False), ROW)
        for mode in ("concat", "sum", "mul", "ave", None):
            add(f"Bidirectional {name} {mode}", layers.Bidirectional(make(5, return_sequences=True), merge_mode=mode), ROW)
        add(f"Bidirectional {name} last", layers.Bidirectional(make(5)), ROW)
        add(f"Bidirectional {name} state", layers.Bidirectional(make(5, return_state=True)), ROW)
        add(f"Bidirectional {name} initial_state", lambda x, *s, make=make: layers.Bidirectional(make(5, return_state=True))(x, initial_state=list(s)), ROW, *[(5,)] * (2 * states))
    add("Bidirectional two layers", lambda x: layers.Bidirectional(layers.LSTM(5), backward_layer=layers.GRU(5, go_backwards=True))(x), ROW)
    add("GRU reset_after off", layers.GRU(5, reset_after=False, recurrent_activation="hard_sigmoid", activation="relu"), ROW)
    add("RNN LSTMCell", layers.RNN(layers.LSTMCell(5), return_sequences=True, return_state=True), ROW)
    add("RNN GRUCell", layers.RNN(layers.GRUCell(5), go_backwards=True), ROW)
    add("RNN SimpleRNNCell", layers.RNN(layers.SimpleRNNCell(5, use_bias=False)), ROW)
    stack = lambda: [layers.LSTMCell(5), layers.GRUCell(4), layers.LSTMCell(3), layers.SimpleRNNCell(6, use_bias=False)]
    add("RNN stack", lambda x: layers.RNN(stack(), return_sequences=True, return_state=True)(x), ROW)
    add("RNN stack backwards", lambda x: layers.RNN(stack(), go_backwards=True)(x), ROW)
    add("Bidirectional RNN stack", lambda x: layers.Bidirectional(layers.RNN(stack(), return_sequences=True))(x), ROW)
    add("TimeDistributed Dense", layers.TimeDistributed(layers.Dense(3, activation="relu")), ROW)
    add("TimeDistributed Conv2D", layers.TimeDistributed(layers.Conv2D(3, 3)), (3, *IMAGE))
    add("TimeDistributed LSTM", layers.TimeDistributed(layers.LSTM(3)), (3, *ROW))
    inner = lambda: keras.Sequential([keras.Input(IMAGE), layers.Conv2D(3, 3, name="a"), layers.Conv2D(2, 3, name="b"), layers.Flatten()])
    add("TimeDistributed model", lambda x: layers.TimeDistributed(inner())(x), (3, *IMAGE))

    def twice(x, y):
        layer = layers.TimeDistributed(inner())
        return layers.Concatenate()([layer(x), layer(y)])

    add("TimeDistributed model twice", twice, (3, *IMAGE), (3, *IMAGE))
    nest = lambda: keras.Sequential([keras.Input(ROW), layers.Bidirectional(layers.LSTM(5, return_sequences=True), name="two"),
                                     layers.TimeDistributed(layers.Dense(3), name="each"),
                                     layers.RNN([layers.LSTMCell(4), layers.GRUCell(3)], name="cells"), layers.Dense(2, name="last")])
    add("nested recurrent", lambda x: nest()(x), ROW)


def mask_cases(add, keras, layers, is_old):
    words, more, row = ((9,), "words"), ((7,), "words"), ((9, 4), "gaps")
    embedding = lambda: layers.Embedding(12, 6, mask_zero=True)
    kinds = {"LSTM": layers.LSTM, "GRU": layers.GRU, "SimpleRNN": layers.SimpleRNN}
    for name, make in kinds.items():
        for flags in ({}, {"return_sequences": True, "return_state": True}, {"return_sequences": True, "go_backwards": True},
                      {"return_sequences": True, "zero_output_for_mask": True}):
            add(f"mask {name} {' '.join(flags)}", lambda i, make=make, flags=flags: make(5, **flags)(embedding()(i)), words)
        for flags in ({}, {"return_sequences": True}):
            add(f"mask Bidirectional {name} {' '.join(flags)}",
                lambda i, make=make, flags=flags: layers.Bidirectional(make(5, **flags))(embedding()(i)), words)
        add(f"mask Masking {name}", lambda x, make=make: make(3)(make(5, return_sequences=True)(layers.Masking(0.5)(x))), row)
    add("mask LSTM initial_state", lambda i, h, c: layers.LSTM(5, return_sequences=True)(embedding()(i), initial_state=[h, c]), words, (5,), (5,))
    stack = lambda: [layers.LSTMCell(5), layers.GRUCell(4)]
    add("mask RNN stack", lambda i: layers.RNN(stack(), return_sequences=True, return_state=True)(embedding()(i)), words)
    add("mask Masking", layers.Masking(0.5), row)
    average = lambda x: layers.GlobalAveragePooling1D()(x)
    add("mask GlobalAveragePooling1D", lambda i: average(embedding()(i)), words)
    add("mask GlobalAveragePooling1D keepdims", lambda i: layers.GlobalAveragePooling1D(keepdims=True)(layers.Dropout(0.2)(embedding()(i))), words)
    for name, keeps in (("Dense", lambda: layers.Dense(5)), ("LayerNormalization", layers.LayerNormalization), ("TimeDistributed", lambda: layers.TimeDistributed(layers.Dense(5))),
                        ("Activation", lambda: layers.Activation("relu")), ("BatchNormalization", layers.BatchNormalization), ("Conv1D drops", lambda: layers.Conv1D(5, 3, padding="same")),
                        ("Reshape drops", lambda: layers.Reshape((9, 6))), ("SpatialDropout1D", lambda: layers.SpatialDropout1D(0.3)), ("EinsumDense drops", lambda: layers.EinsumDense("abc,cd->abd", (None, 5))),
                        ("PReLU", lambda: layers.PReLU(shared_axes=[1])), ("Rescaling", lambda: layers.Rescaling(2.0))):
        add(f"mask kept {name}", lambda i, keeps=keeps: average(keeps()(embedding()(i))), words)
    for name in ("Add", "Multiply", "Maximum", "Subtract"):
        add(f"mask {name}", lambda i, j, name=name: average(getattr(layers, name)()([embedding()(i), embedding()(j)])), words, words)
    add("mask Add with unmasked", lambda i, x: average(layers.Add()([embedding()(i), x])), words, (9, 6))
    for axis in (-1, 1):
        add(f"mask Concatenate {axis}", lambda i, j, axis=axis: average(layers.Concatenate(axis=axis)([embedding()(i), embedding()(j)])), words, words)
    add("mask Concatenate with unmasked", lambda i, x: average(layers.Concatenate()([embedding()(i), x])), words, (9, 3))
    add("mask functions drop", lambda i: average(embedding()(i) * 2.0), words)
    add("mask Attention", lambda i, j: layers.Attention()([embedding()(i), embedding()(j)]), words, more)
    add("mask Attention causal", lambda i, j: average(layers.Attention(use_scale=True)([embedding()(i), embedding()(j)], use_causal_mask=True)), words, more)
    add("mask AdditiveAttention", lambda i, j: layers.AdditiveAttention()([embedding()(i), embedding()(j)]), words, more)
    if not is_old:  # a mask is refused there
        for name, given, call in (("", {}, {}), ("dropout", {"dropout": 0.1}, {}), ("causal", {}, {"use_causal_mask": True}), ("scores", {}, {"return_attention_scores": True})):
            add(f"mask MultiHeadAttention {name}", lambda i, j, given=given, call=call: layers.MultiHeadAttention(2, 4, **given)(embedding()(i), embedding()(j), **call), words, more)

        def encoder(i, norm_first):
            x, norm = embedding()(i), layers.LayerNormalization()
            y = norm(x) if norm_first else layers.Dropout(0.1)(x)
            x = layers.Add()([x, layers.MultiHeadAttention(2, 4)(y, y)])
            return average(x if norm_first else norm(x))

        add("mask encoder, norm first", lambda i: encoder(i, True), words)
        add("mask encoder, norm last", lambda i: encoder(i, False), words)
        given = lambda x, m, **how: layers.MultiHeadAttention(2, 4, **how)(x, x, attention_mask=m)
        add("mask attention_mask", given, (5, 6), ((5, 5), "words"))
        add("mask attention_mask dropout", lambda i, m: given(embedding()(i), m, dropout=0.1), ((5,), "words"), ((5, 5), "words"))
        add("mask GroupQueryAttention", lambda i, j: layers.GroupQueryAttention(4, 4, 2)(embedding()(i), embedding()(j)), words, more)
        add("mask Softmax", lambda x, m: layers.Softmax()(x, keras.ops.cast(m, "bool")), (9,), words)
    inner = lambda: keras.Model(x := keras.Input((9, 6)), layers.LSTM(4, return_sequences=True, name="inner")(x))
    add("mask in a model", lambda i: average(inner()(embedding()(i))), words)
    if not is_old:
        add("mask of one's own in a model", lambda x, m: average(inner()(x, mask=keras.ops.cast(m, "bool"))), (9, 6), words)


def attention_cases(add, keras, layers, is_old):
    query, value = (5, 6), (7, 6)
    for flags in ({}, {"use_scale": True}, {"score_mode": "concat"}, {"use_scale": True, "score_mode": "concat"}):
        add(f"Attention {flags}", lambda q, v, flags=flags: layers.Attention(**flags)([q, v]), query, value)
    add("Attention key", lambda q, v, k: layers.Attention()([q, v, k]), query, (7, 3), value)
    add("Attention causal scores", lambda q, v: layers.Attention()([q, v], use_causal_mask=True, return_attention_scores=True), query, value)
    add("AdditiveAttention", lambda q, v: layers.AdditiveAttention()([q, v], return_attention_scores=True), query, value)
    add("AdditiveAttention plain", lambda q, v: layers.AdditiveAttention(use_scale=False)([q, v]), query, value)
    for name, given, call in (("", {}, {}), ("no bias", {"use_bias": False}, {}), ("wide", {"value_dim": 3, "output_shape": 9}, {}),
                              ("causal scores", {}, {"use_causal_mask": True, "return_attention_scores": True})):
        add(f"MultiHeadAttention {name}", lambda q, v, given=given, call=call: layers.MultiHeadAttention(3, 4, **given)(q, v, **call), query, value)
    add("MultiHeadAttention key", lambda q, v, k: layers.MultiHeadAttention(3, 4)(q, v, key=k), query, (7, 3), value)
    add("MultiHeadAttention self", lambda x: layers.MultiHeadAttention(2, 4, dropout=0.1)(query=x, value=x, key=x), query)
    nest = lambda: keras.Sequential([keras.Input(query), layers.Dense(6, name="in")])
    add("MultiHeadAttention in a model", lambda x: keras.Model(i := keras.Input(query), layers.MultiHeadAttention(2, 4, name="mha")(i, nest()(i)))(x), query)
    if not is_old:
        add("GroupQueryAttention", lambda q, v: layers.GroupQueryAttention(4, 6, 2)(q, v), query, value)
        add("GroupQueryAttention causal", lambda q, v: layers.GroupQueryAttention(4, 6, 3, use_bias=False)(q, v, use_causal_mask=True), query, value)
    if not is_old:
        def reversible(i, **given):
            layer = layers.ReversibleEmbedding(12, 5, **given)
            return layer(layer(i) * 2.0, reverse=True)

        for given in ({}, {"tie_weights": False}, {"logit_soft_cap": 0.4}):
            add(f"ReversibleEmbedding {given}", lambda i, given=given: reversible(i, **given), ((6,), "int32"))
    add("EinsumDense", layers.EinsumDense("abc,cd->abd", (None, 5), bias_axes="d", activation="relu"), ROW)
    add("EinsumDense heads", layers.EinsumDense("abc,cde->abde", (None, 5, 3), bias_axes="de"), ROW)
    add("EinsumDense rest", layers.EinsumDense("...x,xy->...y", 5, bias_axes="y"), ROW)
    add("EinsumDense transposed", layers.EinsumDense("abc,bd->adc", (3, None), bias_axes="d"), ROW)
    add("Embedding", layers.Embedding(12, 5), ((6,), "int32"))
    add("Embedding float", layers.Embedding(12, 5), ((6,), "floats"))
    add("Embedding pairs", layers.Embedding(12, 5), ((3, 2), "int32"))
    for axes in (1, 2, (1, 2), -1):
        shapes = [(4, 5), (4, 5)] if axes != (1, 2) else [(4, 5), (3, 4)]
        add(f"Dot {axes}", lambda x, y, axes=axes: layers.Dot(axes)([x, y]), *shapes)
    add("Dot vectors", lambda x, y: layers.Dot(1, normalize=True)([x, y]), VECTOR, VECTOR)
    add("Dot vector and matrix", lambda x, y: layers.Dot((1, 2))([x, y]), (5,), (4, 5))
    for name in ("Add", "Multiply", "Maximum", "Minimum", "Average"):
        add(name, lambda x, y, z, name=name: getattr(layers, name)()([x, y, z]), ROW, ROW, (1, 4))
    add("Subtract", lambda x, y: layers.Subtract()([x, y]), ROW, ROW)
    add("Add of unequal ranks", lambda x, y: layers.Add()([x, y]), (4, 9, 6), (6,))
    add("Concatenate", lambda x, y: layers.Concatenate(1)([x, y]), (4, 9), (2, 9))


def normalization_cases(add, keras, layers, is_old):
    for axis in (-1, 1, 2):
        add(f"BatchNormalization {axis}", layers.BatchNormalization(axis=axis), IMAGE)
        add(f"GroupNormalization {axis}", layers.GroupNormalization({-1: 2, 1: 4, 2: 7}[axis], axis=axis), IMAGE)
    add("BatchNormalization plain", layers.BatchNormalization(center=False, scale=False), VECTOR)
    add("GroupNormalization each", layers.GroupNormalization(-1, center=False), IMAGE)
    for axis in (-1, 1, (1, 2), (2, 3), [1, 2, 3]):
        add(f"LayerNormalization {axis}", layers.LayerNormalization(axis=axis), IMAGE)
        add(f"UnitNormalization {axis}", layers.UnitNormalization(axis=axis), IMAGE)
    add("LayerNormalization plain", layers.LayerNormalization(center=False, scale=False), ROW)
    if not is_old:
        add("LayerNormalization rms_scaling", layers.LayerNormalization(rms_scaling=True), ROW)
        add("RMSNormalization", layers.RMSNormalization(), ROW)
        add("RMSNormalization axes", layers.RMSNormalization(axis=(1, 2)), ROW)
        add("SpectralNormalization", layers.SpectralNormalization(layers.Dense(3)), ROW)
        add("SpectralNormalization Conv2D", layers.SpectralNormalization(layers.Conv2D(3, 3)), IMAGE)
    names = "linear relu relu6 sigmoid tanh softmax elu selu gelu hard_sigmoid swish softplus softsign exponential leaky_relu mish log_softmax"
    newer = "celu glu hard_tanh hard_shrink soft_shrink hard_silu hard_swish log_sigmoid silu sparse_plus sparse_sigmoid sparsemax squareplus tanh_shrink"
    for name in names.split() + ([] if is_old else newer.split()):
        if hasattr(keras.activations, name):
            add(f"Activation {name}", layers.Activation(name), ROW)
    add("ReLU", layers.ReLU(max_value=0.8, negative_slope=0.1, threshold=0.2), ROW)
    add("ReLU 6", layers.ReLU(6), ROW)
    add("ReLU threshold", layers.ReLU(threshold=0.2), ROW)
    add("LeakyReLU", layers.LeakyReLU(), ROW)
    add("ELU", layers.ELU(0.5), ROW)
    add("PReLU", layers.PReLU(shared_axes=[1]), ROW)
    add("Softmax axis", layers.Softmax(axis=1), ROW)
    add("Softmax axes", layers.Softmax(axis=[1, 2]), ROW)
    if is_old:
        add("ThresholdedReLU", layers.ThresholdedReLU(0.3), ROW)


def audio_cases(add, layers):
    for mode in ("log", "magnitude", "psd", "real", "imag", "angle", "stft"):
        add(f"STFTSpectrogram {mode}", layers.STFTSpectrogram(mode=mode, frame_length=64, frame_step=24), (500, 2))
    add("STFTSpectrogram same", layers.STFTSpectrogram(frame_length=50, frame_step=20, fft_length=64, padding="same"), (333, 1))
    add("STFTSpectrogram expand_dims", layers.STFTSpectrogram(frame_length=64, expand_dims=True, periodic=True, scaling=None), (500, 2))
    add("MelSpectrogram", layers.MelSpectrogram(), (9000,))
    add("MelSpectrogram short", layers.MelSpectrogram(256, 100, 200, "hamming", num_mel_bins=20, max_freq=7000, mag_exp=1, top_db=40), (3000,))
    add("MelSpectrogram power", layers.MelSpectrogram(512, 160, 400, power_to_db=False, num_mel_bins=40), (3000,))


def preprocessing_cases(add, keras, layers, is_old):
    def tofloat(x):  # integers, which the layer behind would not take
        return layers.Rescaling(1.0)(x)

    image = (8, 9, 3)
    add("Rescaling", layers.Rescaling(1 / 127.5, offset=-1), image)
    add("Rescaling channels", layers.Rescaling([0.1, 0.2, 0.3], offset=[1, 2, 3]), image)
    add("Rescaling uint8", layers.Rescaling(1 / 255), (image, "uint8"))
    for axis, size in ((-1, 3), (1, 8), (None, 1)):
        add(f"Normalization {axis}", layers.Normalization(axis=axis), image)
        mean = list(np.linspace(0, 1, size)) if size > 1 else 0.3
        add(f"Normalization given {axis}", layers.Normalization(axis=axis, mean=mean, variance=mean, invert=False) if size == 1 else
            layers.Normalization(axis=axis, mean=mean, variance=list(np.linspace(1, 2, size))), image)
    add("Normalization axes", layers.Normalization(axis=(1, 3)), image)
    add("Normalization invert", layers.Normalization(invert=True), image)
    add("CenterCrop", layers.CenterCrop(5, 4), image)
    for how in ("bilinear", "nearest", "bicubic"):
        size = (16, 18) if how == "bicubic" else (5, 13)
        add(f"Resizing {how}", layers.Resizing(*size, interpolation=how), image)
    add("CategoryEncoding one_hot", layers.CategoryEncoding(12, output_mode="one_hot"), ((1,), "int32"))
    for mode in ("multi_hot", "count"):
        add(f"CategoryEncoding {mode}", layers.CategoryEncoding(12, output_mode=mode), ((6,), "int32"))
    for mode in ("int", "one_hot", "multi_hot", "count"):
        add(f"Discretization {mode}", lambda x, mode=mode: tofloat(layers.Discretization([-0.5, 0.0, 0.25], output_mode=mode)(x)), VECTOR)
        for given in ({}, {"num_oov_indices": 3}, {"mask_token": 4}, {"num_oov_indices": 2, "mask_token": 0}):
            vocabulary = layers.IntegerLookup(vocabulary=[7, 2, 5, 1], output_mode=mode, **given)
            add(f"IntegerLookup {mode} {given}", lambda i, layer=vocabulary: tofloat(layer(i)), ((8,), "int64"))
    add("IntegerLookup invert", lambda i: tofloat(layers.IntegerLookup(vocabulary=[7, 2, 5, 1], invert=True)(i)), ((8,), "int64"))
    add("IntegerLookup padded", layers.IntegerLookup(vocabulary=[7, 2, 5], output_mode="one_hot", max_tokens=9, pad_to_max_tokens=True), ((1,), "int64"))
    add("RandomCrop", layers.RandomCrop(8, 9), image)
    if is_old:
        add("RandomCrop smaller", layers.RandomCrop(5, 4), image)
        add("RandomCrop larger", layers.RandomCrop(11, 20), image)
    else:
        add("AutoContrast", layers.AutoContrast((0, 1)), image)
        add("Pipeline", layers.Pipeline([layers.RandomFlip(), layers.AutoContrast((-1, 1)), layers.Rescaling(2.0, 1.0), layers.Solarization()]), image)
        add("Solarization", layers.Solarization(), image)
    random = {"RandomBrightness": (0.2,), "RandomContrast": (0.2,), "RandomFlip": (), "RandomRotation": (0.2,), "RandomTranslation": (0.2, 0.2), "RandomZoom": (0.2,)}
    if not is_old:
        random |= {"AugMix": (), "CutMix": (), "MixUp": (), "RandAugment": (), "RandomColorDegeneration": (0.5,), "RandomColorJitter": (), "RandomElasticTransform": (),
                   "RandomErasing": (), "RandomGaussianBlur": (), "RandomGrayscale": (), "RandomHue": (0.5,), "RandomInvert": (), "RandomPerspective": (), "RandomPosterization": (4,),
                   "RandomSaturation": (0.5,), "RandomSharpness": (0.5,), "RandomShear": (0.2,)}
    for name, given in random.items():
        add(name, getattr(layers, name)(*given), image)
    if not is_old:
        add("Dropout training=True", lambda x: layers.Dropout(0.5)(x, training=True), ROW)
    for name in ("Dropout", "AlphaDropout", "GaussianDropout", "SpatialDropout1D"):
        add(name, getattr(layers, name)(0.2), ROW)


def ops_cases(add, ops):
    x, y = ROW, ROW
    for name in ("add", "subtract", "multiply", "divide", "true_divide", "maximum", "minimum", "mod", "floor_divide"):
        add(f"ops.{name}", lambda x, y, name=name: getattr(ops, name)(x, y), x, y)
    add("ops scalars", lambda x: (1 - x) * 2 / (3 + x) - x / 4 + 2.5, x)
    for exponent in (2, 3, 0.5, -1, 1.7):
        add(f"ops power {exponent}", lambda x, exponent=exponent: (ops.abs(x) + 0.1)**exponent, x)
    add("ops power of tensors", lambda x, y: ops.power(ops.abs(x) + 0.1, y), x, y)
    add("ops.round", lambda x: ops.round(x * 4), x)
    for name in "abs negative sign sigmoid tanh exp floor ceil erf sin cos tan arcsin arccos sinh cosh arctan arcsinh arctanh square expm1 relu relu6 silu softplus softsign".split():
        add(f"ops.{name}", lambda x, name=name: getattr(ops, name)(x * 0.4), x)
    for name in "log sqrt rsqrt reciprocal log1p".split():
        add(f"ops.{name}", lambda x, name=name: getattr(ops, name)(ops.abs(x) + 0.2), x)
    add("ops.arccosh", lambda x: ops.arccosh(ops.abs(x) + 1.1), x)
    for name in "elu selu celu hard_sigmoid hard_silu hard_tanh hard_shrink soft_shrink squareplus log_sigmoid sparse_plus sparse_sigmoid tanh_shrink leaky_relu glu".split():
        add(f"ops.{name}", lambda x, name=name: getattr(ops, name)(x), x)
    for approximate in (True, False):
        add(f"ops.gelu {approximate}", lambda x, a=approximate: ops.gelu(x, approximate=a), x)
    add("ops.threshold", lambda x: ops.threshold(x, 0.1, -0.5), x)
    add("ops.clip", lambda x: ops.clip(x, -0.3, 0.4), x)
    for name in ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal"):
        add(f"ops.{name}", lambda x, y, name=name: ops.where(getattr(ops, name)(ops.round(x), ops.round(y)), x, 0.5), x, y)
    add("ops.logical", lambda x, y: ops.cast(ops.logical_or(ops.logical_and(x > 0, y > 0), ops.logical_not(x > 0.5)), "float32") + x, x, y)
    add("ops.cast", lambda x: ops.cast(ops.cast(x * 4, "int32"), "float32") + x, x)
    for key in (np.s_[:, 0], np.s_[:, -1], np.s_[:, 1:-1], np.s_[:, ::2], np.s_[..., None, 1:3], np.s_[:, None], np.s_[:, ::-1], np.s_[:, 2, 1:]):
        add(f"ops x[{key}]", lambda x, key=key: x[key], x)
    add("ops.reshape", lambda x: ops.reshape(x, (-1, 12, 3)), x)
    add("ops.transpose", lambda x: ops.transpose(x, (0, 2, 1)), x)
    add("ops.swapaxes", lambda x: ops.swapaxes(x, 1, -1), x)
    add("ops.expand_dims", lambda x: ops.squeeze(ops.expand_dims(ops.expand_dims(x, -1), 1), 1), x)
    add("ops.concatenate", lambda x, y: ops.concatenate([x, y], axis=1), x, y)
    add("ops.stack", lambda x, y: ops.stack([x, y], axis=-1), x, y)
    add("ops.split", lambda x: ops.split(x, 3, axis=1), x)
    add("ops.split places", lambda x: ops.split(x, [2, 5], axis=1)[1], x)
    add("ops.unstack", lambda x: ops.unstack(x, axis=2)[2], x)
    add("ops.tile", lambda x: ops.tile(x, (1, 2, 3)), x)
    add("ops.repeat", lambda x: ops.repeat(x, 3, axis=1), x)
    add("ops.flip", lambda x: ops.flip(x, axis=1), x)
    add("ops.take", lambda x: ops.take(x, [3, 0, 1], axis=2), x)
    add("ops.take tensor", lambda x, i: ops.take(x, i, axis=1), x, ((6,), "int32"))
    add("ops.broadcast_to", lambda x: ops.broadcast_to(ops.expand_dims(x, 1), (1, 3, *ROW)), x)
    for mode in ("constant", "reflect", "symmetric"):
        add(f"ops.pad {mode}", lambda x, mode=mode: ops.pad(x, ((0, 0), (1, 2), (0, 3)), mode=mode), x)
    add("ops.pad value", lambda x: ops.pad(x, ((0, 0), (1, 2), (0, 3)), constant_values=0.5), x)
    add("ops.matmul", lambda x, y: ops.matmul(x, ops.transpose(y, (0, 2, 1))), x, y)
    add("ops.einsum", lambda x, y: ops.einsum("bij,bkj->bik", x, y), x, y)
    add("ops.one_hot", lambda i: ops.one_hot(i, 12), ((6,), "int32"))
    for name in ("mean", "sum", "max", "min", "prod", "var", "std", "logsumexp"):
        add(f"ops.{name}", lambda x, name=name: getattr(ops, name)(x, axis=1), x)
        add(f"ops.{name} keepdims", lambda x, name=name: getattr(ops, name)(x, axis=(1, -1), keepdims=True), x)
    for name in ("argmax", "argmin"):
        add(f"ops.{name}", lambda x, name=name: ops.cast(getattr(ops, name)(x, axis=-1), "float32") + 1, x)
    later_ops_cases(add, ops)
    add("ops.softmax", lambda x: ops.softmax(x, axis=1), x)
    add("ops.log_softmax", lambda x: ops.log_softmax(x), x)
    add("ops.normalize", lambda x: ops.normalize(x, axis=1), x)
    add("ops.cumsum", lambda x: ops.cumsum(x, axis=1), x)
    add("ops.top_k", lambda x: ops.top_k(x, 3)[0], x)
    for how in ("bilinear", "nearest"):
        add(f"ops.image.resize {how}", lambda x, how=how: ops.image.resize(x, (5, 13), interpolation=how), IMAGE)


def later_ops_cases(add, ops):
    x, y = ROW, ROW
    cube = (4, 3, 4)
    for name in "fabs exp2 cbrt trunc deg2rad rad2deg erfc ravel zeros_like ones_like".split():
        add(f"ops.{name}", lambda x, name=name: getattr(ops, name)(x * 1.7) + 1, x)
    for name in ("log2", "log10"):
        add(f"ops.{name}", lambda x, name=name: getattr(ops, name)(ops.abs(x) + 0.2), x)
    for name in ("isnan", "isinf", "isfinite", "isposinf", "isneginf"):
        add(f"ops.{name}", lambda x, name=name: ops.cast(getattr(ops, name)(ops.log(x) / ops.relu(x) - 1 / ops.relu(x)), "float32") + 1, x)
    add("ops.nan_to_num", lambda x: ops.nan_to_num(ops.log(x), nan=0.5) + ops.nan_to_num(1 / ops.relu(x), posinf=3.0, neginf=-2.0), x)
    for name in ("arctan2", "hypot", "logaddexp", "divide_no_nan"):
        add(f"ops.{name}", lambda x, y, name=name: getattr(ops, name)(x, ops.relu(y)), x, y)
    add("ops.fmod", lambda x, y: ops.fmod(x, ops.abs(y) + 0.2), x, y)
    add("ops.logical_xor", lambda x, y: ops.cast(ops.logical_xor(x > 0, y > 0), "float32"), x, y)
    for name in ("bitwise_and", "bitwise_or", "bitwise_xor"):
        add(f"ops.{name}", lambda i, j, name=name: ops.cast(getattr(ops, name)(i, j), "float32"), ((6,), "int32"), ((6,), "int32"))
    add("ops.full_like", lambda x: ops.full_like(x, 2.5) * x, x)
    for name in ("all", "any"):
        add(f"ops.{name}", lambda x, name=name: ops.cast(getattr(ops, name)(x > -0.9, axis=1), "float32") + 1, x)
    add("ops.count_nonzero", lambda x: ops.cast(ops.count_nonzero(ops.relu(x), axis=1), "float32"), x)
    add("ops.nansum", lambda x: ops.nansum(ops.log(x), axis=1), x)
    add("ops.average", lambda x: ops.average(x, axis=1), x)
    add("ops.average weights", lambda x: ops.average(x, axis=2, weights=np.array([0.1, 0.2, 0.3, 0.4], np.float32)), x)
    add("ops.moments", lambda x: ops.moments(x, axes=[1], keepdims=True), x)
    for k in (0, 1, -1):
        add(f"ops.tril {k}", lambda x, k=k: ops.tril(x, k), x)
        add(f"ops.triu {k}", lambda x, k=k: ops.triu(x, k), x)
        add(f"ops.diagonal {k}", lambda x, k=k: ops.diagonal(x, k, 2, 3), cube)
        add(f"ops.trace {k}", lambda x, k=k: ops.trace(x, k, 3, 1), cube)
        add(f"ops.rot90 {k}", lambda x, k=k: ops.rot90(x, k, axes=(1, 2)), x)
    for times in (1, 2):
        add(f"ops.diff {times}", lambda x, t=times: ops.diff(x, t, axis=1), x)
    add("ops.sort", lambda x: ops.sort(x, axis=1), x)
    add("ops.argsort", lambda x: ops.cast(ops.argsort(x, axis=1), "float32"), x)
    add("ops.take_along_axis", lambda x: ops.take_along_axis(x, ops.argsort(x, axis=1), axis=1), x)
    add("ops.roll", lambda x: ops.roll(x, 2, axis=1) + ops.roll(x, (1, -1), axis=(1, 2)) + ops.roll(x, 3), x)
    add("ops.moveaxis", lambda x: ops.moveaxis(x, 1, -1), cube)
    add("ops.fliplr", lambda x: ops.fliplr(x) + ops.flipud(x), x)
    for name in ("vstack", "hstack", "dstack"):
        add(f"ops.{name}", lambda x, y, name=name: getattr(ops, name)([x, y]), x, y)
    add("ops.append", lambda x, y: ops.append(x, y, axis=1), x, y)
    add("ops.slice", lambda x: ops.slice(x, (0, 2, 1), (1, 4, 3)), x)
    add("ops.outer", lambda x, y: ops.outer(x, y), (3,), (4,))
    add("ops.inner", lambda x, y: ops.inner(x, y), x, y)
    add("ops.tensordot", lambda x, y: ops.tensordot(x, y, axes=[[2], [2]]), x, y)
    for axis in (-1, 1):
        add(f"ops.sparsemax {axis}", lambda x, a=axis: ops.sparsemax(x * 3, axis=a), x)
    add("ops.max_pool", lambda x: ops.max_pool(x, 2, strides=1, padding="same"), IMAGE)
    add("ops.average_pool", lambda x: ops.average_pool(x, (3, 2), padding="same"), IMAGE)
    add("ops.max_pool row", lambda x: ops.max_pool(x, 3, strides=2), ROW)
    add("ops array", lambda x: (x - np.array([1, 2, 3, 4], np.float32)) * ops.convert_to_tensor([0.5, 1.5, 2.5, -1.0]), x)
    add("ops array matmul", lambda x: ops.matmul(x, np.linspace(-1, 1, 12).reshape(4, 3).astype(np.float32)), x)


def tensorflow_cases(add, tf):
    x, y = ROW, ROW
    add("tf scalars", lambda x: (1 - x) * 2.0 / (3 + x) - x / 4 + 2.5, x)
    add("tf tensors", lambda x, y: (x + y) * (x - y) / (tf.abs(x) + 1) - tf.maximum(x, y) + tf.minimum(x, 0.5), x, y)
    add("tf array", lambda x: (x - tf.constant([1.0, 2.0, 3.0, 4.0])) * np.array([0.5, 1.5, 2.5, -1.0], np.float32), x)
    add("tf.pow", lambda x: x**2 + tf.pow(tf.abs(x) + 0.1, 0.5), x)
    for name in "abs negative sign sigmoid tanh exp floor ceil sin cos tan square softplus".split():
        add(f"tf.math.{name}", lambda x, name=name: getattr(tf.math, name)(x), x)
    for name in "relu relu6 elu selu gelu silu softplus softsign leaky_relu softmax log_softmax".split():
        add(f"tf.nn.{name}", lambda x, name=name: getattr(tf.nn, name)(x), x)
    for name in "log sqrt rsqrt reciprocal log1p".split():
        add(f"tf.math.{name}", lambda x, name=name: getattr(tf.math, name)(tf.abs(x) + 0.2), x)
    add("tf.clip_by_value", lambda x: tf.clip_by_value(x, -0.3, 0.4), x)
    add("tf.where", lambda x, y: tf.where(tf.logical_and(x > y, x >= 0.0), x, y), x, y)
    for key in (np.s_[:, 0], np.s_[:, -1], np.s_[:, 1:-1], np.s_[:, ::2], np.s_[..., tf.newaxis, 1:3], np.s_[:, tf.newaxis], np.s_[:, ::-1]):
        add(f"tf x[{key}]", lambda x, key=key: x[key], x)
    add("tf.reshape", lambda x: tf.reshape(x, (-1, 12, 3)), x)
    add("tf.transpose", lambda x: tf.transpose(x, (0, 2, 1)), x)
    add("tf.expand_dims", lambda x: tf.squeeze(tf.expand_dims(tf.expand_dims(x, -1), 1), 1), x)
    add("tf.concat", lambda x, y: tf.concat([x, y], axis=1), x, y)
    add("tf.stack", lambda x, y: tf.stack([x, y], axis=-1), x, y)
    add("tf.split", lambda x: tf.split(x, 3, axis=1), x)
    add("tf.split sizes", lambda x: tf.split(x, [2, -1, 3], axis=1)[1], x)
    add("tf.unstack", lambda x: tf.unstack(x, axis=2)[2], x)
    add("tf.tile", lambda x: tf.tile(x, (1, 2, 3)), x)
    add("tf.gather", lambda x: tf.gather(x, [3, 0, 1], axis=2), x)
    add("tf.pad", lambda x: tf.pad(x, ((0, 0), (1, 2), (0, 3)), constant_values=0.5), x)
    add("tf.pad reflect", lambda x: tf.pad(x, ((0, 0), (1, 2), (0, 3)), mode="REFLECT"), x)
    add("tf.matmul", lambda x, y: tf.matmul(x, y, transpose_b=True), x, y)
    add("tf @", lambda x, y: x @ tf.transpose(y, (0, 2, 1)), x, y)
    add("tf.one_hot", lambda i: tf.one_hot(i, 12), ((6,), "int32"))
    add("tf.cast", lambda x: tf.cast(tf.cast(x * 4, tf.int32), tf.float32) + x, x)
    for name in ("mean", "sum", "max", "min", "prod", "variance", "std", "logsumexp"):
        add(f"tf.reduce_{name}", lambda x, name=name: getattr(tf.math, "reduce_" + name)(x, axis=1), x)
        add(f"tf.reduce_{name} keepdims", lambda x, name=name: getattr(tf.math, "reduce_" + name)(x, axis=(1, -1), keepdims=True), x)
    add("tf.argmax", lambda x: tf.cast(tf.argmax(x, axis=-1), tf.float32) + 1, x)
    add("tf.math.l2_normalize", lambda x: tf.math.l2_normalize(x, axis=1), x)
    add("tf.cumsum", lambda x: tf.cumsum(x, axis=1, exclusive=True, reverse=True), x)
    add("tf.math.top_k", lambda x: tf.math.top_k(x, 3)[0], x)
    for how in ("bilinear", "nearest"):
        add(f"tf.image.resize {how}", lambda x, how=how: tf.image.resize(x, (5, 13), method=how), IMAGE)


def all_cases(keras, is_old):
    """Name to what makes the outputs of the inputs, and these: a shape, or a shape and a type."""
    cases = {}

    def add(name, make, *inputs):
        cases[name.strip()] = (make, inputs)

    image_cases(add, keras.layers, is_old)
    volume_cases(add, keras, keras.layers, is_old)
    recurrent_cases(add, keras, keras.layers, is_old)
    frozen_cases(add, keras, keras.layers, is_old)
    convolutional_recurrent_cases(add, keras.layers, is_old)
    mask_cases(add, keras, keras.layers, is_old)
    attention_cases(add, keras, keras.layers, is_old)
    normalization_cases(add, keras, keras.layers, is_old)
    preprocessing_cases(add, keras, keras.layers, is_old)
    if not is_old:
        audio_cases(add, keras.layers)
    if is_old:
        import tensorflow

        tensorflow_cases(add, tensorflow)
    else:
        ops_cases(add, keras.ops)
    return cases


def values_of(generator, shape, kind):
    if kind == "float32":
        return generator.uniform(-1, 1, (1, *shape)).astype(np.float32)
    if kind == "gaps":  # places that Masking(0.5) leaves out
        reals = generator.uniform(-1, 1, (1, *shape)).astype(np.float32)
        reals[:, [0, 3, -1]] = 0.5
        return reals
    whole = generator.integers(0, 9, (1, *shape))  # an index of rows of every case
    if kind == "words":
        whole[..., 0], whole[..., 1:], whole[..., -2:], kind = generator.integers(0, 2), whole[..., 1:], 0, "int32"
    return whole.astype(np.float32 if kind == "floats" else kind)


def check(arguments, keras, make, inputs):
    generator = np.random.default_rng(11)
    kinds = [item if isinstance(item[0], tuple) else (item, "float32") for item in inputs]
    tensors = [keras.Input(shape, name=f"in{i}", dtype={"floats": "float32", "gaps": "float32", "words": "int32"}.get(kind, kind)) for i, (shape, kind) in enumerate(kinds)]
    outputs = flat(make(*tensors))
    # A layer of its own for each output, since it is the layer's name that an output has.
    model = keras.Model(tensors, [keras.layers.Activation("linear", name=f"out{i}")(tensor) for i, tensor in enumerate(outputs)])
    randomize(model)
    values = [values_of(generator, shape, kind) for shape, kind in kinds]
    for layer in model.layers:
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()  # what follows from the weights, as when they are loaded
    expected = model(values if len(values) > 1 else values[0], training=False)
    expected = [np.asarray(value) for value in (expected if isinstance(expected, (list, tuple)) else [expected])]
    worst, unwritten = [], None
    for file_format in ("keras", "h5"):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            try:
                model.save(folder / f"m.{file_format}")
            except TypeError as error:  # Keras 3 does not write some of its augmentations to .h5, Keras 2 no Ellipsis to .keras
                unwritten = error
                continue
            tandem(arguments.tandem, "compile", folder / f"m.{file_format}", "-o", folder / "m.tandem", "--backends", arguments.backends)
            given = []
            for i, value in enumerate(values):
                np.save(folder / f"in{i}.npy", value)
                given += ["--input", f"in{i}={folder}/in{i}.npy"]
            tandem(arguments.tandem, "run", folder / "m.tandem", *given, "--save", folder / "out")
            worst += [relative_difference(value, np.load(folder / "out" / f"out{i}.npy")) for i, value in enumerate(expected)]
    if not worst:
        raise unwritten
    return max(worst)


def verdict_of(arguments, keras, case):
    try:
        worst = check(arguments, keras, *case)
    except Exception as error:  # whatever a framework raises: the next case is another matter
        return f"error: {' '.join(str(error).split())[:300]}", "", ""
    return ("" if worst <= TOLERANCE else f"{worst:.1e}, too far"), "", f"{worst:.1e}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only cases that begin so")
    parser.add_argument("--tf-keras", action="store_true", help="with Keras 2, the package tf_keras")
    parser.add_argument("--backends", default="reference")
    add_arguments(parser)
    arguments = parser.parse_intermixed_args()
    if arguments.tf_keras:
        import tf_keras as keras
    else:
        import keras
    version = keras.__version__
    how = (f"Made by `tests/models/check_keras_layers.py{' --tf-keras' * arguments.tf_keras} --write`, which says how: models of one layer or "
           f"function of Keras {version} with random weights, saved in both formats, through `tandem compile` and `tandem run` on the backend "
           f"`{arguments.backends}`.")
    sweep = Cases("keras_2_layers" if arguments.tf_keras else "keras_layers", arguments, f"Layers of Keras {version[0]}", how,
                  f"The largest difference is within {TOLERANCE:g} of the largest value.")
    sys.exit(sweep.run({name: lambda case=case: verdict_of(arguments, keras, case)
                        for name, case in all_cases(keras, arguments.tf_keras).items()}))


if __name__ == "__main__":
    main()
