#include "compiler/importers/common/pieces.h"
#include "compiler/importers/onnx/convolution.h"

using namespace mlir;

namespace tandem::onnx {

/// A volume [batch, channel, depth, height, width] by one convolution of images for each depth of
/// the filter, whose results are added up.
static MaybeValue convolveVolume(OnnxNode &node, Value input) {
  MaybeValue weight = node.input(1), bias = node.optionalInput(2);
  int64_t groups = node.integer("group", 1);
  SmallVector<int64_t> padded, shape(shapeOf(input));
  if (failed(weight) || failed(bias) || node.failed())
    return failure();
  SmallVector<int64_t> filter(shapeOf(*weight));
  if (filter.size() != 5)
    return node.invalid("a filter of shape " + shapeText(filter));
  FailureOr<DilatedWindow> read = readDilatedWindow(node, shape, filter, padded);
  if (failed(read))
    return failure();
  if (ArrayRef(filter).drop_front(2) != ArrayRef(read->size))
    return node.invalid("'kernel_shape' is " + shapeText(read->size) + ", the filter has " +
                        shapeText(filter));
  SmallVector<int64_t> low = {0, 0, read->low[0], 0, 0}, high = {0, 0, read->high[0], 0, 0};
  MaybeValue volume = node.create<graph::PadOp>(input, low, high, llvm::APFloat(0.0f));
  if (failed(volume))
    return failure();
  int64_t room = shapeOf(*volume)[2] - (filter[2] - 1) * read->dilation[0] - 1;
  constexpr int64_t kMostDepths = 64; // convolutions
  if (room < 0 || filter[2] > kMostDepths)
    return node.unsupported("a filter of shape " + shapeText(filter) + " for an input of shape " +
                            shapeText(shape));
  int64_t depths = room / read->stride[0] + 1;
  Window window;
  for (int i = 0; i < 2; ++i) {
    window.size[i] = read->size[1 + i];
    window.stride[i] = read->stride[1 + i];
    window.dilation[i] = read->dilation[1 + i];
    window.low[i] = read->low[1 + i];
    window.high[i] = read->high[1 + i];
  }
  MaybeValue sum = Value();
  for (int64_t depth = 0; depth < filter[2]; ++depth) {
    MaybeValue slices = node.transpose(
        sliceAlong(node, volume, 2, depth * read->dilation[0], depths, read->stride[0]),
        {0, 2, 1, 3, 4});
    MaybeValue images = node.reshape(slices, {shape[0] * depths, shape[1], shape[3], shape[4]});
    MaybeValue plane = node.reshape(sliceAlong(node, weight, 2, depth, 1),
                                    {filter[0], filter[1], filter[3], filter[4]});
    if (failed(images) || failed(plane))
      return failure();
    FailureOr<Filter> ordered = orderFilter(node, *images, *plane, window, groups);
    if (failed(ordered))
      return failure();
    MaybeValue offset = depth == 0 ? bias : MaybeValue(Value());
    MaybeValue part = convolve(node, *images, *ordered, offset, getElementTypeOrSelf(input));
    sum = depth == 0 ? part : node.add(sum, part);
  }
  if (failed(sum))
    return failure();
  ArrayRef<int64_t> result = shapeOf(*sum);
  return node.transpose(node.reshape(sum, {shape[0], depths, result[1], result[2], result[3]}),
                        {0, 2, 1, 3, 4});
}

/// Conv: https://onnx.ai/onnx/operators/onnx__Conv.html; the filter is [output, input / group,
/// ...].
static MaybeValue importConv(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  if (shapeOf(*input).size() == 5)
    return convolveVolume(node, *input);
  FailureOr<Filter> filter = readFilter(node, *input, 1);
  MaybeValue image = node.image(0), bias = node.optionalInput(2);
  if (failed(filter) || failed(image) || failed(bias))
    return failure();
  Type type = getElementTypeOrSelf(*input);
  MaybeValue result = convolve(node, *image, *filter, bias, type);
  return toRank(node, result, shapeOf(*input).size());
}

void registerConv(OpTable &table) {
  table.add("Conv", importConv, Takes::kReals);
}

} // namespace tandem::onnx
