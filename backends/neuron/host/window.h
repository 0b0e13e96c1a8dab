#pragma once

#include "backends/neuron/host/node.h"

namespace tandem::neuron::host {

/// A window that slides over height and width; pairs are in this order, though the ABI's operands
/// come the other way round.
struct Window {
  std::array<int64_t, 2> size = {1, 1}, stride = {1, 1}, dilation = {1, 1};
  std::array<int64_t, 2> padLow = {0, 0}, padHigh = {0, 0};
};

/// The operands of padding and stride, which start at `next`: either a code, or left, right, top
/// and bottom; then the stride's width and height. `next` becomes the operand behind them.
struct PaddingOperands {
  bool isExplicit = false;
  std::array<int64_t, 2> low = {0, 0}, high = {0, 0}; ///< when explicit
  int64_t code = 0;                                   ///< NeuronPaddingCode, when not
  std::array<int64_t, 2> stride = {1, 1};
};
mlir::FailureOr<PaddingOperands> readPadding(Node &node, size_t &next, bool isExplicit);

/// The pads of a code for a window that slides over an image of this height and width.
mlir::LogicalResult applyPadding(Node &node, const PaddingOperands &operands,
                                 std::array<int64_t, 2> image, Window &window);

/// Whether an operation's seventh operand or so is a number, which tells explicit from implicit
/// padding: `count` is the fewest operands of the explicit form.
bool hasExplicitPadding(Node &node, size_t index, size_t count);

} // namespace tandem::neuron::host
