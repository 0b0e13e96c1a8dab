// The fused RNN: several layers of one or two directions, with all weights in one vector. First
// come the weights of each layer and direction (of the input, of the state, of the projection),
// then their biases (of the input, of the state), as gluon and cuDNN have them.
#include "compiler/importers/common/recurrent.h"
#include "compiler/graph/constants.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

namespace {
struct Kind {
  StringLiteral mode;
  int64_t gates;
  RecurrentLayer::Step step;
};
/// LSTM: input, forget, cell, output. GRU: reset, update, candidate, which is reset after the
/// product.
constexpr Kind kKinds[] = {
    {"rnn_relu", 1, stepRnn}, {"rnn_tanh", 1, stepRnn}, {"gru", 3, stepGru}, {"lstm", 4, stepLstm}};

struct Form {
  const Kind *kind = nullptr;
  int64_t width = 0, layers = 0, directions = 1;
  int64_t projected = 0; ///< width of the state where it is projected, or 0
  bool givesStates = false;

  int64_t stateWidth() const { return projected ? projected : width; }
};

FailureOr<Form> readForm(SymbolNode &node) {
  Form form;
  StringRef mode = node.string("mode", "");
  for (const Kind &kind : kKinds)
    if (kind.mode == mode)
      form.kind = &kind;
  form.width = node.integer("state_size");
  form.layers = node.integer("num_layers");
  form.directions = node.flag("bidirectional", false) ? 2 : 1;
  form.givesStates = node.flag("state_outputs", false);
  form.projected = node.integer("projection_size", 0);
  bool hasLengths = node.flag("use_sequence_length", false);
  if (node.failed())
    return failure();
  constexpr int64_t kMostWidth = 1 << 16, kMostLayers = 64;
  if (!form.kind || form.width < 1 || form.width > kMostWidth || form.layers < 1 ||
      form.layers > kMostLayers || form.projected < 0 || form.projected > kMostWidth)
    return node.invalid("'mode' '" + mode + "' with 'state_size' " + Twine(form.width) +
                        " and 'num_layers' " + Twine(form.layers));
  if (hasLengths)
    return node.unsupported("'use_sequence_length'");
  if (node.has("lstm_state_clip_min") || node.has("lstm_state_clip_max"))
    return node.unsupported("'lstm_state_clip_min', which MXNet has on some processors only");
  if (form.projected && form.kind->step != stepLstm)
    return node.unsupported("'projection_size' of another 'mode' than lstm");
  return form;
}

/// The vector of weights, from which one after the other is taken.
class Weights {
public:
  static FailureOr<Weights> of(SymbolNode &node, int64_t expected) {
    MaybeValue value = node.input(1);
    if (failed(value))
      return failure();
    std::optional<graph::ConstantBytes> bytes = graph::constantOf(*value);
    if (!bytes || !getElementTypeOrSelf(*value).isF32())
      return node.unsupported("weights that are computed at run time, or not float32");
    Weights weights(node, std::move(*bytes));
    auto count = static_cast<int64_t>(weights.bytes_.as<float>().size());
    if (count != expected)
      return node.invalid("has " + Twine(count) + " weights, expected " + Twine(expected));
    return weights;
  }

  std::vector<float> numbers(int64_t count) {
    ArrayRef<float> all = bytes_.as<float>();
    std::vector<float> taken = all.slice(next_, count).vec();
    next_ += count;
    return taken;
  }
  MaybeValue take(ArrayRef<int64_t> shape) {
    return node_->constant(node_->builder().getF32Type(), shape, numbers(*elementCount(shape)));
  }

private:
  Weights(SymbolNode &node, graph::ConstantBytes bytes) : node_(&node), bytes_(std::move(bytes)) {}

