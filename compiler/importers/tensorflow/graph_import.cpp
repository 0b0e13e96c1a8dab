#include "compiler/importers/tensorflow/graph_import.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::tensorflow {

/// A small graph can ask for much: functions that call functions, loops in loops.
static constexpr uint64_t kMostOperations = uint64_t(1) << 20, kMostComputed = uint64_t(1) << 26,
                          kTimesStored = 8;

static FlattenRequest requestOf(const Model &model, const OpTable &table) {
  FlattenRequest request{model.graph, {}, {}, [&table](StringRef op, StringRef output) {
                           return table.outputPlace(op, output);
                         }};
  for (const ModelInput &input : model.inputs)
    request.fed.push_back(input.node);
  for (const ModelOutput &output : model.outputs)
    request.fetched.push_back(output.reference);
  return request;
}

GraphImport::GraphImport(MLIRContext &context, const Model &model, const ImportOptions &options)
    : context_(context), model_(model), options_(options), errors_(context),
      flattener_(requestOf(model, table_)), flat_(flattener_.graph()) {
  registerAllOps(table_);
}

std::string GraphImport::subjectOf(const FlatNode &node) const {
  return "node '" + node.name + "'" + (node.record ? " (" + node.record->op() + ")" : "");
}

void GraphImport::note(StringRef op, StringRef name, StringRef reason) {
  if (noted_.insert((name + ": " + reason).str()).second) // once for all rounds of a loop
    unsupported_.add(op, name, reason);
}

Slots GraphImport::refuse(const FlatNode &node, StringRef reason) {
  note(node.op(), node.name, reason);
  return {Slot()};
}

Slots GraphImport::fail(const FlatNode &node, const Twine &what) {
  emitError(NameLoc::get(StringAttr::get(&context_, node.name))) << what;
  return {Slot()};
}

Slot &GraphImport::slot(Edge edge) {
  Slots &outputs = states_[edge.node].outputs;
  if (static_cast<size_t>(edge.output) < outputs.size() && outputs[edge.output].isMade())
    return outputs[edge.output];
  bool isMissing =
      outputs.empty() || (outputs[0].kind != Slot::kUnknown && outputs[0].kind != Slot::kDead);
  if (isMissing)
    outputs = refuse(flat_.nodes[edge.node],
                     "its output " + std::to_string(edge.output) + ", which is not made");
  return outputs[0];
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
  bool readsHandle = given.kind == Slot::kVariable && node.op().starts_with("ResourceGather");
  if (given.kind != Slot::kStored && !readsHandle)
    return node.unsupported(given.kind == Slot::kVariable ? "a variable that it may change"
                            : given.kind == Slot::kList
                                ? "a list of tensors where a tensor is expected"
                                : "an input that is not made");
  // One constant, whatever ways it takes into functions.
  Value &made = constants_[{given.tensor, given.key}];
  auto known = [&]() -> MaybeValue {
    if (readsHandle) // which stays one for others
      return made;
    given.kind = Slot::kValue;
    return given.value = made;
  };
  if (made)
    return known();
  llvm::Expected<Elements> elements = read(given);
  if (!elements)
    return node.invalid(llvm::toString(elements.takeError()));
  auto type = RankedTensorType::get(elements->shape, graph::plainType(&context_, elements->type));
  stored_ += type.getNumElements();
  OpBuilder builder = atEnd();
  auto name = builder.getStringAttr(flat_.nodes[edge.node].name);
  made = graph::createConstant(builder, NameLoc::get(name), type, elements->bytes());
  return known();
}

// nodes

