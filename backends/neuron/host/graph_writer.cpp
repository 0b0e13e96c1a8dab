#include "backends/neuron/host/graph_writer.h"

#include "backends/neuron/host/extensions.h"
#include "backends/neuron/host/library.h"
#include "backends/neuron/host/validate/signature.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;

namespace tandem::neuron::host {
namespace {
const HandlerTable &handlers() {
  static const HandlerTable kTable = [] {
    HandlerTable made;
    registerAllHandlers(made);
    return made;
  }();
  return kTable;
}

/// The string that names a general operation.
std::string generalName(const Model &model, const Operation &operation) {
  if (operation.inputs.empty())
    return "";
  return argumentString(model.operands()[operation.inputs.back()].value()).value_or("");
}

Handler handlerOf(const Model &model, const Operation &operation) {
  if (extensionOfOperationType(operation.type) == Extension::kGeneralOperation)
    return handlers().find(generalName(model, operation));
  return operation.vendorName.empty() ? handlers().find(operation.type) : nullptr;
}

/// Below this a constant is copied, so that it is printed in full and found equal to others.
constexpr size_t kInlineBytes = 256;
} // namespace

GraphWriter::GraphWriter(const Model &model)
    : model_(model), context_(std::make_unique<MLIRContext>(MLIRContext::Threading::DISABLED)),
      values_(model.operands().size()) {
  context_->loadDialect<graph::GraphDialect, func::FuncDialect, quant::QuantDialect>();
  addInputs();
}

void GraphWriter::addInputs() {
  std::vector<NamedType> inputs;
  std::vector<uint32_t> operands;
  for (size_t i = 0; i < model_.inputs().size(); ++i) {
    const Operand &operand = model_.operands()[model_.inputs()[i]];
    Type element = storedType(context_.get(), operand);
    std::optional<SmallVector<int64_t>> shape = shapeOfOperand(operand);
    if (!element || !shape)
      continue; // whoever reads it is not run
    inputs.push_back({"input_" + std::to_string(i), RankedTensorType::get(*shape, element)});
    operands.push_back(model_.inputs()[i]);
  }
  main_ = llvm::cantFail(MainFunction::create(*context_, inputs, /*options=*/{}));
  Block &body = main_.function.getBody().front();
  for (size_t i = 0; i < operands.size(); ++i)
    values_[operands[i]] = body.getArgument(static_cast<unsigned>(i));
  builder_.emplace(context_.get());
  builder_->setInsertionPointToEnd(&body);
}

/// Large values stay in the client's memory, which is theirs until the compilation is finished.
Value GraphWriter::constant(const Operand &operand, Location location) {
  Type element = storedType(context_.get(), operand);
  std::optional<SmallVector<int64_t>> shape = shapeOfOperand(operand);
  if (!element || !shape)
    return nullptr;
  auto type = RankedTensorType::get(*shape, element);
  ArrayRef<char> bytes(reinterpret_cast<const char *>(operand.value().data()),
                       operand.value().size());
  bool aligned = reinterpret_cast<uintptr_t>(bytes.data()) % operand.info->elementSize == 0;
  if (bytes.size() <= kInlineBytes || element.isInteger(1) || !aligned)
    return graph::createConstant(*builder_, location, type, bytes);
  auto stored = RankedTensorType::get(*shape, graph::storageType(element));
  auto attribute = DenseResourceElementsAttr::get(
      stored, "c", UnmanagedAsmResourceBlob::allocateWithAlign(bytes, operand.info->elementSize));
  return graph::ConstantOp::create(*builder_, location, type, attribute);
}

/// Something of the operand's type, so that what reads it can be looked at.
void GraphWriter::standIn(uint32_t operand) {
  Type element = computeType(context_.get(), model_.operands()[operand]);
  std::optional<SmallVector<int64_t>> shape = shapeOfOperand(model_.operands()[operand]);
  if (element && shape && !values_[operand])
    values_[operand] = main_.function.getBody().front().addArgument(
        RankedTensorType::get(*shape, element), builder_->getUnknownLoc());
}

/// What the modelled processor cannot do whatever the operation.
std::string GraphWriter::whyNotHere(const Operation &operation) const {
  if (std::string reason = whyNotAvailable(operation.type); !reason.empty())
    return reason;
  const Processor &processor = Library::get().processor();
  if (processor.types.empty())
    return "";
  auto refused = [&](uint32_t index) {
    const Operand &operand = model_.operands()[index];
    Type element = operand.isTensor() ? storedType(context_.get(), operand) : Type();
    std::optional<ElementType> type = element ? graph::elementTypeOf(element) : std::nullopt;
    if (!type || llvm::is_contained(processor.types, *type))
      return std::string();
    return "the " + processor.name + " does not compute in " + std::string(elementTypeName(*type));
  };
  for (const std::vector<uint32_t> *list : {&operation.inputs, &operation.outputs})
    for (uint32_t index : *list)
      if (std::string reason = refused(index); !reason.empty())
        return reason;
  return "";
}

std::string GraphWriter::writeOperation(uint32_t index, bool &invalid) {
  const Operation &operation = model_.operations()[index];
  if (std::string reason = whyNotHere(operation); !reason.empty())
    return reason;
  Handler handler = handlerOf(model_, operation);
  if (!handler)
    return "there is no kernel for it";
  std::string name = operationName(operation) + " " + std::to_string(index);
  Node node(*this, operation, NameLoc::get(builder_->getStringAttr(name)));
  // What the graph itself finds wrong goes beyond it, and need not be wrong.
  std::string diagnostic;
  ScopedDiagnosticHandler collector(context_.get(), [&](Diagnostic &found) {
    if (diagnostic.empty())
      diagnostic = found.str();
    return success();
  });
  if (succeeded(handler(node)))
    return "";
  invalid = node.invalid_;
  if (!node.refusal_.empty())
    return node.refusal_;
  return diagnostic.empty() ? "it cannot be written, a bug of the library" : diagnostic;
}

Reply GraphWriter::write(SupportReasons &support) {
  support.assign(model_.operations().size(), "");
  for (uint32_t index : model_.order()) {
    const Operation &operation = model_.operations()[index];
    if (extensionOfOperationType(operation.type) == Extension::kCompiledNetwork)
      continue; // run, as it is
    bool invalid = false;
    support[index] = writeOperation(index, invalid);
    if (invalid)
      return Reply(NEURON_BAD_DATA, "operation ", index, " (", operationName(operation),
                   "): ", support[index]);
    for (uint32_t output : operation.outputs)
      standIn(output);
  }
  return Reply();
}

Reply GraphWriter::finish() {
  for (size_t i = 0; i < model_.inputs().size(); ++i)
    if (!values_[model_.inputs()[i]])
      return Reply(NEURON_UNMAPPABLE, "input ", i, " is of a type or shape that is not run here");
  if (model_.outputs().empty())
    return Reply(NEURON_UNMAPPABLE, "the model has no outputs");
  std::vector<NamedValue> outputs;
  for (size_t i = 0; i < model_.outputs().size(); ++i) {
    Value value = values_[model_.outputs()[i]];
    NodeBuilder build(*builder_, NameLoc::get(builder_->getStringAttr("output")));
    MaybeValue stored = value;
    if (Type element = storedType(context_.get(), model_.operands()[model_.outputs()[i]]);
        element != getElementTypeOrSelf(value))
      stored = build.createTyped<graph::CastOp>(element, value); // half precision
    if (failed(stored))
      return Reply(NEURON_UNMAPPABLE, "output ", i, " cannot be stored");
    outputs.push_back({"output_" + std::to_string(i), *stored});
  }
  if (failed(main_.finish(std::move(outputs))))
    return Reply(NEURON_OP_FAILED, "the graph written is not valid, a bug of the library");
  return Reply();
}

} // namespace tandem::neuron::host
