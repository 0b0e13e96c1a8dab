"""OpenVINO on the CPU. Float models in f32, as all the others; not in bf16 where the processor has it."""

PACKAGE = "openvino"


def takes(path):
    return path.suffix in (".tflite", ".onnx")


def prepare():
    import openvino  # noqa: F401


def load(path, inputs):
    import openvino

    core = openvino.Core()
    model = core.read_model(path)
    model.reshape({name: list(value.shape) for name, value in inputs.items()})
    hints = {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1}
    request = core.compile_model(model, "CPU", hints).create_infer_request()
    for name, value in inputs.items():
        request.set_tensor(name, openvino.Tensor(value))

    def run():
        request.infer(share_inputs=True, share_outputs=True)
        return request.latency  # its own clock: Python takes as long as a small model

    def outputs():
        return {port.any_name: request.get_tensor(port).data for port in request.model_outputs}

    return run, outputs
