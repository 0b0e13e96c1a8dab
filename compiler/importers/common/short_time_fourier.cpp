#include "compiler/importers/common/short_time_fourier.h"

#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/graph.h"

#include <numeric>

using namespace mlir;

namespace tandem {

/// Blocks of `step` that one piece lies in.
static int64_t blocksOf(int64_t size, int64_t step) {
  return llvm::divideCeil(size, step);
}
/// Above this a list of places is shorter than the pieces.
static constexpr int64_t kMostBlocks = 32;

static SmallVector<int64_t> withLast(Value value, ArrayRef<int64_t> last) {
  SmallVector<int64_t> shape(shapeOf(value).drop_back());
  llvm::append_range(shape, last);
  return shape;
}

static FailureOr<int64_t> countFrames(NodeBuilder &build, MaybeValue signal, int64_t size,
                                      int64_t step) {
  if (failed(signal))
    return failure();
  if (shapeOf(*signal).empty() || size < 1 || step < 1 || shapeOf(*signal).back() < size)
    return build.error() << "pieces of " << size << ", one every " << step
                         << ", of a signal of shape " << shapeText(shapeOf(*signal));
  return (shapeOf(*signal).back() - size) / step + 1;
}

/// The signal in blocks of `step`, [..., blocks, step]: block j of all pieces is one slice of that.
static MaybeValue framedByBlocks(NodeBuilder &build, MaybeValue signal, int64_t frames,
                                 int64_t size, int64_t step) {
  auto last = static_cast<int64_t>(shapeOf(*signal).size()) - 1;
  int64_t count = blocksOf(size, step), rows = frames + count - 1;
  MaybeValue blocks =
      build.reshape(resized(build, signal, last, rows * step), withLast(*signal, {rows, step}));
  SmallVector<Value> parts;
  for (int64_t block = 0; block < count; ++block) {
    MaybeValue part = sliceAlong(build, blocks, last, block, frames);
    part = resized(build, part, last + 1, std::min(step, size - block * step));
    if (failed(part))
      return failure();
    parts.push_back(*part);
  }
  return concatAlong(build, parts, last + 1);
}

MaybeValue framed(NodeBuilder &build, MaybeValue signal, int64_t size, int64_t step) {
  FailureOr<int64_t> frames = countFrames(build, signal, size, step);
  if (failed(frames))
    return failure();
  if (blocksOf(size, step) <= kMostBlocks)
    return framedByBlocks(build, signal, *frames, size, step);
  if (*frames > NodeBuilder::kMaxFill / size)
    return build.error() << *frames << " pieces of " << size << " are too many";
  SmallVector<int64_t> places;
  for (int64_t frame = 0; frame < *frames; ++frame)
    for (int64_t i = 0; i < size; ++i)
      places.push_back(frame * step + i);
  MaybeValue indices = build.integerConstant(build.builder().getI32Type(), {*frames, size}, places);
  return takeAlong(build, signal, indices, static_cast<int64_t>(shapeOf(*signal).size()) - 1);
}

MaybeValue overlapAdded(NodeBuilder &build, MaybeValue frames, int64_t step) {
  if (failed(frames))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*frames);
  int64_t rank = static_cast<int64_t>(shape.size()), size = shape.back(), count = shape[rank - 2];
  if (step < 1 || size < 1 || count < 1 || blocksOf(size, step) > 4 * kMostBlocks)
    return build.error() << "pieces of shape " << shapeText(shape) << " to add up every " << step;
  int64_t blocks = blocksOf(size, step);
  SmallVector<int64_t> whole(shape.drop_back(2));
  MaybeValue sum = Value();
  for (int64_t block = 0; block < blocks; ++block) {
    int64_t begin = block * step;
    MaybeValue part = sliceAlong(build, frames, rank - 1, begin, std::min(step, size - begin));
    SmallVector<int64_t> low(rank, 0), high(low);
    low[rank - 2] = block;
    high[rank - 2] = blocks - 1 - block;
    high[rank - 1] = std::max<int64_t>(begin + step - size, 0);
    part = build.create<graph::PadOp>(part, low, high, llvm::APFloat(0.0f));
    sum = block == 0 ? part : build.add(sum, part);
  }
  whole.push_back((count + blocks - 1) * step);
  return resized(build, build.reshape(sum, whole), rank - 2, (count - 1) * step + size);
}

