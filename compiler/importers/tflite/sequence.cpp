#include "compiler/importers/tflite/sequence.h"

#include "compiler/graph/constants.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/tflite/hybrid.h"

using namespace mlir;

namespace tandem::tflite {

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

FailureOr<Value> placesFirst(Node &node, size_t index, const SequenceForm &form) {
  FailureOr<Value> input = node.input(index);
  if (failed(input))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  size_t rank = form.isSingleStep ? 2 : 3;
  if (shape.size() != rank)
    return node.invalid() << "an input of shape " << shapeText(shape) << ", expected rank " << rank;
  if (!getElementTypeOrSelf(*input).isF32())
    return node.unsupported() << "an input that is not float32";
  if (form.isSingleStep)
    return node.build().reshape(input, {1, shape[0], shape[1]});
  int64_t places = shape[form.isTimeMajor ? 0 : 1];
  if (places < 1 || places > kMostPlaces)
    return node.unsupported() << "a sequence of " << places;
  return form.isTimeMajor ? input : node.build().transpose(input, {1, 0, 2});
}

static bool isCodes(Value value) {
  Type type = getElementTypeOrSelf(value);
  return graph::isQuantized(type) && graph::elementTypeOf(type) == ElementType::kI8;
}

FailureOr<Value> weights(Node &node, size_t index, ArrayRef<int64_t> expected) {
  FailureOr<Value> value = node.input(index);
  if (failed(value))
    return failure();
  if (!getElementTypeOrSelf(*value).isF32() && !isCodes(*value))
    return node.unsupported() << "weights that are neither float32 nor codes of i8";
  auto fits = [](auto pair) {
    return std::get<0>(pair) < 0 || std::get<0>(pair) == std::get<1>(pair);
  };
  ArrayRef<int64_t> shape = shapeOf(*value);
  if (shape.size() != expected.size() || !llvm::all_of(llvm::zip(expected, shape), fits))
    return node.invalid() << "input " << index << " has shape " << shapeText(shape);
  return value;
}

FailureOr<Value> realWeights(Node &node, size_t index, ArrayRef<int64_t> expected) {
  FailureOr<Value> value = weights(node, index, expected);
  if (failed(value) || !isCodes(*value))
    return value;
  return node.build().createTyped<graph::DequantizeOp>(node.builder().getF32Type(), *value);
}

/// Codes of matrices one below the other, each row with its matrix's scale.
static FailureOr<Value> joinedCodes(Node &node, ArrayRef<Value> parts) {
  Quantization all;
  SmallVector<char> bytes;
  for (Value part : parts) {
    Quantization own = graph::quantizationOf(getElementTypeOrSelf(part));
    std::optional<graph::ConstantBytes> codes = graph::constantOf(part);
    if (!isCodes(part) || own.perChannel() || own.zeroPoints[0] != 0 || !codes)
      return node.unsupported() << "weights that are no constants of one scale around 0";
    llvm::append_range(bytes, codes->raw());
    all.scales.insert(all.scales.end(), shapeOf(part)[0], own.scales[0]);
    all.zeroPoints.resize(all.scales.size(), 0);
  }
  SmallVector<int64_t> shape(shapeOf(parts[0]));
  shape[0] = static_cast<int64_t>(all.scales.size());
  Type element = graph::quantizedType(node.builder().getContext(), ElementType::kI8, all);
  return graph::createConstant(node.builder(), node.build().location(),
                               RankedTensorType::get(shape, element), ArrayRef<char>(bytes));
}

FailureOr<Value> joinedWeights(Node &node, ArrayRef<size_t> indices, ArrayRef<int64_t> expected) {
  SmallVector<Value> parts;
  for (size_t index : indices) {
    FailureOr<Value> part = weights(node, index, expected);
    if (failed(part))
      return failure();
    parts.push_back(*part);
  }
  return llvm::any_of(parts, isCodes) ? joinedCodes(node, parts)
                                      : concatWeights(node.build(), parts);
}

MaybeValue projected(NodeBuilder &build, MaybeValue places, MaybeValue weights, MaybeValue bias,
                     const SequenceForm &form) {
  if (failed(places) || failed(weights))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*places));
  if (shapeOf(*weights)[1] != shape[2])
    return build.error() << "weights of shape " << shapeText(shapeOf(*weights))
                         << " for an input of shape " << shapeText(shape);
  MaybeValue rows = build.reshape(places, {shape[0] * shape[1], shape[2]});
  shape[2] = shapeOf(*weights)[0];
  return build.reshape(hybridProduct(build, rows, weights, bias, form.isAsymmetric), shape);
}

void setProduct(NodeBuilder &build, RecurrentLayer &layer, const SequenceForm &form) {
  layer.product = [&build, form](MaybeValue rows, MaybeValue weights, MaybeValue bias) {
    return hybridProduct(build, rows, weights, bias, form.isAsymmetric);
  };
}

FailureOr<Value> stateOf(Node &node, size_t index, ArrayRef<int64_t> shape,
                         const SequenceForm &form) {
  if (form.isSingleStep || !node.isVariable(index))
    return realWeights(node, index, shape);
  return node.build().fill(node.builder().getF32Type(), shape, 0);
}

MaybeValue statesOf(NodeBuilder &build, RecurrentLayer &layer, const SequenceForm &form) {
  return stackAlong(build, runRecurrent(build, layer), form.isTimeMajor ? 0 : 1);
}

LogicalResult setDirections(Node &node, MaybeValue forward, MaybeValue backward, bool areMerged) {
  if (failed(forward) || failed(backward))
    return failure();
  if (areMerged)
    return node.setOutput(concatAlong(node.build(), {*forward, *backward}, 2));
  return success(succeeded(node.setOutput(forward)) && succeeded(node.setOutput(backward, 1)));
}

} // namespace tandem::tflite
