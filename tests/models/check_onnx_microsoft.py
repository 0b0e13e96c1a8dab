#!/usr/bin/env python3
"""Compare operators of the domain com.microsoft, and quantized and recurrent ones of ONNX, with ONNX Runtime.

Usage: check_onnx_microsoft.py [--tandem build/bin/tandem] [--only TEXT]

  python3 -m venv .venv && .venv/bin/pip install -r tests/models/requirements-onnx.txt
  .venv/bin/python tests/models/check_onnx_microsoft.py

Each case is a model of mostly one node with random inputs. Integers must be equal; reals may differ by 1e-5 of the largest, and
behind codes that are quantized as the model runs, where a code may be one off, by so many steps of it. Exit: 1 when one differs.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

ROOT = Path(__file__).resolve().parents[2]
MS = "com.microsoft"
RNG = np.random.default_rng(7)


def reals(*shape, scale=1.0):
    return (RNG.standard_normal(shape) * scale).astype(np.float32)


def codes(*shape, dtype=np.uint8):
    info = np.iinfo(dtype)
    return RNG.integers(info.min, info.max + 1, shape).astype(dtype)


class Case:
    """Nodes on inputs (arrays that the test gives) and constants; `outputs` are the names that are compared."""

    def __init__(self, name, nodes, inputs, constants, outputs, tolerance=1e-5, opset=17, steps=0):
        self.opset, self.steps = opset, steps
        self.name, self.nodes, self.inputs, self.constants, self.outputs = name, nodes, inputs, constants, outputs
        self.tolerance = tolerance

    def model(self):
        def info(name, array):
            return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)

        graph = helper.make_graph(self.nodes, "g", [info(n, a) for n, a in self.inputs.items()],
                                  [helper.make_empty_tensor_value_info(n) for n in self.outputs],
                                  [a if isinstance(a, TensorProto) else numpy_helper.from_array(a, n) for n, a in self.constants.items()])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset), helper.make_opsetid(MS, 1)],
                                  ir_version=8 if self.opset < 21 else 10)
        return model.SerializeToString()


def one(op, inputs, constants=None, outputs=("y",), domain=MS, order=None, name=None, tolerance=1e-5, opset=17, steps=0, opset_=None, **attributes):
    """A node whose inputs are those in `order` ("": left out), all of `inputs` and `constants` where it is not given."""
    constants = constants or {}
    order = order if order is not None else [*inputs, *constants]
    if opset_:
        attributes["opset"] = opset_  # an attribute of that name
    node = helper.make_node(op, order, list(outputs), domain=domain, **attributes)
    return Case(name or op, [node], inputs, constants, [o for o in outputs if o], tolerance, opset, steps)


def product_cases():
    for a, b in ((np.uint8, np.int8), (np.uint8, np.uint8), (np.int8, np.int8)):
        zero = {"za": codes(dtype=a), "zb": np.array(117 if b == np.uint8 else -5, b)}
        name = f"MatMulInteger {a.__name__} {b.__name__}"
        yield one("MatMulInteger", {"a": codes(2, 5, 300, dtype=a), "za": np.array(13, a)}, {"b": codes(300, 37, dtype=b), "zb": zero["zb"]},
                  domain="", order=["a", "b", "za", "zb"], name=name)
    yield one("MatMulInteger", {"a": codes(4, 40), "za": np.array(9, np.uint8)}, {"b": codes(40, 9, dtype=np.int8), "zb": codes(9, dtype=np.int8)},
              domain="", order=["a", "b", "za", "zb"], name="MatMulInteger per column")
    yield one("MatMulInteger", {"a": codes(4, 40), "b": codes(40, 9)}, domain="", name="MatMulInteger computed")
    yield one("MatMulInteger", {"a": codes(40), "za": np.array(9, np.uint8)}, {"b": codes(40, 9, dtype=np.int8)}, domain="", order=["a", "b", "za"],
              name="MatMulInteger of a row")
    yield one("MatMulInteger", {"a": codes(3, 4, 300), "b": codes(300)}, domain="", name="MatMulInteger of a column")
    for name, attributes, shape in (("", {}, (12, 24, 3, 3)), (" pads", {"pads": [1, 0, 2, 1], "strides": [2, 1]}, (12, 24, 3, 3)),
                                    (" groups", {"group": 2, "pads": [1, 1, 1, 1]}, (12, 12, 3, 3)), (" deep", {}, (8, 24, 5, 5)),
                                    (" depthwise", {"group": 24, "pads": [1, 1, 1, 1]}, (24, 1, 3, 3))):
        for dtype in (np.uint8, np.int8):
            yield one("ConvInteger", {"x": codes(2, 24, 9, 7), "zx": np.array(77, np.uint8)},
                      {"w": codes(*shape, dtype=dtype), "zw": np.array(3, dtype)}, domain="", order=["x", "w", "zx", "zw"],
                      name=f"ConvInteger{name} {dtype.__name__}", **attributes)
    for name, attributes, shape in (("", {"pads": [2, 1], "strides": [2]}, (12, 24, 5)), (" depthwise", {"group": 24, "dilations": [2]}, (24, 1, 3))):
        yield one("ConvInteger", {"x": codes(2, 24, 37), "zx": np.array(77, np.uint8)}, {"w": codes(*shape, dtype=np.int8), "zw": np.array(3, np.int8)},
                  domain="", order=["x", "w", "zx", "zw"], name=f"ConvInteger of sequences{name}", **attributes)
    yield one("DynamicQuantizeLinear", {"x": reals(3, 50)}, domain="", outputs=("y", "s", "z"))
    yield one("DynamicQuantizeLinear", {"x": np.zeros((3, 5), np.float32)}, domain="", outputs=("y", "s", "z"), name="DynamicQuantizeLinear of zeros")
    scale = np.abs(reals(19, scale=0.02)) + 0.001
    yield one("DynamicQuantizeMatMul", {"a": reals(3, 70)}, {"b": codes(70, 19, dtype=np.int8), "sb": scale, "zb": np.zeros(19, np.int8), "bias": reals(19)},
              tolerance=1e-3)
    yield one("MatMulIntegerToFloat", {"a": codes(3, 70), "sa": np.array(0.03, np.float32), "za": np.array(99, np.uint8)},
              {"b": codes(70, 19, dtype=np.int8), "sb": scale, "zb": np.zeros(19, np.int8), "bias": reals(19)},
              order=["a", "b", "sa", "sb", "za", "zb", "bias"])
    for bits in (4, 8):
        blocks, size = 3, 32  # of K = 80, the last one in part
        packed = codes(11, blocks, size * bits // 8)
        zeros = codes(11 * ((blocks * bits + 7) // 8))
        for with_zeros in (False, True):
            yield one("MatMulNBits", {"a": reals(2, 80)}, {"b": packed, "s": reals(11 * blocks, scale=0.1)} | ({"z": zeros} if with_zeros else {}),
                      name=f"MatMulNBits {bits} {with_zeros}", K=80, N=11, bits=bits, block_size=size, tolerance=1e-4)


def quantized_cases():
    scales = lambda *shape: np.abs(reals(*shape, scale=0.05)) + 0.01
    for dtype in (np.uint8, np.int8, np.int16):
        for name, shape, attributes in (("all", (), {}), ("channel", (6,), {"axis": 1}), ("block", (4, 3, 5), {"axis": 1, "block_size": 2})):
            zero = codes(*shape, dtype=np.int8).astype(dtype) if dtype != np.uint8 else codes(*shape)
            yield one("QuantizeLinear", {"x": reals(4, 6, 5)}, {"s": scales(*shape).astype(np.float32), "z": zero}, domain="",
                      name=f"QuantizeLinear {name} {dtype.__name__}", opset=21, **attributes)
            yield one("DequantizeLinear", {"x": codes(4, 6, 5, dtype=dtype)}, {"s": scales(*shape).astype(np.float32), "z": zero}, domain="",
                      name=f"DequantizeLinear {name} {dtype.__name__}", opset=21, **attributes)
            yield one("DequantizeLinear", {}, {"x": codes(4, 6, 5, dtype=dtype), "s": scales(*shape).astype(np.float16), "z": zero}, domain="",
                      name=f"DequantizeLinear of weights {name} {dtype.__name__}", opset=21, tolerance=1e-3, **attributes)
    for kind in (TensorProto.UINT4, TensorProto.INT4):
        packed = helper.make_tensor("w", kind, [6, 5], (np.arange(30) % 8).astype(int))
        for name, shape, attributes in (("channel", (5,), {"axis": 1}), ("block", (3, 5), {"axis": 0, "block_size": 2})):
            nodes = [helper.make_node("DequantizeLinear", ["w", "s"], ["d"], **attributes), helper.make_node("MatMul", ["x", "d"], ["y"])]
            yield Case(f"DequantizeLinear {TensorProto.DataType.Name(kind)} {name}", nodes, {"x": reals(3, 6)},
                       {"w": packed, "s": scales(*shape).astype(np.float32)}, ["y"], opset=21)
    nodes = [helper.make_node("QuantizeLinear", ["w", "s", "z"], ["q"], axis=0), helper.make_node("DequantizeLinear", ["q", "s", "z"], ["d"], axis=0),
             helper.make_node("Conv", ["x", "d"], ["y"])]
    yield Case("weights that are quantized in the model", nodes, {"x": reals(1, 3, 8, 8)},
               {"w": reals(4, 3, 3, 3), "s": scales(4).astype(np.float32), "z": np.zeros(4, np.int8)}, ["y"])


def recurrent_cases():
    lengths = np.array([7, 3, 1], np.int32)
    for kind, gates in (("RNN", 1), ("GRU", 3), ("LSTM", 4)):
        for direction, count in (("forward", 1), ("reverse", 1), ("bidirectional", 2)):
            weights = {"w": reals(count, gates * 5, 4), "r": reals(count, gates * 5, 5), "b": reals(count, 2 * gates * 5)}
            outputs = ("y", "h") + (("c",) if kind == "LSTM" else ())
            yield one(kind, {"x": reals(7, 3, 4), "n": lengths}, weights, outputs=outputs, domain="", order=["x", "w", "r", "b", "n"],
                      name=f"{kind} {direction} of lengths that are an input", direction=direction, hidden_size=5)


def linear_cases():
    """Of the quantizer's operator format; ONNX Runtime rounds on its own way, so that codes may be one off."""
    s, z = lambda v: np.array(v, np.float32), lambda v: np.array(v, np.uint8)
    for turned in (0, 1):
        for name, scale in (("", s(0.01)), (" per channel", np.abs(reals(7, scale=0.01)) + np.float32(0.005))):
            zero = np.zeros(scale.shape, np.int8)
            yield one("QGemm", {"a": codes(3, 20)}, {"sa": s(0.02), "za": z(120), "b": codes(*((7, 20) if turned else (20, 7)), dtype=np.int8), "sb": scale,
                      "zb": zero, "c": RNG.integers(-900, 900, 7).astype(np.int32), "sy": s(0.1), "zy": z(99)}, transB=turned, name=f"QGemm {turned}{name}", steps=1)
    yield one("QLinearMatMul", {"a": codes(2, 3, 4, 8), "b": codes(2, 3, 8, 5)}, {"sa": s(0.02), "za": z(120), "sb": s(0.01), "zb": z(99), "sy": s(0.05), "zy": z(130)},
              order=["a", "sa", "za", "b", "sb", "zb", "sy", "zy"], domain="", name="QLinearMatMul of what is computed", steps=1)
    yield one("QLinearConv", {"x": codes(2, 6, 19)}, {"sx": s(0.02), "zx": z(120), "w": codes(4, 6, 3, dtype=np.int8), "sw": np.array([0.01, 0.02, 0.03, 0.02], np.float32),
              "zw": np.zeros(4, np.int8), "sy": s(0.1), "zy": z(130)}, domain="", pads=[1, 1], strides=[2], name="QLinearConv of rows", steps=1)
    image = {"x": codes(1, 5, 9, 8)}
    scales = {"sx": s(0.02), "zx": z(120), "sy": s(0.021), "zy": z(110)}
    for count in (0, 1):
        yield one("QLinearAveragePool", image, scales, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=count,
                  name=f"QLinearAveragePool {count}", steps=1)
    softmax = {"sx": s(0.02), "zx": z(120), "sy": s(1 / 256), "zy": z(0)}
    yield one("QLinearSoftmax", {"x": codes(3, 12)}, softmax, axis=-1, opset_=13, steps=1)
    yield one("QLinearSoftmax", {"x": codes(2, 3, 4)}, softmax, axis=1, opset_=12, steps=1, name="QLinearSoftmax of all behind")
    yield one("QLinearWhere", {"c": RNG.integers(0, 2, (3, 5)).astype(bool), "x": codes(3, 5), "b": codes(3, 5)},
              {"sx": s(0.02), "zx": z(120), "sy": s(0.03), "zy": z(100), "sr": s(0.03), "zr": z(128)},
              order=["c", "x", "sx", "zx", "b", "sy", "zy", "sr", "zr"], steps=1)
    for size in (16, 32):
        yield one("GatherBlockQuantized", {"i": RNG.integers(0, 11, (2, 3)).astype(np.int64)},
                  {"t": codes(11, 32), "s": reals(11, 64 // size, scale=0.1), "z": codes(11, (64 // size + 1) // 2)}, order=["t", "i", "s", "z"],
                  bits=4, block_size=size, quantize_axis=1, gather_axis=0, name=f"GatherBlockQuantized {size}")


def language_cases():
    width, places = 16, 5
    angles = np.outer(np.arange(20), 1 / 10 ** np.linspace(0, 3, width // 2)).astype(np.float32)
    caches = {"cos": np.cos(angles), "sin": np.sin(angles)}
    for interleaved in (0, 1):
        yield one("RotaryEmbedding", {"x": reals(2, places, 4 * width), "p": RNG.integers(0, 20, (2, places))}, caches, interleaved=interleaved,
                  name=f"RotaryEmbedding {interleaved}")
    yield one("RotaryEmbedding", {"x": reals(2, 4, places, width), "p": np.array([3])}, caches, name="RotaryEmbedding from a place on")
    for name, heads, more in (("", 4, {}), (" window", 2, {"local_window_size": 3}), (" rotary", 2, {"do_rotary": 1}),
                              (" interleaved", 2, {"do_rotary": 1, "rotary_interleaved": 1}), (" softcap", 1, {"softcap": 5.0})):
        for before in (0, 3):
            inputs = {"q": reals(1, 1 if before else places, 4 * width), "k": reals(1, 1 if before else places, heads * width),
                      "v": reals(1, 1 if before else places, heads * width)}
            total = before + inputs["q"].shape[1]
            past = {"pk": reals(1, heads, before, width), "pv": reals(1, heads, before, width)} if before else {}
            yield one("GroupQueryAttention", inputs | past, {"n": np.array([total - 1], np.int32), "t": np.array(total, np.int32)} | (caches if "do_rotary" in more else {}),
                      order=["q", "k", "v", "pk" if before else "", "pv" if before else "", "n", "t"] + (["cos", "sin"] if "do_rotary" in more else []),
                      outputs=("y", "ck", "cv"), num_heads=4, kv_num_heads=heads, name=f"GroupQueryAttention{name} behind {before}", **more)


def lstm_cases():
    for direction in ("forward", "bidirectional"):
        count, hidden, size = (2 if direction == "bidirectional" else 1), 24, 17
        weights = {"w": codes(count, size, 4 * hidden, dtype=np.int8), "r": codes(count, hidden, 4 * hidden, dtype=np.int8),
                   "b": reals(count, 8 * hidden, scale=0.1), "sw": np.full(count, 0.004, np.float32), "zw": np.zeros(count, np.int8),
                   "sr": np.full(count, 0.004, np.float32), "zr": np.zeros(count, np.int8)}
        yield one("DynamicQuantizeLSTM", {"x": reals(6, 2, size)}, weights,
                  order=["x", "w", "r", "b", "", "", "", "", "sw", "zw", "sr", "zr"], outputs=("y", "h", "c"),
                  name=f"DynamicQuantizeLSTM {direction}", direction=direction, hidden_size=hidden, tolerance=2e-3)


def fused_cases():
    image, filters = reals(1, 6, 9, 8), reals(5, 6, 3, 3)
    for activation, parameters in (("Relu", None), ("LeakyRelu", [0.2]), ("Clip", [-0.5, 1.5]), ("HardSigmoid", [0.3, 0.4]), ("Tanh", None)):
        attributes = {"activation_params": parameters} if parameters else {}
        yield one("FusedConv", {"x": image}, {"w": filters, "b": reals(5)}, name=f"FusedConv {activation}", activation=activation,
                  pads=[1, 1, 1, 1], **attributes)
    yield one("FusedConv", {"x": image, "z": reals(1, 5, 9, 8)}, {"w": filters, "b": reals(5)}, order=["x", "w", "b", "z"],
              name="FusedConv added", activation="Relu", pads=[1, 1, 1, 1])
    yield one("FusedGemm", {"a": reals(4, 7)}, {"b": reals(9, 7), "c": reals(9)}, transB=1, activation="LeakyRelu", activation_alpha=0.3)
    for name, attributes, a, b in (("plain", {"alpha": 0.3}, (2, 3, 5), (2, 5, 4)), ("transA", {"transA": 1}, (2, 5, 3), (2, 5, 4)),
                                   ("transB", {"transB": 1, "alpha": 2.0}, (2, 3, 5), (2, 4, 5)),
                                   ("transBatch", {"transBatchA": 1, "transBatchB": 1}, (3, 2, 5), (5, 2, 4))):
        yield one("FusedMatMul", {"a": reals(*a), "b": reals(*b)}, name=f"FusedMatMul {name}", **attributes)
    yield one("Gelu", {"x": reals(3, 40)})
    yield one("QuickGelu", {"x": reals(3, 40)}, alpha=1.3)
    yield one("BiasGelu", {"x": reals(3, 40)}, {"b": reals(40)})
    yield one("FastGelu", {"x": reals(3, 40)}, {"b": reals(40)}, tolerance=1e-4)
    yield one("FastGelu", {"x": reals(3, 40)}, name="FastGelu alone", tolerance=1e-4)


def norm_cases():
    x, skip, weights = reals(2, 5, 24), reals(2, 5, 24), {"gamma": reals(24), "beta": reals(24), "bias": reals(24)}
    yield one("SkipLayerNormalization", {"x": x, "skip": skip}, weights, outputs=("y", "", "", "sum"), epsilon=1e-5)
    yield one("SkipSimplifiedLayerNormalization", {"x": x, "skip": skip}, {"gamma": reals(24)}, outputs=("y", "", "", "sum"), epsilon=1e-5)
    yield one("SimplifiedLayerNormalization", {"x": x}, {"gamma": reals(24)}, domain="", epsilon=1e-5)
    tables = {"words": reals(50, 24), "places": reals(16, 24), "types": reals(2, 24), "gamma": reals(24), "beta": reals(24)}
    ids, kinds = RNG.integers(0, 50, (2, 7)).astype(np.int32), RNG.integers(0, 2, (2, 7)).astype(np.int32)
    mask = np.array([[1] * 7, [1] * 4 + [0] * 3], np.int32)
    yield one("EmbedLayerNormalization", {"ids": ids, "kinds": kinds, "mask": mask}, tables,
              order=["ids", "kinds", "words", "places", "types", "gamma", "beta", "mask"], outputs=("y", "lengths"))
    yield one("EmbedLayerNormalization", {"ids": ids}, {k: v for k, v in tables.items() if k != "types"},
              order=["ids", "", "words", "places", "", "gamma", "beta"], outputs=("y", "lengths"), name="EmbedLayerNormalization without segments")


def attention_cases():
    batch, places, heads, width = 2, 6, 4, 8
    size = heads * width
    x, weights = reals(batch, places, 20), {"w": reals(20, 3 * size, scale=0.3), "b": reals(3 * size)}
    masks = {"none": None, "lengths": np.array([6, 4], np.int32), "range": np.array([6, 4, 0, 1], np.int32),
             "raw": np.array([[1] * 6, [1, 1, 0, 1, 1, 0]], np.int32), "each": RNG.integers(0, 2, (batch, places, places)).astype(np.int32)}
    for name, mask in masks.items():
        yield one("Attention", {"x": x} | ({"m": mask} if mask is not None else {}), weights, order=["x", "w", "b"] + (["m"] if mask is not None else []),
                  name=f"Attention {name}", num_heads=heads)
    yield one("Attention", {"x": x}, weights, name="Attention causal", num_heads=heads, unidirectional=1)
    past = reals(2, batch, heads, 3, width)
    yield one("Attention", {"x": x, "past": past}, weights, order=["x", "w", "b", "", "past"], outputs=("y", "present"),
              name="Attention past", num_heads=heads, unidirectional=1)
    yield one("Attention", {"x": x, "bias": reals(1, heads, places, places)}, weights, order=["x", "w", "b", "", "", "bias"],
              name="Attention bias", num_heads=heads)
    q, k, v = reals(batch, places, size), reals(batch, 9, size), reals(batch, 9, size)
    yield one("MultiHeadAttention", {"q": q, "k": k, "v": v}, num_heads=heads)
    yield one("MultiHeadAttention", {"q": q, "k": k, "v": v}, {"b": reals(3 * size)}, name="MultiHeadAttention bias", num_heads=heads)
    yield one("MultiHeadAttention", {"q": q, "k": k, "v": v, "m": RNG.integers(0, 2, (batch, 9)).astype(np.int32)}, {"b": reals(3 * size)},
              order=["q", "k", "v", "b", "m"], name="MultiHeadAttention mask", num_heads=heads)
    yield one("QAttention", {"x": codes(batch, places, 20), "sx": np.array(0.01, np.float32), "zx": np.array(120, np.uint8)},
              {"w": codes(20, 3 * size, dtype=np.int8), "b": reals(3 * size), "sw": np.array(0.01, np.float32), "zw": np.array(0, np.int8)},
              order=["x", "w", "b", "sx", "sw", "", "zx", "zw"], num_heads=heads)


def run_tandem(tandem, case, folder):
    path, bundle = folder / "model.onnx", folder / "model.tandem"
    path.write_bytes(case.model())
    done = subprocess.run([tandem, "compile", path, "-o", bundle], capture_output=True, text=True)
    if done.returncode:
        return done.stderr.strip().splitlines()[-1], []
    arguments = []
    for name, array in case.inputs.items():
        np.save(folder / f"{name}.npy", array)
        arguments += ["--input", f"{name}={folder / name}.npy"]
    done = subprocess.run([tandem, "run", bundle, *arguments, "--save", folder / "out"], capture_output=True, text=True)
    if done.returncode:
        return done.stderr.strip(), []
    return None, [np.load(folder / "out" / f"{name}.npy") for name in case.outputs]


def difference(expected, actual, tolerance, steps):
    if expected.shape != actual.shape or expected.dtype != actual.dtype:
        return f"{actual.dtype} {actual.shape}, expected {expected.dtype} {expected.shape}"
    if not np.issubdtype(expected.dtype, np.floating):
        off = np.abs(expected.astype(int) - actual.astype(int)).max(initial=0)
        return None if off <= steps else f"off by {off}"
    largest = np.abs(expected).max(initial=0)
    off = np.abs(expected.astype(np.float64) - actual).max(initial=0)
    return None if off <= tolerance * largest else f"off by {off:.3g} of {largest:.3g}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tandem", default=ROOT / "build/bin/tandem")
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    onnxruntime.set_default_logger_severity(4)
    count = wrong = 0
    for case in (*product_cases(), *quantized_cases(), *recurrent_cases(), *linear_cases(), *language_cases(), *lstm_cases(), *fused_cases(), *norm_cases(), *attention_cases()):
        if options.only not in case.name:
            continue
        settings = onnxruntime.SessionOptions()
        settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        session = onnxruntime.InferenceSession(case.model(), settings, providers=["CPUExecutionProvider"])
        expected = session.run(case.outputs, case.inputs)
        with tempfile.TemporaryDirectory() as folder:
            error, actual = run_tandem(options.tandem, case, Path(folder))
        problems = [error] if error else [p for e, a in zip(expected, actual) if (p := difference(np.asarray(e), a, case.tolerance, case.steps))]
        count, wrong = count + 1, wrong + bool(problems)
        print(f"{case.name}: {'; '.join(problems) if problems else 'equal'}", flush=True)
    print(f"{count - wrong} of {count} cases agree")
    return 1 if wrong or not count else 0


if __name__ == "__main__":
    sys.exit(main())