/// A convolution whose filters are the rows. The signal's channels are as many neighbours as divide
/// both the piece and the step, so that rows of the filter are long; where these would be too short
/// the pieces are put together first.
MaybeValue slidingProduct(NodeBuilder &build, MaybeValue signal, MaybeValue matrix, int64_t step) {
  if (failed(signal) || failed(matrix))
    return failure();
  int64_t rows = shapeOf(*matrix)[0], size = shapeOf(*matrix)[1];
  FailureOr<int64_t> frames = countFrames(build, signal, size, step);
  if (failed(frames))
    return failure();
  constexpr int64_t kMostTaps = 32; // of a filter, side by side
  int64_t channels = std::gcd(size, step), samples = (*frames - 1) * step + size;
  if (size / channels > kMostTaps)
    return multiplyRows(build, framed(build, signal, size, step), matrix, Value());
  auto last = static_cast<int64_t>(shapeOf(*signal).size()) - 1;
  int64_t batch = *elementCount(shapeOf(*signal).drop_back());
  MaybeValue image = build.reshape(resized(build, signal, last, samples),
                                   {batch, 1, samples / channels, channels});
  MaybeValue filter = build.reshape(matrix, {rows, 1, size / channels, channels});
  SmallVector<int64_t> stride = {1, step / channels}, dilation = {1, 1}, pads = {0, 0};
  MaybeValue result =
      build.create<graph::Conv2dOp>(image, filter, Value(), stride, dilation, pads, pads,
                                    /*groups=*/int64_t(1), graph::Activation::None);
  return build.reshape(result, withLast(*signal, {*frames, rows}));
}

Complex shortTimeFourier(NodeBuilder &build, const Complex &signal, int64_t step, Transform t,
                         Value window) {
  if (failed(signal.real) || failed(signal.imaginary))
    return {};
  if (window && shapeOf(window) != ArrayRef<int64_t>{t.size}) {
    build.error() << "a window of shape " << shapeText(shapeOf(window)) << " for pieces of "
                  << t.size;
    return {};
  }
  std::optional<graph::ConstantBytes> known = window ? graph::constantOf(window) : std::nullopt;
  if (known && getElementTypeOrSelf(window).isF32()) {
    t.window.assign(known->as<float>().begin(), known->as<float>().end());
    window = nullptr;
  }
  if (!*signal.imaginary && !window && isOneMatrix(t))
    return {slidingProduct(build, signal.real, matrixOf(build, t, false), step),
            slidingProduct(build, signal.real, matrixOf(build, t, true), step)};
  Complex pieces = ofEachPart(signal, [&](MaybeValue part) {
    MaybeValue result = framed(build, part, t.size, step);
    return window ? build.multiply(result, MaybeValue(window)) : result;
  });
  return fourier(build, pieces, t);
}

MaybeValue inverseShortTimeFourier(NodeBuilder &build, const Complex &pieces, int64_t size,
                                   int64_t step, double scale, Value window) {
  if (failed(pieces.real) || failed(pieces.imaginary))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*pieces.real);
  auto last = static_cast<int64_t>(shape.size()) - 1;
  MaybeValue factors = window;
  MaybeValue signal = overlapAdded(
      build, build.multiply(inverseRealFourier(build, pieces, last, size, scale), factors), step);
  MaybeValue squares =
      expandTo(build, build.reshape(square(build, factors), {1, size}), {shape[last - 1], size});
  return build.divide(signal, overlapAdded(build, squares, step));
}

} // namespace tandem
