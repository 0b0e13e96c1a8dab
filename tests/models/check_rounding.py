#!/usr/bin/env python3
"""Find out how LiteRT's reference kernels round, by doing every 8-bit operation of a .tflite again in NumPy.

Usage: check_rounding.py FILE.tflite...

Runs the model with all tensors kept, then computes each operation from LiteRT's own inputs to it, with double
and with single rounding, and prints per kind of operation how many values differ from LiteRT's. README.md beside
this file has what it found. Needs requirements-tensorflow.txt.
"""

import sys
from collections import defaultdict

import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter, OpResolverType

from make_goldens import pattern

OP_NAMES = {v: k for k, v in vars(schema.BuiltinOperator).items() if isinstance(v, int)}
NONE, RELU, RELU6 = 0, 1, 3
SEEDS = range(1, 5)


def quantize_multiplier(real):
    """real = q * 2^shift / 2^31, q in [2^30, 2^31), rounded half away from zero."""
    if real == 0:
        return 0, 0
    fraction, shift = np.frexp(real)
    q = int(np.floor(fraction * (1 << 31) + 0.5))
    if q == 1 << 31:
        q, shift = q // 2, shift + 1
    return (0, 0) if shift < -31 else (q, int(shift))


def high_mul(a, b):
    """gemmlowp's SaturatingRoundingDoublingHighMul: (2ab + 2^31) / 2^32, halves up, the division toward zero."""
    product = np.asarray(a, np.int64) * b
    nudged = product + np.where(product >= 0, 1 << 30, 1 - (1 << 30))
    return np.where(nudged >= 0, nudged >> 31, -((-nudged) >> 31))


def divide_by_power(x, exponent):
    """gemmlowp's RoundingDivideByPOT: halves away from zero."""
    mask = (1 << exponent) - 1
    return (x >> exponent) + ((x & mask) > (mask >> 1) + (x < 0))


def multiply_double(x, q, shift):
    return divide_by_power(high_mul(np.asarray(x, np.int64) << max(shift, 0), q), max(-shift, 0))


def multiply_single(x, q, shift):
    return (np.asarray(x, np.int64) * q + (1 << (30 - shift))) >> (31 - shift)


def multiply_reduced(x, q, shift):
    """What LiteRT does for 64-bit accumulators: a multiplier of 16 bits, rounded once."""
    q = (q + (1 << 15)) >> 16 if q < 0x7FFF0000 else 0x7FFF
    return (np.asarray(x, np.int64) * q + (1 << (14 - shift))) >> (15 - shift)


def multiply_channels(multiply, x, scales):
    return np.stack([multiply(x[..., c], *quantize_multiplier(s)) for c, s in enumerate(scales)], -1)


def exp_on_negative_values(a):
    """gemmlowp's, from Q5.26 to Q0.31."""
    quarter = 1 << 24
    remainder = (a & (quarter - 1)) - quarter
    x = (remainder << 5) + (1 << 28)
    x2 = high_mul(x, x)
    x3, x4 = high_mul(x2, x), high_mul(x2, x2)
    rest = divide_by_power(high_mul(divide_by_power(x4, 2) + x3, 715827883) + x2, 1)
    result = 1895147668 + high_mul(x + rest, 1895147668)
    left = remainder - a
    for exponent, factor in zip(range(-2, 5), (1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242)):
        result = np.where(left & (1 << (26 + exponent)), high_mul(result, factor), result)
    return np.where(a == 0, (1 << 31) - 1, result)


def reciprocal(x):
    """gemmlowp's one_over_one_plus_x_for_x_in_0_1 on a Q12.19 sum: the quotient's bits and their exponent."""
    headroom = 32 - int(x).bit_length()
    half_denominator = ((int(x) << headroom) - (1 << 31) + ((1 << 31) - 1) + 1) >> 1
    saturate_left = lambda v, n: max(-(1 << 31), min((1 << 31) - 1, v << n))
    y = 1515870810 + int(high_mul(half_denominator, -1010580540))
    for _ in range(3):
        one_minus = (1 << 29) - int(high_mul(half_denominator, y))
        y += saturate_left(int(high_mul(y, one_minus)), 2)
    return saturate_left(y, 1), 12 - headroom


def softmax(x, in_scale, beta, low):
    multiplier, shift = quantize_multiplier(min(float(beta) * float(in_scale) * (1 << 26), (1 << 31) - 1.0))
    diff_min = -int(np.floor(31 * (1 << 26) / (1 << shift)))
    out = np.full(x.shape, low, np.int64)
    for index in np.ndindex(x.shape[:-1]):
        diff = x[index] - x[index].max()
        used = diff >= diff_min
        exps = exp_on_negative_values(high_mul(diff[used] << shift, multiplier))
        total = int(divide_by_power(exps, 12).sum())
        scale, bits = reciprocal(total)
        row = divide_by_power(high_mul(exps, scale), bits + 31 - 8) + low
        out[index][used] = np.clip(row, low, low + 255)
    return out


