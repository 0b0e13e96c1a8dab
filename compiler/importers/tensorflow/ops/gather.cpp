#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

/// Each batch entry by its own indices, as places in all entries one behind another.
static MaybeValue gatherInBatches(TfNode &node, MaybeValue input, MaybeValue indices, int64_t axis,
                                  int64_t batchDims) {
  if (failed(indices))
    return failure();
  auto rank = static_cast<int64_t>(shapeOf(*indices).size());
  if (batchDims < 0)
    batchDims += rank;
  if (batchDims < 1 || batchDims != axis || batchDims > rank)
    return node.unsupported("'batch_dims' " + Twine(batchDims) + " for dimension " + Twine(axis));
  SmallVector<int64_t> rows(shapeOf(*indices));
  rows.push_back(1);
  return gatherNd(node, input, node.reshape(indices, rows), batchDims);
}

/// Gather and GatherV2 (with the dimension as third input).
static MaybeValue importGather(TfNode &node) {
  MaybeValue input = node.input(0), indices = node.input(1);
  FailureOr<int64_t> given =
      node.inputCount() > 2 ? node.integer(2, "the dimension") : FailureOr<int64_t>(0);
  int64_t batchDims = node.attribute("batch_dims", 0);
  if (node.failed() || failed(input) || failed(indices) || failed(given))
    return failure();
  FailureOr<int64_t> axis = node.axis(*given, shapeOf(*input).size());
  if (failed(axis))
    return failure();
  if (batchDims != 0)
    return gatherInBatches(node, input, indices, *axis, batchDims);
  std::optional<SmallVector<int64_t>> known = knownIntegers(*indices);
  if (!known)
    return takeAlong(node, input, indices, *axis);
  SmallVector<int64_t> shape(shapeOf(*input));
  for (int64_t index : *known)
    if (index < 0 || index >= shape[*axis])
      return node.invalid("index " + Twine(index) + " of " + Twine(shape[*axis]) + " elements");
  shape.erase(shape.begin() + *axis);
  shape.insert(shape.begin() + *axis, shapeOf(*indices).begin(), shapeOf(*indices).end());
  return node.reshape(pickAlong(node, input, *axis, *known), shape);
}

static MaybeValue importGatherNd(TfNode &node) {
  return gatherNd(node, node.input(0), node.input(1), /*batchDims=*/0);
}

/// TopKV2 along the last dimension; the number is an input.
static FailureOr<Values> importTopK(TfNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<int64_t> k = node.inputCount() > 1 ? node.integer(1, "the number of elements")
                                               : FailureOr<int64_t>(node.attribute("k"));
  if (failed(input) || failed(k) || node.failed())
    return failure();
  TopK best = topK(node, input, *k, static_cast<int64_t>(shapeOf(*input).size()) - 1, true);
  if (failed(best.values) || failed(best.indices))
    return failure();
  return Values{*best.values, *best.indices};
}

/// ApproxTopK along 'reduction_dimension'; all of the best are as good as some of them.
static FailureOr<Values> importApproximateTopK(TfNode &node) {
  MaybeValue input = node.input(0);
  int64_t k = node.attribute("k"), given = node.attribute("reduction_dimension", -1);
  bool largest = node.flag("is_max_k", true);
  if (node.failed() || failed(input))
    return failure();
  FailureOr<int64_t> axis = node.axis(given, shapeOf(*input).size());
  if (failed(axis))
    return failure();
  TopK best = topK(node, input, k, *axis, largest);
  if (failed(best.values) || failed(best.indices))
    return failure();
  return Values{*best.values, *best.indices};
}

/// NthElement: of each row the element that is so far behind the smallest, or the largest.
static MaybeValue importNthElement(TfNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<int64_t> n = node.integer(1, "the place");
  bool fromLargest = node.flag("reverse", false);
  if (node.failed() || failed(input) || failed(n))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*input));
  if (shape.empty() || *n < 0 || *n >= shape.back())
    return node.invalid("place " + Twine(*n) + " of rows of shape " + shapeText(shape));
  auto last = static_cast<int64_t>(shape.size()) - 1;
  MaybeValue first = topK(node, input, *n + 1, last, fromLargest).values;
  shape.pop_back();
  return node.reshape(sliceAlong(node, first, last, *n, 1), shape);
}

/// OneHot: in a new dimension one value where the index is, another elsewhere.
static MaybeValue importOneHot(TfNode &node) {
  MaybeValue indices = node.input(0), on = node.input(2), off = node.input(3);
  FailureOr<int64_t> depth = node.integer(1, "the number of classes");
  int64_t given = node.attribute("axis", -1);
  if (node.failed() || failed(indices) || failed(depth) || failed(on) || failed(off))
    return failure();
  auto rank = static_cast<int64_t>(shapeOf(*indices).size());
  FailureOr<int64_t> axis = node.axis(given, rank + 1);
  if (failed(axis))
    return failure();
  if (*depth < 1)
    return node.invalid(Twine(*depth) + " classes");
  return oneHot(node, indices, *depth, *axis, on, off);
}

template <bool multiplies> static MaybeValue importCumulation(TfNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<int64_t> given = node.integer(1, "the dimension");
  Cumulation how;
  how.exclusive = node.flag("exclusive", false);
  how.backwards = node.flag("reverse", false);
  how.multiplies = multiplies;
  if (node.failed() || failed(input) || failed(given))
    return failure();
  FailureOr<int64_t> axis = node.axis(*given, shapeOf(*input).size());
  if (failed(axis))
    return failure();
  how.axis = *axis;
  return cumulate(node, input, how);
}

