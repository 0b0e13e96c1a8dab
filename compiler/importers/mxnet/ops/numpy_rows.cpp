// numpy's operators on rows: raised, put beside one another, turned, and their differences.
#include "compiler/importers/common/array_functions.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

namespace {
/// atleast_1d, atleast_2d and atleast_3d: each input with so many dimensions. A vector is a row,
/// which for three stands between two dimensions of 1.
template <size_t least> FailureOr<Values> importAtLeast(SymbolNode &node) {
  FailureOr<Values> inputs = node.inputs();
  if (failed(inputs))
    return failure();
  for (Value &input : *inputs) {
    SmallVector<int64_t> shape(shapeOf(input));
    if (shape.size() == 1 && least > 1)
      shape.insert(shape.begin(), 1);
    shape.append(least - std::min(least, shape.size()), 1);
    MaybeValue raised = node.reshape(input, shape);
    if (failed(raised))
      return failure();
    input = *raised;
  }
  return inputs;
}

/// column_stack: vectors are columns.
MaybeValue importColumnStack(SymbolNode &node) {
  FailureOr<Values> parts = node.inputs();
  if (failed(parts))
    return failure();
  for (Value &part : *parts) {
    SmallVector<int64_t> shape(shapeOf(part));
    shape.append(2 - std::min<size_t>(shape.size(), 2), 1);
    MaybeValue raised = node.reshape(part, shape);
    if (failed(raised))
      return failure();
    part = *raised;
  }
  return concatAlong(node, *parts, 1);
}

/// diff: 'n' times.
MaybeValue importDiff(SymbolNode &node) {
  MaybeValue x = node.input(0);
  int64_t times = node.integer("n", 1);
  if (node.failed() || failed(x))
    return failure();
  int64_t axis = node.axis("axis", static_cast<int64_t>(shapeOf(*x).size()), -1);
  if (node.failed() || times < 0)
    return node.invalid("'n' is " + Twine(times));
  return differences(node, x, axis, times);
}
/// ediff1d: of all elements as one row, with numbers in front and behind.
MaybeValue importEdgedDiff(SymbolNode &node) {
  MaybeValue x = node.input(0);
  if (failed(x))
    return failure();
  size_t next = 1;
  auto edge = [&](StringRef given, StringRef scalar) -> MaybeValue {
    if (node.flag(given, false)) {
      MaybeValue list = node.input(next++);
      return failed(list) ? list : node.reshape(list, *elementCount(shapeOf(*list)));
    }
    if (!node.has(scalar))
      return Value();
    double number = node.number(scalar);
    return node.failed() ? MaybeValue(failure()) : node.reshape(node.scalarLike(*x, number), {1});
  };
  MaybeValue front = edge("to_begin_arr_given", "to_begin_scalar"),
             behind = edge("to_end_arr_given", "to_end_scalar");
  MaybeValue middle = differences(node, node.reshape(x, *elementCount(shapeOf(*x))), 0, 1);
  Values parts;
  for (MaybeValue part : {front, middle, behind}) {
    if (failed(part))
      return failure();
    if (*part)
      parts.push_back(*part);
  }
  return node.failed() ? MaybeValue(failure()) : concatAlong(node, parts, 0);
}

/// rot90: by 'k' quarters of a turn, from the first of 'axes' to the second.
MaybeValue importQuarterTurns(SymbolNode &node) {
  int64_t quarters = node.integer("k", 1);
  Ints axes = node.integers("axes", Ints{0, 1});
  if (node.failed())
    return failure();
  if (axes.size() != 2)
    return node.invalid("'axes' is " + node.string("axes", ""));
  return turned(node, node.input(0), quarters, axes[0], axes[1]);
}

/// polyval: a polynomial with these coefficients, that of the highest power first.
MaybeValue importPolynomial(SymbolNode &node) {
  MaybeValue coefficients = node.input(0), x = node.input(1);
  if (failed(coefficients) || failed(x))
    return failure();
  constexpr int64_t kMost = 256;
  if (shapeOf(*coefficients).size() != 1 || shapeOf(*coefficients)[0] > kMost)
    return node.unsupported("coefficients of shape " + shapeText(shapeOf(*coefficients)));
  MaybeValue result = node.multiply(x, 0);
  for (int64_t i = 0; i < shapeOf(*coefficients)[0]; ++i) {
    MaybeValue next = node.reshape(sliceAlong(node, coefficients, 0, i, 1), {});
    result = node.add(node.multiply(result, x), next);
  }
  return result;
}

/// average: the mean, or the sum weighted by the second input over that of its weights, which is a
/// second result that is not shown. Weights of one dimension are those of 'axis'.
FailureOr<Values> importAverage(SymbolNode &node) {
  MaybeValue x = node.input(0);
  if (failed(x) || failed(node.checkIsReal(*x)))
    return failure();
  auto rank = static_cast<int64_t>(shapeOf(*x).size());
  Ints axes = node.axes("axis", rank);
  bool isWeighted = node.flag("weighted", true) && node.inputCount() > 1;
  bool givesSum = node.flag("returned", false);
  if (node.failed())
    return failure();
  if (givesSum)
    return node.unsupported("'returned', the sum of the weights");
  auto summed = [&](MaybeValue values) {
    return node.create<graph::SumOp>(values, axes, /*keepDims=*/false);
  };
  MaybeValue weights = node.scalarLike(*x, 1);
  if (isWeighted) {
    weights = node.input(1);
    if (failed(weights))
      return failure();
    SmallVector<int64_t> shape(rank, 1);
    if (shapeOf(*weights).size() == 1 && rank > 1 && axes.size() == 1) {
      shape[axes[0]] = shapeOf(*weights)[0];
      weights = node.reshape(weights, shape);
    }
  }
  MaybeValue total = summed(expandTo(node, weights, shapeOf(*x)));
  MaybeValue average = node.divide(summed(node.multiply(x, weights)), total);
  if (failed(average) || failed(total))
    return failure();
  return Values{*average, *total};
}

/// where of two numbers.
MaybeValue importWhereNumbers(SymbolNode &node) {
  MaybeValue condition = node.compare<graph::NotEqualOp>(node.input(0), 0.0);
  double onTrue = node.number("x"), onFalse = node.number("y");
  if (node.failed() || failed(condition))
    return failure();
  Type type = node.builder().getF32Type();
  return node.select(condition, node.fill(type, {}, static_cast<float>(onTrue)),
                     node.fill(type, {}, static_cast<float>(onFalse)));
}
} // namespace

void registerNumpyRows(OpTable &table) {
  table.addList("_np_atleast_1d", importAtLeast<1>);
  table.addList("_np_atleast_2d", importAtLeast<2>);
  table.addList("_np_atleast_3d", importAtLeast<3>);
  table.add("_npi_column_stack", importColumnStack);
  table.add("_npi_diff", importDiff);
  table.add("_npi_ediff1d", importEdgedDiff);
  table.add("_npi_rot90", importQuarterTurns);
  table.add("_npi_polyval", importPolynomial);
  table.addList("_npi_average", importAverage);
  table.add("_npi_where_scalar2", importWhereNumbers);
}

} // namespace tandem::mxnet
