#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/scatter.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

// Truth values are numbers of the operands' type here, 0 and 1, and indices may be real.

template <typename OpT> static MaybeValue importComparison(SymbolNode &node) {
  MaybeValue lhs = node.input(0);
  if (failed(lhs))
    return failure();
  return node.cast(node.compare<OpT>(lhs, node.input(1)), getElementTypeOrSelf(*lhs));
}
template <typename OpT> static MaybeValue importWithScalar(SymbolNode &node) {
  MaybeValue lhs = node.input(0);
  double number = node.number("scalar");
  if (node.failed() || failed(lhs))
    return failure();
  return node.cast(node.compare<OpT>(lhs, number), getElementTypeOrSelf(*lhs));
}

static MaybeValue truthOf(SymbolNode &node, size_t index) {
  return node.compare<graph::NotEqualOp>(node.input(index), 0.0);
}
template <typename OpT> static MaybeValue importLogic(SymbolNode &node) {
  MaybeValue lhs = node.input(0);
  if (failed(lhs))
    return failure();
  return node.cast(
      node.createTyped<OpT>(node.builder().getI1Type(), truthOf(node, 0), truthOf(node, 1)),
      getElementTypeOrSelf(*lhs));
}

template <typename OpT> static MaybeValue importLogicWithScalar(SymbolNode &node) {
  MaybeValue lhs = node.input(0);
  double number = node.number("scalar");
  if (node.failed() || failed(lhs))
    return failure();
  MaybeValue truth = truthOf(node, 0);
  if (failed(truth))
    return failure();
  MaybeValue other = node.scalarLike(*truth, number != 0);
  return node.cast(node.createTyped<OpT>(node.builder().getI1Type(), truth, other),
                   getElementTypeOrSelf(*lhs));
}

/// where: a vector is the condition of whole rows.
static MaybeValue importWhere(SymbolNode &node) {
  MaybeValue condition = truthOf(node, 0), onTrue = node.input(1);
  if (failed(condition) || failed(onTrue))
    return failure();
  Ints shape(shapeOf(*condition));
  if (shape.size() == 1 && shapeOf(*onTrue).size() > 1)
    shape.append(shapeOf(*onTrue).size() - 1, 1);
  return node.select(node.reshape(condition, shape), onTrue, node.input(2));
}

static MaybeValue asIndices(SymbolNode &node, size_t index) {
  MaybeValue indices = node.input(index);
  if (failed(indices))
    return failure();
  bool isIndex = getElementTypeOrSelf(*indices).isInteger(64);
  return isIndex ? indices : node.cast(indices, node.builder().getI32Type());
}

/// With mode 'clip' an index outside means the nearest one inside, which a negative one is then;
/// 'wrap' comes round from the other end.
static MaybeValue indicesInside(SymbolNode &node, MaybeValue indices, int64_t size) {
  StringRef mode = node.string("mode", "clip");
  if (node.failed() || failed(indices))
    return failure();
  auto number = [&](int64_t value) {
    return node.scalarLike(*indices, static_cast<double>(value));
  };
  if (mode == "clip")
    return node.create<graph::MinimumOp>(node.create<graph::MaximumOp>(indices, number(0)),
                                         number(size - 1));
  if (mode == "wrap")
    return node.create<graph::FloorModOp>(indices, number(size));
  return node.unsupported("'mode' '" + mode + "', only 'clip' and 'wrap' are");
}

static MaybeValue importTake(SymbolNode &node) {
  MaybeValue input = node.input(0), indices = asIndices(node, 1);
  if (succeeded(input) && node.isNone("axis")) // numpy's: of all elements as one row
    input = node.reshape(input, *elementCount(shapeOf(*input)));
  if (failed(input) || failed(indices))
    return failure();
  int64_t axis = node.axis("axis", static_cast<int64_t>(shapeOf(*input).size()), 0);
  if (node.failed())
    return failure();
  if (node.string("mode", "clip") == "clip") // as the graph's op has it
    return node.create<graph::GatherOp>(input, indices, axis);
  return node.create<graph::GatherOp>(input, indicesInside(node, indices, shapeOf(*input)[axis]),
                                      axis);
}

