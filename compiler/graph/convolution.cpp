#include "compiler/graph/inference.h"
#include "compiler/graph/type_text.h"

using namespace mlir;

namespace tandem::graph {

LogicalResult verifyProductTypes(Operation *op, Value input, Value filter, Value bias,
                                 StringRef rule, ProductForms forms) {
  Type in = getElementTypeOrSelf(input), weights = getElementTypeOrSelf(filter);
  Type out = getElementTypeOrSelf(op->getResult(0));
  Type offset = bias ? getElementTypeOrSelf(bias) : nullptr;
  if (isa<FloatType>(in) && in == weights && out == in && (!offset || offset == in))
    return success();
  if (isQuantized(in) && isQuantized(weights) && isQuantized(out) &&
      (!offset || offset.isInteger(32)))
    return success();
  if (forms.hybrid && in.isF32() && isQuantized(weights) && out.isF32() &&
      (!offset || offset.isF32()))
    return success();
  bool isPlainByte = in.isSignlessInteger(8) || in.isUnsignedInteger(8);
  if (forms.sums && isPlainByte && isQuantized(weights) && out.isSignlessInteger(32) &&
      (!offset || offset.isInteger(32)))
    return success();
  return op->emitOpError() << rule << ": element types " << typeText(in) << ", "
                           << typeText(weights) << " -> " << typeText(out)
                           << " are no combination that it has";
}

namespace {
template <typename OpT> bool hasActivation(OpT op) {
  return op.getActivation() != Activation::None;
}

/// What conv_2d and depthwise_conv_2d have in common.
struct Window {
  ArrayRef<int64_t> stride, dilation, padLow, padHigh;
};
template <typename Adaptor> Window windowOf(Adaptor adaptor) {
  return {adaptor.getStride(), adaptor.getDilation(), adaptor.getPadLow(), adaptor.getPadHigh()};
}

LogicalResult checkWindow(Location location, StringRef name, const Window &window) {
  for (int i = 0; i < 2; ++i)
    if (window.stride[i] < 1 || window.dilation[i] < 1 || window.padLow[i] < 0 ||
        window.padHigh[i] < 0)
      return refuse(location, name, "_c4: stride and dilation must be positive, pads not negative");
  return success();
}

LogicalResult checkBias(Location location, StringRef rule, Value bias, int64_t channels) {
  if (bias && (shapeOf(bias).size() != 1 || shapeOf(bias)[0] != channels))
    return refuse(location, rule, ": bias must have ", channels, " entries");
  return success();
}

LogicalResult inferWindow(Location location, StringRef name, ArrayRef<int64_t> input,
                          ArrayRef<int64_t> kernel, const Window &window, int64_t channels,
                          Shapes &shapes) {
  SmallVector<int64_t> result = {input[kBatch], 0, 0, channels};
  for (int i = 0; i < 2; ++i) {
    result[kHeight + i] = slidingSize(input[kHeight + i], kernel[i], window.stride[i],
                                      window.dilation[i], window.padLow[i], window.padHigh[i]);
    if (kernel[i] < 1 || result[kHeight + i] < 1)
      return refuse(location, name, "_c5: a filter of ", kernel[0], "x", kernel[1],
                    " does not fit into an input of ", input[kHeight], "x", input[kWidth]);
  }
  return infer(shapes, result);
}

LogicalResult verifyFilterAxis(Operation *op, Value filter, int64_t axis, StringRef rule) {
  Quantization quantization = quantizationOf(getElementTypeOrSelf(filter));
  if (quantization.perChannel() && quantization.axis != axis)
    return op->emitOpError() << rule << ": filter is quantized along dimension "
                             << quantization.axis << ", expected " << axis;
  return success();
}
} // namespace

LogicalResult Conv2dOp::inferReturnTypeComponents(MLIRContext *, Location location, Adaptor adaptor,
                                                  Shapes &shapes) {
  ArrayRef<int64_t> input = shapeOf(adaptor.getInput()), filter = shapeOf(adaptor.getFilter());
  if (input.size() != 4 || filter.size() != 4)
    return refuse(location, "conv_2d_c1: input and filter must have rank 4");
  auto groups = static_cast<int64_t>(adaptor.getGroups());
  if (groups < 1 || input[kChannel] % groups || filter[0] % groups ||
      filter[3] != input[kChannel] / groups)
    return refuse(location, "conv_2d_c2: filter of ", filter[3], " input and ", filter[0],
                  " output channels does not fit ", input[kChannel], " channels in ", groups,
                  " groups");
  Window window = windowOf(adaptor);
  if (failed(checkBias(location, "conv_2d_c3", adaptor.getBias(), filter[0])) ||
      failed(checkWindow(location, "conv_2d", window)))
    return failure();
  return inferWindow(location, "conv_2d", input, filter.slice(1, 2), window, filter[0], shapes);
}

LogicalResult Conv2dOp::verify() {
  if (failed(verifyProductTypes(*this, getInput(), getFilter(), getBias(), "conv_2d_c6",
                                {.hybrid = true, .sums = !hasActivation(*this)})))
    return failure();
  return verifyFilterAxis(*this, getFilter(), 0, "conv_2d_c7");
}

LogicalResult DepthwiseConv2dOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                           Adaptor adaptor, Shapes &shapes) {
  ArrayRef<int64_t> input = shapeOf(adaptor.getInput()), filter = shapeOf(adaptor.getFilter());
  if (input.size() != 4 || filter.size() != 4 || filter[0] != 1)
    return refuse(location, "depthwise_conv_2d_c1: input must be NHWC and filter 1HWC");
  if (input[kChannel] < 1 || filter[3] % input[kChannel])
    return refuse(location, "depthwise_conv_2d_c2: ", filter[3], " filters are no multiple of ",
                  input[kChannel], " channels");
  Window window = windowOf(adaptor);
  if (failed(checkBias(location, "depthwise_conv_2d_c3", adaptor.getBias(), filter[3])) ||
      failed(checkWindow(location, "depthwise_conv_2d", window)))
    return failure();
  return inferWindow(location, "depthwise_conv_2d", input, filter.slice(1, 2), window, filter[3],
                     shapes);
}

