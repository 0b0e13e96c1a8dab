#!/usr/bin/env python3
"""Compare models as users of Keras and TensorFlow write them, in every form in which they are saved, with their frameworks.

Usage: check_user_models.py [--tandem build/bin/tandem] [--forms FORM,...] [--missing] [--write] [NAME...]

  python3 -m venv .venv-keras3 && .venv-keras3/bin/pip install -r tests/models/requirements-keras3.txt ai-edge-litert==2.3.0
  .venv-keras3/bin/python tests/models/check_user_models.py --write      # docs/generated/user_models.md

The models are of user_models_keras.py. Forms: keras, h5, saved (model.export), frozen (a graph of TensorFlow), and TFLite models
converted in float, float16, dynamic, int8 (whole, of bytes on its border) and int16x8; Keras gives what is expected of the first four,
LiteRT with its reference kernels of the others. Keras's own formats refuse a model that has a class of its own or layers of
16 bits, as they should: such a row is an error with that reason. Names pick the models that begin so. Exit: 0 all within 1e-3 (int8: the same codes), 1 otherwise.
"""

import argparse
import contextlib
import io
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
import keras  # noqa: E402 (after the environment)
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from ai_edge_litert.interpreter import Interpreter, OpResolverType  # noqa: E402
from check_keras_applications import randomize  # noqa: E402
from sweep import Sweep, add_arguments, relative_difference, tandem  # noqa: E402
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2  # noqa: E402
from user_models_keras import MODELS, WORDS  # noqa: E402

tf.get_logger().setLevel("ERROR")
FORMS = ("keras", "h5", "saved", "frozen", "float", "float16", "dynamic", "int8", "int16x8")


def inputs_of(model):
    return getattr(model, "given", None) or model.inputs


