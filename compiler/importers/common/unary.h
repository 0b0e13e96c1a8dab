#pragma once

#include "compiler/importers/common/decompositions.h"

#include "compiler/graph/graph.h"

namespace tandem {

using UnaryFunction = MaybeValue (*)(NodeBuilder &, MaybeValue);

/// A function that is one op of the graph.
template <typename OpT> MaybeValue oneOp(NodeBuilder &build, MaybeValue x) {
  return build.create<OpT>(x);
}

enum class UnaryTakes { kReals, kNumbers };

/// The functions of one tensor that frameworks agree on, by ATen's names: calls
/// `add.operator()<function>(name, takes)` for each. Relu is not among them: some frameworks
/// take it of integers.
template <typename Add> void forEachUnary(Add &&add) {
  constexpr UnaryTakes kReals = UnaryTakes::kReals, kNumbers = UnaryTakes::kNumbers;
  add.template operator()<oneOp<graph::AbsOp>>("abs", kNumbers);
  add.template operator()<oneOp<graph::NegOp>>("neg", kNumbers);
  add.template operator()<sign>("sign", kNumbers);
  add.template operator()<oneOp<graph::SigmoidOp>>("sigmoid", kReals);
  add.template operator()<oneOp<graph::TanhOp>>("tanh", kReals);
  add.template operator()<oneOp<graph::ExpOp>>("exp", kReals);
  add.template operator()<oneOp<graph::LogOp>>("log", kReals);
  add.template operator()<oneOp<graph::SqrtOp>>("sqrt", kReals);
  add.template operator()<oneOp<graph::FloorOp>>("floor", kReals);
  add.template operator()<oneOp<graph::CeilOp>>("ceil", kReals);
  add.template operator()<oneOp<graph::RoundOp>>("round", kReals);
  add.template operator()<oneOp<graph::ErfOp>>("erf", kReals);
  add.template operator()<reciprocal>("reciprocal", kReals);
  add.template operator()<oneOp<graph::SinOp>>("sin", kReals);
  add.template operator()<oneOp<graph::CosOp>>("cos", kReals);
  add.template operator()<tangent>("tan", kReals);
  add.template operator()<arcSine>("asin", kReals);
  add.template operator()<arcCosine>("acos", kReals);
  add.template operator()<oneOp<graph::AtanOp>>("atan", kReals);
  add.template operator()<hyperbolicSine>("sinh", kReals);
  add.template operator()<hyperbolicCosine>("cosh", kReals);
  add.template operator()<inverseHyperbolicSine>("asinh", kReals);
  add.template operator()<inverseHyperbolicCosine>("acosh", kReals);
  add.template operator()<inverseHyperbolicTangent>("atanh", kReals);
}

/// Those that ONNX lacks; its exporters spell them out.
template <typename Add> void forEachFusedUnary(Add &&add) {
  add.template operator()<oneOp<graph::RsqrtOp>>("rsqrt", UnaryTakes::kReals);
  add.template operator()<square>("square", UnaryTakes::kNumbers);
  add.template operator()<logOnePlus>("log1p", UnaryTakes::kReals);
  add.template operator()<expMinusOne>("expm1", UnaryTakes::kReals);
}

/// "Tanh" of "tanh".
inline std::string capitalized(llvm::StringRef name) {
  return llvm::StringRef(name.take_front()).upper() + name.drop_front().str();
}

} // namespace tandem
