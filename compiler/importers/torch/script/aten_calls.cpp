#include "compiler/importers/torch/script/aten_calls.h"

#include "compiler/graph/constants.h"
#include "compiler/importers/common/complex.h"
#include "compiler/importers/common/integer_folding.h"
#include "compiler/importers/torch/constancy.h"
#include "compiler/importers/torch/script/known_tensors.h"
#include "compiler/importers/torch/script/result_types.h"

using namespace mlir;

namespace tandem::torch::script {

struct AtenCalls::Bound {
  const Signature *signature = nullptr;
  const OpTable::Entry *entry = nullptr;
  std::string operation = {}; ///< without the underscore of what changes its operand
  bool isInPlace = false;
  SmallVector<const Item *> items = {};
  ArrayRef<Item> given = {};
  ArrayRef<std::string> keywords = {};
  NodeRecord record = {};
  std::deque<Json> json = {};
  std::map<std::string, Value, std::less<>> tensors = {};
  SmallVector<ScalarType> types = {}; ///< of the tensors
  SmallVector<Operation *> weights = {};

  Tensor *self() const {
    Tensor *const *tensor = items.empty() || !items[0] ? nullptr : std::get_if<Tensor *>(items[0]);
    return tensor ? *tensor : nullptr;
  }
  /// Of an operator that takes a list of tensors first.
  const std::vector<Item> *list() const {
    return items.empty() || !items[0] ? nullptr : itemsOf(*items[0]);
  }
  /// What the result at this place looks into, of a view.
  Tensor *operand(size_t result) const {
    const std::vector<Item> *all = list();
    if (!all)
      return self();
    Tensor *const *tensor = result < all->size() ? std::get_if<Tensor *>(&(*all)[result]) : nullptr;
    return tensor ? *tensor : nullptr;
  }
  /// Whether it gives its operand back when the type is right already.
  bool convertsOnly() const {
    if (operation != "to" && operation != "type_as")
      return false;
    return llvm::none_of(llvm::zip(signature->arguments, items), [](const auto &pair) {
      auto [argument, item] = pair;
      return argument.name == "copy" && item && as<bool>(*item) == true;
    });
  }
};

AtenCalls::AtenCalls(MLIRContext &context, MainFunction &main, Heap &heap, Problem &problem,
                     uint64_t storedBytes)
    : main_(main), heap_(heap), problem_(problem), errors_(context), storedBytes_(storedBytes) {
  registerAllOps(table_);
}

Tensor *AtenCalls::make(Value value) {
  return &tensors_.emplace_back(Tensor{.value = value, .memory = &memories_.emplace_back()});
}
Tensor *AtenCalls::weight(const StoredTensor &stored, std::string name) {
  return &tensors_.emplace_back(Tensor{.stored = &stored, .name = std::move(name)});
}

bool AtenCalls::knows(StringRef operation) const {
  StringRef plain = operation;
  return !signatures_.of(operation).empty() ||
         (plain.consume_back("_") && !signatures_.of(plain).empty());
}

/// The first overload that takes the arguments and has a handler.
const Signature *AtenCalls::choose(StringRef operation, ArrayRef<Item> arguments,
                                   ArrayRef<std::string> keywords,
                                   SmallVector<const Item *> &bound) const {
  for (const Signature &signature : signatures_.of(operation))
    if (auto items = bind(signature, arguments, keywords)) {
      bound = std::move(*items);
      return &signature;
    }
  return nullptr;
}

/// The arguments with known numbers in place of tensors without dimensions, which is how traced
/// models have sizes: of overloads that take a number there.
static LogicalResult takeNumbers(AtenCalls &calls, ArrayRef<Item> arguments, const Place &place,
                                 std::vector<Item> &numbers) {
  for (const Item &item : arguments) {
    numbers.push_back(item);
    Tensor *const *tensor = std::get_if<Tensor *>(&item);
    if (!tensor)
      continue;
    FailureOr<RankedTensorType> type = calls.type(**tensor, place);
    if (failed(type))
      return failure();
    if (type->getRank() != 0)
      continue;
    FailureOr<std::optional<double>> number = calls.known(**tensor, place);
    if (failed(number))
      return failure();
    if (*number && isa<FloatType>(type->getElementType()))
      numbers.back() = Item(**number);
    else if (*number && !type->getElementType().isInteger(1))
      numbers.back() = Item(static_cast<int64_t>(**number));
  }
  return success();
}

/// "layer1.0.conv1.conv2d"; one that comes again has a number behind it.
std::string AtenCalls::nodeName(StringRef operation, const Place &place) {
  std::string name = (place.module + (place.module.empty() ? "" : ".") + operation).str();
  int use = names_[name]++;
  return use == 0 ? name : name + "_" + std::to_string(use);
}

LogicalResult AtenCalls::bindTensor(Bound &call, const Item &item, StringRef argument, Json &into,
                                    const Place &place) {
  Tensor &tensor = *std::get<Tensor *>(item);
  FailureOr<Value> value = read(tensor, place);
  if (failed(value))
    return failure();
  if (tensor.stored)
    call.weights.push_back(value->getDefiningOp());
  bool isPlace = argument == "indices" || argument == "index";
  if (isPlace && llvm::is_contained(untyped_, *value) && value->use_empty()) {
    auto type = cast<RankedTensorType>(value->getType());
    value->setType(type.clone(IntegerType::get(type.getContext(), 64)));
  }
  call.types.push_back(tensor.stored ? tensor.stored->type
                                     : scalarTypeOf(getElementTypeOrSelf(*value)));
  std::string name = "t" + std::to_string(call.tensors.size());
  call.tensors[name] = *value;
  into = {{"name", name}};
  return success();
}

/// The form that archives of torch.export have an argument in.
static Json plainForm(const Item &item, StringRef kind) {
  if (kind.contains("[]")) {
    const std::vector<Item> *items = itemsOf(item);
    Json list = Json::array();
    if (!items)
      list.push_back(std::get<int64_t>(item));
    else if (kind.starts_with("F"))
      for (const Item &each : *items)
        list.push_back(*numberOf(each));
    else
      for (const Item &each : *items)
        list.push_back(std::get<int64_t>(each));
    return {{kind.starts_with("F") ? "as_floats" : "as_ints", list}};
  }
  if (const bool *truth = std::get_if<bool>(&item))
    return {{"as_bool", *truth}};
  if (const double *real = std::get_if<double>(&item))
    return {{"as_float", *real}};
  if (const std::string *text = std::get_if<std::string>(&item))
    return {{"as_string", *text}};
  return {{"as_int", std::get<int64_t>(item)}};
}

LogicalResult AtenCalls::bindArguments(Bound &call, const Place &place) {
  for (auto [argument, item] : llvm::zip(call.signature->arguments, call.items)) {
    if (!item || is<None>(*item) || argument.kind.starts_with("-") ||
        argument.kind.starts_with("V"))
      continue;
    Json &form = call.json.emplace_back();
    bool isList = argument.kind.contains("[]");
    if (argument.kind.starts_with("T") && !isList) {
      if (failed(bindTensor(call, *item, argument.name, form["as_tensor"], place)))
        return failure();
    } else if (argument.kind.starts_with("T")) {
      bool areOptional = argument.kind.starts_with("T?");
      Json &list = form[areOptional ? "as_optional_tensors" : "as_tensors"] = Json::array();
      for (const Item &each : *itemsOf(*item)) {
        Json name;
        if (is<None>(each)) {
          list.push_back({{"as_none", true}});
          continue;
        }
        if (failed(bindTensor(call, each, argument.name, name, place)))
          return failure();
        list.push_back(areOptional ? Json{{"as_tensor", name}} : name);
      }
    } else if (argument.kind.starts_with("D")) {
      std::optional<ScalarType> type = scalarTypeOfCode(std::get<int64_t>(*item));
      form = {{"as_scalar_type", static_cast<int64_t>(type.value_or(ScalarType()))}};
    } else {
      form = plainForm(*item, argument.kind);
    }
    call.record.arguments[argument.name.str()] = &form;
  }
  return success();
}

/// Why results that should be of `type` are not to be had; "" when they are.
static StringRef refusalOf(std::optional<ScalarType> type, ArrayRef<Value> values) {
  if (!type || values.empty())
    return "";
  bool isDouble = type == ScalarType::kDouble && !shapeOf(values.front()).empty();
  if (isDouble && !areOfConstants(values))
    return "it computes in float64, use float32";
  Value value = values.front();
  return isComplex(value) || getElementTypeOrSelf(value) == graphType(value.getContext(), *type)
             ? ""
             : "its result is of another type than PyTorch's";
}

/// The handler's results; none when it is unsupported.
FailureOr<SmallVector<Value>> AtenCalls::run(Bound &call, const Place &place) {
  metas_.clear();
  std::optional<ScalarType> type = resultType(*call.signature, call.items, call.types);
  if (call.isInPlace && !call.types.empty())
    type = call.types.front();
  if (type)
    metas_["result"].type = *type;
  environment_.metas = &metas_;
  environment_.tensors = std::move(call.tensors);
  Block &body = main_.function.getBody().front();
  Operation *last = body.empty() ? nullptr : &body.back();
  errors_.setSubject(place.text() + ": node '" + call.record.name + "' (" + call.record.target +
                     ")");
  OpBuilder builder = atEnd();
  FailureOr<SmallVector<Value>> values = handled(*call.entry, builder, call.record, environment_);
  if (!errors_.empty()) {
    return problem_.set(errors_.message());
  }
  if (failed(values))
    return SmallVector<Value>();
  if (StringRef refusal = refusalOf(type, *values); !refusal.empty()) {
    unsupported().add(call.record.target, call.record.name + call.record.place, refusal);
    return SmallVector<Value>();
  }
  if (failed(tidy(last, *values, place)))
    return failure();
  for (Operation *weight : call.weights)
    if (weight->use_empty() && !llvm::is_contained(*values, weight->getResult(0))) {
      droppedBytes_ += bytesOf(cast<graph::ConstantOp>(weight));
      weight->erase();
    }
  return values;
}

/// An operation, and the bytes that it has when it is a constant: both come to an end.
LogicalResult AtenCalls::spend(uint64_t bytes, const Place &place) {
  constexpr size_t kMostOperations = 1 << 18;
  constexpr uint64_t kAlwaysAllowed = uint64_t(256) << 20, kTimesStored = 16;
  constantBytes_ += bytes;
  if (++operations_ > kMostOperations)
    return fail(place, "with it the model has more than " + Twine(kMostOperations) +
                           " operations, a loop may have too many rounds");
  if (constantBytes_ > kAlwaysAllowed && constantBytes_ / kTimesStored > storedBytes_)
    return fail(place, "with it, constants that are computed take " + Twine(constantBytes_) +
                           " bytes, too much for an archive of " + Twine(storedBytes_));
  return success();
}

/// Counts what a call has made behind `last`, and drops constants that only led to others.
LogicalResult AtenCalls::tidy(Operation *last, ArrayRef<Value> results, const Place &place) {
  constexpr size_t kWorthAWalk = 4 << 20;
  mlir::Block &body = main_.function.getBody().front();
  if (body.empty())
    return success();
  Operation *first = last ? last->getNextNode() : &body.front();
  for (Operation *op = first, *next = nullptr; op; op = next) {
    next = op->getNextNode();
    auto constant = dyn_cast<graph::ConstantOp>(op);
    uint64_t bytes = constant ? bytesOf(constant) : 0;
    if (failed(spend(bytes, place)))
      return failure();
    if (constant && constant->use_empty() && !llvm::is_contained(results, constant->getResult(0))) {
      droppedBytes_ += bytes;
      constant->erase();
    }
  }
  if (droppedBytes_ > kWorthAWalk) {
    graph::freeUnusedConstants(*main_.module);
    droppedBytes_ = 0;
  }
  return success();
}

/// The values as the operator returns them: a tensor, several, or a list.
MaybeItem AtenCalls::results(const Bound &call, ArrayRef<Value> values, const Place &place) {
  Sharing sharing = sharingOf(call.operation, call.entry->isView);
  std::vector<Item> arguments = call.given.vec();
  if (const std::vector<Item> *list = call.list(); list && sharing != Sharing::kNone)
    *llvm::find_if(arguments, itemsOf) = Item(heap_.list(*list)); // the code may change its own
  std::vector<Item> items;
  for (auto [index, value] : llvm::enumerate(values)) {
    Tensor *made = make(value);
    if (Tensor *of = call.operand(index); of && sharing != Sharing::kNone) {
      made->of = of;
      made->memory = nullptr;
      made->writes = of->writes;
      made->links = of->links + 1;
      made->how = {call.operation, arguments, call.keywords.vec(), sharing, index};
    }
    if (made->links > kMostLinks)
      return fail(place,
                  "a tensor looks into another through more than " + Twine(kMostLinks) + " others");
    items.push_back(made);
  }
  if (call.signature->results == Signature::kList)
    return Item(heap_.list(std::move(items)));
  if (call.signature->results == 0)
    return Item(None());
  items.resize(call.signature->results, Unknown()); // some handlers make the first only
  return call.signature->results == 1 ? items.front() : Item(heap_.tuple(std::move(items)));
}

MaybeItem AtenCalls::call(StringRef operation, ArrayRef<Item> arguments,
                          ArrayRef<std::string> keywords, const Place &place) {
  Bound call;
  call.operation = operation.str();
  call.given = arguments;
  call.keywords = keywords;
  if (signatures_.of(operation).empty() && operation.ends_with("_") && knows(operation)) {
    call.operation.pop_back();
    call.isInPlace = !changesShapeOnly(operation);
  }
  std::string where = " (" + place.text() + ")";
  if (!knows(operation)) {
    unsupported().addUnknown("aten." + operation.str(), nodeName(operation, place) + where);
    return Item(Unknown());
  }
  if (llvm::any_of(arguments, [](const Item &item) { return hasUnknown(item); }))
    return Item(Unknown());
  call.signature = choose(call.operation, arguments, keywords, call.items);
  std::vector<Item> numbers;
  if (!call.signature) {
    if (failed(takeNumbers(*this, arguments, place, numbers)))
      return failure();
    call.signature = choose(call.operation, numbers, keywords, call.items);
  }
  call.entry = call.signature ? table_.find(call.signature->target) : nullptr;
  if (!call.entry || (call.isInPlace && !call.self())) {
    std::string given;
    for (const Item &item : arguments)
      given += (given.empty() ? "" : ", ") + textOf(item);
    unsupported().add("aten." + operation.str(), nodeName(operation, place) + where,
                      "its form with " + given);
    return Item(Unknown());
  }
  Sharing sharing = sharingOf(call.operation, call.entry->isView);
  call.record.target = call.signature->target.str();
  call.record.name = nodeName(operation, place);
  call.record.place = where;
  call.record.outputs = {"result"};
  if (failed(bindArguments(call, place)))
    return failure();
  FailureOr<SmallVector<Value>> values = run(call, place);
  if (failed(values))
    return failure();
  if (values->empty() && (call.isInPlace || call.signature->results != 0))
    return Item(Unknown());
  if (call.isInPlace) {
    if (failed(write(*call.self(), values->front(), place)))
      return failure();
    return Item(call.self());
  }
  bool isUnchanged = call.self() && !call.self()->stored && values->size() == 1 &&
                     call.self()->value == values->front();
  if (isUnchanged && (sharing == Sharing::kSame || call.convertsOnly()))
    return Item(call.self());
  MaybeItem made = results(call, *values, place);
  if (succeeded(made) && changesShapeOnly(operation))
    return become(*call.self(), **std::get_if<Tensor *>(&*made), place);
  return made;
}

llvm::Expected<OwningOpRef<ModuleOp>> AtenCalls::take(std::vector<NamedValue> outputs) {
  Block &body = main_.function.getBody().front();
  SmallVector<Type> inputs(body.getArgumentTypes()); // some have become int64
  main_.function.setType(FunctionType::get(main_.module->getContext(), inputs, {}));
  return main_.take(std::move(outputs), errors_);
}

} // namespace tandem::torch::script
