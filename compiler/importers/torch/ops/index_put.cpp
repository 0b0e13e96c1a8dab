// Tensors changed where indices say:
// https://docs.pytorch.org/docs/stable/generated/torch.Tensor.index_put_.html
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/scatter.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/torch/indices.h"
#include "compiler/importers/torch/node.h"

#include "mlir/Dialect/Traits.h"

using namespace mlir;

namespace tandem::torch {

using graph::Reduction;

namespace {

/// A value in the shape that it broadcasts to.
MaybeValue spreadTo(AtenNode &node, MaybeValue values, ArrayRef<int64_t> shape) {
  if (failed(values))
    return failure();
  ArrayRef<int64_t> own = shapeOf(*values);
  while (own.size() > shape.size() && own.front() == 1)
    own = own.drop_front();
  if (own.size() > shape.size())
    return node.invalid("values of shape " + shapeText(shapeOf(*values)) + " for places of shape " +
                        shapeText(shape));
  SmallVector<int64_t> aligned(shape.size(), 1);
  llvm::copy(own, aligned.end() - own.size());
  return expandTo(node, node.reshape(values, aligned), shape);
}

/// Indices of several dimensions, which broadcast to one shape.
struct Indices {
  SmallVector<Value> ofDimension; ///< null: all places of it
  SmallVector<int64_t> indexed;   ///< the dimensions that have one
  SmallVector<int64_t> common;
};

FailureOr<Indices> readIndices(AtenNode &node, size_t rank) {
  Indices result{node.optionalTensors("indices"), {}, {}};
  if (node.failed())
    return failure();
  for (auto [dim, index] : llvm::enumerate(result.ofDimension)) {
    if (!index)
      continue;
    SmallVector<int64_t> both;
    if (!OpTrait::util::getBroadcastedShape(result.common, shapeOf(index), both))
      return node.invalid("its indices do not broadcast");
    result.common = both;
    result.indexed.push_back(static_cast<int64_t>(dim));
  }
  if (result.indexed.empty() || result.ofDimension.size() > rank)
    return node.invalid("it has " + Twine(result.ofDimension.size()) + " indices");
  result.ofDimension.resize(rank);
  return result;
}

/// What the indices name in a tensor: of the dimensions of what is put there, those that the
/// indices broadcast to lie where the first indexed one was, or in front where these are not
/// neighbours.
struct Named {
  SmallVector<int64_t> shape;
  size_t first = 0; ///< where the common dimensions begin
};
Named namedBy(const Indices &indices, ArrayRef<int64_t> shape) {
  Named named;
  bool areNeighbours = indices.indexed.back() - indices.indexed.front() + 1 ==
                       static_cast<int64_t>(indices.indexed.size());
  named.first = areNeighbours ? indices.indexed.front() : 0;
  for (auto [dim, size] : llvm::enumerate(shape))
    if (!indices.ofDimension[dim])
      named.shape.push_back(size);
  named.shape.insert(named.shape.begin() + named.first, indices.common.begin(),
                     indices.common.end());
  return named;
}

/// The index of `known` (of `shape`) at a place of what it broadcasts to.
int64_t broadcastAt(ArrayRef<int64_t> known, ArrayRef<int64_t> shape, ArrayRef<int64_t> place) {
  int64_t at = 0;
  place = place.take_back(shape.size());
  for (auto [size, i] : llvm::zip(shape, place))
    at = at * size + (size == 1 ? 0 : i);
  return known[at];
}

/// Row by row, where each element that is put goes; nothing when an index is outside.
std::optional<SmallVector<int64_t>> placesOf(const Indices &indices,
                                             ArrayRef<std::optional<SmallVector<int64_t>>> known,
                                             ArrayRef<int64_t> shape, const Named &named) {
  SmallVector<int64_t> places, at(named.shape.size(), 0);
  int64_t count = *elementCount(named.shape);
  for (int64_t i = 0; i < count; ++i) {
    ArrayRef<int64_t> common = ArrayRef(at).slice(named.first, indices.common.size());
    SmallVector<int64_t> others(ArrayRef(at).take_front(named.first));
    llvm::append_range(others, ArrayRef(at).drop_front(named.first + common.size()));
    int64_t place = 0;
    size_t other = 0;
    for (auto [dim, size] : llvm::enumerate(shape)) {
      std::optional<int64_t> index =
          indices.ofDimension[dim]
              ? normalizedAxis(broadcastAt(*known[dim], shapeOf(indices.ofDimension[dim]), common),
                               size)
              : others[other++];
      if (!index)
        return std::nullopt;
      place = place * size + *index;
    }
    places.push_back(place);
    for (size_t d = at.size(); d-- > 0;) {
      if (++at[d] < named.shape[d])
        break;
      at[d] = 0;
    }
  }
  return places;
}

/// Slices of one dimension put where a run finds them: the dimension goes to the front and back.
MaybeValue putSlices(AtenNode &node, MaybeValue input, Value index, MaybeValue updates, int64_t dim,
                     Reduction reduction) {
  int64_t count = *elementCount(shapeOf(index));
  auto forwards = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*input).size())), back = forwards;
  std::rotate(forwards.begin(), forwards.begin() + dim, forwards.begin() + dim + 1);
  std::rotate(back.begin(), back.begin() + 1, back.begin() + dim + 1);
  auto moved = [&](MaybeValue value, ArrayRef<int64_t> order) {
    return dim == 0 ? value : node.transpose(value, order);
  };
  return moved(scatterNd(node, moved(input, forwards), node.reshape(index, {count, 1}),
                         moved(updates, forwards), {reduction}),
               back);
}