static MaybeValue importEmbedding(SymbolNode &node) {
  return node.create<graph::GatherOp>(node.input(1), asIndices(node, 0), 0);
}

/// pick: of each row along 'axis' the element that the index of the row names.
static MaybeValue importPick(SymbolNode &node) {
  MaybeValue input = node.input(0), indices = asIndices(node, 1);
  if (failed(input) || failed(indices))
    return failure();
  Ints shape(shapeOf(*input));
  int64_t axis = node.axis("axis", static_cast<int64_t>(shape.size()), -1);
  bool keepDims = node.flag("keepdims", false);
  if (node.failed())
    return failure();
  indices = indicesInside(node, indices, shape[axis]);
  shape[axis] = 1;
  MaybeValue picked = gatherElements(node, input, node.reshape(indices, shape), axis);
  if (!keepDims)
    shape.erase(shape.begin() + axis);
  return node.reshape(picked, shape);
}

/// topk: 'ret_typ' says which of values, indices (real numbers) and both are results.
static FailureOr<Values> importTopK(SymbolNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  int64_t axis = node.axis("axis", static_cast<int64_t>(shapeOf(*input).size()), -1);
  int64_t k = node.integer("k", 1);
  bool ascends = node.flag("is_ascend", false);
  StringRef kind = node.string("ret_typ", "indices");
  std::optional<Type> type = node.dtype("float32");
  if (node.failed() || !type)
    return failure();
  if (k < 1)
    k = shapeOf(*input)[axis];
  TopK best = topK(node, input, k, axis, !ascends);
  MaybeValue indices = node.cast(best.indices, *type);
  if (failed(best.values) || failed(indices))
    return failure();
  if (kind == "indices")
    return Values{*indices};
  if (kind == "value" || kind == "both") // the second is there even where it is not shown
    return Values{*best.values, *indices};
  return node.unsupported("'ret_typ' '" + kind + "'");
}

/// one_hot: 'on_value' where the index is, in a new last dimension.
static MaybeValue importOneHot(SymbolNode &node) {
  MaybeValue indices = asIndices(node, 0);
  int64_t depth = node.integer("depth");
  double on = node.number("on_value", 1), off = node.number("off_value", 0);
  std::optional<Type> type = node.dtype("float32");
  if (node.failed() || failed(indices) || !type)
    return failure();
  if (depth < 1)
    return node.invalid("'depth' is " + Twine(depth));
  auto number = [&](double value) { return node.fill(*type, {}, static_cast<float>(value)); };
  return oneHot(node, indices, depth, static_cast<int64_t>(shapeOf(*indices).size()), number(on),
                number(off));
}

static MaybeValue importReverse(SymbolNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  Ints axes = node.axes("axis", static_cast<int64_t>(shapeOf(*input).size()));
  return node.failed() ? MaybeValue(failure()) : reversed(node, input, axes);
}

static MaybeValue importCumsum(SymbolNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  if (!node.has("axis"))
    input = node.reshape(input, *elementCount(shapeOf(*input)));
  if (failed(input))
    return failure();
  int64_t axis = node.axis("axis", static_cast<int64_t>(shapeOf(*input).size()), 0);
  return node.failed() ? MaybeValue(failure()) : cumulate(node, input, {axis});
}

static MaybeValue importTile(SymbolNode &node) {
  MaybeValue input = node.input(0);
  Ints repeats = node.integers("reps");
  return node.failed() ? MaybeValue(failure()) : tiled(node, input, repeats);
}

/// repeat: each entry of a dimension so often, side by side.
static MaybeValue importRepeat(SymbolNode &node) {
  MaybeValue input = node.input(0);
  int64_t repeats = node.integer("repeats");
  if (node.failed() || failed(input))
    return failure();
  if (!node.has("axis"))
    input = node.reshape(input, *elementCount(shapeOf(*input)));
  if (failed(input))
    return failure();
  int64_t axis = node.axis("axis", static_cast<int64_t>(shapeOf(*input).size()), 0);
  if (node.failed() || repeats < 1 || repeats > NodeBuilder::kMaxFill)
    return node.invalid("'repeats' is " + Twine(repeats));
  return repeatEach(node, input, axis, repeats);
}

