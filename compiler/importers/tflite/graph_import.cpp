#include "compiler/importers/tflite/graph_import.h"

#include "compiler/graph/constants.h"
#include "compiler/importers/common/fixed_shapes.h"
#include "compiler/importers/common/integer_folding.h"
#include "compiler/importers/tflite/sparse.h"
#include "compiler/importers/tflite/tensors.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/ScopeExit.h"

#include <optional>
#include <utility>

using namespace mlir;

namespace tandem::tflite {

// Constants grow on import: tensors share buffers, f16 becomes f32, sparse dense. A model whose
// constants grow beyond this was made to exhaust memory.
static constexpr size_t kConstantGrowth = 64, kConstantAllowance = size_t(64) << 20;
// Loops, and subgraphs in subgraphs, multiply operators.
static constexpr size_t kMostOperators = 1 << 18, kMostDepth = 32;

GraphImport::GraphImport(const Reader &reader, const OpTable &table, const ImportOptions &options,
                         MLIRContext &context)
    : reader_(reader), table_(table), options_(options), context_(context), errors_(context),
      builder_(&context) {
  frame_.graph = &reader.mainGraph();
  context.loadDialect<graph::GraphDialect, func::FuncDialect>(); // before the first type is made
}

llvm::Error GraphImport::emitted() const {
  return llvm::createStringError(errors_.message());
}

llvm::Expected<OwningOpRef<ModuleOp>> GraphImport::run() {
  llvm::Error wrong = importBody();
  // What follows from an operator that is not there is not worth a message.
  if (!unsupported_.empty()) {
    llvm::consumeError(std::move(wrong));
    return llvm::createStringError(unsupported_.message());
  }
  if (wrong)
    return wrong;
  if (failed(importOutputs()))
    return emitted();
  return std::move(main_.module);
}

llvm::Error GraphImport::importBody() {
  if (failed(findUnknownOperators()))
    return emitted();
  findStates();
  if (llvm::Error wrong = importInputs())
    return wrong;
  return succeeded(importOperators()) ? llvm::Error::success() : emitted();
}

void GraphImport::addUnsupported(StringRef kind, StringRef node, StringRef reason) {
  unsupported_.add(kind, node, reason);
}

/// All at once and first, since later errors may follow from them.
LogicalResult GraphImport::findUnknownOperators() {
  auto *operators = frame_.graph->operators();
  for (size_t i = 0, count = operators ? operators->size() : 0; i < count; ++i) {
    const schema::Operator &op = *operators->Get(i);
    llvm::Expected<const schema::OperatorCode *> code = reader_.codeOf(op);
    if (!code)
      return error() << toString(code.takeError());
    if (table_.find(**code))
      continue;
    Node node(*this, op, **code);
    unsupported_.addUnknown(node.kind(), node.name());
  }
  return success();
}

FailureOr<Type> GraphImport::elementTypeOf(int64_t index, Location location) {
  llvm::Expected<const schema::Tensor *> tensor = this->tensor(index, "the graph");
  if (!tensor)
    return emitError(location) << toString(tensor.takeError());
  llvm::Expected<Type> type = tflite::elementTypeOf(**tensor, context_);
  if (!type)
    return emitError(location) << "tensor '" << tensorName(**tensor, index) << "' has "
                               << toString(type.takeError());
  return *type;
}

llvm::Expected<NamedType> GraphImport::inputType(int64_t index) {
  FailureOr<Type> element = elementTypeOf(index, builder_.getUnknownLoc());
  if (failed(element))
    return emitted();
  const schema::Tensor &tensor = **this->tensor(index, "the graph");
  if (isa<ComplexType>(*element))
    return llvm::createStringError("input '" + tensorName(tensor, index) +
                                   "' has complex numbers, which is not supported");
  std::string name = tensorName(tensor, index), subject = "input '" + name + "'";
  SmallVector<int64_t> shape = dimensionsOf(tensor), signature = signatureOf(tensor);
  if (options_.shapes.contains(name)) {
    // As TFLite's ResizeInputTensor: any size, fixed in the file or not.
    SmallVector<int64_t> open(shape.size(), ShapedType::kDynamic);
    llvm::Expected<SmallVector<int64_t>> fixed = fixShape(options_, name, subject, open);
    if (!fixed)
      return fixed.takeError();
    shape = std::move(*fixed);
  } else {
    // The file says what a dynamic batch is when nobody resizes it: 1. That is no answer for
    // others.
    for (size_t d = 1; d < std::min(signature.size(), shape.size()); ++d)
      if (signature[d] < 0)
        return llvm::createStringError(subject + ": " + openDimension(name, signature, d));
  }
  if (!hasSaneSize(shape))
    return llvm::createStringError(subject + " has shape " + shapeText(shape) +
                                   ", expected known dimensions and fewer elements");
  return NamedType{name, RankedTensorType::get(shape, *element)};
}

static bool isSingleStep(schema::BuiltinOperator op) {
  return op == schema::BuiltinOperator::RNN || op == schema::BuiltinOperator::LSTM ||
         op == schema::BuiltinOperator::SVDF;
}

void GraphImport::findStates() {
  auto *operators = frame_.graph->operators();
  for (size_t i = 0, count = operators ? operators->size() : 0; i < count; ++i) {
    const schema::Operator &op = *operators->Get(i);
    auto *inputs = op.inputs();
    if (!isSingleStep(builtinOf(**reader_.codeOf(op))) || !inputs)
      continue;
    for (int32_t index : *inputs)
      if (index >= 0 && isVariable(index) && !llvm::is_contained(states_, index))
        states_.push_back(index);
  }
}

llvm::Error GraphImport::importInputs() {
  std::vector<int32_t> indices;
  if (auto *given = frame_.graph->inputs())
    indices.assign(given->begin(), given->end());
  indices.insert(indices.end(), states_.begin(), states_.end());
  std::vector<std::string> names;
  std::vector<NamedType> inputs;
  for (int32_t index : indices) {
    llvm::Expected<const schema::Tensor *> tensor = this->tensor(index, "the graph");
    if (!tensor)
      return tensor.takeError();
    names.push_back(tensorName(**tensor, index));
  }
  if (llvm::Error wrong = checkFixedNames(options_, names))
    return wrong;
  for (size_t i = 0; i < names.size(); ++i) {
    llvm::Expected<NamedType> input = inputType(indices[i]);
    if (!input)
      return input.takeError();
    inputs.push_back(std::move(*input));
  }
  llvm::Expected<MainFunction> main = MainFunction::create(context_, inputs, options_);
  if (!main)
    return main.takeError();
  main_ = std::move(*main);
  builder_.setInsertionPointToEnd(&main_.function.getBody().front());
  for (size_t i = 0; i < inputs.size(); ++i)
    frame_.values[indices[i]] = main_.inputs[i];
  return llvm::Error::success();
}

FailureOr<SmallVector<Value>> GraphImport::importSubgraph(int64_t index, ArrayRef<Value> inputs,
                                                          Location location) {
  llvm::Expected<const schema::SubGraph *> graph = reader_.subgraph(index);
  if (!graph)
    return emitError(location) << toString(graph.takeError());
  auto *arguments = (*graph)->inputs(), *results = (*graph)->outputs();
  if ((arguments ? arguments->size() : 0) != inputs.size())
    return emitError(location) << "subgraph " << index << " has "
                               << (arguments ? arguments->size() : 0) << " inputs, expected "
                               << inputs.size();
  if (depth_ >= kMostDepth)
    return emitError(location) << "subgraphs are nested deeper than " << kMostDepth;
  Frame outer = std::exchange(frame_, Frame());
  frame_.graph = *graph;
  ++depth_;
  llvm::scope_exit back([&, subject = subject_] {
    frame_ = std::move(outer);
    --depth_;
    subject_ = subject;
    errors_.setSubject(subject_);
  });
  for (auto [i, input] : llvm::enumerate(inputs))
    frame_.values[arguments->Get(i)] = input;
  if (failed(findUnknownOperators()) || failed(importOperators()))
    return failure();
  SmallVector<Value> outputs;
  for (size_t i = 0, count = results ? results->size() : 0; i < count; ++i) {
    FailureOr<Value> value = valueOf(results->Get(i), location);
    if (failed(value))
      return failure();
    outputs.push_back(*value);
  }
  return outputs;
}

LogicalResult GraphImport::importOperators() {
  auto *operators = frame_.graph->operators();
  for (size_t i = 0, count = operators ? operators->size() : 0; i < count; ++i)
    if (failed(importOperator(*operators->Get(i))))
      return failure();
  errors_.setSubject("");
  return success();
}

/// Fails when the model is wrong; an operator that is merely unsupported is noted.
LogicalResult GraphImport::importOperator(const schema::Operator &op) {
  if (++operatorsImported_ > kMostOperators)
    return error() << "more than " << kMostOperators << " operators, with the rounds of its loops";
  const schema::OperatorCode &code = **reader_.codeOf(op);
  Node node(*this, op, code);
  subject_ = ("node '" + node.name() + "' (" + node.kind() + ")").str();
  errors_.setSubject(subject_);
  Handler handler = table_.find(code);
  if (handler && succeeded(importHandled(op, node, handler)))
    return success();
  definePlaceholders(op);
  return success(errors_.empty());
}

/// Stands in for the results of an operator that was refused, so that those after it are looked at.
void GraphImport::definePlaceholders(const schema::Operator &op) {
  for (size_t i = 0, count = op.outputs() ? op.outputs()->size() : 0; i < count; ++i) {
    int64_t index = op.outputs()->Get(i);
    llvm::Expected<const schema::Tensor *> tensor = this->tensor(index, "the operator");
    if (!tensor) {
      consumeError(tensor.takeError());
      continue;
    }
    llvm::Expected<Type> type = tflite::elementTypeOf(**tensor, context_);
    SmallVector<int64_t> shape = dimensionsOf(**tensor);
    if (!type || !hasSaneSize(shape)) {
      consumeError(type.takeError());
      continue;
    }
    frame_.values[index] = UnrealizedConversionCastOp::create(
                               builder_, builder_.getUnknownLoc(),
                               TypeRange{RankedTensorType::get(shape, *type)}, ValueRange{})
                               .getResult(0);
  }
}

LogicalResult GraphImport::importOutputs() {
  const flatbuffers::Vector<int32_t> *indices = frame_.graph->outputs();
  std::vector<NamedValue> outputs;
  for (size_t i = 0, count = indices ? indices->size() : 0; i < count; ++i) {
    int64_t index = indices->Get(i);
    FailureOr<Value> value = valueOf(index, builder_.getUnknownLoc());
    if (failed(value))
      return failure();
    outputs.push_back({tensorName(**tensor(index, "the graph"), index), *value});
  }
  if (outputs.empty())
    return error() << "the model has no outputs";
  for (int32_t index : states_)
    outputs.push_back({tensorName(**tensor(index, "the graph"), index), frame_.values[index]});
  return main_.finish(std::move(outputs));
}

FailureOr<Value> GraphImport::valueOf(int64_t index, Location location) {
  if (Value known = frame_.values.lookup(index))
    return known;
  llvm::Expected<const schema::Tensor *> tensor = this->tensor(index, "the graph");
  if (!tensor)
    return emitError(location) << toString(tensor.takeError());
  Value &made = constants_[{frame_.graph, index}];
  if (!made) {
    FailureOr<Value> constant = makeConstant(index, **tensor, location);
    if (failed(constant))
      return failure();
    made = *constant;
  }
  return frame_.values[index] = made;
}

bool GraphImport::isVariable(int64_t index) const {
  llvm::Expected<const schema::Tensor *> tensor = this->tensor(index, "the graph");
  if (!tensor) {
    consumeError(tensor.takeError());
    return false;
  }
  return (*tensor)->is_variable();
}

LogicalResult GraphImport::define(int64_t index, Value value, Location location) {
  value = foldIntegers(builder_, value);
  llvm::Expected<const schema::Tensor *> tensor = this->tensor(index, "an output");
  if (!tensor)
    return emitError(location) << toString(tensor.takeError());
  if (!frame_.values.try_emplace(index, value).second)
    return emitError(location) << "tensor '" << tensorName(**tensor, index)
                               << "' is computed or read before";
  if (failed(fitsDeclaration(index, value, location)))
    return failure();
  if (!value.getDefiningOp<graph::ConstantOp>()) // folding made it
    return success();
  return fitsMemory(graph::constantOf(value)->size(), location);
}

/// The file says what shape each result has: another one means that the file, or this importer, is
/// wrong about the operator. Shapes from --shape go through the whole graph, and the file's are old
/// then; a tensor without dimensions may be one of which nothing is known.
LogicalResult GraphImport::fitsDeclaration(int64_t index, Value value, Location location) {
  const schema::Tensor &tensor = **this->tensor(index, "an output");
  SmallVector<int64_t> declared = dimensionsOf(tensor), signature = signatureOf(tensor);
  if (!options_.shapes.empty() || declared.empty())
    return success();
  if (signature.size() == declared.size())
    declared = signature; // the same, but for -1 where a dimension is open
  ArrayRef<int64_t> shape = shapeOf(value);
  auto fits = [](auto pair) {
    auto [known, made] = pair;
    return known < 0 || known == made;
  };
  if (declared.size() == shape.size() && llvm::all_of(llvm::zip(declared, shape), fits))
    return success();
  return emitError(location) << "tensor '" << tensorName(tensor, index) << "' has shape "
                             << shapeText(shape) << ", the file says " << shapeText(declared);
}

LogicalResult GraphImport::fitsMemory(size_t bytes, Location location) {
  size_t limit = reader_.fileSize() * kConstantGrowth + kConstantAllowance;
  if (bytes > limit - constantBytes_)
    return emitError(location) << "the constants take more than " << limit
                               << " bytes, in a file of " << reader_.fileSize();
  constantBytes_ += bytes;
  return success();
}

/// Pages of the file whose weights are in the graph may leave memory.
void GraphImport::hasCopied(size_t bytes) {
  constexpr size_t kWorthReleasing = size_t(8) << 20;
  copiedBytes_ += bytes;
  if (copiedBytes_ < kWorthReleasing || !options_.release)
    return;
  options_.release();
  copiedBytes_ = 0;
}

FailureOr<Value> GraphImport::makeConstant(int64_t index, const schema::Tensor &tensor,
                                           Location location) {
  std::string name = tensorName(tensor, index);
  llvm::Expected<ArrayRef<char>> data = reader_.dataOf(tensor);
  if (!data)
    return emitError(location) << "tensor '" << name << "': " << toString(data.takeError());
  SmallVector<int64_t> shape = dimensionsOf(tensor);
  bool isOfNothing = llvm::is_contained(shape, 0); // the shape of a scalar is
  if (data->empty() && !isOfNothing)
    return emitError(location) << "tensor '" << name << "' is read and "
                               << (tensor.is_variable() ? "a variable, which is not supported"
                                                        : "nothing computes it before");
  FailureOr<Type> element = elementTypeOf(index, location);
  if (failed(element))
    return failure();
  if (isa<ComplexType>(*element))
    return emitError(location) << "tensor '" << name << "' has complex numbers in the file, which "
                               << "is not supported";
  std::optional<int64_t> count = elementCount(shape);
  size_t elementBytes = elementSize(*graph::elementTypeOf(*element));
  if (!hasSaneSize(shape) || failed(fitsMemory(*count * elementBytes, location)))
    return emitError(location) << "tensor '" << name << "' of shape " << shapeText(shape)
                               << " is too large";
  auto type = RankedTensorType::get(shape, *element);
  auto place = NameLoc::get(builder_.getStringAttr(name));
  if (tensor.sparsity()) {
    auto dense = densify(*tensor.sparsity(), shape, elementBytes, *data);
    if (!dense)
      return emitError(location) << "tensor '" << name << "': " << toString(dense.takeError());
    return graph::createConstant(builder_, place, type, ArrayRef<char>(*dense));
  }
  if (data->size() != *count * elementBytes)
    return emitError(location) << "tensor '" << name << "' has " << data->size()
                               << " bytes, its shape " << shapeText(shape) << " takes "
                               << *count * elementBytes;
  Value constant = graph::createConstant(builder_, place, type, *data);
  hasCopied(data->size());
  return constant;
}

} // namespace tandem::tflite
