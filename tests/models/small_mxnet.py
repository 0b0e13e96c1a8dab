#!/usr/bin/env python3
"""Make the small MXNet networks of small/, whose goldens make_goldens.py computes.

Usage: small_mxnet.py      (needs requirements-mxnet.txt, Python 3.11 or older)

Between them they have the operators of vision networks, with the attributes that importers get wrong. Weights are
random with a fixed seed; moving statistics are not the identity.
"""

from pathlib import Path

import mxnet as mx
import numpy as np

FOLDER = Path(__file__).resolve().parent / "small"


def batch_norm(x, name, **attributes):
    return mx.sym.BatchNorm(x, name=name, eps=1e-5, **attributes)


def classifier():
    """Depthwise and grouped convolutions, a residual, squeeze and excitation, a pool rounded up, a loss."""
    x = mx.sym.var("data", shape=(1, 3, 33, 31))
    x = mx.sym.Convolution(x, name="stem", num_filter=16, kernel=(3, 3), stride=(2, 2), pad=(1, 1), no_bias=True)
    x = mx.sym.clip(batch_norm(x, "stem_bn", fix_gamma=False), a_min=0, a_max=6, name="relu6")
    x = mx.sym.Pooling(x, name="pool_up", kernel=(3, 3), stride=(2, 2), pool_type="max", pooling_convention="full")
    y = mx.sym.Convolution(x, name="depthwise", num_filter=16, num_group=16, kernel=(3, 3), pad=(1, 1))
    y = mx.sym.Activation(batch_norm(y, "fixed", fix_gamma=True), act_type="relu", name="relu")
    y = mx.sym.Convolution(y, name="grouped", num_filter=16, num_group=4, kernel=(3, 3), pad=(2, 2), dilate=(2, 2))
    gate = mx.sym.Pooling(y, name="squeeze", global_pool=True, kernel=(1, 1), pool_type="avg")
    gate = mx.sym.FullyConnected(gate, name="reduce", num_hidden=4)
    gate = mx.sym.FullyConnected(mx.sym.Activation(gate, act_type="softrelu", name="softrelu"), name="expand", num_hidden=16)
    gate = mx.sym.Reshape(mx.sym.sigmoid(gate, name="gate"), shape=(-4, -1, 1, -2), name="split_batch")
    gate = mx.sym.Reshape(gate, shape=(-3, -1, 1, 1), name="as_image")
    x = mx.sym.elemwise_add(mx.sym.broadcast_mul(y, gate, name="excite"), x, name="residual")
    mean = mx.sym.Pooling(x, name="mean", kernel=(3, 3), stride=(2, 2), pad=(1, 1), pool_type="avg", pooling_convention="full")
    inside = mx.sym.Pooling(x, name="inside", kernel=(3, 3), stride=(2, 2), pad=(1, 1), pool_type="avg",
                            pooling_convention="full", count_include_pad=False)
    x = mx.sym.Concat(mean, inside, dim=1, name="join")
    x = mx.sym.LeakyReLU(x, act_type="prelu", name="prelu")
    x = mx.sym.Dropout(mx.sym.Flatten(x, name="flatten"), p=0.5, name="dropout")
    x = mx.sym.FullyConnected(x, name="scores", num_hidden=10)
    return mx.sym.SoftmaxOutput(x * 0.25, name="softmax")


