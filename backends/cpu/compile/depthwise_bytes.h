#pragma once

#include "backends/cpu/compile/channel_scaling.h"
#include "backends/cpu/compile/conv_shape.h"
#include "backends/cpu/compile/row_range.h"
#include "base/unary_functions.h"

namespace tandem::cpu {

/// A depthwise convolution of codes by byte products: four rows of the input, their bytes
/// interleaved, are the vertical taps of every channel in 32-bit lanes, for two rows of the result
/// where it moves by one.
///
/// A vector is 64 bytes of a row: channels of one pixel, or pixels of few channels, which are
/// loaded one by one where they are not side by side. Interleaving leaves its bytes in the order of
/// slots(); packing the results puts them back.
class DepthwiseBytes {
public:
  /// Whether it is one: few enough rows, and channels that fill vectors.
  static bool fits(const ConvShape &shape, int64_t outStep, llvm::ArrayRef<int32_t> weights);

  /// Channels that are computed together; the last ones, where they fill half a vector or a
  /// quarter, several pixels at a time.
  struct Channels {
    int64_t first, count;
  };
  static std::vector<Channels> partsOf(const ConvShape &shape);

  /// Some of the channels. Results are `outStep` apart from pixel to pixel. `weights`: of all
  /// channels, less their zero points, [taps][channels]. What does not fit a byte takes a second
  /// product.
  DepthwiseBytes(const ConvShape &shape, Channels channels, int64_t outStep,
                 llvm::ArrayRef<int32_t> weights);

  /// For ChannelScaling, whose slots are [variant][block][row][64].
  std::vector<int32_t> channelOfSlots() const;
  /// Takes off what the zero point (of the unsigned code) adds.
  std::vector<int32_t> missing(int32_t zeroPoint) const;

  /// Constants of the kernel.
  std::vector<int32_t> packedWeights() const;
  /// First slot of each unit.
  std::vector<int32_t> firstSlots() const;

  struct Body {
    mlir::Value input, output, weights, firstSlots;
    bool isSigned;     ///< of the input
    int32_t zeroPoint; ///< as it is stored
    const ChannelScaling &scaling;
    std::optional<CodeType> reals; ///< what is written are those that codes of this type stand for
    RowPlaces in = {}, out = {};
  };
  int64_t units() const { return shape_.batch * rowUnits(); }
  /// Rows of the result in a unit, but for the last one of an image.
  int64_t rowsOfUnit() const { return rows_; }
  void build(codegen::KernelBuilder &k, mlir::Value unit, const Body &body) const;

private:
  friend class DepthwiseBytesCode; // depthwise_bytes_code.cpp

  static constexpr int64_t kBytes = 64;   ///< of a vector
  static constexpr int64_t kTogether = 4; ///< rows of a product
  static constexpr int64_t kQuarters = 4; ///< vectors of 32-bit lanes that one of bytes becomes
  static constexpr int64_t kWords = kBytes / kQuarters;
  /// Whether vectors of several pixels are bytes side by side.
  static bool isDense(const ConvShape &s, int64_t inStep, int64_t outStep);
  static bool packsPixels(const ConvShape &s, int64_t inStep, int64_t outStep);
  /// The byte that is in lane `word` of a quarter after interleaving.
  static int64_t byteOf(int64_t quarter, int64_t word);

  /// Vertical taps that are inside the input: bit `kernelHeight * row + tap`, of the rows of a
  /// unit. Units with equal ones share their weights.
  using Variant = uint32_t;
  Variant variantOf(int64_t unit) const;
  int64_t rowUnits() const { return (shape_.outHeight + rows_ - 1) / rows_; }
  int32_t weight(int64_t ky, int64_t kx, int64_t channel) const;
  int8_t weightPart(int64_t ky, int64_t kx, int64_t channel, int64_t part) const;
  int64_t channelOf(int64_t block, int64_t byte) const;
  bool hasPart(int64_t part, int64_t kx, int64_t quarter) const;
  void forSlots(llvm::function_ref<void(Variant variant, int64_t row, int64_t channel)> body) const;

  ConvShape shape_; ///< of its channels
  int64_t first_;   ///< of all
  int64_t inStep_, outStep_;
  std::vector<int32_t> weights_;
  int64_t rows_;                     ///< of the result in a unit
  int64_t parts_;                    ///< bytes of a weight: 1 or 2
  int64_t pixels_;                   ///< of a vector
  std::vector<int64_t> blockStarts_; ///< first channel of each block of channels
  std::vector<Variant> variants_;
};

} // namespace tandem::cpu
