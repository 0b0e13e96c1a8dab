#include "compiler/importers/mxnet/arithmetic.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/mxnet/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::mxnet {

// Names with capitals are those of MXNet before 1.0.

template <typename OpT>
static MaybeValue combine(SymbolNode &node, MaybeValue left, MaybeValue right) {
  if constexpr (requires(OpT op) { op.getActivation(); })
    return node.create<OpT>(left, right, kNoActivation);
  else
    return node.create<OpT>(left, right);
}

template <typename OpT> static MaybeValue importBinary(SymbolNode &node) {
  return combine<OpT>(node, node.input(0), node.input(1));
}

/// With the number on the right or, `isReversed`, on the left.
template <typename OpT, bool isReversed = false>
static MaybeValue importWithScalar(SymbolNode &node) {
  MaybeValue x = node.input(0);
  double number = node.number("scalar");
  if (node.failed() || failed(x) || failed(node.checkIsReal(*x)))
    return failure();
  MaybeValue scalar = node.scalarLike(*x, number);
  return isReversed ? combine<OpT>(node, scalar, x) : combine<OpT>(node, x, scalar);
}

MaybeValue remainder(SymbolNode &node, MaybeValue x, MaybeValue divisor) {
  MaybeValue rest = node.create<graph::FloorModOp>(x, divisor);
  if (failed(rest))
    return failure();
  return node.select(node.compare<graph::EqualOp>(divisor, 0.0), node.scalarLike(*rest, 0), rest);
}
static MaybeValue importRemainder(SymbolNode &node) {
  return remainder(node, node.input(0), node.input(1));
}
template <bool isReversed = false> static MaybeValue importRemainderScalar(SymbolNode &node) {
  MaybeValue x = node.input(0);
  double number = node.number("scalar");
  if (node.failed() || failed(x) || failed(node.checkIsReal(*x)))
    return failure();
  MaybeValue scalar = node.scalarLike(*x, number);
  if (isReversed)
    return remainder(node, scalar, x);
  return number == 0 ? remainder(node, x, scalar) : node.create<graph::FloorModOp>(x, scalar);
}

static MaybeValue importPowScalar(SymbolNode &node) {
  MaybeValue x = node.input(0);
  double exponent = node.number("scalar");
  if (node.failed() || failed(x) || failed(node.checkIsReal(*x)))
    return failure();
  return powScalar(node, x, exponent);
}

/// add_n: the sum of any number of tensors.
static MaybeValue importSumOfAll(SymbolNode &node) {
  FailureOr<Values> inputs = node.inputs();
  if (failed(inputs))
    return failure();
  MaybeValue sum = inputs->front();
  for (Value input : ArrayRef(*inputs).drop_front())
    sum = node.create<graph::AddOp>(sum, input, kNoActivation);
  return sum;
}

/// x over the root of its last dimension, of attention.
static MaybeValue importDivSqrtDim(SymbolNode &node) {
  MaybeValue x = node.input(0);
  if (failed(x) || failed(node.checkIsReal(*x)))
    return failure();
  if (shapeOf(*x).empty())
    return node.invalid("its input has no dimensions");
  double factor = 1 / std::sqrt(static_cast<double>(shapeOf(*x).back()));
  return node.create<graph::MulOp>(x, node.scalarLike(*x, factor), kNoActivation);
}

static MaybeValue hypotenuse(SymbolNode &node, MaybeValue x, MaybeValue y) {
  return node.create<graph::SqrtOp>(node.add(square(node, x), square(node, y)));
}
static MaybeValue importHypotenuse(SymbolNode &node) {
  return hypotenuse(node, node.input(0), node.input(1));
}
static MaybeValue importHypotenuseScalar(SymbolNode &node) {
  MaybeValue x = node.input(0);
  double number = node.number("scalar");
  if (node.failed() || failed(x) || failed(node.checkIsReal(*x)))
    return failure();
  return hypotenuse(node, x, node.scalarLike(*x, number));
}

