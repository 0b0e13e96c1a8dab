#include "backends/cpu/compile/math_f32.h"

#include "backends/cpu/compile/formula.h"
#include "backends/cpu/compile/trigonometry.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

namespace {
constexpr float kInfinity = std::numeric_limits<float>::infinity();

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
    {"graph.erf", [](Formula x, float) { return x.apply<math::ErfOp>(); }},
    {"graph.exp", [](Formula x, float) { return x.apply<math::ExpOp>(); }},
    {"graph.log", [](Formula x, float) { return x.apply<math::LogOp>(); }},
    {"graph.sqrt", [](Formula x, float) { return x.apply<math::SqrtOp>(); }},
    {"graph.rsqrt", [](Formula x, float) { return x.of(1.0) / x.apply<math::SqrtOp>(); }},
    {"graph.abs", [](Formula x, float) { return x.apply<math::AbsFOp>(); }},
    {"graph.neg", [](Formula x, float) { return -x; }},
    {"graph.floor", [](Formula x, float) { return x.apply<math::FloorOp>(); }},
    {"graph.ceil", [](Formula x, float) { return x.apply<math::CeilOp>(); }},
    {"graph.round", [](Formula x, float) { return x.apply<math::RoundEvenOp>(); }},
    {"graph.sin", [](Formula x, float) { return sineF32(x); }},
    {"graph.cos", [](Formula x, float) { return cosineF32(x); }},
    {"graph.atan", [](Formula x, float) { return x.apply<math::AtanOp>(); }},
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
