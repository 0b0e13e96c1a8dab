#include "compiler/importers/onnx/window.h"

#include "compiler/graph/types.h"
#include "compiler/importers/common/decompositions.h"

#include "llvm/Support/MathExtras.h"

#include <limits>

using namespace mlir;

namespace tandem::onnx {

namespace {
/// The window with 'ceil_mode' worked in. ONNX rounds SAME up as well, which changes nothing.
FailureOr<PoolWindow> readPool(OnnxNode &node, Value image, size_t spatial) {
  FailureOr<Window> window = readWindow(node, image, spatial, {});
  bool ceilMode = node.flag("ceil_mode", false);
  if (failed(window) || node.failed())
    return failure();
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

/// Pools of plain integers are computed in f32, which holds those of 8 bits.
bool needsFloat(Value value) {
  return isa<IntegerType>(getElementTypeOrSelf(value));
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
    nhwc = node.cast(nhwc, node.builder().getF32Type());
  MaybeValue result = pool(nhwc, *window);
  if (needsFloat(*input))
    result = node.cast(result, type);
  return toRank(node, node.toNchw(result), shapeOf(*input).size());
}

namespace {
/// Whether neither pools of images nor of volumes have such a window: with elements left out, or
/// over more dimensions.
bool isUnusual(OnnxNode &node, Value input) {
  SmallVector<int64_t> dilations = node.integers("dilations", SmallVector<int64_t>());
  return shapeOf(input).size() > 5 || llvm::any_of(dilations, [](int64_t d) { return d != 1; });
}
bool isVolume(Value input) {
  return shapeOf(input).size() == 5;
}

MaybeValue larger(NodeBuilder &build, MaybeValue a, MaybeValue b) {
  return build.create<graph::MaximumOp>(a, b);
}
MaybeValue sum(NodeBuilder &build, MaybeValue a, MaybeValue b) {
  return build.add(a, b);
}

/// One over how many elements of each window count: those inside the input, or inside its padding.
MaybeValue inverseCounts(OnnxNode &node, ArrayRef<int64_t> input, ArrayRef<int64_t> result,
                         const DilatedWindow &window, ArrayRef<int64_t> padded,
                         bool countsPadding) {
  MaybeValue product = Value();
  for (size_t d = 0; d < window.size.size(); ++d) {
    SmallVector<float> counts;
    int64_t begin = countsPadding ? -window.low[d] : 0,
            end = countsPadding ? padded[d] : input[2 + d];
    for (int64_t i = 0; i < result[2 + d]; ++i) {
      int64_t count = 0;
      for (int64_t tap = 0; tap < window.size[d]; ++tap) {
        int64_t at = i * window.stride[d] - window.low[d] + tap * window.dilation[d];
        count += at >= begin && at < end;
      }
      counts.push_back(1.0f / static_cast<float>(std::max<int64_t>(count, 1)));
    }
    SmallVector<int64_t> shape(result.size(), 1);
    shape[2 + d] = result[2 + d];
    MaybeValue factor = node.NodeBuilder::constant(node.builder().getF32Type(), shape, counts);
    product = d == 0 ? factor : node.multiply(product, factor);
  }
  return product;
}

/// The window with 'ceil_mode': high pads are what the last one needs.
FailureOr<DilatedWindow> readRoundedWindow(OnnxNode &node, ArrayRef<int64_t> input,
                                           SmallVectorImpl<int64_t> &padded) {
  FailureOr<DilatedWindow> window = readDilatedWindow(node, input, {});
  bool roundsUp = node.flag("ceil_mode", false);
  if (failed(window) || node.failed())
    return failure();
  for (size_t d = 0; d < window->size.size(); ++d) {
    int64_t size = input[2 + d], reach = (window->size[d] - 1) * window->dilation[d] + 1;
    padded.push_back(size + window->high[d]);
    int64_t room = size + window->low[d] + window->high[d] - reach;
    if (!roundsUp || room < 0)
      continue;
    int64_t last = llvm::divideCeil(room, window->stride[d]) * window->stride[d];
    if (last >= size + window->low[d]) // it would begin behind the input
      last -= window->stride[d];
    window->high[d] += std::max<int64_t>(last - room, 0);
  }
  return window;
}

/// The same pools of any number of dimensions, element by element of the window.
MaybeValue unusualMaxPool(OnnxNode &node, MaybeValue x) {
  SmallVector<int64_t> padded;
  FailureOr<DilatedWindow> window = readRoundedWindow(node, shapeOf(*x), padded);
  if (failed(window))
    return failure();
  Type type = getElementTypeOrSelf(*x), real = node.builder().getF32Type();
  MaybeValue result = combineWindows(node, node.cast(x, real), *window,
                                     -std::numeric_limits<float>::infinity(), larger);
  return node.cast(result, type);
}
MaybeValue unusualSum(OnnxNode &node, MaybeValue x, bool isMean, bool countsPadding) {
  SmallVector<int64_t> padded;
  if (failed(x))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*x));
  FailureOr<DilatedWindow> window = readRoundedWindow(node, shape, padded);
  if (failed(window))
    return failure();
  MaybeValue result = combineWindows(node, x, *window, 0, sum);
  if (!isMean || failed(result))
    return result;
  return node.multiply(
      result, inverseCounts(node, shape, shapeOf(*result), *window, padded, countsPadding));
}
} // namespace

/// A pool of a volume: `pool(ndhwc, window, roundsUp)`.
template <typename Pool>
static MaybeValue importVolumePool(OnnxNode &node, Value input, Pool pool) {
  FailureOr<VolumeWindow> window = readVolumeWindow(node, shapeOf(input), {});
  bool roundsUp = node.flag("ceil_mode", false);
  if (failed(window) || node.failed())
    return failure();
  for (int i = 0; i < 3; ++i)
    if (std::max(window->low[i], window->high[i]) >= window->size[i])
      return node.unsupported("'pads' that are not smaller than the window");
  MaybeValue ndhwc = toNdhwc(node, input);
  if (needsFloat(input))
    ndhwc = node.cast(ndhwc, node.builder().getF32Type());
  MaybeValue result = pool(ndhwc, *window, roundsUp);
  return toNcdhw(node, node.cast(result, getElementTypeOrSelf(input)));
}

/// How far apart neighbours are along each dimension, as the places of MaxPool count: through the
/// whole tensor row by row, or with 'storage_order' 1 each channel column by column.
static SmallVector<int64_t> placeStrides(ArrayRef<int64_t> shape, bool isColumnMajor) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (size_t d = shape.size() - 1; d-- > 0;)
    strides[d] = strides[d + 1] * shape[d + 1];
  if (!isColumnMajor)
    return strides;
  strides[2] = 1;
  for (size_t d = 3; d < shape.size(); ++d)
    strides[d] = strides[d - 1] * shape[d - 1];
  return strides;
}