def quantize_input(x):
    """LiteRT's AsymmetricQuantizeFloats over the whole tensor (batch 1): codes, scale, zero point."""
    low, high = min(np.float32(0), x.min()), max(np.float32(0), x.max())
    if low == high:
        return np.zeros(x.shape, np.int64), np.float32(1), 0
    scale = np.float64(high - low) / 255.0  # the difference in f32, from there on in f64
    low, high = np.float64(low), np.float64(high)
    from_low, from_high = -128 - low / scale, 127 - high / scale
    zero = from_low if 128 + abs(low / scale) < 127 + abs(high / scale) else from_high
    zero = int(np.clip(np.floor(zero + 0.5) if zero >= 0 else np.ceil(zero - 0.5), -128, 127))
    scale = np.float32(scale)
    value = np.float32(zero) + x * (np.float32(1) / scale)
    return np.clip(np.trunc(value + np.copysign(np.float32(0.5), value)), -128, 127).astype(np.int64), scale, zero


def check(path, seed, tally):
    interpreter = Interpreter(path, experimental_op_resolver_type=OpResolverType.BUILTIN_REF, experimental_preserve_all_tensors=True)
    interpreter.allocate_tensors()
    info = interpreter.get_input_details()[0]
    shape = [int(n) for n in info["shape"]]
    codes = pattern(seed, *(shape[1:] if len(shape) == 4 else (1, shape[1], 1))).reshape(shape)
    if info["dtype"] == np.float32:  # the hybrid model's input is -1..1
        value = np.float32(-1) + np.float32(2) * codes.astype(np.float32) / np.float32(255)
    else:
        value = codes if info["dtype"] == np.uint8 else (codes.astype(np.int16) - 128).astype(np.int8)
    interpreter.set_tensor(info["index"], value)
    interpreter.invoke()
    model = schema.ModelT.InitFromPackedBuf(open(path, "rb").read(), 0)
    graph = model.subgraphs[0]

    def quantization(t):
        q = graph.tensors[t].quantization
        return np.asarray(q.scale, np.float32).astype(np.float64), np.asarray(q.zeroPoint, np.int64)

    def codes_less_zero(t):
        return interpreter.get_tensor(t).astype(np.int64) - (0 if quantization(t)[1].size > 1 else int(quantization(t)[1][0]))

    def windows(x, size, options, pad_value=0):
        """N, H, W, C, height, width"""
        stride = (options.strideH, options.strideW)
        if options.padding == 0:  # SAME
            pads = []
            for n, k, s in zip(x.shape[1:3], size, stride):
                total = max(0, (-(-n // s) - 1) * s + k - n)
                pads.append((total // 2, total - total // 2))
            x = np.pad(x, ((0, 0), *pads, (0, 0)), constant_values=pad_value)
        view = np.lib.stride_tricks.sliding_window_view(x, size, axis=(1, 2))
        return view[:, :: stride[0], :: stride[1]]

    for operator in graph.operators:
        code = model.operatorCodes[operator.opcodeIndex]  # files older than 2020 have the old field only
        kind, options = OP_NAMES[max(code.builtinCode, code.deprecatedBuiltinCode)], operator.builtinOptions
        ins, out = [t for t in operator.inputs], operator.outputs[0]
        expected = interpreter.get_tensor(out)
        if kind in ("CONV_2D", "DEPTHWISE_CONV_2D") and expected.dtype == np.float32:
            w = interpreter.get_tensor(ins[1])
            if w.dtype == np.int8:
                x, in_scale, in_zero = quantize_input(interpreter.get_tensor(ins[0]))
                view = windows(x - in_zero, w.shape[1:3], options).astype(np.float64)
                formula, w = ("nhwcij,oijc->nhwo", w) if kind == "CONV_2D" else ("nhwcij,ijc->nhwc", w[0])
                acc = np.rint(np.einsum(formula, view, w.astype(np.float64), optimize=True)).astype(np.float32)
                w_scale = np.asarray(graph.tensors[ins[1]].quantization.scale, np.float32)
                # The order differs between the two kernels; nothing is fused.
                result = acc * w_scale * in_scale if kind == "CONV_2D" else acc * (w_scale * in_scale)
                result = result + interpreter.get_tensor(ins[2])
                if options.fusedActivationFunction == RELU:
                    result = np.maximum(result, np.float32(0))
                entry = tally[f"{kind} hybrid", "input as int8, per picture"]
                entry[0] += result.size
                entry[1] += int((result != expected).sum())
                entry[2] = max(entry[2], float(np.abs(result - expected).max() / np.abs(expected).max()))
            continue
        if expected.dtype not in (np.int8, np.uint8) or kind == "RESHAPE":
            continue
        low = int(np.iinfo(expected.dtype).min)
        out_scale, out_zero = (v[0] for v in quantization(out))
        bottom, top = low, low + 255
        activation = getattr(options, "fusedActivationFunction", NONE)
        if activation in (RELU, RELU6):
            bottom = max(bottom, int(out_zero))
        if activation == RELU6:
            top = min(top, int(out_zero + np.floor(6 / out_scale + 0.5)))
        results = {}
        x = codes_less_zero(ins[0])
        in_scale = quantization(ins[0])[0][0]
        if kind in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
            w = codes_less_zero(ins[1])
            if kind == "CONV_2D":
                view = windows(x, w.shape[1:3], options)
                acc = np.einsum("nhwcij,oijc->nhwo", view.astype(np.float64), w.astype(np.float64), optimize=True)
            elif kind == "DEPTHWISE_CONV_2D":
                view = windows(x, w.shape[1:3], options)
                acc = np.einsum("nhwcij,ijc->nhwc", view.astype(np.float64), w[0].astype(np.float64), optimize=True)
            else:
                acc = x.reshape(-1, w.shape[1]) @ w.T
            acc = np.rint(acc).astype(np.int64)
            if len(ins) > 2 and ins[2] >= 0:
                acc = acc + interpreter.get_tensor(ins[2]).astype(np.int64)
            w_scale = quantization(ins[1])[0]
            real = in_scale * np.broadcast_to(w_scale, acc.shape[-1:]) / out_scale
            if w_scale.size == 1:
                kind += " per tensor"
            rounded = np.float64(np.float32(in_scale) * w_scale.astype(np.float32)) / out_scale
            for name, multiply in (("double", multiply_double), ("single", multiply_single), ("single, 16 bits", multiply_reduced)):
                results[name] = multiply_channels(multiply, acc, real) + out_zero
                results[name + ", f32 product of scales"] = multiply_channels(multiply, acc, np.broadcast_to(rounded, acc.shape[-1:])) + out_zero
        elif kind == "ADD":
            y, y_scale = codes_less_zero(ins[1]), quantization(ins[1])[0][0]
            twice = 2 * max(in_scale, y_scale)
            for name, multiply in (("double", multiply_double), ("single", multiply_single)):
                total = multiply(x << 20, *quantize_multiplier(in_scale / twice)) + multiply(y << 20, *quantize_multiplier(y_scale / twice))
                results[name] = multiply(total, *quantize_multiplier(twice / ((1 << 20) * out_scale))) + out_zero
        elif kind == "AVERAGE_POOL_2D":
            raw = interpreter.get_tensor(ins[0]).astype(np.int64)
            size = (options.filterHeight, options.filterWidth)
            total = windows(raw, size, options).sum(axis=(4, 5))
            count = windows(np.ones_like(raw), size, options).sum(axis=(4, 5))
            results["half away from zero"] = np.where(total > 0, (total + count // 2) // count, -((-total + count // 2) // count))
        elif kind == "MEAN":
            raw = interpreter.get_tensor(ins[0]).astype(np.int64)
            axes = tuple(int(a) for a in interpreter.get_tensor(ins[1]).ravel())
            count = int(np.prod([raw.shape[a] for a in axes]))
            total = raw.sum(axis=axes, keepdims=bool(options.keepDims))
            scale, zero = np.float32(in_scale) / np.float32(out_scale), quantization(ins[0])[1][0]
            value = total.astype(np.float32) / np.float32(count) * scale + np.float32(-zero) * scale
            results["float32 sum / count * scale + bias"] = np.trunc(value + np.copysign(np.float32(0.5), value)) + out_zero
            for name, multiply in (("double", multiply_double), ("single", multiply_single)):
                q, shift = quantize_multiplier(in_scale / out_scale)
                bits = min(63 - (64 - int(count).bit_length()), 32, 31 + shift)
                folded = (q << bits) // count
                results[name + ", 1/count in the multiplier"] = multiply(total - zero * count, folded, shift - bits) + out_zero
                scaled = multiply(total - zero * count, q, shift)
                results[name + ", then divided"] = np.where(scaled > 0, (scaled + count // 2) // count, -((-scaled + count // 2) // count)) + out_zero
        elif kind == "SOFTMAX":
            results["gemmlowp fixed point"] = softmax(x, in_scale, options.beta, low)
            exact = np.exp((x - x.max(-1, keepdims=True)) * in_scale * options.beta)
            results["exact"] = np.floor(exact / exact.sum(-1, keepdims=True) * 256 + 0.5) + low
        elif kind == "QUANTIZE":
            for name, multiply in (("double", multiply_double), ("single", multiply_single)):
                results[name] = multiply(x, *quantize_multiplier(in_scale / out_scale)) + out_zero
        else:
            print(f"{kind} is not checked")
        for name, result in results.items():
            difference = np.abs(np.clip(result, bottom, top) - expected.astype(np.int64))
            entry = tally[f"{kind} {expected.dtype.name}", name]
            entry[0] += difference.size
            entry[1] += int((difference > 0).sum())
            entry[2] = max(entry[2], int(difference.max()))


def main():
    if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    tally = defaultdict(lambda: [0, 0, 0])
    for path in sys.argv[1:]:
        for seed in SEEDS:
            check(path, seed, tally)
    for (kind, name), (count, different, largest) in tally.items():
        print(f"{kind:28} {name:46} {different:8} of {count:9} differ, by {largest:.2g} at most")


if __name__ == "__main__":
    main()
