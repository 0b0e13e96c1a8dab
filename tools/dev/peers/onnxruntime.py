"""ONNX Runtime with its own CPU kernels."""

import time

PACKAGE = "onnxruntime"


def takes(path):
    return path.suffix == ".onnx"


def prepare():
    import onnxruntime  # noqa: F401


def load(path, inputs, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    binding = session.io_binding()
    for name, value in inputs.items():
        binding.bind_cpu_input(name, value)
    names = [output.name for output in session.get_outputs()]
    for name in names:
        binding.bind_output(name)

    def run():
        start = time.perf_counter()
        session.run_with_iobinding(binding)
        return (time.perf_counter() - start) * 1e3

    def outputs():
        return dict(zip(names, binding.copy_outputs_to_cpu()))

    return run, outputs
