#include "backends/neuron/host/node.h"

#include "backends/neuron/host/graph_writer.h"
#include "backends/neuron/host/kernels.h"
#include "backends/neuron/host/library.h"
#include "base/element_type.h"
#include "compiler/graph/constants.h"

#include <cstring>

using namespace mlir;

namespace tandem::neuron::host {

Refusal::~Refusal() {
  if (!node_.refusal_.empty())
    return;
  node_.refusal_ = text_;
  node_.invalid_ = invalid_;
}

Handler HandlerTable::find(int32_t operation) const {
  auto found = byNumber_.find(operation);
  return found == byNumber_.end() ? nullptr : found->second;
}
Handler HandlerTable::find(const std::string &name) const {
  auto found = byName_.find(name);
  return found == byName_.end() ? nullptr : found->second;
}

Node::Node(GraphWriter &writer, const Operation &operation, Location location)
    : writer_(writer), operation_(operation), build_(*writer.builder_, location) {}

const Operand &Node::input(size_t index) const {
  return writer_.model_.operands()[operation_.inputs[index]];
}
const Operand &Node::output(size_t index) const {
  return writer_.model_.operands()[operation_.outputs[index]];
}

bool Node::isOmitted(size_t index) const {
  return index >= inputCount() || input(index).role == Operand::Role::kOmitted;
}

MaybeValue Node::value(size_t index) {
  if (isOmitted(index))
    return invalid() << "input " << index << " is left out";
  Value &known = writer_.values_[operation_.inputs[index]];
  if (!known && input(index).role == Operand::Role::kConstant)
    known = writer_.constant(input(index), build_.location());
  if (!known)
    return unsupported() << "input " << index << " (" << input(index).info->name
                         << ") is of a type or shape that is not run here";
  if (!getElementTypeOrSelf(known).isF16())
    return known;
  MaybeValue wide = build_.createTyped<graph::CastOp>(f32(), known);
  if (succeeded(wide))
    known = *wide; // for those that come later, too
  return wide;
}

FailureOr<SmallVector<int64_t>> Node::integers(size_t index) {
  if (isOmitted(index))
    return invalid() << "input " << index << " is left out";
  const Operand &operand = input(index);
  if (operand.role != Operand::Role::kConstant)
    return unsupported() << "input " << index
                         << " is computed by the model, only constants are run";
  std::span<const std::byte> bytes = operand.value();
  SmallVector<int64_t> result;
  for (size_t at = 0; at + sizeof(int32_t) <= bytes.size(); at += sizeof(int32_t)) {
    int32_t number = 0;
    std::memcpy(&number, bytes.data() + at, sizeof number);
    result.push_back(number);
  }
  return result;
}

FailureOr<int64_t> Node::integer(size_t index) {
  FailureOr<SmallVector<int64_t>> numbers = integers(index);
  if (failed(numbers))
    return failure();
  if (numbers->size() != 1)
    return invalid() << "input " << index << " has " << numbers->size() << " entries, expected 1";
  return (*numbers)[0];
}

FailureOr<int64_t> Node::integerOr(size_t index, int64_t absent) {
  return isOmitted(index) ? FailureOr<int64_t>(absent) : integer(index);
}

FailureOr<float> Node::real(size_t index) {
  if (isOmitted(index) || input(index).role != Operand::Role::kConstant)
    return unsupported() << "input " << index
                         << " is computed by the model, only constants are run";
  const Operand &operand = input(index);
  std::span<const std::byte> bytes = operand.value();
  bool half = operand.type == NEURON_FLOAT16 || operand.type == NEURON_TENSOR_FLOAT16;
  if (bytes.size() != (half ? sizeof(uint16_t) : sizeof(float)))
    return invalid() << "input " << index << " is no single number";
  if (half) {
    uint16_t bits = 0;
    std::memcpy(&bits, bytes.data(), sizeof bits);
    return halfToFloat(bits);
  }
  float number = 0;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

FailureOr<bool> Node::flagOr(size_t index, bool absent) {
  if (isOmitted(index))
    return absent;
  if (input(index).role != Operand::Role::kConstant)
    return unsupported() << "input " << index
                         << " is computed by the model, only constants are run";
  return input(index).value()[0] != std::byte(0);
}

FailureOr<graph::Activation> Node::fuse(size_t index) {
  FailureOr<int64_t> code = integer(index);
  if (failed(code))
    return failure();
  switch (*code) {
  case NEURON_FUSED_NONE:
    return graph::Activation::None;
  case NEURON_FUSED_RELU:
    return graph::Activation::Relu;
  case NEURON_FUSED_RELU1:
    return graph::Activation::ReluN1To1;
  case NEURON_FUSED_RELU6:
    return graph::Activation::Relu6;
  default:
    return invalid() << "input " << index << " is " << *code << ", which is no activation";
  }
}

FailureOr<int64_t> Node::axis(int64_t value, int64_t rank) {
  std::optional<int64_t> normalized = normalizedAxis(value, rank);
  if (!normalized)
    return invalid() << "dimension " << value << " of rank " << rank;
  return *normalized;
}

FailureOr<int64_t> Node::axisOf(Value tensor, size_t index, std::optional<int64_t> absent) {
  auto given = absent ? integerOr(index, *absent) : integer(index);
  if (failed(given))
    return failure();
  return axis(*given, static_cast<int64_t>(shapeOf(tensor).size()));
}

FailureOr<Type> Node::resultType(size_t index) {
  Type type = computeType(builder().getContext(), output(index));
  if (!type)
    return unsupported() << "output " << index << " (" << output(index).info->name
                         << ") is of a type that is not run here";
  return type;
}

MaybeValue Node::withKernel(MaybeValue made) {
  if (failed(made))
    return failure();
  mlir::Operation *op = made->getDefiningOp();
  if (!op || isa<graph::ConstantOp>(op)) // folded
    return made;
  const Processor &processor = Library::get().processor();
  if (auto refused = processor.refuses.find(op->getName().stripDialect().str());
      refused != processor.refuses.end())
    return unsupported() << refused->second;
  std::string reason = whyNoKernel(op);
  if (reason.empty())
    return made;
  if (!llvm::any_of(op->getOperandTypes(), graph::isQuantized) &&
      !graph::isQuantized(op->getResult(0).getType()))
    return unsupported() << reason;
  MaybeValue real = throughReals(op);
  if (failed(real) || !op->use_empty())
    return real;
  op->erase();
  return real;
}

/// An operand as real numbers. The bias of a sum of products has the product of both scales.
MaybeValue Node::realOperand(mlir::Operation *op, unsigned index) {
  Value operand = op->getOperand(index);
  bool isBias = index == 2 && getElementTypeOrSelf(operand).isInteger(32) &&
                graph::isQuantized(op->getOperand(1).getType());
  if (!isBias)
    return real32(operand);
  Quantization input = graph::quantizationOf(getElementTypeOrSelf(op->getOperand(0)));
  SmallVector<float> scales;
  for (float filter : graph::quantizationOf(getElementTypeOrSelf(op->getOperand(1))).scales)
    scales.push_back(input.scales[0] * filter);
  MaybeValue scale = build_.constant(f32(), {static_cast<int64_t>(scales.size())}, scales);
  MaybeValue codes = build_.createTyped<graph::CastOp>(f32(), operand);
  return build_.create<graph::MulOp>(codes, scale, graph::Activation::None);
}

MaybeValue Node::throughReals(mlir::Operation *op) {
  Type resultType = getElementTypeOrSelf(op->getResult(0));
  bool toCodes = graph::isQuantized(resultType);
  OperationState state(op->getLoc(), op->getName());
  for (unsigned i = 0; i < op->getNumOperands(); ++i) {
    MaybeValue operand = realOperand(op, i);
    if (failed(operand))
      return failure();
    state.operands.push_back(*operand);
  }
  state.attributes = op->getAttrs();
  state.types.push_back(
      RankedTensorType::get(shapeOf(op->getResult(0)), toCodes ? f32() : resultType));
  Value made = builder().create(state)->getResult(0);
  if (std::string reason = whyNoKernel(made.getDefiningOp()); !reason.empty())
    return unsupported() << reason;
  return toCodes ? build_.createTyped<graph::QuantizeOp>(resultType, made) : MaybeValue(made);
}

MaybeValue Node::real32(MaybeValue value) {
  if (failed(value) || !graph::isQuantized(value->getType()))
    return value;
  return build_.createTyped<graph::DequantizeOp>(f32(), *value);
}

MaybeValue Node::integerTensor(int32_t number) {
  auto type = RankedTensorType::get({1}, builder().getI32Type());
  return graph::createConstant<int32_t>(builder(), build_.location(), type, number);
}

LogicalResult Node::setResult(MaybeValue value, size_t index) {
  FailureOr<Type> type = resultType(index);
  if (failed(value) || failed(type))
    return failure();
  // The ABI knows no tensor of rank 0: there it means that the rank is not known.
  if (shapeOf(*value).empty())
    value = build_.create<graph::ReshapeOp>(*value, ArrayRef<int64_t>{1});
  if (failed(value))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*value);
  const std::vector<uint32_t> &said = output(index).dimensions;
  bool fits = said.empty() || said.size() == shape.size();
  for (size_t d = 0; fits && d < said.size(); ++d)
    fits = said[d] == 0 || static_cast<int64_t>(said[d]) == shape[d];
  if (!fits)
    return invalid() << "output " << index << " is " << shapeText(shape) << ", the model says "
                     << shapeText(Shape(said.begin(), said.end()));
  Type from = getElementTypeOrSelf(*value);
  if (from != *type) {
    bool codes = graph::isQuantized(from), toCodes = graph::isQuantized(*type);
    if (toCodes && (codes || from.isF32()))
      value = make<graph::QuantizeOp>(*type, value);
    else if (codes && type->isF32())
      value = build_.createTyped<graph::DequantizeOp>(*type, value);
    else
      return invalid() << "output " << index << " is " << output(index).info->name
                       << ", which is not what the operation gives";
  }
  if (failed(value))
    return failure();
  writer_.values_[operation_.outputs[index]] = *value;
  return success();
}

static constexpr std::array<int64_t, 4> kToLast = {0, 2, 3, 1}, kToFirst = {0, 3, 1, 2};

MaybeValue Node::image(size_t index, bool channelsFirst) {
  MaybeValue given = value(index);
  if (failed(given))
    return failure();
  if (shapeOf(*given).size() != 4)
    return invalid() << "input " << index << " has rank " << shapeOf(*given).size()
                     << ", expected 4";
  return channelsFirst ? build_.create<graph::TransposeOp>(given, ArrayRef<int64_t>(kToLast))
                       : given;
}

LogicalResult Node::setImage(MaybeValue value, bool channelsFirst) {
  if (succeeded(value) && channelsFirst)
    value = build_.create<graph::TransposeOp>(value, ArrayRef<int64_t>(kToFirst));
  return setResult(value);
}

} // namespace tandem::neuron::host
