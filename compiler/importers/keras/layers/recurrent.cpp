// LSTM, GRU and SimpleRNN: https://keras.io/api/layers/recurrent_layers/
#include "compiler/importers/common/recurrent.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/keras/layer.h"

using namespace mlir;

namespace tandem::keras {

namespace {
RecurrentLayer::Function functionOf(Layer &layer, StringRef key) {
  return [&layer, activation = layer.find(key)](MaybeValue x) {
    return applyActivation(layer, x, activation);
  };
}

/// What is not computed here, by name; and what every configuration has.
LogicalResult checkForm(Layer &layer, int64_t places) {
  for (StringRef flag : {"return_state", "stateful", "time_major"})
    if (layer.flag(flag, false))
      return layer.unsupported("'" + flag + "'");
  if (places > kMostPlaces)
    return layer.unsupported("a sequence of " + Twine(places));
  if (!layer.find("activation"))
    return layer.invalid("has no 'activation'");
  return success();
}

/// The weights of `gates` gates are side by side in the last dimension of each. Of a GRU that
/// resets after the product the state has biases of its own.
FailureOr<RecurrentLayer> readLayer(Layer &layer, int64_t gates) {
  if (!layer.hasOneInput(3))
    return failure();
  ArrayRef<int64_t> shape = layer.inputShape();
  int64_t units = layer.integer("units");
  RecurrentLayer recurrent;
  recurrent.resetsAfterProduct = gates == 3 && layer.flag("reset_after", false);
  bool hasBias = layer.flag("use_bias", true);
  if (failed(checkForm(layer, shape[1])) || layer.failed())
    return failure();
  recurrent.width = units;
  recurrent.candidate = recurrent.output = functionOf(layer, "activation");
  recurrent.gate = functionOf(layer, "recurrent_activation");
  int64_t all = gates * units;
  recurrent.recurrent = layer.weight(1, "recurrent kernel", {units, all}, {1, 0});
  MaybeValue bias = Value();
  if (hasBias && !recurrent.resetsAfterProduct)
    bias = layer.weight(2, "bias", all);
  if (hasBias && recurrent.resetsAfterProduct) {
    FailureOr<std::vector<float>> both = layer.weightValues(2, "bias", {2, all});
    if (failed(both))
      return failure();
    std::vector<float> ofInput(both->begin(), both->begin() + all);
    for (int64_t i = 0; i < 2 * units; ++i) // the two gates add them up
      ofInput[i] += (*both)[all + i];
    bias = layer.constant(layer.elementType(), all, ofInput);
    recurrent.candidateBias =
        layer.constant(layer.elementType(), units, ArrayRef(*both).take_back(units));
  }
  recurrent.projected = multiplyRows(layer, layer.transpose(layer.input(), {1, 0, 2}),
                                     layer.weight(0, "kernel", {shape[2], all}, {1, 0}), bias);
  recurrent.state = layer.fill(layer.elementType(), {shape[0], units}, 0);
  recurrent.isReversed = layer.flag("go_backwards", false);
  return recurrent;
}

MaybeValue run(Layer &layer, FailureOr<RecurrentLayer> recurrent) {
  if (failed(recurrent))
    return failure();
  SmallVector<MaybeValue> states = runRecurrent(layer, *recurrent);
  if (!layer.flag("return_sequences", false))
    return recurrent->state;
  if (recurrent->isReversed) // Keras leaves them in the order of computing
    std::reverse(states.begin(), states.end());
  return stackAlong(layer, states, 1);
}

MaybeValue importSimpleRnn(Layer &layer) {
  FailureOr<RecurrentLayer> recurrent = readLayer(layer, 1);
  if (succeeded(recurrent))
    recurrent->step = stepRnn;
  return run(layer, std::move(recurrent));
}

/// Gates are update, reset, candidate.
MaybeValue importGru(Layer &layer) {
  FailureOr<RecurrentLayer> recurrent = readLayer(layer, 3);
  if (succeeded(recurrent))
    recurrent->step = stepGru;
  return run(layer, std::move(recurrent));
}

/// Gates are input, forget, cell, output.
MaybeValue importLstm(Layer &layer) {
  FailureOr<RecurrentLayer> recurrent = readLayer(layer, 4);
  if (succeeded(recurrent)) {
    recurrent->step = stepLstm;
    recurrent->cell = recurrent->state;
  }
  return run(layer, std::move(recurrent));
}
} // namespace

void registerRecurrent(LayerTable &table) {
  table.add("SimpleRNN", importSimpleRnn);
  table.add("GRU", importGru);
  table.add("LSTM", importLstm);
}

} // namespace tandem::keras
