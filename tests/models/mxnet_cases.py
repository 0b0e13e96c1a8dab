"""Symbols of a few operators of MXNet with what they are given, for check_mxnet.py: one attribute or form each."""

import mxnet as mx


def operator_cases():
    """Name to (symbol, input shapes by name). One attribute or form each."""
    S = mx.sym
    x, y = S.var("x"), S.var("y")
    image, row, matrix = (2, 6, 9, 8), (2, 5, 7), (4, 6)
    cases = {}

    def add(name, symbol, *shapes):
        cases[name] = (symbol, dict(zip("xy", shapes)))

    add("Convolution", S.Convolution(x, num_filter=4, kernel=(3, 3), stride=(2, 1), pad=(1, 0)), image)
    add("Convolution groups", S.Convolution(x, num_filter=9, num_group=3, kernel=(3, 3), dilate=(2, 2), no_bias=True), image)
    add("Convolution depthwise", S.Convolution(x, num_filter=6, num_group=6, kernel=(3, 3)), image)
    add("Convolution multiplier", S.Convolution(x, num_filter=12, num_group=6, kernel=(3, 3)), image)
    add("Convolution 1D", S.Convolution(x, num_filter=3, kernel=(3,), stride=(2,), pad=(1,)), row)
    add("Convolution 1D depthwise", S.Convolution(x, num_filter=5, num_group=5, kernel=(3,)), row)
    add("Deconvolution", S.Deconvolution(x, num_filter=4, kernel=(4, 3), stride=(2, 2), pad=(1, 1), adj=(0, 1), no_bias=False), image)
    add("Deconvolution groups", S.Deconvolution(x, num_filter=6, num_group=3, kernel=(3, 3), stride=(2, 2)), image)
    add("Deconvolution target_shape", S.Deconvolution(x, num_filter=2, kernel=(4, 4), stride=(2, 2), target_shape=(18, 16)), image)
    add("Deconvolution 1D", S.Deconvolution(x, num_filter=2, kernel=(4,), stride=(2,), pad=(1,)), row)
    volume = (2, 6, 4, 5, 7)  # of which MXNet has no Deconvolution without a GPU
    add("Convolution 3D", S.Convolution(x, num_filter=4, kernel=(3, 2, 3), stride=(1, 2, 1), pad=(1, 0, 1)), volume)
    add("Convolution 3D of depths", S.Convolution(x, num_filter=4, kernel=(3, 1, 1), stride=(2, 1, 2), pad=(1, 0, 0)), volume)
    add("Convolution 3D groups", S.Convolution(x, num_filter=9, num_group=3, kernel=(2, 3, 3), dilate=(2, 1, 2), no_bias=True), volume)
    add("Convolution 3D depthwise", S.Convolution(x, num_filter=12, num_group=6, kernel=(3, 3, 2)), volume)
    for kind in ("max", "avg", "sum"):
        add(f"Pooling 3D {kind}", S.Pooling(x, pool_type=kind, kernel=(3, 2, 3), stride=(2, 2, 2), pad=(1, 0, 1)), volume)
        add(f"Pooling 3D global {kind}", S.Pooling(x, pool_type=kind, global_pool=True, kernel=(1, 1, 1)), volume)
    for kind in ("max", "avg"):
        add(f"Pooling 3D full {kind}", S.Pooling(x, pool_type=kind, kernel=(3, 3, 2), stride=(2, 2, 2), pad=(1, 1, 0), pooling_convention="full"), volume)
    add("Pooling 3D full inside", S.Pooling(x, pool_type="avg", kernel=(3, 3, 2), stride=(2, 2, 2), pad=(1, 1, 0), pooling_convention="full", count_include_pad=False), volume)
    add("BatchNorm 3D", S.BatchNorm(S.Convolution(x, num_filter=4, kernel=(3, 3, 3)), fix_gamma=False, eps=1e-2), volume)
    add("FullyConnected", S.FullyConnected(x, num_hidden=5), image)
    add("FullyConnected rows", S.FullyConnected(x, num_hidden=5, flatten=False, no_bias=True), row)
    add("BatchNorm", S.BatchNorm(x, fix_gamma=False, eps=1e-2), image)
    add("BatchNorm fixed", S.BatchNorm(x), image)
    add("BatchNorm last", S.BatchNorm(x, axis=-1, fix_gamma=False), image)
    add("BatchNorm vector", S.BatchNorm(x, fix_gamma=False, use_global_stats=True), matrix)
    for kind in ("relu", "sigmoid", "tanh", "softrelu", "softsign"):
        add(f"Activation {kind}", S.Activation(x, act_type=kind), matrix)
    for kind in ("leaky", "elu", "selu", "gelu", "prelu", "rrelu"):
        add(f"LeakyReLU {kind}", S.LeakyReLU(x, act_type=kind, slope=0.3)[0], image)
    for kind in ("max", "avg", "sum"):
        add(f"Pooling {kind}", S.Pooling(x, pool_type=kind, kernel=(3, 2), stride=(2, 2), pad=(1, 0)), image)
        add(f"Pooling global {kind}", S.Pooling(x, pool_type=kind, global_pool=True, kernel=(1, 1)), image)
    for kind in ("max", "avg"):
        add(f"Pooling full {kind}", S.Pooling(x, pool_type=kind, kernel=(3, 3), stride=(2, 2), pad=(1, 1), pooling_convention="full"), (1, 2, 10, 9))
    add("Pooling full inside", S.Pooling(x, pool_type="avg", kernel=(3, 3), stride=(2, 2), pad=(1, 1), pooling_convention="full", count_include_pad=False), (1, 2, 10, 9))
    add("Pooling stride 1", S.Pooling(x, pool_type="avg", kernel=(3, 3)), image)
    add("Pooling 1D", S.Pooling(x, pool_type="max", kernel=(3,), stride=(2,)), row)
    add("AdaptiveAvgPooling2D", S.contrib.AdaptiveAvgPooling2D(x, output_size=(3, 4)), image)
    add("Concat", S.Concat(x, y, dim=2), image, (2, 6, 3, 8))
    add("stack", S.stack(x, y, axis=1), matrix, matrix)
    add("add_n", S.add_n(x, y, x), matrix, matrix)
    for name in ("add", "sub", "mul", "div"):
        add(f"elemwise_{name}", getattr(S, f"elemwise_{name}")(x, y), matrix, matrix)
        add(f"broadcast_{name}", getattr(S, f"broadcast_{name}")(x, y), image, (1, 6, 1, 8))
    for name in ("maximum", "minimum"):
        add(f"broadcast_{name}", getattr(S, f"broadcast_{name}")(x, y), matrix, (1, 6))
    add("broadcast_power", S.broadcast_power(S.abs(x) + 0.5, y), matrix, (1, 6))
    for name, symbol in {"plus": x + 2.5, "minus": x - 2.5, "rminus": 2.5 - x, "mul": x * 3, "div": x / 4, "rdiv": 2 / (x + 9),
                         "power 2": x ** 2, "power 3": x ** 3, "power -0.5": S.abs(x) ** -0.5, "power 1.7": S.abs(x) ** 1.7,
                         "rpower": 2 ** x, "maximum": S.maximum(x, 0.25), "minimum": S.minimum(x, 0.25)}.items():
        add(f"scalar {name}", symbol, matrix)
    add("Flatten", S.Flatten(x), image)
    for shape in ((0, -1), (-2,), (2, 0, 0, -1), (-3, 0, 0), (0, 0, -3), (0, -4, 2, 3, 0, 0), (0, -4, -1, 3, -2), (-1, 0), (2, -1, 8)):
        add(f"Reshape {shape}", S.Reshape(x, shape=shape), image)
    for shape in ((-1, 0), (-1, 2, -4, 0), (-2,), (-3, 0), (8, -1, 0)):
        add(f"Reshape {shape} reverse", S.Reshape(x, shape=shape, reverse=True), (2, 4, 6) if len(shape) == 3 or shape == (-3, 0) else matrix)
    add("reshape_like", S.reshape_like(x, y), matrix, (3, 8))
    add("reshape_like part", S.reshape_like(x, y, lhs_begin=1, lhs_end=3, rhs_begin=0, rhs_end=1), image, (54, 2))
    add("transpose", S.transpose(x), image)
    add("transpose axes", S.transpose(x, axes=(0, 2, 3, 1)), image)
    add("SwapAxis", S.SwapAxis(x, dim1=1, dim2=3), image)
    add("expand_dims", S.expand_dims(x, axis=-1), matrix)
    add("squeeze", S.squeeze(x), (1, 4, 1, 3))
    add("squeeze axis", S.squeeze(x, axis=(0, -1)), (1, 4, 1, 3, 1))
    add("depth_to_space", S.depth_to_space(x, block_size=2), (1, 8, 3, 4))
    add("space_to_depth", S.space_to_depth(x, block_size=2), (1, 3, 4, 6))
    add("softmax", S.softmax(x, axis=1, temperature=0.5), image)
    add("log_softmax", S.log_softmax(x, temperature=2.0), matrix)
    add("SoftmaxOutput", S.SoftmaxOutput(x, name="s"), matrix)
    add("SoftmaxOutput image", S.SoftmaxOutput(x, name="s", multi_output=True), image)
    add("SoftmaxActivation", S.SoftmaxActivation(x), matrix)
    add("SoftmaxActivation channel", S.SoftmaxActivation(x, mode="channel"), image)
    add("LogisticRegressionOutput", S.LogisticRegressionOutput(x, name="s"), matrix)
    add("LinearRegressionOutput", S.LinearRegressionOutput(x, name="s"), matrix)
    add("Dropout", S.Dropout(x, p=0.5) + 1, matrix)
    add("clip", S.clip(x, a_min=-0.5, a_max=0.25), matrix)
    add("hard_sigmoid", S.hard_sigmoid(x, alpha=0.3, beta=0.4), matrix)
    for name in ("mean", "sum", "max", "min"):
        add(f"{name} all", getattr(S, name)(x), matrix)
        add(f"{name} axes", getattr(S, name)(x, axis=(1, -1), keepdims=True), image)
        add(f"{name} exclude", getattr(S, name)(x, axis=1, exclude=True), image)
    add("norm", S.norm(x, axis=1), matrix)
    add("norm 1", S.norm(x, ord=1, axis=1, keepdims=True), matrix)
    add("argmax", S.argmax(x, axis=1), matrix)
    add("argmax_channel", S.argmax_channel(x), matrix)
    add("Pad", S.Pad(x, mode="constant", pad_width=(0, 0, 0, 0, 1, 2, 3, 0), constant_value=0.5), image)
    add("slice", S.slice(x, begin=(None, 1, -2), end=(None, 4, None)), image)
    add("slice step", S.slice(x, begin=(0, None), end=(4, None), step=(2, -1)), matrix)
    add("slice_axis", S.slice_axis(x, axis=-1, begin=-3, end=None), image)
    add("slice_like", S.slice_like(x, y, axes=(2, 3)), image, (1, 1, 4, 5))
    add("Crop", S.Crop(x, y, num_args=2, center_crop=True), image, (2, 6, 5, 4))
    add("Crop offset", S.Crop(x, num_args=1, h_w=(4, 3), offset=(2, 1)), image)
    add("SliceChannel", S.Group(list(S.SliceChannel(x, num_outputs=3, axis=1, name="s"))), image)
    add("SliceChannel squeeze", S.SliceChannel(x, num_outputs=6, axis=1, squeeze_axis=True, name="s")[4], image)
    add("split_v2", S.Group(list(S.split_v2(x, indices_or_sections=(2, 3), axis=1))), image)
    add("UpSampling", S.UpSampling(x, scale=3, sample_type="nearest"), image)
    add("UpSampling bilinear", S.UpSampling(x, S.var("weight"), scale=2, sample_type="bilinear", num_filter=6, num_args=2), image)
    add("BilinearResize2D", S.contrib.BilinearResize2D(x, height=13, width=5), image)
    add("BilinearResize2D half", S.contrib.BilinearResize2D(x, height=13, width=20, align_corners=False), image)
    add("BilinearResize2D scale", S.contrib.BilinearResize2D(x, scale_height=2.0, scale_width=1.5), image)
    add("LRN", S.LRN(x, nsize=3, alpha=0.5, beta=0.6, knorm=1.5), image)
    for mode in ("instance", "channel", "spatial"):
        add(f"L2Normalization {mode}", S.L2Normalization(x, mode=mode, eps=1e-3), image)
    add("InstanceNorm", S.InstanceNorm(x, eps=1e-2), image)
    add("LayerNorm", S.LayerNorm(x, axis=-1), row)
    add("LayerNorm axis", S.LayerNorm(x, axis=1), image)
    add("GroupNorm", S.GroupNorm(x, num_groups=3), image)
    add("identity", S.BlockGrad(S.identity(x)) * 2, matrix)
    add("Cast", S.Cast(S.Cast(x * 4, dtype="int32"), dtype="float32"), matrix)
    add("dot", S.dot(x, y), matrix, (6, 3))
    add("dot transposed", S.dot(x, y, transpose_a=True, transpose_b=True), matrix, (3, 4))
    add("batch_dot", S.batch_dot(x, y, transpose_b=True), (2, 3, 4), (2, 5, 4))
    add("linalg_gemm2", S.linalg.gemm2(x, y, alpha=0.5), (2, 3, 4), (2, 4, 5))
    add("broadcast_to", S.broadcast_to(x, shape=(2, 0, 4)), (1, 3, 1))
    add("broadcast_like", S.broadcast_like(x, y), (1, 6), matrix)
    add("broadcast_axis", S.broadcast_axis(x, axis=(0, 2), size=(2, 4)), (1, 3, 1))
    for name in ("relu", "sigmoid", "tanh", "exp", "abs", "negative", "floor", "square", "softsign"):
        add(name, getattr(S, name)(x), matrix)
    for name in ("log", "sqrt", "rsqrt", "reciprocal"):
        add(name, getattr(S, name)(S.abs(x) + 0.1), matrix)
    add("zeros and ones", x + S.zeros((4, 6)) * 3 - S.ones((1, 1)).broadcast_to((4, 6)), matrix)
    add("zeros_like", S.zeros_like(x) + S.ones_like(x) * x, matrix)
    add("arange", S.broadcast_add(x, S.arange(1, 7).reshape((1, 6))), matrix)
    add("div_sqrt_dim", S.contrib.div_sqrt_dim(x), matrix)
    sequence = (4, 2, 5)
    for mode in ("rnn_relu", "rnn_tanh", "gru", "lstm"):
        for layers, bidirectional in ((1, False), (2, True)):
            state = [S.var("state")] + [S.var("cell")] * (mode == "lstm")
            rnn = S.RNN(x, S.var("parameters"), *state, mode=mode, state_size=3, num_layers=layers, bidirectional=bidirectional,
                        state_outputs=True, name="r")
            add(f"RNN {mode} {layers}{' both ways' * bidirectional}", rnn, sequence)
    zeros = (S.zeros((1, 0, 3)), S.zeros((1, 0, 3), name="cell"))
    add("RNN from zeros", S.RNN(x, S.var("parameters"), *zeros, mode="lstm", state_size=3, num_layers=1, state_outputs=True, name="r"), sequence)
    add("interleaved qk", S.contrib.interleaved_matmul_selfatt_qk(x, heads=2), (4, 3, 18))
    add("interleaved valatt", S.contrib.interleaved_matmul_selfatt_valatt(x, y, heads=2), (4, 3, 18), (6, 4, 4))
    add("interleaved encdec qk", S.contrib.interleaved_matmul_encdec_qk(x, y, heads=2), (4, 3, 6), (5, 3, 12))
    add("interleaved encdec valatt", S.contrib.interleaved_matmul_encdec_valatt(x, y, heads=2), (5, 3, 12), (6, 4, 5))
    lengths = S.slice_axis(S.abs(S.arange(1, 3)), axis=0, begin=0, end=2)
    for name in ("SequenceMask", "SequenceLast", "SequenceReverse"):
        add(name, getattr(S, name)(x), sequence)
        if name != "SequenceReverse":
            add(f"{name} lengths", getattr(S, name)(x, lengths, use_sequence_length=True), sequence)
    add("SequenceMask axis", S.SequenceMask(x, lengths, use_sequence_length=True, axis=1, value=-1), (2, 4, 5))
    add("SequenceLast axis", S.SequenceLast(x, lengths, use_sequence_length=True, axis=1), (2, 4, 5))
    add("BilinearSampler", S.BilinearSampler(x, y), image, (2, 2, 4, 3))
    add("GridGenerator", S.GridGenerator(x, transform_type="affine", target_shape=(4, 3)), (2, 6))
    add("SpatialTransformer", S.SpatialTransformer(x, y, transform_type="affine", sampler_type="bilinear", target_shape=(4, 3)),
        image, (2, 6))
    begin = S.abs(S.slice_axis(y, axis=1, begin=0, end=2)) * 3 - 1
    size = S.slice_axis(y, axis=1, begin=2, end=4) * 6 + 3  # not all above 0
    which = S.reshape(S.floor(S.arange(0, 4) / 2), shape=(4, 1))
    regions = S.concat(which, begin, begin + size, dim=1)
    for aligned in (False, True):  # MXNet aborts where an aligned one is not above 0
        add(f"ROIAlign {aligned}", S.contrib.ROIAlign(x, S.concat(which, begin, begin + S.abs(size) + 0.2, dim=1) if aligned else regions, pooled_size=(3, 2), spatial_scale=0.7, sample_ratio=2, aligned=aligned), image, (4, 4))
    add("ROIPooling", S.ROIPooling(x, regions, pooled_size=(3, 2), spatial_scale=0.7), image, (4, 4))
    add("ROIPooling large", S.ROIPooling(x, S.concat(S.zeros((4, 1)), y * 9, y * 0 + 30, dim=1), pooled_size=(2, 3), spatial_scale=0.5), (1, 3, 17, 12), (4, 2))
    deformable = dict(num_filter=4, kernel=(3, 3), pad=(1, 1), num_deformable_group=2)
    add("DeformableConvolution", S.contrib.DeformableConvolution(x, y * 2, **deformable), image, (2, 36, 9, 8))
    add("DeformableConvolution groups", S.contrib.DeformableConvolution(x, y * 3, num_filter=4, kernel=(3, 2), stride=(2, 1), dilate=(1, 2), num_group=2, no_bias=True), image, (2, 12, 4, 6))
    add("ModulatedDeformableConvolution", S.contrib.ModulatedDeformableConvolution(x, y * 2, S.sigmoid(S.slice_axis(y, axis=1, begin=0, end=18)), **deformable), image, (2, 36, 9, 8))
    for name in ("round", "trunc", "fix", "cbrt", "degrees", "radians"):
        add(name, getattr(S, name)(x * 1.7), matrix)
    for name in ("log2", "log10", "rcbrt"):
        add(name, getattr(S, name)(S.abs(x) + 0.1), matrix)
    add("broadcast_mod", S.broadcast_mod(x, y), matrix, (1, 6))
    halves = S.round(x * 4) / 2
    add("rint halves", S.rint(halves), matrix)
    add("mod zero", S.Group([S.broadcast_mod(x, S.round(y * 0.7)), x % 0.0 + 1, 1.5 % S.round(x * 0.7)]), matrix, (1, 6))
    add("scalar mod", x % 0.7, matrix)
    add("scalar rmod", 0.7 % (x + 3), matrix)
    add("hypot", S.broadcast_hypot(x, y), matrix, (1, 6))
    add("smooth_l1", S.smooth_l1(x, scalar=1.5), matrix)
    add("softmin", S.softmin(x), matrix)
    add("prod", S.prod(x, axis=1), matrix)
    add("moments", S.Group(list(S.moments(x, axes=(0, 2), keepdims=True, name="m"))), row)
    add("argmin", S.argmin(x, axis=1), matrix)
    add("sort", S.sort(x, axis=1), matrix)
    add("argsort", S.argsort(x, axis=0, is_ascend=False), matrix)
    add("gather_nd", S.gather_nd(x, S.Cast(S.arange(0, 4).reshape((2, 2)), dtype="int32")), matrix)
    add("scatter_nd", S.scatter_nd(x, S.Cast(S.arange(0, 8).reshape((2, 4)) % 5, dtype="int32"), shape=(5, 5, 6)), matrix)
    add("batch_take", S.batch_take(x, S.Cast(S.arange(0, 4), dtype="int32")), matrix)
    # Places outside of a row: x is of numbers around 0.
    for mode in ("clip", "wrap"):
        add(f"pick outside {mode}", S.pick(x, S.slice_axis(x, axis=1, begin=0, end=1).reshape((-1,)) * 7, axis=1, mode=mode), matrix)
    add("batch_take outside", S.batch_take(x, S.Cast(S.arange(-2, 10, 3), dtype="int32")), matrix)
    add("shape_array", S.broadcast_add(x, S.Cast(S.shape_array(x), dtype="float32").reshape((1, 2)).slice_axis(axis=1, begin=0, end=1)), matrix)
    add("arange_like", x + S.contrib.arange_like(x) + S.contrib.arange_like(x, axis=1).reshape((1, 6)).broadcast_to((4, 6)), matrix)
    prior = S.contrib.MultiBoxPrior(x, sizes=(0.3, 0.4), ratios=(1.5, 2, 0.5), offsets=(0.4, 0.6))
    add("MultiBoxPrior", prior, image)
    add("MultiBoxPrior clipped", S.contrib.MultiBoxPrior(x, sizes=(0.7,), ratios=(1, 3), clip=True, steps=(0.1, 0.2)), image)
    add("linspace", x + S.linspace(-1, 2, 6).reshape((1, 6)).broadcast_to((4, 6)) + S.linspace(0, 3, 6, endpoint=False).reshape((1, 6)).broadcast_to((4, 6)), matrix)
    add("eye", x * S.eye(4, 6, 1) + S.eye(4, 6, -2), matrix)
    for k in (0, 1, -2):
        add(f"diag {k}", S.diag(x, k=k), matrix)
        add(f"diag vector {k}", S.diag(x, k=k), (5,))
        add(f"diag axes {k}", S.diag(x, k=k, axis1=2, axis2=0), (3, 2, 4, 2))
    add("im2col", S.im2col(x, kernel=(3, 2), stride=(2, 1), dilate=(1, 2), pad=(1, 0)), image)
    add("col2im", S.col2im(x, output_size=(9, 8), kernel=(3, 2), stride=(2, 1), dilate=(1, 2), pad=(1, 0)), (2, 18, 30))
    add("index_array", S.Group([x + S.Cast(S.contrib.index_array(x), dtype="float32").sum(axis=2),
                                x + S.Cast(S.contrib.index_array(x, axes=(1,)), dtype="float32").reshape((4, 6))]), matrix)
    places = S.Cast(S.arange(0, 6).reshape((2, 3)), dtype="int32")
    add("ravel_multi_index", S.broadcast_add(x, S.Cast(S.ravel_multi_index(places, shape=(4, 7)), dtype="float32").reshape((1, 3))), (4, 3))
    add("ravel_multi_index reals", S.ravel_multi_index(S.abs(S.round(x)), shape=(-1, 4)), (2, 5))
    add("unravel_index", S.broadcast_add(x, S.Cast(S.unravel_index(S.Cast(S.arange(4, 9), dtype="int32"), shape=(3, 4)), dtype="float32")), (2, 5))
    add("unravel_index reals", S.unravel_index(S.abs(S.round(x * 20)), shape=(-1, 3, 4)), (7,))
    nan = S.where(x > 0.5, x, x * float("inf") * 0)
    for name in ("nansum", "nanprod"):
        add(name, S.Group([getattr(S, name)(nan, axis=1), getattr(S, name)(nan, axis=0, keepdims=True), getattr(S, name)(nan)]), matrix)
    add("sign and max of nan", S.Group([S.sign(nan) + 1, S.nansum(S.broadcast_maximum(nan, x), axis=1)]), matrix)
    add("quadratic", S.contrib.quadratic(x, a=1.5, b=-2, c=0.3), matrix)
    add("round_ste", S.contrib.round_ste(x * 3), matrix)
    add("sign_ste", S.contrib.sign_ste(x), matrix)
    # Of 40 anchors, the class 0 is the background; what stands in rows without a box is MXNet's own affair.
    probabilities, anchors = S.softmax(x * 3, axis=1), S.contrib.MultiBoxPrior(S.zeros((1, 1, 5, 4)), sizes=(0.3, 0.6))
    for name, options in {"": {}, " all classes": {"force_suppress": True, "nms_threshold": 0.3}, " not clipped": {"clip": False},
                          " variances": {"variances": (0.3, 0.2, 0.5, 0.4), "threshold": 0.45}}.items():
        add(f"MultiBoxDetection{name}", S.contrib.MultiBoxDetection(probabilities, y, anchors, **options), (2, 4, 40), (2, 160))
    best = S.contrib.MultiBoxDetection(probabilities, y, anchors, nms_topk=7)
    add("MultiBoxDetection topk", S.where(S.broadcast_greater_equal(S.slice_axis(best, axis=2, begin=0, end=1), S.zeros((1, 1, 1)))
                                          .broadcast_to((2, 40, 6)), best, -S.ones((2, 40, 6))), (2, 4, 40), (2, 160))

    def boxes(v, format):
        low, size = S.slice_axis(v, axis=-1, begin=0, end=2) * 0.3, S.abs(S.slice_axis(v, axis=-1, begin=2, end=4)) + 0.2
        return S.concat(low, low + size if format == "corner" else size, dim=-1)

    for format in ("corner", "center"):
        add(f"box_decode {format}", S.contrib.box_decode(x, S.abs(y) + S.arange(0, 4).reshape((1, 1, 4)).broadcast_to((1, 5, 4)),
                                                         0.1, 0.1, 0.2, 0.2, format=format), (2, 5, 4), (1, 5, 4))
        add(f"box_iou {format}", S.contrib.box_iou(boxes(x, format), boxes(y, format), format=format), (2, 5, 4), (3, 4))
    detections = S.concat(S.round(S.slice_axis(x, axis=-1, begin=0, end=1)), S.slice_axis(x, axis=-1, begin=1, end=2),
                          boxes(S.slice_axis(x, axis=-1, begin=2, end=6), "corner"), S.slice_axis(x, axis=-1, begin=6, end=7), dim=-1)
    for name, options in {"": {}, " topk": {"topk": 5, "valid_thresh": -1}, " classes": {"id_index": 0},
                          " background": {"id_index": 0, "background_id": 1, "valid_thresh": -0.5},
                          " all classes": {"id_index": 0, "force_suppress": True, "topk": 40},
                          " from center": {"in_format": "center"}, " to center": {"out_format": "center"},
                          " center": {"in_format": "center", "out_format": "center"}}.items():
        add(f"box_nms{name}", S.contrib.box_nms(detections, overlap_thresh=0.2, **options), (2, 12, 7))
    add("box_nms equal scores", S.contrib.box_nms(S.round(x), overlap_thresh=0.4, coord_start=0, score_index=4), (9, 5))
    return cases | numpy_cases()


