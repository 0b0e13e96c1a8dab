// numpy's functions of elements that are no line of unary.cpp: tests, angles, bits, rounding.
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/mxnet/arithmetic.h"
#include "compiler/importers/mxnet/node.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace tandem::mxnet {

namespace {
template <MaybeValue (*function)(NodeBuilder &, MaybeValue)>
MaybeValue importTest(SymbolNode &node) {
  return function(node, node.input(0));
}
MaybeValue isFinite(NodeBuilder &build, MaybeValue x) {
  return build.compare<graph::LessOp>(build.create<graph::AbsOp>(x), INFINITY);
}
MaybeValue isPositiveInfinite(NodeBuilder &build, MaybeValue x) {
  return build.compare<graph::EqualOp>(x, INFINITY);
}
MaybeValue isNegativeInfinite(NodeBuilder &build, MaybeValue x) {
  return build.compare<graph::EqualOp>(x, -INFINITY);
}

/// nan_to_num: NaN and what is infinite as numbers, the largest and least where none are said.
MaybeValue importNanToNumber(SymbolNode &node) {
  constexpr double kMost = std::numeric_limits<float>::max();
  MaybeValue x = node.input(0);
  double nan = node.number("nan", 0), high = node.number("posinf", kMost),
         low = node.number("neginf", -kMost);
  if (node.failed() || failed(x) || failed(node.checkIsReal(*x)))
    return failure();
  MaybeValue result = node.select(isNan(node, x), node.scalarLike(*x, nan), x);
  result = node.select(isPositiveInfinite(node, x), node.scalarLike(*x, high), result);
  return node.select(isNegativeInfinite(node, x), node.scalarLike(*x, low), result);
}

using Function = MaybeValue (*)(NodeBuilder &, MaybeValue, MaybeValue);
template <Function function> MaybeValue importBinary(SymbolNode &node) {
  auto [left, right] = alike(node, node.input(0), node.input(1));
  return function(node, left, right);
}
/// With the number on the right or, `isReversed`, on the left.
template <Function function, bool isReversed = false>
MaybeValue importWithScalar(SymbolNode &node) {
  MaybeValue x = node.input(0);
  double number = node.number("scalar");
  if (node.failed() || failed(x))
    return failure();
  MaybeValue scalar = node.scalarLike(*x, number);
  return isReversed ? function(node, scalar, x) : function(node, x, scalar);
}

/// The first with the sign of the second; beside 0 it stays, whose sign does not count.
MaybeValue withSignOf(NodeBuilder &build, MaybeValue x, MaybeValue sign) {
  MaybeValue product = build.multiply(tandem::sign(build, x), tandem::sign(build, sign));
  return build.select(build.compare<graph::LessOp>(product, 0.0), build.create<graph::NegOp>(x), x);
}
/// x * 2^y.
MaybeValue timesPowerOfTwo(NodeBuilder &build, MaybeValue x, MaybeValue y) {
  if (failed(y))
    return failure();
  return build.multiply(x, build.create<graph::PowOp>(build.scalarLike(*y, 2), y));
}
template <typename OpT> MaybeValue ofBits(NodeBuilder &build, MaybeValue x, MaybeValue y) {
  return build.create<OpT>(x, y);
}
MaybeValue importBitwiseNot(SymbolNode &node) {
  MaybeValue x = node.input(0);
  if (failed(x))
    return failure();
  if (getElementTypeOrSelf(*x).isInteger(1))
    return node.create<graph::LogicalNotOp>(x);
  return node.create<graph::BitwiseXorOp>(x, node.scalarLike(*x, -1));
}

/// around: to 'decimals' behind the point, or before it where negative; halves to even.
MaybeValue importAround(SymbolNode &node) {
  MaybeValue x = node.input(0);
  int64_t decimals = node.integer("decimals", 0);
  if (node.failed() || failed(x) || failed(node.checkIsReal(*x)))
    return failure();
  constexpr int64_t kMost = 30;
  if (decimals < -kMost || decimals > kMost)
    return node.unsupported("'decimals' " + Twine(decimals));
  if (decimals == 0)
    return node.create<graph::RoundOp>(x);
  double factor = std::pow(10.0, static_cast<double>(std::abs(decimals)));
  MaybeValue number = node.scalarLike(*x, factor);
  return decimals > 0 ? node.divide(node.create<graph::RoundOp>(node.multiply(x, number)), number)
                      : node.multiply(node.create<graph::RoundOp>(node.divide(x, number)), number);
}

/// _contrib_quadratic: a x^2 + b x + c.
MaybeValue importQuadratic(SymbolNode &node) {
  MaybeValue x = node.input(0);
  double a = node.number("a", 0), b = node.number("b", 0), c = node.number("c", 0);
  if (node.failed() || failed(x) || failed(node.checkIsReal(*x)))
    return failure();
  return node.add(node.multiply(node.add(node.multiply(x, a), b), x), c);
}
} // namespace

void registerNumpyElements(OpTable &table) {
  table.add("_npi_isnan", importTest<isNan>);
  table.add("_npi_isinf", importTest<isInfinite>);
  table.add("_npi_isfinite", importTest<isFinite>);
  table.add("_npi_isposinf", importTest<isPositiveInfinite>);
  table.add("_npi_isneginf", importTest<isNegativeInfinite>);
  table.add("_npi_nan_to_num", importNanToNumber);
  table.add("_npi_arctan2", importBinary<arcTangent>);
  table.add("_npi_arctan2_scalar", importWithScalar<arcTangent>);
  table.add("_npi_rarctan2_scalar", importWithScalar<arcTangent, /*isReversed=*/true>);
  table.add("_npi_copysign", importBinary<withSignOf>);
  table.add("_npi_copysign_scalar", importWithScalar<withSignOf>);
  table.add("_npi_rcopysign_scalar", importWithScalar<withSignOf, /*isReversed=*/true>);
  table.add("_npi_ldexp", importBinary<timesPowerOfTwo>);
  table.add("_npi_ldexp_scalar", importWithScalar<timesPowerOfTwo>);
  table.add("_npi_rldexp_scalar", importWithScalar<timesPowerOfTwo, /*isReversed=*/true>);
  table.add("_npi_bitwise_and", importBinary<ofBits<graph::BitwiseAndOp>>);
  table.add("_npi_bitwise_and_scalar", importWithScalar<ofBits<graph::BitwiseAndOp>>);
  table.add("_npi_bitwise_or", importBinary<ofBits<graph::BitwiseOrOp>>);
  table.add("_npi_bitwise_or_scalar", importWithScalar<ofBits<graph::BitwiseOrOp>>);
  table.add("_npi_bitwise_xor", importBinary<ofBits<graph::BitwiseXorOp>>);
  table.add("_npi_bitwise_xor_scalar", importWithScalar<ofBits<graph::BitwiseXorOp>>);
  table.add("_npi_bitwise_not", importBitwiseNot);
  table.add("_npi_around", importAround);
  table.add("_contrib_quadratic", importQuadratic);
}

} // namespace tandem::mxnet
