#include "compiler/importers/tflite/window.h"

#include "compiler/importers/common/pool_window.h"

using namespace mlir;

namespace tandem::tflite {

FailureOr<Padding2d> paddingOf(Node &node, schema::Padding padding, std::array<int64_t, 2> image,
                               const Window &window) {
  Padding2d result;
  if (padding == schema::Padding::VALID)
    return result;
  if (padding != schema::Padding::SAME)
    return node.invalid() << "padding " << static_cast<int>(padding) << " is none of the format's";
  for (int i = 0; i < 2; ++i) {
    if (window.stride[i] < 1 || window.dilation[i] < 1 || window.size[i] < 1)
      return node.invalid() << "window, stride and dilation must be positive";
    auto pads = samePadding(image[i], window.size[i], window.stride[i], window.dilation[i]);
    if (!pads)
      return node.invalid() << "the dilated window is too large";
    std::tie(result.low[i], result.high[i]) = *pads;
  }
  return result;
}

FailureOr<std::array<int64_t, 2>> imageSize(Node &node, Value value) {
  ArrayRef<int64_t> shape = shapeOf(value);
  if (shape.size() != 4)
    return node.invalid() << "expected a tensor of rank 4, found rank " << shape.size();
  return std::array<int64_t, 2>{shape[1], shape[2]};
}

/// The reals of a bias in integers: its scale is the input's times the filter's, of each channel.
static FailureOr<Value> realBias(Node &node, const ProductInputs &inputs) {
  auto codes = node.constantInts(inputs.bias, "the bias");
  if (failed(codes))
    return failure();
  Quantization input = node.inputQuantization(inputs.input),
               filter = node.inputQuantization(inputs.filter);
  if (input.scales.size() != 1 || filter.empty() ||
      (filter.perChannel() && filter.scales.size() != codes->size()))
    return node.invalid() << "a bias in integers beside an input or filter without their scales";
  SmallVector<float> reals;
  for (auto [channel, code] : llvm::enumerate(*codes)) {
    double scale = double(input.scales[0]) * filter.scales[filter.perChannel() ? channel : 0];
    reals.push_back(static_cast<float>(scale * static_cast<double>(code)));
  }
  return node.build().constant(node.builder().getF32Type(), static_cast<int64_t>(reals.size()),
                               reals);
}

FailureOr<Value> biasOf(Node &node, const ProductInputs &inputs) {
  FailureOr<Value> bias = node.optionalInput(inputs.bias);
  if (failed(bias) || !*bias)
    return bias;
  Type type = getElementTypeOrSelf(*bias);
  if (node.computesInReals() && isa<IntegerType>(type))
    return realBias(node, inputs);
  if (type.isInteger(64))
    return node.unsupported() << "64-bit bias";
  return bias;
}

} // namespace tandem::tflite
