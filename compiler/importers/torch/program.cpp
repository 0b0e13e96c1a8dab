#include "compiler/importers/torch/program.h"

#include "compiler/graph/constants.h"
#include "compiler/importers/common/error_capture.h"
#include "compiler/importers/common/fixed_shapes.h"
#include "compiler/importers/common/main_function.h"
#include "compiler/importers/torch/in_place.h"
#include "compiler/importers/torch/node.h"

#include <set>

using namespace mlir;

namespace tandem::torch {
namespace {

/// Turns a parsed program into a module, node by node; torch.export writes them in order.
class ProgramImport {
public:
  ProgramImport(MLIRContext &context, Archive &archive, const GraphRecord &graph,
                const ImportOptions &options)
      : context_(context), archive_(archive), graph_(graph), options_(options), errors_(context),
        table_(allOps()), aliases_(graph, table_) {
    environment_.metas = &graph.tensors;
  }

  llvm::Expected<OwningOpRef<ModuleOp>> run();

private:
  llvm::Expected<RankedTensorType> inputType(const std::string &name, const TensorMeta &meta);
  llvm::Error makeInputs();
  llvm::Error makeConstants();
  llvm::Error makeConstant(const InputRecord &input, OpBuilder &builder);
  void collectReads();
  void dropReplaced(const NodeRecord &node);
  llvm::Error write(const NodeRecord &node, llvm::ArrayRef<std::string> written, Value value);
  bool computesInDouble(const NodeRecord &node) const;
  llvm::Error importNode(const NodeRecord &node);
  llvm::Error checkResult(const NodeRecord &node, const std::string &name, Value value) const;
  void standInFor(const NodeRecord &node);
  llvm::Expected<std::vector<NamedValue>> outputs() const;

  static OpTable allOps() {
    OpTable table;
    registerAllOps(table);
    return table;
  }
  OpBuilder atEnd() { return OpBuilder::atBlockEnd(&main_.function.getBody().front()); }

