#include "compiler/importers/common/combine.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/placed.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/torch/node.h"

#include "llvm/ADT/StringSwitch.h"

#include <cmath>

using namespace mlir;

namespace tandem::torch {

// Elements put at places, which may be computed at run time.

namespace {

struct Scatter {
  MaybeValue input = failure(), index = failure(), source = failure();
  int64_t dim = 0;
};

/// For each index an element of 'src' (which may be larger) at its own place, but with the index
/// along 'dim'; or the same number.
Scatter readScatter(AtenNode &node) {
  MaybeValue input = node.tensor("self"), index = node.tensor("index");
  if (failed(input) || failed(index))
    return {};
  int64_t dim = node.dim("dim", *input);
  bool isNumber = !node.isTensor("src");
  double value = isNumber ? node.number("value") : 0;
  MaybeValue source = isNumber ? node.scalarLike(*input, value) : node.tensor("src");
  if (node.failed() || failed(source))
    return {};
  SmallVector<int64_t> shape(shapeOf(*index));
  if (shape.size() != shapeOf(*input).size()) {
    (void)node.invalid("indices of shape " + shapeText(shape) + " in a tensor of shape " +
                       shapeText(shapeOf(*input)));
    return {};
  }
  if (isNumber) {
    SmallVector<int64_t> ones(shape.size(), 1);
    source = expandTo(node, node.reshape(source, ones), shape);
  } else if (shapeOf(*source).size() == shape.size()) {
    for (auto [axis, size] : llvm::enumerate(shape))
      source = sliceAlong(node, source, static_cast<int64_t>(axis), 0, size);
  }
  return {input, index, source, dim};
}

Combine combineOf(Meeting meeting) {
  switch (meeting) {
  case Meeting::kReplace:
    return nullptr;
  case Meeting::kAdd:
    return addUp;
  case Meeting::kMultiply:
    return multiplyBy;
  case Meeting::kLarger:
    return takeLarger;
  case Meeting::kSmaller:
    return takeSmaller;
  }
  return nullptr;
}

MaybeValue placed(AtenNode &node, const Scatter &of, Meeting meeting) {
  if (failed(of.input) || failed(of.source))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*of.input)), indexShape(shapeOf(*of.index));
  if (std::optional<SmallVector<int64_t>> known = knownIntegers(*of.index)) {
    auto places = placesAlong(shape, *known, indexShape, of.dim);
    if (!places)
      return node.invalid("an index is outside of a tensor of shape " + shapeText(shape));
    return scattered(node, of.input, of.source, *places, combineOf(meeting));
  }
  int64_t count = indexShape[of.dim];
  indexShape[of.dim] = shape[of.dim];
  if (indexShape != shape)
    return node.unsupported("places that are computed at run time in a part of the tensor");
  if (comparisonsOf(shape, count) > kMostComparisons)
    return node.unsupported(Twine(count) + " places that are computed at run time in " +
                            shapeText(shape));
  return placeElements(node, of.input, of.index, of.source, of.dim, meeting);
}

} // namespace

static MaybeValue importScatter(AtenNode &node) {
  return placed(node, readScatter(node), Meeting::kReplace);
}
static MaybeValue importScatterAdd(AtenNode &node) {
  return placed(node, readScatter(node), Meeting::kAdd);
}

/// The way of 'reduce'; nothing of a mean.
static std::optional<Meeting> meetingOf(StringRef reduce) {
  return llvm::StringSwitch<std::optional<Meeting>>(reduce)
      .Cases({"sum", "add"}, Meeting::kAdd)
      .Cases({"prod", "multiply"}, Meeting::kMultiply)
      .Case("amax", Meeting::kLarger)
      .Case("amin", Meeting::kSmaller)
      .Default(std::nullopt);
}

/// What an element begins with that is not to count itself.
static double identityOf(Meeting meeting) {
  switch (meeting) {
  case Meeting::kMultiply:
    return 1;
  case Meeting::kLarger:
    return -INFINITY;
  case Meeting::kSmaller:
    return INFINITY;
  default:
    return 0;
  }
}

/// Of every place how many come to it, or with kReplace whether any does.
static MaybeValue countsOf(AtenNode &node, const Scatter &of, Meeting meeting) {
  Type real = node.builder().getF32Type();
  Scatter counts{node.fill(real, shapeOf(*of.input), 0), of.index,
                 node.fill(real, shapeOf(*of.index), 1), of.dim};
  return placed(node, counts, meeting);
}

/// aten.scatter with 'reduce', scatter_reduce: without 'include_self' what comes first replaces
/// what is there.
static MaybeValue importScatterReduce(AtenNode &node) {
  Scatter of = readScatter(node);
  StringRef reduce = node.string("reduce", "");
  bool includesSelf = node.flag("include_self", true), isMean = reduce == "mean";
  std::optional<Meeting> meeting = isMean ? Meeting::kAdd : meetingOf(reduce);
  if (failed(of.source) || node.failed())
    return failure();
  if (!meeting)
    return node.invalid("'reduce' is '" + reduce + "'");
  Type type = getElementTypeOrSelf(*of.input);
  if (isa<IntegerType>(type) && (isMean || !includesSelf))
    return node.unsupported("integers");
  if (!includesSelf) {
    MaybeValue isMet = countsOf(node, of, Meeting::kReplace);
    of.input =
        keepWhere(node, node.compare<graph::EqualOp>(isMet, 0.0), of.input, identityOf(*meeting));
  }
  MaybeValue result = placed(node, of, *meeting);
  if (!isMean)
    return result;
  MaybeValue counts = countsOf(node, of, Meeting::kAdd);
  if (failed(counts))
    return failure();
  counts = includesSelf ? node.add(counts, 1)
                        : node.create<graph::MaximumOp>(counts, node.scalarLike(*counts, 1));
  return node.divide(result, node.cast(counts, type));
}

/// aten.masked_scatter: where the mask holds, one element of 'source' after another.
static MaybeValue importMaskedScatter(AtenNode &node) {
  MaybeValue input = node.tensor("self"), mask = node.tensor("mask"),
             source = node.tensor("source");
  if (failed(input) || failed(mask) || failed(source))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*input));
  int64_t count = *elementCount(shape), available = *elementCount(shapeOf(*source));
  constexpr int64_t kExactInF32 = 1 << 24;
  if (count > kExactInF32 || available < 1)
    return node.unsupported("a mask of shape " + shapeText(shape));
  mask = expandTo(node, mask, shape);
  Cumulation before{0};
  before.exclusive = true;
  MaybeValue place =
      cumulate(node, node.reshape(node.cast(mask, node.builder().getF32Type()), {count}), before);
  if (failed(place))
    return failure();
  place = node.create<graph::MinimumOp>(
      place, node.scalarLike(*place, static_cast<double>(available - 1)));
  MaybeValue chosen = takeAlong(node, node.reshape(source, {available}),
                                node.cast(place, node.builder().getI64Type()), 0);
  return node.select(mask, node.reshape(chosen, shape), input);
}

void registerScatter(OpTable &table) {
  table.add("aten.scatter.src", importScatter);
  table.add("aten.scatter.value", importScatter);
  table.add("aten.scatter_add.default", importScatterAdd);
  table.add("aten.scatter.reduce", importScatterReduce);
  table.add("aten.scatter.value_reduce", importScatterReduce);
  table.add("aten.scatter_reduce.two", importScatterReduce);
  table.add("aten.masked_scatter.default", importMaskedScatter);
}

} // namespace tandem::torch
