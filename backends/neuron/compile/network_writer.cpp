#include "backends/neuron/compile/network_writer.h"

#include "base/element_type.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/cost.h"
#include "compiler/graph/types.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace tandem::neuron {
namespace {

constexpr int32_t kSignShift = 128; // an i8 code is a u8 code less this
constexpr char kSignBit = char(0x80);

template <typename T> ArrayRef<char> bytesOf(const T &value) {
  return {reinterpret_cast<const char *>(&value), sizeof value};
}
template <typename T> ArrayRef<char> bytesOf(ArrayRef<T> values) {
  return {reinterpret_cast<const char *>(values.data()), values.size() * sizeof(T)};
}

NeuronOperandCode tensorCode(ElementType type, bool isQuantized) {
  switch (type) {
  case ElementType::kF32:
    return NEURON_TENSOR_FLOAT32;
  case ElementType::kF16:
    return NEURON_TENSOR_FLOAT16;
  case ElementType::kI32:
    return NEURON_TENSOR_INT32;
  case ElementType::kBool:
    return NEURON_TENSOR_BOOL8;
  case ElementType::kU8:
    return NEURON_TENSOR_QUANT8_ASYMM;
  case ElementType::kI8:
    if (isQuantized)
      return NEURON_TENSOR_QUANT8_ASYMM_SIGNED;
    break;
  case ElementType::kI16:
    if (isQuantized)
      return NEURON_TENSOR_QUANT16_SYMM;
    break;
  default:
    break;
  }
  llvm_unreachable("no row of the table has this type");
}

} // namespace

void NetworkWriter::begin(Operation *op) {
  node_ = graph::nodeName(op);
}

OperandType NetworkWriter::typeOf(Value value) const {
  RankedTensorType tensor = graph::tensorType(value);
  ElementType element = *graph::elementTypeOf(tensor.getElementType());
  Quantization codes = graph::quantizationOf(tensor.getElementType());
  OperandType type;
  type.dimensions.assign(tensor.getShape().begin(), tensor.getShape().end());
  if (type.dimensions.empty())
    type.dimensions = {1}; // a tensor without dimensions is one of unknown rank
  if (codes.perChannel()) {
    type.code = NEURON_TENSOR_QUANT8_SYMM_PER_CHANNEL;
    type.channelScales = codes.scales;
    type.channelDimension = static_cast<uint32_t>(codes.axis);
    return type;
  }
  bool flipped = target_.unsignedCodes && kindOf(value) == kI8;
  type.code = flipped ? NEURON_TENSOR_QUANT8_ASYMM : tensorCode(element, !codes.empty());
  if (!codes.empty()) {
    type.scale = codes.scales[0];
    type.zeroPoint = codes.zeroPoints[0] + (flipped ? kSignShift : 0);
  } else if (type.code == NEURON_TENSOR_QUANT8_ASYMM) {
    type.scale = 1; // plain numbers: the library knows 8 bits as codes only
  }
  return type;
}

OperandId NetworkWriter::tensor(Value value) {
  auto [found, isNew] = tensorOf_.try_emplace(value, 0);
  if (!isNew)
    return found->second;
  OperandType type = typeOf(value);
  OperandId id;
  std::optional<graph::ConstantBytes> bytes = graph::constantOf(value);
  if (!bytes) {
    id = intermediate(type);
  } else if (target_.unsignedCodes && kindOf(value) == kI8) {
    SmallVector<char> codes(bytes->raw());
    for (char &code : codes)
      code ^= kSignBit;
    id = constant(type, codes);
  } else {
    id = constant(type, bytes->raw());
  }
  tensorOf_[value] = id;
  return id;
}

artifact::OperandT &NetworkWriter::addOperand(const OperandType &type, artifact::Source source) {
  auto operand = std::make_unique<artifact::OperandT>();
  operand->type = type.code;
  operand->dimensions = type.dimensions;
  operand->scale = type.scale;
  operand->zero_point = type.zeroPoint;
  operand->channel_scales = type.channelScales;
  operand->channel_dimension = type.channelDimension;
  operand->source = source;
  artifact_.operands.push_back(std::move(operand));
  return *artifact_.operands.back();
}

OperandId NetworkWriter::intermediate(const OperandType &type) {
  addOperand(type, artifact::Source::Computed);
  return static_cast<OperandId>(artifact_.operands.size() - 1);
}

OperandId NetworkWriter::constant(const OperandType &type, ArrayRef<char> bytes) {
  if (bytes.size() <= NEURON_MAX_SIZE_OF_IMMEDIATELY_COPIED_VALUES)
    addOperand(type, artifact::Source::Inline).value.assign(bytes.begin(), bytes.end());
  else
    addOperand(type, artifact::Source::Weights).buffer = builder_.constant(bytes);
  return static_cast<OperandId>(artifact_.operands.size() - 1);
}

