#include "compiler/importers/common/padding.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/volumes.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;

namespace tandem {

namespace {
using graph::Activation;
using Pair = std::array<int64_t, 2>;
constexpr int kDepth = 1; ///< of [batch, depth, rows, columns, channels]

Pair rowsAndColumns(const Triple &triple) {
  return {triple[1], triple[2]};
}

/// Zeros in front of the depths and behind them.
MaybeValue padDepths(NodeBuilder &build, MaybeValue ndhwc, int64_t low, int64_t high) {
  if (low == 0 && high == 0)
    return ndhwc;
  return build.create<graph::PadOp>(ndhwc, ArrayRef<int64_t>{0, low, 0, 0, 0},
                                    ArrayRef<int64_t>{0, high, 0, 0, 0}, llvm::APFloat(0.0f));
}

/// Slices of equal shape with their channels side by side.
MaybeValue stackChannels(NodeBuilder &build, ArrayRef<Value> slices) {
  return concatAlong(build, slices, static_cast<int64_t>(shapeOf(slices.front()).size()) - 1);
}

/// Slices of a volume, and those of all groups of a transposed convolution: ops for each.
constexpr int64_t kMostSlices = 128, kMostParts = 1 << 13;

LogicalResult checkFilter(NodeBuilder &build, Value ndhwc, Value filter,
                          const VolumeWindow &window) {
  if (failed(checkVolume(build, ndhwc, window)))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(filter);
  if (shape.size() != 5 ||
      Triple{shape[3], shape[1], shape[2]} != window.size) // the caller's own mistake
    return build.error() << "a filter of shape " << shapeText(shape);
  return success();
}

/// What slides over an image.
struct Sliding {
  Pair stride, dilation, low, high;
};

/// One convolution of volumes, of which all has been checked.
struct VolumeConvolution {
  NodeBuilder &build;
  Value filter, bias; ///< the filter [output, rows, columns, depth, input]
  const VolumeWindow &window;
  int64_t groups;
  Activation activation;
  bool isDepthwise;

  MaybeValue ofImages(MaybeValue nhwc, MaybeValue ohwi, Value offset, const Sliding &how,
                      Activation then) const {
    ArrayRef<int64_t> stride(how.stride), dilation(how.dilation), low(how.low), high(how.high);
    if (isDepthwise)
      return build.create<graph::DepthwiseConv2dOp>(nhwc, build.transpose(ohwi, {3, 1, 2, 0}),
                                                    offset, stride, dilation, low, high, then);
    return build.create<graph::Conv2dOp>(nhwc, ohwi, offset, stride, dilation, low, high, groups,
                                         then);
  }

  /// Of a filter without rows and columns: the depths are the rows of an image, which takes no
  /// copies.
  MaybeValue overDepths(MaybeValue ndhwc) const {
    for (int i : {1, 2})
      if (window.stride[i] > 1 && succeeded(ndhwc))
        ndhwc = sliceAlong(build, ndhwc, 1 + i, 0,
                           llvm::divideCeil(shapeOf(*ndhwc)[1 + i], window.stride[i]),
                           window.stride[i]);
    if (failed(ndhwc))
      return failure();
    ArrayRef<int64_t> kernel = shapeOf(filter);
    MaybeValue result = ofImages(asDepths(build, ndhwc),
                                 build.reshape(filter, {kernel[0], kernel[3], 1, kernel[4]}), bias,
                                 {.stride = {window.stride[0], 1},
                                  .dilation = {window.dilation[0], 1},
                                  .low = {window.low[0], 0},
                                  .high = {window.high[0], 0}},
                                 activation);
    return fromDepths(build, result, shapeOf(*ndhwc)[2]);
  }

  Sliding overRows() const {
    return {rowsAndColumns(window.stride), rowsAndColumns(window.dilation),
            rowsAndColumns(window.low), rowsAndColumns(window.high)};
  }

  /// The slices that each place of the filter's depth sees.
  FailureOr<SmallVector<Value>> slicesOf(MaybeValue ndhwc) const {
    MaybeValue padded = padDepths(build, ndhwc, window.low[0], window.high[0]);
    if (failed(padded))
      return failure();
    int64_t reach = (window.size[0] - 1) * window.dilation[0] + 1,
            room = shapeOf(*padded)[kDepth] - reach;
    if (room < 0 || window.size[0] > kMostSlices)
      return build.error() << "a window " << reach << " deep for an input that is "
                           << shapeOf(*padded)[kDepth] << " deep with its padding";
    SmallVector<Value> slices;
    for (int64_t place = 0; place < window.size[0]; ++place) {
      MaybeValue slice = sliceAlong(build, padded, kDepth, place * window.dilation[0],
                                    room / window.stride[0] + 1, window.stride[0]);
      if (failed(slice))
        return failure();
      slices.push_back(*slice);
    }
    return slices;
  }