/// All of topk, for sort and argsort, whose indices are real numbers.
static TopK sorted(SymbolNode &node) {
  MaybeValue input = node.input(0);
  if (succeeded(input) && node.isNone("axis"))
    input = node.reshape(input, *elementCount(shapeOf(*input)));
  if (failed(input))
    return {failure(), failure()};
  int64_t axis = node.axis("axis", static_cast<int64_t>(shapeOf(*input).size()), -1);
  bool ascends = node.flag("is_ascend", true);
  if (node.failed())
    return {failure(), failure()};
  return topK(node, input, shapeOf(*input)[axis], axis, /*largest=*/!ascends);
}
static FailureOr<Values> importSort(SymbolNode &node) {
  TopK all = sorted(node);
  if (failed(all.values) || failed(all.indices))
    return failure();
  return Values{*all.values, *all.indices}; // the second is not shown, but numbers the first
}
static MaybeValue importArgsort(SymbolNode &node) {
  std::optional<Type> type = node.dtype("float32");
  return type ? node.cast(sorted(node).indices, *type) : MaybeValue(failure());
}

/// The indices of gather_nd and scatter_nd with their first dimension, which has places in the
/// first dimensions of a tensor, as the last.
static MaybeValue placesLast(SymbolNode &node, size_t index) {
  MaybeValue indices = asIndices(node, index);
  if (failed(indices))
    return failure();
  auto rank = static_cast<int64_t>(shapeOf(*indices).size());
  if (rank < 2)
    return node.invalid("indices of shape " + shapeText(shapeOf(*indices)));
  Ints order = llvm::to_vector(llvm::seq<int64_t>(1, rank));
  order.push_back(0);
  return node.transpose(indices, order);
}

static MaybeValue importGatherNd(SymbolNode &node) {
  return gatherNd(node, node.input(0), placesLast(node, 1), /*batchDims=*/0);
}

/// scatter_nd: zeros of 'shape' but where the indices say. Of equal ones MXNet takes any.
static MaybeValue importScatterNd(SymbolNode &node) {
  MaybeValue updates = node.input(0), indices = placesLast(node, 1);
  Ints shape = node.integers("shape");
  if (failed(updates) || failed(indices) || node.failed())
    return failure();
  if (!hasSaneSize(shape))
    return node.invalid("a result of shape " + shapeText(shape));
  return scatterNd(node, filled(node, getElementTypeOrSelf(*updates), shape, 0), indices, updates,
                   {.countsFromBack = false});
}

/// batch_take: of each row the element that the index of the row names.
static MaybeValue importBatchTake(SymbolNode &node) {
  MaybeValue input = node.input(0), indices = asIndices(node, 1);
  if (failed(input) || failed(indices))
    return failure();
  if (shapeOf(*input).size() != 2)
    return node.invalid("an input of shape " + shapeText(shapeOf(*input)));
  int64_t rows = shapeOf(*input)[0];
  indices = indicesInside(node, indices, shapeOf(*input)[1]);
  return node.reshape(gatherElements(node, input, node.reshape(indices, {rows, 1}), 1), rows);
}

/// shape_array and size_array: numbers, as the input's shape is known.
static MaybeValue importShapeArray(SymbolNode &node) {
  FailureOr<Ints> shape = node.shape(0);
  if (failed(shape))
    return failure();
  auto rank = static_cast<int64_t>(shape->size());
  return node.integerConstant(node.builder().getI64Type(), rank, *shape);
}
static MaybeValue importSizeArray(SymbolNode &node) {
  FailureOr<Ints> shape = node.shape(0);
  if (failed(shape))
    return failure();
  return node.integerConstant(node.builder().getI64Type(), 1, *elementCount(*shape));
}