def segmenter():
    """An encoder and a decoder: normalisations, both ways up, slices, two results."""
    data = mx.sym.var("data", shape=(1, 3, 32, 24))
    x = mx.sym.Convolution(data, name="conv", num_filter=12, kernel=(5, 3), stride=(2, 2), pad=(2, 1))
    x = mx.sym.LRN(x, nsize=5, alpha=0.5, beta=0.75, knorm=1, name="lrn")
    x = mx.sym.LeakyReLU(mx.sym.InstanceNorm(x, name="instance", eps=1e-3), act_type="leaky", slope=0.1, name="leaky")
    left, right = mx.sym.SliceChannel(x, num_outputs=2, axis=1, name="halves")
    down = mx.sym.Pooling(left, kernel=(2, 2), stride=(2, 2), pool_type="max", name="pool")
    down = mx.sym.LeakyReLU(mx.sym.Convolution(down, num_filter=8, kernel=(1, 1), name="point"), act_type="elu", slope=0.8, name="elu")
    up = mx.sym.Deconvolution(down, name="deconv", num_filter=6, num_group=2, kernel=(4, 4), stride=(2, 2), pad=(1, 1))
    x = mx.sym.Concat(mx.sym.L2Normalization(up, mode="channel", name="l2"), right, dim=1, name="skip")
    x = mx.sym.UpSampling(x, scale=2, sample_type="nearest", name="nearest")
    x = mx.sym.Pad(x, mode="constant", pad_width=(0, 0, 0, 0, 1, 0, 0, 1), name="pad")
    x = mx.sym.Convolution(x, name="classes", num_filter=5, kernel=(2, 2))
    mask = mx.sym.softmax(mx.sym.transpose(x, axes=(0, 2, 3, 1), name="nhwc"), axis=-1, name="mask")
    largest = mx.sym.max(mx.sym.slice_axis(x, axis=1, begin=1, end=None, name="objects"), axis=(2, 3), name="largest")
    return mx.sym.Group([mask, mx.sym.broadcast_minimum(largest, mx.sym.mean(x, axis=1, exclude=True, keepdims=False)
                                                        .slice_axis(axis=0, begin=0, end=1).reshape((1, 1)), name="levels")])


def sequence():
    """The fused RNN of both kinds that have gates, from zeros of an open batch as gluon has them, and attention."""
    data = mx.sym.var("data", shape=(7, 1, 5))
    hidden, cell = (mx.sym.zeros((4, 0, 3), name=name) for name in ("hidden", "cell"))
    x = mx.sym.RNN(data, mx.sym.var("lstm_parameters"), hidden, cell, mode="lstm", state_size=3, num_layers=2, bidirectional=True,
                   state_outputs=True, name="lstm")[0]
    y = mx.sym.RNN(x, mx.sym.var("gru_parameters"), mx.sym.var("gru_state"), mode="gru", state_size=4, num_layers=1, state_outputs=True, name="gru")
    qkv = mx.sym.FullyConnected(mx.sym.Concat(x, y[0], dim=2, name="join"), num_hidden=24, flatten=False, name="qkv")
    weights = mx.sym.softmax(mx.sym.contrib.interleaved_matmul_selfatt_qk(qkv, heads=2, name="scores"), name="weights")
    attended = mx.sym.contrib.interleaved_matmul_selfatt_valatt(qkv, weights, heads=2, name="attended")
    return mx.sym.Group([mx.sym.SequenceLast(attended, name="last"), mx.sym.LayerNorm(y[1], name="state")])


def save(name, symbol):
    generator = np.random.default_rng(20240229)
    shapes, _, statistics = symbol.infer_shape()
    save_as = {}
    for kind, names, sizes in (("arg", symbol.list_arguments(), shapes),
                               ("aux", symbol.list_auxiliary_states(), statistics)):
        for each, shape in zip(names, sizes):
            if each in ("data", "softmax_label"):
                continue
            positive = each.endswith(("gamma", "var"))
            fan_in = 4 if each.endswith("parameters") else max(1, int(np.prod(shape[1:])))
            values = generator.uniform(0.5, 1.5, shape) if positive else generator.normal(0, fan_in ** -0.5, shape)
            save_as[f"{kind}:{each}"] = mx.nd.array(values.astype(np.float32))
    symbol.save(str(FOLDER / f"{name}-symbol.json"))
    mx.nd.save(str(FOLDER / f"{name}-0000.params"), save_as)


def main():
    FOLDER.mkdir(exist_ok=True)
    save("mxnet_classifier", classifier())
    save("mxnet_segmenter", segmenter())
    save("mxnet_sequence", sequence())


if __name__ == "__main__":
    main()
