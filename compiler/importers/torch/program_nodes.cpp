// What the nodes of a program make, and which tensors have another value behind them.
#include "compiler/importers/torch/constancy.h"
#include "compiler/importers/torch/program_import.h"

using namespace mlir;

namespace tandem::torch {

static std::string subjectOf(const NodeRecord &node) {
  return "node '" + node.name + "' (" + AtenNode::shortTarget(node.target).str() + ")";
}

/// What a tensor looks into has become, with `value` in the tensor's place.
FailureOr<Value> ProgramImport::wholeOf(const NodeRecord &node, const NodeRecord &look,
                                        const std::string &part, Value value) {
  Sharing how = aliases_.sharing(look);
  if (how == Sharing::kSame)
    return value;
  OpBuilder builder = atEnd();
  Json self = {{"as_tensor", {{"name", part}}}};
  environment_.tensors[part] = value;
  NodeRecord back{look.target, node.name, look.arguments, {}};
  if (how == Sharing::kPart) {
    bool isSelect = AtenNode::shortTarget(look.target).starts_with("aten.select");
    back.target = isSelect ? "aten.select_scatter.default" : "aten.slice_scatter.default";
    back.arguments["src"] = &self;
  } else if (how == Sharing::kSwap) {
    back.arguments["self"] = &self;
  }
  if (how == Sharing::kShape)
    return AtenNode(builder, back, environment_)
        .reshape(value, shapeOf(environment_.tensors[selfOf(look)]));
  const OpTable::Entry *entry = table_.find(AtenNode::shortTarget(back.target));
  FailureOr<SmallVector<Value>> whole = handled(*entry, builder, back, environment_);
  return failed(whole) ? FailureOr<Value>(failure()) : whole->front();
}

/// The tensors that `node` writes to have a new value from here on: the first this one, those that
/// it looks into this one in its place; views of them are made again.
llvm::Error ProgramImport::write(const NodeRecord &node, const Aliases::Written &written,
                                 Value value) {
  auto problem = [&] { // what is merely unsupported is noted; the module is thrown away
    return errors_.empty() ? llvm::Error::success() : llvm::createStringError(errors_.message());
  };
  for (size_t i = 0;; ++i) {
    environment_.tensors[written.chain[i]] = value;
    if (i + 1 == written.chain.size())
      break;
    FailureOr<Value> whole =
        wholeOf(node, *aliases_.maker(written.chain[i]), written.chain[i], value);
    if (failed(whole))
      return problem();
    value = *whole;
  }
  for (const NodeRecord *view : written.views) {
    if (aliases_.sharing(*view) == Sharing::kSame) {
      environment_.tensors[view->outputs.front()] = environment_.tensors[selfOf(*view)];
      continue;
    }
    OpBuilder builder = atEnd();
    const OpTable::Entry *entry = table_.find(AtenNode::shortTarget(view->target));
    FailureOr<SmallVector<Value>> again = handled(*entry, builder, *view, environment_);
    if (failed(again))
      return problem();
    for (auto [name, made] : llvm::zip(view->outputs, *again))
      environment_.tensors[name] = made;
  }
  return llvm::Error::success();
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

/// Whether PyTorch has made most of its operators of the core ones, which it does when asked.
static bool isDecomposed(const Json &program) {
  const Json *dialects = member(program, "verifiers");
  return dialects && dialects->is_array() && llvm::any_of(*dialects, [](const Json &dialect) {
           return asString(dialect) == llvm::StringRef("ATEN");
         });
}

std::string ProgramImport::whyNoHandler(StringRef target) const {
  if (target.starts_with("aten.") && !refusedOperators().find(target) &&
      !isDecomposed(archive_.program))
    return "run_decompositions() of the exported program may replace it";
  return refusedOperators().reason(target);
}

llvm::Error ProgramImport::importNode(const NodeRecord &node) {
  StringRef target = AtenNode::shortTarget(node.target);
  const OpTable::Entry *entry = table_.find(target);
  std::string plain = OpTable::withoutInPlace(target);
  bool isInPlace = !entry && !plain.empty();
  std::optional<Aliases::Written> written;
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
  errors_.setSubject(subjectOf(node));
  OpBuilder builder = atEnd();
  FailureOr<SmallVector<Value>> results = handled(*entry, builder, node, environment_);
  if (!errors_.empty())
    return llvm::createStringError(errors_.message());
  if (failed(results)) {
    standInFor(node);
    return llvm::Error::success();
  }
  if (computesInDouble(node) && !areOfConstants(*results)) {
    environment_.unsupported.add(target, node.name, "it computes in float64, use float32");
    standInFor(node);
    return llvm::Error::success();
  }
  for (size_t i = results->size(); i < node.outputs.size(); ++i) // others are for training
    if (read_.count(node.outputs[i]) && graph_.tensors.count(node.outputs[i])) {
      environment_.unsupported.add(target, node.name, "its result " + std::to_string(i));
      standInFor(node);
      return llvm::Error::success();
    }
  for (auto [name, value] : llvm::zip(node.outputs, *results)) {
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

} // namespace tandem::torch
