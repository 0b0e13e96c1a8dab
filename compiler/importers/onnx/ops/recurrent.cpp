#include "compiler/importers/common/recurrent.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/onnx/coded_products.h"

using namespace mlir;

namespace tandem::onnx {

namespace {
using Function = RecurrentLayer::Function;

FailureOr<Function> functionOf(OnnxNode &node, StringRef name) {
  if (name == "Sigmoid")
    return Function([&](MaybeValue x) { return node.create<graph::SigmoidOp>(x); });
  if (name == "Tanh")
    return Function([&](MaybeValue x) { return node.create<graph::TanhOp>(x); });
  if (name == "Relu")
    return Function([&](MaybeValue x) { return node.create<graph::ReluOp>(x); });
  return node.unsupported("activation '" + name + "', only Sigmoid, Tanh and Relu are");
}

/// The same of what is held within 'clip'. ONNX Runtime does so with the sums of gates and
/// candidates, and not with the cell on its way out.
FailureOr<Function> clippedFunctionOf(OnnxNode &node, StringRef name) {
  FailureOr<Function> function = functionOf(node, name);
  double clip = node.number("clip", 0);
  if (failed(function) || clip <= 0)
    return function;
  return Function([&node, clip, function = *function](MaybeValue x) {
    return function(clampBetween(node, x, -clip, clip));
  });
}

/// 'layout' 1: the batch is the first dimension of sequences and states.
bool isBatchFirst(OnnxNode &node) {
  return node.flag("layout", false);
}

/// Entry `direction` of an input's dimension `axis`, which goes; null when the input is left out.
MaybeValue ofDirection(OnnxNode &node, size_t index, int64_t direction, size_t axis = 0) {
  MaybeValue value = node.optionalInput(index);
  if (failed(value) || !*value)
    return value;
  ArrayRef<int64_t> shape = shapeOf(*value);
  if (shape.size() <= axis || direction >= shape[axis])
    return node.invalid("input " + Twine(index) + " has shape " + shapeText(shape));
  SmallVector<int64_t> rest(shape);
  rest.erase(rest.begin() + axis);
  return node.reshape(sliceAlong(node, value, axis, direction, 1), rest);
}

/// A state before the first place, of zeros when it is left out.
MaybeValue stateOf(OnnxNode &node, size_t index, int64_t direction, ArrayRef<int64_t> shape) {
  MaybeValue state = ofDirection(node, index, direction, isBatchFirst(node) ? 1 : 0);
  if (succeeded(state) && !*state)
    return node.fill(node.builder().getF32Type(), shape, 0);
  return state;
}

/// Peepholes come in the order input, output, forget.
LogicalResult readPeepholes(OnnxNode &node, RecurrentLayer &layer, int64_t direction) {
  MaybeValue all = ofDirection(node, 7, direction);
  if (failed(all) || !*all)
    return LogicalResult(all);
  if (shapeOf(*all) != ArrayRef<int64_t>(3 * layer.width))
    return node.invalid("peepholes of shape " + shapeText(shapeOf(*all)));
  constexpr std::array<size_t, 3> kGates = {0, 3, 1}; // where a layer has those of the cell's gates
  for (auto [place, gate] : llvm::enumerate(kGates))
    layer.peepholes[gate] =
        sliceAlong(node, all, 0, static_cast<int64_t>(place) * layer.width, layer.width);
  return success();
}

/// What an operator has, and where.
struct Kind {
  int64_t gates;
  SmallVector<StringRef> activations; ///< as many as a direction has
  size_t cellInput;                   ///< 0: it has no cell
  RecurrentLayer::Step step;
  bool isCoded = false; ///< its weights are codes, and its inputs and states quantized as it runs
};

using Product = std::function<MaybeValue(MaybeValue rows, MaybeValue weights, MaybeValue bias)>;

/// Entry `direction` of known elements.
Elements partOf(const Elements &all, int64_t direction) {
  SmallVector<int64_t> shape(ArrayRef(all.shape()).drop_front());
  int64_t count = *elementCount(shape);
  return Elements::moved(all, shape, [&](int64_t i) { return direction * count + i; });
}

/// Products by weights [direction, input, gates] at input `index`, whose scales and zero points are
/// at `scaleIndex` and behind it; and these weights as [gates, input].
FailureOr<std::pair<Product, Value>> codedProduct(OnnxNode &node, size_t index, size_t scaleIndex,
                                                  int64_t direction) {
  FailureOr<Elements> all = node.constant(index, "a tensor of weights"),
                      scales = node.constant(scaleIndex, "a scale"),
                      zeros = node.constant(scaleIndex + 1, "a zero point");
  if (failed(all) || failed(scales) || failed(zeros))
    return failure();
  for (const Elements &each : {*all, *scales, *zeros})
    if (each.shape().empty() || direction >= each.shape()[0])
      return node.invalid("weights, scales or zero points of shape " + shapeText(each.shape()));
  if (all->shape().size() != 3)
    return node.invalid("weights of shape " + shapeText(all->shape()));
  auto weights = codedWeights(node, partOf(*all, direction), partOf(*zeros, direction),
                              /*outputAxis=*/1, {1, 0});
  Elements scale = partOf(*scales, direction);
  if (succeeded(weights) &&
      (!*weights || (scale.count() != 1 && scale.count() != (*weights)->outputs())))
    return node.unsupported("weights that are no codes of 8 bits with scales per output");
  MaybeValue factors = node.constantOf(scale);
  if (failed(weights) || failed(factors))
    return failure();
  Product product = [&node, weights = **weights, factors](MaybeValue rows, MaybeValue,
                                                          MaybeValue bias) {
    return dynamicProduct(node, rows, weights, factors, bias);
  };
  return std::pair(product, (*weights)->filter);
}

/// A constant where both are, which backends can pack.
MaybeValue sumOf(OnnxNode &node, MaybeValue a, MaybeValue b) {
  if (failed(a) || failed(b))
    return failure();
  std::optional<Elements> first = Elements::of(*a), second = Elements::of(*b);
  if (!first || !second)
    return node.add(a, b);
  return node.constantOf(Elements::ofReals(
      first->type(), first->shape(), [&](int64_t i) { return first->real(i) + second->real(i); }));
}

/// The two biases (of inputs, of the state) are added up. That of a GRU's hidden gate stays apart
/// when the reset gate comes behind it.
LogicalResult readBias(OnnxNode &node, const Kind &kind, RecurrentLayer &layer, int64_t direction,
                       MaybeValue &bias) {
  MaybeValue both = ofDirection(node, 3, direction);
  if (failed(both) || !*both)
    return LogicalResult(both);
  int64_t size = kind.gates * layer.width;
  if (shapeOf(*both) != ArrayRef<int64_t>(2 * size))
    return node.invalid("biases of shape " + shapeText(shapeOf(*both)));
  MaybeValue ofInput = sliceAlong(node, both, 0, 0, size),
             ofState = sliceAlong(node, both, 0, size, size);
  if (!layer.resetsAfterProduct) {
    bias = sumOf(node, ofInput, ofState);
    return LogicalResult(bias);
  }
  int64_t first = 2 * layer.width;
  layer.candidateBias = sliceAlong(node, ofState, 0, first, layer.width);
  MaybeValue early =
      sumOf(node, sliceAlong(node, ofInput, 0, 0, first), sliceAlong(node, ofState, 0, 0, first));
  MaybeValue late = sliceAlong(node, ofInput, 0, first, layer.width);
  if (failed(early) || failed(late))
    return failure();
  bias = concatWeights(node, {*early, *late});
  return LogicalResult(bias);
}

/// An LSTM's gates are input, output, forget, cell; a GRU's update, reset, hidden.
FailureOr<RecurrentLayer> readLayer(OnnxNode &node, const Kind &kind, MaybeValue input,
                                    int64_t direction, ArrayRef<std::string> activations) {
  RecurrentLayer layer;
  layer.step = kind.step;
  layer.gates = {0, 2, 3, 1};
  layer.resetsAfterProduct = kind.step == stepGru && node.flag("linear_before_reset", false);
  bool hasGates = activations.size() > 1;
  auto gate = clippedFunctionOf(node, activations[0]),
       candidate = clippedFunctionOf(node, activations[hasGates]),
       output = functionOf(node, activations.back());
  Product multiply = [&](MaybeValue rows, MaybeValue weights, MaybeValue bias) {
    return multiplyRows(node, rows, weights, bias);
  };
  MaybeValue weights = Value();
  if (kind.isCoded) {
    auto ofInput = codedProduct(node, 1, 8, direction),
         ofState = codedProduct(node, 2, 10, direction);
    if (failed(ofInput) || failed(ofState))
      return failure();
    multiply = ofInput->first;
    weights = ofInput->second;
    layer.product = ofState->first;
    layer.recurrent = ofState->second;
  } else {
    weights = ofDirection(node, 1, direction);
    layer.recurrent = ofDirection(node, 2, direction);
  }
  if (failed(gate) || failed(candidate) || failed(output) || failed(weights) ||
      failed(layer.recurrent) || !*weights || !*layer.recurrent)
    return failure();
  layer.gate = *gate, layer.candidate = *candidate, layer.output = *output;
  ArrayRef<int64_t> shape = shapeOf(*layer.recurrent);
  if (shape.size() != 2 || shape[0] != kind.gates * shape[1])
    return node.invalid("weights of the state of shape " + shapeText(shape));
  layer.width = shape[1];
  int64_t batch = shapeOf(*input)[1];
  MaybeValue bias = Value();
  if (failed(readBias(node, kind, layer, direction, bias)))
    return failure();
  layer.projected = multiply(input, weights, bias);
  layer.state = stateOf(node, 5, direction, {batch, layer.width});
  if (node.flag("input_forget", false))
    return node.unsupported("'input_forget'");
  if (kind.cellInput && failed(readPeepholes(node, layer, direction)))
    return failure();
  if (kind.cellInput)
    layer.cell = stateOf(node, kind.cellInput, direction, {batch, layer.width});
  if (failed(layer.projected) || failed(layer.state) || failed(layer.cell))
    return failure();
  return layer;
}

/// How many places each sequence has, as a layer has it.
struct Lengths {
  SmallVector<int64_t> known;
  MaybeValue open = Value();
};
FailureOr<Lengths> readLengths(OnnxNode &node, int64_t places, int64_t batch) {
  if (places > kMostPlaces)
    return node.unsupported("a sequence of " + Twine(places));
  MaybeValue value = node.optionalInput(4);
  if (failed(value) || !*value)
    return failed(value) ? FailureOr<Lengths>(failure()) : Lengths();
  if (shapeOf(*value) != ArrayRef(batch))
    return node.invalid("the lengths of " + shapeText(shapeOf(*value)) + " sequences, expected " +
                        Twine(batch));
  if (!node.known(4))
    return Lengths{{}, value};
  FailureOr<SmallVector<int64_t>> lengths = node.ints(4, "the list of lengths");
  if (failed(lengths))
    return failure();
  if (llvm::any_of(*lengths, [&](int64_t length) { return length < 0 || length > places; }))
    return node.invalid("a sequence longer than " + Twine(places));
  if (llvm::all_of(*lengths, [&](int64_t length) { return length == places; }))
    lengths->clear();
  return Lengths{*lengths};
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

FailureOr<Values> importRecurrent(OnnxNode &node, const Kind &kind) {
  MaybeValue input = node.input(0);
  std::string direction = node.string("direction", "forward");
  bool batchFirst = isBatchFirst(node);
  if (failed(input) || node.failed())
    return failure();
  if (shapeOf(*input).size() != 3)
    return node.invalid("an input of shape " + shapeText(shapeOf(*input)));
  if (batchFirst)
    input = node.transpose(input, {1, 0, 2});
  if (failed(input) || shapeOf(*input)[0] < 1)
    return node.invalid("a sequence of no places");
  auto lengths = readLengths(node, shapeOf(*input)[0], shapeOf(*input)[1]);
  int64_t directions = direction == "bidirectional" ? 2 : 1;
  auto activations = readActivations(node, kind, directions);
  if (failed(lengths) || failed(activations))
    return failure();
  MaybeValue counts = lengths->open;
  if (*counts)
    counts = countsOf(node, counts, shapeOf(*input)[0]);
  if (failed(counts))
    return failure();
  SmallVector<MaybeValue> all, hidden, cells;
  for (int64_t i = 0; i < directions; ++i) {
    size_t count = kind.activations.size();
    FailureOr<RecurrentLayer> layer =
        readLayer(node, kind, input, i, ArrayRef(*activations).slice(i * count, count));
    if (failed(layer))
      return failure();
    layer->isReversed = direction == "reverse" || i == 1;
    layer->lengths = lengths->known;
    layer->counts = counts;
    all.push_back(stackAlong(node, runRecurrent(node, *layer), 0));
    hidden.push_back(layer->state);
    cells.push_back(layer->cell);
  }
  // Every direction side by side in a new dimension.
  int64_t side = batchFirst ? 1 : 0;
  MaybeValue states = stackAlong(node, all, 1), last = stackAlong(node, hidden, side);
  if (batchFirst)
    states = node.transpose(states, {2, 0, 1, 3});
  if (failed(states) || failed(last))
    return failure();
  if (!kind.cellInput)
    return Values{*states, *last};
  MaybeValue lastCells = stackAlong(node, cells, side);
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

/// Whose weights are transposed to those of an LSTM.
static FailureOr<Values> importDynamicQuantizeLstm(OnnxNode &node) {
  return importRecurrent(node, {4, {"Sigmoid", "Tanh", "Tanh"}, 6, stepLstm, /*isCoded=*/true});
}

void registerRecurrent(OpTable &table) {
  table.addList("RNN", importRnn, Takes::kReals);
  table.addList("GRU", importGru, Takes::kReals);
  table.addList("LSTM", importLstm, Takes::kReals);
  table.addList("com.microsoft.DynamicQuantizeLSTM", importDynamicQuantizeLstm);
}

} // namespace tandem::onnx
