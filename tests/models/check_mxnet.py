#!/usr/bin/env python3
"""Compare the MXNet importer with MXNet: single operators, and whole networks of the gluon model zoo.

Usage: check_mxnet.py {operators,zoo} [--tandem build/bin/tandem] [--missing] [--write] [NAME...]

  python3.11 -m venv .venv-mxnet && .venv-mxnet/bin/pip install -r tests/models/requirements-mxnet.txt
  .venv-mxnet/bin/python tests/models/check_mxnet.py zoo --write      # docs/generated/mxnet.md

Every model is written by MXNet (seeded random weights, moving statistics that are not the identity), compiled with
`tandem compile --shape`, run with `tandem run`, and compared with MXNet's own output: largest difference over largest
value. Prints a table. Exit: 0 all within the tolerance, 1 something is not.
"""

import argparse
import json
import os
import re
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("MXNET_MKLDNN_ENABLED", "0")  # whose deconvolution fails on target_shape
os.environ.setdefault("MXNET_STORAGE_FALLBACK_LOG_VERBOSE", "0")
import mxnet as mx  # noqa: E402 (after the environment)
import numpy as np  # noqa: E402
from mxnet.gluon.model_zoo import vision  # noqa: E402

from sweep import TOLERANCE, Sweep, add_arguments, relative_difference, tandem  # noqa: E402

ZOO = (["alexnet", "inceptionv3", "squeezenet1.0", "squeezenet1.1"]
       + [f"densenet{n}" for n in (121, 161, 169, 201)]
       + [f"mobilenet{m}" for m in ("1.0", "0.75", "0.5", "0.25")]
       + [f"mobilenetv2_{m}" for m in ("1.0", "0.75", "0.5", "0.25")]
       + [f"resnet{n}_v{v}" for n in (18, 34, 50, 101, 152) for v in (1, 2)]
       + [f"vgg{n}{bn}" for n in (11, 13, 16, 19) for bn in ("", "_bn")])


def run_model(arguments, folder, name, inputs, expected):
    """Largest relative difference over the outputs; `inputs` by name, `expected` by output name."""
    shapes = [word for key, value in inputs.items() for word in ("--shape", f"{key}={'x'.join(map(str, value.shape))}")]
    tandem(arguments.tandem, "compile", folder / f"{name}-symbol.json", "-o", folder / "m.tandem", *shapes, *arguments.compile_options.split())
    given = []
    for key, value in inputs.items():
        np.save(folder / f"{key}.npy", value)
        given += ["--input", f"{key}={folder / key}.npy"]
    tandem(arguments.tandem, "run", folder / "m.tandem", *given, "--save", folder / "out")
    return max(relative_difference(value, np.load(folder / "out" / f"{key}.npy")) for key, value in expected.items())


def random_parameter(generator, name, shape):
    if re.search("gamma|var$", name):
        return generator.uniform(0.5, 1.5, shape)
    if re.search("beta|mean|bias", name):
        return generator.normal(0, 0.1, shape)
    return generator.normal(0, (2 / max(1, np.prod(shape[1:]))) ** 0.5, shape)


def image_size(name):
    return 299 if name == "inceptionv3" else 224


def check_network(arguments, name):
    generator, size = np.random.default_rng(7), image_size(name)
    image = generator.uniform(-1, 1, (1, 3, size, size)).astype(np.float32)
    network = vision.get_model(name)
    network.initialize()
    network.hybridize()
    network(mx.nd.array(image))  # gives the parameters their shapes
    for key, parameter in network.collect_params().items():
        parameter.set_data(mx.nd.array(random_parameter(generator, key, parameter.shape)))
    expected = network(mx.nd.array(image)).asnumpy()
    with tempfile.TemporaryDirectory() as folder:
        network.export(str(Path(folder) / "network"))
        symbol = json.loads((Path(folder) / "network-symbol.json").read_text())
        output = symbol["nodes"][symbol["heads"][0][0]]["name"] + "_output"
        return run_model(arguments, Path(folder), "network", {"data": image}, {output: expected})


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
    return cases


def check_operator(arguments, symbol, shapes):
    generator = np.random.default_rng(11)
    inputs = {key: generator.uniform(-2, 2, shape).astype(np.float32) for key, shape in shapes.items()}
    argument_shapes, _, statistics = symbol.infer_shape(**shapes)
    values, saved = {}, {}
    for kind, names, sizes in (("arg", symbol.list_arguments(), argument_shapes),
                               ("aux", symbol.list_auxiliary_states(), statistics)):
        for key, shape in zip(names, sizes):
            values[key] = mx.nd.array(inputs[key] if key in inputs else random_parameter(generator, key, shape))
            if key not in inputs and not key.endswith("label"):
                saved[f"{kind}:{key}"] = values[key]
    bound = symbol.bind(mx.cpu(), {k: values[k] for k in symbol.list_arguments()},
                        aux_states={k: values[k] for k in symbol.list_auxiliary_states()})
    results = [result.asnumpy() for result in bound.forward(is_train=False)]
    with tempfile.TemporaryDirectory() as folder:
        symbol.save(str(Path(folder) / "one-symbol.json"))
        mx.nd.save(str(Path(folder) / "one-0000.params"), saved)
        return run_model(arguments, Path(folder), "one", inputs, dict(zip(symbol.list_outputs(), results)))


def check_operators(arguments):
    cases = {name: case for name, case in operator_cases().items()
             if not arguments.names or any(name.startswith(start) for start in arguments.names)}
    bad = 0
    for name, case in cases.items():
        try:
            worst = check_operator(arguments, *case)
            verdict = f"{worst:.1e}" + ("" if worst <= TOLERANCE else "  too far")
            bad += not worst <= TOLERANCE
        except (RuntimeError, mx.MXNetError) as error:
            verdict = f"error: {str(error).splitlines()[0]}"
            bad += 1
        print(f"{name:40} {verdict}", flush=True)
    print(f"{bad} of {len(cases)} not within {TOLERANCE:g}" if bad else "all within the tolerance")
    return bad > 0


def check_zoo(arguments):
    how = ("Made by `tests/models/check_mxnet.py zoo --write`, which says how: the networks of gluon's vision model zoo, MXNet "
           f"{mx.__version__}, with random weights, exported, through `tandem compile` and `tandem run`.")
    sweep = Sweep("mxnet", arguments, "MXNet networks", how, ["network", "input"], ["difference"])
    return sweep.run({name: ([name, f"3x{image_size(name)}x{image_size(name)}"], lambda name=name: [check_network(arguments, name)])
                      for name in ZOO})


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["operators", "zoo"])
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these networks, or operators that begin so")
    add_arguments(parser)
    arguments = parser.parse_intermixed_args()
    sys.exit(check_zoo(arguments) if arguments.what == "zoo" else check_operators(arguments))


if __name__ == "__main__":
    main()
