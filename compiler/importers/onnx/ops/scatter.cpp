#include "compiler/importers/common/scatter.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/onnx/node.h"

using namespace mlir;

namespace tandem::onnx {

static FailureOr<ScatterHow> readHow(OnnxNode &node) {
  std::string name = node.string("reduction", "none");
  if (node.failed())
    return failure();
  std::optional<graph::Reduction> reduction = graph::symbolizeReduction(name);
  if (!reduction)
    return node.invalid("'reduction' is '" + name + "', which the format does not have");
  return ScatterHow{*reduction};
}

static LogicalResult checkIndices(OnnxNode &node, MaybeValue indices) {
  if (failed(indices))
    return failure();
  Type type = getElementTypeOrSelf(*indices);
  if (!type.isSignlessInteger(32) && !type.isSignlessInteger(64))
    return node.invalid("indices that are neither INT32 nor INT64");
  return success();
}

/// ScatterElements, and Scatter before it.
static MaybeValue importScatterElements(OnnxNode &node) {
  MaybeValue input = node.input(0), indices = node.input(1), updates = node.input(2);
  FailureOr<ScatterHow> how = readHow(node);
  if (failed(input) || failed(updates) || failed(how) || failed(checkIndices(node, indices)))
    return failure();
  int64_t axis = node.axis("axis", shapeOf(*input).size(), 0);
  if (node.failed())
    return failure();
  return scatterAlong(node, input, indices, updates, axis, *how);
}

static MaybeValue importScatterNd(OnnxNode &node) {
  MaybeValue indices = node.input(1);
  FailureOr<ScatterHow> how = readHow(node);
  if (failed(how) || failed(checkIndices(node, indices)))
    return failure();
  return scatterNd(node, node.input(0), indices, node.input(2), *how);
}

/// Where the updates of a TensorScatter go along its dimension, [batch, 1, size]: -1 for what is
/// outside.
static MaybeValue placesFrom(OnnxNode &node, MaybeValue begins, int64_t batch, int64_t size,
                             int64_t extent, bool isCircular) {
  MaybeValue places = node.add(node.reshape(begins, {batch, 1, 1}),
                               countAlong(node, node.builder().getI64Type(), 3, 2, size));
  if (failed(places))
    return failure();
  if (isCircular)
    return node.create<graph::FloorModOp>(places,
                                          node.scalarLike(*places, static_cast<double>(extent)));
  MaybeValue isInside = node.createTyped<graph::LogicalAndOp>(
      node.builder().getI1Type(), node.compare<graph::GreaterEqualOp>(places, 0.0),
      node.compare<graph::LessOp>(places, static_cast<double>(extent)));
  // So far below that no number of rows before it brings it back inside.
  return node.select(isInside, places,
                     node.scalarLike(*places, -static_cast<double>(kMaxElements)));
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
  Type type = node.builder().getI64Type();
  int64_t batch = shape[0];
  MaybeValue begins = node.has(2)
                          ? node.cast(node.input(2), type)
                          : node.integerConstant(type, batch, SmallVector<int64_t>(batch, 0));
  SmallVector<int64_t> expected(shape);
  if (given.size() == shape.size())
    expected[axis] = given[axis];
  if (failed(begins) || axis == 0 || given != expected || shapeOf(*begins) != ArrayRef(batch))
    return node.invalid("updates of shape " + shapeText(given) + " for a cache of shape " +
                        shapeText(shape));
  // Rows behind the axis are what is moved, of all that is before it as one dimension.
  int64_t between = *elementCount(ArrayRef(shape).slice(1, axis - 1)), extent = shape[axis],
          inner = *elementCount(ArrayRef(shape).drop_front(axis + 1)), size = given[axis];
  MaybeValue places = placesFrom(node, begins, batch, size, extent, mode == "circular");
  SmallVector<int64_t> firsts;
  for (int64_t i = 0; i < batch * between; ++i)
    firsts.push_back(i * extent);
  places = node.add(places, node.integerConstant(type, {batch, between, 1}, firsts));
  int64_t rows = batch * between * size;
  return node.reshape(scatterNd(node, node.reshape(cache, {batch * between * extent, inner}),
                                node.reshape(places, {rows, 1}),
                                node.reshape(updates, {rows, inner}), {.countsFromBack = false}),
                      shape);
}

/// MaxUnpool: zeros but where the indices of a MaxPool say, which count through its whole input. A
/// larger shape that is asked for has more zeros behind.
static MaybeValue importMaxUnpool(OnnxNode &node) {
  MaybeValue input = node.input(0), indices = node.input(1);
  if (failed(input) || failed(checkIndices(node, indices)))
    return failure();
  ArrayRef<int64_t> given = shapeOf(*input);
  size_t spatial = given.size() < 3 ? 0 : given.size() - 2;
  SmallVector<int64_t> kernel = node.integers("kernel_shape"),
                       strides = node.integers("strides", SmallVector<int64_t>(spatial, 1)),
                       pads = node.integers("pads", SmallVector<int64_t>(2 * spatial, 0));
  if (node.failed())
    return failure();
  if (spatial == 0 || kernel.size() != spatial || strides.size() != spatial ||
      pads.size() != 2 * spatial || shapeOf(*indices) != given)
    return node.invalid("indices of shape " + shapeText(shapeOf(*indices)) + " and a window of " +
                        Twine(kernel.size()) + " dimensions for " + shapeText(given));
  SmallVector<int64_t> shape(given);
  for (size_t d = 0; d < spatial; ++d) {
    constexpr int64_t kMost = INT32_MAX;
    if (kernel[d] > kMost || strides[d] > kMost || pads[d] > kMost || pads[spatial + d] > kMost ||
        given[2 + d] > kMost)
      return node.invalid("a window that is too large");
    shape[2 + d] = (given[2 + d] - 1) * strides[d] + kernel[d] - pads[d] - pads[spatial + d];
    if (shape[2 + d] < 1)
      return node.invalid("a result of shape " + shapeText(shape));
  }
  if (!hasSaneSize(shape))
    return node.invalid("a result of shape " + shapeText(shape) + " is too large");
  int64_t count = *elementCount(given);
  MaybeValue zeros = filled(node, getElementTypeOrSelf(*input), *elementCount(shape), 0);
  MaybeValue whole = node.reshape(scatterNd(node, zeros, node.reshape(indices, {count, 1}),
                                            node.reshape(input, count), {.countsFromBack = false}),
                                  shape);
  if (!node.has(2))
    return whole;
  FailureOr<SmallVector<int64_t>> asked = node.ints(2, "the shape of the result");
  if (failed(asked))
    return failure();
  SmallVector<int64_t> low(shape.size(), 0), high(shape.size(), 0);
  bool fits = asked->size() == shape.size();
  for (size_t d = 0; fits && d < shape.size(); ++d) {
    high[d] = (*asked)[d] - shape[d];
    fits = high[d] >= 0;
  }
  if (!fits)
    return node.invalid("a result of shape " + shapeText(*asked) + ", smaller than " +
                        shapeText(shape));
  return node.create<graph::PadOp>(whole, low, high, llvm::APFloat(0.0f));
}

void registerScatter(OpTable &table) {
  table.add("Scatter", importScatterElements);
  table.add("ScatterElements", importScatterElements);
  table.add("ScatterND", importScatterNd);
  table.add("TensorScatter", importTensorScatter);
  table.add("MaxUnpool", importMaxUnpool);
}

} // namespace tandem::onnx
