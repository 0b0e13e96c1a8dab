// One operand, element by element: by formula in f32, by a table of all codes in 8 bits, which is
// how TFLite has sigmoid and tanh.
#include "backends/reference/run/product.h"

#include <cmath>

namespace tandem::reference {
namespace {

using Function = float (*)(float);

Kernel floatKernel(const Op &op, auto function) {
  return [=, count = op.result().count(), x = op.operand(0).as<const float>(),
          y = op.result().as<float>()] {
    for (int64_t i = 0; i < count; ++i)
      y[i] = function(x[i]);
  };
}

Kernel tableKernel(const Op &op, const ByteTable &table) {
  return [=, count = op.result().count(), x = op.operand(0).as<const uint8_t>(),
          y = op.result().as<uint8_t>()] {
    for (int64_t i = 0; i < count; ++i)
      y[i] = table[x[i]];
  };
}

template <Function F> Result<Kernel> prepareFunction(const Op &op) {
  if (op.operand(0).shape != op.result().shape)
    return op.wrongShape();
  if (op.result().isFloat())
    return floatKernel(op, F);
  return tableKernel(
      op, byteTable(op.result().type, op.operand(0).quantization, op.result().quantization, F));
}

float relu6(float x) {
  return std::min(std::max(x, 0.0f), 6.0f);
}
float hardSigmoid(float x) {
  return relu6(x + 3) / 6;
}
float gelu(float x) {
  return 0.5f * x * (1 + std::erf(x * 0.70710678f));
}
float exponential(float x) {
  return std::exp(x);
}
float logarithm(float x) {
  return std::log(x);
}
float squareRoot(float x) {
  return std::sqrt(x);
}
float inverseSquareRoot(float x) {
  return 1 / std::sqrt(x);
}
float absolute(float x) {
  return std::abs(x);
}
float negative(float x) {
  return -x;
}
float floorOf(float x) {
  return std::floor(x);
}

/// The table of a function that has a parameter, by the same steps as byteTable.
ByteTable eluTable(const Op &op, float alpha) {
  const Tensor &in = op.operand(0), &out = op.result();
  CodeRange all = allCodes(out.type);
  ByteTable table;
  for (int32_t code = all.low; code <= all.high; ++code) {
    float x = in.scale() * static_cast<float>(code - in.zeroPoint());
    float y = x >= 0 ? x : alpha * std::expm1(x);
    table[static_cast<uint8_t>(code)] =
        static_cast<uint8_t>(quantizeReal(y, out.type, out.scale(), out.zeroPoint()));
  }
  return table;
}

Result<Kernel> prepareElu(const Op &op) {
  if (op.operand(0).shape != op.result().shape)
    return op.wrongShape();
  TANDEM_ASSIGN_OR_RETURN(float alpha, op.real("alpha", 1.0f));
  if (!op.result().isFloat())
    return tableKernel(op, eluTable(op, alpha));
  return floatKernel(op, [=](float x) { return x >= 0 ? x : alpha * std::expm1(x); });
}
} // namespace

void registerUnary(KernelTable &table) {
  table.add("sigmoid", prepareFunction<sigmoidReal>);
  table.add("tanh", prepareFunction<tanhReal>);
  table.add("hard_sigmoid", prepareFunction<hardSigmoid>);
  table.add("gelu", prepareFunction<gelu>);
  table.add("exp", prepareFunction<exponential>);
  table.add("log", prepareFunction<logarithm>);
  table.add("sqrt", prepareFunction<squareRoot>);
  table.add("rsqrt", prepareFunction<inverseSquareRoot>);
  table.add("abs", prepareFunction<absolute>);
  table.add("neg", prepareFunction<negative>);
  table.add("floor", prepareFunction<floorOf>);
  table.add("elu", prepareElu);
}

} // namespace tandem::reference