def numpy_cases():
    """The same of mx.np and mx.npx, whose symbols are made where numpy's rules hold."""
    cases, matrix, row = {}, (4, 6), (2, 5, 7)

    def add(name, make, *shapes):
        def symbol():
            F = mx.sym
            return make(F.np, F.npx, *(F.var(key).as_np_ndarray() for key, _ in zip("xy", shapes)))
        cases[f"np {name}"] = (symbol, dict(zip("xy", shapes)))

    for name in ("add", "subtract", "multiply", "true_divide", "maximum", "minimum", "mod", "hypot"):
        add(name, lambda n, _, x, y, name=name: getattr(n, name)(x, y), matrix, (6,))
    add("scalars", lambda n, _, x: (2 - x * 3 + 1) / 4 + 2 / (x + 9) + n.power(n.abs(x) + 1, 1.5) + n.maximum(x, 0.25), matrix)
    for name in ("exp", "tanh", "abs", "negative", "arctan", "rint", "sign", "square", "floor", "cbrt", "trunc", "fix", "degrees"):
        add(name, lambda n, _, x, name=name: getattr(n, name)(x), matrix)
    for name in ("mean", "sum", "max", "min", "prod", "std", "var"):
        add(name, lambda n, _, x, name=name: getattr(n, name)(x), matrix)
        add(f"{name} axis", lambda n, _, x, name=name: getattr(n, name)(x, axis=(0, -1), keepdims=True), row)
    add("where", lambda n, _, x, y: n.where(x > y, x, y * 2), matrix, (6,))
    add("where number", lambda n, _, x: n.where(x > 0, x, 2.0) + n.where(x < 0.5, 1.0, x), matrix)
    add("logic", lambda n, _, x: n.logical_not(x > 0) * x + (x == 0) * x, matrix)
    add("concatenate", lambda n, _, x, y: n.concatenate([x, y], axis=1), matrix, (4, 2))
    add("stack", lambda n, _, x, y: n.stack([x, y], axis=-1), matrix, matrix)
    add("vstack", lambda n, _, x, y: n.vstack((x, y)), matrix, (2, 6))
    add("split", lambda n, _, x: n.split(x, 3, axis=1)[1], matrix)
    add("reshape", lambda n, _, x: n.reshape(x, (3, -1)), matrix)
    for shape in ((-2, -1), (-5, -2), (-2, -6, 1, -1, -2), (-4,)):
        add(f"npx reshape {shape}", lambda _, p, x, shape=shape: p.reshape(x, shape), row)
    add("npx reshape squeeze", lambda _, p, x: p.reshape(x, (-2, -3, -2)), (4, 1, 6))
    add("transpose", lambda n, _, x: n.transpose(x, (2, 0, 1)), row)
    add("moveaxis", lambda n, _, x: n.moveaxis(x, 0, -1), row)
    add("swapaxes", lambda n, _, x: n.swapaxes(x, 0, 2), row)
    add("squeeze", lambda n, _, x: n.squeeze(x, axis=1), (4, 1, 6))
    add("expand_dims", lambda n, _, x: n.expand_dims(x, 1), matrix)
    add("broadcast_to", lambda n, _, x: n.broadcast_to(x, (2, 4, 6)), matrix)
    add("matmul", lambda n, _, x, y: n.matmul(x, y), (2, 3, 4), (4, 5))
    add("dot", lambda n, _, x, y: n.dot(x, y), (2, 3, 4), (4, 5))
    add("tensordot", lambda n, _, x, y: n.tensordot(x, y, axes=([1, 2], [0, 1])), (2, 3, 4), (3, 4, 5))
    add("tensordot number", lambda n, _, x, y: n.tensordot(x, y, axes=2), (2, 3, 4), (3, 4, 5))
    add("einsum", lambda n, _, x, y: n.einsum("bij,jk->bik", x, y), (2, 3, 4), (4, 5))
    add("argmax", lambda n, _, x: n.argmax(x, axis=1).astype("float32"), matrix)
    add("clip", lambda n, _, x: n.clip(x, -0.5, 0.5), matrix)
    add("roll", lambda n, _, x: n.roll(x, 2, axis=1) + n.roll(x, 3), matrix)
    add("flip", lambda n, _, x: n.flip(x, axis=1), matrix)
    add("tile", lambda n, _, x: n.tile(x, (2, 1)), matrix)
    add("repeat", lambda n, _, x: n.repeat(x, 2, axis=1), matrix)
    add("take", lambda n, _, x: n.take(x, mx.sym.np.arange(3), axis=1, mode="clip") + n.take(x, mx.sym.np.arange(3), mode="clip"), matrix)
    add("tril", lambda n, _, x: n.tril(x, 1), matrix)
    add("cumsum", lambda n, _, x: n.cumsum(x, axis=1), matrix)
    for options in ({}, {"axis": 1}, {"ord": 2, "axis": -1}, {"ord": "fro"}, {"axis": (0, 2), "keepdims": True},
                    {"ord": 1, "axis": 0}):
        add(f"norm {options}", lambda n, _, x, o=options: n.linalg.norm(x, **o), matrix if "fro" in options.values() else row)
    for mode in ("constant", "edge", "reflect"):
        add(f"pad {mode}", lambda n, _, x, mode=mode: n.pad(x, ((1, 2), (0, 3)), mode), matrix)
    add("zeros and ones", lambda n, _, x: x + n.zeros((4, 6)) + n.ones((6,)) * 2 + n.arange(6), matrix)
    later_numpy_cases(add)
    for name in ("relu", "sigmoid", "batch_flatten", "softmax", "log_softmax"):
        add(f"npx {name}", lambda _, p, x, name=name: getattr(p, name)(x), row)
    add("npx leaky_relu", lambda _, p, x: p.leaky_relu(x, act_type="elu", slope=0.3), matrix)
    add("npx fully_connected", lambda _, p, x: p.fully_connected(x, mx.sym.var("w").as_np_ndarray(), mx.sym.var("b").as_np_ndarray(),
                                                                  num_hidden=3), matrix)
    add("npx layer_norm", lambda _, p, x: p.layer_norm(x, mx.sym.var("gamma").as_np_ndarray(), mx.sym.var("beta").as_np_ndarray()), row)
    return cases


