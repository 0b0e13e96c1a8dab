#!/usr/bin/env python3
"""Make the models of this folder: small networks as exporters write them, with random weights.

Usage: make_models.py      (with tests/models/requirements-onnx.txt; each run gives the same files)

small_cnn.onnx          an image network: depthwise, residual, squeeze and excite, upsampling, concat, batch norm
small_cnn_qdq.onnx      the same, quantized by ONNX Runtime: filters per channel, quantize and dequantize pairs
small_transformer.onnx  one encoder layer as PyTorch's older exporter writes it: shapes computed by nodes, layer
                        norm and GELU as their parts
small_places.onnx       a segmenter that puts elements back where its pool has taken them
small_lengths.onnx      LSTM and GRU over sequences whose lengths are computed
small_forest.onnx       a forest of trees behind a scaler, and weights of 4 bits in blocks
small_recurrent.onnx    LSTM, GRU and RNN with what is rare: peepholes, clip, sequences of several lengths

Also seeds of the fuzz target, in tests/fuzz/seeds/onnx_fuzz.
"""

import tempfile
from pathlib import Path

import numpy as np
import onnx
import onnx.parser
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

HERE = Path(__file__).resolve().parent
IMAGE = [1, 3, 32, 32]
ML = "ai.onnx.ml"


