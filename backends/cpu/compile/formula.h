#pragma once

#include "compiler/codegen/kernel_builder.h"

namespace tandem::cpu {

/// Operators for formulas on floats, scalars or vectors: `(x + x.of(3.0)) * y` makes the ops.
struct Formula {
  codegen::KernelBuilder *builder;
  mlir::Value value;

  Formula(codegen::KernelBuilder &k, mlir::Value value) : builder(&k), value(value) {}
  codegen::KernelBuilder &k() const { return *builder; }

  Formula of(mlir::Value v) const { return {k(), v}; }
  Formula of(double c) const { return {k(), k().constant(value.getType(), c)}; }
  operator mlir::Value() const { return value; }

  template <typename OpT> Formula apply() const { return of(OpT::create(k(), value)); }
  template <typename OpT> Formula apply(Formula o) const {
    return of(OpT::create(k(), value, o.value));
  }
  Formula operator+(Formula o) const { return apply<mlir::arith::AddFOp>(o); }
  Formula operator-(Formula o) const { return apply<mlir::arith::SubFOp>(o); }
  Formula operator*(Formula o) const { return apply<mlir::arith::MulFOp>(o); }
  Formula operator/(Formula o) const { return apply<mlir::arith::DivFOp>(o); }
  Formula operator-() const { return apply<mlir::arith::NegFOp>(); }
  /// this * factor + summand with one rounding.
  Formula fma(Formula factor, Formula summand) const {
    return of(mlir::math::FmaOp::create(k(), value, factor.value, summand.value));
  }
  Formula clamp(float low, float high) const { return of(k().clampF32(value, low, high)); }

  mlir::Value is(mlir::arith::CmpFPredicate predicate, Formula o) const {
    return mlir::arith::CmpFOp::create(k(), predicate, value, o.value);
  }
  mlir::Value isNegative() const { return is(mlir::arith::CmpFPredicate::OLT, of(0.0)); }
  /// This where the condition holds, `other` elsewhere.
  Formula where(mlir::Value condition, Formula other) const {
    return of(mlir::arith::SelectOp::create(k(), condition, value, other.value));
  }
  /// `positive` where this is at least 0, or NaN; `negative` elsewhere.
  Formula pick(Formula positive, Formula negative) const {
    return negative.where(isNegative(), positive);
  }
};

} // namespace tandem::cpu
