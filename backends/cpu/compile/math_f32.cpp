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

/// The argument is folded to at most tan(pi/8), where four terms in its square give the last place
/// or so (coefficients of Moshier's Cephes library).
Formula arcTangent(Formula x) {
  constexpr double kPi = 3.14159265358979323846;
  using Predicate = arith::CmpFPredicate;
  Formula size = x.apply<math::AbsFOp>(), one = x.of(1.0);
  Value isLarge = size.is(Predicate::OGT, one);
  Formula y = (one / size).where(isLarge, size);
  Value isMiddle = y.is(Predicate::OGT, x.of(std::tan(kPi / 8)));
  Formula t = ((y - one) / (y + one)).where(isMiddle, y), square = t * t;
  Formula terms = x.of(8.05374449538e-2);
  for (double coefficient : {-1.38776856032e-1, 1.99777106478e-1, -3.33329491539e-1})
    terms = terms.fma(square, x.of(coefficient));
  Formula angle = (terms * square).fma(t, t);
  angle = (angle + x.of(kPi / 4)).where(isMiddle, angle);
  angle = (x.of(kPi / 2) - angle).where(isLarge, angle);
  return angle.apply<math::CopySignOp>(x);
}

using Unary = Formula (*)(Formula x, float alpha);
enum class Kind {
  kShort,
  kLong,     ///< a polynomial
  kOfScalars ///< the same of scalars only
};
struct Entry {
  StringRef name;
  Unary formula;
  Kind kind = Kind::kShort;
};
const Entry kFormulas[] = {
    {"graph.relu", [](Formula x, float) { return x.clamp(0, kInfinity); }},
    {"graph.relu6", [](Formula x, float) { return x.clamp(0, 6); }},
    {"graph.relu_n1_to_1", [](Formula x, float) { return x.clamp(-1, 1); }},
    {"graph.sigmoid", [](Formula x, float) { return sigmoid(x); }, Kind::kLong},
    {"graph.tanh", [](Formula x, float) { return x.apply<math::TanhOp>(); }, Kind::kLong},
    {"graph.hard_sigmoid", [](Formula x, float) { return hardSigmoid(x); }},
    {"graph.hard_swish", [](Formula x, float) { return x * hardSigmoid(x); }},
    {"graph.gelu", [](Formula x, float) { return gelu(x); }, Kind::kLong},
    {"graph.erf", [](Formula x, float) { return x.apply<math::ErfOp>(); }, Kind::kLong},
    {"graph.exp", [](Formula x, float) { return x.apply<math::ExpOp>(); }, Kind::kLong},
    {"graph.log", [](Formula x, float) { return x.apply<math::LogOp>(); }, Kind::kLong},
    {"graph.sqrt", [](Formula x, float) { return x.apply<math::SqrtOp>(); }},
    {"graph.rsqrt", [](Formula x, float) { return x.of(1.0) / x.apply<math::SqrtOp>(); }},
    {"graph.abs", [](Formula x, float) { return x.apply<math::AbsFOp>(); }},
    {"graph.neg", [](Formula x, float) { return -x; }},
    {"graph.floor", [](Formula x, float) { return x.apply<math::FloorOp>(); }},
    {"graph.ceil", [](Formula x, float) { return x.apply<math::CeilOp>(); }},
    {"graph.round", [](Formula x, float) { return x.apply<math::RoundEvenOp>(); }},
    {"graph.sin", [](Formula x, float) { return sineF32(x); }, Kind::kOfScalars},
    {"graph.cos", [](Formula x, float) { return cosineF32(x); }, Kind::kOfScalars},
    {"graph.atan", [](Formula x, float) { return arcTangent(x); }, Kind::kLong},
    {"graph.leaky_relu", [](Formula x, float alpha) { return x.pick(x, x * x.of(alpha)); }},
    {"graph.elu",
     [](Formula x, float alpha) {
       return x.pick(x, (x.apply<math::ExpOp>() - x.of(1.0)) * x.of(alpha));
     },
     Kind::kLong},
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

bool isLongF32(StringRef name) {
  return findFormula(name)->kind != Kind::kShort;
}

bool takesVectorsF32(StringRef name) {
  return findFormula(name)->kind != Kind::kOfScalars;
}

Value expOfAtMostZeroF32(KernelBuilder &k, Value exponent) {
  constexpr double kLog2 = 0.693147180559945309;
  constexpr int64_t kBias = 127, kMantissaBits = 23;
  // Of floats from here on the last bit is 1: the sum is rounded to an integer, and has it in the
  // lowest bits, where shifting leaves it alone.
  constexpr double kShift = 3 << (kMantissaBits - 1);
  // 2^-127 comes out as 0, and what is below it likewise.
  Formula x = Formula(k, exponent).clamp(static_cast<float>(-kBias * kLog2), kInfinity);
  Formula shifted = x.fma(x.of(1 / kLog2), x.of(kShift + kBias));
  Formula twos = shifted - x.of(kShift + kBias);
  Formula rest = twos.fma(x.of(-0.693359375), x); // log 2 in two parts, the first of few bits
  rest = twos.fma(x.of(2.12194440e-4), rest);
  // The coefficients of Moshier's Cephes library.
  Formula terms = x.of(1.9875691500e-4);
  for (double coefficient : {1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1,
                             5.0000001201e-1, 1.0, 1.0})
    terms = terms.fma(rest, x.of(coefficient));
  Type type = exponent.getType(), bits = k.getI32Type();
  if (auto vector = dyn_cast<VectorType>(type))
    bits = k.vector(bits, vector.getNumElements());
  Value power = arith::ShLIOp::create(k, arith::BitcastOp::create(k, bits, shifted),
                                      k.constant(bits, kMantissaBits));
  return terms * x.of(arith::BitcastOp::create(k, type, power));
}

Value unaryF32(KernelBuilder &k, StringRef name, float alpha, Value x) {
  return findFormula(name)->formula(Formula{k, x}, alpha);
}

} // namespace tandem::cpu
