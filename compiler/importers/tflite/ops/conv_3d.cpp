#include "compiler/importers/common/pool_window.h"
#include "compiler/importers/common/volumes.h"
#include "compiler/importers/tflite/window.h"

using namespace mlir;

namespace tandem::tflite {

namespace {
/// What slides over a volume of `size`, with TFLite's padding as numbers.
FailureOr<VolumeWindow> windowOf(Node &node, const schema::Conv3DOptions &options,
                                 const Triple &size, const Triple &kernel) {
  VolumeWindow window = {.size = kernel,
                         .stride = {options.stride_d(), options.stride_h(), options.stride_w()},
                         .dilation = {options.dilation_d_factor(), options.dilation_h_factor(),
                                      options.dilation_w_factor()}};
  constexpr int64_t kMost = INT32_MAX;
  for (int i = 0; i < 3; ++i) {
    if (window.stride[i] < 1 || window.dilation[i] < 1 || kernel[i] < 1 || kernel[i] > kMost ||
        size[i] < 1 || size[i] > kMost)
      return node.invalid() << "sizes, strides and dilations must be positive";
    if (options.padding() == schema::Padding::VALID)
      continue;
    auto pads = samePadding(size[i], kernel[i], window.stride[i], window.dilation[i]);
    if (!pads)
      return node.invalid() << "the dilated filter is too large";
    std::tie(window.low[i], window.high[i]) = *pads;
  }
  return window;
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

/// CONV_3D: the filter is [depth, rows, columns, in, out].
LogicalResult importConv3d(Node &node) {
  auto options = node.options<schema::Conv3DOptions>();
  FailureOr<Value> input = node.input(0), filter = node.input(1), bias = node.optionalInput(2);
  if (failed(options) || failed(input) || failed(filter) || failed(bias) ||
      failed(checkRanks(node, *input, *filter)))
    return failure();
  ArrayRef<int64_t> kernel = shapeOf(*filter);
  if (kernel[3] != shapeOf(*input).back())
    return node.unsupported() << "groups of channels";
  auto window = windowOf(node, **options, spatialSizes(*input), {kernel[0], kernel[1], kernel[2]});
  auto activation = node.activation((*options)->fused_activation_function());
  if (failed(window) || failed(activation))
    return failure();
  NodeBuilder &build = node.build();
  return node.setOutput(convolveVolume(build, input, build.transpose(*filter, {4, 1, 2, 0, 3}),
                                       bias, *window, /*groups=*/1, *activation));
}

/// CONV_3D_TRANSPOSE: inputs are the result's shape, the filter [depth, rows, columns, out, in],
/// the volume, and maybe a bias. The padding is that of the convolution from the result back.
LogicalResult importConv3dTranspose(Node &node) {
  auto options = node.options<schema::Conv3DOptions>();
  auto size = node.constantInts(0, "the output shape");
  FailureOr<Value> filter = node.input(1), input = node.input(2), bias = node.optionalInput(3);
  if (failed(options) || failed(size) || failed(input) || failed(filter) || failed(bias) ||
      failed(checkRanks(node, *input, *filter)))
    return failure();
  ArrayRef<int64_t> kernel = shapeOf(*filter);
  if (kernel[4] != shapeOf(*input).back())
    return node.unsupported() << "a filter of shape " << shapeText(kernel);
  if (size->size() != 5 || !hasSaneSize(*size) || size->back() != kernel[3])
    return node.invalid() << "the output shape is " << shapeText(*size) << " for a filter of shape "
                          << shapeText(kernel);
  Triple result = {(*size)[1], (*size)[2], (*size)[3]};
  auto window = windowOf(node, **options, result, {kernel[0], kernel[1], kernel[2]});
  auto activation = node.activation((*options)->fused_activation_function());
  if (failed(window) || failed(activation))
    return failure();
  NodeBuilder &build = node.build();
  return node.setOutput(convolveVolumeTransposed(build, input,
                                                 build.transpose(*filter, {3, 1, 2, 0, 4}), bias,
                                                 *window, result, /*groups=*/1, *activation));
}
} // namespace

void registerConv3d(OpTable &table) {
  table.add(schema::BuiltinOperator::CONV_3D, importConv3d);
  table.add(schema::BuiltinOperator::CONV_3D_TRANSPOSE, importConv3dTranspose);
}

} // namespace tandem::tflite