  SymbolNode *node_;
  graph::ConstantBytes bytes_;
  size_t next_ = 0;
};

/// How many weights there are for inputs of so many channels; in f64, which does not overflow.
double weightCount(const Form &form, int64_t channels) {
  double count = 0, all = static_cast<double>(form.kind->gates) * static_cast<double>(form.width);
  for (int64_t layer = 0; layer < form.layers; ++layer) {
    auto in = static_cast<double>(layer == 0 ? channels : form.stateWidth() * form.directions);
    double each = all * (in + static_cast<double>(form.stateWidth()) + 2) +
                  static_cast<double>(form.projected) * static_cast<double>(form.width);
    count += each * static_cast<double>(form.directions);
  }
  return count;
}

/// The state before the first place of layer and direction `index`, from an input [layers *
/// directions, batch, width]. Zeros that leave the batch open have 1 for it.
MaybeValue stateFrom(SymbolNode &node, size_t input, int64_t index, ArrayRef<int64_t> shape,
                     int64_t count) {
  MaybeValue all = node.input(input);
  if (failed(all))
    return failure();
  SmallVector<int64_t> expected = {count, shape[0], shape[1]}, open = {count, 1, shape[1]};
  if (shapeOf(*all) != ArrayRef(expected) && shapeOf(*all) != ArrayRef(open))
    return node.invalid("a state of shape " + shapeText(shapeOf(*all)) + ", expected " +
                        shapeText(expected));
  MaybeValue row = sliceAlong(node, all, 0, index, 1);
  if (failed(row))
    return failure();
  return expandTo(node, node.reshape(row, {shapeOf(*row)[1], shape[1]}), shape);
}

/// What the weights of one direction of a layer are.
struct Direction {
  MaybeValue input = failure(), state = failure(), projection = Value();
  std::vector<float> inputBias, stateBias;
};

RecurrentLayer layerOf(SymbolNode &node, const Form &form, const Direction &weights,
                       MaybeValue input) {
  RecurrentLayer layer;
  layer.step = form.kind->step;
  layer.width = form.width;
  layer.recurrent = weights.state;
  layer.projection = weights.projection;
  layer.resetGate = 0;
  layer.resetsAfterProduct = true;
  auto function = [&node](auto create) {
    return [&node, create](MaybeValue x) { return create(node, x); };
  };
  layer.gate =
      function([](SymbolNode &at, MaybeValue x) { return at.create<graph::SigmoidOp>(x); });
  layer.candidate = layer.output =
      function([](SymbolNode &at, MaybeValue x) { return at.create<graph::TanhOp>(x); });
  if (form.kind->mode == "rnn_relu")
    layer.candidate =
        function([](SymbolNode &at, MaybeValue x) { return at.create<graph::ReluOp>(x); });
  // Biases add up, but for the candidate of a GRU, which resets only the state's part.
  Type type = node.builder().getF32Type();
  std::vector<float> bias = weights.inputBias;
  size_t added = form.kind->step == stepGru ? 2 * form.width : bias.size();
  for (size_t i = 0; i < added; ++i)
    bias[i] += weights.stateBias[i];
  if (form.kind->step == stepGru)
    layer.candidateBias =
        node.constant(type, form.width, ArrayRef<float>(weights.stateBias).drop_front(added));
  layer.projected = multiplyRows(node, input, weights.input,
                                 node.constant(type, static_cast<int64_t>(bias.size()), bias));
  return layer;
}

SmallVector<Direction> readDirections(const Form &form, int64_t channels, Weights &weights) {
  SmallVector<Direction> all(form.layers * form.directions);
  int64_t rows = form.kind->gates * form.width;
  for (auto [index, each] : llvm::enumerate(all)) {
    bool isFirst = static_cast<int64_t>(index) < form.directions;
    each.input = weights.take({rows, isFirst ? channels : form.stateWidth() * form.directions});
    each.state = weights.take({rows, form.stateWidth()});
    if (form.projected)
      each.projection = weights.take({form.projected, form.width});
  }
  for (Direction &each : all) {
    each.inputBias = weights.numbers(rows);
    each.stateBias = weights.numbers(rows);
  }
  return all;
}

/// Inputs: a sequence [place, batch, channel], the weights, the state and an LSTM's cell before.
FailureOr<Values> importRnn(SymbolNode &node) {
  FailureOr<Form> form = readForm(node);
  MaybeValue sequence = node.input(0);
  if (failed(form) || failed(sequence) || failed(node.checkIsReal(*sequence)))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*sequence));
  if (shape.size() != 3 || shape[0] < 1)
    return node.invalid("an input of shape " + shapeText(shape));
  constexpr int64_t kMostSteps = 1 << 13; // each stands in the graph
  if (shape[0] > kMostPlaces || shape[0] * form->layers * form->directions > kMostSteps)
    return node.unsupported("a sequence of " + Twine(shape[0]) + " through " +
                            Twine(form->layers * form->directions) + " layers");
  double expected = weightCount(*form, shape[2]);
  if (expected > static_cast<double>(kMaxElements))
    return node.invalid("a layer of that size has too many weights");
  FailureOr<Weights> weights = Weights::of(node, static_cast<int64_t>(expected));
  if (failed(weights))
    return failure();
  SmallVector<Direction> directions = readDirections(*form, shape[2], *weights);
  bool isLstm = form->kind->step == stepLstm;
  auto count = static_cast<int64_t>(directions.size());
  auto layerAt = [&](int64_t index, MaybeValue input) -> FailureOr<RecurrentLayer> {
    RecurrentLayer layer = layerOf(node, *form, directions[index], input);
    layer.state = stateFrom(node, 2, index, {shape[1], form->stateWidth()}, count);
    if (isLstm)
      layer.cell = stateFrom(node, 3, index, {shape[1], form->width}, count);
    return layer;
  };
  StackOfLayers stack = runLayers(node, sequence, form->layers, form->directions, layerAt);
  if (failed(stack.sequence))
    return failure();
  Values results = {*stack.sequence};
  if (!form->givesStates)
    return results;
  for (ArrayRef<MaybeValue> list :
       {ArrayRef(stack.states), ArrayRef(stack.cells).take_front(isLstm ? count : 0)}) {
    if (list.empty())
      continue;
    MaybeValue all = stackAlong(node, list, 0);
    if (failed(all))
      return failure();
    results.push_back(*all);
  }
  return results;
}

/// The weights of all layers, made one vector.
MaybeValue importParameters(SymbolNode &node) {
  FailureOr<Values> parts = node.inputs();
  if (node.integer("dim", 0) != 0)
    return node.unsupported("another 'dim' than 0");
  return failed(parts) ? MaybeValue(failure()) : concatWeights(node, *parts);
}
} // namespace

void registerRecurrent(OpTable &table) {
  table.addList("RNN", importRnn);
  table.nameOutputs("RNN", {"output", "state_output", "statecell_output"});
  table.add("_rnn_param_concat", importParameters);
}

} // namespace tandem::mxnet
