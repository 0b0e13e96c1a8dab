#include "compiler/importers/tflite/node.h"

#include "compiler/graph/constants.h"
#include "compiler/importers/tflite/graph_import.h"
#include "compiler/importers/tflite/tensors.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace tandem::tflite {

Refusal::~Refusal() {
  if (kind_ == Kind::kUnsupported)
    node_.graph_.addUnsupported(node_.kind_, node_.name_, text_);
  else
    node_.build_.error() << text_;
}

static std::string nameOf(const GraphImport &graph, const schema::Operator &op) {
  if (!op.outputs() || op.outputs()->size() == 0)
    return "without output";
  int64_t index = op.outputs()->Get(0);
  llvm::Expected<const schema::Tensor *> tensor = graph.tensor(index, "an output");
  if (tensor)
    return tensorName(**tensor, index);
  consumeError(tensor.takeError());
  return "tensor " + std::to_string(index);
}

/// Operators whose results have the elements of their inputs, as they are, and those that leave the
/// elements to a subgraph.
static bool movesElements(StringRef kind) {
  return llvm::StringSwitch<bool>(kind)
      .Cases({"RESHAPE", "SQUEEZE", "EXPAND_DIMS", "TRANSPOSE", "SLICE", "STRIDED_SLICE"}, true)
      .Cases({"SPLIT", "SPLIT_V", "UNPACK", "GATHER", "GATHER_ND", "REVERSE_V2", "TILE"}, true)
      .Cases({"BROADCAST_TO", "SPACE_TO_DEPTH", "DEPTH_TO_SPACE", "MIRROR_PAD", "SHAPE"}, true)
      .Cases({"RANK", "DYNAMIC_UPDATE_SLICE", "IF", "WHILE", "STABLEHLO_COMPOSITE"}, true)
      .Default(false);
}

/// Operators with a state in codes of 16 bits, which are computed on whole numbers.
static bool computesOnWholeNumbers(StringRef kind) {
  return llvm::StringSwitch<bool>(kind)
      .Cases({"LSTM", "UNIDIRECTIONAL_SEQUENCE_LSTM", "SVDF"}, true)
      .Default(false);
}

/// Operators whose codes the graph has no form for: of 8 bits too they are computed as reals.
static bool hasNoFormOnCodes(StringRef kind) {
  return llvm::StringSwitch<bool>(kind)
      .Cases({"RELU_0_TO_1", "LOG_SOFTMAX", "DIV", "SQUARED_DIFFERENCE", "REDUCE_PROD"}, true)
      .Case("BATCH_MATMUL", true)
      .Default(false);
}

static bool any(const GraphImport &graph, const flatbuffers::Vector<int32_t> *indices,
                bool (*holds)(const schema::Tensor &)) {
  return indices && llvm::any_of(*indices, [&](int32_t index) {
           llvm::Expected<const schema::Tensor *> tensor = graph.tensor(index, "the operator");
           if (tensor)
             return holds(**tensor);
           consumeError(tensor.takeError());
           return false;
         });
}

Node::Node(GraphImport &graph, const schema::Operator &op, const schema::OperatorCode &code)
    : graph_(graph), op_(op), version_(code.version()), kind_(operatorName(code)),
      name_(nameOf(graph, op)),
      build_(graph.builder(), NameLoc::get(graph.builder().getStringAttr(name_))),
      inReals_(!movesElements(kind_) && !computesOnWholeNumbers(kind_) &&
               (any(graph, op.inputs(), isCodes16) || any(graph, op.outputs(), isCodes16) ||
                (hasNoFormOnCodes(kind_) && any(graph, op.outputs(), isCodes)))) {}

size_t Node::inputCount() const {
  return op_.inputs() ? op_.inputs()->size() : 0;
}
size_t Node::outputCount() const {
  return op_.outputs() ? op_.outputs()->size() : 0;
}

