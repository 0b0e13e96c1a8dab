#include "compiler/importers/common/volumes.h"

#include "compiler/importers/common/pool_window.h"
#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

namespace {
/// Where the dimensions of a node's volumes lie: [batch, spatial..., channels], or with the
/// channels behind the batch.
struct Format {
  size_t rank = 5; ///< 4 are images, whose depth is 1
  bool isChannelsFirst = false;

  size_t spatial() const { return isChannelsFirst ? 2 : 1; }
  size_t channels() const { return isChannelsFirst ? 1 : rank - 1; }
  /// Depth, rows and columns out of numbers with one for each dimension.
  Triple of(ArrayRef<int64_t> list) const {
    ArrayRef<int64_t> some = list.slice(spatial(), rank - 2);
    return rank == 4 ? Triple{1, some[0], some[1]} : Triple{some[0], some[1], some[2]};
  }
  MaybeValue toNdhwc(TfNode &node, MaybeValue value) const {
    if (rank == 5)
      return isChannelsFirst ? tandem::toNdhwc(node, value) : value;
    value = isChannelsFirst ? node.NodeBuilder::toNhwc(value) : value;
    if (failed(value))
      return failure();
    ArrayRef<int64_t> shape = shapeOf(*value);
    return node.reshape(value, {shape[0], 1, shape[1], shape[2], shape[3]});
  }
  MaybeValue fromNdhwc(TfNode &node, MaybeValue value) const {
    if (rank == 5)
      return isChannelsFirst ? toNcdhw(node, value) : value;
    value = asImages(node, value);
    return isChannelsFirst ? node.NodeBuilder::toNchw(value) : value;
  }
};

constexpr size_t kVolume = 5;

FailureOr<Format> readFormat(TfNode &node, size_t rank, StringRef last = "NDHWC",
                             StringRef first = "NCDHW") {
  StringRef format = node.string("data_format", last);
  if (node.failed())
    return failure();
  if (format != last && format != first)
    return node.unsupported("'data_format' '" + format + "', only " + last + " and " + first +
                            " are");
  return Format{rank, format == first};
}

/// Input `index`, which must have the rank of the format.
MaybeValue readVolume(TfNode &node, const Format &format, size_t index) {
  MaybeValue value = node.input(index);
  if (failed(value))
    return failure();
  if (shapeOf(*value).size() != format.rank)
    return node.invalid("its input has shape " + shapeText(shapeOf(*value)) + ", expected rank " +
                        Twine(format.rank));
  return format.toNdhwc(node, value);
}

/// The numbers of an attribute with one for each dimension; those of batch and channels must be 1.
Triple readTriple(TfNode &node, StringRef name, const Format &format) {
  constexpr int64_t kMost = 1 << 24; // keeps products of what a hostile file says in range
  SmallVector<int64_t> list = node.attributeList(name);
  if (list.empty())
    list.assign(format.rank, 1);
  bool isSane = list.size() == format.rank &&
                llvm::all_of(list, [](int64_t each) { return each >= 1 && each <= kMost; });
  if (!isSane && !node.failed())
    (void)node.invalid("'" + name + "' is " + shapeText(list) + ", expected " + Twine(format.rank) +
                       " positive numbers");
  if (node.failed())
    return {1, 1, 1};
  if (list[0] != 1 || list[format.channels()] != 1)
    (void)node.unsupported("'" + name + "' over batch or channels");
  return format.of(list);
}

/// The pads that 'padding' (and 'explicit_paddings') mean for a volume of that size.
LogicalResult readPadding(TfNode &node, VolumeWindow &window, const Triple &size,
                          const Format &format) {
  StringRef padding = node.string("padding", "VALID");
  if (node.failed())
    return failure();
  if (padding == "EXPLICIT") {
    SmallVector<int64_t> pads = node.attributeList("explicit_paddings"), low, high;
    bool isSane = pads.size() == 2 * format.rank &&
                  llvm::all_of(pads, [](int64_t pad) { return pad >= 0 && pad <= INT32_MAX; });
    if (!isSane)
      return node.invalid("'explicit_paddings' is " + shapeText(pads) + ", expected " +
                          Twine(2 * format.rank) + " numbers, none negative");
    for (size_t d = 0; d < format.rank; ++d) {
      low.push_back(pads[2 * d]);
      high.push_back(pads[2 * d + 1]);
    }
    window.low = format.of(low);
    window.high = format.of(high);
    if (format.rank == 4)
      window.low[0] = window.high[0] = 0;
    return success();
  }
  if (padding != "SAME" && padding != "VALID")
    return node.unsupported("'padding' '" + padding + "'");
  for (int i = 0; padding == "SAME" && i < 3; ++i) {
    auto pads = samePadding(size[i], window.size[i], window.stride[i], window.dilation[i]);
    if (!pads)
      return node.invalid("the dilated window is too large");
    std::tie(window.low[i], window.high[i]) = *pads;
  }
  return success();
}

/// The shape of the filter, [spatial..., input / groups, output].
FailureOr<SmallVector<int64_t>> filterShape(TfNode &node, const Format &format) {
  FailureOr<SmallVector<int64_t>> shape = node.inputShape(1);
  if (failed(shape))
    return failure();
  constexpr int64_t kMost = 1 << 24;
  if (shape->size() != format.rank ||
      llvm::any_of(*shape, [](int64_t n) { return n < 1 || n > kMost; }))
    return node.invalid("its filter has shape " + shapeText(*shape));
  return shape;
}

Triple windowSize(ArrayRef<int64_t> filter) {
  return filter.size() == 4 ? Triple{1, filter[0], filter[1]}
                            : Triple{filter[0], filter[1], filter[2]};
}

MaybeValue convolve(TfNode &node, const Format &format) {
  MaybeValue input = readVolume(node, format, 0);
  FailureOr<SmallVector<int64_t>> filter = filterShape(node, format);
  VolumeWindow window{.stride = readTriple(node, "strides", format),
                      .dilation = readTriple(node, "dilations", format)};
  if (node.failed() || failed(input) || failed(filter))
    return failure();
  window.size = windowSize(*filter);
  if (failed(readPadding(node, window, spatialSizes(*input), format)))
    return failure();
  int64_t channels = shapeOf(*input).back(), perGroup = filter->end()[-2];
  int64_t groups = channels % perGroup == 0 ? channels / perGroup : 1;
  MaybeValue weight;
  if (format.rank == kVolume) {
    weight = node.transposed(1, {4, 1, 2, 0, 3});
  } else {
    weight = node.reshape(node.transposed(1, {3, 0, 1, 2}),
                          {filter->back(), (*filter)[0], (*filter)[1], 1, perGroup});
  }
  return format.fromNdhwc(node, convolveVolume(node, input, weight, Value(), window, groups));
}
} // namespace

