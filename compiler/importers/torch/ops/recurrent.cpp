// LSTM, GRU and RNN: https://docs.pytorch.org/docs/stable/nn.html#recurrent-layers
#include "compiler/importers/common/recurrent.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

using Results = FailureOr<SmallVector<Value>>;

namespace {

/// What all layers of a node have in common.
struct Kind {
  int64_t gates;
  RecurrentLayer::Step step;
  bool isRelu = false; ///< of an RNN, else tanh
};

/// The parameters of one direction of a layer: two weights, and two biases.
struct Weights {
  MaybeValue ofInput = failure(), ofState = failure(), inputBias = Value(), stateBias = Value();
};

/// Gates in PyTorch's order: an LSTM's input, forget, cell, output; a GRU's reset, update, new.
RecurrentLayer makeLayer(AtenNode &node, const Kind &kind, MaybeValue input,
                         const Weights &weights) {
  RecurrentLayer layer;
  layer.step = kind.step;
  layer.gate = [&](MaybeValue x) { return node.create<graph::SigmoidOp>(x); };
  layer.output = [&](MaybeValue x) { return node.create<graph::TanhOp>(x); };
  layer.candidate = layer.output;
  if (kind.isRelu)
    layer.candidate = [&](MaybeValue x) { return node.create<graph::ReluOp>(x); };
  layer.resetGate = 0;
  layer.resetsAfterProduct = kind.step == stepGru;
  layer.recurrent = weights.ofState;
  layer.width = shapeOf(*weights.ofState)[1];
  layer.projected = multiplyRows(node, input, weights.ofInput, weights.inputBias);
  if (!*weights.stateBias)
    return layer;
  MaybeValue late = weights.stateBias; // what is added to the projection as well
  if (kind.step == stepGru) {          // all but the new gate's own
    int64_t early = 2 * layer.width;
    layer.candidateBias = sliceAlong(node, weights.stateBias, 0, early, layer.width);
    MaybeValue gates = sliceAlong(node, weights.stateBias, 0, 0, early),
               zeros = node.fill(getElementTypeOrSelf(*weights.stateBias), layer.width, 0);
    late = failed(gates) || failed(zeros) ? MaybeValue(failure())
                                          : concatWeights(node, {*gates, *zeros});
  }
  layer.projected = node.add(layer.projected, late);
  return layer;
}

/// Entry `index` of [layers * directions, batch, width].
MaybeValue stateOf(AtenNode &node, Value states, int64_t index) {
  ArrayRef<int64_t> shape = shapeOf(states);
  if (shape.size() != 3 || index >= shape[0])
    return node.invalid("a state of shape " + shapeText(shape));
  return node.reshape(sliceAlong(node, states, 0, index, 1), {shape[1], shape[2]});
}

/// The node's parameters, layer by layer and direction by direction.
FailureOr<SmallVector<Weights>> readWeights(AtenNode &node, const Kind &kind, int64_t count) {
  SmallVector<Value> all = node.tensors("params");
  bool hasBiases = node.flag("has_biases", true);
  if (node.failed())
    return failure();
  size_t each = hasBiases ? 4 : 2;
  if (all.size() != each * static_cast<size_t>(count))
    return node.unsupported(Twine(all.size()) + " parameters, as with a projection");
  SmallVector<Weights> result;
  for (size_t i = 0; i < all.size(); i += each) {
    Weights weights{all[i], all[i + 1]};
    if (hasBiases)
      weights.inputBias = all[i + 2], weights.stateBias = all[i + 3];
    ArrayRef<int64_t> shape = shapeOf(all[i + 1]);
    if (shape.size() != 2 || shape[0] != kind.gates * shape[1])
      return node.invalid("weights of the state of shape " + shapeText(shape));
    result.push_back(weights);
  }
  return result;
}

Results importRecurrent(AtenNode &node, const Kind &kind) {
  bool isLstm = kind.step == stepLstm;
  MaybeValue input = node.tensor("input");
  SmallVector<Value> states;
  if (isLstm)
    states = node.tensors("hx");
  else if (MaybeValue state = node.tensor("hx"); succeeded(state))
    states = {*state};
  bool isBatchFirst = node.flag("batch_first", false), isBoth = node.flag("bidirectional", false);
  constexpr int64_t kMostLayers = 64;
  int64_t layers = node.integer("num_layers", 1), directions = isBoth ? 2 : 1;
  if (node.failed() || failed(input))
    return failure();
  if (layers < 1 || layers > kMostLayers || states.size() != (isLstm ? 2 : 1) ||
      shapeOf(*input).size() != 3)
    return node.invalid(Twine(layers) + " layers on an input of shape " +
                        shapeText(shapeOf(*input)));
  FailureOr<SmallVector<Weights>> weights = readWeights(node, kind, layers * directions);
  if (failed(weights))
    return failure();
  if (isBatchFirst)
    input = node.transpose(input, {1, 0, 2});
  if (failed(input) || shapeOf(*input)[0] < 1 || shapeOf(*input)[0] > kMostPlaces)
    return node.unsupported("a sequence of another length than 1 to " + Twine(kMostPlaces));
  auto layerAt = [&](int64_t index, MaybeValue sequence) -> FailureOr<RecurrentLayer> {
    RecurrentLayer layer = makeLayer(node, kind, sequence, (*weights)[index]);
    layer.state = stateOf(node, states[0], index);
    if (isLstm)
      layer.cell = stateOf(node, states[1], index);
    if (failed(layer.projected) || failed(layer.state) || failed(layer.cell) ||
        failed(layer.candidateBias))
      return failure();
    return layer;
  };
  StackOfLayers stack = runLayers(node, input, layers, directions, layerAt);
  if (failed(stack.sequence))
    return failure();
  MaybeValue result = isBatchFirst ? node.transpose(stack.sequence, {1, 0, 2}) : stack.sequence,
             last = stackAlong(node, stack.states, 0);
  if (failed(result) || failed(last))
    return failure();
  if (!isLstm)
    return SmallVector<Value>{*result, *last};
  MaybeValue lastCells = stackAlong(node, stack.cells, 0);
  return failed(lastCells) ? Results(failure()) : SmallVector<Value>{*result, *last, *lastCells};
}

} // namespace

static Results importLstm(AtenNode &node) {
  return importRecurrent(node, {4, stepLstm});
}
static Results importGru(AtenNode &node) {
  return importRecurrent(node, {3, stepGru});
}
static Results importRnnTanh(AtenNode &node) {
  return importRecurrent(node, {1, stepRnn});
}
static Results importRnnRelu(AtenNode &node) {
  return importRecurrent(node, {1, stepRnn, /*isRelu=*/true});
}

void registerRecurrent(OpTable &table) {
  table.addList("aten.lstm.input", importLstm);
  table.addList("aten.gru.input", importGru);
  table.addList("aten.rnn_tanh.input", importRnnTanh);
  table.addList("aten.rnn_relu.input", importRnnRelu);
}

} // namespace tandem::torch
