#!/usr/bin/env python3
"""Compare the MXNet importer with MXNet: single operators, and whole networks of the gluon model zoo.

Usage: check_mxnet.py {operators,zoo} [--tandem build/bin/tandem] [--missing] [--write] [NAME...]

  python3.11 -m venv .venv-mxnet && .venv-mxnet/bin/pip install -r tests/models/requirements-mxnet.txt
  .venv-mxnet/bin/python tests/models/check_mxnet.py zoo --write          # docs/generated/mxnet.md
  .venv-mxnet/bin/python tests/models/check_mxnet.py operators --write    # docs/generated/mxnet_operators.md

Every model is written by MXNet (seeded random weights, moving statistics that are not the identity), compiled with
`tandem compile --shape`, run with `tandem run`, and compared with MXNet's own output: largest difference over largest
value. Prints a table. Exit: 0 all within the tolerance, 1 something is not.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("MXNET_MKLDNN_ENABLED", "0")  # whose deconvolution fails on target_shape; RNN fails without it
os.environ.setdefault("MXNET_STORAGE_FALLBACK_LOG_VERBOSE", "0")
import mxnet as mx  # noqa: E402 (after the environment)
import numpy as np  # noqa: E402
from mxnet.gluon.model_zoo import vision  # noqa: E402

from mxnet_cases import operator_cases  # noqa: E402
from sweep import TOLERANCE, Cases, Sweep, add_arguments, relative_difference, tandem  # noqa: E402

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


def check_operator(arguments, symbol, shapes):
    """Numpy's cases make their symbol themselves, where its rules hold."""
    if not callable(symbol) or isinstance(symbol, mx.sym.Symbol):
        return check_symbol(arguments, symbol, shapes)
    mx.npx.set_np()
    try:
        return check_symbol(arguments, symbol(), shapes)
    finally:
        mx.npx.reset_np()


def check_symbol(arguments, symbol, shapes):
    is_numpy = mx.util.is_np_array()
    generator = np.random.default_rng(11)
    inputs = {key: generator.uniform(-2, 2, shape).astype(np.float32) for key, shape in shapes.items()}
    argument_shapes, _, statistics = symbol.infer_shape(**shapes)
    values, saved = {}, {}
    for kind, names, sizes in (("arg", symbol.list_arguments(), argument_shapes),
                               ("aux", symbol.list_auxiliary_states(), statistics)):
        for key, shape in zip(names, sizes):
            array = mx.nd.array(inputs[key] if key in inputs else random_parameter(generator, key, shape))
            values[key] = array.as_np_ndarray() if is_numpy else array
            if key not in inputs and not key.endswith("label"):
                saved[f"{kind}:{key}"] = array
    bound = symbol.bind(mx.cpu(), {k: values[k] for k in symbol.list_arguments()},
                        aux_states={k: values[k] for k in symbol.list_auxiliary_states()})
    results = [result.asnumpy() for result in bound.forward(is_train=False)]
    with tempfile.TemporaryDirectory() as folder:
        symbol.save(str(Path(folder) / "one-symbol.json"))
        mx.nd.save(str(Path(folder) / "one-0000.params"), saved)
        return run_model(arguments, Path(folder), "one", inputs, dict(zip(symbol.list_outputs(), results)))


def verdict_of(arguments, case):
    try:
        worst = check_operator(arguments, *case)
    except (RuntimeError, mx.MXNetError, FileNotFoundError, TypeError) as error:
        return f"error: {str(error).splitlines()[-1]}", "", ""
    return ("" if worst <= TOLERANCE else f"{worst:.1e}, too far"), "", f"{worst:.1e}"


def check_operators(arguments):
    cases = operator_cases()
    # In a run of their own, which has what MXNet needs for them: see the environment above.
    recurrent = [name for name in arguments.names or ["RNN"] if name.startswith("RNN")]
    is_own_run = os.environ["MXNET_MKLDNN_ENABLED"] == "1"
    if recurrent and not is_own_run:
        again = [sys.executable, __file__, "operators", *recurrent, "--tandem", arguments.tandem, "--compile-options", arguments.compile_options]
        subprocess.run(again, env=os.environ | {"MXNET_MKLDNN_ENABLED": "1"})
    how = ("Made by `tests/models/check_mxnet.py operators --write`, which says how: symbols of a few operators of MXNet "
           f"{mx.__version__} with random inputs, through `tandem compile` and `tandem run`.")
    sweep = Cases("mxnet_operators", arguments, "MXNet operators", how, f"The largest difference is within {TOLERANCE:g} of the largest value.")

    def verdict(name, case):
        if name.startswith("RNN") and not is_own_run:
            return sweep.kept.get(name, {"wrong": "not run"})["wrong"], "", "in a run of its own"
        return verdict_of(arguments, case)

    return sweep.run({name: lambda name=name, case=case: verdict(name, case) for name, case in cases.items()})


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
