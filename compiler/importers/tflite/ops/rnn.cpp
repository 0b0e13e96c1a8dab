#include "compiler/importers/tflite/sequence.h"

using namespace mlir;

namespace tandem::tflite {

namespace {
/// One direction: its inputs are the weights, those of the state, the bias and the state.
struct Direction {
  size_t first = 1;
  std::optional<size_t> ofAuxiliary = std::nullopt; ///< weights of a second input
  bool isReversed = false;
};

FailureOr<RecurrentLayer> readLayer(Node &node, const Direction &direction, MaybeValue places,
                                    MaybeValue auxiliary, const SequenceForm &form,
                                    schema::ActivationFunctionType activation) {
  size_t first = direction.first;
  FailureOr<Value> recurrent = weights(node, first + 1, {-1, -1});
  if (failed(recurrent) || failed(places))
    return failure();
  NodeBuilder &build = node.build();
  RecurrentLayer layer;
  layer.step = stepRnn;
  layer.isReversed = direction.isReversed;
  layer.width = shapeOf(*recurrent)[0];
  layer.candidate = functionOf(build, activation);
  if (!layer.candidate)
    return node.unsupported() << "its activation";
  setProduct(build, layer, form);
  layer.recurrent = weights(node, first + 1, {layer.width, layer.width});
  layer.projected =
      projected(build, places, weights(node, first, {layer.width, shapeOf(*places)[2]}),
                realWeights(node, first + 2, layer.width), form);
  if (direction.ofAuxiliary)
    layer.projected = build.add(layer.projected,
                                projected(build, auxiliary,
                                          weights(node, *direction.ofAuxiliary, {layer.width, -1}),
                                          Value(), form));
  layer.state = stateOf(node, first + 3, {shapeOf(*places)[1], layer.width}, form);
  return layer;
}

LogicalResult importRnn(Node &node) {
  auto options = node.options<schema::SequenceRNNOptions>();
  if (failed(options))
    return failure();
  SequenceForm form = {.isTimeMajor = (*options)->time_major(),
                       .isAsymmetric = (*options)->asymmetric_quantize_inputs()};
  auto layer = readLayer(node, Direction(), placesFirst(node, 0, form), Value(), form,
                         (*options)->fused_activation_function());
  return failed(layer) ? failure() : node.setOutput(statesOf(node.build(), *layer, form));
}

/// RNN: one step, of which the state is kept.
LogicalResult importStep(Node &node) {
  auto options = node.options<schema::RNNOptions>();
  if (failed(options))
    return failure();
  SequenceForm form = {.isAsymmetric = (*options)->asymmetric_quantize_inputs(),
                       .isSingleStep = true};
  auto layer = readLayer(node, Direction(), placesFirst(node, 0, form), Value(), form,
                         (*options)->fused_activation_function());
  if (failed(layer))
    return failure();
  MaybeValue state = runRecurrent(node.build(), *layer).front();
  if (failed(state))
    return failure();
  constexpr size_t kState = 4;
  node.keepState(kState, *state);
  return node.setOutput(state);
}

/// BIDIRECTIONAL_SEQUENCE_RNN: the second direction has the same inputs again. A second sequence is
/// read by both beside the first where it has weights, else by the second alone instead of it.
LogicalResult importBidirectional(Node &node) {
  auto options = node.options<schema::BidirectionalSequenceRNNOptions>();
  if (failed(options))
    return failure();
  constexpr size_t kForward = 1, kBackward = 5, kAuxiliary = 9, kAuxiliaryWeights = 10;
  SequenceForm form = {.isTimeMajor = (*options)->time_major(),
                       .isAsymmetric = (*options)->asymmetric_quantize_inputs()};
  MaybeValue places = placesFirst(node, 0, form), auxiliary = Value();
  if (node.hasInput(kAuxiliary))
    auxiliary = placesFirst(node, kAuxiliary, form);
  if (failed(auxiliary))
    return failure();
  bool isBeside = *auxiliary && node.hasInput(kAuxiliaryWeights);
  Direction forward = {kForward}, backward = {kBackward};
  backward.isReversed = true;
  if (isBeside) {
    forward.ofAuxiliary = kAuxiliaryWeights;
    backward.ofAuxiliary = kAuxiliaryWeights + 1;
  }
  MaybeValue ofBackward = *auxiliary && !isBeside ? auxiliary : places;
  auto activation = (*options)->fused_activation_function();
  auto one = readLayer(node, forward, places, auxiliary, form, activation);
  auto other = readLayer(node, backward, ofBackward, auxiliary, form, activation);
  if (failed(one) || failed(other))
    return failure();
  return setDirections(node, statesOf(node.build(), *one, form),
                       statesOf(node.build(), *other, form), (*options)->merge_outputs());
}
} // namespace

void registerRnn(OpTable &table) {
  table.add(schema::BuiltinOperator::RNN, importStep);
  table.add(schema::BuiltinOperator::UNIDIRECTIONAL_SEQUENCE_RNN, importRnn);
  table.add(schema::BuiltinOperator::BIDIRECTIONAL_SEQUENCE_RNN, importBidirectional);
}

} // namespace tandem::tflite
