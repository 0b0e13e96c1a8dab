#include "backends/neuron/host/window.h"

using namespace mlir;

namespace tandem::neuron::host {

bool hasExplicitPadding(Node &node, size_t index, size_t count) {
  return node.inputCount() >= count && node.input(index).type == NEURON_INT32;
}

FailureOr<PaddingOperands> readPadding(Node &node, size_t &next, bool isExplicit) {
  PaddingOperands result;
  result.isExplicit = isExplicit;
  SmallVector<int64_t> numbers;
  for (size_t i = 0; i < (isExplicit ? 6 : 3); ++i) {
    FailureOr<int64_t> number = node.integer(next++);
    if (failed(number))
      return failure();
    numbers.push_back(*number);
  }
  if (isExplicit) {
    result.low = {numbers[2], numbers[0]};
    result.high = {numbers[3], numbers[1]};
    result.stride = {numbers[5], numbers[4]};
    for (int i = 0; i < 2; ++i)
      if (result.low[i] < 0 || result.high[i] < 0)
        return node.invalid() << "the padding is negative";
  } else {
    result.code = numbers[0];
    result.stride = {numbers[2], numbers[1]};
    if (result.code != NEURON_PADDING_SAME && result.code != NEURON_PADDING_VALID)
      return node.invalid() << "padding " << result.code << ", expected 1 (same) or 2 (valid)";
  }
  if (result.stride[0] < 1 || result.stride[1] < 1)
    return node.invalid() << "the stride is " << result.stride[0] << "x" << result.stride[1];
  return result;
}

LogicalResult applyPadding(Node &node, const PaddingOperands &operands,
                           std::array<int64_t, 2> image, Window &window) {
  window.stride = operands.stride;
  for (int i = 0; i < 2; ++i) {
    if (window.size[i] < 1 || window.dilation[i] < 1)
      return node.invalid() << "the window is " << window.size[0] << "x" << window.size[1]
                            << " with dilation " << window.dilation[0] << "x" << window.dilation[1];
    window.padLow[i] = operands.low[i];
    window.padHigh[i] = operands.high[i];
    if (operands.isExplicit || operands.code == NEURON_PADDING_VALID)
      continue;
    int64_t stride = window.stride[i], steps = (image[i] + stride - 1) / stride;
    int64_t reach = (window.size[i] - 1) * window.dilation[i] + 1; // both are below 2^32
    int64_t total = std::max<int64_t>((steps - 1) * stride + reach - image[i], 0);
    window.padLow[i] = total / 2;
    window.padHigh[i] = total - window.padLow[i];
  }
  return success();
}

} // namespace tandem::neuron::host