  /// The depths that a place of the result sees are channels of one image, and there is a single
  /// product: of more than a few channels the copies take longer than the sums.
  MaybeValue stacked(ArrayRef<Value> slices) const {
    ArrayRef<int64_t> kernel = shapeOf(filter);
    MaybeValue result =
        ofImages(asImages(build, stackChannels(build, slices)),
                 build.reshape(filter, {kernel[0], kernel[1], kernel[2], kernel[3] * kernel[4]}),
                 bias, overRows(), activation);
    return fromImages(build, result, shapeOf(slices.front())[kDepth]);
  }

  /// One product for each place of the filter's depth, each of the images at all depths at once,
  /// added up. What they see is not copied: a slice of depths lies in one piece.
  MaybeValue summed(ArrayRef<Value> slices) const {
    ArrayRef<int64_t> kernel = shapeOf(filter);
    MaybeValue sum = failure();
    for (auto [place, slice] : llvm::enumerate(slices)) {
      Activation then = place + 1 == slices.size() ? activation : Activation::None;
      MaybeValue plane = build.reshape(sliceAlong(build, filter, 3, static_cast<int64_t>(place), 1),
                                       {kernel[0], kernel[1], kernel[2], kernel[4]});
      MaybeValue part = ofImages(asImages(build, slice), plane, place == 0 ? bias : Value(),
                                 overRows(), slices.size() == 1 ? then : Activation::None);
      sum = place == 0 ? part : build.create<graph::AddOp>(sum, part, then);
    }
    return fromImages(build, sum, shapeOf(slices.front())[kDepth]);
  }
};
} // namespace

MaybeValue convolveVolume(NodeBuilder &build, MaybeValue ndhwc, MaybeValue filter, MaybeValue bias,
                          const VolumeWindow &window, int64_t groups, Activation activation) {
  if (failed(ndhwc) || failed(filter) || failed(bias) ||
      failed(checkFilter(build, *ndhwc, *filter, window)))
    return failure();
  int64_t channels = shapeOf(*ndhwc).back(), perGroup = shapeOf(*filter).back();
  if (groups < 1 || channels % groups != 0 || channels / groups != perGroup ||
      shapeOf(*filter).front() % groups != 0)
    return build.error() << groups << " groups of " << channels
                         << " channels for a filter of shape " << shapeText(shapeOf(*filter));
  bool isDepthwise = groups > 1 && perGroup == 1;
  VolumeConvolution convolution{build, *filter, *bias, window, groups, activation, isDepthwise};
  constexpr Pair kOne = {1, 1}, kNone = {0, 0};
  if (rowsAndColumns(window.size) == kOne && rowsAndColumns(window.low) == kNone &&
      rowsAndColumns(window.high) == kNone)
    return convolution.overDepths(ndhwc);
  auto slices = convolution.slicesOf(ndhwc);
  if (failed(slices))
    return failure();
  constexpr int64_t kFewChannels = 2;
  return groups == 1 && channels <= kFewChannels ? convolution.stacked(*slices)
                                                 : convolution.summed(*slices);
}

namespace {
/// A transposed convolution of one group. Along the depths a place of the result is a sum over the
/// places of the filter's depth that are a multiple of the stride away: for each remainder (a
/// phase) what these see is stacked as channels of images, and the phases' results are interleaved.
struct TransposedVolume {
  NodeBuilder &build;
  const VolumeWindow &window;
  Triple size; ///< of the result
  Activation activation;

  MaybeValue grow(MaybeValue ndhwc, MaybeValue filter, MaybeValue bias) const {
    if (failed(ndhwc) || failed(filter))
      return failure();
    int64_t stride = window.stride[0], depth = shapeOf(*ndhwc)[kDepth];
    // The result is cut out of `count` places of each phase, from `first` on.
    int64_t first = llvm::divideFloorSigned(window.low[0], stride),
            last = llvm::divideFloorSigned(window.low[0] + size[0] - 1, stride),
            furthest = (window.size[0] - 1) * window.dilation[0] / stride;
    int64_t before = std::max<int64_t>(furthest - first, 0), count = last - first + 1;
    MaybeValue padded = padDepths(build, ndhwc, before, std::max<int64_t>(last - depth + 1, 0));
    SmallVector<Value> phases;
    for (int64_t remainder = 0; remainder < stride; ++remainder) {
      SmallVector<Value> slices, planes;
      SmallVector<int64_t> places = placesOf(remainder);
      bool isReached = !places.empty();
      if (!isReached)
        places = {0};
      for (int64_t place : places) {
        MaybeValue slice = sliceAlong(build, padded, kDepth,
                                      first + before - place * window.dilation[0] / stride, count);
        MaybeValue plane = sliceAlong(build, filter, 3, place, 1);
        if (!isReached)
          plane = build.multiply(plane, 0);
        if (failed(slice) || failed(plane))
          return failure();
        slices.push_back(*slice);
        planes.push_back(*plane);
      }
      MaybeValue result = phase(slices, planes, bias);
      if (failed(result))
        return failure();
      phases.push_back(*result);
    }
    return cut(interleaved(phases, count), window.low[0] - first * stride);
  }

private:
  SmallVector<int64_t> placesOf(int64_t remainder) const {
    SmallVector<int64_t> places;
    for (int64_t place = 0; place < window.size[0]; ++place)
      if (place * window.dilation[0] % window.stride[0] == remainder)
        places.push_back(place);
    return places;
  }

