#pragma once

#include "backends/cpu/compile/epilogue.h"
#include "backends/cpu/compile/float_requantize.h"
#include "backends/cpu/compile/plan.h"

namespace tandem::cpu {

/// From i32 sums of products to the result's codes, TFLite's requantization: constants per slot, a
/// lane of a kernel's vectors. Plain data, as in a codegen::Kernel.
class ChannelScaling {
public:
  /// What a kernel that does not go through channels in their order says of its slots.
  struct Slots {
    llvm::ArrayRef<int32_t> missing;   ///< is added to the sums of the slot
    llvm::ArrayRef<int32_t> channelOf; ///< empty: slots are channels
  };
  /// Sums are of codes less their zero points, but for what is missing.
  ChannelScaling(mlir::Operation *op, graph::Activation activation, Slots slots, Buffers &buffers);

  /// What the sums of slots from `slot` on begin with.
  mlir::Value initial(codegen::KernelBuilder &k, mlir::Value slot) const;
  /// Their codes as they are stored.
  mlir::Value stored(codegen::KernelBuilder &k, mlir::Value sum, mlir::Value slot) const;
  /// Of a block, in one vector, pixel by pixel; what is beyond them is anything. `slot` is the
  /// first of every pixel. Where packSaturated() is.
  mlir::Value storedBlock(codegen::KernelBuilder &k, const SumBlock &block, mlir::Value slot) const;
  /// The same in two parts: as signed numbers of 32 bits, saturated only where not all bytes are
  /// codes, and from signed bytes to what is stored.
  mlir::Value wide(codegen::KernelBuilder &k, mlir::Value sum, mlir::Value slot) const {
    return signedCode(k, sum, {slot}, /*isSaturated=*/true);
  }
  mlir::Value fromSigned(codegen::KernelBuilder &k, mlir::Value bytes) const;

private:
  /// Of a vector: from `first` on, or those of half a vector twice.
  struct SlotRange {
    mlir::Value first;
    bool isTwice = false;
  };
  mlir::Value load(codegen::KernelBuilder &k, mlir::Type element, unsigned buffer,
                   SlotRange slots) const;
  void addFloatWay(llvm::ArrayRef<FixedMultiplier> by, llvm::ArrayRef<SumRange> sums,
                   std::vector<int32_t> bias, llvm::ArrayRef<int32_t> channelOf, Buffers &buffers);
  mlir::Value inFloats(codegen::KernelBuilder &k, mlir::Value sum, SlotRange slots) const;
  mlir::Value inRange(codegen::KernelBuilder &k, mlir::Value code, bool isSaturated) const;
  mlir::Value signedCode(codegen::KernelBuilder &k, mlir::Value sum, SlotRange slots,
                         bool isSaturated) const;
  mlir::Value inIntegers(codegen::KernelBuilder &k, mlir::Value sum, SlotRange slots,
                         int32_t zeroPoint, CodeRange range) const;
  bool usesFloats(codegen::KernelBuilder &k) const;
  /// Unsigned codes as signed bytes are 128 less.
  int32_t asSigned(int32_t code) const { return element_ == ElementType::kU8 ? code - 128 : code; }
  CodeRange signedRange() const { return {asSigned(range_.low), asSigned(range_.high)}; }

  unsigned bias_ = 0, multiplier_ = 0, left_ = 0, right_ = 0; ///< buffers of i32
  bool shiftsLeft_ = false;
  bool roundsOnce_ = false; ///< fully connected on i8; else twice
  bool canFuse_ = false;    ///< multiplyRoundingTwiceFused does
  /// Where the instruction set rounds by instruction: buffers of f32, and a bias that has the
  /// centre in it.
  std::optional<FloatWay> floatWay_;
  unsigned centredBias_ = 0, scale_ = 0, offset_ = 0;
  /// Where a few channels have no float way: nonzero for their slots, and what the sums of all are
  /// short of for the integer way.
  bool isMixed_ = false;
  unsigned without_ = 0, centre_ = 0;
  ElementType element_;
  int32_t zeroPoint_;
  CodeRange range_;
};

} // namespace tandem::cpu
