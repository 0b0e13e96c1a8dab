"""The cases of check_tensorflow_operators.py."""

import dataclasses

import keras
import numpy as np
import tensorflow as tf
import tf_keras
from tensorflow_spectral_cases import spectral

raw = tf.raw_ops


@dataclasses.dataclass
class Case:
    name: str
    function: object
    inputs: dict
    loops: bool = False  # checked in every form that loops have
    refused: str = ""
    kept: list = dataclasses.field(default_factory=list)  # variables of the SavedModel
    old: bool = False  # a frozen graph of TensorFlow 1, of the function called in one


def values(*shape, seed=1, low=-2, high=2):
    return np.random.default_rng(seed).uniform(low, high, shape).astype(np.float32)


def keras_layer(layer, shape, two=False):
    """Its function, and its variables with random values."""
    layer.build(shape)
    for i, variable in enumerate(layer.variables):
        variable.assign(values(*variable.shape, seed=i, low=-0.5, high=0.5))
    return lambda x: layer(x), [variable if two else variable.value for variable in layer.variables]


def loops():
    L = keras.layers

    def recurrent(name, layer, shape=(2, 5, 3)):
        function, kept = keras_layer(layer, shape)
        return Case(name, function, {"x": values(*shape)}, loops=True, kept=kept)

    def counter(x):
        return tf.while_loop(lambda i, y: i < 4, lambda i, y: (i + 1, tf.tanh(y) + tf.cast(i, tf.float32)), (0, x))[1]

    def nested(x):
        def inner(i, y):
            return i + 1, tf.while_loop(lambda j, z: j < i, lambda j, z: (j + 1, z * 0.5 + x), (0, y))[1]
        return tf.while_loop(lambda i, y: i < 4, inner, (0, x))[1]

    def mapped(x):
        return tf.map_fn(lambda row: tf.nn.softmax(row) * 2, x)

    def scanned(x):
        return tf.scan(lambda before, row: before * 0.5 + row, x)

    def pushed(x):
        array = tf.TensorArray(tf.float32, 0, dynamic_size=True, element_shape=(3,))
        for i in range(3):
            array = array.write(i, x[i] * i)
        return array.stack(), array.concat() if False else array.gather([2, 0])

    def unrolled_lists(x):
        items = raw.TensorListFromTensor(tensor=x, element_shape=[3])
        items = raw.TensorListPushBack(input_handle=items, tensor=x[0] * 2)
        items, last = raw.TensorListPopBack(input_handle=items, element_shape=[3], element_dtype=tf.float32)
        reserved = raw.TensorListReserve(element_shape=[3], num_elements=2, element_dtype=tf.float32)
        reserved = raw.TensorListSetItem(input_handle=reserved, index=1, item=last)
        return (raw.TensorListStack(input_handle=items, element_shape=[3], element_dtype=tf.float32),
                raw.TensorListStack(input_handle=reserved, element_shape=[3], element_dtype=tf.float32))

    def conditional(x):
        def body(i, y):
            return i + 1, tf.cond(i % 2 > 0, lambda: y + 1.0, lambda: y * 2.0)
        return tf.while_loop(lambda i, y: i < 3, body, (0, x))[1]

    def switched(x):
        def body(i, y):
            return i + 1, tf.switch_case(i % 3, [lambda: y + 1.0, lambda: tf.tanh(y), lambda: y * 2.0])
        return tf.while_loop(lambda i, y: i < 4, body, (0, x))[1]

    def of_keras_2(name, layer, shape=(2, 5, 3)):
        function, kept = keras_layer(layer, shape, two=True)
        return Case(name, function, {"x": values(*shape)}, loops=True, kept=kept)

    def dynamic_rnn(x):
        """An LSTM as TensorFlow 1's own."""
        kernel = tf.compat.v1.get_variable("kernel", initializer=values(7, 16, low=-0.5, high=0.5))
        places = tf.shape(x)[1]
        inputs = tf.TensorArray(tf.float32, places).unstack(tf.transpose(x, [1, 0, 2]))
        outputs = tf.TensorArray(tf.float32, places)

        def step(time, outputs, state, memory):
            gates = tf.matmul(tf.concat([inputs.read(time), state], 1), kernel)
            i, c, f, o = tf.split(gates, 4, 1)
            memory = tf.sigmoid(f + 1.0) * memory + tf.sigmoid(i) * tf.tanh(c)
            state = tf.sigmoid(o) * tf.tanh(memory)
            return time + 1, outputs.write(time, state), state, memory

        zeros = tf.zeros([tf.shape(x)[0], 4])
        _, outputs, state, _ = tf.while_loop(lambda time, *_: time < places, step, (0, outputs, zeros, zeros))
        return tf.transpose(outputs.stack(), [1, 0, 2]), state

    def of_variable(name, function, variable, indices):
        return Case(name, lambda i: function(variable, i), {"i": np.array(indices, np.int32)}, loops=True, kept=[variable])

    table = tf.Variable(values(5, 3))
    return [
        of_variable("ResourceGather", lambda v, i: tf.gather(v, i), table, [4, 0, 2]),
        of_variable("ResourceGather and read", lambda v, i: tf.gather(v, i) + v[:2], table, [4, 0]),
        of_variable("ResourceGatherNd", lambda v, i: v.gather_nd(i), table, [[4, 0], [2, 1]]),
        Case("Enter LSTM", dynamic_rnn, {"x": values(2, 5, 3)}, old=True),
        Case("Enter nested", nested, {"x": values(2, 3)}, old=True),
        Case("Enter cond", conditional, {"x": values(2, 3)}, old=True),
        Case("Enter map_fn", mapped, {"x": values(4, 3)}, old=True),
        of_keras_2("While LSTM of Keras 2", tf_keras.layers.LSTM(4, return_sequences=True)),
        of_keras_2("While GRU of Keras 2", tf_keras.layers.GRU(4)),
        of_keras_2("LayerNormalization of Keras 2", tf_keras.layers.LayerNormalization(epsilon=1e-2)),
        recurrent("While LSTM", L.LSTM(4)),
        recurrent("While LSTM sequences", L.LSTM(4, return_sequences=True)),
        recurrent("While LSTM backwards", L.LSTM(4, go_backwards=True, return_sequences=True)),
        recurrent("While GRU", L.GRU(4)),
        recurrent("While GRU before", L.GRU(4, reset_after=False, return_sequences=True)),
        recurrent("While RNN", L.SimpleRNN(4, return_sequences=True)),
        recurrent("While Bidirectional", L.Bidirectional(L.LSTM(4, return_sequences=True))),
        recurrent("While stacked cells", L.RNN([L.LSTMCell(4), L.GRUCell(3)])),
        recurrent("While TimeDistributed", L.TimeDistributed(L.Dense(4)), (2, 5, 3)),
        recurrent("While ConvLSTM", L.ConvLSTM2D(2, 3, padding="same"), (1, 3, 6, 5, 2)),
        Case("While counter", counter, {"x": values(2, 3)}, loops=True),
        Case("While nested", nested, {"x": values(2, 3)}, loops=True),
        Case("While map_fn", mapped, {"x": values(4, 3)}, loops=True),
        Case("While scan", scanned, {"x": values(4, 3)}, loops=True),
        Case("While cond", conditional, {"x": values(2, 3)}, loops=True),
        Case("While switch_case", switched, {"x": values(2, 3)}, loops=True),
        Case("While of run time", lambda x: tf.while_loop(lambda y: tf.reduce_sum(y) < 9.0, lambda y: (y + 1.0,), (x,))[0],
             {"x": values(2, 3)}, loops=True, refused="a number of rounds that is computed at run time"),
        Case("While without end", lambda x: tf.while_loop(lambda i, y: i < 5000, lambda i, y: (i + 1, y), (0, x))[1],
             {"x": values(2, 3)}, refused="more than 1024 rounds"),
        Case("TensorArray", pushed, {"x": values(3, 3)}),
        Case("TensorList", unrolled_lists, {"x": values(4, 3)}),
    ]


