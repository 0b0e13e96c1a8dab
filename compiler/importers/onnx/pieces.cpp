#include "compiler/importers/onnx/pieces.h"

using namespace mlir;

namespace tandem::onnx {

namespace {
struct Run {
  int64_t begin, size, stride;
};

/// How many places at the front are equally far apart; a repeated one stands alone.
int64_t runLength(ArrayRef<int64_t> places) {
  if (places.size() < 2 || places[1] == places[0])
    return 1;
  size_t length = 2;
  while (length < places.size() && places[length] - places[length - 1] == places[1] - places[0])
    ++length;
  return static_cast<int64_t>(length);
}

/// The run at the front. A place whose neighbour begins a longer one stands alone.
Run frontRun(ArrayRef<int64_t> places) {
  int64_t length = runLength(places);
  if (length == 1 || (length == 2 && runLength(places.drop_front()) > 2))
    return {places[0], 1, 1};
  return {places[0], length, places[1] - places[0]};
}
} // namespace

size_t countRuns(ArrayRef<int64_t> places) {
  size_t count = 0;
  for (; !places.empty(); ++count)
    places = places.drop_front(frontRun(places).size);
  return count;
}

MaybeValue sliceAlong(OnnxNode &node, MaybeValue value, int64_t axis, int64_t begin, int64_t size,
                      int64_t stride) {
  if (failed(value))
    return failure();
  SmallVector<int64_t> begins(shapeOf(*value).size(), 0), sizes(shapeOf(*value)),
      strides(begins.size(), 1);
  begins[axis] = begin;
  sizes[axis] = size;
  strides[axis] = stride;
  return node.create<graph::SliceOp>(value, begins, sizes, strides);
}

MaybeValue concatAlong(OnnxNode &node, ArrayRef<Value> parts, int64_t axis) {
  if (parts.size() == 1)
    return parts.front();
  return node.createTyped<graph::ConcatOp>(getElementTypeOrSelf(parts.front()), ValueRange(parts),
                                           axis);
}

MaybeValue pickAlong(OnnxNode &node, MaybeValue value, int64_t axis, ArrayRef<int64_t> places) {
  if (failed(value))
    return failure();
  if (places.empty())
    return sliceAlong(node, value, axis, 0, 0);
  if (size_t runs = countRuns(places); runs > kMostPieces)
    return node.unsupported(Twine(places.size()) + " places in no regular order");
  Values parts;
  while (!places.empty()) {
    Run run = frontRun(places);
    MaybeValue part = sliceAlong(node, value, axis, run.begin, run.size, run.stride);
    if (failed(part))
      return failure();
    parts.push_back(*part);
    places = places.drop_front(run.size);
  }
  return concatAlong(node, parts, axis);
}

} // namespace tandem::onnx