/// ReverseV2: the dimensions named are read backwards.
static MaybeValue importReverse(TfNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  FailureOr<SmallVector<int64_t>> axes = node.axes(1, shapeOf(*input).size());
  return failed(axes) ? MaybeValue(failure()) : reversed(node, input, *axes);
}

/// Reverse, of old: a truth value for each dimension.
static MaybeValue importReverseFlags(TfNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<SmallVector<int64_t>> flags = node.integers(1, "the list of dimensions");
  if (failed(input) || failed(flags))
    return failure();
  if (flags->size() != shapeOf(*input).size())
    return node.invalid(Twine(flags->size()) + " truth values for an input of shape " +
                        shapeText(shapeOf(*input)));
  SmallVector<int64_t> axes;
  for (auto [axis, isReversed] : llvm::enumerate(*flags))
    if (isReversed)
      axes.push_back(static_cast<int64_t>(axis));
  return axes.empty() ? input : reversed(node, input, axes);
}

/// ReverseSequence: of each batch entry the first places along 'seq_dim' backwards, as many as the
/// second input says.
static MaybeValue importReverseSequence(TfNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<SmallVector<int64_t>> lengths = node.integers(1, "the list of lengths");
  int64_t time = node.attribute("seq_dim"), batch = node.attribute("batch_dim", 0);
  if (node.failed() || failed(input) || failed(lengths))
    return failure();
  FailureOr<int64_t> timeAxis = node.axis(time, shapeOf(*input).size()),
                     batchAxis = node.axis(batch, shapeOf(*input).size());
  if (failed(timeAxis) || failed(batchAxis))
    return failure();
  return reverseStarts(node, input, *lengths, *batchAxis, *timeAxis);
}

/// Roll: each dimension named is moved on by its shift, and what falls off comes in at the front.
static MaybeValue importRoll(TfNode &node) {
  MaybeValue x = node.input(0);
  auto shifts = node.integers(1, "the list of shifts"), axes = node.integers(2, "the dimensions");
  if (failed(x) || failed(shifts) || failed(axes))
    return failure();
  if (shifts->size() != axes->size())
    return node.invalid(Twine(shifts->size()) + " shifts of " + Twine(axes->size()) +
                        " dimensions");
  for (auto [shift, given] : llvm::zip(*shifts, *axes)) {
    FailureOr<int64_t> axis = node.axis(given, shapeOf(*x).size());
    if (failed(axis))
      return failure();
    x = rolled(node, x, *axis, shift);
    if (failed(x))
      return failure();
  }
  return x;
}

/// InvertPermutation, of dimensions for the most part.
static std::optional<Numbers> foldInversion(TfNode &node, ArrayRef<Numbers> inputs) {
  if (inputs.size() != 1 || inputs[0].isReal() || inputs[0].shape.size() != 1)
    return std::nullopt;
  Numbers result = inputs[0];
  llvm::fill(result.integers, -1);
  auto count = static_cast<int64_t>(result.count());
  for (auto [place, to] : llvm::enumerate(inputs[0].integers)) {
    if (to < 0 || to >= count || result.integers[to] >= 0) {
      (void)node.invalid("no permutation");
      return std::nullopt;
    }
    result.integers[to] = static_cast<int64_t>(place);
  }
  return result;
}

/// UnravelIndex: for each dimension of 'dims' the places in it of elements numbered row by row.
static std::optional<Numbers> foldUnravelIndex(TfNode &node, ArrayRef<Numbers> inputs) {
  if (inputs.size() != 2 || inputs[0].isReal() || inputs[1].isReal())
    return std::nullopt;
  ArrayRef<int64_t> dims = inputs[1].integers;
  std::optional<int64_t> count = elementCount(dims);
  SmallVector<int64_t> shape = {static_cast<int64_t>(dims.size())};
  shape.append(inputs[0].shape);
  auto isOutside = [&](int64_t each) { return !count || each < 0 || each >= *count; };
  if (dims.empty() || llvm::any_of(inputs[0].integers, isOutside) ||
      inputs[0].count() > static_cast<size_t>(Numbers::kMost) / dims.size()) {
    (void)node.invalid("an index is outside of shape " + shapeText(dims));
    return std::nullopt;
  }
  Numbers result = Numbers::zeros(inputs[0].type, shape);
  for (auto [i, index] : llvm::enumerate(inputs[0].integers)) {
    int64_t left = index;
    for (size_t d = dims.size(); d-- > 0; left /= dims[d])
      result.integers[d * inputs[0].count() + i] = left % dims[d];
  }
  return result;
}

void registerGather(OpTable &table) {
  table.add("Gather", importGather);
  table.add("GatherV2", importGather);
  table.add("ResourceGather", importGather);
  for (StringRef op : {"GatherNd", "ResourceGatherNd"})
    table.add(op, importGatherNd);
  table.addList("TopKV2", importTopK);
  table.nameOutputs("TopKV2", {"values", "indices"});
  table.addList("TopK", importTopK);
  table.nameOutputs("TopK", {"values", "indices"});
  table.addList("ApproxTopK", importApproximateTopK);
  table.nameOutputs("ApproxTopK", {"values", "indices"});
  table.add("NthElement", importNthElement);
  table.add("OneHot", importOneHot);
  table.add("Cumsum", importCumulation<false>);
  table.add("Cumprod", importCumulation<true>);
  table.add("ReverseV2", importReverse);
  table.add("Reverse", importReverseFlags);
  table.add("ReverseSequence", importReverseSequence);
  table.add("Roll", importRoll);
  table.addFold("InvertPermutation", foldInversion);
  table.addFold("UnravelIndex", foldUnravelIndex);
}

} // namespace tandem::tensorflow
