#include "compiler/importers/onnx/window.h"

#include "compiler/graph/types.h"
#include "compiler/importers/common/decompositions.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace tandem::onnx {

namespace {
/// The window with 'ceil_mode' worked in. ONNX rounds SAME up as well, which changes nothing.
FailureOr<PoolWindow> readPool(OnnxNode &node, Value image, size_t spatial) {
  FailureOr<Window> window = readWindow(node, image, spatial, {});
  bool ceilMode = node.flag("ceil_mode", false);
  if (failed(window) || node.failed())
    return failure();
  if (window->dilation != Window::Pair{1, 1})
    return node.unsupported("'dilations' " + shapeText(window->dilation));
  PoolWindow pool;
  pool.size = window->size;
  pool.stride = window->stride;
  pool.low = window->low;
  pool.high = window->high;
  if (ceilMode)
    roundUp(pool, {shapeOf(image)[2], shapeOf(image)[3]});
  for (int i = 0; i < 2; ++i)
    if (pool.low[i] >= pool.size[i] || pool.high[i] + pool.past[i] >= pool.size[i])
      return node.unsupported("'pads' that are not smaller than the window");
  return pool;
}

/// Pools of plain 8-bit numbers are computed in f32, which holds them all.
bool needsFloat(Value value) {
  Type type = getElementTypeOrSelf(value);
  return type.isInteger(8) && !graph::isQuantized(type);
}
} // namespace

template <typename Pool> static MaybeValue importPool(OnnxNode &node, Pool pool) {
  MaybeValue input = node.input(0), image = node.image(0);
  if (failed(input) || failed(image))
    return failure();
  FailureOr<PoolWindow> window = readPool(node, *image, spatialRank(*input));
  if (failed(window))
    return failure();
  Type type = getElementTypeOrSelf(*input);
  MaybeValue nhwc = node.toNhwc(image);
  if (needsFloat(*input))
    nhwc = node.createTyped<graph::CastOp>(node.builder().getF32Type(), nhwc);
  MaybeValue result = pool(nhwc, *window);
  if (needsFloat(*input))
    result = node.createTyped<graph::CastOp>(type, result);
  return toRank(node, node.toNchw(result), shapeOf(*input).size());
}

/// MaxPool; its second result, the places, is not made.
static MaybeValue importMaxPool(OnnxNode &node) {
  return importPool(
      node, [&](MaybeValue nhwc, const PoolWindow &window) { return maxPool(node, nhwc, window); });
}

static MaybeValue importAveragePool(OnnxNode &node) {
  bool countsPadding = node.flag("count_include_pad", false);
  return importPool(node, [&](MaybeValue nhwc, const PoolWindow &window) {
    return averagePool(node, nhwc, window, countsPadding);
  });
}

/// LpPool: the p-norm of each window, as a mean times the window's size.
static MaybeValue importLpPool(OnnxNode &node) {
  int64_t p = node.integer("p", 2);
  if (p != 1 && p != 2)
    return node.unsupported("'p' " + Twine(p) + ", only 1 and 2 are");
  return importPool(node, [&](MaybeValue nhwc, PoolWindow window) -> MaybeValue {
    MaybeValue powers = p == 1 ? node.create<graph::AbsOp>(nhwc) : powScalar(node, nhwc, 2);
    for (int i = 0; i < 2; ++i) // zeros add nothing, wherever they are
      window.high[i] += std::exchange(window.past[i], 0);
    MaybeValue mean = averagePool(node, powers, window, /*countsPadding=*/true);
    if (failed(mean))
      return failure();
    auto count = static_cast<double>(window.size[0] * window.size[1]);
    MaybeValue sum =
        node.create<graph::MulOp>(mean, node.scalarLike(*mean, count), graph::Activation::None);
    return p == 1 ? sum : node.create<graph::SqrtOp>(sum);
  });
}

/// Over all dimensions behind the channels.
template <typename OpT> static MaybeValue importGlobal(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  if (shapeOf(*input).size() < 3)
    return node.invalid("an input of shape " + shapeText(shapeOf(*input)));
  auto axes = llvm::to_vector(llvm::seq<int64_t>(2, shapeOf(*input).size()));
  return node.create<OpT>(input, axes, /*keepDims=*/true);
}

void registerPooling(OpTable &table) {
  table.add("MaxPool", importMaxPool);
  table.add("AveragePool", importAveragePool);
  table.add("LpPool", importLpPool, Takes::kReals);
  table.add("GlobalAveragePool", importGlobal<graph::MeanOp>);
  table.add("GlobalMaxPool", importGlobal<graph::ReduceMaxOp>);
}

} // namespace tandem::onnx