static MaybeValue importConv3d(TfNode &node) {
  FailureOr<Format> format = readFormat(node, kVolume);
  return failed(format) ? MaybeValue(failure()) : convolve(node, *format);
}

/// Conv: of images and of volumes.
static MaybeValue importConv(TfNode &node) {
  FailureOr<SmallVector<int64_t>> shape = node.inputShape(0);
  if (failed(shape))
    return failure();
  if (shape->size() != 4 && shape->size() != kVolume)
    return node.unsupported("an input of shape " + shapeText(*shape) +
                            ", only images (rank 4) and volumes (rank 5) are");
  if (node.attribute("batch_dims", 1) != 1)
    return node.unsupported("'batch_dims'");
  FailureOr<Format> format = readFormat(node, shape->size(), "CHANNELS_LAST", "CHANNELS_FIRST");
  return failed(format) ? MaybeValue(failure()) : convolve(node, *format);
}

/// Conv3DBackpropInputV2 as a layer: the result's shape, the filter (depth, height, width, output,
/// input), the volume. The padding is that of the convolution from the result back to the volume.
static MaybeValue importTransposed(TfNode &node) {
  FailureOr<SmallVector<int64_t>> size = node.integers(0, "the size of the result");
  FailureOr<Format> format = readFormat(node, kVolume);
  if (failed(size) || failed(format))
    return failure();
  FailureOr<SmallVector<int64_t>> filter = filterShape(node, *format);
  MaybeValue input = readVolume(node, *format, 2);
  VolumeWindow window{.stride = readTriple(node, "strides", *format),
                      .dilation = readTriple(node, "dilations", *format)};
  if (node.failed() || failed(filter) || failed(input))
    return failure();
  if (size->size() != kVolume || !hasSaneSize(*size))
    return node.invalid("the size of the result is " + shapeText(*size));
  window.size = windowSize(*filter);
  Triple result = format->of(*size);
  if (failed(readPadding(node, window, result, *format)))
    return failure();
  return format->fromNdhwc(node, convolveVolumeTransposed(node, input,
                                                          node.transposed(1, {3, 1, 2, 0, 4}),
                                                          Value(), window, result));
}

/// MaxPool3D and AvgPool3D; the latter divides by the number of elements inside the volume.
template <bool isMax> static MaybeValue importPool(TfNode &node) {
  FailureOr<Format> format = readFormat(node, kVolume);
  if (failed(format))
    return failure();
  MaybeValue input = readVolume(node, *format, 0);
  VolumeWindow window{.size = readTriple(node, "ksize", *format),
                      .stride = readTriple(node, "strides", *format)};
  if (node.failed() || failed(input) ||
      failed(readPadding(node, window, spatialSizes(*input), *format)))
    return failure();
  return format->fromNdhwc(node, isMax ? maxPoolVolume(node, input, window)
                                       : averagePoolVolume(node, input, window,
                                                           /*countsPadding=*/false));
}

void registerVolumes(OpTable &table) {
  table.add("Conv", importConv);
  table.add("Conv3D", importConv3d);
  table.add("Conv3DBackpropInputV2", importTransposed);
  table.add("MaxPool3D", importPool</*isMax=*/true>);
  table.add("AvgPool3D", importPool</*isMax=*/false>);
}

} // namespace tandem::tensorflow
