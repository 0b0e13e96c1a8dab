"""LiteRT with its default kernels, XNNPACK."""

import time

PACKAGE = "ai-edge-litert"


def takes(path):
    return path.suffix == ".tflite"


def prepare():
    from ai_edge_litert.interpreter import Interpreter  # noqa: F401


def load(path, inputs, threads):
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(path), num_threads=threads)
    interpreter.allocate_tensors()
    for info in interpreter.get_input_details():
        interpreter.set_tensor(info["index"], inputs[info["name"]])

    def run():
        start = time.perf_counter()
        interpreter.invoke()
        return (time.perf_counter() - start) * 1e3

    def outputs():
        return {info["name"]: interpreter.get_tensor(info["index"]) for info in interpreter.get_output_details()}

    return run, outputs