def operators():
    found = []

    def add(name, function, *inputs, refused=""):
        found.append(Case(name, function, dict(zip("abcd", inputs)), refused=refused))

    image, matrix, cube = values(2, 6, 5, 4), values(3, 4), values(2, 3, 4)
    wide = values(3, 40, low=-8, high=8)
    for bits, narrow in ((8, False), (8, True), (4, False)):
        add(f"FakeQuantWithMinMaxArgs {bits} {narrow}",
            lambda x, b=bits, n=narrow: raw.FakeQuantWithMinMaxArgs(inputs=x, min=-3.1, max=5.7, num_bits=b, narrow_range=n), wide)
        add(f"FakeQuantWithMinMaxVars {bits} {narrow}",
            lambda x, b=bits, n=narrow: raw.FakeQuantWithMinMaxVars(inputs=x, min=-0.5, max=6.0, num_bits=b, narrow_range=n), wide)
    add("FakeQuantWithMinMaxVarsPerChannel",
        lambda x: raw.FakeQuantWithMinMaxVarsPerChannel(inputs=x, min=[-1.0, -2.5, 0.0, -3.0], max=[1.0, 0.3, 2.0, 0.0]), image)
    add("LRN", lambda x: raw.LRN(input=x, depth_radius=2, bias=1.5, alpha=0.3, beta=0.6), values(1, 3, 3, 9))
    add("ScatterNd", lambda x: raw.ScatterNd(indices=[[1, 2], [0, 0], [1, 2]], updates=x, shape=[2, 3, 4]), matrix)
    for name in ("Update", "Add", "Sub", "Max", "Min"):
        indices = [[2], [0]] if name == "Update" else [[2], [0], [2]]
        add(f"TensorScatter{name}",
            lambda x, u, n=name, i=indices: getattr(raw, "TensorScatter" + n)(tensor=x, indices=i, updates=u[:len(i)]),
            matrix, values(3, 4, seed=2))
    places = np.array([[2], [0], [2]], np.int32)
    add("ScatterNd computed", lambda x, i: raw.ScatterNd(indices=i, updates=x, shape=[3, 4]), matrix, places)
    for name in ("Update", "Add", "Sub", "Max", "Min"):
        add(f"TensorScatter{name} computed",
            lambda x, u, i, n=name: getattr(raw, "TensorScatter" + n)(tensor=x, indices=i, updates=u),
            matrix, values(3, 4, seed=2), places[:2] if name == "Update" else places)
    for name in ("Sum", "Max", "Min", "Prod"):
        add(f"UnsortedSegment{name} computed",
            lambda x, i, n=name: getattr(raw, "UnsortedSegment" + n)(data=x, segment_ids=i, num_segments=4), matrix,
            np.array([2, -1, 2], np.int32))
    add("SparseToDense", lambda x: raw.SparseToDense(sparse_indices=[[0, 1], [2, 3]], output_shape=[3, 4], sparse_values=x, default_value=0.5),
        values(2))
    for lower, upper in ((0, 0), (-1, 0), (1, -1), (1, 2)):
        add(f"MatrixBandPart {lower} {upper}", lambda x, l=lower, u=upper: raw.MatrixBandPart(input=x, num_lower=l, num_upper=u), cube)
    add("MatrixDiag", lambda x: raw.MatrixDiag(diagonal=x), matrix)
    for k in (0, 1, -2):
        add(f"MatrixDiagV3 {k}", lambda x, k=k: raw.MatrixDiagV3(diagonal=x, k=k, num_rows=-1, num_cols=-1, padding_value=0.5), matrix)
        add(f"MatrixDiagPartV3 {k}", lambda x, k=k: raw.MatrixDiagPartV3(input=x, k=k, padding_value=0.0), cube)
        add(f"MatrixSetDiagV3 {k}", lambda x, d, k=k: raw.MatrixSetDiagV3(input=x, diagonal=d[:, :{0: 3, 1: 3, -2: 1}[k]], k=k), cube,
            values(2, 3, seed=2))
    for exclusive, reverse in ((False, False), (True, True)):
        add(f"Cumsum {exclusive}", lambda x, e=exclusive, r=reverse: raw.Cumsum(x=x, axis=-1, exclusive=e, reverse=r), cube)
    add("Atan2", lambda y, x: raw.Atan2(y=y, x=x), values(3, 4, seed=2), values(3, 4, seed=3))
    add("Atan2 of the axes", lambda y, x: raw.Atan2(y=y, x=x), np.array([0, 0, 1, -1, 0], np.float32), np.array([1, -1, 0, 0, 0], np.float32))
    for half in (tf.float16, tf.bfloat16):
        add(f"Arithmetic of {half.name}", lambda x, h=half: tf.cast(tf.tanh(tf.cast(x, h) * 3 - tf.cast(x, h)), tf.float32), matrix)
        add(f"Maximum of {half.name}", lambda x, h=half: tf.cast(tf.maximum(tf.reduce_max(tf.cast(x, h), -1), tf.cast(0.1, h)), tf.float32), matrix)
    add("ResizeBilinear of float16", lambda x: raw.ResizeBilinear(images=tf.cast(x, tf.float16), size=[9, 7]), image)
    add("ReverseV2", lambda x: raw.ReverseV2(tensor=x, axis=[0, -1]), cube)
    add("ReverseSequence", lambda x: raw.ReverseSequence(input=x, seq_lengths=[2, 3], seq_dim=1, batch_dim=0), cube)
    add("Roll", lambda x: raw.Roll(input=x, shift=[1, -1], axis=[0, 2]), cube)
    add("InvertPermutation", lambda x: tf.transpose(x, raw.InvertPermutation(x=[2, 0, 1])), cube)
    add("Where", lambda x: tf.gather_nd(x, raw.Where(condition=[[True, False, False, True], [False] * 4, [False, True, False, False]])), matrix)
    add("Where of run time", lambda x: tf.gather_nd(x, raw.Where(condition=x > 0)), matrix,
        refused="operands that are computed at run time")
    add("LinSpace", lambda x: x + raw.LinSpace(start=-1.0, stop=2.5, num=4), matrix)
    for name in ("Sum", "Mean", "Max", "Min", "Prod"):
        add(f"Segment{name}", lambda x, n=name: getattr(raw, "Segment" + n)(data=x, segment_ids=[0, 0, 2]), matrix)
        if name != "Mean":
            add(f"UnsortedSegment{name}",
                lambda x, n=name: getattr(raw, "UnsortedSegment" + n)(data=x, segment_ids=[2, 0, 2], num_segments=3)[::2], matrix)
    add("SegmentSum of run time", lambda x, i: raw.SegmentSum(data=x, segment_ids=i), matrix, np.array([0, 0, 1], np.int32),
        refused="the list of segments that is computed at run time")
    for half in (False, True):
        add(f"ResizeBicubic {half}", lambda x, h=half: raw.ResizeBicubic(images=x, size=[9, 7], half_pixel_centers=h), image)
        add(f"ResizeBicubic smaller {half}", lambda x, h=half: raw.ResizeBicubic(images=x, size=[3, 2], half_pixel_centers=h), image)
    add("ResizeBicubic corners", lambda x: raw.ResizeBicubic(images=x, size=[9, 7], align_corners=True), image)
    for size in ([3, 2], [4, 3], [9, 7]):
        add(f"ResizeArea {size}", lambda x, s=size: raw.ResizeArea(images=x, size=s), image)
    boxes = [[0.1, 0.2, 0.7, 0.9], [0.0, 0.0, 1.0, 1.0], [-0.2, 0.3, 1.2, 0.6], [0.8, 0.9, 0.2, 0.1]]
    for method in ("bilinear", "nearest"):
        add(f"CropAndResize {method}",
            lambda x, m=method: raw.CropAndResize(image=x, boxes=boxes, box_ind=[0, 1, 1, 0], crop_size=[3, 4], method=m), image)
    add("CropAndResize of run time", lambda x, b: raw.CropAndResize(image=x, boxes=b, box_ind=[0], crop_size=[3, 4]), image, values(1, 4),
        refused="a list of boxes that is computed at run time")
    add("ExtractImagePatches", lambda x: raw.ExtractImagePatches(images=x, ksizes=[1, 2, 3, 1], strides=[1, 2, 1, 1], rates=[1, 2, 1, 1],
                                                                 padding="SAME"), image)
    add("MaxPoolV2", lambda x: raw.MaxPoolV2(input=x, ksize=[1, 2, 3, 1], strides=[1, 2, 2, 1], padding="SAME"), image)
    add("MaxPoolWithArgmax", lambda x: raw.MaxPoolWithArgmax(input=x, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="VALID")[0], image)
    add("SpaceToBatch", lambda x: raw.SpaceToBatch(input=x, paddings=[[0, 0], [1, 2]], block_size=2), image)
    add("BatchToSpace", lambda x: raw.BatchToSpace(input=x, crops=[[0, 1], [1, 0]], block_size=2), values(8, 3, 2, 4))
    add("SpaceToBatchND", lambda x: raw.SpaceToBatchND(input=x, block_shape=[2, 3], paddings=[[1, 1], [0, 1]]), image)
    add("SpaceToBatchND sequence", lambda x: raw.SpaceToBatchND(input=x, block_shape=[3], paddings=[[0, 2]]), values(2, 7, 4))
    add("BatchToSpaceND", lambda x: raw.BatchToSpaceND(input=x, block_shape=[2, 3], crops=[[1, 1], [0, 1]]), values(12, 4, 2, 4))
    add("BatchToSpaceND sequence", lambda x: raw.BatchToSpaceND(input=x, block_shape=[3], crops=[[0, 2]]), values(6, 3, 4))
    add("Conv1D dilated", lambda x: tf.nn.conv1d(x, values(3, 4, 5, seed=3), 1, "SAME", dilations=2), values(2, 7, 4))
    add("Conv1D", lambda x: tf.nn.conv1d(x, values(3, 4, 5, seed=3), 2, "SAME"), values(2, 7, 4))
    add("DepthwiseConv2dNative dilated", lambda x: raw.DepthwiseConv2dNative(
        input=x, filter=values(3, 3, 4, 2, seed=3), strides=[1, 1, 1, 1], padding="SAME", dilations=[1, 2, 2, 1]), image)
    add("DepthwiseConv2d atrous", lambda x: tf.nn.depthwise_conv2d(x, values(3, 3, 4, 2, seed=3), [1, 1, 1, 1], "SAME", dilations=[2, 2]), image)
    add("Conv2DBackpropInput", lambda x: tf.nn.conv2d_transpose(x, values(3, 3, 5, 4, seed=3), [2, 12, 10, 5], 2, "SAME"), image)
    volume = values(2, 4, 5, 6, 3)
    for padding in ("SAME", "VALID"):
        add(f"Conv3D {padding}", lambda x, p=padding: raw.Conv3D(input=x, filter=values(2, 3, 3, 3, 5, seed=3), strides=[1, 1, 2, 2, 1], padding=p), volume)
        add(f"Conv3D of depths {padding}", lambda x, p=padding: raw.Conv3D(input=x, filter=values(3, 1, 1, 3, 5, seed=3), strides=[1, 2, 1, 1, 1], padding=p), volume)
        for name in ("MaxPool3D", "AvgPool3D"):
            add(f"{name} {padding}", lambda x, n=name, p=padding: getattr(raw, n)(input=x, ksize=[1, 2, 3, 3, 1], strides=[1, 2, 2, 1, 1], padding=p), volume)
        size = {"SAME": [2, 8, 9, 12, 5], "VALID": [2, 9, 12, 14, 5]}[padding]
        add(f"Conv3DBackpropInputV2 {padding}", lambda x, p=padding, s=size: raw.Conv3DBackpropInputV2(
            input_sizes=s, filter=values(3, 3, 3, 5, 3, seed=3), out_backprop=x, strides=[1, 2, 2, 2, 1], padding=p), volume)
        for given in (image, volume):
            rank, channels = given.ndim, given.shape[-1]
            add(f"Conv {padding} {rank}", lambda x, p=padding, r=rank, c=channels: raw.Conv(
                input=x, filter=values(*[3] * (r - 2), c, 5, seed=3), strides=[1] + [2] * (r - 2) + [1], padding=p), given)
    add("Conv EXPLICIT", lambda x: raw.Conv(input=x, filter=values(3, 3, 4, 5, seed=3), strides=[1, 1, 2, 1], padding="EXPLICIT",
                                            explicit_paddings=[0, 0, 1, 2, 0, 1, 0, 0]), image)
    add("MulNoNan", lambda x: raw.MulNoNan(x=x / 0.0, y=tf.nn.relu(x) * 0.0), matrix)
    add("DivNoNan", lambda x: raw.DivNoNan(x=x, y=tf.nn.relu(x)), matrix)
    add("Xdivy", lambda x: raw.Xdivy(x=tf.nn.relu(x), y=x), matrix)
    add("Xlogy", lambda x: raw.Xlogy(x=tf.nn.relu(x), y=tf.nn.relu(x)), matrix)
    add("L2Loss", lambda x: raw.L2Loss(t=x), matrix)
    add("Invert", lambda x: raw.Invert(x=x), np.arange(-5, 7, dtype=np.int32))
    scale, offset = values(4, seed=4), values(4, seed=5)
    for format in ("NHWC", "NCHW"):
        x = image if format == "NHWC" else np.ascontiguousarray(image.transpose(0, 3, 1, 2))
        add(f"FusedBatchNormV3 {format}", lambda x, f=format: raw.FusedBatchNormV3(
            x=x, scale=scale, offset=offset, mean=offset, variance=np.abs(scale) + 0.5, is_training=False, data_format=f)[0], x)
    for format in ("NDHWC", "NCDHW"):
        last = values(2, 3, 5, 6, 4)
        x = last if format == "NDHWC" else np.ascontiguousarray(last.transpose(0, 4, 1, 2, 3))
        add(f"FusedBatchNormV3 {format}", lambda x, f=format: raw.FusedBatchNormV3(
            x=x, scale=scale, offset=offset, mean=offset, variance=np.abs(scale) + 0.5, is_training=False, data_format=f)[0], x)
        add(f"BiasAdd {format}", lambda x, f=format: tf.nn.bias_add(x, offset, data_format=f), x)
    add("FusedBatchNormV3 of the images", lambda x: raw.FusedBatchNormV3(
        x=x, scale=scale, offset=offset, mean=np.zeros(0, np.float32), variance=np.zeros(0, np.float32), is_training=True)[0], image)
    add("Einsum", lambda x, y: tf.einsum("bij,bjk->bik", x, y), cube, values(2, 4, 5))
    return found


