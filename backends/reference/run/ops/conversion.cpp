// Between element types: quantize, dequantize, cast.
#include "backends/reference/run/product.h"
#include "backends/reference/run/walk.h"
#include "base/bfloat.h"

#include <cmath>
#include <limits>

namespace tandem::reference {
namespace {

/// Calls `body` with a zero of the integer type that stores codes.
template <typename Body> Result<Kernel> withStorage(const Op &op, ElementType type, Body body) {
  switch (type) {
  case ElementType::kI8:
    return body(int8_t());
  case ElementType::kU8:
    return body(uint8_t());
  case ElementType::kI16:
    return body(int16_t());
  case ElementType::kI32:
    return body(int32_t());
  default:
    return op.error("codes of type ", elementTypeName(type), " have no kernel");
  }
}

template <typename From, typename To, typename Compute>
Kernel elementwise(const Op &op, Compute compute) {
  return [=, count = op.result().count(), x = op.operand(0).as<const From>(),
          y = op.result().as<To>()] {
    for (int64_t i = 0; i < count; ++i)
      y[i] = compute(x[i]);
  };
}

/// Codes of one scale to codes of another.
Kernel requantize(const Op &op) {
  const Tensor &in = op.operand(0), &out = op.result();
  FixedMultiplier by = quantizeMultiplier(double(in.scale()) / double(out.scale()));
  CodeRange all = allCodes(out.type);
  return withCodeType(in.type, [&](auto from) {
    return withCodeType(out.type, [&](auto to) {
      return elementwise<decltype(from), decltype(to)>(
          op, [=, inZero = in.zeroPoint(), outZero = out.zeroPoint()](auto code) {
            int64_t result = int64_t(multiplyRoundingTwice(code - inZero, by)) + outZero;
            return static_cast<decltype(to)>(std::clamp<int64_t>(result, all.low, all.high));
          });
    });
  });
}

Result<Kernel> prepareQuantize(const Op &op) {
  const Tensor &out = op.result();
  if (op.operand(0).shape != out.shape)
    return op.wrongShape();
  if (op.operand(0).isCodes())
    return requantize(op);
  return withStorage(op, out.type, [&](auto zero) {
    using T = decltype(zero);
    return elementwise<float, T>(
        op, [type = out.type, scale = out.scale(), zeroPoint = out.zeroPoint()](float real) {
          return static_cast<T>(quantizeReal(real, type, scale, zeroPoint));
        });
  });
}

Result<Kernel> prepareDequantize(const Op &op) {
  const Tensor &in = op.operand(0);
  if (in.shape != op.result().shape)
    return op.wrongShape();
  int64_t inner = 1; // elements that share a channel, one behind another
  for (int64_t d = in.quantization.axis + 1; d < in.rank(); ++d)
    inner *= in.dim(d);
  auto channels = static_cast<int64_t>(in.quantization.scales.size());
  return withStorage(op, in.type, [&](auto zero) {
    using T = decltype(zero);
    return Kernel([=, quantization = in.quantization, count = in.count(), x = in.as<const T>(),
                   y = op.result().as<float>()] {
      for (int64_t i = 0; i < count; ++i) {
        int64_t channel = channels == 1 ? 0 : i / inner % channels;
        auto steps = static_cast<float>(int64_t(x[i]) - quantization.zeroPoints[channel]);
        y[i] = quantization.scales[channel] * steps;
      }
    });
  });
}

// cast: through double from anything real, through int64_t from integers. Both hold every value of
// the types that they carry, so that f32 is rounded to once.

template <typename Carrier> Carrier load(const Tensor &tensor, int64_t i) {
  switch (tensor.type) {
  case ElementType::kF32:
    return static_cast<Carrier>(tensor.as<float>()[i]);
  case ElementType::kF16:
    return static_cast<Carrier>(halfToFloat(tensor.as<uint16_t>()[i]));
  case ElementType::kBF16:
    return static_cast<Carrier>(bfloatToFloat(tensor.as<uint16_t>()[i]));
  case ElementType::kI8:
    return static_cast<Carrier>(tensor.as<int8_t>()[i]);
  case ElementType::kU8:
    return static_cast<Carrier>(tensor.as<uint8_t>()[i]);
  case ElementType::kBool:
    return static_cast<Carrier>(tensor.as<uint8_t>()[i] != 0);
  case ElementType::kI16:
    return static_cast<Carrier>(tensor.as<int16_t>()[i]);
  case ElementType::kI32:
    return static_cast<Carrier>(tensor.as<int32_t>()[i]);
  case ElementType::kI64:
    return static_cast<Carrier>(tensor.as<int64_t>()[i]);
  }
  return 0;
}

/// Toward zero; beyond the integers of the type to the nearest of them, NaN to 0.
template <typename T> T toInteger(double value) {
  if (std::isnan(value))
    return 0;
  constexpr double kEnd = -2.0 * double(std::numeric_limits<T>::min() / 2); // 2^(bits - 1), signed
  constexpr double kHigh = std::is_signed_v<T> ? kEnd : double(std::numeric_limits<T>::max()) + 1;
  if (value >= kHigh)
    return std::numeric_limits<T>::max();
  if (value <= double(std::numeric_limits<T>::min()))
    return std::numeric_limits<T>::min();
  return static_cast<T>(value);
}
template <typename T> T toInteger(int64_t value) {
  return static_cast<T>(value);
} // wraps

template <typename Carrier> void store(const Tensor &tensor, int64_t i, Carrier value) {
  switch (tensor.type) {
  case ElementType::kF32:
    tensor.as<float>()[i] = static_cast<float>(value);
    break;
  case ElementType::kF16:
    tensor.as<uint16_t>()[i] = floatToHalf(static_cast<float>(value));
    break;
  case ElementType::kBF16:
    tensor.as<uint16_t>()[i] = floatToBfloat(static_cast<float>(value));
    break;
  case ElementType::kI8:
    tensor.as<int8_t>()[i] = toInteger<int8_t>(value);
    break;
  case ElementType::kU8:
    tensor.as<uint8_t>()[i] = toInteger<uint8_t>(value);
    break;
  case ElementType::kBool:
    tensor.as<uint8_t>()[i] = value != 0;
    break;
  case ElementType::kI16:
    tensor.as<int16_t>()[i] = toInteger<int16_t>(value);
    break;
  case ElementType::kI32:
    tensor.as<int32_t>()[i] = toInteger<int32_t>(value);
    break;
  case ElementType::kI64:
    tensor.as<int64_t>()[i] = toInteger<int64_t>(value);
    break;
  }
}

template <typename Carrier> Kernel castThrough(const Op &op) {
  return [in = op.operands[0], out = op.output] {
    for (int64_t i = 0, count = out->count(); i < count; ++i)
      store<Carrier>(*out, i, load<Carrier>(*in, i));
  };
}

bool isReal(ElementType type) {
  return type == ElementType::kF32 || type == ElementType::kF16 || type == ElementType::kBF16;
}

Result<Kernel> prepareCast(const Op &op) {
  if (op.operand(0).shape != op.result().shape)
    return op.wrongShape();
  return isReal(op.operand(0).type) ? castThrough<double>(op) : castThrough<int64_t>(op);
}
} // namespace

void registerConversion(KernelTable &table) {
  table.add("quantize", prepareQuantize);
  table.add("dequantize", prepareDequantize);
  table.add("cast", prepareCast);
}

} // namespace tandem::reference
