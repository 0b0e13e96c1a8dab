#!/usr/bin/env python3
"""Make the goldens of models.json with the models' own frameworks, and fill in the models' facts there.

Usage: make_goldens.py {litert,keras,keras3,torch,mxnet,onnx,tensorflow} [MODEL...]

  pip install -r tests/models/requirements-tensorflow.txt    # then litert, keras and tensorflow
  pip install -r tests/models/requirements-torch.txt         # then torch, in another environment: both are large
  pip install -r tests/models/requirements-keras3.txt        # then keras3, for .keras files
  pip install -r tests/models/requirements-mxnet.txt         # then mxnet, with Python 3.11 or older
  pip install -r tests/models/requirements-onnx.txt          # then onnx
  tests/models/make_goldens.py litert ad01_int8

In models.json only `name`, `file`, `range` (what the float input spans), `seeds`, `note` and `relative` of a model (a
tolerance of its own, with the reason in `note`) are written by hand; the rest comes from the model. README.md beside this file tells what the fields mean and how inputs are made.
"""

import argparse
import importlib.metadata
import json
import os
import sys
from pathlib import Path

import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SHARED = Path(os.environ.get("TANDEM_SHARED_MODELS", ROOT.parent / "shared/models"))
SEEDS_TRIED = range(1, 33)
GOLDENS_PER_MODEL = 2
FRAMEWORK_OF = {".tflite": "litert", ".h5": "keras", ".hdf5": "keras", ".keras": "keras3", ".pt2": "torch", ".pt": "torch", ".json": "mxnet", ".onnx": "onnx", ".pb": "tensorflow"}
FRAMEWORK_OF[""] = "tensorflow"  # a SavedModel is a folder


def pattern(seed, height, width, channels):
    """uint8 [height, width, channels]: slanted gradients with texture; README.md has it as pseudo-code."""
    y, x, c = np.meshgrid(*(np.arange(n, dtype=np.uint32) for n in (height, width, channels)), indexing="ij")
    slope = (x * np.uint32(5 + seed) + y * 3 + c * 40) & 511
    gradient = np.where(slope < 256, slope, 511 - slope).astype(np.uint32)
    h = (x * 73856093) ^ (y * 19349663) ^ (c * 83492791) ^ np.uint32(seed * 2654435761 & 0xFFFFFFFF)
    h = (h ^ (h >> 13)) * np.uint32(0x5BD1E995)
    texture = (h ^ (h >> 15)) & 63
    return ((gradient * 3 + texture * 4) >> 2).astype(np.uint8)


def make_input(model, seed):
    info = model["inputs"][0]
    shape = info["shape"]
    if info["layout"] == "NHWC":
        codes = pattern(seed, *shape[1:])
    elif info["layout"] == "NCHW":
        codes = pattern(seed, shape[2], shape[3], shape[1]).transpose(2, 0, 1)
    else:  # NC: a row of a picture of one channel
        codes = pattern(seed, 1, int(np.prod(shape)), 1)
    codes = np.ascontiguousarray(codes.reshape(shape))
    if info["dtype"] == "uint8":
        return codes
    if info["dtype"] == "int8":
        return (codes.astype(np.int16) - 128).astype(np.int8)
    low, high = (np.float32(v) for v in model["range"])
    return low + (high - low) * codes.astype(np.float32) / np.float32(255)


def find(file):
    place, _, name = file.partition(":")
    path = SHARED / name if place == "shared" else ROOT / name
    if not path.exists():
        sys.exit(f"{path} is missing" + ("; ./dev models fetches it" if place == "fetched" else ""))
    return path


def tensor_facts(name, shape, dtype, quantization=None):
    facts = {"name": name, "shape": [int(n) for n in shape], "dtype": np.dtype(dtype).name}
    if quantization and quantization[0]:
        facts["scale"], facts["zero_point"] = float(quantization[0]), int(quantization[1])
    return facts


def load_litert(path):
    from ai_edge_litert.interpreter import Interpreter, OpResolverType

    interpreter = Interpreter(str(path), experimental_op_resolver_type=OpResolverType.BUILTIN_REF, num_threads=1)
    interpreter.allocate_tensors()
    inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()

    def run(value):
        interpreter.reset_all_variables()  # states that an earlier input has left
        interpreter.set_tensor(inputs[0]["index"], value)
        interpreter.invoke()
        return [interpreter.get_tensor(o["index"]) for o in outputs]

    def facts(details):
        return [tensor_facts(d["name"], d["shape"], d["dtype"], d["quantization"]) for d in details]

    return facts(inputs), facts(outputs), run, f"ai-edge-litert {importlib.metadata.version('ai-edge-litert')}, reference kernels"


