#include "compiler/importers/onnx/graph_import.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"
#include "compiler/importers/onnx/coded_products.h"
#include "compiler/importers/onnx/inputs.h"
#include "compiler/importers/onnx/tensors.h"

using namespace mlir;

namespace tandem::onnx {

// Constants grow on import: halves become f32, several nodes turn one filter into their own order.
// A model whose constants grow beyond this was made to exhaust memory.
static constexpr size_t kConstantGrowth = 64, kConstantAllowance = size_t(64) << 20;
// Tensors of equal elements take no memory here, but each backend writes them out. This is twice
// what the largest network of the ONNX tests has.
static constexpr size_t kMostGenerated = size_t(1) << 28;
// Calls of functions, and branches in branches, multiply nodes.
static constexpr size_t kMostNodes = 1 << 20, kMostDepth = 64;

GraphImport::GraphImport(ModelFile &file, StringRef path, const ImportOptions &options,
                         MLIRContext &context)
    : file_(file), options_(options), context_(context), files_(path), errors_(context),
      builder_(&context) {
  context.loadDialect<graph::GraphDialect, func::FuncDialect>(); // before the first type is made
  registerAllOps(table_);
}

llvm::Expected<OwningOpRef<ModuleOp>> GraphImport::run() {
  proto::GraphProto &graph = *file_.model->mutable_graph();
  Scope scope;
  scope.opsets = &file_.opsets;
  scope.isImportedOnce = true;
  std::vector<std::string> outputs;
  for (const proto::ValueInfoProto &output : graph.output())
    outputs.push_back(output.name());
  if (outputs.empty())
    return llvm::createStringError("the model has no outputs");
  llvm::Error wrong = importInputs(scope);
  collectReads(graph.node(), outputs, scope.read);
  findUnknownOperators(scope);
  if (wrong)
    return withUnsupported(std::move(wrong));
  if (failed(importNodes(scope, *graph.mutable_node())))
    return unsupported_.empty() ? emitted() : llvm::createStringError(unsupported_.message());
  if (!unsupported_.empty())
    return llvm::createStringError(unsupported_.message());
  errors_.setSubject("");
  FailureOr<Values> values = outputsOf(scope, outputs);
  if (failed(values))
    return emitted();
  std::vector<NamedValue> named;
  for (auto [name, value] : llvm::zip(outputs, *values))
    named.push_back({name, value});
  hoistSmallResults(main_.function.getBody().front());
  // Files of this format say by quantize and dequantize what is to be computed on codes.
  main_.function->setAttr("graph.codes_between_quantize", builder_.getUnitAttr());
  return main_.take(std::move(named), errors_);
}

/// What is wrong with the inputs, and behind an open dimension the operators that no shape helps:
/// who fixes it should know before.
llvm::Error GraphImport::withUnsupported(llvm::Error inputs) {
  std::error_code code;
  std::string text;
  llvm::handleAllErrors(std::move(inputs), [&](const llvm::ErrorInfoBase &one) {
    code = one.convertToErrorCode();
    text = one.message();
  });
  bool isOfOptions = code == std::errc::invalid_argument;
  if (!unsupported_.empty() && !isOfOptions)
    text += "; " + unsupported_.message();
  return llvm::createStringError(code, text);
}

/// The model's inputs and the tensors of the file.
llvm::Error GraphImport::importInputs(Scope &scope) {
  llvm::Expected<std::vector<NamedType>> inputs =
      readInputs(file_.model->graph(), options_, files_, context_, unsupported_);
  if (!inputs)
    return inputs.takeError();
  llvm::Expected<MainFunction> main = MainFunction::create(context_, *inputs, options_);
  if (!main)
    return main.takeError();
  main_ = std::move(*main);
  builder_.setInsertionPointToEnd(&main_.function.getBody().front());
  for (auto [input, value] : llvm::zip(*inputs, main_.inputs))
    scope.entries[input.name].value = value;
  addTensors(scope, *file_.model->mutable_graph());
  for (const proto::ValueInfoProto &input : file_.model->graph().input()) {
    Entry &entry = scope.entries[input.name()];
    entry.isRefused = !entry.value && !entry.tensor;
  }
  return llvm::Error::success();
}

void GraphImport::addTensors(Scope &scope, proto::GraphProto &graph) {
  for (proto::TensorProto &tensor : *graph.mutable_initializer())
    scope.entries[tensor.name()].tensor = &tensor;
}

/// All at once and first, since later errors may follow from them.
void GraphImport::findUnknownOperators(Scope &scope) {
  for (proto::NodeProto &record : *file_.model->mutable_graph()->mutable_node()) {
    OnnxNode node(*this, scope, record);
    bool counts = llvm::any_of(
        record.output(), [&](const std::string &name) { return scope.read.count(name) != 0; });
    if (counts && !table_.find(node.kind()) && !file_.functions.count(functionKey(record)))
      unsupported_.addUnknown(node.kind(), node.name());
  }
}

LogicalResult GraphImport::importNodes(Scope &scope, Nodes &nodes) {
  if (++depth_ > kMostDepth)
    return emitError(builder_.getUnknownLoc())
           << "functions and branches are nested deeper than " << kMostDepth;
  for (proto::NodeProto &record : nodes) {
    bool counts = llvm::any_of(
        record.output(), [&](const std::string &name) { return scope.read.count(name) != 0; });
    if (counts && failed(importNode(scope, record)))
      return failure();
  }
  --depth_;
  return success();
}

/// Fails when the model is wrong; an operator that is merely unsupported is noted.
LogicalResult GraphImport::importNode(Scope &scope, proto::NodeProto &record) {
  OnnxNode node(*this, scope, record);
  errors_.setSubject("node '" + node.name() + "' (" + node.kind() + ")");
  if (++nodesImported_ > kMostNodes)
    return node.error() << "the model has more than " << kMostNodes << " nodes";
  for (const std::string &name : record.input()) {
    if (name.empty())
      continue;
    Entry *entry = find(scope, name);
    if (!entry)
      return node.error() << "it reads '" << name << "', which no earlier node makes";
    if (entry->isRefused) {
      standInFor(scope, record);
      return success();
    }
  }
  auto function = file_.functions.find(functionKey(record));
  if (function != file_.functions.end())
    return importCall(scope, record, function->second, node);
  const OpTable::Entry *entry = table_.find(node.kind());
  if (!entry) {
    if (scope.outer || !scope.isImportedOnce) // findUnknownOperators has not seen it
      unsupported_.addUnknown(node.kind(), node.name());
    standInFor(scope, record);
    return success();
  }
  if (std::string domain = normalizedDomain(record.domain());
      domain.empty() && !scope.opsets->count(domain))
    return node.error() << "it is an operator of ONNX itself, of which the model imports no opset";
  FailureOr<Values> results = handle(node, *entry);
  for (proto::TensorProto *tensor : replaced_) // clear_raw_data() would keep the memory
    std::unique_ptr<std::string>(tensor->release_raw_data()).reset();
  replaced_.clear();
  if (succeeded(results))
    return define(scope, node, record, *results);
  standInFor(scope, record);
  return success(errors_.empty());
}

FailureOr<Values> GraphImport::handle(OnnxNode &node, const OpTable::Entry &entry) {
  if (entry.evaluate) {
    SmallVector<Elements> known;
    for (size_t i = 0; i < node.inputCount(); ++i)
      if (std::optional<Elements> elements = node.known(i))
        known.push_back(std::move(*elements));
    if (known.size() == node.inputCount()) {
      std::optional<Elements> result = entry.evaluate(node, known);
      if (result) {
        MaybeValue value = node.constantOf(*result);
        return failed(value) ? FailureOr<Values>(failure()) : Values{*value};
      }
      if (node.failed())
        return failure();
    }
  }
  Type given;
  if (entry.takes != Takes::kAny) {
    MaybeValue first = node.input(0);
    if (failed(first))
      return failure();
    given = getElementTypeOrSelf(*first);
    if (entry.takes == Takes::kReals && !isa<FloatType>(given))
      return FailureOr<Values>(node.unsupported("a tensor of integers"));
    node.widenInputs();
  }
  FailureOr<Values> results = failure();
  if (entry.list) {
    results = entry.list(node);
  } else if (entry.single) {
    MaybeValue value = entry.single(node);
    if (succeeded(value))
      results = Values{*value};
  } else if (!node.failed()) {
    (void)node.unsupported("on values that are computed at run time");
  }
  return given && widened(given) != given ? narrowed(node, results, given) : results;
}

/// Results of the type that the first input was widened to, in the type that it had.
FailureOr<Values> GraphImport::narrowed(OnnxNode &node, FailureOr<Values> results, Type given) {
  if (failed(results))
    return failure();
  for (Value &result : *results) {
    if (!result || getElementTypeOrSelf(result) != widened(given))
      continue;
    MaybeValue value = node.cast(result, given);
    if (failed(value))
      return failure();
    if (isa<FloatType>(given))
      wide_[*value] = result;
    result = *value;
  }
  return results;
}

LogicalResult GraphImport::define(Scope &scope, OnnxNode &node, proto::NodeProto &record,
                                  ArrayRef<Value> results) {
  for (auto [index, name] : llvm::enumerate(record.output())) {
    if (name.empty() || !scope.read.count(name))
      continue;
    if (index >= results.size() || !results[index]) {
      (void)node.unsupported("its output " + Twine(index) + " ('" + name + "')");
      standInFor(scope, record);
      return success();
    }
    if (scope.entries.count(name))
      return node.error() << "its result '" << name << "' is there already";
    scope.entries[name].value = results[index];
  }
  return success();
}

/// What reads the results of a refused node is left out, since nothing is known of them.
void GraphImport::standInFor(Scope &scope, const proto::NodeProto &record) {
  for (const std::string &name : record.output())
    if (!name.empty())
      scope.entries[name].isRefused = true;
}

FailureOr<Values> GraphImport::outputsOf(Scope &scope, ArrayRef<std::string> names) {
  Values values;
  for (const std::string &name : names) {
    MaybeValue value = valueOf(scope, name, builder_.getUnknownLoc());
    if (failed(value))
      return failure();
    values.push_back(*value);
  }
  return values;
}

/// The body of a function, with the call's inputs under its own names.
LogicalResult GraphImport::importCall(Scope &scope, proto::NodeProto &record,
                                      const Function &function, OnnxNode &node) {
  Scope body;
  body.opsets = &function.opsets;
  for (auto [index, name] : llvm::enumerate(function.record->input())) {
    if (!node.has(index))
      continue;
    MaybeValue value = node.input(index);
    if (failed(value))
      return failure();
    body.entries[name].value = *value;
  }
  body.attributes = function.defaults;
  for (const proto::AttributeProto &attribute : record.attribute())
    body.attributes[attribute.name()] = attribute;
  std::vector<std::string> outputs(function.record->output().begin(),
                                   function.record->output().end());
  collectReads(function.record->node(), outputs, body.read);
  if (failed(importNodes(body, *function.record->mutable_node())))
    return failure();
  Values results;
  for (const std::string &name : outputs) {
    Entry *entry = find(body, name);
    if (!entry || entry->isRefused) {
      standInFor(scope, record);
      return success();
    }
    results.push_back(*valueOf(body, name, node.location()));
  }
  return define(scope, node, record, results);
}

FailureOr<Values> GraphImport::importBranch(Scope &outer, proto::GraphProto &graph,
                                            ArrayRef<Value> inputs) {
  Scope scope;
  scope.outer = &outer;
  scope.opsets = outer.opsets;
  if (static_cast<int>(inputs.size()) != graph.input_size())
    return emitError(builder_.getUnknownLoc())
           << "the graph '" << graph.name() << "' has " << graph.input_size()
           << " inputs, expected " << inputs.size();
  for (auto [input, value] : llvm::zip(graph.input(), inputs))
    scope.entries[input.name()].value = value;
  addTensors(scope, graph);
  std::vector<std::string> outputs;
  for (const proto::ValueInfoProto &output : graph.output())
    outputs.push_back(output.name());
  collectReads(graph.node(), outputs, scope.read);
  if (failed(importNodes(scope, *graph.mutable_node())))
    return failure();
  for (const std::string &name : outputs)
    if (Entry *entry = find(scope, name); entry && entry->isRefused)
      return failure(); // noted
  return outputsOf(scope, outputs);
}

Entry *GraphImport::find(Scope &scope, StringRef name) {
  for (Scope *each = &scope; each; each = each->outer)
    if (auto entry = each->entries.find(std::string_view(name)); entry != each->entries.end())
      return &entry->second;
  return nullptr;
}

void GraphImport::replaced(Scope &scope, StringRef name) {
  auto entry = scope.entries.find(std::string_view(name));
  auto reads = scope.read.find(std::string_view(name));
  bool isLast = scope.isImportedOnce && reads != scope.read.end() && reads->second == 1;
  if (isLast && entry != scope.entries.end() && entry->second.tensor && !entry->second.value)
    replaced_.push_back(entry->second.tensor);
}

/// A large tensor's bytes go from the file's record into the constant as they are.
static ElementsAttr takeBytes(proto::TensorProto &tensor, RankedTensorType type) {
  std::shared_ptr<const std::string> bytes(tensor.release_raw_data());
  return graph::makeElements(type, ArrayRef(bytes->data(), bytes->size()), bytes);
}

MaybeValue GraphImport::valueOf(Scope &scope, StringRef name, Location location) {
  Entry *entry = find(scope, name);
  if (!entry || entry->isRefused)
    return emitError(location) << "'" << name << "' is not made by any node";
  if (entry->value)
    return entry->value;
  proto::TensorProto &tensor = *entry->tensor;
  Value &ofBranch = ofBranches_[&tensor]; // whose nodes may be imported again
  if (ofBranch)
    return entry->value = ofBranch;
  llvm::Expected<Elements> elements = readTensor(tensor, files_);
  if (!elements)
    return emitError(location) << "tensor '" << name << "': " << toString(elements.takeError());
  auto place = NameLoc::get(builder_.getStringAttr(name));
  Type element = graph::plainType(&context_, elements->type());
  constexpr size_t kWorthMoving = 1 << 12;
  bool ownsBytes = scope.isImportedOnce && tensor.has_raw_data() &&
                   elements->bytes().data() == tensor.raw_data().data() &&
                   elements->bytes().size() > kWorthMoving;
  if (ownsBytes) {
    auto type = RankedTensorType::get(elements->shape(), element);
    entry->value = graph::ConstantOp::create(builder_, place, type, takeBytes(tensor, type));
  } else {
    MaybeValue value = makeConstant(*elements, element, place);
    if (failed(value))
      return failure();
    entry->value = *value;
  }
  ofBranch = entry->value;
  return entry->value;
}

std::optional<Elements> GraphImport::knownOf(Scope &scope, StringRef name, bool unpacks) {
  Type type;
  std::optional<Elements> stored = storedOf(scope, name, type, unpacks);
  return stored ? stored->cast(*graph::elementTypeOf(type)) : stored;
}

std::optional<Elements> GraphImport::storedOf(Scope &scope, StringRef name, Type &type,
                                              bool unpacks) {
  Entry *entry = find(scope, name);
  if (!entry || entry->isRefused)
    return std::nullopt;
  if (entry->value) {
    type = getElementTypeOrSelf(entry->value);
    return Elements::storedOf(entry->value);
  }
  llvm::Expected<Elements> elements =
      unpacks ? readUnpacked(*entry->tensor, files_) : readTensor(*entry->tensor, files_);
  if (elements) {
    type = graph::plainType(&context_, elements->type());
    return *elements;
  }
  consumeError(elements.takeError()); // reported when it is read as a value
  return std::nullopt;
}

Value &GraphImport::permutedOf(Scope &scope, StringRef name, ArrayRef<int64_t> permutation) {
  Entry *entry = find(scope, name);
  const void *stored = entry->value ? entry->value.getAsOpaquePointer() : entry->tensor;
  return permuted_[{stored, permutation.vec()}];
}

static ElementsAttr attributeOf(const Elements &elements, RankedTensorType type) {
  auto stored = RankedTensorType::get(type.getShape(), graph::storageType(type.getElementType()));
  if (elements.isSplat() && elements.count() != 0 && !stored.getElementType().isInteger(1))
    return DenseElementsAttr::getFromRawBuffer(stored, elements.bytes());
  if (elements.isSplat() && elements.count() != 0)
    return DenseElementsAttr::get(stored, elements.bytes().front() != 0);
  if (elements.owner())
    return graph::makeElements(type, elements.bytes(), elements.owner());
  return graph::makeElements(type, elements.count() ? elements.bytes() : ArrayRef<char>());
}

MaybeValue GraphImport::makeConstant(const Elements &elements, Type element, Location location) {
  size_t limit = file_.size * kConstantGrowth + kConstantAllowance;
  size_t bytes = elements.bytes().size(), generated = elements.isSplat() ? elements.count() : 0;
  if (bytes > limit - constantBytes_)
    return emitError(location) << "the constants take more than " << limit
                               << " bytes, in a file of " << file_.size;
  if (generated > kMostGenerated - generatedElements_)
    return emitError(location) << "tensors of equal elements have more than " << kMostGenerated
                               << " of them";
  constantBytes_ += bytes;
  generatedElements_ += generated;
  auto type = RankedTensorType::get(elements.shape(), element);
  return graph::ConstantOp::create(builder_, location, type, attributeOf(elements, type))
      .getResult();
}

} // namespace tandem::onnx
