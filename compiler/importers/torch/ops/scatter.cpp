#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/torch/node.h"

#include "mlir/Dialect/Traits.h"

using namespace mlir;

namespace tandem::torch {

// Elements put at places that are known; where these are computed at run time it is refused.

static MaybeValue sum(NodeBuilder &build, MaybeValue there, MaybeValue update) {
  return build.add(there, update);
}

static FailureOr<SmallVector<int64_t>> placesOf(AtenNode &node, Value indices) {
  std::optional<SmallVector<int64_t>> known = knownIntegers(indices);
  if (!known)
    return node.unsupported("places that are computed at run time");
  return *known;
}

/// aten.scatter and scatter_add: for each index an element of 'src' (which may be larger) at its
/// own place, but with the index along 'dim'; or the same number.
static MaybeValue scatter(AtenNode &node, Combine combine) {
  MaybeValue input = node.tensor("self"), index = node.tensor("index");
  if (failed(input) || failed(index))
    return failure();
  int64_t dim = node.dim("dim", *input);
  bool isNumber = !node.isTensor("src");
  double value = isNumber ? node.number("value") : 0;
  MaybeValue source = isNumber ? node.scalarLike(*input, value) : node.tensor("src");
  if (node.failed() || failed(source))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*index));
  if (isNumber) {
    SmallVector<int64_t> ones(shape.size(), 1);
    source = expandTo(node, node.reshape(source, ones), shape);
  } else if (shapeOf(*source).size() == shape.size()) {
    for (auto [axis, size] : llvm::enumerate(shape))
      source = sliceAlong(node, source, static_cast<int64_t>(axis), 0, size);
  }
  FailureOr<SmallVector<int64_t>> indices = placesOf(node, *index);
  if (failed(indices) || failed(source))
    return failure();
  auto places = placesAlong(shapeOf(*input), *indices, shape, dim);
  if (!places)
    return node.invalid("an index is outside of a tensor of shape " + shapeText(shapeOf(*input)));
  return scattered(node, input, source, *places, combine);
}
static MaybeValue importScatter(AtenNode &node) {
  return scatter(node, nullptr);
}
static MaybeValue importScatterAdd(AtenNode &node) {
  return scatter(node, sum);
}

/// aten.index_put: values at the places that indices of the first dimensions name together.
static MaybeValue importIndexPut(AtenNode &node) {
  MaybeValue input = node.tensor("self"), values = node.tensor("values");
  SmallVector<Value> indices = node.optionalTensors("indices");
  bool accumulates = node.flag("accumulate", false);
  if (node.failed() || failed(input) || failed(values))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  SmallVector<int64_t> common;
  for (Value index : indices) {
    SmallVector<int64_t> both;
    if (!index || getElementTypeOrSelf(index).isInteger(1))
      return node.unsupported("dimensions without an index, or a mask");
    if (!OpTrait::util::getBroadcastedShape(common, shapeOf(index), both))
      return node.invalid("its indices do not broadcast");
    common = both;
  }
  std::optional<int64_t> count = elementCount(common);
  auto depth = static_cast<int64_t>(indices.size());
  if (!count || *count > NodeBuilder::kMaxFill || depth > static_cast<int64_t>(shape.size()))
    return node.invalid("indices of shape " + shapeText(common) + " in a tensor of shape " +
                        shapeText(shape));
  SmallVector<int64_t> rows(*count * depth);
  for (auto [d, index] : llvm::enumerate(indices)) {
    FailureOr<SmallVector<int64_t>> known = placesOf(node, index);
    if (failed(known))
      return failure();
    bool isOne = known->size() == 1;
    if (!isOne && static_cast<int64_t>(known->size()) != *count)
      return node.unsupported("indices that broadcast");
    for (int64_t i = 0; i < *count; ++i)
      rows[i * depth + d] = (*known)[isOne ? 0 : i];
  }
  auto places = placesOfRows(shape, rows, depth);
  if (!places)
    return node.invalid("an index is outside of a tensor of shape " + shapeText(shape));
  llvm::append_range(common, shape.drop_front(depth));
  SmallVector<int64_t> aligned(common.size(), 1);
  ArrayRef<int64_t> own = shapeOf(*values);
  if (own.size() > aligned.size())
    return node.invalid("values of shape " + shapeText(own));
  llvm::copy(own, aligned.end() - own.size());
  return scattered(node, input, expandTo(node, node.reshape(values, aligned), common), *places,
                   accumulates ? sum : nullptr);
}

/// aten.diagonal: its dimension comes last.
static MaybeValue importDiagonal(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  int64_t offset = node.integer("offset", 0), first = node.dim("dim1", *input, 0),
          second = node.dim("dim2", *input, 1);
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (node.failed() || first == second)
    return node.invalid("a diagonal of one dimension");
  int64_t size = std::min(shape[first] + std::min<int64_t>(offset, 0),
                          shape[second] - std::max<int64_t>(offset, 0));
  if (size < 1 || *elementCount(shape) > NodeBuilder::kMaxFill)
    return node.unsupported("diagonal " + Twine(offset) + " of a tensor of shape " +
                            shapeText(shape));
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, shape.size()));
  llvm::erase_if(order, [&](int64_t d) { return d == first || d == second; });
  SmallVector<int64_t> result;
  int64_t outer = 1;
  for (int64_t d : order) {
    result.push_back(shape[d]);
    outer *= shape[d];
  }
  result.push_back(size);
  order.append({first, second});
  int64_t rows = shape[first], columns = shape[second];
  SmallVector<int64_t> places;
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0; i < size; ++i)
      places.push_back((o * rows + i - std::min<int64_t>(offset, 0)) * columns + i +
                       std::max<int64_t>(offset, 0));
  return rearranged(node, node.transpose(input, order), result, places);
}

void registerScatter(OpTable &table) {
  table.add("aten.scatter.src", importScatter);
  table.add("aten.scatter.value", importScatter);
  table.add("aten.scatter_add.default", importScatterAdd);
  table.add("aten.index_put.default", importIndexPut);
  table.addView("aten.diagonal.default", importDiagonal);
}

} // namespace tandem::torch
