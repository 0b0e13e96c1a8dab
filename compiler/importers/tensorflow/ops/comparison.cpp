#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/tensorflow/node.h"

#include <cmath>
#include <functional>

using namespace mlir;

namespace tandem::tensorflow {

// Comparisons, logic and selection. Of what is known they steer conditions and shapes.

template <template <typename> typename Compare>
static std::optional<Numbers> foldComparison(TfNode &node, ArrayRef<Numbers> inputs) {
  if (inputs.size() != 2 || inputs[0].type != inputs[1].type)
    return std::nullopt;
  auto shape = broadcastShape(inputs[0].shape, inputs[1].shape);
  if (!shape)
    return std::nullopt;
  Numbers result = Numbers::zeros(node.builder().getI1Type(), *shape);
  std::vector<size_t> left = broadcastPlaces(inputs[0].shape, *shape),
                      right = broadcastPlaces(inputs[1].shape, *shape);
  for (size_t i = 0; i < result.count(); ++i)
    result.integers[i] =
        inputs[0].isReal()
            ? Compare<float>()(inputs[0].reals[left[i]], inputs[1].reals[right[i]])
            : Compare<int64_t>()(inputs[0].integers[left[i]], inputs[1].integers[right[i]]);
  return result;
}

static std::optional<Numbers> foldNot(TfNode &, ArrayRef<Numbers> inputs) {
  if (inputs.size() != 1 || !inputs[0].type.isInteger(1))
    return std::nullopt;
  Numbers result = inputs[0];
  for (int64_t &each : result.integers)
    each = !each;
  return result;
}

/// All and Any of everything.
template <bool IsAll>
static std::optional<Numbers> foldQuantifier(TfNode &node, ArrayRef<Numbers> inputs) {
  if (inputs.size() != 2 || !inputs[0].type.isInteger(1) || node.flag("keep_dims", false) ||
      inputs[1].count() != inputs[0].shape.size())
    return std::nullopt;
  auto isTrue = [](int64_t each) { return each != 0; };
  bool holds =
      IsAll ? llvm::all_of(inputs[0].integers, isTrue) : llvm::any_of(inputs[0].integers, isTrue);
  return Numbers::scalarOf(inputs[0].type, holds);
}

template <typename OpT> static MaybeValue importComparison(TfNode &node) {
  return node.compare<OpT>(node.input(0), node.input(1));
}
static MaybeValue importNot(TfNode &node) {
  return node.create<graph::LogicalNotOp>(node.input(0));
}

template <MaybeValue (*function)(NodeBuilder &, MaybeValue)>
static MaybeValue importTest(TfNode &node) {
  return function(node, node.input(0));
}
static MaybeValue importIsFinite(TfNode &node) {
  MaybeValue x = node.input(0);
  return node.compare<graph::LessOp>(node.create<graph::AbsOp>(x), INFINITY);
}

/// ApproximateEqual: closer than 'tolerance'.
static MaybeValue importApproximateEqual(TfNode &node) {
  double tolerance = node.number("tolerance", 1e-5);
  MaybeValue difference = node.create<graph::AbsOp>(node.subtract(node.input(0), node.input(1)));
  return node.failed() ? MaybeValue(failure()) : node.compare<graph::LessOp>(difference, tolerance);
}
/// ToBool: whether a number is not 0, and whether anything else has elements.
static MaybeValue importToBool(TfNode &node) {
  MaybeValue x = node.input(0);
  if (failed(x) || shapeOf(*x).empty())
    return node.compare<graph::NotEqualOp>(x, 0.0);
  bool hasElements = *elementCount(shapeOf(*x)) > 0;
  return constantFrom(node, Numbers::scalarOf(node.builder().getI1Type(), hasElements));
}

/// All and Any over the dimensions that the second input names.
template <typename OpT> static MaybeValue importQuantifier(TfNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  FailureOr<SmallVector<int64_t>> axes = node.axes(1, shapeOf(*input).size());
  bool keep = node.flag("keep_dims", false);
  return node.failed() || failed(axes) ? MaybeValue(failure())
                                       : node.create<OpT>(input, *axes, keep);
}

/// Select and SelectV2: by one condition that is known neither is computed; Select, unlike
/// SelectV2, takes a vector as the condition of whole rows.
static MaybeValue importSelect(TfNode &node) {
  MaybeValue condition = node.input(0), then = node.input(1), otherwise = node.input(2);
  if (failed(condition) || failed(then) || failed(otherwise))
    return failure();
  std::optional<Numbers> known = numbersOf(*condition);
  if (known && known->count() == 1 && !known->isReal() && shapeOf(*then) == shapeOf(*otherwise))
    return known->integers[0] ? then : otherwise;
  SmallVector<int64_t> shape(shapeOf(*condition));
  if (node.op() == "Select" && shape.size() == 1)
    shape.append(shapeOf(*then).size() - std::min<size_t>(shapeOf(*then).size(), 1), 1);
  return node.select(node.reshape(condition, shape), then, otherwise);
}

static std::optional<Numbers> foldSelect(TfNode &node, ArrayRef<Numbers> inputs) {
  if (inputs.size() != 3 || !inputs[0].type.isInteger(1) || inputs[1].type != inputs[2].type)
    return std::nullopt;
  // Select, unlike SelectV2, takes a vector as the condition of whole rows.
  if (node.op() == "Select" && !inputs[0].shape.empty() && inputs[0].shape != inputs[1].shape)
    return std::nullopt;
  auto shape = broadcastShape(inputs[1].shape, inputs[2].shape);
  if (shape)
    shape = broadcastShape(inputs[0].shape, *shape);
  if (!shape)
    return std::nullopt;
  Numbers result = Numbers::zeros(inputs[1].type, *shape);
  std::vector<size_t> places[3];
  for (size_t i = 0; i < 3; ++i)
    places[i] = broadcastPlaces(inputs[i].shape, *shape);
  for (size_t i = 0; i < result.count(); ++i) {
    size_t side = inputs[0].integers[places[0][i]] ? 1 : 2;
    if (result.isReal())
      result.reals[i] = inputs[side].reals[places[side][i]];
    else
      result.integers[i] = inputs[side].integers[places[side][i]];
  }
  return result;
}

/// Where, of what is known: a row with the place of each element that is not zero.
static std::optional<Numbers> foldWhere(TfNode &node, ArrayRef<Numbers> inputs) {
  if (inputs.size() != 1)
    return std::nullopt;
  const Numbers &input = inputs[0];
  auto rank = static_cast<int64_t>(input.shape.size());
  Numbers result = Numbers::vectorOf(node.builder().getI64Type(), {});
  for (size_t i = 0; i < input.count(); ++i) {
    if (!(input.isReal() ? input.reals[i] != 0 : input.integers[i] != 0))
      continue;
    result.integers.resize(result.integers.size() + rank);
    auto left = static_cast<int64_t>(i);
    for (int64_t d = rank; d-- > 0; left /= input.shape[d])
      *(result.integers.end() - rank + d) = left % input.shape[d];
  }
  if (rank == 0 || result.integers.empty())
    return std::nullopt;
  result.shape = {static_cast<int64_t>(result.count()) / rank, rank};
  return result;
}

void registerComparison(OpTable &table) {
  table.add("Equal", importComparison<graph::EqualOp>);
  table.add("NotEqual", importComparison<graph::NotEqualOp>);
  table.add("Less", importComparison<graph::LessOp>);
  table.add("LessEqual", importComparison<graph::LessEqualOp>);
  table.add("Greater", importComparison<graph::GreaterOp>);
  table.add("GreaterEqual", importComparison<graph::GreaterEqualOp>);
  table.add("LogicalAnd", importComparison<graph::LogicalAndOp>);
  table.add("LogicalOr", importComparison<graph::LogicalOrOp>);
  table.add("LogicalNot", importNot);
  table.add("All", importQuantifier<graph::ReduceAllOp>);
  table.add("Any", importQuantifier<graph::ReduceAnyOp>);
  table.add("IsNan", importTest<isNan>);
  table.add("IsInf", importTest<isInfinite>);
  table.add("IsFinite", importIsFinite);
  table.add("ApproximateEqual", importApproximateEqual);
  table.add("ToBool", importToBool);
  table.addFold("Equal", foldComparison<std::equal_to>);
  table.addFold("NotEqual", foldComparison<std::not_equal_to>);
  table.addFold("Less", foldComparison<std::less>);
  table.addFold("LessEqual", foldComparison<std::less_equal>);
  table.addFold("Greater", foldComparison<std::greater>);
  table.addFold("GreaterEqual", foldComparison<std::greater_equal>);
  table.addFold("LogicalAnd", foldComparison<std::logical_and>);
  table.addFold("LogicalOr", foldComparison<std::logical_or>);
  table.addFold("LogicalNot", foldNot);
  table.addFold("All", foldQuantifier<true>);
  table.addFold("Any", foldQuantifier<false>);
  table.addFold("Where", foldWhere);
  for (StringRef op : {"Select", "SelectV2"}) {
    table.add(op, importSelect);
    table.addFold(op, foldSelect);
  }
}

} // namespace tandem::tensorflow
