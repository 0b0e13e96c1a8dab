#include "compiler/graph/constants.h"
#include "compiler/importers/tflite/window.h"

#include <cstring>

using namespace mlir;

namespace tandem::tflite {

namespace {
struct Form {
  schema::Padding padding;
  std::array<int64_t, 2> stride;
  graph::Activation activation = graph::Activation::None;
};

/// The padding is that of the convolution from the result, of that size, back to the image.
LogicalResult importForm(Node &node, FailureOr<Value> input, FailureOr<Value> filter,
                         FailureOr<Value> bias, ArrayRef<int64_t> size, const Form &form) {
  if (failed(input) || failed(filter) || failed(bias))
    return failure();
  auto image = imageSize(node, *input), kernel = imageSize(node, *filter);
  if (failed(image) || failed(kernel))
    return failure();
  if (size.size() != 4 || !hasSaneSize(size))
    return node.invalid() << "the output shape is " << shapeText(size) << ", expected rank 4";
  Window window = {*kernel, form.stride};
  auto padding = paddingOf(node, form.padding, {size[1], size[2]}, window);
  if (failed(padding))
    return failure();
  for (int i = 0; i < 2; ++i) { // what the given result leaves of (image - 1) * stride + kernel
    int64_t full = ((*image)[i] - 1) * window.stride[i] + window.size[i];
    padding->high[i] = full - padding->low[i] - size[1 + i];
    if (padding->high[i] < 0)
      return node.unsupported() << "an output beyond what the filter reaches";
  }
  return node.emit<graph::TransposeConv2dOp>(
      *input, *filter, *bias, ArrayRef<int64_t>(window.stride), ArrayRef<int64_t>(padding->low),
      ArrayRef<int64_t>(padding->high), form.activation);
}

/// The image as LiteRT's hybrid kernel sees it: each entry of the batch brought to codes of 8 bits
/// by its own range. A hybrid convolution by ones does that and goes back to reals.
MaybeValue throughCodes(NodeBuilder &build, Value image) {
  SmallVector<int8_t> ones(shapeOf(image).back(), 1);
  Type code = graph::quantizedType(build.builder().getContext(), ElementType::kI8, {{1.0f}, {0}},
                                   /*narrow=*/true);
  auto type = RankedTensorType::get({1, 1, 1, static_cast<int64_t>(ones.size())}, code);
  Value filter =
      graph::createConstant(build.builder(), build.location(), type, ArrayRef<int8_t>(ones));
  std::array<int64_t, 2> unit = {1, 1}, none = {0, 0};
  return build.create<graph::DepthwiseConv2dOp>(image, filter, Value(), ArrayRef<int64_t>(unit),
                                                ArrayRef<int64_t>(unit), ArrayRef<int64_t>(none),
                                                ArrayRef<int64_t>(none), graph::Activation::None);
}

/// Reals times a constant filter in codes, which fit together: what does not is refused later.
bool isHybrid(Value image, Value filter) {
  return getElementTypeOrSelf(image).isF32() && graph::isQuantized(filter.getType()) &&
         graph::constantOf(filter) && shapeOf(image).size() == 4 && shapeOf(filter).size() == 4 &&
         shapeOf(image)[3] == shapeOf(filter)[3];
}

/// Of a hybrid product both become reals, which equals LiteRT's sum of products of codes but for
/// the rounding of reals.
LogicalResult makeReal(Node &node, FailureOr<Value> &image, FailureOr<Value> &filter) {
  if (failed(image) || failed(filter) || !isHybrid(*image, *filter))
    return success();
  image = throughCodes(node.build(), *image);
  filter = node.build().createTyped<graph::DequantizeOp>(node.builder().getF32Type(), *filter);
  return success(succeeded(image) && succeeded(filter));
}

/// TRANSPOSE_CONV: inputs are the result's shape, the filter, the image, and maybe a bias.
LogicalResult importTransposeConv(Node &node) {
  auto options = node.options<schema::TransposeConvOptions>();
  auto size = node.constantInts(0, "the output shape");
  if (failed(options) || failed(size))
    return failure();
  auto activation = node.activation((*options)->fused_activation_function());
  if (failed(activation))
    return failure();
  Form form = {
      (*options)->padding(), {(*options)->stride_h(), (*options)->stride_w()}, *activation};
  FailureOr<Value> image = node.input(2), filter = node.input(1);
  if (failed(makeReal(node, image, filter)))
    return failure();
  return importForm(node, image, filter, biasOf(node, {.input = 2, .bias = 3}), *size, form);
}

/// Convolution2DTransposeBias of MediaPipe: image, filter and bias; the file says the result's
/// shape. Its options are the struct {padding: 1 same, 2 valid; stride of columns, of rows} of i32.
LogicalResult importTransposeConvBias(Node &node) {
  std::array<int32_t, 3> options;
  ArrayRef<uint8_t> bytes = node.customOptions();
  if (bytes.size() < sizeof(options))
    return node.invalid() << "its options have " << bytes.size() << " bytes, expected "
                          << sizeof(options);
  std::memcpy(options.data(), bytes.data(), sizeof(options));
  if (options[0] != 1 && options[0] != 2)
    return node.invalid() << "padding " << options[0] << ", expected 1 (same) or 2 (valid)";
  Form form = {options[0] == 1 ? schema::Padding::SAME : schema::Padding::VALID,
               {options[2], options[1]}};
  return importForm(node, node.input(0), node.input(1), biasOf(node), node.outputShape(), form);
}
} // namespace

void registerTransposeConv(OpTable &table) {
  table.add(schema::BuiltinOperator::TRANSPOSE_CONV, importTransposeConv);
  table.addCustom("Convolution2DTransposeBias", importTransposeConvBias);
}

} // namespace tandem::tflite