class Graph:
    """Nodes and tensors as they come; every result has a name of its own."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.nodes, self.tensors, self.count = [], [], 0

    def tensor(self, array):
        self.count += 1
        name = f"t{self.count}"
        self.tensors.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def weight(self, *shape):
        fan_in = np.prod(shape[1:]) if len(shape) > 1 else 16
        return self.tensor((self.random.standard_normal(shape) * np.sqrt(2 / fan_in)).astype(np.float32))

    def node(self, kind, *inputs, outputs=1, **attributes):
        self.count += 1
        names = [f"{kind.lower()}_{self.count}" + (f"_{i}" if outputs > 1 else "") for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, name=f"{kind}_{self.count}", **attributes))
        return names if outputs > 1 else names[0]

    def ints(self, *values):
        return self.tensor(np.array(values, np.int64))

    def scalar(self, value):
        return self.tensor(np.array(value, np.float32))

    def model(self, inputs, output, shape, opset, ir_version=8):
        self.nodes[-1].output[0] = output
        graph = helper.make_graph(self.nodes, "g", inputs, [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)],
                                  self.tensors)
        opsets = [helper.make_opsetid("", opset)] + [helper.make_opsetid(ML, 3)] * any(n.domain == ML for n in self.nodes)
        model = helper.make_model(graph, opset_imports=opsets, ir_version=ir_version)
        onnx.checker.check_model(model)
        return model


def small_cnn():
    g = Graph(1)

    def conv(x, channels, outputs, kernel=3, stride=1, group=1, norm=True):
        y = g.node("Conv", x, g.weight(outputs, channels // group, kernel, kernel), g.weight(outputs), group=group,
                   strides=[stride, stride], pads=[kernel // 2] * 4, kernel_shape=[kernel, kernel])
        if norm:
            positive = lambda: g.tensor(g.random.uniform(0.5, 1.5, outputs).astype(np.float32))
            y = g.node("BatchNormalization", y, positive(), g.weight(outputs), g.weight(outputs), positive())
        return y

    x = g.node("Relu", conv("image", 3, 16, stride=2))
    depthwise = g.node("Clip", conv(x, 16, 16, group=16), g.scalar(0), g.scalar(6))
    x = g.node("Add", x, conv(depthwise, 16, 16, kernel=1))
    squeezed = g.node("Relu", conv(g.node("GlobalAveragePool", x), 16, 4, kernel=1, norm=False))
    x = g.node("Mul", x, g.node("Sigmoid", conv(squeezed, 4, 16, kernel=1, norm=False)))
    deep = g.node("LeakyRelu", conv(g.node("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2]), 16, 24), alpha=0.1)
    up = g.node("Resize", deep, "", g.tensor(np.array([1, 1, 2, 2], np.float32)), mode="nearest",
                coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    x = g.node("Relu", conv(g.node("Concat", x, up, axis=1), 40, 8, group=2))
    x = g.node("AveragePool", x, kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 1, 1], count_include_pad=1)
    x = g.node("Gemm", g.node("Flatten", x), g.weight(10, 8 * 8 * 8), g.weight(10), transB=1)
    g.node("Softmax", x, axis=1)
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, IMAGE)
    return g.model([image], "probabilities", [1, 10], 17)


class Calibration(CalibrationDataReader):
    def __init__(self):
        random = np.random.default_rng(2)
        self.batches = iter([{"image": random.random(IMAGE, np.float32)} for _ in range(8)])

    def get_next(self):
        return next(self.batches, None)


def small_transformer():
    g = Graph(3)
    width, heads, inner = 16, 4, 32

    def layer_norm(x):
        centred = g.node("Sub", x, g.node("ReduceMean", x, axes=[-1]))
        variance = g.node("ReduceMean", g.node("Pow", centred, g.scalar(2)), axes=[-1])
        normal = g.node("Div", centred, g.node("Sqrt", g.node("Add", variance, g.scalar(1e-5))))
        return g.node("Add", g.node("Mul", normal, g.weight(width)), g.weight(width))

    def linear(x, inputs, outputs):
        return g.node("Add", g.node("MatMul", x, g.weight(inputs, outputs)), g.weight(outputs))

    def dimension(x, index):
        picked = g.node("Gather", g.node("Shape", x), g.tensor(np.array(index, np.int64)), axis=0)
        return g.node("Unsqueeze", picked, g.ints(0))

    def split_heads(x, permutation):
        shape = g.node("Concat", dimension(x, 0), dimension(x, 1), g.ints(heads), g.ints(width // heads), axis=0)
        return g.node("Transpose", g.node("Reshape", x, shape), perm=permutation)

    x = "tokens"
    query, key, value = g.node("Split", linear(x, width, 3 * width), g.ints(width, width, width), outputs=3, axis=-1)
    scores = g.node("MatMul", split_heads(query, [0, 2, 1, 3]), split_heads(key, [0, 2, 3, 1]))
    weights = g.node("Softmax", g.node("Div", scores, g.scalar(2)), axis=-1)
    mixed = g.node("Transpose", g.node("MatMul", weights, split_heads(value, [0, 2, 1, 3])), perm=[0, 2, 1, 3])
    joined = g.node("Reshape", mixed, g.node("Concat", dimension(mixed, 0), dimension(mixed, 1), g.ints(-1), axis=0))
    x = layer_norm(g.node("Add", x, linear(joined, width, width)))
    hidden = linear(x, width, inner)
    bell = g.node("Add", g.node("Erf", g.node("Div", hidden, g.scalar(np.sqrt(2)))), g.scalar(1))
    gelu = g.node("Mul", g.node("Mul", hidden, bell), g.scalar(0.5))
    layer_norm(g.node("Add", x, linear(gelu, inner, width)))
    tokens = helper.make_tensor_value_info("tokens", TensorProto.FLOAT, [1, 12, width])
    return g.model([tokens], "encoded", [1, 12, width], 14)


def small_recurrent():
    g = Graph(4)
    inputs, width, batch = 6, 5, 3

    def layer(x, kind, gates, inputs, lengths, directions=1, peepholes=None, **attributes):
        weights = (g.weight(directions, gates * width, inputs), g.weight(directions, gates * width, width))
        optional = [g.tensor(np.array(lengths, np.int32))] + ([] if peepholes is None else ["", "", peepholes])
        return g.node(kind, x, *weights, g.weight(directions, 2 * gates * width), *optional, outputs=3 if kind == "LSTM" else 2,
                      hidden_size=width, **attributes)

    x = g.node("Transpose", "sequences", perm=[1, 0, 2])
    both, _, cell = layer(x, "LSTM", 4, inputs, [7, 4, 1], directions=2, peepholes=g.weight(2, 3 * width), clip=0.9,
                          direction="bidirectional")
    both = g.node("Reshape", g.node("Transpose", both, perm=[0, 2, 1, 3]), g.ints(7, batch, 2 * width))
    single, *_ = layer(both, "LSTM", 4, 2 * width, [6, 7, 2], clip=1.5)
    x = g.node("Squeeze", single, g.ints(1))
    back, _ = layer(x, "GRU", 3, width, [3, 0, 7], clip=0.5, direction="reverse", linear_before_reset=1)
    _, last = layer(g.node("Squeeze", back, g.ints(1)), "RNN", 1, width, [7, 5, 6], clip=0.4)
    g.node("Concat", g.node("Reshape", single, g.ints(-1)), g.node("Reshape", back, g.ints(-1)), g.node("Reshape", last, g.ints(-1)),
           g.node("Reshape", cell, g.ints(-1)), axis=0)
    sequences = helper.make_tensor_value_info("sequences", TensorProto.FLOAT, [batch, 7, inputs])
    return g.model([sequences], "states", [2 * 7 * batch * width + batch * width + 2 * batch * width], 17)


def small_places():
    g = Graph(5)
    conv = lambda x, inputs, outputs: g.node("Conv", x, g.weight(outputs, inputs, 3, 3), g.weight(outputs), pads=[1] * 4)
    pooled, places = g.node("MaxPool", g.node("Relu", conv("image", 3, 6)), outputs=2, kernel_shape=[2, 2], strides=[2, 2])
    conv(g.node("MaxUnpool", conv(pooled, 6, 6), places, kernel_shape=[2, 2], strides=[2, 2]), 6, 2)
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 16, 18])
    return g.model([image], "classes", [1, 2, 16, 18], 17)


def small_lengths():
    g = Graph(6)
    inputs, width = 6, 5
    first = g.node("Gather", "sequences", g.tensor(np.array(0, np.int64)), axis=2)
    lengths = g.node("Cast", g.node("ReduceSum", g.node("Cast", g.node("Greater", first, g.scalar(0)), to=TensorProto.INT32), g.ints(1),
                                    keepdims=0), to=TensorProto.INT32)
    x = g.node("Transpose", "sequences", perm=[1, 0, 2])
    both, _ = g.node("GRU", x, g.weight(2, 3 * width, inputs), g.weight(2, 3 * width, width), g.weight(2, 6 * width), lengths, outputs=2,
                     hidden_size=width, direction="bidirectional")
    both = g.node("Reshape", g.node("Transpose", both, perm=[0, 2, 1, 3]), g.ints(7, 3, 2 * width))
    states, _, cell = g.node("LSTM", both, g.weight(1, 4 * width, 2 * width), g.weight(1, 4 * width, width), g.weight(1, 8 * width), lengths,
                             outputs=3, hidden_size=width)
    g.node("Concat", g.node("Reshape", states, g.ints(-1)), g.node("Reshape", cell, g.ints(-1)), axis=0)
    sequences = helper.make_tensor_value_info("sequences", TensorProto.FLOAT, [3, 7, inputs])
    return g.model([sequences], "states", [7 * 3 * width + 3 * width], 17)


def small_forest():
    g = Graph(7)
    features, targets, trees, depth = 8, 3, 6, 4
    inner, leaves = 2 ** depth - 1, 2 ** depth
    count = trees * (inner + leaves)
    tree, node = np.divmod(np.arange(count), inner + leaves)
    is_leaf = node >= inner
    scaled = g.node("Scaler", "rows", domain=ML, offset=g.random.uniform(-0.2, 0.2, features).tolist(), scale=[2.0] * features)
    forest = g.node("TreeEnsembleRegressor", scaled, domain=ML, n_targets=targets, aggregate_function="AVERAGE", base_values=[0.1, 0.2, 0.3],
                    nodes_treeids=tree.tolist(), nodes_nodeids=node.tolist(), nodes_featureids=g.random.integers(0, features, count).tolist(),
                    nodes_values=g.random.uniform(-1, 1, count).astype(np.float32).tolist(),
                    nodes_modes=["LEAF" if leaf else ("BRANCH_LEQ", "BRANCH_GT")[i % 2] for i, leaf in enumerate(is_leaf)],
                    nodes_truenodeids=np.where(is_leaf, 0, 2 * node + 1).tolist(), nodes_falsenodeids=np.where(is_leaf, 0, 2 * node + 2).tolist(),
                    target_treeids=np.repeat(tree[is_leaf], targets).tolist(), target_nodeids=np.repeat(node[is_leaf], targets).tolist(),
                    target_ids=(list(range(targets)) * (trees * leaves)), target_weights=g.random.standard_normal(trees * leaves * targets).tolist())
    x = g.node("Concat", scaled, forest, axis=1)
    g.tensors.append(helper.make_tensor("codes", TensorProto.INT4, [features + targets, 5], g.random.integers(-8, 8, (features + targets) * 5)))
    scales = g.tensor(g.random.uniform(0.1, 0.5, (3, 5)).astype(np.float32))
    g.node("MatMul", x, g.node("DequantizeLinear", "codes", scales, axis=0, block_size=4))
    rows = helper.make_tensor_value_info("rows", TensorProto.FLOAT, [7, features])
    return g.model([rows], "numbers", [7, 5], 21, ir_version=10)


SEEDS = {
    "conv": """<ir_version: 8, opset_import: ["" : 17]>
        g (float[1,2,5,5] x) => (float[1,2,3,3] y) <float[2,1,3,3] w = {1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9}> {
          c = Conv <group = 2, auto_pad = "SAME_UPPER"> (x, w)
          p = AveragePool <kernel_shape = [3,3], strides = [2,2], ceil_mode = 1, count_include_pad = 1, pads = [1,1,1,1]> (c)
          y = Clip (p) }""",
    "shapes": """<ir_version: 8, opset_import: ["" : 17]>
        g (float[2,3,4] x) => (float[2,12] y) <int64[1] zero = {0}, int64[1] open = {-1}, int64 two = {2}> {
          s = Shape (x)  b = Gather (s, zero)  n = Concat <axis = 0> (b, open)
          r = Range (two, two, two)  e = Equal (n, open)  w = Where (e, open, n)  y = Reshape (x, w) }""",
    "slices": """<ir_version: 8, opset_import: ["" : 18]>
        g (float[4,6] x) => (float[2,2] y)
        <int64[1] a = {1}, int64[1] b = {-1}, int64[4] p = {1,-1,0,2}, int64[2] i = {0,2}, int64[2] t = {2,1}> {
          s = Slice (x, a, b, a, a)  q = Pad <mode = "reflect"> (s, p)  k = Tile (q, t)  m = Gather <axis = 1> (k, i)
          u, v = Split <num_outputs = 2> (m)  d = ReduceLogSumExp (u)  y = Add (v, d) }""",
    "codes": """<ir_version: 8, opset_import: ["" : 17]>
        g (float[1,1,3,3] x) => (float[1,2,3,3] y)
        <float s = {0.5}, uint8 z = {3}, int8[2,1,1,1] w = {1,2}, float[2] v = {0.5,2}, int8[2] n = {0,0}> {
          q = QuantizeLinear (x, s, z)  d = DequantizeLinear (q, s, z)  f = DequantizeLinear <axis = 0> (w, v, n)
          c = Conv (d, f)  r = Relu (c)  o = QuantizeLinear (r, s, z)  y = DequantizeLinear (o, s, z) }""",
    "qlinear": """<ir_version: 8, opset_import: ["" : 17]>
        g (uint8[1,1,3,3] x) => (uint8[1,1,3,3] y)
        <float s = {0.5}, uint8 z = {3}, int8[1,1,1,1] w = {1}, int8 n = {0}, int32[1] b = {7}> {
          y = QLinearConv (x, s, z, w, s, n, s, z, b) }""",
    "branch": """<ir_version: 8, opset_import: ["" : 17]>
        g (float[4] x) => (float[4] y) <bool c = {1}, int64 n = {2}> {
          a = If (c) <then_branch = t () => (float[4] r) { r = Exp (x) }, else_branch = f () => (float[4] r) { r = Log (x) }>
          y = Loop (n, c, a) <body = l (int64 i, bool g, float[4] v) => (bool h, float[4] o) { h = Identity (g) o = Exp (v) }> }""",
    "function": """<ir_version: 8, opset_import: ["" : 17, "f" : 1]>
        g (float[4] x) => (float[4] y) { y = f.Leaky <slope = 0.25> (x) }
        <domain: "f", opset_import: ["" : 17]> Leaky <slope> (v) => (r) { r = LeakyRelu <alpha: float = @slope> (v) }""",
    "recurrent": """<ir_version: 8, opset_import: ["" : 17]>
        g (float[2,3,1] x) => (float[2,3,1,1] y)
        <float[1,4,1] w = {1,2,3,4}, float[1,4,1] r = {1,2,3,4}, int32[2] n = {3,1}, float[1,3] p = {1,2,3}> {
          y = LSTM <layout = 1, clip = 0.5, hidden_size = 1, direction = "reverse"> (x, w, r, , n, , , p) }""",
    "others": """<ir_version: 8, opset_import: ["" : 28]>
        g (double[2] d, float[1,1,4,4] x) => (float[1,4,2,2] y) <int64 n = {5}, float[4,1,1,2] w = {1,2,3,4,5,6,7,8}> {
          h = HannWindow <periodic = 0> (n)  s = SpaceToDepth <blocksize = 2> (x)
          t = ConvTranspose <strides = [1,3], output_padding = [0,2]> (s, w)  q = GlobalLpPool <p = 3> (t)
          e = SwiGLU (q, q)  y = Add (s, e) }""",
    "open": """<ir_version: 8, opset_import: ["" : 17]> g (float[batch,4] x) => (float[batch,4] y) { y = Relu (x) }""",
    "coins": """<ir_version: 8, opset_import: ["" : 17]>
        g (float[batch,3,N,8] x) => (float[batch,3,N,8] coins) { coins = Bernoulli (x) }""",
    "blocks": """<ir_version: 10, opset_import: ["" : 21]>
        g (float[2,4] x) => (float[2,3] y) <uint4[4,3] w = {1,2,3,4,5,6,7,8,9,10,11,12}, float[2,3] s = {1,2,3,4,5,6}> {
          d = DequantizeLinear <axis = 0, block_size = 2> (w, s)  y = MatMul (x, d) }""",
    "resize": """<ir_version: 8, opset_import: ["" : 17]>
        g (float[1,1,3,3] x) => (float[1,1,5,6] y) <float[4] s = {1,1,1.7,2}> {
          y = Resize <mode = "cubic", coordinate_transformation_mode = "half_pixel"> (x, , s) }""",
}


def write_seeds():
    folder = HERE.parents[3] / "tests/fuzz/seeds/onnx_fuzz"
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in SEEDS.items():
        (folder / f"{name}.onnx").write_bytes(onnx.parser.parse_model(text).SerializeToString())


def main():
    write_seeds()
    onnx.save(small_cnn(), HERE / "small_cnn.onnx")
    with tempfile.TemporaryDirectory() as folder:  # batch norms go into the convolutions first
        folded = Path(folder) / "folded.onnx"
        quant_pre_process(HERE / "small_cnn.onnx", folded, skip_symbolic_shape=True)
        quantize_static(folded, HERE / "small_cnn_qdq.onnx", Calibration(), quant_format=QuantFormat.QDQ,
                        per_channel=True, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8)
    onnx.save(small_transformer(), HERE / "small_transformer.onnx")
    onnx.save(small_recurrent(), HERE / "small_recurrent.onnx")
    onnx.save(small_places(), HERE / "small_places.onnx")
    onnx.save(small_lengths(), HERE / "small_lengths.onnx")
    onnx.save(small_forest(), HERE / "small_forest.onnx")


if __name__ == "__main__":
    main()
