#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/norms.h"
#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

// Two operands, of which one may be a number.

/// aten.add and aten.sub: other * alpha before it is added. Of truth values add is or, and there is
/// no sub.
template <typename OpT> static MaybeValue importSum(AtenNode &node) {
  auto [lhs, rhs] = node.operands();
  double alpha = node.number("alpha", 1);
  if (succeeded(lhs) && getElementTypeOrSelf(*lhs).isInteger(1)) {
    if (!std::is_same_v<OpT, graph::AddOp> || alpha != 1)
      return node.unsupported("truth values");
    return node.create<graph::LogicalOrOp>(lhs, rhs);
  }
  return node.create<OpT>(lhs, node.multiply(rhs, alpha), graph::Activation::None);
}

/// aten._add_relu, which optimize_for_mobile makes.
static MaybeValue importAddRelu(AtenNode &node) {
  return node.create<graph::ReluOp>(importSum<graph::AddOp>(node));
}

/// aten.rsub: other - self * alpha.
static MaybeValue importReverseSub(AtenNode &node) {
  auto [lhs, rhs] = node.operands();
  double alpha = node.number("alpha", 1);
  return node.subtract(rhs, node.multiply(lhs, alpha));
}

static MaybeValue importMul(AtenNode &node) {
  auto [lhs, rhs] = node.operands();
  if (succeeded(lhs) && getElementTypeOrSelf(*lhs).isInteger(1))
    return node.create<graph::LogicalAndOp>(lhs, rhs);
  return node.multiply(lhs, rhs);
}

template <typename OpT> static MaybeValue importPlain(AtenNode &node) {
  auto [lhs, rhs] = node.operands();
  return node.create<OpT>(lhs, rhs);
}

static MaybeValue importDiv(AtenNode &node) {
  auto [lhs, rhs] = node.operands();
  return node.divide(lhs, rhs);
}

/// Toward zero: integers are so anyway.
static MaybeValue truncated(AtenNode &node, MaybeValue x) {
  if (failed(x) || isa<IntegerType>(getElementTypeOrSelf(*x)))
    return x;
  return node.select(node.compare<graph::LessOp>(x, 0.0), node.create<graph::CeilOp>(x),
                     node.create<graph::FloorOp>(x));
}
static MaybeValue importTrunc(AtenNode &node) {
  return truncated(node, node.tensor("self"));
}

static MaybeValue importDivMode(AtenNode &node) {
  StringRef mode = node.string("rounding_mode", "");
  auto [lhs, rhs] = node.operands();
  if (mode == "floor")
    return node.create<graph::FloorDivOp>(lhs, rhs);
  MaybeValue quotient = node.divide(lhs, rhs);
  if (mode == "trunc")
    return truncated(node, quotient);
  return mode.empty() ? quotient : MaybeValue(node.unsupported("'rounding_mode' '" + mode + "'"));
}

/// aten.fmod: the sign of the dividend.
static MaybeValue importFmod(AtenNode &node) {
  auto [lhs, rhs] = node.operands();
  return remainderOfDividend(node, lhs, rhs);
}

/// aten.pow: integers to the power of reals in f32, which is exact as far as it goes.
static MaybeValue importPow(AtenNode &node) {
  if (!node.isTensor("exponent")) {
    MaybeValue x = node.tensor("self");
    double exponent = node.number("exponent");
    if (node.failed() || failed(x))
      return failure();
    if (isa<FloatType>(getElementTypeOrSelf(*x)))
      return powScalar(node, x, exponent);
  }
  auto [base, exponent] = node.operands("self", "exponent");
  if (failed(base) || failed(exponent))
    return failure();
  Type type = getElementTypeOrSelf(*base);
  if (isa<FloatType>(type))
    return node.create<graph::PowOp>(base, exponent);
  if (isa<IntegerType>(getElementTypeOrSelf(*exponent)))
    return powIntegers(node, base, exponent);
  Type real = node.builder().getF32Type();
  MaybeValue power = node.create<graph::PowOp>(node.cast(base, real), node.cast(exponent, real));
  return node.cast(node.create<graph::RoundOp>(power), type);
}

/// Bits of integers, truth values of the rest.
template <typename BitsOpT, typename TruthOpT> static MaybeValue importBits(AtenNode &node) {
  auto [lhs, rhs] = node.operands();
  if (succeeded(lhs) && getElementTypeOrSelf(*lhs).isInteger(1))
    return node.createTyped<TruthOpT>(node.builder().getI1Type(), lhs, rhs);
  return node.create<BitsOpT>(lhs, rhs);
}
static MaybeValue importBitwiseNot(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  if (failed(x))
    return failure();
  if (getElementTypeOrSelf(*x).isInteger(1))
    return node.create<graph::LogicalNotOp>(x);
  return node.create<graph::BitwiseXorOp>(x, node.scalarLike(*x, -1));
}