  MaybeValue phase(ArrayRef<Value> slices, ArrayRef<Value> planes, MaybeValue bias) const {
    ArrayRef<int64_t> kernel = shapeOf(planes.front());
    MaybeValue ohwi = build.reshape(
        concatWeights(build, planes, 4),
        {kernel[0], kernel[1], kernel[2], kernel[4] * static_cast<int64_t>(planes.size())});
    auto within = [](const Triple &pads) {
      return Pair{std::max<int64_t>(pads[1], 0), std::max<int64_t>(pads[2], 0)};
    };
    return build.create<graph::TransposeConv2dOp>(
        asImages(build, stackChannels(build, slices)), spread(ohwi), bias,
        ArrayRef(window.stride).drop_front(), ArrayRef<int64_t>(within(window.low)),
        ArrayRef<int64_t>(within(window.high)), activation);
  }

  /// A filter with its elements apart by the dilation, and zeros around it where the result goes on
  /// beyond what it reaches.
  MaybeValue spread(MaybeValue ohwi) const {
    for (int i : {1, 2})
      ohwi = spreadAlong(build, ohwi, i, window.dilation[i] - 1, 0);
    auto beyond = [](const Triple &pads, int i) { return std::max<int64_t>(-pads[i], 0); };
    return padOrCrop(build, ohwi, {0, beyond(window.low, 1), beyond(window.low, 2), 0},
                     {0, beyond(window.high, 1), beyond(window.high, 2), 0}, 0);
  }

  MaybeValue interleaved(ArrayRef<Value> phases, int64_t count) const {
    ArrayRef<int64_t> image = shapeOf(phases.front());
    SmallVector<Value> apart;
    for (Value phase : phases) {
      MaybeValue row = build.reshape(phase, {image[0], 1, image[1] * image[2] * image[3]});
      if (failed(row))
        return failure();
      apart.push_back(*row);
    }
    int64_t depth = count * static_cast<int64_t>(phases.size());
    return build.reshape(concatAlong(build, apart, 1),
                         {image[0] / count, depth, image[1], image[2], image[3]});
  }

  MaybeValue cut(MaybeValue ndhwc, int64_t begin) const {
    if (failed(ndhwc) || shapeOf(*ndhwc)[kDepth] == size[0])
      return ndhwc;
    return sliceAlong(build, ndhwc, kDepth, begin, size[0]);
  }
};
} // namespace

MaybeValue convolveVolumeTransposed(NodeBuilder &build, MaybeValue ndhwc, MaybeValue filter,
                                    MaybeValue bias, const VolumeWindow &window, const Triple &size,
                                    int64_t groups, Activation activation) {
  if (failed(ndhwc) || failed(filter) || failed(bias) ||
      failed(checkFilter(build, *ndhwc, *filter, window)) ||
      failed(checkVolume(build, *ndhwc, {.size = size})))
    return failure();
  int64_t channels = shapeOf(*ndhwc).back(), outputs = shapeOf(*filter)[0];
  int64_t deepest = std::max(window.size[0], window.stride[0]);
  if (groups < 1 || channels % groups != 0 || channels != shapeOf(*filter).back())
    return build.error() << groups << " groups of " << channels
                         << " channels for a filter of shape " << shapeText(shapeOf(*filter));
  if (deepest > kMostSlices || groups > kMostParts / deepest)
    return build.error() << groups << " groups with a filter " << window.size[0]
                         << " deep at a stride of " << window.stride[0];
  VolumeWindow cut = window;
  for (int i = 0; i < 3; ++i) // what the given result leaves
    cut.high[i] = (spatialSizes(*ndhwc)[i] - 1) * window.stride[i] +
                  (window.size[i] - 1) * window.dilation[i] + 1 - window.low[i] - size[i];
  TransposedVolume transposed{build, cut, size, activation};
  SmallVector<Value> results;
  int64_t perGroup = channels / groups;
  for (int64_t group = 0; group < groups; ++group) {
    auto part = [&](MaybeValue value, int64_t axis, int64_t each) {
      bool isWhole = groups == 1 || !*value;
      return isWhole ? value : sliceAlong(build, value, axis, group * each, each);
    };
    MaybeValue result = transposed.grow(part(ndhwc, 4, perGroup), part(filter, 4, perGroup),
                                        part(bias, 0, outputs));
    if (failed(result))
      return failure();
    results.push_back(*result);
  }
  return concatAlong(build, results, 4);
}

} // namespace tandem
