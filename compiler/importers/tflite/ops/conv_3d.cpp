// Convolutions over volumes [batch, depth, rows, columns, channels], as sums of those over the
// images at each place of the filter's depth.
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/padding.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/pool_window.h"
#include "compiler/importers/tflite/window.h"

using namespace mlir;

namespace tandem::tflite {

namespace {
constexpr int64_t kDeepest = 64; ///< of filters: a convolution for each place

/// Depth, rows, columns.
using Triple = std::array<int64_t, 3>;
struct Volume {
  Triple stride, dilation, low = {0, 0, 0}, high = {0, 0, 0};
};

FailureOr<Volume> volumeOf(Node &node, const schema::Conv3DOptions &options, const Triple &size,
                           const Triple &kernel) {
  Volume volume = {
      {options.stride_d(), options.stride_h(), options.stride_w()},
      {options.dilation_d_factor(), options.dilation_h_factor(), options.dilation_w_factor()}};
  constexpr int64_t kMost = INT32_MAX;
  for (int i = 0; i < 3; ++i) {
    if (volume.stride[i] < 1 || volume.dilation[i] < 1 || kernel[i] < 1 || kernel[i] > kMost ||
        size[i] < 1 || size[i] > kMost)
      return node.invalid() << "sizes, strides and dilations must be positive";
    if (options.padding() == schema::Padding::VALID)
      continue;
    auto pads = samePadding(size[i], kernel[i], volume.stride[i], volume.dilation[i]);
    if (!pads)
      return node.invalid() << "the dilated filter is too large";
    std::tie(volume.low[i], volume.high[i]) = *pads;
  }
  return volume;
}

Triple spatialOf(ArrayRef<int64_t> shape, size_t first) {
  return {shape[first], shape[first + 1], shape[first + 2]};
}

LogicalResult checkRanks(Node &node, Value input, Value filter) {
  if (shapeOf(input).size() != 5 || shapeOf(filter).size() != 5)
    return node.invalid() << "an input of shape " << shapeText(shapeOf(input))
                          << " and a filter of shape " << shapeText(shapeOf(filter))
                          << ", expected rank 5";
  if (!getElementTypeOrSelf(input).isF32() || !getElementTypeOrSelf(filter).isF32())
    return node.unsupported() << "elements that are not float32";
  return success();
}

/// The filter at one place of its depth, [rows, columns, ...], as OHWI.
MaybeValue filterAt(NodeBuilder &build, Value filter, int64_t place, ArrayRef<int64_t> order) {
  MaybeValue slice = sliceAlong(build, filter, 0, place, 1);
  return build.transpose(build.reshape(slice, shapeOf(filter).drop_front()), order);
}

MaybeValue sumWith(NodeBuilder &build, MaybeValue sum, MaybeValue next) {
  return succeeded(sum) && !*sum ? next : build.add(sum, next);
}

/// With the bias, and what is applied to the result.
LogicalResult finish(Node &node, MaybeValue sum, FailureOr<Value> bias,
                     FailureOr<graph::Activation> activation) {
  if (failed(sum) || failed(bias) || failed(activation))
    return failure();
  Value offset = *bias;
  if (!offset) {
    MaybeValue none = node.build().scalarLike(*sum, 0);
    if (failed(none))
      return failure();
    offset = *none;
  }
  return node.emit<graph::AddOp>(*sum, offset, *activation);
}

/// CONV_3D: the filter is [depth, rows, columns, in, out].
LogicalResult importConv3d(Node &node) {
  auto options = node.options<schema::Conv3DOptions>();
  FailureOr<Value> input = node.input(0), filter = node.input(1), bias = node.optionalInput(2);
  if (failed(options) || failed(input) || failed(filter) || failed(bias) ||
      failed(checkRanks(node, *input, *filter)))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*input)), kernel(shapeOf(*filter));
  if (kernel[3] != shape[4])
    return node.unsupported() << "groups of channels";
  if (kernel[0] > kDeepest)
    return node.unsupported() << "a filter of depth " << kernel[0];
  auto volume = volumeOf(node, **options, spatialOf(shape, 1), spatialOf(kernel, 0));
  if (failed(volume))
    return failure();
  NodeBuilder &build = node.build();
  MaybeValue padded = build.create<graph::PadOp>(
      input, ArrayRef<int64_t>({0, volume->low[0], 0, 0, 0}),
      ArrayRef<int64_t>({0, volume->high[0], 0, 0, 0}), llvm::APFloat(0.0f));
  int64_t reach = volume->dilation[0] * (kernel[0] - 1) + 1;
  int64_t room = shape[1] + volume->low[0] + volume->high[0] - reach;
  if (room < 0)
    return node.invalid() << "a filter of depth " << reach << " for a volume of " << shape[1];
  int64_t depth = room / volume->stride[0] + 1;
  MaybeValue sum = Value();
  for (int64_t place = 0; place < kernel[0]; ++place) {
    MaybeValue images = build.reshape(
        sliceAlong(build, padded, 1, place * volume->dilation[0], depth, volume->stride[0]),
        {shape[0] * depth, shape[2], shape[3], shape[4]});
    sum = sumWith(build, sum,
                  build.create<graph::Conv2dOp>(
                      images, filterAt(build, *filter, place, {3, 0, 1, 2}), Value(),
                      ArrayRef(volume->stride).drop_front(),
                      ArrayRef(volume->dilation).drop_front(), ArrayRef(volume->low).drop_front(),
                      ArrayRef(volume->high).drop_front(), int64_t(1), graph::Activation::None));
  }
  if (failed(sum))
    return failure();
  ArrayRef<int64_t> image = shapeOf(*sum);
  return finish(node, build.reshape(sum, {shape[0], depth, image[1], image[2], image[3]}), bias,
                node.activation((*options)->fused_activation_function()));
}

