#include "compiler/importers/tensorflow/graph_import.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"
#include "compiler/importers/common/fixed_shapes.h"

using namespace mlir;

namespace tandem::tensorflow {

GraphImport::GraphImport(MLIRContext &context, const Model &model, const ImportOptions &options)
    : context_(context), model_(model), options_(options), errors_(context) {
  registerAllOps(table_);
}

std::string GraphImport::subjectOf(const FlatNode &node) const {
  return "node '" + node.name + "'" + (node.record ? " (" + node.record->op() + ")" : "");
}

Slots GraphImport::refuse(const FlatNode &node, StringRef reason) {
  unsupported_.add(node.record->op(), node.name, reason);
  return {Slot()};
}

Slots GraphImport::fail(const FlatNode &node, const Twine &what) {
  emitError(NameLoc::get(StringAttr::get(&context_, node.name))) << what;
  return {Slot()};
}

Slot &GraphImport::slot(Edge edge) {
  Slots &outputs = states_[edge.node].outputs;
  if (static_cast<size_t>(edge.output) < outputs.size())
    return outputs[edge.output];
  bool isMissing =
      outputs.empty() || (outputs[0].kind != Slot::kUnknown && outputs[0].kind != Slot::kDead);
  if (isMissing)
    outputs = refuse(flat_.nodes[edge.node],
                     "its output " + std::to_string(edge.output) + ", which is not made");
  return outputs[0];
}

std::optional<bool> GraphImport::condition(Edge edge) {
  const Slot &given = slot(edge);
  std::optional<Numbers> numbers;
  if (given.kind == Slot::kValue) {
    numbers = numbersOf(given.value);
  } else if (given.kind == Slot::kStored) {
    OpBuilder builder = atEnd();
    TfNode node(builder, flat_.nodes[edge.node], *this);
    MaybeValue value = valueOf(node, edge);
    if (succeeded(value))
      numbers = numbersOf(*value);
  }
  if (!numbers || numbers->count() != 1)
    return std::nullopt;
  return numbers->isReal() ? numbers->reals[0] != 0 : numbers->integers[0] != 0;
}

llvm::Expected<Elements> GraphImport::read(const Slot &slot) {
  if (slot.tensor)
    return elementsOf(*slot.tensor, model_.file);
  if (!model_.variables)
    return llvm::createStringError("the variable '" + slot.key +
                                   "' has no value here: give the SavedModel's folder, or freeze "
                                   "the graph");
  return model_.variables->read(slot.key);
}

std::optional<SmallVector<int64_t>> GraphImport::storedShape(const Slot &slot) const {
  if (slot.tensor)
    return shapeFrom(slot.tensor->tensor_shape());
  const BundleEntry *entry = model_.variables ? model_.variables->find(slot.key) : nullptr;
  return entry ? std::optional(entry->shape) : std::nullopt;
}

MaybeValue GraphImport::valueOf(TfNode &node, Edge edge) {
  Slot &given = slot(edge);
  if (given.kind == Slot::kValue)
    return given.value;
  if (given.kind != Slot::kStored)
    return node.unsupported(given.kind == Slot::kVariable ? "a variable that it may change"
                                                          : "an input that is not made");
  // One constant, whatever ways it takes into functions.
  Value &made = made_[{given.tensor, given.key}];
  given.kind = Slot::kValue;
  if (made)
    return given.value = made;
  llvm::Expected<Elements> elements = read(given);
  if (!elements)
    return node.invalid(llvm::toString(elements.takeError()));
  auto type = RankedTensorType::get(elements->shape, graph::plainType(&context_, elements->type));
  OpBuilder builder = atEnd();
  auto name = builder.getStringAttr(flat_.nodes[edge.node].name);
  made = graph::createConstant(builder, NameLoc::get(name), type, elements->bytes());
  return given.value = made;
}

// inputs

llvm::Expected<RankedTensorType> GraphImport::inputType(const ModelInput &input) const {
  std::string subject = "input '" + input.name + "'";
  auto refuse = [&](const Twine &what) { return llvm::createStringError(subject + ": " + what); };
  std::optional<ElementType> type = graphElementType(input.type);
  if (!type || input.type == static_cast<int32_t>(DataType::kDouble))
    return refuse("a tensor of " + typeName(input.type) + " is not supported");
  SmallVector<int64_t> dims;
  auto fixed = options_.shapes.find(input.name);
  if (!input.shape && fixed == options_.shapes.end())
    return refuse("its shape is open, fix it with --shape " + input.name + "=DIMS");
  if (!input.shape) {
    dims.assign(fixed->second.begin(), fixed->second.end());
  } else {
    llvm::Expected<SmallVector<int64_t>> given =
        fixShape(options_, input.name, subject, *input.shape);
    if (!given)
      return given.takeError();
    dims = std::move(*given);
  }
  for (auto [index, size] : llvm::enumerate(dims))
    if (size < 0)
      return refuse(openDimension(input.name, dims, index));
  if (!hasSaneSize(dims))
    return refuse("the shape " + shapeText(dims) + " is too large");
  return RankedTensorType::get(dims, graph::plainType(&context_, *type));
}

llvm::Error GraphImport::makeInputs() {
  std::vector<NamedType> types;
  std::vector<std::string> names;
  std::vector<int> places;
  for (auto [input, place] : llvm::zip(model_.inputs, flat_.fed))
    if (place >= 0 || model_.keepsUnusedInputs)
      names.push_back(input.name);
  if (llvm::Error wrong = checkFixedNames(options_, names))
    return wrong;
  for (auto [input, place] : llvm::zip(model_.inputs, flat_.fed)) {
    if (place < 0 && !model_.keepsUnusedInputs)
      continue;
    llvm::Expected<RankedTensorType> type = inputType(input);
    if (!type)
      return type.takeError();
    types.push_back({input.name, *type});
    places.push_back(place);
  }
  main_ = MainFunction::create(context_, types);
  for (auto [place, argument] : llvm::zip(places, main_.function.getArguments())) {
    if (place < 0)
      continue;
    states_[place].progress = State::kDone;
    states_[place].outputs = {{Slot::kValue, argument}};
  }
  return llvm::Error::success();
}

// nodes

/// The node that must be evaluated before `index` can be; -1: none is left.
int GraphImport::nextNeeded(int index) {
  const FlatNode &node = flat_.nodes[index];
  State &state = states_[index];
  if (node.kind == FlatNode::kChoice) {
    if (state.next == 0)
      return state.next++, node.inputs[0].node;
    std::optional<bool> holds = state.next == 1 ? condition(node.inputs[0]) : std::nullopt;
    state.next = 2;
    return holds ? node.inputs[*holds ? 1 : 2].node : -1;
  }
  const OpTable::Entry *entry = node.record ? table_.find(node.record->op()) : nullptr;
  if (entry && entry->isLeaf)
    return -1;
  size_t pivots = node.pivots.size();
  if (state.next > 0 && !(entry && entry->seesDead)) { // behind a dead input nothing matters
    size_t last = state.next - 1;
    Slot &previous =
        last < pivots ? slot({node.pivots[last], 0}) : slot(node.inputs[last - pivots]);
    if (previous.kind == Slot::kDead)
      return -1;
  }
  if (state.next >= pivots + node.inputs.size())
    return -1;
  size_t next = state.next++;
  return next < pivots ? node.pivots[next] : node.inputs[next - pivots].node;
}

/// Inputs first, without recursion: graphs are deeper than stacks.
llvm::Error GraphImport::evaluate(int root) {
  std::vector<int> stack = {root};
  while (!stack.empty()) {
    int index = stack.back();
    State &state = states_[index];
    if (state.progress == State::kDone) {
      stack.pop_back();
      continue;
    }
    state.progress = State::kActive;
    int needed = nextNeeded(index);
    if (needed < 0) {
      const FlatNode &node = flat_.nodes[index];
      errors_.setSubject(subjectOf(node));
      state.outputs = evaluated(node);
      state.progress = State::kDone;
      if (!errors_.empty())
        return llvm::createStringError(errors_.message());
      continue;
    }
    if (states_[needed].progress == State::kActive)
      return llvm::createStringError(subjectOf(flat_.nodes[needed]) +
                                     ": its inputs lead back to itself");
    if (states_[needed].progress == State::kNew)
      stack.push_back(needed);
  }
  return llvm::Error::success();
}

Slots GraphImport::evaluated(const FlatNode &node) {
  if (node.kind == FlatNode::kAlias)
    return {slot(node.inputs[0])};
  if (node.kind == FlatNode::kChoice) {
    std::optional<bool> holds = condition(node.inputs[0]);
    if (holds)
      return {slot(node.inputs[*holds ? 1 : 2])};
    if (slot(node.inputs[0]).kind == Slot::kUnknown)
      return {Slot()};
    return refuse(node, "a condition that is computed at run time");
  }
  for (int pivot : node.pivots)
    if (states_[pivot].progress == State::kDone && slot({pivot, 0}).kind == Slot::kDead)
      return {{Slot::kDead}};
  const OpTable::Entry *entry = table_.find(node.record->op());
  bool seesAll = entry && (entry->seesDead || entry->isLeaf);
  bool isKnown = true;
  for (Edge edge : node.inputs) {
    if (seesAll)
      break;
    if (states_[edge.node].progress != State::kDone)
      return {{Slot::kDead}}; // evaluation stopped at an input that is
    Slot::Kind kind = slot(edge).kind;
    if (kind == Slot::kDead)
      return {{Slot::kDead}};
    isKnown &= kind != Slot::kUnknown;
  }
  if (!entry)
    return refuse(node, refusedOperators().reason(node.record->op()));
  if (!isKnown)
    return {Slot()};
  return entry->slots ? entry->slots(*this, node) : handled(node, *entry);
}

/// The result where every input is known; nothing where one is not, or where the operator leaves it
/// to its handler.
std::optional<Values> GraphImport::folded(TfNode &node, const FlatNode &record, Fold fold) {
  SmallVector<Numbers> numbers;
  for (Edge edge : record.inputs) {
    Slot &given = slot(edge);
    if (given.kind == Slot::kStored) {
      std::optional<SmallVector<int64_t>> shape = storedShape(given);
      std::optional<int64_t> count = shape ? elementCount(*shape) : std::nullopt;
      if ((count && *count > Numbers::kMost) || failed(valueOf(node, edge)))
        return std::nullopt;
    }
    std::optional<Numbers> known =
        given.kind == Slot::kValue ? numbersOf(given.value) : std::nullopt;
    if (!known)
      return std::nullopt;
    numbers.push_back(std::move(*known));
  }
  std::optional<Numbers> result = fold(node, numbers);
  if (!result)
    return std::nullopt;
  return Values{constantFrom(node, *result)};
}

Slots GraphImport::handled(const FlatNode &node, const OpTable::Entry &entry) {
  OpBuilder builder = atEnd();
  TfNode context(builder, node, *this);
  std::optional<Values> values;
  if (entry.fold)
    values = folded(context, node, entry.fold);
  if (context.failed())
    return {Slot()};
  if (!values && !entry.single && !entry.list)
    return refuse(node, "operands that are computed at run time");
  if (!values && entry.single) {
    MaybeValue value = entry.single(context);
    if (succeeded(value))
      values = Values{*value};
  } else if (!values) {
    FailureOr<Values> list = entry.list(context);
    if (succeeded(list))
      values = std::move(*list);
  }
  if (!values)
    return {Slot()};
  Slots slots;
  for (Value value : *values)
    slots.push_back({Slot::kValue, value});
  return slots;
}

// outputs

llvm::Expected<std::vector<NamedValue>> GraphImport::outputs() {
  std::vector<NamedValue> outputs;
  for (auto [output, edges] : llvm::zip(model_.outputs, flat_.fetched)) {
    SmallVector<Edge> all(edges.begin(), edges.end());
    bool isWholeNode = !StringRef(output.reference).contains(':') && all.size() == 1;
    size_t made = states_[all[0].node].outputs.size();
    for (size_t i = 1; isWholeNode && i < made; ++i)
      all.push_back({all[0].node, static_cast<int>(i)});
    for (auto [index, edge] : llvm::enumerate(all)) {
      const FlatNode &node = flat_.nodes[edge.node];
      errors_.setSubject("output '" + output.name + "'");
      OpBuilder builder = atEnd();
      TfNode context(builder, node, *this);
      if (slot(edge).kind == Slot::kDead)
        return llvm::createStringError("output '" + output.name +
                                       "' is on the side of a condition that is not taken");
      MaybeValue value =
          slot(edge).kind == Slot::kUnknown ? MaybeValue(failure()) : valueOf(context, edge);
      if (!errors_.empty())
        return llvm::createStringError(errors_.message());
      std::string suffix = index ? ":" + std::to_string(index) : "";
      if (succeeded(value))
        outputs.push_back({output.name + suffix, *value});
    }
  }
  if (!unsupported_.empty())
    return llvm::createStringError(unsupported_.message());
  return outputs;
}

llvm::Expected<OwningOpRef<ModuleOp>> GraphImport::run() {
  std::vector<std::string> fed, fetched;
  for (const ModelInput &input : model_.inputs)
    fed.push_back(input.node);
  for (const ModelOutput &output : model_.outputs)
    fetched.push_back(output.reference);
  auto outputPlace = [&](StringRef op, StringRef output) { return table_.outputPlace(op, output); };
  llvm::Expected<FlatGraph> flat = flatten({model_.graph, fed, fetched, outputPlace});
  if (!flat)
    return flat.takeError();
  flat_ = std::move(*flat);
  states_.resize(flat_.nodes.size());
  if (llvm::Error error = makeInputs())
    return std::move(error);
  for (const auto &edges : flat_.fetched)
    for (Edge edge : edges)
      if (llvm::Error error = evaluate(edge.node))
        return std::move(error);
  llvm::Expected<std::vector<NamedValue>> results = outputs();
  if (!results)
    return results.takeError();
  return main_.take(std::move(*results), errors_);
}

} // namespace tandem::tensorflow