def later_numpy_cases(add):
    matrix, row, square, vector = (4, 6), (2, 5, 7), (5, 5), (6,)
    for name in ("isnan", "isinf", "isfinite", "isposinf", "isneginf"):
        add(name, lambda n, _, x, name=name: getattr(n, name)(n.log(x) / n.maximum(x, 0) - 1 / n.maximum(x, 0)) + x * 0 + 1, matrix)
    add("nan_to_num", lambda n, _, x: n.nan_to_num(n.log(x), nan=0.5) + n.nan_to_num(1 / n.maximum(x, 0), posinf=3.0, neginf=-2.0), matrix)
    add("arctan2", lambda n, _, x, y: n.arctan2(x, y) + n.arctan2(x, 0.5) + n.arctan2(-0.5, y), matrix, vector)
    add("copysign", lambda n, _, x, y: n.copysign(x, y) + n.copysign(1.5, y), matrix, vector)
    add("ldexp", lambda n, _, x, y: n.ldexp(x, n.rint(y)) + n.ldexp(x, 3) + n.ldexp(1.5, n.rint(y)), matrix, vector)
    for name in ("bitwise_and", "bitwise_or", "bitwise_xor"):
        add(name, lambda n, _, x, y, name=name: (getattr(n, name)((x * 9).astype("int32"), (y * 9).astype("int32")).astype("float32")
                                                 + getattr(n, name)((x * 9).astype("int32"), 5).astype("float32")), matrix, vector)
    add("bitwise_not", lambda n, _, x: n.bitwise_not((x * 9).astype("int32")).astype("float32"), matrix)
    for decimals in (0, 1, -1):
        add(f"around {decimals}", lambda n, _, x, d=decimals: n.around(x * 30, d), matrix)
    add("around halves", lambda n, _, x: n.around(n.rint(x * 4) / 2), matrix)
    for k in (0, 2, -1):
        add(f"diag {k}", lambda n, _, x, k=k: n.diag(x, k), matrix)
        add(f"diag vector {k}", lambda n, _, x, k=k: n.diag(x, k), vector)
        add(f"diagflat {k}", lambda n, _, x, k=k: n.diagflat(x, k), (2, 3))
        add(f"diagonal {k}", lambda n, _, x, k=k: n.diagonal(x, k), matrix)
        add(f"diagonal axes {k}", lambda n, _, x, k=k: n.diagonal(x, k, 2, 1), row)
        add(f"trace {k}", lambda n, _, x, k=k: n.trace(x, k, 1, 2), row)
        add(f"rot90 {k}", lambda n, _, x, k=k: n.rot90(x, k), matrix)
    add("rot90 axes", lambda n, _, x: n.rot90(x, 1, axes=(2, 0)), row)
    for name, shapes in {"1d": ((), (3,)), "2d": ((3,), (2, 3)), "3d": ((3,), (2, 3), (2, 3, 4))}.items():
        for shape in shapes:
            if shape:
                add(f"atleast_{name} {shape}", lambda n, _, x, name=name: getattr(n, f"atleast_{name}")(x), shape)
    add("column_stack", lambda n, _, x, y: n.column_stack((x, y)), (4,), (4, 2))
    add("hsplit", lambda n, _, x: n.hsplit(x, 3)[1], matrix)
    add("hsplit places", lambda n, _, x: n.hsplit(x, [1, 4])[1], matrix)
    add("hsplit vector", lambda n, _, x: n.hsplit(x, 2)[1], vector)
    add("dsplit", lambda n, _, x: n.dsplit(x, [3])[0], row)
    for times in (1, 2):
        add(f"diff {times}", lambda n, _, x, t=times: n.diff(x, t, axis=1), row)
    add("ediff1d", lambda n, _, x: n.ediff1d(x), matrix)
    add("ediff1d edges", lambda n, _, x, y: n.ediff1d(x, to_begin=-1.0, to_end=y), matrix, (2, 2))
    add("polyval", lambda n, _, x, y: n.polyval(x, y), (4,), matrix)
    add("average", lambda n, _, x: n.average(x, axis=1), matrix)
    add("average weights", lambda n, _, x, y: n.average(x, axis=1, weights=n.abs(y)), matrix, vector)
    add("where numbers", lambda n, _, x: n.where(x > 0, 1.5, -2.0), matrix)
    add("sort", lambda n, _, x: n.sort(x, axis=0), matrix)
    add("argsort", lambda n, _, x: n.argsort(x, axis=1).astype("float32"), matrix)
    add("full_like", lambda n, _, x: x * n.full_like(x, 2.5), matrix)
    add("eye and identity", lambda n, _, x: x * n.eye(5, k=1) + n.identity(5) * x * 2 + n.eye(5, 5, -2), square)
    add("linspace", lambda n, _, x: x + n.linspace(-1, 2, 6) + n.linspace(0, 3, 6, endpoint=False), matrix)
    add("logspace", lambda n, _, x: x + n.logspace(0, 1, 6, base=2.0), matrix)
    for name in ("hanning", "hamming", "blackman"):
        add(name, lambda n, _, x, name=name: x * getattr(n, name)(6), matrix)
    add("indices", lambda n, _, x: x + n.indices((4, 6)).astype("float32"), matrix)
    add("npx shape_array", lambda n, p, x: p.shape_array(x).astype("float32") + n.sum(x), matrix)