/// CONV_3D_TRANSPOSE: inputs are the result's shape, the filter [depth, rows, columns, out, in],
/// the volume, and maybe a bias. The images of each place of the filter's depth lie apart, and
/// shifted.
LogicalResult importConv3dTranspose(Node &node) {
  auto options = node.options<schema::Conv3DOptions>();
  auto size = node.constantInts(0, "the output shape");
  FailureOr<Value> filter = node.input(1), input = node.input(2), bias = node.optionalInput(3);
  if (failed(options) || failed(size) || failed(input) || failed(filter) || failed(bias) ||
      failed(checkRanks(node, *input, *filter)))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*input)), kernel(shapeOf(*filter));
  if (kernel[4] != shape[4] || kernel[0] > kDeepest)
    return node.unsupported() << "a filter of shape " << shapeText(kernel);
  if (size->size() != 5 || !hasSaneSize(*size) || size->back() != kernel[3])
    return node.invalid() << "the output shape is " << shapeText(*size) << " for a filter of shape "
                          << shapeText(kernel);
  auto volume = volumeOf(node, **options, spatialOf(*size, 1), spatialOf(kernel, 0));
  if (failed(volume))
    return failure();
  for (int i = 0; i < 3; ++i) { // what the given result leaves of (volume - 1) * stride + kernel
    if (volume->dilation[i] != 1 || shape[1 + i] > INT32_MAX)
      return node.unsupported() << "a dilation, or a volume of " << shape[1 + i];
    volume->high[i] =
        (shape[1 + i] - 1) * volume->stride[i] + kernel[i] - volume->low[i] - (*size)[1 + i];
    if (volume->high[i] < 0)
      return node.unsupported() << "an output beyond what the filter reaches";
  }
  NodeBuilder &build = node.build();
  MaybeValue images = build.reshape(input, {shape[0] * shape[1], shape[2], shape[3], shape[4]});
  int64_t image = (*size)[2] * (*size)[3] * kernel[3];
  MaybeValue sum = Value();
  for (int64_t place = 0; place < kernel[0]; ++place) {
    MaybeValue grown = build.create<graph::TransposeConv2dOp>(
        images, filterAt(build, *filter, place, {2, 0, 1, 3}), Value(),
        ArrayRef(volume->stride).drop_front(), ArrayRef(volume->low).drop_front(),
        ArrayRef(volume->high).drop_front(), graph::Activation::None);
    MaybeValue apart = spreadAlong(build, build.reshape(grown, {shape[0], shape[1], image}), 1,
                                   volume->stride[0] - 1, 0);
    sum = sumWith(build, sum,
                  padOrCrop(build, apart, {0, place, 0}, {0, kernel[0] - 1 - place, 0}, 0));
  }
  MaybeValue kept = sliceAlong(build, sum, 1, volume->low[0], (*size)[1]);
  return finish(node,
                build.reshape(kept, {shape[0], (*size)[1], (*size)[2], (*size)[3], kernel[3]}),
                bias, node.activation((*options)->fused_activation_function()));
}
} // namespace

void registerConv3d(OpTable &table) {
  table.add(schema::BuiltinOperator::CONV_3D, importConv3d);
  table.add(schema::BuiltinOperator::CONV_3D_TRANSPOSE, importConv3dTranspose);
}

} // namespace tandem::tflite