/// The node that must be evaluated before `index` can be; -1: none is left.
llvm::Expected<int> GraphImport::nextNeeded(int index) {
  const FlatNode &node = flat_.nodes[index];
  State &state = states_[index];
  if (node.kind == FlatNode::kLoop)
    return nextOfLoop(index);
  if (node.kind == FlatNode::kCarried)
    return nextOfCarried(node, state);
  if (node.kind == FlatNode::kChoice)
    return nextOfChoice(node, state);
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
    const FlatNode &node = flat_.nodes[index];
    errors_.setSubject(subjectOf(node));
    llvm::Expected<int> next = nextNeeded(index);
    if (!next)
      return llvm::createStringError(subjectOf(node) + ": " + llvm::toString(next.takeError()));
    int needed = *next;
    if (needed < 0) {
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
  if (node.kind == FlatNode::kAlias) {
    bool isDead = states_[node.inputs[0].node].progress != State::kDone; // as is what decides on it
    return {isDead ? Slot{Slot::kDead} : slot(node.inputs[0])};
  }
  if (node.kind == FlatNode::kLoop)
    return endedLoop(node);
  if (node.kind == FlatNode::kCarried) {
    const FlatLoop &loop = flat_.loops[node.loop];
    return {slot(loop.isDone ? loop.carried[node.carried] : node.inputs[0])};
  }
  if (node.kind == FlatNode::kChoice)
    return chosen(node);
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

/// Counts the operations that a node has become, and the elements computed with them. `first` is
/// the first operation.
Slots GraphImport::counted(const FlatNode &node, Slots slots, Operation *first) {
  for (Operation *op = first; op; op = op->getNextNode()) {
    ++operations_;
    if (isa<graph::ConstantOp>(op))
      computed_ += graph::tensorType(op->getResult(0)).getNumElements();
  }
  for (const Slot &slot : slots)
    computed_ += slot.list ? slot.list->size() : 0;
  if (operations_ > kMostOperations)
    return fail(node, "with it, the graph has more than " + Twine(kMostOperations) +
                          " operations once its function calls and loops are inlined");
  if (computed_ > kMostComputed && computed_ / kTimesStored > stored_)
    return fail(node, "with it, constants computed on import have " + Twine(computed_) +
                          " elements, too much for " + Twine(stored_) + " in the file");
  return slots;
}

Slots GraphImport::handled(const FlatNode &node, const OpTable::Entry &entry) {
  Block &body = main_.function.getBody().front();
  Operation *last = body.empty() ? nullptr : &body.back();
  Slots slots = readsComplex(node) ? madeOfComplex(node, entry) : made(node, entry);
  Operation *first = last ? last->getNextNode() : body.empty() ? nullptr : &body.front();
  return counted(node, std::move(slots), first);
}

Slots GraphImport::made(const FlatNode &node, const OpTable::Entry &entry) {
  OpBuilder builder = atEnd();
  TfNode context(builder, node, *this);
  std::optional<Values> values;
  if (entry.fold)
    values = folded(context, node, entry.fold);
  if (context.failed())
    return {Slot()};
  if (entry.lists) {
    FailureOr<Slots> slots = entry.lists(context);
    return succeeded(slots) ? std::move(*slots) : Slots{Slot()};
  }
  if (!values && !entry.single && !entry.list)
    return refuse(node, "operands that are computed at run time");
  Type half = values ? Type() : context.halfType();
  if (half)
    context.widenInputs();
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
  for (Value value : *values) {
    bool isWide = half && !entry.makesFloats && value && getElementTypeOrSelf(value).isF32();
    MaybeValue result = isWide ? context.cast(value, half) : MaybeValue(value);
    if (failed(result))
      return {Slot()};
    slots.push_back({Slot::kValue, *result});
  }
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
  if (llvm::Error error = flattener_.run())
    return std::move(error);
  states_.resize(flat_.nodes.size());
  if (llvm::Error error = makeInputs())
    return std::move(error);
  for (const auto &edges : flat_.fetched)
    for (Edge edge : edges)
      if (llvm::Error error = evaluate(edge.node))
        return std::move(error);
  if (llvm::Error error = evaluateWrites())
    return std::move(error);
  llvm::Expected<std::vector<NamedValue>> results = outputs();
  if (!results)
    return results.takeError();
  return main_.take(std::move(*results), errors_);
}

} // namespace tandem::tensorflow