static FailureOr<Values> importPlacedMaxPool(OnnxNode &node, Value x) {
  SmallVector<int64_t> padded;
  FailureOr<DilatedWindow> window = readRoundedWindow(node, shapeOf(x), padded);
  bool isColumnMajor = node.flag("storage_order", false);
  if (failed(window) || node.failed())
    return failure();
  PlacedPool pool = maxPoolWithPlaces(node, node.cast(x, node.builder().getF32Type()), *window,
                                      placeStrides(shapeOf(x), isColumnMajor));
  MaybeValue values = node.cast(pool.values, getElementTypeOrSelf(x));
  return failed(values) || failed(pool.places) ? FailureOr<Values>(failure())
                                               : Values{*values, *pool.places};
}

static MaybeValue importPlainMaxPool(OnnxNode &node, Value input) {
  if (isUnusual(node, input))
    return unusualMaxPool(node, input);
  if (isVolume(input))
    return importVolumePool(node, input,
                            [&](MaybeValue ndhwc, const VolumeWindow &window, bool roundsUp) {
                              return maxPoolVolume(node, ndhwc, window, roundsUp);
                            });
  return importPool(
      node, [&](MaybeValue nhwc, const PoolWindow &window) { return maxPool(node, nhwc, window); });
}

/// MaxPool, and where something reads them the places of what it takes.
static FailureOr<Values> importMaxPool(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  if (node.isRead(1) && shapeOf(*input).size() > 2)
    return importPlacedMaxPool(node, *input);
  MaybeValue result = importPlainMaxPool(node, *input);
  return failed(result) ? FailureOr<Values>(failure()) : Values{*result};
}