LogicalResult DepthwiseConv2dOp::verify() {
  if (failed(verifyProductTypes(*this, getInput(), getFilter(), getBias(), "depthwise_conv_2d_c6",
                                {.hybrid = true})))
    return failure();
  return verifyFilterAxis(*this, getFilter(), 3, "depthwise_conv_2d_c7");
}

LogicalResult TransposeConv2dOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                           Adaptor adaptor, Shapes &shapes) {
  ArrayRef<int64_t> input = shapeOf(adaptor.getInput()), filter = shapeOf(adaptor.getFilter());
  if (input.size() != 4 || filter.size() != 4 || filter[3] != input[kChannel])
    return refuse(location, "transpose_conv_2d_c1: input must be NHWC and filter OHWI");
  if (failed(checkBias(location, "transpose_conv_2d_c2", adaptor.getBias(), filter[0])))
    return failure();
  SmallVector<int64_t> result = {input[kBatch], 0, 0, filter[0]};
  for (int i = 0; i < 2; ++i) {
    int64_t stride = adaptor.getStride()[i];
    __int128 size = __int128(input[kHeight + i] - 1) * stride + filter[1 + i] -
                    adaptor.getPadLow()[i] - adaptor.getPadHigh()[i];
    if (stride < 1 || size < 1 || size > INT32_MAX)
      return refuse(location, "transpose_conv_2d_c3: stride and output size must be positive");
    result[kHeight + i] = static_cast<int64_t>(size);
  }
  return infer(shapes, result);
}

LogicalResult TransposeConv2dOp::verify() {
  return verifyProductTypes(*this, getInput(), getFilter(), getBias(), "transpose_conv_2d_c4", {});
}

LogicalResult FullyConnectedOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                          Adaptor adaptor, Shapes &shapes) {
  ArrayRef<int64_t> input = shapeOf(adaptor.getInput()), filter = shapeOf(adaptor.getFilter());
  if (input.size() != 2 || filter.size() != 2 || input[1] != filter[1])
    return refuse(location, "fully_connected_c1: input must be [M,K] and filter [N,K]");
  if (failed(checkBias(location, "fully_connected_c2", adaptor.getBias(), filter[0])))
    return failure();
  return infer(shapes, {input[0], filter[0]});
}

LogicalResult FullyConnectedOp::verify() {
  return verifyProductTypes(*this, getInput(), getFilter(), getBias(), "fully_connected_c3",
                            {.hybrid = true, .sums = !hasActivation(*this)});
}

LogicalResult BatchMatmulOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                       Adaptor adaptor, Shapes &shapes) {
  ArrayRef<int64_t> lhs = shapeOf(adaptor.getLhs()), rhs = shapeOf(adaptor.getRhs());
  if (lhs.size() < 2 || lhs.size() != rhs.size() || lhs.drop_back(2) != rhs.drop_back(2))
    return refuse(location, "batch_matmul_c1: leading dimensions must be equal");
  size_t last = lhs.size() - 1;
  bool turnLhs = adaptor.getTransposeLhs(), turnRhs = adaptor.getTransposeRhs();
  if (lhs[turnLhs ? last - 1 : last] != rhs[turnRhs ? last : last - 1])
    return refuse(location, "batch_matmul_c2: inner dimensions differ");
  SmallVector<int64_t> result(lhs);
  result[last - 1] = lhs[turnLhs ? last : last - 1];
  result[last] = rhs[turnRhs ? last - 1 : last];
  return infer(shapes, result);
}

} // namespace tandem::graph
