#include "compiler/importers/tflite/codes_lstm.h"

#include "base/fixed_functions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/recurrent.h"
#include "compiler/importers/tflite/fixed_point.h"

#include <cmath>

using namespace mlir;

namespace tandem::tflite {

namespace {
// Inputs of the operator; of each four the gates are input, forget, cell, output, of three
// peepholes input, forget, output.
constexpr size_t kOfInput = 1, kOfState = 5, kPeepholes = 9, kBiases = 12, kProjection = 16,
                 kProjectionBias = 17, kState = 18, kCell = 19, kNormalization = 20;
constexpr size_t kHidden = 4; ///< of the intermediate results, of which four are those of gates
constexpr std::array<size_t, 4> kPeepholeOfGate = {0, 1, 3, 2}; ///< the cell's gate (2) has none
constexpr size_t kInputGate = 0, kForgetGate = 1, kCellGate = 2, kOutputGate = 3;

using Multipliers = SmallVector<FixedMultiplier>;

/// What a gate does to the sum of its products.
struct Gate {
  MaybeValue peephole = Value(); ///< weights of the cell, [batch or 1, width], or null
  FixedMultiplier ofPeephole;    ///< of these products
  WholeNormalization normalization;
};

struct Layer {
  int64_t places = 0, batch = 0, width = 0, outputs = 0;
  bool isCoupled = false;      ///< there is no input gate: it is one less the forget gate
  MaybeValue sums = failure(); ///< inputs times weights, with biases: [place, batch, gates * width]
  WholeMatrix recurrent;       ///< weights of the state, of all gates
  Multipliers ofRecurrent;     ///< of these products, one for each row
  std::array<Gate, 4> gates;
  MaybeValue sigmoid = failure(), tanh = failure(), tanhOfCell = failure(); ///< tables
  int64_t cellBits = 0; ///< a step of the cell is 2^-cellBits
  int64_t cellClip = 0; ///< in steps; 0: none
  FixedMultiplier ofHidden;
  int32_t hiddenZero = 0;
  WholeMatrix projection; ///< empty: none
  MaybeValue projectionBias = Value();
  FixedMultiplier ofProjection;
  int64_t projectionClip = 0; ///< in codes
  int32_t stateZero = 0;      ///< of codes of the state; the output has the same codes
  MaybeValue state = failure(),
             cell = failure(); ///< steps of f32, [batch, outputs]; [batch, width]
};

/// Reads one operator; what it refuses it has reported.
class LayerReader {
public:
  LayerReader(Node &node, const CodesLstmForm &form)
      : node_(node), build_(node.build()), form_(form) {}

  FailureOr<Layer> read();

private:
  LogicalResult readScales(Value input);
  LogicalResult readGate(size_t gate);
  LogicalResult readHidden();
  LogicalResult readStates();
  FailureOr<float> stepOfGate(size_t gate);
  LogicalResult appendWeights(size_t index, int64_t columns, float scale, float step,
                              CodesConstant &all, Multipliers &multipliers);
  FailureOr<SmallVector<int64_t>> vector(size_t index, ElementType type, float *scale = nullptr);
  MaybeValue rowOf(ArrayRef<int64_t> values) {
    return wholeConstant(build_, {1, static_cast<int64_t>(values.size())}, values);
  }
  MaybeValue peepholeOf(ArrayRef<int64_t> weights);
  bool isNormalized() const { return node_.hasInput(kNormalization + kForgetGate); }