/// aten.addcmul, addcdiv: self + value * tensor1 * tensor2, or over tensor2.
static MaybeValue importAddcmul(AtenNode &node) {
  double value = node.number("value", 1);
  MaybeValue product = node.multiply(node.tensor("tensor1"), node.tensor("tensor2"));
  return node.add(node.tensor("self"), node.multiply(product, value));
}
static MaybeValue importAddcdiv(AtenNode &node) {
  double value = node.number("value", 1);
  MaybeValue quotient = node.divide(node.tensor("tensor1"), node.tensor("tensor2"));
  return node.add(node.tensor("self"), node.multiply(quotient, value));
}

/// aten.lerp: self + weight * (end - self).
static MaybeValue importLerp(AtenNode &node) {
  MaybeValue begin = node.tensor("self"), way = node.subtract(node.tensor("end"), begin);
  if (node.isTensor("weight"))
    return node.add(begin, node.multiply(way, node.tensor("weight")));
  return node.add(begin, node.multiply(way, node.number("weight")));
}

static MaybeValue importAtan2(AtenNode &node) {
  auto [y, x] = node.operands();
  return arcTangent(node, y, x);
}

static MaybeValue importLogAddExp(AtenNode &node) {
  auto [lhs, rhs] = node.operands();
  return logAddExp(node, lhs, rhs);
}
/// aten.logaddexp2: of powers of 2.
static MaybeValue importLogAddExp2(AtenNode &node) {
  auto [lhs, rhs] = node.operands();
  constexpr double kLn2 = 0.6931471805599453;
  return node.multiply(logAddExp(node, node.multiply(lhs, kLn2), node.multiply(rhs, kLn2)),
                       1 / kLn2);
}

void registerArithmetic(OpTable &table) {
  for (StringRef kind : {"Tensor", "Scalar"}) {
    table.add(("aten.add." + kind).str(), importSum<graph::AddOp>);
    table.add(("aten.sub." + kind).str(), importSum<graph::SubOp>);
    table.add(("aten.rsub." + kind).str(), importReverseSub);
    table.add(("aten.mul." + kind).str(), importMul);
    table.add(("aten.div." + kind).str(), importDiv);
    table.add(("aten.div." + kind + "_mode").str(), importDivMode);
    table.add(("aten.fmod." + kind).str(), importFmod);
    table.add(("aten.remainder." + kind).str(), importPlain<graph::FloorModOp>);
    table.add(("aten.bitwise_and." + kind).str(),
              importBits<graph::BitwiseAndOp, graph::LogicalAndOp>);
    table.add(("aten.bitwise_or." + kind).str(),
              importBits<graph::BitwiseOrOp, graph::LogicalOrOp>);
    table.add(("aten.bitwise_xor." + kind).str(),
              importBits<graph::BitwiseXorOp, graph::NotEqualOp>);
    table.add(("aten.__and__." + kind).str(), importBits<graph::BitwiseAndOp, graph::LogicalAndOp>);
    table.add(("aten.__or__." + kind).str(), importBits<graph::BitwiseOrOp, graph::LogicalOrOp>);
    table.add(("aten.__lshift__." + kind).str(), importPlain<graph::ShiftLeftOp>);
    table.add(("aten.__rshift__." + kind).str(), importPlain<graph::ShiftRightOp>);
  }
  table.add("aten._add_relu.Tensor", importAddRelu);
  table.add("aten.floor_divide.default", importPlain<graph::FloorDivOp>);
  table.add("aten.floor_divide.Scalar", importPlain<graph::FloorDivOp>);
  table.add("aten.maximum.default", importPlain<graph::MaximumOp>);
  table.add("aten.minimum.default", importPlain<graph::MinimumOp>);
  table.add("aten.max.other", importPlain<graph::MaximumOp>);
  table.add("aten.min.other", importPlain<graph::MinimumOp>);
  table.add("aten.pow.Tensor_Scalar", importPow);
  table.add("aten.pow.Tensor_Tensor", importPow);
  table.add("aten.pow.Scalar", importPow);
  table.add("aten.bitwise_not.default", importBitwiseNot);
  table.add("aten.trunc.default", importTrunc);
  table.add("aten.addcmul.default", importAddcmul);
  table.add("aten.addcdiv.default", importAddcdiv);
  table.add("aten.lerp.Scalar", importLerp);
  table.add("aten.lerp.Tensor", importLerp);
  table.add("aten.atan2.default", importAtan2);
  table.add("aten.atan2.out", importAtan2); // programs have no 'out'
  table.add("aten.logaddexp.default", importLogAddExp);
  table.add("aten.logaddexp2.default", importLogAddExp2);
}

} // namespace tandem::torch