/// smooth_l1: 0.5 (s x)^2 where |x| < 1 / s^2, |x| - 0.5 / s^2 elsewhere.
static MaybeValue importSmoothL1(SymbolNode &node) {
  MaybeValue x = node.input(0);
  double scale = node.number("scalar", 1), squared = scale * scale;
  if (node.failed() || failed(x) || failed(node.checkIsReal(*x)))
    return failure();
  if (squared == 0)
    return node.invalid("'scalar' is 0");
  MaybeValue size = node.create<graph::AbsOp>(x);
  return node.select(node.compare<graph::LessOp>(size, 1 / squared),
                     node.multiply(square(node, x), squared / 2), node.add(size, -0.5 / squared));
}

void registerArithmetic(OpTable &table) {
  for (StringRef op :
       {"elemwise_add", "broadcast_add", "broadcast_plus", "_plus", "_Plus", "_add", "_grad_add"})
    table.add(op, importBinary<graph::AddOp>);
  for (StringRef op :
       {"elemwise_sub", "broadcast_sub", "broadcast_minus", "_minus", "_Minus", "_sub"})
    table.add(op, importBinary<graph::SubOp>);
  for (StringRef op : {"elemwise_mul", "broadcast_mul", "_mul", "_Mul"})
    table.add(op, importBinary<graph::MulOp>);
  for (StringRef op : {"elemwise_div", "broadcast_div", "_div", "_Div"})
    table.add(op, importBinary<graph::DivOp>);
  for (StringRef op : {"broadcast_maximum", "_maximum", "_Maximum"})
    table.add(op, importBinary<graph::MaximumOp>);
  for (StringRef op : {"broadcast_minimum", "_minimum", "_Minimum"})
    table.add(op, importBinary<graph::MinimumOp>);
  for (StringRef op : {"broadcast_power", "_power", "_Power"})
    table.add(op, importBinary<graph::PowOp>);
  for (StringRef op : {"add_n", "ElementWiseSum"})
    table.add(op, importSumOfAll);

  for (StringRef op : {"_plus_scalar", "_PlusScalar"})
    table.add(op, importWithScalar<graph::AddOp>);
  for (StringRef op : {"_minus_scalar", "_MinusScalar"})
    table.add(op, importWithScalar<graph::SubOp>);
  for (StringRef op : {"_rminus_scalar", "_RMinusScalar"})
    table.add(op, importWithScalar<graph::SubOp, /*isReversed=*/true>);
  for (StringRef op : {"_mul_scalar", "_MulScalar"})
    table.add(op, importWithScalar<graph::MulOp>);
  for (StringRef op : {"_div_scalar", "_DivScalar"})
    table.add(op, importWithScalar<graph::DivOp>);
  for (StringRef op : {"_rdiv_scalar", "_RDivScalar"})
    table.add(op, importWithScalar<graph::DivOp, /*isReversed=*/true>);
  for (StringRef op : {"_maximum_scalar", "_MaximumScalar"})
    table.add(op, importWithScalar<graph::MaximumOp>);
  for (StringRef op : {"_minimum_scalar", "_MinimumScalar"})
    table.add(op, importWithScalar<graph::MinimumOp>);
  for (StringRef op : {"_power_scalar", "_PowerScalar"})
    table.add(op, importPowScalar);
  for (StringRef op : {"_rpower_scalar", "_RPowerScalar"})
    table.add(op, importWithScalar<graph::PowOp, /*isReversed=*/true>);
  for (StringRef op : {"broadcast_mod", "_mod", "_Mod"})
    table.add(op, importRemainder);
  for (StringRef op : {"_mod_scalar", "_ModScalar"})
    table.add(op, importRemainderScalar<>);
  for (StringRef op : {"_rmod_scalar", "_RModScalar"})
    table.add(op, importRemainderScalar</*isReversed=*/true>);
  for (StringRef op : {"broadcast_hypot", "_hypot", "_Hypot", "_npi_hypot"})
    table.add(op, importHypotenuse);
  for (StringRef op : {"_hypot_scalar", "_HypotScalar", "_npi_hypot_scalar"})
    table.add(op, importHypotenuseScalar);
  table.add("smooth_l1", importSmoothL1);
  table.add("_contrib_div_sqrt_dim", importDivSqrtDim);
}

} // namespace tandem::mxnet