/// Elements put at places in the flattened tensor, which are known.
MaybeValue putElements(AtenNode &node, Value input, MaybeValue updates, ArrayRef<int64_t> places,
                       Reduction reduction) {
  auto count = static_cast<int64_t>(places.size());
  MaybeValue rows = node.integerConstant(node.builder().getI64Type(), {count, 1}, places);
  MaybeValue flat = node.reshape(input, {*elementCount(shapeOf(input))});
  return node.reshape(scatterNd(node, flat, rows, node.reshape(updates, {count}), {reduction}),
                      shapeOf(input));
}

/// Elements put where several indices of a run say: their dimensions go to the front and back.
MaybeValue putElementsAtRunTime(AtenNode &node, MaybeValue input, const Indices &indices,
                                const Named &named, MaybeValue values, Reduction reduction) {
  auto rank = static_cast<int64_t>(shapeOf(*input).size()),
       width = static_cast<int64_t>(indices.common.size()),
       first = static_cast<int64_t>(named.first);
  SmallVector<int64_t> order(indices.indexed), back(rank);
  SmallVector<Value> given;
  for (int64_t dim = 0; dim < rank; ++dim)
    if (indices.ofDimension[dim])
      given.push_back(indices.ofDimension[dim]);
    else
      order.push_back(dim);
  for (auto [to, from] : llvm::enumerate(order))
    back[from] = static_cast<int64_t>(to);
  auto common = llvm::to_vector(llvm::seq<int64_t>(0, named.shape.size()));
  std::rotate(common.begin(), common.begin() + first, common.begin() + first + width);
  MaybeValue updates = node.transpose(spreadTo(node, values, named.shape), common);
  return node.transpose(scatterNd(node, node.transpose(input, order),
                                  joinedIndices(node, given, indices.common), updates, {reduction}),
                        back);
}

MaybeValue putAtRunTime(AtenNode &node, MaybeValue input, const Indices &indices,
                        const Named &named, MaybeValue values, Reduction reduction) {
  if (indices.indexed.size() != 1)
    return putElementsAtRunTime(node, input, indices, named, values, reduction);
  int64_t dim = indices.indexed.front();
  SmallVector<int64_t> shape(shapeOf(*input));
  shape[dim] = *elementCount(indices.common);
  MaybeValue updates = node.reshape(spreadTo(node, values, named.shape), shape);
  return putSlices(node, input, indices.ofDimension[dim], updates, dim, reduction);
}

/// Of a mask; values for each element that it picks would have an open size.
MaybeValue putBehindMask(AtenNode &node, MaybeValue input, const Indices &indices,
                         MaybeValue values, bool accumulates) {
  int64_t dim = indices.indexed.front();
  Value mask = indices.ofDimension[dim];
  ArrayRef<int64_t> shape = shapeOf(*input), maskShape = shapeOf(mask);
  size_t behind = dim + maskShape.size();
  if (indices.indexed.size() != 1 || behind > shape.size())
    return node.unsupported("a mask beside other indices");
  ArrayRef<int64_t> rest = shape.drop_front(behind);
  if (*elementCount(shapeOf(*values)) != 1 && shapeOf(*values).size() > rest.size())
    return node.unsupported("a mask with as many values as it picks");
  SmallVector<int64_t> aligned(shape.size(), 1);
  llvm::copy(maskShape, aligned.begin() + dim);
  MaybeValue put = spreadTo(node, values, shape);
  if (accumulates)
    put = node.add(input, put);
  return node.select(node.reshape(mask, aligned), put, input);
}

} // namespace