  Node &node_;
  NodeBuilder &build_;
  const CodesLstmForm &form_;
  Layer layer_;
  int64_t depth_ = 0;
  float inputScale_ = 1, stateScale_ = 1;
  CodesConstant ofInput_, ofState_;
  Multipliers ofInputs_;
  SmallVector<int64_t> biases_;
};

LogicalResult LayerReader::readScales(Value input) {
  ArrayRef<int64_t> shape = shapeOf(input);
  if (shape.size() != (form_.isSingleStep ? 2 : 3) || llvm::is_contained(shape, 0))
    return node_.invalid() << "an input of shape " << shapeText(shape);
  layer_.places = form_.isSingleStep ? 1 : shape[form_.isTimeMajor ? 0 : 1];
  layer_.batch = form_.isSingleStep ? shape[0] : shape[form_.isTimeMajor ? 1 : 0];
  depth_ = shape.back();
  if (layer_.places > kMostPlaces)
    return node_.unsupported() << "a sequence of " << layer_.places;
  auto ofInput = oneScale(node_, getElementTypeOrSelf(input), ElementType::kI8, "its input");
  FailureOr<Type> state = node_.inputType(kState), cell = node_.inputType(kCell);
  if (failed(ofInput) || failed(state) || failed(cell))
    return failure();
  auto ofState = oneScale(node_, *state, ElementType::kI8, "its state");
  auto ofCell = oneScale(node_, *cell, ElementType::kI16, "its cell");
  if (failed(ofState) || failed(ofCell))
    return failure();
  inputScale_ = ofInput->scale;
  stateScale_ = ofState->scale;
  layer_.stateZero = ofState->zeroPoint;
  layer_.cellBits = -std::lround(std::log2(ofCell->scale));
  if (std::ldexp(1.0f, static_cast<int>(-layer_.cellBits)) != ofCell->scale ||
      layer_.cellBits < 9 || layer_.cellBits > 15)
    return node_.unsupported() << "a cell whose scale is " << ofCell->scale
                               << ", expected a power of two of 2^-15 to 2^-9";
  if (form_.cellClip > 0)
    layer_.cellClip = static_cast<int64_t>(std::min(form_.cellClip / ofCell->scale, 32767.0f));
  return success();
}

/// A step of a gate's sum: that of its intermediate result, where it is normalized.
FailureOr<float> LayerReader::stepOfGate(size_t gate) {
  if (!isNormalized())
    return 0x1p-12f;
  FailureOr<Type> type = node_.intermediateType(gate);
  if (failed(type))
    return failure();
  auto scale = oneScale(node_, *type, ElementType::kI16, "the sum of a gate");
  return failed(scale) ? FailureOr<float>(failure()) : FailureOr<float>(scale->scale);
}

LogicalResult LayerReader::appendWeights(size_t index, int64_t columns, float scale, float step,
                                         CodesConstant &all, Multipliers &multipliers) {
  auto own = constantCodes(node_, index, ElementType::kI8, {layer_.width, columns});
  if (failed(own))
    return failure();
  all.codes.append(own->codes);
  all.shape = {static_cast<int64_t>(all.codes.size()) / columns, columns};
  multipliers.append(layer_.width, quantizeMultiplier(own->scale * scale / step));
  return success();
}

FailureOr<SmallVector<int64_t>> LayerReader::vector(size_t index, ElementType type, float *scale) {
  auto codes = constantCodes(node_, index, type, layer_.width);
  if (failed(codes))
    return failure();
  if (scale)
    *scale = codes->scale;
  return codes->codes;
}

/// LiteRT's kernel takes the width of the state for that of the cell, and runs over what it
/// computes at once: all sequences where places come first, else one. What is not reached sees
/// nothing.
MaybeValue LayerReader::peepholeOf(ArrayRef<int64_t> weights) {
  if (layer_.outputs == layer_.width)
    return rowOf(weights);
  int64_t rows = form_.isTimeMajor || form_.isSingleStep ? layer_.batch : 1;
  if (rows > NodeBuilder::kMaxFill / layer_.width)
    return node_.unsupported() << "peepholes of " << rows << " sequences";
  SmallVector<int64_t> reached(rows * layer_.width, 0);
  for (int64_t i = 0, end = rows * std::min(layer_.outputs, layer_.width); i < end; ++i)
    if (int64_t weight = i % layer_.outputs; weight < layer_.width)
      reached[i] = weights[weight];
  return wholeConstant(build_, {rows, layer_.width}, reached);
}

LogicalResult LayerReader::readGate(size_t gate) {
  FailureOr<float> step = stepOfGate(gate);
  if (failed(step) ||
      failed(appendWeights(kOfInput + gate, depth_, inputScale_, *step, ofInput_, ofInputs_)) ||
      failed(appendWeights(kOfState + gate, layer_.outputs, stateScale_, *step, ofState_,
                           layer_.ofRecurrent)))
    return failure();
  auto biases = vector(kBiases + gate, ElementType::kI32);
  if (failed(biases))
    return failure();
  Gate &read = layer_.gates[gate];
  float scale = 1;
  if (gate != kCellGate && node_.hasInput(kPeepholes + 2)) {
    auto weights = vector(kPeepholes + kPeepholeOfGate[gate], ElementType::kI16, &scale);
    if (failed(weights))
      return failure();
    read.peephole = peepholeOf(*weights);
    if (failed(read.peephole))
      return failure();
    double ofCell = std::ldexp(1.0, static_cast<int>(-layer_.cellBits));
    read.ofPeephole = quantizeMultiplier(static_cast<float>(ofCell * scale / *step));
  }
  if (!isNormalized()) {
    biases_.append(*biases);
    return success();
  }
  auto factors = vector(kNormalization + gate, ElementType::kI16, &scale);
  if (failed(factors))
    return failure();
  constexpr float kLeastVariance = 10000; // of LiteRT's, so that nothing overflows
  constexpr int32_t kFractionBits = 12;   // of a gate's sum
  WholeNormalization &normalization = read.normalization;
  normalization.factors = rowOf(*factors);
  normalization.offsets = rowOf(*biases);
  normalization.ofFactors = quantizeMultiplier(scale);
  normalization.ofFactors.shift += kFractionBits;
  normalization.leastVariance = std::max<int64_t>(1, static_cast<int64_t>(kLeastVariance * scale));
  return success();
}

/// From the cell to the output: without a projection the hidden numbers are it.
LogicalResult LayerReader::readHidden() {
  FailureOr<Type> type = node_.intermediateType(kHidden), output = node_.outputType();
  if (failed(type) || failed(output))
    return failure();
  auto hidden = oneScale(node_, *type, ElementType::kI8, "its hidden state");
  auto ofOutput = oneScale(node_, *output, ElementType::kI8, "its output");
  if (failed(hidden) || failed(ofOutput))
    return failure();
  layer_.hiddenZero = hidden->zeroPoint;
  layer_.ofHidden = quantizeMultiplier(static_cast<float>(0x1p-15 / hidden->scale * 0x1p-15));
  if (form_.projectionClip > 0)
    layer_.projectionClip =
        static_cast<int64_t>(std::min(form_.projectionClip / ofOutput->scale, 127.0f));
  bool isProjected = node_.hasInput(kProjection);
  if (!isProjected && layer_.outputs != layer_.width)
    return node_.invalid() << "a state of " << layer_.outputs << " for " << layer_.width
                           << " cells";
  if (!isProjected)
    return success();
  auto weights =
      constantCodes(node_, kProjection, ElementType::kI8, {layer_.outputs, layer_.width});
  if (failed(weights))
    return failure();
  layer_.projection = wholeMatrix(build_, *weights);
  layer_.ofProjection = quantizeMultiplier(weights->scale * hidden->scale / stateScale_);
  if (!node_.hasInput(kProjectionBias))
    return success();
  auto bias = constantCodes(node_, kProjectionBias, ElementType::kI32, layer_.outputs);
  if (failed(bias))
    return failure();
  layer_.projectionBias = rowOf(bias->codes);
  return success();
}

LogicalResult LayerReader::readStates() {
  auto zeros = [&](int64_t size) {
    return build_.fill(build_.builder().getF32Type(), {layer_.batch, size}, 0);
  };
  auto stateOf = [&](size_t index, int64_t size) -> MaybeValue {
    if (!form_.isSingleStep && node_.isVariable(index))
      return zeros(size);
    MaybeValue given = node_.input(index);
    if (failed(given))
      return failure();
    if (elementCount(shapeOf(*given)) != layer_.batch * size)
      return node_.invalid() << "a state of shape " << shapeText(shapeOf(*given));
    return build_.reshape(stepsOfCodes(build_, given), {layer_.batch, size});
  };
  layer_.state = stateOf(kState, layer_.outputs);
  layer_.cell = whole(build_, stateOf(kCell, layer_.width));
  return success(succeeded(layer_.state) && succeeded(layer_.cell));
}

FailureOr<Layer> LayerReader::read() {
  FailureOr<Value> input = node_.input(0), ofOutput = node_.input(kOfState + kOutputGate);
  if (failed(input) || failed(ofOutput))
    return failure();
  if (shapeOf(*ofOutput).size() != 2)
    return node_.invalid() << "input " << kOfState + kOutputGate << " has shape "
                           << shapeText(shapeOf(*ofOutput));
  layer_.width = shapeOf(*ofOutput)[0];
  layer_.outputs = shapeOf(*ofOutput)[1];
  layer_.isCoupled = !node_.hasInput(kOfInput);
  if (failed(readScales(*input)))
    return failure();
  for (size_t gate = layer_.isCoupled; gate < 4; ++gate)
    if (failed(readGate(gate)))
      return failure();
  if (failed(readHidden()) || failed(readStates()))
    return failure();
  MaybeValue steps = stepsOfCodes(build_, input);
  if (!form_.isTimeMajor && !form_.isSingleStep)
    steps = build_.transpose(steps, {1, 0, 2});
  MaybeValue rows = build_.reshape(steps, {layer_.places * layer_.batch, depth_});
  MaybeValue sums = wholeProduct(build_, rows, wholeMatrix(build_, ofInput_));
  if (!biases_.empty())
    sums = build_.add(sums, rowOf(biases_));
  sums = heldWithin(build_, rescaled(build_, sums, ofInputs_), ElementType::kI16);
  layer_.sums =
      build_.reshape(sums, {layer_.places, layer_.batch, static_cast<int64_t>(ofInputs_.size())});
  layer_.recurrent = wholeMatrix(build_, ofState_);
  layer_.sigmoid =
      node_.shared("sigmoid of 16 bits", [&] { return tableOf(build_, fixedSigmoid); });
  auto tanhTable = [&](int64_t bits) {
    return node_.shared("tanh of 16 bits, before the point " + Twine(bits), [&] {
      return tableOf(build_, [&](int16_t x) { return fixedTanh(x, static_cast<int>(bits)); });
    });
  };
  layer_.tanh = tanhTable(3);
  layer_.tanhOfCell = tanhTable(15 - layer_.cellBits);
  return layer_;
}

/// The sum of a gate, [batch, width]: with what it sees of the cell, and normalized.
MaybeValue gateSum(NodeBuilder &build, const Layer &layer, MaybeValue sums, size_t index) {
  const Gate &gate = layer.gates[index];
  auto place = static_cast<int64_t>(index) - layer.isCoupled;
  MaybeValue sum = sliceAlong(build, sums, 1, place * layer.width, layer.width);
  if (failed(gate.peephole) || *gate.peephole) {
    MaybeValue seen = rescaled(build, build.multiply(layer.cell, gate.peephole), gate.ofPeephole);
    sum = heldWithin(build, build.add(sum, seen), ElementType::kI16);
  }
  const WholeNormalization &normalization = gate.normalization;
  bool isNormalized = failed(normalization.factors) || *normalization.factors;
  return isNormalized ? normalizedInWhole(build, sum, normalization) : sum;
}

/// One place: makes the next state and cell of the layer. What is beyond 16 bits behind the last
/// sum of a gate need not be cut off, as the tables end there too.
MaybeValue step(NodeBuilder &build, Layer &layer, MaybeValue input) {
  constexpr int64_t kGateBits = 15;
  MaybeValue sums =
      rescaled(build, wholeProduct(build, layer.state, layer.recurrent), layer.ofRecurrent);
  sums = heldWithin(build, build.add(sums, input), ElementType::kI16);
  auto opened = [&](size_t gate, MaybeValue table) {
    return lookedUp(build, gateSum(build, layer, sums, gate), table);
  };
  MaybeValue forget = opened(kForgetGate, layer.sigmoid);
  MaybeValue candidate = opened(kCellGate, layer.tanh);
  MaybeValue taken = layer.isCoupled
                         ? build.subtract(wholeConstant(build, {1}, int64_t(INT16_MAX)), forget)
                         : opened(kInputGate, layer.sigmoid);
  MaybeValue kept = roundingShift(build, build.multiply(forget, layer.cell), kGateBits);
  MaybeValue added =
      roundingShift(build, build.multiply(taken, candidate), 2 * kGateBits - layer.cellBits);
  layer.cell = heldWithin(build, build.add(kept, added), ElementType::kI16);
  if (layer.cellClip > 0)
    layer.cell = heldWithin(build, layer.cell, -layer.cellClip, layer.cellClip);
  MaybeValue hidden = build.multiply(opened(kOutputGate, layer.sigmoid),
                                     lookedUp(build, layer.cell, layer.tanhOfCell));
  hidden = rescaled(build, hidden, layer.ofHidden);
  // Before a projection LiteRT takes the zero point away, and the projection's bias gives it back.
  int64_t zero = layer.projection.empty() ? layer.hiddenZero : -layer.hiddenZero;
  hidden = heldWithin(build, build.add(hidden, wholeConstant(build, {1}, zero)), ElementType::kI8);
  if (layer.projection.empty())
    return hidden;
  MaybeValue steps = build.subtract(hidden, wholeConstant(build, {1}, zero));
  MaybeValue sum =
      wholeProduct(build, build.cast(steps, build.builder().getF32Type()), layer.projection);
  if (failed(layer.projectionBias) || *layer.projectionBias)
    sum = build.add(sum, layer.projectionBias);
  sum = build.add(rescaled(build, sum, layer.ofProjection),
                  wholeConstant(build, {1}, layer.stateZero));
  sum = heldWithin(build, sum, ElementType::kI8);
  return layer.projectionClip > 0
             ? heldWithin(build, sum, -layer.projectionClip, layer.projectionClip)
             : sum;
}
} // namespace

LogicalResult importCodesLstm(Node &node, const CodesLstmForm &form) {
  FailureOr<Layer> layer = LayerReader(node, form).read();
  FailureOr<Type> type = node.outputType();
  if (failed(layer) || failed(type))
    return failure();
  NodeBuilder &build = node.build();
  Type real = node.builder().getF32Type();
  SmallVector<MaybeValue> results;
  for (int64_t place = 0; place < layer->places; ++place) {
    MaybeValue input = sliceAlong(build, layer->sums, 0, place, 1);
    input = build.reshape(input, {layer->batch, static_cast<int64_t>(layer->ofRecurrent.size())});
    MaybeValue codes = step(build, *layer, input);
    results.push_back(codes);
    layer->state = build.cast(build.add(codes, wholeConstant(build, {1}, -layer->stateZero)), real);
  }
  Quantization ofOutput = graph::quantizationOf(*type);
  auto toOutput = [&](MaybeValue codes) {
    MaybeValue zero = wholeConstant(build, {1}, -int64_t(ofOutput.zeroPoints[0]));
    return codesOfSteps(build, build.add(codes, zero), *type);
  };
  if (!form.isSingleStep)
    return node.setOutput(toOutput(stackAlong(build, results, form.isTimeMajor ? 0 : 1)));
  FailureOr<Type> stateType = node.inputType(kState), cellType = node.inputType(kCell);
  if (failed(stateType) || failed(cellType))
    return failure();
  MaybeValue state = codesOfSteps(build, layer->state, *stateType),
             cell = codesOfSteps(build, layer->cell, *cellType);
  if (failed(state) || failed(cell))
    return failure();
  node.keepState(kState, *state);
  node.keepState(kCell, *cell);
  return node.setOutput(toOutput(results.front()));
}

} // namespace tandem::tflite
