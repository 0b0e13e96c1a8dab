// numpy's operators, which mx.np and mx.npx write: arithmetic, truth values, products, statistics.
#include "compiler/importers/common/array_functions.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/einsum.h"
#include "compiler/importers/mxnet/arithmetic.h"
#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

std::pair<MaybeValue, MaybeValue> alike(SymbolNode &node, MaybeValue left, MaybeValue right) {
  if (failed(left) || failed(right))
    return {failure(), failure()};
  Type leftType = getElementTypeOrSelf(*left), rightType = getElementTypeOrSelf(*right);
  auto rank = [](Type type) {
    return std::pair(isa<FloatType>(type), type.getIntOrFloatBitWidth());
  };
  bool takesRight = rank(leftType) < rank(rightType);
  Type type = takesRight ? rightType : leftType;
  return {node.cast(left, type), node.cast(right, type)};
}

namespace {
/// A truth value where numpy has one.
template <typename OpT> MaybeValue importTruth(SymbolNode &node) {
  auto [left, right] = alike(node, node.input(0), node.input(1));
  return node.compare<OpT>(left, right);
}
template <typename OpT> MaybeValue importTruthOfScalar(SymbolNode &node) {
  double number = node.number("scalar");
  return node.failed() ? MaybeValue(failure()) : node.compare<OpT>(node.input(0), number);
}
MaybeValue importNot(SymbolNode &node) {
  return node.compare<graph::EqualOp>(node.input(0), 0.0);
}

template <typename OpT> MaybeValue importNumpyBinary(SymbolNode &node) {
  auto [left, right] = alike(node, node.input(0), node.input(1));
  if constexpr (requires(OpT op) { op.getActivation(); })
    return node.create<OpT>(left, right, kNoActivation);
  else
    return node.create<OpT>(left, right);
}

MaybeValue importNumpyRemainder(SymbolNode &node) {
  auto [left, right] = alike(node, node.input(0), node.input(1));
  return remainder(node, left, right);
}

/// where: one side or both may be a number.
MaybeValue importWhere(SymbolNode &node) {
  MaybeValue condition = node.compare<graph::NotEqualOp>(node.input(0), 0.0);
  auto [left, right] = alike(node, node.input(1), node.input(2));
  return node.select(condition, left, right);
}
template <bool isLeft> MaybeValue importWhereScalar(SymbolNode &node) {
  MaybeValue condition = node.compare<graph::NotEqualOp>(node.input(0), 0.0);
  MaybeValue other = node.input(1);
  double number = node.number("scalar");
  if (node.failed() || failed(other))
    return failure();
  MaybeValue scalar = node.scalarLike(*other, number);
  return isLeft ? node.select(condition, scalar, other) : node.select(condition, other, scalar);
}

MaybeValue importMatmul(SymbolNode &node) {
  return matrixProduct(node, node.input(0), node.input(1));
}

/// dot: the sum over the last dimension of the left and the last but one of the right.
MaybeValue importNumpyDot(SymbolNode &node) {
  MaybeValue left = node.input(0), right = node.input(1);
  if (failed(left) || failed(right))
    return failure();
  if (shapeOf(*left).empty() || shapeOf(*right).empty())
    return node.multiply(left, right);
  if (shapeOf(*right).size() > 2)
    return node.unsupported("a right side of shape " + shapeText(shapeOf(*right)));
  return matrixProduct(node, left, right);
}

/// tensordot: products summed over the dimensions that both sides name.
MaybeValue importTensordot(SymbolNode &node) {
  Ints left = node.integers("a_axes_summed"), right = node.integers("b_axes_summed");
  return node.failed() ? MaybeValue(failure())
                       : tensorProduct(node, node.input(0), node.input(1), left, right);
}
MaybeValue importTensordotInt(SymbolNode &node) {
  int64_t count = node.integer("axes");
  FailureOr<Ints> shape = node.shape(0);
  if (node.failed() || failed(shape))
    return failure();
  auto rank = static_cast<int64_t>(shape->size());
  if (count < 0 || count > rank)
    return node.invalid("'axes' is " + Twine(count));
  return tensorProduct(node, node.input(0), node.input(1),
                       llvm::to_vector(llvm::seq(rank - count, rank)),
                       llvm::to_vector(llvm::seq<int64_t>(0, count)));
}
MaybeValue importNumpyEinsum(SymbolNode &node) {
  FailureOr<Values> inputs = node.inputs();
  return failed(inputs) ? MaybeValue(failure())
                        : einsum(node, node.string("subscripts", ""), *inputs);
}

/// var and std over 'axis', divided by the count less 'ddof'.
template <bool isRoot> MaybeValue importVariance(SymbolNode &node) {
  MaybeValue x = node.input(0);
  if (failed(x) || failed(node.checkIsReal(*x)))
    return failure();
  Ints axes = node.axes("axis", static_cast<int64_t>(shapeOf(*x).size()));
  bool keepDims = node.flag("keepdims", false);
  int64_t ddof = node.integer("ddof", 0);
  if (node.failed())
    return failure();
  int64_t count = 1;
  for (int64_t axis : axes)
    count *= shapeOf(*x)[axis];
  MaybeValue off = node.subtract(x, node.create<graph::MeanOp>(x, axes, /*keepDims=*/true));
  MaybeValue variance = node.create<graph::MeanOp>(square(node, off), axes, keepDims);
  if (ddof != 0)
    variance =
        node.multiply(variance, static_cast<double>(count) / static_cast<double>(count - ddof));
  return isRoot ? node.create<graph::SqrtOp>(variance) : variance;
}

/// Indices of the largest or smallest, as integers.
template <typename OpT> MaybeValue importPlace(SymbolNode &node) {
  MaybeValue x = node.input(0);
  bool keepDims = node.flag("keepdims", false);
  if (node.failed() || failed(x))
    return failure();
  if (!node.has("axis"))
    x = node.reshape(x, *elementCount(shapeOf(*x)));
  if (failed(x))
    return failure();
  int64_t axis = node.axis("axis", static_cast<int64_t>(shapeOf(*x).size()), 0);
  return node.failed() ? MaybeValue(failure())
                       : node.createTyped<OpT>(node.builder().getI64Type(), x, axis, keepDims);
}

template <typename OpT> MaybeValue importQuantifier(SymbolNode &node) {
  MaybeValue x = node.compare<graph::NotEqualOp>(node.input(0), 0.0);
  if (failed(x))
    return failure();
  Ints axes = node.axes("axis", static_cast<int64_t>(shapeOf(*x).size()));
  bool keepDims = node.flag("keepdims", false);
  return node.failed() ? MaybeValue(failure()) : node.create<OpT>(x, axes, keepDims);
}

/// linalg.norm, of which MXNet leaves the infinite ones to Python. 'flag' says what was asked for:
/// -2 and 1 are the root of the sum of squares, 2 the nuclear norm, -1 whatever 'ord' is, which of
/// two dimensions is a norm of matrices.
MaybeValue importNumpyNorm(SymbolNode &node) {
  MaybeValue x = node.input(0);
  if (failed(x) || failed(node.checkIsReal(*x)))
    return failure();
  Ints axes = node.axes("axis", static_cast<int64_t>(shapeOf(*x).size()));
  bool keepDims = node.flag("keepdims", false);
  int64_t flag = node.integer("flag", -1);
  double order = node.number("ord", 2);
  if (node.failed())
    return failure();
  if (flag == -2 || flag == 1)
    order = 2;
  else if (flag != -1 || axes.size() != 1)
    return node.unsupported("a norm of matrices other than the root of the sum of squares");
  if (order == 1)
    return node.create<graph::SumOp>(node.create<graph::AbsOp>(x), axes, keepDims);
  if (order == 2)
    return node.create<graph::SqrtOp>(node.create<graph::SumOp>(square(node, x), axes, keepDims));
  return node.unsupported("'ord' of a norm that is not 1 or 2");
}

} // namespace

