#include "compiler/importers/mxnet/graph_import.h"

#include "compiler/graph/types.h"
#include "compiler/importers/common/error_capture.h"
#include "compiler/importers/common/main_function.h"
#include "compiler/importers/mxnet/inputs.h"
#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {
namespace {

class GraphImport {
public:
  GraphImport(const Symbol &symbol, const Parameters &parameters, const ImportOptions &options,
              MLIRContext &context)
      : symbol_(symbol), parameters_(parameters), options_(options), context_(context),
        errors_(context), results_(symbol.nodes.size()), sources_(symbol.nodes.size()) {
    registerAllOps(table_);
    for (const auto &[name, array] : parameters_)
      parameterBytes_ += array.bytes.size();
  }

  llvm::Expected<OwningOpRef<ModuleOp>> run();

private:
  struct Result {
    Values values;
    bool isMissing = false; ///< it is unsupported, or reads what is
  };

  llvm::Error findVariables();
  llvm::Error makeInputs();
  llvm::Error importNode(size_t index);
  bool readOperands(size_t index, const OpTable::Entry &entry, SmallVectorImpl<Operand> &operands);
  void addStatistics(const NodeRecord &node, SmallVectorImpl<Operand> &operands);
  llvm::Error countConstants(const NodeRecord &node, Operation *first);
  llvm::Expected<std::vector<NamedValue>> outputs();
  std::string outputName(const Entry &head) const;