def example(tensors, seed):
    """Reals from -1 to 1, integers with some 0 at the end of each row, as padding is."""
    random, values = np.random.default_rng(seed), []
    for tensor in tensors:
        shape = (1, *tensor.shape[1:])
        if "float" in str(tensor.dtype):
            values.append(random.uniform(-1, 1, shape).astype(np.float32))
            continue
        value = random.integers(1, WORDS, shape).astype(str(tensor.dtype))
        if value.ndim == 2 and value.shape[1] > 3:
            value[:, -(value.shape[1] // 3):] = 0
        values.append(value)
    if len(values) == 1 and values[0].ndim == 3 and values[0].shape[2] == 4 and values[0].shape[1] == 10:
        values[0][:, -3:] = 0  # what Masking leaves out
    return values


def run_tandem(arguments, model, values, folder, shapes=()):
    """Results in the order of the model."""
    bundle, given = folder / "model.tandem", []
    options = [text for name, shape in shapes for text in ("--shape", f"{name}={'x'.join(map(str, shape))}")]
    tandem(arguments.tandem, "compile", model, "-o", bundle, *options, *arguments.compile_options.split())
    for i, (name, value) in enumerate(values):
        np.save(folder / f"in{i}.npy", value)
        given += ["--input", f"{name}={folder}/in{i}.npy"]
    with tempfile.TemporaryDirectory() as saved:
        tandem(arguments.tandem, "run", bundle, *given, "--save", saved)
        return [np.load(path) for path in sorted(Path(saved).glob("*.npy"))]


def worst_difference(expected, actual):
    """Each expected result beside the one of its shape that is nearest: the formats name them differently."""
    if len(expected) != len(actual):
        raise RuntimeError(f"{len(actual)} results, the framework has {len(expected)}")
    worst, left = 0.0, list(actual)
    for wanted in expected:
        wanted = np.asarray(wanted)
        alike = [i for i, value in enumerate(left) if value.shape == wanted.shape]
        if not alike:
            raise RuntimeError(f"no result of shape {wanted.shape}, only {[value.shape for value in left]}")
        difference, nearest = min((relative_difference(wanted, left[i]), i) for i in alike)
        worst = max(worst, difference)
        del left[nearest]
    return worst


def flat(value):
    if isinstance(value, dict):
        return [each for key in value for each in flat(value[key])]
    if isinstance(value, (list, tuple)):
        return [each for one in value for each in flat(one)]
    return [value]


class Made:
    """A model with its example, and what is made of it on demand."""

    def __init__(self, name, make):
        keras.utils.set_random_seed(7)
        self.model = make()
        randomize(self.model)
        self.tensors = inputs_of(self.model)
        self.values = example(self.tensors, 3)
        given = self.values if len(self.values) > 1 else self.values[0]
        self.expected = [np.asarray(value) for value in flat(self.model(given, training=False))]
        specs = [tf.TensorSpec((None, *t.shape[1:]), str(t.dtype), f"in{i}") for i, t in enumerate(self.tensors)]
        one = [tf.TensorSpec((1, *t.shape[1:]), str(t.dtype), f"in{i}") for i, t in enumerate(self.tensors)]

        def call(*inputs):
            return {f"out{i:02}": value for i, value in enumerate(flat(self.model(list(inputs) if len(inputs) > 1 else inputs[0], training=False)))}

        self.function = tf.function(call, input_signature=specs)
        self.fixed = tf.function(call, input_signature=one)

    def check_file(self, arguments, form, folder):
        path = folder / f"model.{form}"
        self.model.save(path)
        layers = [layer for layer in getattr(self.model, "_functional", self.model).layers if isinstance(layer, keras.layers.InputLayer)]
        names = [layer.name for layer in layers] or [tensor.name for tensor in self.tensors]
        by_name = dict(zip(names, self.values)) if len(names) == 1 else {t.name: v for t, v in zip(self.tensors, self.values)}
        return worst_difference(self.expected, run_tandem(arguments, path, list(by_name.items()), folder))

    def check_saved(self, arguments, folder):
        path = folder / "saved"
        with contextlib.redirect_stdout(io.StringIO()):
            self.model.export(path, verbose=False)
        signature = tf.saved_model.load(path).signatures["serving_default"]
        names = list(signature.structured_input_signature[1])
        by_name = {}
        for i, (tensor, value) in enumerate(zip(self.tensors, self.values)):
            name = tensor.name if tensor.name in names else names[i]
            by_name[name] = value
        shapes = [(name, value.shape) for name, value in by_name.items()]
        return worst_difference(self.expected, run_tandem(arguments, path, list(by_name.items()), folder, shapes))

    def check_frozen(self, arguments, folder):
        path = folder / "frozen.pb"
        frozen = convert_variables_to_constants_v2(self.function.get_concrete_function())
        path.write_bytes(frozen.graph.as_graph_def().SerializeToString())
        names = [(f"in{i}", value) for i, value in enumerate(self.values)]
        return worst_difference(self.expected, run_tandem(arguments, path, names, folder, [(n, v.shape) for n, v in names]))

    def convert(self, form):
        converter = tf.lite.TFLiteConverter.from_concrete_functions([self.fixed.get_concrete_function()], tf.Module())
        if form != "float":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if form == "float16":
            converter.target_spec.supported_types = [tf.float16]
        names = [tensor.name for tensor in self.fixed.get_concrete_function().inputs if tensor.dtype != tf.resource]
        if form in ("int8", "int16x8"):
            converter.representative_dataset = lambda: (self.in_order(names, seed) for seed in range(3, 11))
        if form == "int8":
            converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
            converter.inference_input_type = converter.inference_output_type = tf.int8
        if form == "int16x8":
            converter.target_spec.supported_ops = [tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8,
                                                   tf.lite.OpsSet.TFLITE_BUILTINS]
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                return converter.convert()
        except Exception as error:
            raise NotConverted(" ".join(str(error).split())[:200]) from None

    def in_order(self, names, seed):
        """As the calibration wants them, which knows no names: in the order of the function's inputs."""
        by_name = {f"in{i}:0": value for i, value in enumerate(example(self.tensors, seed))}
        return [by_name[name] for name in names]

    def check_tflite(self, arguments, form, folder):
        path = folder / f"{form}.tflite"
        path.write_bytes(self.convert(form))
        values, expected = run_litert(path, self.values)
        return worst_difference(expected, run_tandem(arguments, path, values, folder))


class NotConverted(Exception):
    """The framework itself does not make this form of the model."""


def run_litert(path, values):
    """Named inputs as the file takes them, and LiteRT's results."""
    for resolver in (OpResolverType.BUILTIN_REF, OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES):
        try:
            runner = Interpreter(str(path), experimental_op_resolver_type=resolver, num_threads=1)
            runner.allocate_tensors()
            break
        except (RuntimeError, ValueError) as error:  # operators that the set of reference kernels lacks
            reason = error
    else:
        raise NotConverted(f"LiteRT does not run it: {reason}")
    details = sorted(runner.get_input_details(), key=lambda detail: detail["name"])
    named = []
    for detail, value in zip(details, values, strict=True):
        if detail["dtype"] == np.int8 and value.dtype == np.float32:
            scale, zero = detail["quantization"]
            value = np.clip(np.round(value / scale) + zero, -128, 127).astype(np.int8)
        named.append((detail["name"], value.astype(detail["dtype"])))
        runner.set_tensor(detail["index"], named[-1][1])
    runner.invoke()
    return named, [runner.get_tensor(detail["index"]) for detail in runner.get_output_details()]


def check(arguments, name, form, made):
    if name not in made:
        made.clear()  # one at a time
        keras.backend.clear_session()
        made[name] = Made(name, MODELS[name])
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        if form in ("keras", "h5"):
            return [made[name].check_file(arguments, form, folder)]
        if form == "saved":
            return [made[name].check_saved(arguments, folder)]
        if form == "frozen":
            return [made[name].check_frozen(arguments, folder)]
        return [made[name].check_tflite(arguments, form, folder)]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these: a model, or 'model form'")
    parser.add_argument("--forms", default=",".join(FORMS), help="only these")
    add_arguments(parser)
    arguments = parser.parse_intermixed_args()
    how = ("Made by `tests/models/check_user_models.py --write`, which says how: models as the tutorials of Keras and TensorFlow have them "
           f"(`user_models_keras.py`), with random weights, saved by Keras {keras.__version__} and TensorFlow {tf.__version__} in every form "
           "that they have, through `tandem compile` and `tandem run`, beside Keras or LiteRT's reference kernels.")
    sweep = Sweep("user_models", arguments, "Models of users", how, ["model", "form"], ["difference"])
    made = {}
    names = [name for name in MODELS if not arguments.names or name.startswith(tuple(arguments.names))]
    arguments.names = []
    sys.exit(sweep.run({f"{name} {form}": ([name, form], lambda name=name, form=form: check(arguments, name, form, made))
                        for name in names for form in arguments.forms.split(",")}))


if __name__ == "__main__":
    main()
