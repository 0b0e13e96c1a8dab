#include "backends/cpu/compile/math_f32.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

namespace {
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Operators for formulas: `(x + 3.0) * y` makes the ops.
struct Formula {
  KernelBuilder &k;
  Value value;

  Formula of(Value v) const { return {k, v}; }
  Formula of(double c) const { return {k, k.constant(value.getType(), c)}; }
  operator Value() const { return value; }

  Formula operator+(Formula o) const { return of(arith::AddFOp::create(k, value, o.value)); }
  Formula operator-(Formula o) const { return of(arith::SubFOp::create(k, value, o.value)); }
  Formula operator*(Formula o) const { return of(arith::MulFOp::create(k, value, o.value)); }
  Formula operator/(Formula o) const { return of(arith::DivFOp::create(k, value, o.value)); }
  Formula operator-() const { return of(arith::NegFOp::create(k, value)); }
  Formula clamp(float low, float high) const { return of(k.clampF32(value, low, high)); }
  template <typename OpT> Formula apply() const { return of(OpT::create(k, value)); }
  /// `positive` where this is at least 0, or NaN; `negative` elsewhere.
  Formula pick(Formula positive, Formula negative) const {
    Value below = arith::CmpFOp::create(k, arith::CmpFPredicate::OLT, value, of(0.0).value);
    return of(arith::SelectOp::create(k, below, negative.value, positive.value));
  }
};

Formula sigmoid(Formula x) {
  return x.of(1.0) / ((-x).apply<math::ExpOp>() + x.of(1.0));
}
Formula hardSigmoid(Formula x) {
  return (x + x.of(3.0)).clamp(0, 6) * x.of(1.0 / 6.0);
}
Formula gelu(Formula x) {
  Formula erf = (x * x.of(std::sqrt(0.5))).apply<math::ErfOp>();
  return x * x.of(0.5) * (erf + x.of(1.0));
}

using Unary = Formula (*)(Formula x, float alpha);
struct Entry {
  StringRef name;
  Unary formula;
};
const Entry kFormulas[] = {
    {"graph.relu", [](Formula x, float) { return x.clamp(0, kInfinity); }},
    {"graph.relu6", [](Formula x, float) { return x.clamp(0, 6); }},
    {"graph.relu_n1_to_1", [](Formula x, float) { return x.clamp(-1, 1); }},
    {"graph.sigmoid", [](Formula x, float) { return sigmoid(x); }},
    {"graph.tanh", [](Formula x, float) { return x.apply<math::TanhOp>(); }},
    {"graph.hard_sigmoid", [](Formula x, float) { return hardSigmoid(x); }},
    {"graph.hard_swish", [](Formula x, float) { return x * hardSigmoid(x); }},
    {"graph.gelu", [](Formula x, float) { return gelu(x); }},
    {"graph.exp", [](Formula x, float) { return x.apply<math::ExpOp>(); }},
    {"graph.log", [](Formula x, float) { return x.apply<math::LogOp>(); }},
    {"graph.sqrt", [](Formula x, float) { return x.apply<math::SqrtOp>(); }},
    {"graph.rsqrt", [](Formula x, float) { return x.of(1.0) / x.apply<math::SqrtOp>(); }},
    {"graph.abs", [](Formula x, float) { return x.apply<math::AbsFOp>(); }},
    {"graph.neg", [](Formula x, float) { return -x; }},
    {"graph.floor", [](Formula x, float) { return x.apply<math::FloorOp>(); }},
    {"graph.leaky_relu", [](Formula x, float alpha) { return x.pick(x, x * x.of(alpha)); }},
    {"graph.elu",
     [](Formula x, float alpha) {
       return x.pick(x, (x.apply<math::ExpOp>() - x.of(1.0)) * x.of(alpha));
     }},
};

const Entry *findFormula(StringRef name) {
  for (const Entry &entry : kFormulas)
    if (entry.name == name)
      return &entry;
  return nullptr;
}
} // namespace

bool hasUnaryF32(StringRef name) {
  return findFormula(name) != nullptr;
}

Value unaryF32(KernelBuilder &k, StringRef name, float alpha, Value x) {
  return findFormula(name)->formula(Formula{k, x}, alpha);
}

} // namespace tandem::cpu