  MLIRContext &context_;
  Archive &archive_;
  const GraphRecord &graph_;
  const ImportOptions &options_;
  ErrorCapture errors_;
  OpTable table_;
  Aliases aliases_;
  Environment environment_;
  MainFunction main_;
  std::map<std::string, int64_t> openSizes_; ///< symbol to the number that --shape gives it
  size_t droppedBytes_ = 0;
  std::set<std::string> read_; ///< tensors that a node or an output reads
};

std::string subjectOf(const NodeRecord &node) {
  return "node '" + node.name + "' (" + AtenNode::shortTarget(node.target).str() + ")";
}

/// "s0" of "Symbol('s0', positive=True, integer=True)", as sympy writes it; else the text itself.
StringRef symbolName(StringRef expression) {
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
      return optionError("input '" + name + "': --shape gives dimension " + Twine(index) + " (" +
                         symbol + ") as " + Twine(given) + ", and " + Twine(known->second) +
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

/// The tensors that `node` writes to have a new value from here on: the first this one, the others
/// this one in its place.
llvm::Error ProgramImport::write(const NodeRecord &node, ArrayRef<std::string> written,
                                 Value value) {
  for (size_t i = 0;; ++i) {
    environment_.tensors[written[i]] = value;
    if (i + 1 == written.size())
      return llvm::Error::success();
    const NodeRecord &slice = *aliases_.maker(written[i]);
    if (aliases_.isSameTensor(slice))
      continue;
    Json source = {{"as_tensor", {{"name", written[i]}}}};
    bool isSelect = AtenNode::shortTarget(slice.target).starts_with("aten.select");
    NodeRecord scatter{isSelect ? "aten.select_scatter.default" : "aten.slice_scatter.default",
                       node.name,
                       slice.arguments,
                       {}};
    scatter.arguments["src"] = &source;
    OpBuilder builder = atEnd();
    FailureOr<SmallVector<Value>> whole =
        handled(*table_.find(scatter.target), builder, scatter, environment_);
    if (!errors_.empty())
      return llvm::createStringError(errors_.message());
    if (failed(whole)) // noted; the module is thrown away
      return llvm::Error::success();
    value = whole->front();
  }
}

/// Whether a result is float64, which would come out as f32. A number without dimensions is only
/// ever a factor or an addend of a tensor, whose type is the result's then.
bool ProgramImport::computesInDouble(const NodeRecord &node) const {
  return llvm::any_of(node.outputs, [&](const std::string &output) {
    auto meta = graph_.tensors.find(output);
    return meta != graph_.tensors.end() && !meta->second.sizes.empty() &&
           (meta->second.type == ScalarType::kDouble ||
            meta->second.type == ScalarType::kComplexDouble);
  });
}

/// What the archive says of each result catches every mistake about a node's meaning that shows in
/// shapes or types.
llvm::Error ProgramImport::checkResult(const NodeRecord &node, const std::string &name,
                                       Value value) const {
  auto meta = graph_.tensors.find(name);
  if (meta == graph_.tensors.end())
    return llvm::Error::success();
  ArrayRef<int64_t> shape = shapeOf(value), expected = meta->second.sizes;
  bool isEqual =
      shape.size() == expected.size() && llvm::all_of(llvm::zip(shape, expected), [](auto pair) {
        return std::get<1>(pair) < 0 || std::get<0>(pair) == std::get<1>(pair);
      });
  if (!isEqual)
    return llvm::createStringError(subjectOf(node) + ": its result '" + name + "' has shape " +
                                   shapeText(shape) + ", the archive says " + shapeText(expected));
  if (scalarSize(meta->second.type) &&
      graphType(&context_, meta->second.type) != getElementTypeOrSelf(value))
    return llvm::createStringError(subjectOf(node) + ": its result '" + name + "' is not " +
                                   scalarName(meta->second.type) + ", as the archive says");
  return llvm::Error::success();
}

/// After an unsupported node the import goes on with values of the right types in its place, so
/// that the message at the end has all that is unsupported. The module is thrown away.
void ProgramImport::standInFor(const NodeRecord &node) {
  OpBuilder builder = atEnd();
  for (const std::string &output : node.outputs) {
    auto meta = graph_.tensors.find(output);
    if (meta == graph_.tensors.end()) {
      environment_.symbols[output] = 1;
      continue;
    }
    SmallVector<int64_t> shape;
    for (auto [index, size] : llvm::enumerate(meta->second.sizes)) {
      auto open = openSizes_.find(meta->second.symbols[index]);
      shape.push_back(size >= 0 ? size : open == openSizes_.end() ? 1 : open->second);
    }
    if (!hasSaneSize(shape))
      continue;
    Type element = scalarSize(meta->second.type) ? graphType(&context_, meta->second.type)
                                                 : builder.getF32Type();
    auto cast = UnrealizedConversionCastOp::create(builder, builder.getUnknownLoc(),
                                                   TypeRange(RankedTensorType::get(shape, element)),
                                                   ValueRange());
    environment_.tensors[output] = cast.getResult(0);
  }
}

/// PyTorch makes most of its operators of the core ones when asked; a program does not tell whether
/// it was.
std::string whyNoHandler(StringRef target) {
  if (target.starts_with("aten.") && !refusedOperators().find(target))
    return "if the program was exported without run_decompositions(), that may replace it";
  return refusedOperators().reason(target);
}

llvm::Error ProgramImport::importNode(const NodeRecord &node) {
  StringRef target = AtenNode::shortTarget(node.target);
  const OpTable::Entry *entry = table_.find(target);
  std::string plain = OpTable::withoutInPlace(target);
  bool isInPlace = !entry && !plain.empty();
  std::optional<SmallVector<std::string>> written;
  if (isInPlace) {
    entry = table_.find(plain);
    written = aliases_.written(node);
  }
  if (!entry || (isInPlace && !written)) {
    std::string why = entry           ? aliases_.whyNotWritten(node)
                      : plain.empty() ? ""
                                      : aliases_.changedForOthers(node);
    environment_.unsupported.add(
        target, node.name,
        why.empty() ? whyNoHandler(plain.empty() ? target : StringRef(plain)) : why);
    standInFor(node);
    return llvm::Error::success();
  }
  if (computesInDouble(node)) {
    environment_.unsupported.add(target, node.name, "it computes in float64, use float32");
    standInFor(node);
    return llvm::Error::success();
  }
  errors_.setSubject(subjectOf(node));
  OpBuilder builder = atEnd();
  FailureOr<SmallVector<Value>> results = handled(*entry, builder, node, environment_);
  if (!errors_.empty())
    return llvm::createStringError(errors_.message());
  if (failed(results)) {
    standInFor(node);
    return llvm::Error::success();
  }
  for (auto [name, value] : llvm::zip(node.outputs, *results)) { // some make fewer than there are
    if (llvm::Error error = checkResult(node, name, value))
      return error;
    environment_.tensors[name] = value;
  }
  if (written)
    if (llvm::Error error = write(node, *written, results->front()))
      return error;
  dropReplaced(node);
  return llvm::Error::success();
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

} // namespace

llvm::Expected<OwningOpRef<ModuleOp>> importProgram(Archive archive, const ImportOptions &options,
                                                    MLIRContext &context) {
  llvm::Expected<GraphRecord> graph = parseGraph(archive.program);
  if (!graph)
    return graph.takeError();
  return ProgramImport(context, archive, *graph, options).run();
}

} // namespace tandem::torch
