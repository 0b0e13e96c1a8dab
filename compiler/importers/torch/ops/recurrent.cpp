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
  MaybeValue projection = Value(); ///< of an LSTM, from the cell's output to the state, or null
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
  layer.width = shapeOf(*weights.ofState)[0] / kind.gates;
  layer.projection = weights.projection;
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

/// [gates, state] of what the cell, as wide as a gate, is projected to; else of itself.
LogicalResult checkWeights(AtenNode &node, const Kind &kind, const Weights &weights) {
  ArrayRef<int64_t> shape = shapeOf(*weights.ofState);
  if (shape.size() != 2 || shape[0] % kind.gates != 0)
    return node.invalid("weights of the state of shape " + shapeText(shape));
  int64_t width = shape[0] / kind.gates;
  if (!*weights.projection)
    return shape[1] == width ? success()
                             : node.invalid("weights of the state of shape " + shapeText(shape));
  ArrayRef<int64_t> projection = shapeOf(*weights.projection);
  return projection == ArrayRef<int64_t>{shape[1], width}
             ? success()
             : node.invalid("a projection of shape " + shapeText(projection));
}

/// The node's parameters, layer by layer and direction by direction.
FailureOr<SmallVector<Weights>> readWeights(AtenNode &node, const Kind &kind, size_t count) {
  SmallVector<Value> all = node.tensors("params");
  bool hasBiases = node.flag("has_biases", true);
  if (node.failed())
    return failure();
  size_t each = hasBiases ? 4 : 2, withProjection = each + 1;
  bool isProjected = kind.step == stepLstm && all.size() == withProjection * count;
  if (all.size() != each * count && !isProjected)
    return node.invalid(Twine(all.size()) + " parameters of " + Twine(count) + " layers");
  if (isProjected)
    each = withProjection;
  SmallVector<Weights> result;
  for (size_t i = 0; i < all.size(); i += each) {
    Weights weights{all[i], all[i + 1]};
    if (hasBiases)
      weights.inputBias = all[i + 2], weights.stateBias = all[i + 3];
    if (isProjected)
      weights.projection = all[i + each - 1];
    if (failed(checkWeights(node, kind, weights)))
      return failure();
    result.push_back(weights);
  }
  return result;
}

/// The state before the first place, and of an LSTM its cell.
SmallVector<Value> readStates(AtenNode &node, bool isLstm) {
  if (isLstm)
    return node.tensors("hx");
  MaybeValue state = node.tensor("hx");
  return succeeded(state) ? SmallVector<Value>{*state} : SmallVector<Value>();
}

Results importRecurrent(AtenNode &node, const Kind &kind) {
  bool isLstm = kind.step == stepLstm;
  MaybeValue input = node.tensor("input");
  SmallVector<Value> states = readStates(node, isLstm);
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

/// aten.lstm_cell and its kin: one place of one layer.
Results importCell(AtenNode &node, const Kind &kind) {
  bool isLstm = kind.step == stepLstm;
  MaybeValue input = node.tensor("input");
  SmallVector<Value> states = readStates(node, isLstm);
  Weights weights{node.tensor("w_ih"), node.tensor("w_hh"), node.optionalTensor("b_ih"),
                  node.optionalTensor("b_hh")};
  for (MaybeValue each :
       {input, weights.ofInput, weights.ofState, weights.inputBias, weights.stateBias})
    if (failed(each))
      return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (node.failed() || failed(checkWeights(node, kind, weights)))
    return failure();
  if (states.size() != (isLstm ? 2 : 1) || shape.size() != 2)
    return node.invalid("an input of shape " + shapeText(shape));
  MaybeValue sequence = node.reshape(input, {1, shape[0], shape[1]});
  if (failed(sequence))
    return failure();
  RecurrentLayer layer = makeLayer(node, kind, sequence, weights);
  layer.state = states[0];
  if (isLstm)
    layer.cell = states[1];
  if (failed(layer.projected) || failed(layer.candidateBias))
    return failure();
  runRecurrent(node, layer);
  if (failed(layer.state) || failed(layer.cell))
    return failure();
  return isLstm ? SmallVector<Value>{*layer.state, *layer.cell} : SmallVector<Value>{*layer.state};
}

} // namespace

template <Results (*import)(AtenNode &, const Kind &)>
static void registerKinds(OpTable &table, StringRef suffix) {
  table.addList(("aten.lstm" + suffix).str(),
                [](AtenNode &node) { return import(node, {4, stepLstm}); });
  table.addList(("aten.gru" + suffix).str(),
                [](AtenNode &node) { return import(node, {3, stepGru}); });
  table.addList(("aten.rnn_tanh" + suffix).str(),
                [](AtenNode &node) { return import(node, {1, stepRnn}); });
  table.addList(("aten.rnn_relu" + suffix).str(),
                [](AtenNode &node) { return import(node, {1, stepRnn, /*isRelu=*/true}); });
}

void registerRecurrent(OpTable &table) {
  registerKinds<importRecurrent>(table, ".input");
  registerKinds<importCell>(table, "_cell.default");
}

} // namespace tandem::torch
