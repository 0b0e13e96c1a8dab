#include "compiler/importers/common/combine.h"
#include "compiler/importers/onnx/node.h"

using namespace mlir;

namespace tandem::onnx {

// Updates put into a tensor at places that are known: one gather from both, side by side.

static FailureOr<Combine> readReduction(OnnxNode &node) {
  std::string name = node.string("reduction", "none");
  if (node.failed())
    return failure();
  for (auto [known, combine] : {std::pair<StringRef, Combine>("none", nullptr),
                                {"add", addUp},
                                {"mul", multiplyBy},
                                {"max", takeLarger},
                                {"min", takeSmaller}})
    if (name == known)
      return combine;
  return node.invalid("'reduction' is '" + name + "', which the format does not have");
}

using Places = std::optional<SmallVector<int64_t>>;

static MaybeValue scatterAt(OnnxNode &node, MaybeValue input, MaybeValue updates,
                            const Places &places) {
  FailureOr<Combine> combine = readReduction(node);
  if (failed(combine))
    return failure();
  if (!places)
    return node.invalid("an index is outside of shape " + shapeText(shapeOf(*input)));
  return scattered(node, input, updates, *places, *combine);
}

/// ScatterElements, and Scatter before it.
static MaybeValue importScatterElements(OnnxNode &node) {
  MaybeValue input = node.input(0), updates = node.input(2);
  FailureOr<Elements> indices = node.constant(1, "the list of indices");
  if (failed(input) || failed(updates) || failed(indices))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  int64_t axis = node.axis("axis", shape.size(), 0);
  if (node.failed())
    return failure();
  if (indices->shape().size() != shape.size() || indices->isReal())
    return node.invalid("indices of shape " + shapeText(indices->shape()) +
                        " for a tensor of shape " + shapeText(shape));
  return scatterAt(node, input, updates,
                   placesAlong(shape, indices->integers(), indices->shape(), axis));
}

static MaybeValue importScatterNd(OnnxNode &node) {
  MaybeValue input = node.input(0), updates = node.input(2);
  FailureOr<Elements> indices = node.constant(1, "the list of indices");
  if (failed(input) || failed(updates) || failed(indices))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  int64_t depth = indices->shape().empty() ? -1 : indices->shape().back();
  if (depth < 0 || depth > static_cast<int64_t>(shape.size()) || indices->isReal())
    return node.invalid("indices of shape " + shapeText(indices->shape()) +
                        " for a tensor of shape " + shapeText(shape));
  return scatterAt(node, input, updates, placesOfRows(shape, indices->integers(), depth));
}

/// TensorScatter: updates put into a cache along 'axis' from where each batch entry says; with mode
/// circular around its end.
static MaybeValue importTensorScatter(OnnxNode &node) {
  MaybeValue cache = node.input(0), updates = node.input(1);
  if (failed(cache) || failed(updates))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*cache)), given(shapeOf(*updates));
  int64_t axis = node.axis("axis", shape.size(), -2);
  std::string mode = node.string("mode", "linear");
  if (node.failed())
    return failure();
  SmallVector<int64_t> begins(shape.empty() ? 0 : shape[0], 0);
  if (node.has(2)) {
    FailureOr<SmallVector<int64_t>> indices = node.ints(2, "the list of places");
    if (failed(indices))
      return failure();
    begins = *indices;
  }
  SmallVector<int64_t> expected(shape);
  if (given.size() == shape.size())
    expected[axis] = given[axis];
  if (axis == 0 || given != expected || static_cast<int64_t>(begins.size()) != shape[0])
    return node.invalid("updates of shape " + shapeText(given) + " for a cache of shape " +
                        shapeText(shape));
  int64_t inner = *elementCount(ArrayRef(given).drop_front(axis + 1));
  SmallVector<int64_t> indices;
  for (int64_t i = 0, end = *elementCount(given); i < end; ++i) {
    int64_t batch = i / *elementCount(ArrayRef(given).drop_front(1));
    int64_t at = begins[batch] + i / inner % given[axis];
    indices.push_back(mode == "circular" && at >= 0 ? at % shape[axis] : at);
  }
  return scatterAt(node, cache, updates, placesAlong(shape, indices, given, axis));
}

void registerScatter(OpTable &table) {
  table.add("Scatter", importScatterElements);
  table.add("ScatterElements", importScatterElements);
  table.add("ScatterND", importScatterNd);
  table.add("TensorScatter", importTensorScatter);
}

} // namespace tandem::onnx