def load_keras(path):
    import tensorflow
    import tf_keras

    model = tf_keras.models.load_model(path, compile=False)

    def facts(tensors, names):
        return [tensor_facts(name, [1, *t.shape[1:]], t.dtype.as_numpy_dtype) for t, name in zip(tensors, names)]

    def run(value):
        outputs = model(value, training=False)
        return [np.asarray(o) for o in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]

    framework = f"tf_keras {tf_keras.__version__}, tensorflow {tensorflow.__version__}"
    return facts(model.inputs, model.input_names), facts(model.outputs, model.output_names), run, framework


def load_keras3(path):
    import keras
    import tensorflow

    model = keras.models.load_model(path, compile=False)
    outputs = [(tensor._keras_history.operation.name, tensor) for tensor in model.outputs]
    inputs = [(tensor.name, tensor) for tensor in model.inputs]

    def facts(tensors):
        return [tensor_facts(name, [1, *tensor.shape[1:]], tensor.dtype) for name, tensor in tensors]

    def run(value):
        results = model(value, training=False)
        return [np.asarray(o) for o in (results if isinstance(results, (list, tuple)) else [results])]

    return facts(inputs), facts(outputs), run, f"keras {keras.__version__}, tensorflow {tensorflow.__version__}"


def load_torchscript(path):
    """A traced model of small_torch.py. The importer names results by what they are in."""
    import torch
    from small_torch import SHAPE

    model = torch.jit.load(path)
    names = [name for name in (v.debugName().split(".")[0] for v in model.graph.inputs()) if name != "self"]

    def tensors(result):
        if isinstance(result, torch.Tensor):
            return {"output": result}
        return result if isinstance(result, dict) else {f"output_{index}": each for index, each in enumerate(result)}

    def run(value):
        with torch.no_grad():
            return [each.numpy() for each in tensors(model(torch.from_numpy(value))).values()]

    with torch.no_grad():
        results = tensors(model(torch.zeros(SHAPE)))
    outputs = [tensor_facts(name, each.shape, str(each.dtype).removeprefix("torch.")) for name, each in results.items()]
    return [tensor_facts(names[0], SHAPE, "float32")], outputs, run, f"torch {torch.__version__}"


def load_torch(path):
    import torch

    if path.suffix == ".pt":
        return load_torchscript(path)
    program = torch.export.load(path)
    module = program.module()
    values = {node.name: node.meta["val"] for node in program.graph.nodes if "val" in node.meta}

    def facts(names):
        return [tensor_facts(n, values[n].shape, str(values[n].dtype).removeprefix("torch.")) for n in names]

    def run(value):
        with torch.no_grad():
            outputs = module(torch.from_numpy(value))
        return [o.numpy() for o in (outputs if isinstance(outputs, (list, tuple)) else [outputs])]

    signature = program.graph_signature
    return facts(signature.user_inputs), facts(signature.user_outputs), run, f"torch {torch.__version__}"


def load_mxnet(path):
    import mxnet

    prefix = str(path).removesuffix("-symbol.json")
    symbol, arguments, statistics = mxnet.model.load_checkpoint(prefix, 0)
    known = {**arguments, **statistics}
    inputs = [name for name in symbol.list_arguments() if name not in known and not name.endswith("label")]
    argument_shapes, output_shapes, _ = symbol.infer_shape()
    shapes = dict(zip(symbol.list_arguments(), argument_shapes))

    def run(value):
        labels = {name: mxnet.nd.zeros(shape) for name, shape in shapes.items() if name.endswith("label")}
        bound = symbol.bind(mxnet.cpu(), {inputs[0]: mxnet.nd.array(value), **labels, **arguments}, aux_states=statistics)
        return [output.asnumpy() for output in bound.forward(is_train=False)]

    outputs = [tensor_facts(name, shape, np.float32) for name, shape in zip(symbol.list_outputs(), output_shapes)]
    return [tensor_facts(name, shapes[name], np.float32) for name in inputs], outputs, run, f"mxnet {mxnet.__version__}"


def load_onnx(path):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # As the file says: quantize and dequantize one by one, nothing fused.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    types = {"tensor(float)": "float32", "tensor(uint8)": "uint8", "tensor(int8)": "int8"}

    def facts(values):
        return [tensor_facts(v.name, v.shape, types[v.type]) for v in values]

    def run(value):
        return session.run(None, {session.get_inputs()[0].name: value})

    return facts(session.get_inputs()), facts(session.get_outputs()), run, f"onnxruntime {onnxruntime.__version__}"