/// _contrib_arange_like: counts up over a dimension of the input, or over all its elements.
static MaybeValue importArangeLike(SymbolNode &node) {
  FailureOr<Ints> shape = node.shape(0);
  double start = node.number("start", 0), step = node.number("step", 1);
  int64_t repeat = node.integer("repeat", 1);
  if (node.failed() || failed(shape))
    return failure();
  Ints result = *shape;
  if (node.has("axis")) {
    int64_t axis = node.axis("axis", static_cast<int64_t>(shape->size()));
    if (node.failed())
      return failure();
    result = {(*shape)[axis]};
  }
  std::optional<int64_t> count = elementCount(result);
  if (!count || *count > NodeBuilder::kMaxFill || repeat < 1)
    return node.unsupported("a range of shape " + shapeText(result));
  SmallVector<float> values;
  for (int64_t i = 0; i < *count; ++i)
    values.push_back(static_cast<float>(start + static_cast<double>(i / repeat) * step));
  return node.constant(node.builder().getF32Type(), result, values);
}

/// Names with capitals are those of MXNet before 1.0.
static void registerTruth(OpTable &table) {
  struct Truth {
    StringRef name, old, oldWithScalar;
    MaybeValue (*ofTensors)(SymbolNode &), (*withScalar)(SymbolNode &);
  };
  const Truth truths[] = {
      {"equal", "_Equal", "_EqualScalar", importComparison<graph::EqualOp>,
       importWithScalar<graph::EqualOp>},
      {"not_equal", "_Not_Equal", "_NotEqualScalar", importComparison<graph::NotEqualOp>,
       importWithScalar<graph::NotEqualOp>},
      {"lesser", "_Lesser", "_LesserScalar", importComparison<graph::LessOp>,
       importWithScalar<graph::LessOp>},
      {"lesser_equal", "_Lesser_Equal", "_LesserEqualScalar", importComparison<graph::LessEqualOp>,
       importWithScalar<graph::LessEqualOp>},
      {"greater", "_Greater", "_GreaterScalar", importComparison<graph::GreaterOp>,
       importWithScalar<graph::GreaterOp>},
      {"greater_equal", "_Greater_Equal", "_GreaterEqualScalar",
       importComparison<graph::GreaterEqualOp>, importWithScalar<graph::GreaterEqualOp>},
      {"logical_and", "_Logical_And", "_LogicalAndScalar", importLogic<graph::LogicalAndOp>,
       importLogicWithScalar<graph::LogicalAndOp>},
      {"logical_or", "_Logical_Or", "_LogicalOrScalar", importLogic<graph::LogicalOrOp>,
       importLogicWithScalar<graph::LogicalOrOp>},
      {"logical_xor", "_Logical_Xor", "_LogicalXorScalar", importLogic<graph::NotEqualOp>,
       importLogicWithScalar<graph::NotEqualOp>},
  };
  for (const Truth &each : truths) {
    table.add(("broadcast_" + each.name).str(), each.ofTensors);
    table.add(("_" + each.name).str(), each.ofTensors);
    table.add(each.old, each.ofTensors);
    table.add(("_" + each.name + "_scalar").str(), each.withScalar);
    table.add(each.oldWithScalar, each.withScalar);
  }
}

void registerSelection(OpTable &table) {
  registerTruth(table);
  table.add("where", importWhere);
  table.add("take", importTake);
  table.add("Embedding", importEmbedding);
  table.add("pick", importPick);
  table.addName("choose_element_0index", "pick");
  table.addList("topk", importTopK);
  table.add("one_hot", importOneHot);
  table.add("reverse", importReverse);
  table.addName("flip", "reverse");
  for (StringRef op : {"_np_cumsum", "cumsum"})
    table.add(op, importCumsum);
  table.addList("sort", importSort);
  table.add("argsort", importArgsort);
  table.add("gather_nd", importGatherNd);
  table.add("scatter_nd", importScatterNd);
  table.add("batch_take", importBatchTake);
  table.add("shape_array", importShapeArray);
  table.add("size_array", importSizeArray);
  table.add("_contrib_arange_like", importArangeLike);
  table.add("tile", importTile);
  table.add("repeat", importRepeat);
}

} // namespace tandem::mxnet
