#include "compiler/importers/common/scatter.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/torch/node.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace tandem::torch {

// Elements put at places that are known or computed at run time. Indices outside of a dimension are
// errors in PyTorch.

using graph::Reduction;

/// The first elements of 'src' (or what it is called), as many as there are indices along each
/// dimension; or the same number for each of them.
static MaybeValue sourceFor(AtenNode &node, Value like, ArrayRef<int64_t> indices) {
  if (!node.isTensor("src")) {
    double value = node.number("value");
    if (node.failed())
      return failure();
    return expandTo(
        node, node.reshape(node.scalarLike(like, value), SmallVector<int64_t>(indices.size(), 1)),
        indices);
  }
  MaybeValue source = node.tensor("src");
  if (failed(source) || shapeOf(*source).size() != indices.size())
    return source;
  for (auto [axis, size] : llvm::enumerate(indices))
    source = sliceAlong(node, source, static_cast<int64_t>(axis), 0, size);
  return node.cast(source, getElementTypeOrSelf(like));
}

/// The operands of the scatters along a dimension.
struct Along {
  MaybeValue input = failure(), index = failure(), source = failure();
  int64_t dim = 0;

  static FailureOr<Along> of(AtenNode &node) {
    Along along;
    along.input = node.tensor("self");
    along.index = node.tensor("index");
    if (failed(along.input) || failed(along.index))
      return failure();
    along.dim = node.dim("dim", *along.input);
    along.source = sourceFor(node, *along.input, shapeOf(*along.index));
    if (node.failed() || failed(along.source))
      return failure();
    return along;
  }
  /// One index for each slice of 'source'.
  static FailureOr<Along> ofSlices(AtenNode &node) {
    Along along;
    along.input = node.tensor("self");
    along.source = node.tensor("source");
    MaybeValue index = node.tensor("index");
    if (failed(along.input) || failed(along.source) || failed(index))
      return failure();
    along.dim = node.dim("dim", *along.input);
    ArrayRef<int64_t> shape = shapeOf(*along.source);
    if (node.failed() || shape.empty())
      return node.unsupported("a tensor without dimensions");
    SmallVector<int64_t> aligned(shape.size(), 1);
    aligned[along.dim] = *elementCount(shapeOf(*index));
    along.index = expandTo(node, node.reshape(index, aligned), shape);
    return failed(along.index) ? FailureOr<Along>(failure()) : along;
  }
  MaybeValue scatter(AtenNode &node, MaybeValue into, MaybeValue updates,
                     Reduction reduction) const {
    return scatterAlong(node, into, index, updates, dim, {reduction, /*countsFromBack=*/false});
  }
};

/// aten.scatter and scatter_add: for each index an element of 'src' (which may be larger) at its
/// own place, but with the index along 'dim'; or the same number.
template <Reduction reduction> static MaybeValue importScatter(AtenNode &node) {
  FailureOr<Along> along = Along::of(node);
  return failed(along) ? MaybeValue(failure())
                       : along->scatter(node, along->input, along->source, reduction);
}

/// aten.scatter with 'reduce', by an older name of what scatter_reduce does.
static MaybeValue importScatterWithReduce(AtenNode &node) {
  StringRef reduce = node.string("reduce", "");
  if (reduce == "add")
    return importScatter<Reduction::Add>(node);
  if (reduce == "multiply")
    return importScatter<Reduction::Mul>(node);
  return node.unsupported("'reduce' is '" + reduce + "'");
}

/// The mean: the sum over how many there are, itself included or not.
static MaybeValue scatteredMean(AtenNode &node, const Along &along, MaybeValue start,
                                bool includesSelf) {
  Type type = getElementTypeOrSelf(*along.input);
  if (!isa<FloatType>(type))
    return node.unsupported("the mean of integers");
  ArrayRef<int64_t> shape = shapeOf(*along.input);
  MaybeValue ones = filled(node, type, shapeOf(*along.index), 1);
  MaybeValue counts =
      along.scatter(node, filled(node, type, shape, includesSelf), ones, Reduction::Add);
  if (failed(counts))
    return failure();
  counts = node.create<graph::MaximumOp>(counts, node.scalarLike(*counts, 1)); // of none is itself
  return node.divide(along.scatter(node, start, along.source, Reduction::Add), counts);
}

/// aten.scatter_reduce and index_reduce: without 'include_self' what is there counts only where
/// nothing comes.
template <FailureOr<Along> (*operands)(AtenNode &)>
static MaybeValue importScatterReduce(AtenNode &node) {
  FailureOr<Along> along = operands(node);
  StringRef reduce = node.string("reduce", "");
  bool includesSelf = node.flag("include_self", true);
  if (failed(along) || node.failed())
    return failure();
  std::optional<Reduction> reduction = llvm::StringSwitch<std::optional<Reduction>>(reduce)
                                           .Cases({"sum", "mean"}, Reduction::Add)
                                           .Case("prod", Reduction::Mul)
                                           .Case("amin", Reduction::Min)
                                           .Case("amax", Reduction::Max)
                                           .Default(std::nullopt);
  if (!reduction)
    return node.unsupported("'reduce' is '" + reduce + "'");
  MaybeValue start = along->input;
  if (!includesSelf) { // one of what comes, or what changes nothing
    bool isChoice = *reduction == Reduction::Min || *reduction == Reduction::Max;
    Type type = getElementTypeOrSelf(*along->input);
    MaybeValue first =
        isChoice ? along->source
                 : filled(node, type, shapeOf(*along->index), neutralOf(*reduction, type));
    start = along->scatter(node, start, first, Reduction::None);
  }
  if (reduce == "mean")
    return scatteredMean(node, *along, start, includesSelf);
  return along->scatter(node, start, along->source, *reduction);
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
  table.add("aten.scatter.src", importScatter<Reduction::None>);
  table.add("aten.scatter.value", importScatter<Reduction::None>);
  table.add("aten.scatter.reduce", importScatterWithReduce);
  table.add("aten.scatter.value_reduce", importScatterWithReduce);
  table.add("aten.scatter_add.default", importScatter<Reduction::Add>);
  table.add("aten.scatter_reduce.two", importScatterReduce<Along::of>);
  table.add("aten.index_reduce.default", importScatterReduce<Along::ofSlices>);
  table.add("aten.masked_scatter.default", importMaskedScatter);
}

} // namespace tandem::torch
