// Functions that layers name: https://keras.io/api/layers/activations/
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/excerpt.h"
#include "compiler/importers/keras/functions.h"
#include "compiler/importers/keras/layer.h"

using namespace mlir;

namespace tandem::keras {

namespace {
using Function = MaybeValue (*)(Layer &, MaybeValue);

template <typename OpT> MaybeValue apply(Layer &layer, MaybeValue x) {
  return layer.create<OpT>(x);
}
template <MaybeValue (*function)(NodeBuilder &, MaybeValue)>
MaybeValue apply(Layer &layer, MaybeValue x) {
  return function(layer, x);
}

MaybeValue linear(Layer &, MaybeValue x) {
  return x;
}

MaybeValue elu(Layer &layer, MaybeValue x) {
  return layer.create<graph::EluOp>(x, llvm::APFloat(1.0f));
}

/// Keras 2: clip(0.2 x + 0.5, 0, 1). Keras 3: relu6(x + 3) / 6, which is the graph's.
MaybeValue hardSigmoid(Layer &layer, MaybeValue x) {
  if (layer.kerasMajor() >= 3)
    return layer.create<graph::HardSigmoidOp>(x);
  return clampBetween(layer, layer.add(layer.multiply(x, 0.2), 0.5), 0, 1);
}

MaybeValue softsign(Layer &layer, MaybeValue x) {
  return layer.divide(x, layer.add(layer.create<graph::AbsOp>(x), 1));
}

MaybeValue leakyRelu(Layer &layer, MaybeValue x) { // Keras 3's default slope
  return layer.create<graph::LeakyReluOp>(x, llvm::APFloat(0.2f));
}

int64_t lastAxis(MaybeValue x) {
  return static_cast<int64_t>(shapeOf(*x).size()) - 1;
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
    {"softmax", [](Layer &layer, MaybeValue x) { return softmaxOver(layer, x, lastAxis(x)); }},
    {"log_softmax",
     [](Layer &layer, MaybeValue x) { return layer.create<graph::LogSoftmaxOp>(x, lastAxis(x)); }},
    {"elu", elu},
    {"selu", [](Layer &layer, MaybeValue x) { return selu(layer, x); }},
    {"celu", [](Layer &layer, MaybeValue x) { return celu(layer, x, 1); }},
    {"gelu", apply<graph::GeluOp>},
    {"glu", [](Layer &layer, MaybeValue x) { return glu(layer, x, lastAxis(x)); }},
    {"mish", apply<mish>},
    {"hard_sigmoid", hardSigmoid},
    {"log_sigmoid", apply<logSigmoid>},
    {"sparse_sigmoid", apply<sparseSigmoid>},
    {"sparse_plus", apply<sparsePlus>},
    {"sparsemax", [](Layer &layer, MaybeValue x) { return sparseMax(layer, x, lastAxis(x)); }},
    {"squareplus", [](Layer &layer, MaybeValue x) { return squarePlus(layer, x, 4); }},
    {"swish", [](Layer &layer, MaybeValue x) { return swish(layer, x); }},
    {"silu", [](Layer &layer, MaybeValue x) { return swish(layer, x); }},
    {"hard_swish", apply<graph::HardSwishOp>},
    {"hard_silu", apply<graph::HardSwishOp>},
    {"hard_tanh", apply<graph::ReluN1To1Op>},
    {"tanh_shrink", apply<tanhShrink>},
    {"hard_shrink", [](Layer &layer, MaybeValue x) { return hardShrink(layer, x, 0.5); }},
    {"soft_shrink", [](Layer &layer, MaybeValue x) { return softShrink(layer, x, 0.5); }},
    {"softplus", apply<softplus>},
    {"softsign", softsign},
    {"exponential", apply<graph::ExpOp>},
    {"leaky_relu", leakyRelu},
};
} // namespace

/// Says of an activation that is none of those here whose it is.
static MaybeValue refuse(Layer &layer, StringRef name) {
  constexpr char kInstead[] = "take one of Keras, or functions of keras.ops behind the layer";
  if (name.empty())
    return layer.unsupported("a lambda as activation, which is code in Python: " + Twine(kInstead));
  std::string shown = "activation '" + excerpt(name, kMostOfName) + "'";
  if (!name.contains(kOfPackage))
    return layer.unsupported(shown);
  return layer.unsupported(shown +
                           ", which is your own and whose code is not in the file: " + kInstead);
}

MaybeValue applyActivation(Layer &layer, MaybeValue input, const Json *activation) {
  if (failed(input) || !activation)
    return input;
  std::string name = functionNameOf(*activation);
  StringRef plain = name;
  if (plain.consume_front(kNoPackage))
    plain = plain.drop_front();
  for (const Named &known : kFunctions)
    if (known.name == plain)
      return known.function(layer, input);
  // A layer in the place of a function, as in activation=LeakyReLU(0.1).
  if (LayerConfig inner = layer.layerInside(activation);
      layer.state().table.find(inner.className)) {
    Results results = layer.run(inner, *input, LayerWeights());
    return failed(results) ? MaybeValue(failure()) : MaybeValue(results->front());
  }
  return refuse(layer, name);
}

MaybeValue applyActivation(Layer &layer, MaybeValue input) {
  return applyActivation(layer, input, layer.find("activation"));
}

} // namespace tandem::keras
