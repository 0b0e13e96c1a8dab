#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/tflite/codes_lstm.h"
#include "compiler/importers/tflite/sequence.h"

using namespace mlir;

namespace tandem::tflite {

namespace {
/// Where one direction has its inputs. Of each four the gates are input, forget, cell, output; of
/// three peepholes input, forget, output.
struct Direction {
  size_t ofInput = 1, ofState = 5, peepholes = 9, biases = 12, projection = 16, projectionBias = 17,
         state = 18, cell = 19;
  std::optional<size_t> normalization = std::nullopt; ///< four
  std::optional<size_t> ofAuxiliary = std::nullopt;   ///< weights of a second input, four
  bool isReversed = false;
};
constexpr std::array<size_t, 4> kPeepholeOfGate = {0, 1, 3, 2}; ///< the cell's gate (2) has none

constexpr size_t kNormalization = 20;

/// What options of an LSTM say.
struct LstmForm : SequenceForm {
  schema::ActivationFunctionType activation = schema::ActivationFunctionType::TANH;
  double cellClip = 0, projectionClip = 0;
};
template <typename Options> LstmForm formOf(const Options &options) {
  LstmForm form;
  form.isAsymmetric = options.asymmetric_quantize_inputs();
  form.activation = options.fused_activation_function();
  form.cellClip = options.cell_clip();
  form.projectionClip = options.proj_clip();
  return form;
}

/// The gates' inputs from `first` on, without that of the input gate where it is coupled.
FailureOr<Value> ofGates(Node &node, const RecurrentLayer &layer, size_t first,
                         ArrayRef<int64_t> expected) {
  SmallVector<size_t> indices;
  for (size_t gate = layer.isCoupled; gate < 4; ++gate)
    indices.push_back(first + gate);
  return joinedWeights(node, indices, expected);
}

/// Peepholes and normalization, both of which are there for every gate or for none.
LogicalResult readExtras(Node &node, const Direction &inputs, RecurrentLayer &layer) {
  for (size_t gate = layer.isCoupled; gate < 4; ++gate) {
    size_t peephole = inputs.peepholes + kPeepholeOfGate[gate];
    if (gate != 2 && node.hasInput(inputs.peepholes + 2))
      layer.peepholes[gate] = realWeights(node, peephole, layer.width);
    if (inputs.normalization && node.hasInput(*inputs.normalization + 1)) {
      layer.factors[gate] = realWeights(node, *inputs.normalization + gate, layer.width);
      layer.offsets[gate] = realWeights(node, inputs.biases + gate, layer.width);
    }
    if (failed(layer.peepholes[gate]) || failed(layer.factors[gate]) || failed(layer.offsets[gate]))
      return failure();
  }
  return success();
}

FailureOr<RecurrentLayer> readLayer(Node &node, const Direction &inputs, MaybeValue places,
                                    MaybeValue auxiliary, const LstmForm &form) {
  FailureOr<Value> ofOutput = weights(node, inputs.ofState + 3, {-1, -1});
  if (failed(places) || failed(ofOutput))
    return failure();
  NodeBuilder &build = node.build();
  RecurrentLayer layer;
  layer.step = stepLstm;
  layer.isReversed = inputs.isReversed;
  layer.width = shapeOf(*ofOutput)[0];
  layer.cellClip = form.cellClip;
  layer.projectionClip = form.projectionClip;
  layer.isCoupled = !node.hasInput(inputs.ofInput);
  if (layer.isCoupled)
    layer.gates = {0, 0, 1, 2};
  layer.gate = [&](MaybeValue x) { return build.create<graph::SigmoidOp>(x); };
  layer.candidate = layer.output = functionOf(build, form.activation);
  if (!layer.candidate)
    return node.unsupported() << "its activation";
  setProduct(build, layer, form);
  if (failed(readExtras(node, inputs, layer)))
    return failure();
  int64_t batch = shapeOf(*places)[1], state = shapeOf(*ofOutput)[1];
  layer.recurrent = ofGates(node, layer, inputs.ofState, {layer.width, state});
  // Where sums are normalized their biases come behind.
  MaybeValue bias = *layer.factors[1] ? Value() : ofGates(node, layer, inputs.biases, layer.width);
  layer.projected = projected(
      build, places, ofGates(node, layer, inputs.ofInput, {layer.width, shapeOf(*places)[2]}), bias,
      form);
  if (inputs.ofAuxiliary)
    layer.projected = build.add(
        layer.projected,
        projected(build, auxiliary, ofGates(node, layer, *inputs.ofAuxiliary, {layer.width, -1}),
                  Value(), form));
  if (node.hasInput(inputs.projection))
    layer.projection = weights(node, inputs.projection, {state, layer.width});
  else if (state != layer.width)
    return node.invalid() << "a state of " << state << " for " << layer.width << " cells";
  if (node.hasInput(inputs.projectionBias))
    layer.projectionBias = realWeights(node, inputs.projectionBias, state);
  layer.state = stateOf(node, inputs.state, {batch, state}, form);
  layer.cell = stateOf(node, inputs.cell, {batch, layer.width}, form);
  return layer;
}

/// Whether activations are codes, not reals on weights in codes.
bool hasCodes(Node &node) {
  if (!node.hasInput(0))
    return false;
  FailureOr<Type> type = node.inputType(0);
  return succeeded(type) && graph::isQuantized(*type);
}
LogicalResult importOnCodes(Node &node, const LstmForm &form) {
  if (form.activation != schema::ActivationFunctionType::TANH)
    return node.unsupported() << "codes with another activation than TANH";
  return importCodesLstm(node, {.isTimeMajor = form.isTimeMajor,
                                .isSingleStep = form.isSingleStep,
                                .cellClip = static_cast<float>(form.cellClip),
                                .projectionClip = static_cast<float>(form.projectionClip)});
}

LogicalResult importLstm(Node &node) {
  auto options = node.options<schema::UnidirectionalSequenceLSTMOptions>();
  if (failed(options))
    return failure();
  if ((*options)->diagonal_recurrent_tensors())
    return node.unsupported() << "diagonal weights of the state";
  LstmForm form = formOf(**options);
  form.isTimeMajor = (*options)->time_major();
  if (hasCodes(node))
    return importOnCodes(node, form);
  Direction inputs;
  inputs.normalization = kNormalization;
  auto layer = readLayer(node, inputs, placesFirst(node, 0, form), Value(), form);
  return failed(layer) ? failure() : node.setOutput(statesOf(node.build(), *layer, form));
}

/// The first form of LSTM: all weights are one matrix, of the input and the state side by side, and
/// the states are inputs and outputs. Of its gates the cell's comes second.
LogicalResult importBasicStep(Node &node, const LstmForm &form) {
  FailureOr<Value> input = node.input(0), state = node.input(1), cell = node.input(4);
  if (failed(input) || failed(state) || failed(cell))
    return failure();
  if (!getElementTypeOrSelf(*input).isF32() || form.cellClip != 0 || form.projectionClip != 0)
    return node.unsupported() << "its first form with codes or clips";
  if (shapeOf(*input).size() != 2 || shapeOf(*state).size() != 2)
    return node.invalid() << "an input of shape " << shapeText(shapeOf(*input))
                          << " with a state of shape " << shapeText(shapeOf(*state));
  int64_t depth = shapeOf(*input)[1], width = shapeOf(*state)[1];
  NodeBuilder &build = node.build();
  MaybeValue both = concatAlong(build, {*input, *state}, 1);
  MaybeValue sums = multiplyRows(build, both, realWeights(node, 2, {4 * width, depth + width}),
                                 realWeights(node, 3, 4 * width));
  auto gate = [&](int64_t index) { return sliceAlong(build, sums, 1, index * width, width); };
  auto opened = [&](int64_t index) { return build.create<graph::SigmoidOp>(gate(index)); };
  MaybeValue next = build.add(build.multiply(opened(0), build.create<graph::TanhOp>(gate(1))),
                              build.multiply(opened(2), cell));
  MaybeValue result = build.multiply(opened(3), build.create<graph::TanhOp>(next));
  for (auto [index, value] : llvm::enumerate(ArrayRef<MaybeValue>{result, next, both, sums}))
    if (index < node.outputCount() && failed(node.setOutput(value, index)))
      return failure();
  return success();
}

/// LSTM: one step, of which the states are kept.
LogicalResult importStep(Node &node) {
  auto options = node.options<schema::LSTMOptions>();
  if (failed(options))
    return failure();
  LstmForm form = formOf(**options);
  form.isSingleStep = true;
  if ((*options)->kernel_type() == schema::LSTMKernelType::BASIC)
    return importBasicStep(node, form);
  if (hasCodes(node))
    return importOnCodes(node, form);
  Direction inputs;
  inputs.normalization = kNormalization;
  auto layer = readLayer(node, inputs, placesFirst(node, 0, form), Value(), form);
  if (failed(layer))
    return failure();
  MaybeValue state = runRecurrent(node.build(), *layer).front();
  if (failed(state) || failed(layer->cell))
    return failure();
  node.keepState(inputs.state, *state);
  node.keepState(inputs.cell, *layer->cell);
  return node.setOutput(state);
}

/// BIDIRECTIONAL_SEQUENCE_LSTM. A second sequence is read by both directions beside the first where
/// it has weights, else by the second alone instead of it.
LogicalResult importBidirectional(Node &node) {
  auto options = node.options<schema::BidirectionalSequenceLSTMOptions>();
  if (failed(options))
    return failure();
  constexpr size_t kAuxiliary = 39, kForwardAuxiliary = 40, kBackwardAuxiliary = 44;
  Direction forward = {1, 5, 9, 12, 16, 17, 35, 36}, backward = {18, 22, 26, 29, 33, 34, 37, 38};
  backward.isReversed = true;
  LstmForm form = formOf(**options);
  form.isTimeMajor = (*options)->time_major();
  MaybeValue places = placesFirst(node, 0, form), auxiliary = Value();
  if (node.hasInput(kAuxiliary))
    auxiliary = placesFirst(node, kAuxiliary, form);
  if (failed(auxiliary))
    return failure();
  bool isBeside = *auxiliary && node.hasInput(kForwardAuxiliary + 1);
  if (isBeside) {
    forward.ofAuxiliary = kForwardAuxiliary;
    backward.ofAuxiliary = kBackwardAuxiliary;
  }
  auto one = readLayer(node, forward, places, auxiliary, form);
  auto other =
      readLayer(node, backward, *auxiliary && !isBeside ? auxiliary : places, auxiliary, form);
  if (failed(one) || failed(other))
    return failure();
  return setDirections(node, statesOf(node.build(), *one, form),
                       statesOf(node.build(), *other, form), (*options)->merge_outputs());
}
} // namespace

void registerLstm(OpTable &table) {
  table.add(schema::BuiltinOperator::LSTM, importStep);
  table.add(schema::BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_LSTM, importLstm);
  table.add(schema::BuiltinOperator::BIDIRECTIONAL_SEQUENCE_LSTM, importBidirectional);
}

} // namespace tandem::tflite