bool Node::hasInput(size_t index) const {
  return index < inputCount() && op_.inputs()->Get(index) != -1;
}

bool Node::isVariable(size_t index) const {
  return hasInput(index) && graph_.isVariable(op_.inputs()->Get(index));
}

FailureOr<Value> Node::input(size_t index) {
  if (!hasInput(index))
    return invalid() << "has no input " << index;
  FailureOr<Value> value = graph_.valueOf(op_.inputs()->Get(index), build_.location());
  if (failed(value) || !inReals_ || !graph::isQuantized(value->getType()))
    return value;
  return build_.createTyped<graph::DequantizeOp>(builder().getF32Type(), *value);
}

FailureOr<Value> Node::optionalInput(size_t index) {
  return hasInput(index) ? input(index) : FailureOr<Value>(Value());
}

FailureOr<Type> Node::outputType(size_t index) {
  if (index >= outputCount())
    return invalid() << "has " << outputCount() << " outputs, expected more than " << index;
  FailureOr<Type> type = graph_.elementTypeOf(op_.outputs()->Get(index), build_.location());
  if (succeeded(type) && isa<ComplexType>(*type)) // what is computed are its parts
    return cast<ComplexType>(*type).getElementType();
  bool isReal = inReals_ && succeeded(type) && graph::isQuantized(*type);
  return isReal ? FailureOr<Type>(builder().getF32Type()) : type;
}

bool Node::isComplexOutput(size_t index) const {
  return index < outputCount() && graph_.isComplexTensor(op_.outputs()->Get(index));
}

FailureOr<Type> Node::inputType(size_t index) {
  if (!hasInput(index))
    return invalid() << "has no input " << index;
  return graph_.elementTypeOf(op_.inputs()->Get(index), build_.location());
}

FailureOr<Type> Node::intermediateType(size_t index) {
  if (!op_.intermediates() || index >= op_.intermediates()->size())
    return invalid() << "has no intermediate result " << index;
  return graph_.elementTypeOf(op_.intermediates()->Get(index), build_.location());
}

Quantization Node::inputQuantization(size_t index) {
  if (!hasInput(index))
    return {};
  FailureOr<Type> type = graph_.elementTypeOf(op_.inputs()->Get(index), build_.location());
  return failed(type) ? Quantization() : graph::quantizationOf(*type);
}

SmallVector<int64_t> Node::outputShape(size_t index) {
  if (index >= outputCount())
    return {};
  llvm::Expected<const schema::Tensor *> tensor =
      graph_.tensor(op_.outputs()->Get(index), "an output");
  if (tensor)
    return dimensionsOf(**tensor);
  consumeError(tensor.takeError());
  return {};
}

FailureOr<SmallVector<int64_t>> Node::constantInts(size_t index, StringRef what) {
  FailureOr<Value> value = input(index);
  if (failed(value))
    return failure();
  Type type = getElementTypeOrSelf(*value);
  if (!type.isSignlessInteger(32) && !type.isSignlessInteger(64))
    return invalid() << what << " is not of type i32 or i64";
  std::optional<graph::ConstantBytes> bytes = graph::constantOf(*value);
  if (!bytes)
    return unsupported() << what << " is computed at run time";
  SmallVector<int64_t> result;
  if (type.isSignlessInteger(32))
    result.append(bytes->as<int32_t>().begin(), bytes->as<int32_t>().end());
  else
    result.append(bytes->as<int64_t>().begin(), bytes->as<int64_t>().end());
  return result;
}

FailureOr<int64_t> Node::constantInt(size_t index, StringRef what) {
  FailureOr<SmallVector<int64_t>> values = constantInts(index, what);
  if (failed(values))
    return failure();
  if (values->size() != 1)
    return invalid() << what << " has " << values->size() << " elements, expected 1";
  return values->front();
}

FailureOr<SmallVector<Value>> Node::inputs() {
  SmallVector<Value> values;
  for (size_t i = 0; i < inputCount(); ++i) {
    FailureOr<Value> value = input(i);
    if (failed(value))
      return failure();
    values.push_back(*value);
  }
  return values;
}

