#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/onnx/node.h"

using namespace mlir;

namespace tandem::onnx {

// LSTM, GRU and RNN, step by step: the product of all inputs with their weights first, at once,
// then one step of a few ops for each place of the sequence.

static constexpr auto kNone = graph::Activation::None;

namespace {
/// One direction of one layer; the gates' weights are one behind another in dimension 0.
struct Layer {
  MaybeValue projected = failure();   ///< inputs times weights, with biases: [place, batch, gates]
  MaybeValue recurrent = failure();   ///< [gates, hidden]
  MaybeValue recurrentBias = Value(); ///< of what a GRU adds before its reset gate, or null
  MaybeValue hidden = failure(), cell = Value(); ///< states, [batch, width]
  SmallVector<std::string> activations;
  int64_t width = 0, places = 0, batch = 0;
  bool isReversed = false;
};

MaybeValue add(OnnxNode &node, MaybeValue a, MaybeValue b) {
  return node.create<graph::AddOp>(a, b, kNone);
}
MaybeValue multiply(OnnxNode &node, MaybeValue a, MaybeValue b) {
  return node.create<graph::MulOp>(a, b, kNone);
}

MaybeValue activate(OnnxNode &node, MaybeValue x, StringRef name) {
  if (name == "Sigmoid")
    return node.create<graph::SigmoidOp>(x);
  if (name == "Tanh")
    return node.create<graph::TanhOp>(x);
  if (name == "Relu")
    return node.create<graph::ReluOp>(x);
  return node.unsupported("activation '" + name + "', only Sigmoid, Tanh and Relu are");
}

/// Entry `direction` of an input's first dimension, which goes; null when the input is left out.
MaybeValue ofDirection(OnnxNode &node, size_t index, int64_t direction) {
  MaybeValue value = node.optionalInput(index);
  if (failed(value) || !*value)
    return value;
  ArrayRef<int64_t> shape = shapeOf(*value);
  if (shape.empty() || direction >= shape[0])
    return node.invalid("input " + Twine(index) + " has shape " + shapeText(shape));
  SmallVector<int64_t> rest(shape.drop_front());
  return node.reshape(sliceAlong(node, value, 0, direction, 1), rest);
}

/// Part `index` of `width` of the last dimension.
MaybeValue gate(OnnxNode &node, MaybeValue gates, int64_t index, int64_t width) {
  if (failed(gates))
    return failure();
  return sliceAlong(node, gates, static_cast<int64_t>(shapeOf(*gates).size()) - 1, index * width,
                    width);
}

MaybeValue zeros(OnnxNode &node, int64_t batch, int64_t width) {
  return node.fill(node.builder().getF32Type(), {batch, width}, 0);
}

/// What is there of a step's input, [batch, gates].
MaybeValue atPlace(OnnxNode &node, const Layer &layer, int64_t place) {
  MaybeValue row = sliceAlong(node, layer.projected, 0, place, 1);
  if (failed(row))
    return failure();
  return node.reshape(row, {shapeOf(*row)[1], shapeOf(*row)[2]});
}

MaybeValue times(OnnxNode &node, MaybeValue state, MaybeValue weights, MaybeValue bias = Value()) {
  return node.create<graph::FullyConnectedOp>(state, weights, bias, kNone);
}

/// h = f(x + R h).
void stepRnn(OnnxNode &node, Layer &layer, MaybeValue input) {
  layer.hidden = activate(node, add(node, input, times(node, layer.hidden, layer.recurrent)),
                          layer.activations[0]);
}

/// Gates are input, output, forget, cell.
void stepLstm(OnnxNode &node, Layer &layer, MaybeValue input) {
  MaybeValue gates = add(node, input, times(node, layer.hidden, layer.recurrent));
  auto part = [&](int64_t index, size_t function) {
    return activate(node, gate(node, gates, index, layer.width), layer.activations[function]);
  };
  MaybeValue kept = multiply(node, part(2, 0), layer.cell);
  layer.cell = add(node, kept, multiply(node, part(0, 0), part(3, 1)));
  layer.hidden = multiply(node, part(1, 0), activate(node, layer.cell, layer.activations[2]));
}

/// Gates are update, reset, hidden; h' = (1 - z) * g + z * h.
void stepGru(OnnxNode &node, Layer &layer, MaybeValue input) {
  int64_t width = layer.width;
  auto weights = [&](int64_t begin, int64_t count) {
    return sliceAlong(node, layer.recurrent, 0, begin * width, count * width);
  };
  MaybeValue both =
      add(node, sliceAlong(node, input, 1, 0, 2 * width), times(node, layer.hidden, weights(0, 2)));
  MaybeValue update = activate(node, gate(node, both, 0, width), layer.activations[0]);
  MaybeValue reset = activate(node, gate(node, both, 1, width), layer.activations[0]);
  bool isLinearFirst = node.flag("linear_before_reset", false);
  MaybeValue before =
      isLinearFirst
          ? multiply(node, reset, times(node, layer.hidden, weights(2, 1), layer.recurrentBias))
          : times(node, multiply(node, reset, layer.hidden), weights(2, 1));
  MaybeValue next =
      activate(node, add(node, gate(node, input, 2, width), before), layer.activations[1]);
  MaybeValue difference = node.create<graph::SubOp>(layer.hidden, next, kNone);
  layer.hidden = add(node, next, multiply(node, update, difference));
}

using Step = void (*)(OnnxNode &, Layer &, MaybeValue);

/// What an operator has, and where.
struct Kind {
  int64_t gates;
  SmallVector<StringRef> activations;
  size_t cellInput; ///< 0: it has no cell
  Step step;
};

/// The two biases (of inputs, of the state) are added up. That of a GRU's hidden gate stays apart
/// when the reset gate comes behind it.
LogicalResult readBias(OnnxNode &node, const Kind &kind, Layer &layer, int64_t direction,
                       MaybeValue &bias) {
  MaybeValue both = ofDirection(node, 3, direction);
  if (failed(both) || !*both)
    return LogicalResult(both);
  int64_t size = kind.gates * layer.width;
  if (shapeOf(*both) != ArrayRef<int64_t>(2 * size))
    return node.invalid("biases of shape " + shapeText(shapeOf(*both)));
  MaybeValue ofInput = sliceAlong(node, both, 0, 0, size),
             ofState = sliceAlong(node, both, 0, size, size);
  bool isApart = kind.step == stepGru && node.flag("linear_before_reset", false);
  if (!isApart) {
    bias = add(node, ofInput, ofState);
    return LogicalResult(bias);
  }
  int64_t first = 2 * layer.width;
  layer.recurrentBias = sliceAlong(node, ofState, 0, first, layer.width);
  MaybeValue early =
      add(node, sliceAlong(node, ofInput, 0, 0, first), sliceAlong(node, ofState, 0, 0, first));
  MaybeValue late = sliceAlong(node, ofInput, 0, first, layer.width);
  if (failed(early) || failed(late))
    return failure();
  bias = concatAlong(node, {*early, *late}, 0);
  return LogicalResult(bias);
}

FailureOr<Layer> readLayer(OnnxNode &node, const Kind &kind, MaybeValue input, int64_t direction) {
  Layer layer;
  MaybeValue weights = ofDirection(node, 1, direction);
  layer.recurrent = ofDirection(node, 2, direction);
  if (failed(weights) || failed(layer.recurrent) || !*weights || !*layer.recurrent)
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*layer.recurrent);
  if (shape.size() != 2 || shape[0] != kind.gates * shape[1])
    return node.invalid("weights of the state of shape " + shapeText(shape));
  layer.width = shape[1];
  layer.places = shapeOf(*input)[0];
  layer.batch = shapeOf(*input)[1];
  MaybeValue bias = Value();
  if (failed(readBias(node, kind, layer, direction, bias)))
    return failure();
  layer.projected = multiplyRows(node, input, weights, bias);
  layer.hidden = ofDirection(node, 5, direction);
  if (succeeded(layer.hidden) && !*layer.hidden)
    layer.hidden = zeros(node, layer.batch, layer.width);
  if (kind.cellInput) {
    layer.cell = ofDirection(node, kind.cellInput, direction);
    if (succeeded(layer.cell) && !*layer.cell)
      layer.cell = zeros(node, layer.batch, layer.width);
  }
  if (failed(layer.projected) || failed(layer.hidden) || failed(layer.cell))
    return failure();
  return layer;
}

/// What is not computed here, by name.
LogicalResult checkForm(OnnxNode &node, int64_t places) {
  constexpr int64_t kMostPlaces = 512;
  if (node.integer("layout", 0) != 0)
    return node.unsupported("'layout' 1");
  if (node.hasAttribute("clip") || node.integer("input_forget", 0) != 0)
    return node.unsupported("'clip' or 'input_forget'");
  if (node.has(7))
    return node.unsupported("peepholes");
  if (places > kMostPlaces)
    return node.unsupported("a sequence of " + Twine(places));
  if (!node.has(4))
    return success();
  FailureOr<SmallVector<int64_t>> lengths = node.ints(4, "the list of lengths");
  if (failed(lengths))
    return failure();
  if (llvm::any_of(*lengths, [&](int64_t length) { return length != places; }))
    return node.unsupported("sequences of several lengths");
  return success();
}

FailureOr<SmallVector<std::string>> readActivations(OnnxNode &node, const Kind &kind,
                                                    int64_t directions) {
  SmallVector<std::string> names = node.strings("activations");
  if (node.failed())
    return failure();
  if (names.empty())
    for (int64_t i = 0; i < directions; ++i)
      for (StringRef name : kind.activations)
        names.push_back(name.str());
  if (names.size() != kind.activations.size() * directions)
    return node.invalid("it has " + Twine(names.size()) + " activations");
  return names;
}

/// A result of every direction side by side in a new dimension.
MaybeValue stack(OnnxNode &node, ArrayRef<MaybeValue> parts, int64_t axis) {
  Values values;
  for (MaybeValue part : parts) {
    if (failed(part))
      return failure();
    SmallVector<int64_t> shape(shapeOf(*part));
    shape.insert(shape.begin() + axis, 1);
    MaybeValue apart = node.reshape(part, shape);
    if (failed(apart))
      return failure();
    values.push_back(*apart);
  }
  return concatAlong(node, values, axis);
}

/// Runs a layer over all places; the states of each, [place, batch, width].
MaybeValue runLayer(OnnxNode &node, const Kind &kind, Layer &layer) {
  SmallVector<MaybeValue> states(layer.places, failure());
  for (int64_t i = 0; i < layer.places; ++i) {
    int64_t place = layer.isReversed ? layer.places - 1 - i : i;
    kind.step(node, layer, atPlace(node, layer, place));
    states[place] = layer.hidden;
  }
  return stack(node, states, 0);
}

FailureOr<Values> importRecurrent(OnnxNode &node, const Kind &kind) {
  MaybeValue input = node.input(0);
  std::string direction = node.string("direction", "forward");
  if (failed(input) || node.failed())
    return failure();
  if (shapeOf(*input).size() != 3 || shapeOf(*input)[0] < 1)
    return node.invalid("an input of shape " + shapeText(shapeOf(*input)));
  if (failed(checkForm(node, shapeOf(*input)[0])))
    return failure();
  int64_t directions = direction == "bidirectional" ? 2 : 1;
  auto activations = readActivations(node, kind, directions);
  if (failed(activations))
    return failure();
  SmallVector<MaybeValue> all, hidden, cells;
  for (int64_t i = 0; i < directions; ++i) {
    FailureOr<Layer> layer = readLayer(node, kind, input, i);
    if (failed(layer))
      return failure();
    layer->isReversed = direction == "reverse" || i == 1;
    size_t count = kind.activations.size();
    layer->activations.assign(activations->begin() + i * count,
                              activations->begin() + (i + 1) * count);
    all.push_back(runLayer(node, kind, *layer));
    hidden.push_back(layer->hidden);
    cells.push_back(layer->cell);
  }
  MaybeValue states = stack(node, all, 1), last = stack(node, hidden, 0);
  if (failed(states) || failed(last))
    return failure();
  if (!kind.cellInput)
    return Values{*states, *last};
  MaybeValue lastCells = stack(node, cells, 0);
  return failed(lastCells) ? FailureOr<Values>(failure()) : Values{*states, *last, *lastCells};
}
} // namespace

static FailureOr<Values> importRnn(OnnxNode &node) {
  return importRecurrent(node, {1, {"Tanh"}, 0, stepRnn});
}
static FailureOr<Values> importGru(OnnxNode &node) {
  return importRecurrent(node, {3, {"Sigmoid", "Tanh"}, 0, stepGru});
}
static FailureOr<Values> importLstm(OnnxNode &node) {
  return importRecurrent(node, {4, {"Sigmoid", "Tanh", "Tanh"}, 6, stepLstm});
}

void registerRecurrent(OpTable &table) {
  table.addList("RNN", importRnn, Takes::kReals);
  table.addList("GRU", importGru, Takes::kReals);
  table.addList("LSTM", importLstm, Takes::kReals);
}

} // namespace tandem::onnx
