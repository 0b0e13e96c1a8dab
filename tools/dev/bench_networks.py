#!/usr/bin/env python3
"""Write well-known networks with random weights as ONNX files, for bench_peers.py.

Usage: bench_networks.py FOLDER      writes mobilenet_v2, squeezenet and resnet_50.onnx

The published shapes for 224x224 pictures, batch norms folded as every compiler folds them. Weights are normal with a
variance that keeps activations near one from layer to layer, always the same.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET, SIZE, CLASSES = 13, 224, 1000


class Network:
    def __init__(self, name):
        self.name, self.nodes, self.constants = name, [], []
        self.random = np.random.default_rng(0)
        self.channels = {"image": 3}

    def constant(self, values):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(values, name))
        return name

    def op(self, kind, *inputs, channels=None, **attributes):
        name = f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        self.channels[name] = channels or self.channels[inputs[0]]
        return name

    def weights(self, shape):
        spread = np.sqrt(2 / np.prod(shape[1:]))
        return self.constant(self.random.normal(0, spread, shape).astype(np.float32))

    def conv(self, x, channels, kernel=1, stride=1, groups=1, activation=None, pad=None):
        pad = kernel // 2 if pad is None else pad
        weights = self.weights((channels, self.channels[x] // groups, kernel, kernel))
        bias = self.constant(self.random.normal(0, 0.05, channels).astype(np.float32))
        shape = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2, "pads": [pad] * 4, "group": groups}
        x = self.op("Conv", x, weights, bias, channels=channels, **shape)
        return getattr(self, activation)(x) if activation else x

    def relu(self, x):
        return self.op("Relu", x)

    def relu6(self, x):
        return self.op("Clip", x, self.constant(np.float32(0)), self.constant(np.float32(6)))

    def max_pool(self, x, pad=0):
        return self.op("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[pad] * 4)

    def classify(self, x):
        x = self.op("Flatten", self.op("GlobalAveragePool", x), axis=1)
        bias = self.constant(np.zeros(CLASSES, np.float32))
        return self.op("Gemm", x, self.weights((CLASSES, self.channels[x])), bias, transB=1)

    def save(self, folder, result):
        image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, SIZE, SIZE])
        shape = helper.make_tensor_value_info(result, TensorProto.FLOAT, [1, CLASSES])
        graph = helper.make_graph(self.nodes, self.name, [image], [shape], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, folder / f"{self.name}.onnx")


def mobilenet_v2(net):
    x = net.conv("image", 32, 3, 2, activation="relu6")
    blocks = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
    for expansion, channels, repeats, first_stride in blocks:
        for repeat in range(repeats):
            stride, block, before = first_stride if repeat == 0 else 1, x, net.channels[x]
            wide = before * expansion
            if expansion > 1:
                x = net.conv(x, wide, activation="relu6")
            x = net.conv(x, wide, 3, stride, groups=wide, activation="relu6")
            x = net.conv(x, channels)
            if stride == 1 and before == channels:
                x = net.op("Add", x, block)
    return net.classify(net.conv(x, 1280, activation="relu6"))


def squeezenet(net):
    """Version 1.1."""
    x = net.max_pool(net.conv("image", 64, 3, 2, activation="relu", pad=0))
    for narrow, wide, pools in ((16, 64, False), (16, 64, True), (32, 128, False), (32, 128, True), (48, 192, False), (48, 192, False), (64, 256, False), (64, 256, False)):
        x = net.conv(x, narrow, activation="relu")
        parts = [net.conv(x, wide, kernel, activation="relu") for kernel in (1, 3)]
        x = net.op("Concat", *parts, channels=2 * wide, axis=1)
        x = net.max_pool(x) if pools else x
    x = net.conv(x, CLASSES, activation="relu")
    return net.op("Flatten", net.op("GlobalAveragePool", x), axis=1)


def resnet_50(net):
    x = net.max_pool(net.conv("image", 64, 7, 2, activation="relu"), pad=1)
    for stage, repeats in enumerate((3, 4, 6, 3)):
        for repeat in range(repeats):
            stride, narrow, block = 2 if stage > 0 and repeat == 0 else 1, 64 << stage, x
            x = net.conv(x, narrow, activation="relu")
            x = net.conv(x, narrow, 3, stride, activation="relu")
            x = net.conv(x, 4 * narrow)
            x = net.relu(net.op("Add", x, block if repeat else net.conv(block, 4 * narrow, 1, stride)))
    return net.classify(x)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for network in (mobilenet_v2, squeezenet, resnet_50):
        net = Network(network.__name__)
        net.save(folder, network(net))


if __name__ == "__main__":
    main()