static MaybeValue importAveragePool(OnnxNode &node) {
  bool countsPadding = node.flag("count_include_pad", false);
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  if (isUnusual(node, *input))
    return unusualSum(node, input, /*isMean=*/true, countsPadding);
  if (isVolume(*input))
    return importVolumePool(
        node, *input, [&](MaybeValue ndhwc, const VolumeWindow &window, bool roundsUp) {
          return averagePoolVolume(node, ndhwc, window, countsPadding, roundsUp);
        });
  return importPool(node, [&](MaybeValue nhwc, const PoolWindow &window) {
    return averagePool(node, nhwc, window, countsPadding);
  });
}

namespace {
/// The p-norm: a root of a sum of powers.
struct Norm {
  OnnxNode &node;
  double p;

  MaybeValue powers(MaybeValue x) const { return powScalar(node, node.create<graph::AbsOp>(x), p); }
  MaybeValue root(MaybeValue x) const { return powScalar(node, x, 1 / p); }
};
} // namespace

static FailureOr<Norm> readNorm(OnnxNode &node) {
  int64_t p = node.integer("p", 2);
  if (node.failed())
    return failure();
  if (p < 1)
    return node.invalid("'p' is " + Twine(p));
  return Norm{node, static_cast<double>(p)};
}

/// LpPool: the norm of each window; as a mean times the window's size where the graph has that.
static MaybeValue importLpPool(OnnxNode &node) {
  FailureOr<Norm> norm = readNorm(node);
  MaybeValue input = node.input(0);
  if (failed(norm) || failed(input))
    return failure();
  if (isUnusual(node, *input) || isVolume(*input))
    return norm->root(
        unusualSum(node, norm->powers(input), /*isMean=*/false, /*countsPadding=*/false));
  return importPool(node, [&](MaybeValue nhwc, PoolWindow window) -> MaybeValue {
    for (int i = 0; i < 2; ++i) // zeros add nothing, wherever they are
      window.high[i] += std::exchange(window.past[i], 0);
    MaybeValue mean = averagePool(node, norm->powers(nhwc), window, /*countsPadding=*/true);
    return norm->root(node.multiply(mean, static_cast<double>(window.size[0] * window.size[1])));
  });
}

/// Over all dimensions behind the channels.
template <typename OpT> static MaybeValue reduceAll(OnnxNode &node, MaybeValue input) {
  if (failed(input))
    return failure();
  if (shapeOf(*input).size() < 3)
    return node.invalid("an input of shape " + shapeText(shapeOf(*input)));
  auto axes = llvm::to_vector(llvm::seq<int64_t>(2, shapeOf(*input).size()));
  return node.create<OpT>(input, axes, /*keepDims=*/true);
}
template <typename OpT> static MaybeValue importGlobal(OnnxNode &node) {
  return reduceAll<OpT>(node, node.input(0));
}
static MaybeValue importGlobalLpPool(OnnxNode &node) {
  FailureOr<Norm> norm = readNorm(node);
  if (failed(norm))
    return failure();
  return norm->root(reduceAll<graph::SumOp>(node, norm->powers(node.input(0))));
}

void registerPooling(OpTable &table) {
  table.addList("MaxPool", importMaxPool, Takes::kNumbers);
  table.add("AveragePool", importAveragePool, Takes::kReals);
  table.add("LpPool", importLpPool, Takes::kReals);
  table.add("GlobalAveragePool", importGlobal<graph::MeanOp>, Takes::kReals);
  table.add("GlobalLpPool", importGlobalLpPool, Takes::kReals);
  table.add("GlobalMaxPool", importGlobal<graph::ReduceMaxOp>, Takes::kNumbers);
}

} // namespace tandem::onnx