def load_tensorflow(path):
    import tensorflow

    framework = f"tensorflow {tensorflow.__version__}"
    if path.is_dir():
        loaded = tensorflow.saved_model.load(str(path))  # a signature does not keep its variables alive
        signature = loaded.signatures["serving_default"]
        inputs = signature.structured_input_signature[1]
        outputs = signature.structured_outputs
        names = sorted(outputs)

        def facts(specs):
            return [tensor_facts(n, specs[n].shape, specs[n].dtype.as_numpy_dtype) for n in sorted(specs)]

        def run(value, loaded=loaded):
            results = signature(**{next(iter(inputs)): tensorflow.constant(value)})
            return [results[n].numpy() for n in names]

        return facts(inputs), facts(outputs), run, framework

    graph = tensorflow.Graph()
    with graph.as_default():
        definition = tensorflow.compat.v1.GraphDef.FromString(path.read_bytes())
        tensorflow.import_graph_def(definition, name="")
    inputs = [op.outputs[0] for op in graph.get_operations() if op.type == "Placeholder" and op.outputs[0].consumers()]

    def is_left_over(op):  # by loops: what they carry beside, their sides, weights that only they read
        return op.type in ("Const", "Placeholder", "Exit") or (op.type == "Identity" and op.inputs[0].op.type in ("Const", "Switch"))

    outputs = [
        op.outputs[0] for op in graph.get_operations() if op.outputs and not is_left_over(op) and not any(o.consumers() for o in op.outputs)
    ]

    def facts(tensors, shapes):
        return [tensor_facts(t.op.name, shape, t.dtype.as_numpy_dtype) for t, shape in zip(tensors, shapes)]

    def run(value):
        with tensorflow.compat.v1.Session(graph=graph) as session:
            return session.run(outputs, {inputs[0]: value})

    shapes = [t.shape for t in inputs]
    made = run(np.zeros([int(n) for n in shapes[0]], inputs[0].dtype.as_numpy_dtype))  # behind a loop no shape is known
    return facts(inputs, shapes), facts(outputs, [value.shape for value in made]), run, framework


def variety(outputs):
    """How many different values the outputs have at 8 bits: a saturated softmax tests little."""
    return sum(len(np.unique(np.round(o / max(1e-30, np.abs(o).max()) * 255))) for o in (x.astype(np.float64) for x in outputs))


def make(model):
    path = find(model["file"])
    model["framework"] = FRAMEWORK_OF[path.suffix]
    load = {
        "litert": load_litert, "keras": load_keras, "keras3": load_keras3, "torch": load_torch, "mxnet": load_mxnet, "onnx": load_onnx,
        "tensorflow": load_tensorflow
    }[model["framework"]]
    model["inputs"], model["outputs"], run, model["made_with"] = load(path)
    channels_first = model["framework"] in ("torch", "mxnet", "onnx")
    for info in model["inputs"]:
        info["layout"] = "NC" if len(info["shape"]) < 4 else "NCHW" if channels_first else "NHWC"
    is_float = model["outputs"][0]["dtype"] == "float32"
    model["tolerance"] = {"kind": "float", "relative_to_largest": model.get("relative", 1e-4)} if is_float else {"kind": "int8", "steps": 0}

    tried = {seed: run(make_input(model, seed)) for seed in SEEDS_TRIED}
    best = model.get("seeds") or sorted(tried, key=lambda seed: (-variety(tried[seed]), seed))[:GOLDENS_PER_MODEL]
    folder = HERE / "goldens" / model["name"]
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.npy"):
        old.unlink()
    model["goldens"] = []
    for seed in sorted(best):
        files = []
        for index, output in enumerate(tried[seed]):
            files.append(f"goldens/{model['name']}/seed{seed}_{index}.npy")
            np.save(HERE / files[-1], output)
        model["goldens"].append({"seed": seed, "outputs": files})
        largest = [f"{np.abs(o.astype(np.float64)).max():.4g}" for o in tried[seed]]
        print(f"{model['name']} seed {seed}: variety {variety(tried[seed])}, largest {', '.join(largest)}")


def to_text(table):
    """One line for a tensor or a golden, so that a change is easy to see."""
    models = []
    for model in table["models"]:
        lines = []
        for key, value in model.items():
            if isinstance(value, list) and value and isinstance(value[0], dict):
                rows = ",\n".join("        " + json.dumps(row) for row in value)
                lines.append(f'      "{key}": [\n{rows}\n      ]')
            else:
                lines.append(f'      "{key}": {json.dumps(value)}')
        models.append("    {\n" + ",\n".join(lines) + "\n    }")
    return '{\n  "models": [\n' + ",\n".join(models) + "\n  ]\n}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("framework", choices=sorted(set(FRAMEWORK_OF.values())))
    parser.add_argument("models", nargs="*", metavar="MODEL")
    arguments = parser.parse_args()
    table = json.loads((HERE / "models.json").read_text())
    for model in table["models"]:
        if FRAMEWORK_OF.get(Path(model["file"]).suffix) != arguments.framework:
            continue
        if not arguments.models or model["name"] in arguments.models:
            make(model)
    (HERE / "models.json").write_text(to_text(table))


if __name__ == "__main__":
    main()