static MaybeValue importIndexPut(AtenNode &node) {
  MaybeValue input = node.tensor("self"), values = node.tensor("values");
  bool accumulates = node.flag("accumulate", false);
  Reduction reduction = accumulates ? Reduction::Add : Reduction::None;
  if (node.failed() || failed(input) || failed(values))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  FailureOr<Indices> indices = readIndices(node, shape.size());
  if (failed(indices))
    return failure();
  for (int64_t dim : indices->indexed)
    if (getElementTypeOrSelf(indices->ofDimension[dim]).isInteger(1))
      return putBehindMask(node, input, *indices, values, accumulates);
  Named named = namedBy(*indices, shape);
  std::optional<int64_t> count = elementCount(named.shape);
  if (!count || !hasSaneSize(named.shape))
    return node.invalid("places of shape " + shapeText(named.shape));
  SmallVector<std::optional<SmallVector<int64_t>>> known(shape.size());
  for (int64_t dim : indices->indexed) {
    known[dim] = knownIntegers(indices->ofDimension[dim]);
    if (!known[dim])
      return putAtRunTime(node, input, *indices, named, values, reduction);
  }
  if (*count > NodeBuilder::kMaxFill)
    return node.unsupported("places of shape " + shapeText(named.shape));
  auto places = placesOf(*indices, known, shape, named);
  if (!places)
    return node.invalid("an index is outside of a tensor of shape " + shapeText(shape));
  return putElements(node, *input, spreadTo(node, values, named.shape), *places, reduction);
}

/// aten.index_add, index_copy, index_fill: slices of one dimension.
static MaybeValue putAlong(AtenNode &node, MaybeValue input, MaybeValue source,
                           Reduction reduction) {
  MaybeValue index = node.tensor("index");
  if (failed(input) || failed(source) || failed(index))
    return failure();
  int64_t dim = node.dim("dim", *input);
  SmallVector<int64_t> shape(shapeOf(*input)), updated(shape);
  if (node.failed() || shape.empty())
    return node.unsupported("a tensor without dimensions");
  int64_t count = *elementCount(shapeOf(*index));
  updated[dim] = count;
  if (!hasSaneSize(updated))
    return node.invalid("slices of shape " + shapeText(updated));
  MaybeValue updates = spreadTo(node, source, updated);
  std::optional<SmallVector<int64_t>> known = knownIntegers(*index);
  if (!known)
    return putSlices(node, input, *index, updates, dim, reduction);
  Indices indices{SmallVector<Value>(shape.size()), {dim}, {count}};
  MaybeValue row = node.reshape(index, {count});
  if (failed(row) || *elementCount(updated) > NodeBuilder::kMaxFill)
    return node.unsupported("slices of shape " + shapeText(updated));
  indices.ofDimension[dim] = *row;
  SmallVector<std::optional<SmallVector<int64_t>>> all(shape.size());
  all[dim] = known;
  auto places = placesOf(indices, all, shape, namedBy(indices, shape));
  if (!places)
    return node.invalid("an index is outside of a tensor of shape " + shapeText(shape));
  return putElements(node, *input, updates, *places, reduction);
}
static MaybeValue importIndexAdd(AtenNode &node) {
  double alpha = node.number("alpha", 1);
  return putAlong(node, node.tensor("self"), node.multiply(node.tensor("source"), alpha),
                  Reduction::Add);
}
static MaybeValue importIndexCopy(AtenNode &node) {
  return putAlong(node, node.tensor("self"), node.tensor("source"), Reduction::None);
}
static MaybeValue importIndexFill(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  MaybeValue value =
      node.isTensor("value") ? node.tensor("value") : node.scalarLike(*input, node.number("value"));
  return putAlong(node, input, value, Reduction::None);
}

void registerIndexPut(OpTable &table) {
  for (StringRef form : {"index_put", "_unsafe_index_put"})
    table.add(("aten." + form + ".default").str(), importIndexPut);
  table.add("aten.index_add.default", importIndexAdd);
  table.add("aten.index_copy.default", importIndexCopy);
  table.add("aten.index_fill.int_Scalar", importIndexFill);
  table.add("aten.index_fill.int_Tensor", importIndexFill);
}

} // namespace tandem::torch