void registerNumpy(OpTable &table) {
  struct Comparison {
    StringLiteral name;
    MaybeValue (*ofTensors)(SymbolNode &), (*ofScalar)(SymbolNode &);
  };
  constexpr Comparison kComparisons[] = {
      {"equal", importTruth<graph::EqualOp>, importTruthOfScalar<graph::EqualOp>},
      {"not_equal", importTruth<graph::NotEqualOp>, importTruthOfScalar<graph::NotEqualOp>},
      {"less", importTruth<graph::LessOp>, importTruthOfScalar<graph::LessOp>},
      {"less_equal", importTruth<graph::LessEqualOp>, importTruthOfScalar<graph::LessEqualOp>},
      {"greater", importTruth<graph::GreaterOp>, importTruthOfScalar<graph::GreaterOp>},
      {"greater_equal", importTruth<graph::GreaterEqualOp>,
       importTruthOfScalar<graph::GreaterEqualOp>}};
  for (const Comparison &each : kComparisons) {
    table.add(("_npi_" + each.name).str(), each.ofTensors);
    table.add(("_npi_" + each.name + "_scalar").str(), each.ofScalar);
  }
  table.add("_npi_logical_not", importNot);
  table.add("_npi_where", importWhere);
  table.add("_npi_where_lscalar", importWhereScalar<true>);
  table.add("_npi_where_rscalar", importWhereScalar<false>);
  table.add("_npi_add", importNumpyBinary<graph::AddOp>);
  table.add("_npi_subtract", importNumpyBinary<graph::SubOp>);
  table.add("_npi_multiply", importNumpyBinary<graph::MulOp>);
  table.add("_npi_true_divide", importNumpyBinary<graph::DivOp>);
  table.add("_npi_mod", importNumpyRemainder);
  table.add("_npi_power", importNumpyBinary<graph::PowOp>);
  table.add("_npi_maximum", importNumpyBinary<graph::MaximumOp>);
  table.add("_npi_minimum", importNumpyBinary<graph::MinimumOp>);
  table.add("_npi_matmul", importMatmul);
  table.add("_np_dot", importNumpyDot);
  table.add("_npi_tensordot", importTensordot);
  table.add("_npi_tensordot_int_axes", importTensordotInt);
  table.add("_npi_einsum", importNumpyEinsum);
  table.add("_npi_norm", importNumpyNorm);
  table.nameOutputs("_npi_norm", {"output0"});
  table.add("_npi_var", importVariance<false>);
  table.add("_npi_std", importVariance<true>);
  table.nameOutputs("_npi_matmul", {"out"});
  table.nameOutputs("_npi_var", {"var"});
  table.nameOutputs("_npi_std", {"std"});
  table.add("_npi_argmax", importPlace<graph::ArgMaxOp>);
  table.add("_npi_argmin", importPlace<graph::ArgMinOp>);
  table.add("_np_all", importQuantifier<graph::ReduceAllOp>);
  for (StringRef name : {"_np_any", "_np_sometrue"})
    table.add(name, importQuantifier<graph::ReduceAnyOp>);
}

} // namespace tandem::mxnet
