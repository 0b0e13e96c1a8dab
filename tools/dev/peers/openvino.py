"""OpenVINO on the CPU. Float models in f32, as all the others; openvino_bf16.py has its default."""

PACKAGE = "openvino"


def takes(path):
    return path.suffix in (".tflite", ".onnx")


def prepare():
    import openvino  # noqa: F401


def load(path, inputs, threads, precision="f32"):
    import openvino

    core = openvino.Core()
    model = core.read_model(path)
    model.reshape({name: list(value.shape) for name, value in inputs.items()})
    hints = {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1}
    if precision:
        hints["INFERENCE_PRECISION_HINT"] = precision
    compiled = core.compile_model(model, "CPU", hints)
    used = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
    if used != (precision or "bf16"):
        raise ValueError(f"OpenVINO computes in {used} on this processor")
    request = compiled.create_infer_request()
    for name, value in inputs.items():
        request.set_tensor(name, openvino.Tensor(value))

    def run():
        request.infer(share_inputs=True, share_outputs=True)
        return request.latency  # its own clock: Python takes as long as a small model

    def outputs():
        return {port.any_name: request.get_tensor(port).data for port in request.model_outputs}

    return run, outputs