FailureOr<SmallVector<Value>> Node::importSubgraph(int64_t index, ArrayRef<Value> inputs) {
  return graph_.importSubgraph(index, inputs, build_.location());
}

FailureOr<int64_t> Node::axis(int64_t value, int64_t rank) {
  std::optional<int64_t> result = normalizedAxis(value, rank);
  if (!result)
    return invalid() << "axis " << value << " is outside rank " << rank;
  return *result;
}

FailureOr<graph::Activation> Node::activation(schema::ActivationFunctionType type) {
  switch (type) {
  case schema::ActivationFunctionType::NONE:
    return graph::Activation::None;
  case schema::ActivationFunctionType::RELU:
    return graph::Activation::Relu;
  case schema::ActivationFunctionType::RELU6:
    return graph::Activation::Relu6;
  case schema::ActivationFunctionType::RELU_N1_TO_1:
    return graph::Activation::ReluN1To1;
  case schema::ActivationFunctionType::TANH:
  case schema::ActivationFunctionType::SIGN_BIT:
    return unsupported() << "fused activation " << schema::EnumNameActivationFunctionType(type);
  }
  return invalid() << "fused activation " << static_cast<int>(type) << " is none of the format's";
}

ArrayRef<uint8_t> Node::customOptions() const {
  auto *bytes = op_.custom_options();
  return bytes ? ArrayRef<uint8_t>(bytes->data(), bytes->size()) : ArrayRef<uint8_t>();
}

LogicalResult Node::setOutput(FailureOr<Value> value, size_t index) {
  if (failed(value))
    return failure();
  if (index >= outputCount())
    return invalid() << "has " << outputCount() << " outputs, expected more than " << index;
  int64_t tensor = op_.outputs()->Get(index);
  if (inReals_ && getElementTypeOrSelf(*value).isF32()) {
    FailureOr<Type> type = graph_.elementTypeOf(tensor, build_.location());
    if (succeeded(type) && graph::isQuantized(*type))
      value = build_.createTyped<graph::QuantizeOp>(*type, value);
    if (failed(type) || failed(value))
      return failure();
  }
  return graph_.define(tensor, *value, build_.location());
}

LogicalResult Node::setOutputs(ArrayRef<Value> values) {
  if (values.size() != outputCount())
    return invalid() << "its subgraph has " << values.size() << " outputs, expected "
                     << outputCount();
  for (auto [index, value] : llvm::enumerate(values))
    if (failed(setOutput(value, index)))
      return failure();
  return success();
}

FailureOr<Value> Node::shared(const Twine &name, function_ref<FailureOr<Value>()> make) {
  Value &made = graph_.sharedConstant(name.str());
  if (made)
    return made;
  FailureOr<Value> constant = make();
  if (succeeded(constant))
    made = *constant;
  return constant;
}

void Node::keepState(size_t index, Value value) {
  if (isVariable(index))
    graph_.keepState(op_.inputs()->Get(index), value);
}

Handler OpTable::find(const schema::OperatorCode &code) const {
  schema::BuiltinOperator builtin = builtinOf(code);
  if (builtin == schema::BuiltinOperator::CUSTOM)
    return custom_.lookup(operatorName(code));
  auto found = handlers_.find(static_cast<int>(builtin));
  return found == handlers_.end() ? nullptr : found->second;
}

std::vector<std::string> OpTable::names() const {
  std::vector<std::string> result;
  for (const auto &[code, handler] : handlers_)
    result.push_back(schema::EnumNameBuiltinOperator(static_cast<schema::BuiltinOperator>(code)));
  size_t builtin = result.size();
  for (StringRef name : custom_.keys())
    result.push_back(name.str());
  llvm::sort(result.begin() + builtin, result.end());
  return result;
}

} // namespace tandem::tflite
