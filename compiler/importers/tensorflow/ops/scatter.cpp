// Updates put into a tensor, at places that are known or computed at run time.
#include "compiler/importers/common/scatter.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

/// A shape from an input that is small enough to be written to.
static FailureOr<SmallVector<int64_t>> shapeFrom(TfNode &node, size_t index) {
  FailureOr<SmallVector<int64_t>> shape = node.integers(index, "the shape");
  if (failed(shape))
    return failure();
  if (!hasSaneSize(*shape) || *elementCount(*shape) > NodeBuilder::kMaxFill)
    return node.invalid("a result of shape " + shapeText(*shape) + " is too large");
  return shape;
}

/// TensorScatterUpdate and its kin: the tensor, the places and what comes there.
template <graph::Reduction reduction> static MaybeValue importTensorScatter(TfNode &node) {
  return scatterNd(node, node.input(0), node.input(1), node.input(2),
                   {reduction, /*countsFromBack=*/false});
}
static MaybeValue importTensorScatterSub(TfNode &node) {
  return scatterNd(node, node.input(0), node.input(1), node.create<graph::NegOp>(node.input(2)),
                   {graph::Reduction::Add, /*countsFromBack=*/false});
}

/// ScatterNd: into zeros of a shape; what meets is added up.
static MaybeValue importScatterNd(TfNode &node) {
  MaybeValue updates = node.input(1);
  FailureOr<SmallVector<int64_t>> shape = shapeFrom(node, 2);
  if (failed(updates) || failed(shape))
    return failure();
  MaybeValue zeros = filled(node, getElementTypeOrSelf(*updates), *shape, 0);
  return scatterNd(node, zeros, node.input(0), updates,
                   {graph::Reduction::Add, /*countsFromBack=*/false});
}

/// SparseToDense: a default everywhere but at the places named, with a number for each or one for
/// all. The indices of a vector may be a list.
static MaybeValue importSparseToDense(TfNode &node) {
  FailureOr<SmallVector<int64_t>> shape = shapeFrom(node, 1);
  MaybeValue indices = node.input(0), values = node.input(2), elsewhere = node.input(3);
  if (failed(indices) || failed(shape) || failed(values) || failed(elsewhere))
    return failure();
  auto depth = static_cast<int64_t>(shape->size());
  int64_t listed = graph::tensorType(*indices).getNumElements();
  if (depth < 1 || listed % depth != 0)
    return node.invalid(Twine(listed) + " indices for a result of shape " + shapeText(*shape));
  int64_t count = listed / depth;
  return scatterNd(node, expandTo(node, elsewhere, *shape), node.reshape(indices, {count, depth}),
                   expandTo(node, values, count), {.countsFromBack = false});
}

namespace {
struct Stitch {
  /// Of each row of the result its place in all rows, one behind the other; -1: none.
  SmallVector<int64_t> places;
  int64_t rows = 0;

  LogicalResult add(TfNode &node, ArrayRef<int64_t> indices) {
    for (int64_t place : indices) {
      if (place < 0 || place >= Numbers::kMost)
        return node.invalid("place " + Twine(place));
      if (static_cast<size_t>(place) >= places.size())
        places.resize(place + 1, -1);
      places[place] = rows++;
    }
    return success();
  }
};
} // namespace

/// DynamicStitch: lists of places, then the rows that come there; where several do, the last.
static MaybeValue importStitch(TfNode &node) {
  size_t lists = node.inputCount() / 2;
  Stitch stitch;
  Values parts;
  for (size_t i = 0; i < lists; ++i) {
    auto indices = node.integers(i, "the list of places");
    FailureOr<SmallVector<int64_t>> indexShape = node.inputShape(i);
    MaybeValue data = node.input(lists + i);
    if (failed(indices) || failed(indexShape) || failed(data) || failed(stitch.add(node, *indices)))
      return failure();
    ArrayRef<int64_t> shape = shapeOf(*data);
    if (shape.take_front(indexShape->size()) != ArrayRef(*indexShape))
      return node.invalid("rows of shape " + shapeText(shape) + " for places of shape " +
                          shapeText(*indexShape));
    if (indices->empty())
      continue;
    SmallVector<int64_t> rows = {static_cast<int64_t>(indices->size())};
    rows.append(shape.begin() + indexShape->size(), shape.end());
    MaybeValue part = node.reshape(data, rows);
    if (failed(part))
      return failure();
    parts.push_back(*part);
  }
  if (parts.empty() || llvm::is_contained(stitch.places, -1))
    return node.unsupported("places that nothing comes to");
  return pickAlong(node, concatAlong(node, parts, 0), 0, stitch.places);
}

/// Of sizes, which are put together so: numbers.
static std::optional<Numbers> foldStitch(TfNode &node, ArrayRef<Numbers> inputs) {
  size_t lists = inputs.size() / 2;
  Stitch stitch;
  SmallVector<int64_t> all;
  for (auto [indices, data] : llvm::zip(inputs.take_front(lists), inputs.drop_front(lists))) {
    if (indices.isReal() || data.isReal() || indices.count() != data.count())
      return std::nullopt;
    if (failed(stitch.add(node, indices.integers)))
      return std::nullopt;
    all.append(data.integers.begin(), data.integers.end());
  }
  if (all.empty() || llvm::is_contained(stitch.places, -1))
    return std::nullopt; // importStitch() says what is wrong
  Numbers result = Numbers::vectorOf(inputs.back().type, {});
  for (int64_t place : stitch.places)
    result.integers.push_back(all[place]);
  result.shape = {static_cast<int64_t>(result.count())};
  return result;
}

void registerScatter(OpTable &table) {
  table.add("ScatterNd", importScatterNd);
  table.add("TensorScatterUpdate", importTensorScatter<graph::Reduction::None>);
  for (StringRef op : {"TensorScatterAdd", "ScatterNdNonAliasingAdd"})
    table.add(op, importTensorScatter<graph::Reduction::Add>);
  for (StringRef op : {"DynamicStitch", "ParallelDynamicStitch"}) {
    table.add(op, importStitch);
    table.addFold(op, foldStitch);
  }
  table.add("TensorScatterSub", importTensorScatterSub);
  table.add("TensorScatterMax", importTensorScatter<graph::Reduction::Max>);
  table.add("TensorScatterMin", importTensorScatter<graph::Reduction::Min>);
  table.add("SparseToDense", importSparseToDense);
}

} // namespace tandem::tensorflow
