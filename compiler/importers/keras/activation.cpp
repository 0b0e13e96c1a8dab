// Functions that layers name: https://keras.io/api/layers/activations/
#include "compiler/importers/keras/layer.h"

#include "compiler/importers/common/shortened.h"

using namespace mlir;

namespace tandem::keras {

namespace {
using Function = MaybeValue (*)(Layer &, MaybeValue);

template <typename OpT> MaybeValue apply(Layer &layer, MaybeValue x) {
  return layer.create<OpT>(x);
}

MaybeValue linear(Layer &, MaybeValue x) {
  return x;
}

MaybeValue elu(Layer &layer, MaybeValue x) {
  return layer.create<graph::EluOp>(x, llvm::APFloat(1.0f));
}

/// scale * elu(x, alpha), with the constants of the paper.
MaybeValue selu(Layer &layer, MaybeValue x) {
  MaybeValue inner = layer.create<graph::EluOp>(x, llvm::APFloat(1.67326324f));
  return layer.create<graph::MulOp>(inner, layer.scalarLike(*x, 1.05070098));
}

MaybeValue swish(Layer &layer, MaybeValue x) {
  return layer.create<graph::MulOp>(x, layer.create<graph::SigmoidOp>(x));
}

/// Keras 2: clip(0.2 x + 0.5, 0, 1). Keras 3: relu6(x + 3) / 6, which is the graph's.
MaybeValue hardSigmoid(Layer &layer, MaybeValue x) {
  if (layer.kerasMajor() >= 3)
    return layer.create<graph::HardSigmoidOp>(x);
  MaybeValue scaled = layer.create<graph::MulOp>(x, layer.scalarLike(*x, 0.2));
  MaybeValue shifted = layer.create<graph::AddOp>(scaled, layer.scalarLike(*x, 0.5));
  MaybeValue above = layer.create<graph::MaximumOp>(shifted, layer.scalarLike(*x, 0));
  return layer.create<graph::MinimumOp>(above, layer.scalarLike(*x, 1));
}

/// log(exp(x) + 1), as max(x, 0) + log(1 + exp(-|x|)) so that nothing overflows.
MaybeValue softplus(Layer &layer, MaybeValue x) {
  MaybeValue decay =
      layer.create<graph::ExpOp>(layer.create<graph::NegOp>(layer.create<graph::AbsOp>(x)));
  MaybeValue tail =
      layer.create<graph::LogOp>(layer.create<graph::AddOp>(decay, layer.scalarLike(*x, 1)));
  return layer.create<graph::AddOp>(layer.create<graph::ReluOp>(x), tail);
}

MaybeValue softsign(Layer &layer, MaybeValue x) {
  MaybeValue size = layer.create<graph::AbsOp>(x);
  return layer.create<graph::DivOp>(x, layer.create<graph::AddOp>(size, layer.scalarLike(*x, 1)));
}

MaybeValue leakyRelu(Layer &layer, MaybeValue x) { // Keras 3's default slope
  return layer.create<graph::LeakyReluOp>(x, llvm::APFloat(0.2f));
}

template <typename OpT> MaybeValue overLastAxis(Layer &layer, MaybeValue x) {
  return layer.create<OpT>(x, static_cast<int64_t>(shapeOf(*x).size()) - 1);
}
MaybeValue softmax(Layer &layer, MaybeValue x) {
  return layer.create<graph::SoftmaxOp>(x, static_cast<int64_t>(shapeOf(*x).size()) - 1,
                                        llvm::APFloat(1.0f));
}

struct Named {
  llvm::StringLiteral name;
  Function function;
};
constexpr Named kFunctions[] = {
    {"linear", linear},
    {"relu", apply<graph::ReluOp>},
    {"relu6", apply<graph::Relu6Op>},
    {"sigmoid", apply<graph::SigmoidOp>},
    {"tanh", apply<graph::TanhOp>},
    {"softmax", softmax},
    {"log_softmax", overLastAxis<graph::LogSoftmaxOp>},
    {"elu", elu},
    {"selu", selu},
    {"gelu", apply<graph::GeluOp>},
    {"hard_sigmoid", hardSigmoid},
    {"swish", swish},
    {"silu", swish},
    {"hard_swish", apply<graph::HardSwishOp>},
    {"hard_silu", apply<graph::HardSwishOp>},
    {"softplus", softplus},
    {"softsign", softsign},
    {"exponential", apply<graph::ExpOp>},
    {"leaky_relu", leakyRelu},
};
} // namespace

MaybeValue applyActivation(Layer &layer, MaybeValue input, const Json *activation) {
  if (failed(input) || !activation)
    return input;
  std::optional<StringRef> name = asString(*activation);
  if (!name) // Keras 3: {"class_name": "function", "config": "relu"}
    if (const Json *config = member(*activation, "config"))
      name = asString(*config);
  for (const Named &known : kFunctions)
    if (name && known.name == *name)
      return known.function(layer, input);
  return layer.unsupported("activation " + shortened(activation->dump(), kMostOfValue));
}

MaybeValue applyActivation(Layer &layer, MaybeValue input) {
  return applyActivation(layer, input, layer.find("activation"));
}

} // namespace tandem::keras
