"""What goes into an ONNX file's model and what comes out, for engines whose own files do not keep its names."""

import json

import onnx


def write_interface(model, path):
    """Inputs in order, and each output's shape and type, as JSON."""
    graph = onnx.load(model, load_external_data=False).graph
    constants = {tensor.name for tensor in graph.initializer}
    outputs = {}
    for output in graph.output:
        tensor = output.type.tensor_type
        shape = [size.dim_value for size in tensor.shape.dim]
        outputs[output.name] = {"shape": shape, "dtype": str(onnx.helper.tensor_dtype_to_np_dtype(tensor.elem_type))}
    path.write_text(json.dumps({"inputs": [tensor.name for tensor in graph.input if tensor.name not in constants], "outputs": outputs}))
