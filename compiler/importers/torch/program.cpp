#include "compiler/importers/torch/program.h"

#include "compiler/graph/constants.h"
#include "compiler/importers/common/fixed_shapes.h"
#include "compiler/importers/torch/program_import.h"

using namespace mlir;

namespace tandem::torch {

/// "s0" of "Symbol('s0', positive=True, integer=True)", as sympy writes it; else the text itself.
static StringRef symbolName(StringRef expression) {
  StringRef rest = expression;
  return rest.consume_front("Symbol('") ? rest.take_until([](char c) { return c == '\''; })
                                        : expression;
}

llvm::Expected<RankedTensorType> ProgramImport::inputType(const std::string &name,
                                                          const TensorMeta &meta) {
  auto refuse = [&](const Twine &what) {
    return llvm::createStringError("input '" + name + "': " + what);
  };
  if (!scalarSize(meta.type) || meta.type == ScalarType::kDouble)
    return refuse("a tensor of type " + scalarName(meta.type) + " is not supported");
  llvm::Expected<SmallVector<int64_t>> dims =
      fixShape(options_, name, "input '" + name + "'", meta.sizes);
  if (!dims)
    return dims.takeError();
  for (auto [index, size] : llvm::enumerate(meta.sizes)) {
    if (size >= 0)
      continue;
    int64_t given = (*dims)[index];
    StringRef symbol = symbolName(meta.symbols[index]);
    if (given < 0)
      return refuse(openDimension(name, *dims, index, symbol));
    auto [known, isNew] = openSizes_.try_emplace(meta.symbols[index], given);
    if (!isNew && known->second != given)
      return optionError("input '" + name + "': dimension " + Twine(index) + " (" + symbol +
                         ") is given as " + Twine(given) + ", and as " + Twine(known->second) +
                         " elsewhere");
  }
  if (!hasSaneSize(*dims))
    return refuse("the shape " + shapeText(*dims) + " is too large");
  return RankedTensorType::get(*dims, graphType(&context_, meta.type));
}

llvm::Error ProgramImport::makeInputs() {
  std::vector<NamedType> inputs;
  std::vector<std::string> names;
  for (const InputRecord &input : graph_.inputs)
    if (input.kind == InputRecord::kUser)
      names.push_back(input.name);
  if (llvm::Error wrong = checkFixedNames(options_, names))
    return wrong;
  for (const InputRecord &input : graph_.inputs) {
    if (input.kind != InputRecord::kUser)
      continue;
    auto meta = graph_.tensors.find(input.name);
    if (meta == graph_.tensors.end())
      return llvm::createStringError("input '" + input.name + "' has no type and shape");
    llvm::Expected<RankedTensorType> type = inputType(input.name, meta->second);
    if (!type)
      return type.takeError();
    inputs.push_back({input.name, *type});
  }
  llvm::Expected<MainFunction> main = MainFunction::create(context_, inputs, options_);
  if (!main)
    return main.takeError();
  main_ = std::move(*main);
  for (auto [input, value] : llvm::zip(inputs, main_.inputs))
    environment_.tensors[input.name] = value;
  return llvm::Error::success();
}

llvm::Error ProgramImport::makeConstant(const InputRecord &input, OpBuilder &builder) {
  const auto &tensors = input.kind == InputRecord::kWeight ? archive_.weights : archive_.constants;
  auto stored = tensors.find(input.stored);
  if (stored == tensors.end())
    return llvm::createStringError("the archive has no tensor '" + input.stored + "'");
  const StoredTensor &tensor = stored->second;
  auto meta = graph_.tensors.find(input.name);
  if (meta != graph_.tensors.end() &&
      (meta->second.sizes != tensor.sizes || meta->second.type != tensor.type))
    return llvm::createStringError("the tensor '" + input.stored + "' is " +
                                   scalarName(tensor.type) + " " + shapeText(tensor.sizes) +
                                   ", the graph expects " + scalarName(meta->second.type) + " " +
                                   shapeText(meta->second.sizes));
  llvm::Expected<Elements> elements = readElements(tensor);
  if (!elements)
    return llvm::createStringError("the tensor '" + input.stored +
                                   "': " + llvm::toString(elements.takeError()));
  auto type = RankedTensorType::get(tensor.sizes, graphType(&context_, tensor.type));
  auto location = NameLoc::get(builder.getStringAttr(input.stored));
  environment_.tensors[input.name] = graph::ConstantOp::create(
      builder, location, type,
      graph::makeElements(type, elements->bytes, std::move(elements->owner)));
  return llvm::Error::success();
}

/// Only those that a node or an output reads: counters of training are stored as well. Tied weights
/// are one run of bytes under several names, and become one constant for each; only a hostile file
/// has many.
llvm::Error ProgramImport::makeConstants() {
  constexpr uint64_t kMaxCopies = 16;
  std::map<const std::string *, uint64_t> copies;
  for (const auto *tensors : {&archive_.weights, &archive_.constants})
    for (const auto &[name, tensor] : *tensors)
      if (++copies[tensor.storage.get()] > kMaxCopies && tensor.storage->size() > (1 << 20))
        return llvm::createStringError("more than " + Twine(kMaxCopies) +
                                       " tensors share the memory of '" + name + "'");
  OpBuilder builder = atEnd();
  for (const InputRecord &input : graph_.inputs)
    if (input.kind != InputRecord::kUser && read_.count(input.name))
      if (llvm::Error error = makeConstant(input, builder))
        return error;
  archive_.weights.clear(); // the constants keep what they need of it
  archive_.constants.clear();
  return llvm::Error::success();
}

void ProgramImport::collectReads() {
  for (const NodeRecord &node : graph_.nodes)
    forEachRead(node, [&](const std::string &name) { read_.insert(name); });
  read_.insert(graph_.outputs.begin(), graph_.outputs.end());
}

/// Weights that the node has made others of, and nobody reads any more.
void ProgramImport::dropReplaced(const NodeRecord &node) {
  forEachRead(node, [&](const std::string &name) {
    auto found = environment_.tensors.find(name);
    bool isWeight = !aliases_.maker(name); // what nodes make may be written to later
    if (!isWeight || found == environment_.tensors.end() || !aliases_.isLastRead(name, node))
      return;
    auto constant = found->second.getDefiningOp<graph::ConstantOp>();
    auto isSame = [&](const auto &entry) { return entry.second == found->second; };
    if (!constant || !constant->use_empty() || // or it has another name
        llvm::count_if(environment_.tensors, isSame) > 1)
      return;
    droppedBytes_ += graph::constantOf(found->second)->size();
    environment_.tensors.erase(found);
    constant.erase();
  });
  constexpr size_t kWorthAWalk = 4 << 20;
  if (droppedBytes_ < kWorthAWalk)
    return;
  graph::freeUnusedConstants(*main_.module);
  droppedBytes_ = 0;
}

llvm::Expected<std::vector<NamedValue>> ProgramImport::outputs() const {
  std::vector<NamedValue> outputs;
  for (const std::string &name : graph_.outputs) {
    auto value = environment_.tensors.find(name);
    if (value == environment_.tensors.end())
      return llvm::createStringError("the output '" + name + "' is not made by any node");
    outputs.push_back({name, value->second});
  }
  return outputs;
}

llvm::Expected<OwningOpRef<ModuleOp>> ProgramImport::run() {
  collectReads();
  if (llvm::Error error = makeInputs())
    return error;
  if (llvm::Error error = makeConstants())
    return error;
  for (const NodeRecord &node : graph_.nodes)
    if (llvm::Error error = importNode(node))
      return error;
  if (!environment_.unsupported.empty())
    return llvm::createStringError(environment_.unsupported.message());
  llvm::Expected<std::vector<NamedValue>> results = outputs();
  if (!results)
    return results.takeError();
  return main_.take(std::move(*results), errors_);
}

llvm::Expected<OwningOpRef<ModuleOp>> importProgram(Archive archive, const ImportOptions &options,
                                                    MLIRContext &context) {
  llvm::Expected<GraphRecord> graph = parseGraph(archive.program);
  if (!graph)
    return graph.takeError();
  return ProgramImport(context, archive, *graph, options).run();
}

} // namespace tandem::torch