  const Symbol &symbol_;
  const Parameters &parameters_;
  const ImportOptions &options_;
  MLIRContext &context_;
  ErrorCapture errors_;
  OpTable table_;
  UnsupportedOps unsupported_{refusedOperators()};
  MainFunction main_;
  std::vector<size_t> order_;           ///< nodes, each behind those that it reads
  std::vector<Result> results_;         ///< by node
  std::vector<ConstantSource> sources_; ///< by node, of variables with parameters
  std::map<std::string, ConstantSource, std::less<>> statistics_;
  std::vector<size_t> inputs_; ///< variables that are the model's inputs
  size_t parametersRead_ = 0;
  uint64_t constantBytes_ = 0, parameterBytes_ = 0, operations_ = 0;
};

std::string subjectOf(const NodeRecord &node) {
  return "node '" + node.name + "' (" + node.op + ")";
}

/// Variables that something reads, labels of losses not counted: parameters, and what is left are
/// inputs.
llvm::Error GraphImport::findVariables() {
  std::vector<bool> isRead(symbol_.nodes.size(), false);
  for (const Entry &head : symbol_.heads)
    isRead[head.node] = true;
  for (size_t index : order_) {
    const NodeRecord &node = symbol_.nodes[index];
    const OpTable::Entry *entry = table_.find(node.op);
    size_t count = std::min(node.inputs.size(), entry ? entry->inputsRead : SIZE_MAX);
    for (const Entry &input : ArrayRef(node.inputs).take_front(count))
      isRead[input.node] = true;
  }
  for (size_t index = 0; index < symbol_.nodes.size(); ++index) {
    const NodeRecord &node = symbol_.nodes[index];
    if (!node.isVariable() || !isRead[index])
      continue;
    auto stored = parameters_.find(node.name);
    if (stored == parameters_.end()) {
      inputs_.push_back(index);
      continue;
    }
    if (!stored->second.refusal.empty())
      return llvm::createStringError("the parameter '" + stored->first + "' " +
                                     stored->second.refusal);
    sources_[index].name = stored->first;
    sources_[index].array = &stored->second;
    ++parametersRead_;
  }
  return llvm::Error::success();
}

llvm::Error GraphImport::makeInputs() {
  std::vector<const NodeRecord *> variables;
  for (size_t index : inputs_)
    variables.push_back(&symbol_.nodes[index]);
  llvm::Expected<std::vector<NamedType>> types =
      inputTypes(variables, parameters_, options_, parametersRead_ == 0, context_);
  if (!types)
    return types.takeError();
  llvm::Expected<MainFunction> main = MainFunction::create(context_, *types, options_);
  if (!main)
    return main.takeError();
  main_ = std::move(*main);
  for (auto [index, value] : llvm::zip(inputs_, main_.inputs))
    results_[index].values = {value};
  return llvm::Error::success();
}

/// Symbols of MXNet before 0.9 leave out the moving statistics, which are called after the node.
void GraphImport::addStatistics(const NodeRecord &node, SmallVectorImpl<Operand> &operands) {
  for (StringRef suffix : {"_moving_mean", "_moving_var"}) {
    auto stored = parameters_.find((node.name + suffix).str());
    if (stored == parameters_.end() || !stored->second.refusal.empty())
      return; // the handler misses it, and says so
    ConstantSource &source = statistics_[stored->first];
    source.name = stored->first;
    source.array = &stored->second;
    operands.push_back({Value(), &source});
  }
}

/// False when an operand is not there since something before it is unsupported.
bool GraphImport::readOperands(size_t index, const OpTable::Entry &entry,
                               SmallVectorImpl<Operand> &operands) {
  const NodeRecord &node = symbol_.nodes[index];
  for (const Entry &input : ArrayRef(node.inputs).take_front(entry.inputsRead)) {
    Result &result = results_[input.node];
    if (result.isMissing)
      return false;
    if (sources_[input.node].array && input.output == 0) {
      operands.push_back({Value(), &sources_[input.node]});
    } else if (input.output < result.values.size()) {
      operands.push_back({result.values[input.output]});
    } else {
      const NodeRecord &maker = symbol_.nodes[input.node];
      unsupported_.add(maker.op, maker.name,
                       ("its result " + Twine(input.output) + " is read").str());
      result.isMissing = true; // so that it is said once
      return false;
    }
  }
  constexpr size_t kInputsWithoutStatistics = 3;
  if (node.op == "BatchNorm" && operands.size() == kInputsWithoutStatistics)
    addStatistics(node, operands);
  return true;
}

/// Parameters become constants, and what is computed of constants alone becomes some more. A small
/// file could ask for more of that than there is memory. `first` is the first op of the node.
llvm::Error GraphImport::countConstants(const NodeRecord &node, Operation *first) {
  constexpr uint64_t kAlwaysAllowed = uint64_t(64) << 20, kTimesParameters = 8;
  constexpr uint64_t kMostOperations = uint64_t(1) << 20;
  for (Operation *op = first; op; op = op->getNextNode(), ++operations_)
    if (isa<graph::ConstantOp>(op)) {
      RankedTensorType type = graph::tensorType(op->getResult(0));
      constantBytes_ +=
          type.getNumElements() * elementSize(*graph::elementTypeOf(type.getElementType()));
    }
  if (operations_ > kMostOperations)
    return llvm::createStringError(subjectOf(node) + ": with it, the graph has more than " +
                                   Twine(kMostOperations) + " operations");
  if (constantBytes_ <= kAlwaysAllowed || constantBytes_ / kTimesParameters <= parameterBytes_)
    return llvm::Error::success();
  return llvm::createStringError(subjectOf(node) + ": with it, constants computed from the " +
                                 "parameters take " + Twine(constantBytes_) +
                                 " bytes, too much for " + Twine(parameterBytes_) +
                                 " bytes of parameters");
}

llvm::Error GraphImport::importNode(size_t index) {
  const NodeRecord &node = symbol_.nodes[index];
  if (node.isVariable())
    return llvm::Error::success();
  Result &result = results_[index];
  const OpTable::Entry *entry = table_.find(node.op);
  if (!entry)
    unsupported_.addUnknown(node.op, node.name);
  SmallVector<Operand> operands;
  result.isMissing = !entry || !readOperands(index, *entry, operands);
  if (result.isMissing)
    return llvm::Error::success();
  errors_.setSubject(subjectOf(node));
  Block &body = main_.function.getBody().front();
  Operation *last = body.empty() ? nullptr : &body.back();
  OpBuilder builder = OpBuilder::atBlockEnd(&body);
  SymbolNode context(builder, node, operands, unsupported_);
  FailureOr<Values> values = failure();
  if (entry->list) {
    values = entry->list(context);
  } else if (MaybeValue single = entry->single(context); succeeded(single)) {
    values = Values{*single};
  }
  if (!errors_.empty())
    return llvm::createStringError(errors_.message());
  result.isMissing = failed(values);
  if (result.isMissing)
    return llvm::Error::success();
  result.values = std::move(*values);
  if (body.empty())
    return llvm::Error::success();
  return countConstants(node, last ? last->getNextNode() : &body.front());
}

/// Operators with several results number them, unless they name them.
std::string GraphImport::outputName(const Entry &head) const {
  const NodeRecord &node = symbol_.nodes[head.node];
  if (node.isVariable())
    return node.name;
  const OpTable::Entry *entry = table_.find(node.op);
  if (entry && head.output < entry->outputs.size())
    return node.name + "_" + entry->outputs[head.output].str();
  bool several = results_[head.node].values.size() > 1;
  return node.name + "_output" + (several ? std::to_string(head.output) : "");
}

llvm::Expected<std::vector<NamedValue>> GraphImport::outputs() {
  std::vector<NamedValue> outputs;
  for (const Entry &head : symbol_.heads) {
    const Values &values = results_[head.node].values;
    if (sources_[head.node].array)
      return llvm::createStringError("the result '" + symbol_.nodes[head.node].name +
                                     "' is a parameter, which no node computes");
    if (head.output >= values.size())
      return llvm::createStringError(subjectOf(symbol_.nodes[head.node]) + ": its result " +
                                     Twine(head.output) + " is one of the model's, it has " +
                                     Twine(values.size()) + " here");
    outputs.push_back({outputName(head), values[head.output]});
  }
  return outputs;
}

llvm::Expected<OwningOpRef<ModuleOp>> GraphImport::run() {
  llvm::Expected<std::vector<size_t>> order = orderNodes(symbol_);
  if (!order)
    return order.takeError();
  order_ = std::move(*order);
  if (llvm::Error error = findVariables())
    return error;
  if (llvm::Error error = makeInputs())
    return error;
  for (size_t index : order_)
    if (llvm::Error error = importNode(index))
      return error;
  if (!unsupported_.empty())
    return llvm::createStringError(unsupported_.message());
  llvm::Expected<std::vector<NamedValue>> results = outputs();
  if (!results)
    return results.takeError();
  return main_.take(std::move(*results), errors_);
}

} // namespace

llvm::Expected<OwningOpRef<ModuleOp>> importSymbol(const Symbol &symbol,
                                                   const Parameters &parameters,
                                                   const ImportOptions &options,
                                                   MLIRContext &context) {
  return GraphImport(symbol, parameters, options, context).run();
}

} // namespace tandem::mxnet
