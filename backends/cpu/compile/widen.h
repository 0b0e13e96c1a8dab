#pragma once

#include "backends/cpu/compile/conv_shape.h"
#include "backends/cpu/compile/plan.h"

namespace tandem::cpu {

// The input of products of codes, with its padding around it: 16 bits each less the zero point, so
// that padding is plain zero and filters with a zero point need nothing more; or bytes as they are.

/// The input of a convolution with its padding around it: [batch][height][width][channels].
struct Widened {
  int64_t batch, height, width, channels;
  int64_t inHeight, inWidth, inChannels, top, left;

  int64_t elements() const { return batch * height * width * channels; }
  bool isPlain() const { return height == inHeight && width == inWidth && channels == inChannels; }
};
/// As far as the windows reach, and a multiple of `together` channels. `groups` of channels lie
/// side by side in the width, each made such a multiple.
Widened withPadding(const ConvShape &shape, int64_t groups, int64_t together);
/// The input as it is.
Widened withoutPadding(const ConvShape &shape);

/// The code less its zero point, as i32, of an element of batch entry `entry`.
using Centre =
    std::function<mlir::Value(codegen::KernelBuilder &k, mlir::Value element, mlir::Value entry)>;

/// What is written: the type of an element, and what stands for padding. Channels that only fill up
/// a multiple have no defined value: their weights are zero.
struct WideElement {
  ElementType type = ElementType::kI16;
  int32_t outside = 0;
  /// The same where each batch entry has its own, as i32.
  std::function<mlir::Value(codegen::KernelBuilder &k, mlir::Value entry)> outsideOf = nullptr;
};

/// Adds a step that writes it; buffer 0 of `buffers`, which has what `centre` needs besides, is the
/// input.
TypedBuffer planWiden(const Widened &shape, const WideElement &element, const Centre &centre,
                      Buffers buffers, Plan &plan);

} // namespace tandem::cpu