def later_operators():
    """Compositions, what only a graph of TensorFlow 1 has, and what is known once sizes are."""
    found = []

    def add(name, function, *inputs, refused="", old=False):
        found.append(Case(name, function, dict(zip("abcd", inputs)), refused=refused, old=old))

    image, matrix, cube = values(2, 6, 5, 4), values(3, 4), values(2, 3, 4)
    special = np.array([np.nan, 3, -0.5, 0, np.inf, -np.inf, 2.5, -3.5], np.float32)
    for name in ("Sign", "Abs", "Rint", "Round", "Floor", "Ceil"):
        add(f"{name} of NaN", lambda x, n=name: getattr(raw, n)(x=x), special)
    add("Sign of integers", lambda x: raw.Sign(x=x), np.arange(-3, 4, dtype=np.int32))
    for name in ("Relu", "Relu6", "LeakyRelu"):
        add(f"{name} of NaN", lambda x, n=name: getattr(raw, n)(features=x), special)
    add("Max and Min of NaN", lambda x: (raw.Max(input=x, axis=[0]), raw.Min(input=x, axis=[0])), special)
    add("AccumulateNV2", lambda x, y: raw.AccumulateNV2(inputs=[x, y, x], shape=[3, 4]), matrix, values(3, 4, seed=2))
    add("ApproximateEqual", lambda x, y: raw.ApproximateEqual(x=x, y=y, tolerance=0.7), matrix, values(3, 4, seed=2))
    add("BiasAddV1", lambda x: raw.BiasAddV1(value=x, bias=values(4, seed=2)), image)
    add("Xlog1py", lambda x: raw.Xlog1py(x=tf.nn.relu(x), y=tf.nn.relu(x)), matrix)
    add("Cross", lambda x, y: raw.Cross(a=x, b=y), values(2, 4, 3), values(2, 4, 3, seed=2))
    add("ToBool", lambda x: (raw.ToBool(input=x), raw.ToBool(input=x[0]), raw.ToBool(input=x[0] * 0.0)), values(3))
    add("Erfc", lambda x: raw.Erfc(x=x), values(40, low=-4, high=4))
    add("Erfc tail", lambda x: raw.Erfc(x=x) * 1e7, values(40, low=4, high=6))
    for axis, keep in (([1], False), ([0, 2], True), ([], False)):
        add(f"EuclideanNorm {axis}", lambda x, a=axis, k=keep: raw.EuclideanNorm(input=x, axis=np.array(a, np.int32), keep_dims=k), cube)
    add("GuaranteeConst", lambda x: x + raw.GuaranteeConst(input=tf.constant([1.0, 2.0, 3.0, 4.0])), matrix)
    add("ParallelConcat", lambda x: tf.parallel_stack([x, x * 2]), matrix)
    add("ConcatOffset", lambda x: tf.stack([tf.cast(o, tf.float32) for o in raw.ConcatOffset(
        concat_dim=1, shape=[tf.shape(x), tf.shape(x) - [0, 2], tf.shape(x)])]) + x[0, 0], matrix)
    for name, flags in (("first", [True, False, True]), ("none", [False] * 3)):
        add(f"Reverse {name}", lambda x, f=flags: raw.Reverse(tensor=x, dims=f), cube)
    add("UnravelIndex", lambda x: tf.cast(raw.UnravelIndex(indices=[5, 0, 11], dims=tf.shape(x)), tf.float32) + x[0, 0], matrix)
    for reverse in (False, True):
        add(f"NthElement {reverse}", lambda x, r=reverse: raw.NthElement(input=x, n=2, reverse=r), cube)
    add("ApproxTopK", lambda x: raw.ApproxTopK(input=x, k=3, reduction_dimension=-1)[:2], values(2, 64))
    add("ScatterNdNonAliasingAdd", lambda x: raw.ScatterNdNonAliasingAdd(input=x, indices=[[2], [0], [2]], updates=x), matrix)
    for name in ("DynamicStitch", "ParallelDynamicStitch"):
        add(name, lambda x, y, n=name: getattr(raw, n)(indices=[[3, 1], [[0, 2], [1, 4]]], data=[x[:2], tf.reshape(y, [2, 2, 3])]),
            values(3, 3), values(4, 3, seed=2))
    add("DynamicStitch of sizes", lambda x: tf.reshape(x, raw.DynamicStitch(indices=[[1], [0, 2]], data=[tf.shape(x)[1:], [-1, 2]])), values(4, 4))
    add("DynamicStitch with a hole", lambda x: raw.DynamicStitch(indices=[[0, 2]], data=[x[:2]]), matrix, refused="places that nothing comes to")
    for shape in ((4,), (2, 3)):
        add(f"Diag {shape}", lambda x: (raw.Diag(diagonal=x), raw.DiagPart(input=raw.Diag(diagonal=x * 2))), values(*shape))
    add("DiagPart", lambda x: raw.DiagPart(input=x), values(2, 3, 2, 3))
    add("Empty", lambda x: x + raw.Empty(shape=tf.shape(x), dtype=tf.float32, init=True), matrix)
    grey = np.array([[0.3, 0.3, 0.3], [0, 0, 0], [1, 0, 0], [0.5, 0.5, 0.1], [0.1, 0.5, 0.5]], np.float32)
    for name, colours in (("", values(2, 7, 3, low=0, high=1)), (" grey", grey)):
        add(f"RGBToHSV{name}", lambda x: raw.RGBToHSV(images=x), colours)
        add(f"HSVToRGB{name}", lambda x: raw.HSVToRGB(images=x), colours)
        if name != " grey":
            colours = colours[None]
            for delta in (0.3, -0.45):
                add(f"AdjustHue {delta}", lambda x, d=delta: raw.AdjustHue(images=x, delta=d), colours)
            for scale in (0.4, 1.9):
                add(f"AdjustSaturation {scale}", lambda x, s=scale: raw.AdjustSaturation(images=x, scale=s), colours)
    add("AdjustContrastv2", lambda x: raw.AdjustContrastv2(images=x, contrast_factor=1.7), values(2, 6, 5, 3))
    for padding in ("SAME", "VALID"):
        add(f"Dilation2D {padding}", lambda x, p=padding: raw.Dilation2D(
            input=x, filter=values(3, 2, 4, seed=3), strides=[1, 2, 1, 1], rates=[1, 1, 2, 1], padding=p), image)
    for mode in ("REFLECT", "SYMMETRIC"):
        border, one = [[0, 0], [1, 2], [2, 0], [0, 0]], image[:1]  # TensorFlow's kernels mix up pictures of a batch
        add(f"FusedPadConv2D {mode}", lambda x, m=mode: raw.FusedPadConv2D(
            input=x, paddings=border, filter=values(3, 3, 4, 5, seed=3), mode=m, strides=[1, 2, 1, 1], padding="VALID"), one)
        add(f"FusedResizeAndPadConv2D {mode}", lambda x, m=mode: raw.FusedResizeAndPadConv2D(
            input=x, size=[9, 7], paddings=border, filter=values(3, 3, 4, 5, seed=3), mode=m, strides=[1, 1, 1, 1], padding="VALID"), one)
    for type in (np.float32, np.int32):
        add(f"Bucketize {type.__name__}", lambda x: raw.Bucketize(input=x, boundaries=[-1.0, 0.0, 0.0, 1.5]), np.array([[-3, -1, 0], [1, 2, 7]], type))
    rows, given = np.sort(values(2, 7), axis=1), values(2, 5, seed=2)
    rows[:, 3] = given[:, 1] = 0.25
    for name in ("LowerBound", "UpperBound"):
        add(name, lambda x, y, n=name: getattr(raw, n)(sorted_inputs=np.sort(rows), values=y) + tf.cast(x[:1, :1] * 0, tf.int32), rows, given)
        add(f"{name} of run time", lambda x, y, n=name: getattr(raw, n)(sorted_inputs=x, values=y, out_type=tf.int64), np.sort(rows), given)
    drawn = np.random.default_rng(4).integers(0, 6, (3, 8)).astype(np.int32)
    none = np.zeros(0, np.float32)
    add("Bincount", lambda i: raw.Bincount(arr=i, size=5, weights=none), drawn)
    add("Bincount weights", lambda i, w: raw.Bincount(arr=i, size=5, weights=w), drawn, values(3, 8))
    for binary in (False, True):
        add(f"DenseBincount {binary}", lambda i, b=binary: raw.DenseBincount(input=i, size=5, weights=none, binary_output=b), drawn)
        add(f"DenseBincount row {binary}", lambda i, b=binary: raw.DenseBincount(
            input=i, size=7, weights=np.zeros(0, np.int32), binary_output=b), drawn[0])
    add("DenseBincount weights", lambda i, w: raw.DenseBincount(input=i, size=5, weights=w, binary_output=False), drawn, values(3, 8))
    for format in ("NCHW", "NHWC"):
        other = {"NCHW": "NHWC", "NHWC": "NCHW"}[format]
        add(f"DataFormatDimMap {format}", lambda x, f=format, o=other: tf.cast(
            raw.DataFormatDimMap(x=[0, 1, 2, 3, -1, -2], src_format=f, dst_format=o), tf.float32) + x[0, 0], matrix)
        for numbers in ([1, 2, 3, 4], [[1, 2], [3, 4], [5, 6], [7, 8]], [5, 6]):
            add(f"DataFormatVecPermute {format} {np.shape(numbers)}", lambda x, f=format, o=other, n=numbers: tf.cast(
                raw.DataFormatVecPermute(x=n, src_format=f, dst_format=o), tf.float32) + x[0, 0], matrix)
    for kernel in ("lanczos1", "lanczos3", "lanczos5", "gaussian", "box", "triangle", "keyscubic", "mitchellcubic"):
        for antialias in (True, False):
            add(f"ScaleAndTranslate {kernel} {antialias}", lambda x, k=kernel, a=antialias: raw.ScaleAndTranslate(
                images=x, size=[4, 11], scale=[0.6, 1.7], translation=[0.3, -1.2], kernel_type=k, antialias=a), values(1, 9, 7, 2))
    add("resize antialias", lambda x: tf.image.resize(x, [4, 11], antialias=True), values(1, 9, 7, 2))
    inputs, units = 3, 4
    weights = {"cs_prev": values(2, units, seed=2), "h_prev": values(2, units, seed=3), "w": values(inputs + units, 4 * units, seed=4),
               "wci": values(units, seed=5), "wcf": values(units, seed=6), "wco": values(units, seed=7), "b": values(4 * units, seed=8)}
    for peepholes, clip in ((False, -1.0), (True, 0.4)):
        add(f"LSTMBlockCell {peepholes}", lambda x, p=peepholes, c=clip: raw.LSTMBlockCell(
            x=x, use_peephole=p, cell_clip=c, forget_bias=0.7, **weights)[1::5], values(2, inputs))
        for places in (5, 3):
            add(f"BlockLSTM {peepholes} {places}", lambda x, p=peepholes, c=clip, n=places: raw.BlockLSTM(
                seq_len_max=tf.constant(n, tf.int64), x=x, use_peephole=p, cell_clip=c, forget_bias=0.7, **weights)[1::5], values(5, 2, inputs))
            add(f"BlockLSTMV2 {peepholes} {places}", lambda x, p=peepholes, c=clip, n=places: raw.BlockLSTMV2(
                seq_len_max=tf.constant(n, tf.int64), x=x, use_peephole=p, cell_clip=c, **weights)[1::5], values(5, 2, inputs))
    add("LSTMBlockCell gates", lambda x: raw.LSTMBlockCell(x=x, **weights)[0], values(2, inputs), refused="its output 0, which is not made")
    add("GRUBlockCell", lambda x, h: raw.GRUBlockCell(
        x=x, h_prev=h, w_ru=values(inputs + units, 2 * units, seed=4), w_c=values(inputs + units, units, seed=5),
        b_ru=values(2 * units, seed=6), b_c=values(units, seed=7))[3], values(2, inputs), values(2, units, seed=2))
    return found


