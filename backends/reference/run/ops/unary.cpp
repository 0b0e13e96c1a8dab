// One operand, element by element: by formula in f32, by a table of all codes in 8 bits.
#include "backends/reference/run/op.h"
#include "base/unary_functions.h"

#include <cmath>

namespace tandem::reference {
namespace {

Kernel floatKernel(const Op &op, auto function) {
  return [=, count = op.result().count(), x = op.operand(0).as<const float>(),
          y = op.result().as<float>()] {
    for (int64_t i = 0; i < count; ++i)
      y[i] = function(x[i]);
  };
}

CodeType codeTypeOf(const Tensor &tensor) {
  return {tensor.type, tensor.scale(), tensor.zeroPoint()};
}

Result<Kernel> codesKernel(const Op &op, float alpha) {
  std::optional<ByteTable> table =
      unaryTable(op.name, codeTypeOf(op.operand(0)), codeTypeOf(op.result()), alpha);
  if (!table)
    return op.error("its scales do not fit the arithmetic on codes");
  return Kernel([table = *table, count = op.result().count(), x = op.operand(0).as<const uint8_t>(),
                 y = op.result().as<uint8_t>()] {
    for (int64_t i = 0; i < count; ++i)
      y[i] = table[x[i]];
  });
}

Result<Kernel> prepareUnary(const Op &op) {
  if (op.operand(0).shape != op.result().shape)
    return op.wrongShape();
  return op.result().isFloat() ? floatKernel(op, realFunction(op.name)) : codesKernel(op, 0);
}

template <typename T, typename Compute> Kernel integerKernel(const Op &op, Compute compute) {
  return
      [=, count = op.result().count(), x = op.operand(0).as<const T>(), y = op.result().as<T>()] {
        for (int64_t i = 0; i < count; ++i)
          y[i] = static_cast<T>(compute(x[i], static_cast<std::make_unsigned_t<T>>(x[i])));
      };
}

/// `ofInteger` takes an integer, and the same as an unsigned one, which wraps.
template <typename OfInteger>
Result<Kernel> prepareWithIntegers(const Op &op, OfInteger ofInteger) {
  bool plain = !op.result().isFloat() && !op.result().isCodes();
  if (!plain)
    return prepareUnary(op);
  if (op.operand(0).shape != op.result().shape)
    return op.wrongShape();
  return op.result().type == ElementType::kI32 ? integerKernel<int32_t>(op, ofInteger)
                                               : integerKernel<int64_t>(op, ofInteger);
}
Result<Kernel> prepareNeg(const Op &op) {
  return prepareWithIntegers(op, [](auto, auto bits) { return 0 - bits; });
}
Result<Kernel> prepareAbs(const Op &op) {
  return prepareWithIntegers(op, [](auto value, auto bits) { return value < 0 ? 0 - bits : bits; });
}

/// Ops with a parameter: x where it is not negative, `below(x, alpha)` elsewhere.
Result<Kernel> prepareWithAlpha(const Op &op, std::optional<float> absent,
                                float (*below)(float x, float alpha)) {
  if (op.operand(0).shape != op.result().shape)
    return op.wrongShape();
  TANDEM_ASSIGN_OR_RETURN(float alpha, op.real("alpha", absent));
  if (!op.result().isFloat())
    return codesKernel(op, alpha);
  return floatKernel(op, [=](float x) { return x >= 0 ? x : below(x, alpha); });
}
Result<Kernel> prepareElu(const Op &op) {
  return prepareWithAlpha(op, 1.0f, [](float x, float alpha) { return alpha * std::expm1(x); });
}
Result<Kernel> prepareLeakyRelu(const Op &op) {
  return prepareWithAlpha(op, std::nullopt, [](float x, float alpha) { return x * alpha; });
}
} // namespace

void registerUnary(KernelTable &table) {
  for (std::string_view op :
       {"relu", "relu6", "relu_n1_to_1", "sigmoid", "tanh", "hard_sigmoid", "hard_swish", "gelu",
        "exp", "log", "sqrt", "rsqrt", "floor", "ceil", "round", "sin", "cos", "atan", "erf"})
    table.add(op, prepareUnary);
  table.add("abs", prepareAbs);
  table.add("neg", prepareNeg);
  table.add("elu", prepareElu);
  table.add("leaky_relu", prepareLeakyRelu);
}

} // namespace tandem::reference
