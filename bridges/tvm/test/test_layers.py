"""Where TVM and we part on a deep quantized model: by no more than one step in any layer, on either side.

The judge is the arithmetic that TVM's module writes down, quantize(op(dequantize(codes))), in 64-bit floats, for each layer
on the codes that the layer before gave on that side.
"""

import numpy as np
import pytest

tvm = pytest.importorskip("tvm")
torch = pytest.importorskip("torch")

from test_tvm import tflite_model  # noqa: E402
from tvm import relax  # noqa: E402
from tvm_models import machine_of, noise_for  # noqa: E402

import tandem.tvm  # noqa: E402


def with_all_codes(mod):
    """The module with what each relax.quantize gives as its outputs; and the bindings of the module itself."""
    main, builder, seen = mod["main"], relax.BlockBuilder(), {}
    bindings = [binding for block in main.body.blocks for binding in block.bindings]
    outputs = []
    with builder.function("main", list(main.params)):
        with builder.dataflow():
            for binding in bindings:
                value = binding.value
                if isinstance(value, relax.Call):
                    arguments = [seen.get(a, a) if isinstance(a, relax.Var) else a for a in value.args]
                    made = builder.emit(relax.Call(value.op, arguments, value.attrs, value.ty_args))
                    if value.op.name == "relax.quantize":
                        made = builder.emit_output(made)
                        outputs.append(made)
                    seen[binding.var] = made
                else:
                    seen[binding.var] = seen[value]
        builder.emit_func_output(relax.Tuple(outputs))
    return builder.get(), bindings


def _along(numbers, rank, axis):
    """Of one number for all, or for each slice along an axis."""
    numbers = np.asarray(numbers, np.float64)
    if numbers.size == 1:
        return numbers
    return numbers.reshape([numbers.size if dim == axis % rank else 1 for dim in range(rank)])


def _convolution(call, source, weights):
    order = (3, 2, 0, 1) if call.attrs.kernel_layout == "HWIO" else (2, 3, 0, 1)
    top, left, bottom, right = (int(pad) for pad in call.attrs.padding)
    padded = np.pad(source.transpose(0, 3, 1, 2), ((0, 0), (0, 0), (top, bottom), (left, right)))
    result = torch.nn.functional.conv2d(
        torch.from_numpy(padded),
        torch.from_numpy(np.ascontiguousarray(weights.transpose(order))),
        stride=[int(stride) for stride in call.attrs.strides],
        groups=int(call.attrs.groups),
    )
    return result.numpy().transpose(0, 2, 3, 1)


def _softmax(_, source):
    powers = np.exp(source - source.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


EXACT = {
    "relax.nn.conv2d": _convolution,
    "relax.add": lambda _, left, right: left + right,
    "relax.matmul": lambda _, left, right: left @ right,
    "relax.mean": lambda call, x: x.mean(tuple(int(a) for a in call.attrs.axis), keepdims=bool(call.attrs.keepdims)),
    "relax.reshape": lambda call, x, *_: x.reshape([int(dim) for dim in call.ty.shape.values]),
    "relax.permute_dims": lambda call, x: x.transpose(call.attrs.axes and [int(a) for a in call.attrs.axes]),
    "relax.clip": lambda _, codes, *__: codes,  # of this model to what the codes can be
    "relax.nn.softmax": _softmax,
}


def exact_codes(bindings, source, codes):
    """By quantize: its exact result, before it is rounded, on the `codes` of those before it."""
    values, results, given = {}, [], iter(codes)

    def read(expr):
        return expr.value.numpy() if isinstance(expr, tvm.ir.GenericConst) else values.get(expr, source)

    for binding in bindings:
        call = binding.value
        if not isinstance(call, relax.Call):
            values[binding.var] = read(call)
            continue
        operands = [read(a) for a in call.args if isinstance(a, (relax.Var, tvm.ir.GenericConst))]
        if call.op.name not in ("relax.quantize", "relax.dequantize"):
            values[binding.var] = EXACT[call.op.name](call, *operands)
            continue
        axis = int(call.attrs.axis)
        scale, zero = (_along(numbers, max(operands[0].ndim, 1), axis) for numbers in operands[1:])
        if call.op.name == "relax.dequantize":
            values[binding.var] = (operands[0].astype(np.float64) - zero) * scale
        else:
            limits = np.iinfo(str(call.attrs.out_dtype))
            results.append(np.clip(operands[0] / scale + zero, limits.min, limits.max))
            values[binding.var] = next(given)
    return results


def test_every_layer_is_within_a_step_of_exact_arithmetic_on_either_side():
    mod, _ = tflite_model("tf2_mobilenet_v2_1.0_224_ptq")
    source = noise_for(mod)
    whole, bindings = with_all_codes(mod)
    for way in (whole, tandem.tvm.partition_for_cpu(whole)):
        outputs = machine_of(way)["main"](tvm.runtime.tensor(source))
        codes = [outputs[i].numpy() for i in range(len(outputs))]
        assert len(codes) == 67
        for exact, given in zip(exact_codes(bindings, source, codes), codes):
            # Half a step is the rounding's; what LiteRT's fixed point rounds before that is an eighth at most.
            assert np.abs(exact - given).max() <= 0.5 + 0.126
