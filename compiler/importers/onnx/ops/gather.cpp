#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/onnx/evaluate.h"

using namespace mlir;

namespace tandem::onnx {

namespace {
/// The indices, counted from the front.
FailureOr<SmallVector<int64_t>> placesIn(OnnxNode &node, const Elements &indices, int64_t size) {
  SmallVector<int64_t> places;
  constexpr int64_t kMost = 1 << 20;
  if (indices.isReal() || indices.count() > kMost)
    return node.invalid("its indices are no integers, or too many");
  for (int64_t given : indices.integers()) {
    std::optional<int64_t> place = normalizedAxis(given, size);
    if (!place)
      return node.invalid("index " + Twine(given) + " in a dimension of " + Twine(size));
    places.push_back(*place);
  }
  return places;
}

/// The dimensions of the indices stand where `axis` was.
SmallVector<int64_t> shapeAround(ArrayRef<int64_t> data, int64_t axis, ArrayRef<int64_t> indices) {
  SmallVector<int64_t> shape(data.take_front(axis));
  shape.append(indices.begin(), indices.end());
  shape.append(data.begin() + axis + 1, data.end());
  return shape;
}
} // namespace

static MaybeValue importGather(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  int64_t axis = node.axis("axis", shape.size(), 0);
  if (node.failed())
    return failure();
  std::optional<Elements> known = node.known(1);
  if (!known)
    return takeAlong(node, input, node.input(1), axis);
  FailureOr<SmallVector<int64_t>> places = placesIn(node, *known, shape[axis]);
  if (failed(places))
    return failure();
  return node.reshape(pickAlong(node, input, axis, *places),
                      shapeAround(shape, axis, known->shape()));
}

static MaybeValue importGatherElements(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  int64_t axis = node.axis("axis", shapeOf(*input).size(), 0);
  return node.failed() ? MaybeValue(failure()) : gatherElements(node, input, node.input(1), axis);
}

static MaybeValue importGatherNd(OnnxNode &node) {
  int64_t batchDims = node.integer("batch_dims", 0);
  MaybeValue input = node.input(0), indices = node.input(1);
  return node.failed() ? MaybeValue(failure()) : gatherNd(node, input, indices, batchDims);
}

static std::optional<Elements> evaluateGather(OnnxNode &node, ArrayRef<Elements> in) {
  if (in.size() != 2)
    return std::nullopt;
  ArrayRef<int64_t> data = in[0].shape();
  int64_t axis = node.axis("axis", data.size(), 0);
  if (node.failed())
    return std::nullopt;
  FailureOr<SmallVector<int64_t>> places = placesIn(node, in[1], data[axis]);
  SmallVector<int64_t> shape = shapeAround(data, axis, in[1].shape());
  if (failed(places) || !hasSaneSize(shape) || !isWorthEvaluating(*elementCount(shape), in))
    return std::nullopt;
  int64_t inner = *elementCount(data.drop_front(axis + 1));
  auto picked = static_cast<int64_t>(places->size());
  return Elements::moved(in[0], shape, [&](int64_t i) {
    int64_t at = i / inner % picked, outer = i / inner / picked;
    return (outer * data[axis] + (*places)[at]) * inner + i % inner;
  });
}

void registerGather(OpTable &table) {
  table.add("Gather", importGather);
  table.add("GatherElements", importGatherElements);
  table.add("GatherND", importGatherNd);
  table.addEvaluation("Gather", evaluateGather);
}

} // namespace tandem::onnx