OperandId NetworkWriter::shared(const OperandType &type, ArrayRef<char> bytes) {
  std::string key(bytes.begin(), bytes.end());
  auto [found, isNew] = sharedOf_.try_emplace({type.code, type.dimensions, key}, 0);
  if (isNew)
    found->second = constant(type, bytes);
  return found->second;
}

OperandId NetworkWriter::real(float value, const OperandType &like) {
  OperandType type = {.code = like.code, .dimensions = {1}};
  return like.code == NEURON_TENSOR_FLOAT16 ? shared(type, bytesOf(floatToHalf(value)))
                                            : shared(type, bytesOf(value));
}

OperandId NetworkWriter::reals(std::vector<uint32_t> dimensions, ArrayRef<float> values,
                               const OperandType &like) {
  OperandType type = {.code = like.code, .dimensions = std::move(dimensions)};
  if (like.code != NEURON_TENSOR_FLOAT16)
    return constant(type, bytesOf(values));
  SmallVector<uint16_t> halves(llvm::map_range(values, floatToHalf));
  return constant(type, bytesOf(ArrayRef<uint16_t>(halves)));
}

OperandId NetworkWriter::scalar(float value, const OperandType &like) {
  return like.code == NEURON_TENSOR_FLOAT16
             ? shared({.code = NEURON_FLOAT16}, bytesOf(floatToHalf(value)))
             : shared({.code = NEURON_FLOAT32}, bytesOf(value));
}

OperandId NetworkWriter::integers(std::vector<uint32_t> dimensions, ArrayRef<int64_t> values) {
  SmallVector<int32_t> narrow(values.begin(), values.end());
  return shared({.code = NEURON_TENSOR_INT32, .dimensions = std::move(dimensions)},
                bytesOf(ArrayRef<int32_t>(narrow)));
}

OperandId NetworkWriter::vector(ArrayRef<int64_t> values) {
  return integers({static_cast<uint32_t>(values.size())}, values);
}

OperandId NetworkWriter::shapeOf(Value value) {
  std::vector<uint32_t> dimensions = typeOf(value).dimensions;
  return vector(SmallVector<int64_t>(dimensions.begin(), dimensions.end()));
}

OperandId NetworkWriter::matrix(ArrayRef<int64_t> values) {
  return integers({static_cast<uint32_t>(values.size() / 2), 2}, values);
}

OperandId NetworkWriter::integer(int64_t value) {
  return shared({.code = NEURON_INT32}, bytesOf(static_cast<int32_t>(value)));
}

OperandId NetworkWriter::flag(bool value) {
  return shared({.code = NEURON_BOOL}, bytesOf(static_cast<uint8_t>(value)));
}

OperandId NetworkWriter::fuse(graph::Activation activation) {
  switch (activation) {
  case graph::Activation::None:
    return integer(NEURON_FUSED_NONE);
  case graph::Activation::Relu:
    return integer(NEURON_FUSED_RELU);
  case graph::Activation::Relu6:
    return integer(NEURON_FUSED_RELU6);
  case graph::Activation::ReluN1To1:
    return integer(NEURON_FUSED_RELU1);
  }
  llvm_unreachable("activation");
}

void NetworkWriter::add(NeuronOperationType code, ArrayRef<OperandId> inputs,
                        ArrayRef<OperandId> outputs) {
  auto operation = std::make_unique<artifact::OperationT>();
  operation->code = code;
  operation->node = node_;
  operation->inputs = inputs.vec();
  operation->outputs = outputs.vec();
  artifact_.operations.push_back(std::move(operation));
}

void NetworkWriter::addExtension(StringRef function, ArrayRef<OperandId> inputs, Value output) {
  add(NEURON_OEM_OPERATION, inputs, output);
  artifact_.operations.back()->function = function.str();
}

unsigned NetworkWriter::operationCount() const {
  return static_cast<unsigned>(llvm::count_if(
      artifact_.operations, [](const auto &one) { return one->code != NEURON_RESHAPE; }));
}

artifact::ArtifactT NetworkWriter::finish(ArrayRef<Value> inputs, ArrayRef<Value> outputs) {
  SmallVector<BufferId> buffers;
  auto declare = [&](Value value, std::vector<std::unique_ptr<artifact::BorderT>> &borders) {
    auto border = std::make_unique<artifact::BorderT>();
    border->operand = tensor(value);
    border->buffer = builder_.bufferOf(value);
    border->flip_sign = target_.unsignedCodes && kindOf(value) == kI8;
    buffers.push_back(border->buffer);
    borders.push_back(std::move(border));
  };
  for (Value value : inputs)
    declare(value, artifact_.inputs);
  for (Value value : outputs)
    declare(value, artifact_.outputs);
  builder_.step(buffers);
  return std::move(artifact_);
}

} // namespace tandem::neuron
