#pragma once

#include "backends/cpu/compile/linear_sum.h"
#include "backends/cpu/compile/plan.h"

namespace tandem::cpu {

/// An addition or subtraction of codes, as they are stored, that a linear function is right for.
/// Plain data, as in a codegen::Kernel.
class SumOfCodes {
public:
  static std::optional<SumOfCodes> of(mlir::Operation *op, const Plan &plan);

  /// Of one element of each operand.
  mlir::Value ofElements(codegen::KernelBuilder &k, mlir::Value lhs, mlir::Value rhs) const;
  /// Of vectors of 64 bytes, by products of 16 bits; where takesBytes().
  mlir::Value ofBytes(codegen::KernelBuilder &k, mlir::Value lhs, mlir::Value rhs) const;
  bool takesBytes(codegen::KernelBuilder &k) const {
    return k.isa().byteDot == codegen::ByteDot::kVnni && fitsInParts();
  }

private:
  bool fitsInParts() const;
  SumOfCodes(LinearSum sum, ElementType lhs, ElementType rhs, ElementType out, CodeRange range)
      : sum_(sum), lhs_(lhs), rhs_(rhs), out_(out), range_(range) {}

  LinearSum sum_;
  ElementType lhs_, rhs_, out_; ///< i8 or u8
  CodeRange range_;
};

} // namespace tandem::cpu