def suppressions():
    """Corners of boxes are in any order; scores are distinct, as the order of equal ones is TensorFlow's secret."""
    found = []

    def add(name, function, *inputs, refused=""):
        found.append(Case(name, function, dict(zip("ab", inputs)), refused=refused))

    def distinct(*shape, seed):
        return np.random.default_rng(seed).permutation(np.prod(shape)).reshape(shape).astype(np.float32) / np.float32(np.prod(shape))

    boxes, scores = values(30, 4, low=-0.2, high=1.2), distinct(30, seed=2)
    touching = np.array([[0, 0, 1, 1], [0, 0, 1, 0.5], [2, 2, 3, 3], [2, 2, 2, 2]], np.float32)
    for most, overlap, least in ((12, 0.3, 0.1), (12, 0.1, 0.9), (40, 0.2, -np.inf)):
        limits = {"max_output_size": most, "iou_threshold": overlap, "score_threshold": least, "pad_to_max_output_size": True}
        add(f"NonMaxSuppressionV4 {most} {least}", lambda b, s, k=limits: raw.NonMaxSuppressionV4(boxes=b, scores=s, **k)[:2], boxes, scores)
        for sigma in (0.0, 0.4):
            add(f"NonMaxSuppressionV5 {most} {least} {sigma}", lambda b, s, k=limits, g=sigma: raw.NonMaxSuppressionV5(
                boxes=b, scores=s, soft_nms_sigma=g, **k)[:3], boxes, scores)
    for sigma in (0.0, 0.4):  # a score and an overlap that equal their thresholds
        add(f"NonMaxSuppressionV5 equal {sigma}", lambda b, s, g=sigma: raw.NonMaxSuppressionV5(
            boxes=b, scores=s, max_output_size=4, iou_threshold=0.5, score_threshold=0.25, soft_nms_sigma=g,
            pad_to_max_output_size=True)[:3], touching, np.array([1, 0.5, 0.75, 0.25], np.float32))
    add("NonMaxSuppressionV3", lambda b, s: raw.NonMaxSuppressionV3(
        boxes=b, scores=s, max_output_size=5, iou_threshold=0.5, score_threshold=0.0), boxes, scores,
        refused="the size of its result depends on data")
    add("NonMaxSuppressionV4 of any size", lambda b, s: raw.NonMaxSuppressionV4(
        boxes=b, scores=s, max_output_size=5, iou_threshold=0.5, score_threshold=0.0)[0], boxes, scores,
        refused="the size of its result depends on data")
    for pictures, each, of_class, total in ((1, 1, 4, 9), (2, 1, 4, 9), (2, 3, 4, 20), (1, 3, 30, 100)):
        for pads in (False, True):
            add(f"CombinedNonMaxSuppression {pictures} {each} {of_class} {total} {pads}",
                lambda b, s, n=of_class, t=total, p=pads: raw.CombinedNonMaxSuppression(
                    boxes=b, scores=s, max_output_size_per_class=n, max_total_size=t, iou_threshold=0.3, score_threshold=0.2,
                    pad_per_class=p, clip_boxes=p)[:4],
                values(pictures, 30, each, 4, low=-0.2, high=1.2), distinct(pictures, 30, 3, seed=3))
    return found


def cases():
    return loops() + operators() + later_operators() + suppressions() + spectral(Case, values)
