#include "compiler/importers/common/recurrent.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

// Sequences of float32, step by step. The state is a variable of the file, which every run begins
// with zeros: LiteRT too begins so, but keeps it from one invocation to the next.

namespace {
RecurrentLayer::Function functionOf(NodeBuilder &build, schema::ActivationFunctionType type) {
  using schema::ActivationFunctionType;
  switch (type) {
  case ActivationFunctionType::NONE:
    return [](MaybeValue x) { return x; };
  case ActivationFunctionType::RELU:
    return [&](MaybeValue x) { return build.create<graph::ReluOp>(x); };
  case ActivationFunctionType::RELU_N1_TO_1:
    return [&](MaybeValue x) { return build.create<graph::ReluN1To1Op>(x); };
  case ActivationFunctionType::RELU6:
    return [&](MaybeValue x) { return build.create<graph::Relu6Op>(x); };
  case ActivationFunctionType::TANH:
    return [&](MaybeValue x) { return build.create<graph::TanhOp>(x); };
  default:
    return nullptr;
  }
}

/// The input with its places in front: [place, batch, depth].
FailureOr<Value> placesFirst(Node &node, bool isTimeMajor) {
  FailureOr<Value> input = node.input(0);
  if (failed(input))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (shape.size() != 3)
    return node.invalid() << "an input of shape " << shapeText(shape) << ", expected rank 3";
  if (!getElementTypeOrSelf(*input).isF32())
    return node.unsupported() << "an input that is not float32";
  int64_t places = shape[isTimeMajor ? 0 : 1];
  if (places < 1 || places > kMostPlaces)
    return node.unsupported() << "a sequence of " << places;
  return isTimeMajor ? input : node.build().transpose(input, {1, 0, 2});
}

/// Weights or biases of float32, of that shape where it is known (-1: any size).
FailureOr<Value> weights(Node &node, size_t index, ArrayRef<int64_t> expected) {
  FailureOr<Value> value = node.input(index);
  if (failed(value))
    return failure();
  if (!getElementTypeOrSelf(*value).isF32())
    return node.unsupported() << "weights that are not float32";
  auto fits = [](auto pair) {
    return std::get<0>(pair) < 0 || std::get<0>(pair) == std::get<1>(pair);
  };
  ArrayRef<int64_t> shape = shapeOf(*value);
  if (shape.size() != expected.size() || !llvm::all_of(llvm::zip(expected, shape), fits))
    return node.invalid() << "input " << index << " has shape " << shapeText(shape);
  return value;
}

/// The same of each gate, one behind another.
FailureOr<Value> ofGates(Node &node, size_t first, ArrayRef<int64_t> expected) {
  SmallVector<Value> parts;
  for (size_t gate = 0; gate < 4; ++gate) {
    FailureOr<Value> part = weights(node, first + gate, expected);
    if (failed(part))
      return failure();
    parts.push_back(*part);
  }
  return concatWeights(node.build(), parts);
}

/// A state before the first place: the variable's zeros, or a value that is given.
FailureOr<Value> stateOf(Node &node, size_t index, ArrayRef<int64_t> shape) {
  if (!node.isVariable(index))
    return weights(node, index, shape);
  return node.build().fill(node.builder().getF32Type(), shape, 0);
}

LogicalResult setStates(Node &node, RecurrentLayer &layer, bool isTimeMajor) {
  NodeBuilder &build = node.build();
  return node.setOutput(stackAlong(build, runRecurrent(build, layer), isTimeMajor ? 0 : 1));
}

/// UNIDIRECTIONAL_SEQUENCE_RNN: inputs are the sequence, both weights, the bias and the state.
LogicalResult importRnn(Node &node) {
  auto options = node.options<schema::SequenceRNNOptions>();
  if (failed(options))
    return failure();
  bool isTimeMajor = (*options)->time_major();
  FailureOr<Value> input = placesFirst(node, isTimeMajor);
  FailureOr<Value> recurrent = weights(node, 2, {-1, -1});
  if (failed(input) || failed(recurrent))
    return failure();
  RecurrentLayer layer;
  layer.step = stepRnn;
  layer.width = shapeOf(*recurrent)[0];
  layer.candidate = functionOf(node.build(), (*options)->fused_activation_function());
  if (!layer.candidate)
    return node.unsupported() << "its activation";
  layer.recurrent = weights(node, 2, {layer.width, layer.width});
  layer.projected =
      multiplyRows(node.build(), input, weights(node, 1, {layer.width, shapeOf(*input)[2]}),
                   weights(node, 3, layer.width));
  layer.state = stateOf(node, 4, {shapeOf(*input)[1], layer.width});
  return setStates(node, layer, isTimeMajor);
}

// Inputs of UNIDIRECTIONAL_SEQUENCE_LSTM. Of each four the gates are input, forget, cell, output.
constexpr size_t kInputWeights = 1, kRecurrentWeights = 5, kPeepholes = 9, kBiases = 12,
                 kProjection = 16, kProjectionBias = 17, kState = 18, kCell = 19,
                 kNormalization = 20, kInputsAtMost = 24;

LogicalResult checkForm(Node &node, const schema::UnidirectionalSequenceLSTMOptions &options) {
  if (!node.hasInput(kInputWeights))
    return node.unsupported() << "an input gate coupled with the forget gate";
  for (size_t i = kPeepholes; i < kBiases; ++i)
    if (node.hasInput(i))
      return node.unsupported() << "peepholes";
  for (size_t i = kNormalization; i < kInputsAtMost; ++i)
    if (node.hasInput(i))
      return node.unsupported() << "layer normalization";
  if (options.proj_clip() != 0)
    return node.unsupported() << "a clip of the projection";
  if (options.diagonal_recurrent_tensors())
    return node.unsupported() << "diagonal weights of the state";
  return success();
}

LogicalResult importLstm(Node &node) {
  auto options = node.options<schema::UnidirectionalSequenceLSTMOptions>();
  if (failed(options) || failed(checkForm(node, **options)))
    return failure();
  bool isTimeMajor = (*options)->time_major();
  NodeBuilder &build = node.build();
  FailureOr<Value> input = placesFirst(node, isTimeMajor);
  FailureOr<Value> ofOutput = weights(node, kRecurrentWeights + 3, {-1, -1});
  if (failed(input) || failed(ofOutput))
    return failure();
  RecurrentLayer layer;
  layer.step = stepLstm;
  layer.width = shapeOf(*ofOutput)[0];
  layer.cellClip = (*options)->cell_clip();
  layer.gate = [&](MaybeValue x) { return build.create<graph::SigmoidOp>(x); };
  layer.candidate = layer.output = functionOf(build, (*options)->fused_activation_function());
  if (!layer.candidate)
    return node.unsupported() << "its activation";
  int64_t batch = shapeOf(*input)[1], state = shapeOf(*ofOutput)[1];
  layer.recurrent = ofGates(node, kRecurrentWeights, {layer.width, state});
  layer.projected =
      multiplyRows(build, input, ofGates(node, kInputWeights, {layer.width, shapeOf(*input)[2]}),
                   ofGates(node, kBiases, layer.width));
  if (node.hasInput(kProjection))
    layer.projection = weights(node, kProjection, {state, layer.width});
  else if (state != layer.width)
    return node.invalid() << "a state of " << state << " for " << layer.width << " cells";
  if (node.hasInput(kProjectionBias))
    layer.projectionBias = weights(node, kProjectionBias, state);
  layer.state = stateOf(node, kState, {batch, state});
  layer.cell = stateOf(node, kCell, {batch, layer.width});
  return setStates(node, layer, isTimeMajor);
}
} // namespace

void registerRecurrent(OpTable &table) {
  table.add(schema::BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_RNN, importRnn);
  table.add(schema::BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_LSTM, importLstm);
}

} // namespace tandem::tflite
