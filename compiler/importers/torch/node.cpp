#include "compiler/importers/torch/node.h"

#include "compiler/importers/common/excerpt.h"

#include <cmath>

using namespace mlir;

namespace tandem::torch {

AtenNode::AtenNode(OpBuilder &builder, const NodeRecord &record, Environment &environment)
    : NodeBuilder(builder, NameLoc::get(builder.getStringAttr(record.name))), record_(record),
      environment_(environment) {}

StringRef AtenNode::shortTarget(StringRef target) {
  target.consume_front("torch.ops.");
  return target;
}

LogicalResult AtenNode::unsupported(const Twine &reason) {
  if (!failed_) // one reason per node
    environment_.unsupported.add(shortTarget(record_.target), record_.name + record_.place,
                                 reason.str());
  failed_ = true;
  return failure();
}

LogicalResult AtenNode::invalid(const Twine &what) {
  failed_ = true;
  return error() << what;
}

const Json *AtenNode::find(StringRef name) const {
  auto argument = record_.arguments.find(name.str());
  if (argument == record_.arguments.end() || member(*argument->second, "as_none"))
    return nullptr;
  return argument->second;
}

std::optional<int64_t> AtenNode::symbolicInt(const Json &argument) const {
  if (const Json *number = member(argument, "as_int"))
    return asInt(*number);
  auto symbol = environment_.symbols.find(stringMember(argument, "as_name"));
  return symbol == environment_.symbols.end() ? std::nullopt : std::optional(symbol->second);
}

std::optional<int64_t> AtenNode::asInteger(const Json &argument) const {
  if (const Json *number = member(argument, "as_int"))
    return asInt(*number);
  if (const Json *symbol = member(argument, "as_sym_int"))
    return symbolicInt(*symbol);
  return std::nullopt;
}

/// Numbers that JSON does not have are written as strings.
std::optional<double> AtenNode::asReal(const Json &argument) const {
  if (std::optional<int64_t> integer = asInteger(argument))
    return static_cast<double>(*integer);
  if (const Json *number = member(argument, "as_bool"))
    return asBool(*number);
  const Json *number = member(argument, "as_float");
  if (!number)
    return std::nullopt;
  StringRef text = asString(*number).value_or("");
  if (text == "Infinity" || text == "-Infinity")
    return text.front() == '-' ? -INFINITY : INFINITY;
  return text == "NaN" ? std::optional<double>(NAN) : asNumber(*number);
}

std::optional<SmallVector<int64_t>> AtenNode::asIntegers(const Json &argument) const {
  if (const Json *list = member(argument, "as_ints"))
    return asInts(*list);
  const Json *symbols = member(argument, "as_sym_ints");
  if (!symbols || !symbols->is_array())
    return std::nullopt;
  SmallVector<int64_t> result;
  for (const Json &symbol : *symbols) {
    std::optional<int64_t> value = symbolicInt(symbol);
    if (!value)
      return std::nullopt;
    result.push_back(*value);
  }
  return result;
}

template <typename T>
T AtenNode::get(StringRef name, std::optional<T> absent, StringRef expected,
                function_ref<std::optional<T>(const Json &)> convert) {
  const Json *argument = find(name);
  if (!argument && absent)
    return *absent;
  std::optional<T> result = argument ? convert(*argument) : std::nullopt;
  if (!result)
    (void)invalid("'" + name + "' is " +
                  (argument ? excerpt(argument->dump(), kMostOfValue) : "absent") + ", expected " +
                  expected);
  return result.value_or(T());
}

int64_t AtenNode::integer(StringRef name, std::optional<int64_t> absent) {
  return get<int64_t>(name, absent, "an integer",
                      [&](const Json &argument) { return asInteger(argument); });
}

double AtenNode::number(StringRef name, std::optional<double> absent) {
  return get<double>(name, absent, "a number",
                     [&](const Json &argument) { return asReal(argument); });
}

bool AtenNode::flag(StringRef name, bool absent) {
  return get<bool>(name, absent, "true or false", [&](const Json &argument) {
    const Json *value = member(argument, "as_bool");
    return value ? asBool(*value) : std::nullopt;
  });
}

StringRef AtenNode::string(StringRef name, StringRef absent) {
  return get<StringRef>(name, absent, "a string", [&](const Json &argument) {
    const Json *value = member(argument, "as_string");
    return value ? asString(*value) : std::nullopt;
  });
}

SmallVector<int64_t> AtenNode::integers(StringRef name,
                                        std::optional<SmallVector<int64_t>> absent) {
  return get<SmallVector<int64_t>>(name, std::move(absent), "integers",
                                   [&](const Json &argument) { return asIntegers(argument); });
}

SmallVector<double> AtenNode::numbers(StringRef name) {
  return get<SmallVector<double>>(name, std::nullopt, "numbers",
                                  [&](const Json &argument) -> std::optional<SmallVector<double>> {
                                    const Json *list = member(argument, "as_floats");
                                    if (!list || !list->is_array())
                                      return std::nullopt;
                                    SmallVector<double> result;
                                    for (const Json &element : *list) {
                                      std::optional<double> number = asNumber(element);
                                      if (!number)
                                        return std::nullopt;
                                      result.push_back(*number);
                                    }
                                    return result;
                                  });
}

Pair AtenNode::pair(StringRef name, std::optional<Pair> absent) {
  // The limit keeps products of what a hostile file says in range.
  constexpr int64_t kMost = 1 << 24;
  std::optional<SmallVector<int64_t>> both;
  if (absent)
    both.emplace(absent->begin(), absent->end());
  SmallVector<int64_t> values = integers(name, both);
  if (values.empty() && absent && !failed_) // aten.max_pool2d writes an absent stride as []
    values.assign(absent->begin(), absent->end());
  if (values.size() == 1)
    values.push_back(values[0]);
  bool isSane = llvm::all_of(values, [](int64_t v) { return v >= -kMost && v <= kMost; });
  if (!failed_ && (values.size() != 2 || !isSane))
    (void)invalid("'" + name + "' is " + shapeText(values) + ", expected one or two numbers");
  return failed_ ? Pair{1, 1} : Pair{values[0], values[1]};
}

int64_t AtenNode::dim(StringRef name, Value value, std::optional<int64_t> absent) {
  int64_t given = integer(name, absent);
  std::optional<int64_t> dim = normalizedAxis(given, shapeOf(value).size());
  if (shapeOf(value).empty() && (given == 0 || given == -1)) // PyTorch takes it for a vector of one
    (void)unsupported("a tensor without dimensions");
  if (!dim && !failed_)
    (void)invalid("'" + name + "' is " + Twine(given) + ", outside a tensor of shape " +
                  shapeText(shapeOf(value)));
  return dim.value_or(0);
}

SmallVector<int64_t> AtenNode::dims(StringRef name, Value value) {
  auto rank = static_cast<int64_t>(shapeOf(value).size());
  SmallVector<int64_t> result;
  if (const Json *argument = find(name); argument && asInteger(*argument))
    result.push_back(*asInteger(*argument));
  else
    result = integers(name, SmallVector<int64_t>());
  if (result.empty() && !failed_)
    result = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  for (int64_t &dim : result) {
    std::optional<int64_t> normal = normalizedAxis(dim, rank);
    if (rank == 0 && (dim == 0 || dim == -1)) { // PyTorch takes it for a vector of one
      result.clear();
      break;
    }
    if (!normal && !failed_)
      (void)invalid("'" + name + "' has " + Twine(dim) + ", outside a tensor of shape " +
                    shapeText(shapeOf(value)));
    dim = normal.value_or(0);
  }
  llvm::sort(result);
  if (std::adjacent_find(result.begin(), result.end()) != result.end() && !failed_)
    (void)invalid("'" + name + "' names a dimension twice");
  return result;
}

std::optional<Type> AtenNode::dtype() {
  const Json *argument = find("dtype");
  if (!argument)
    return std::nullopt;
  const Json *number = member(*argument, "as_scalar_type");
  std::optional<int64_t> type = number ? asInt(*number) : std::nullopt;
  auto scalar = static_cast<ScalarType>(type.value_or(0));
  if (scalarSize(scalar))
    return wide(graphType(builder().getContext(), scalar));
  (void)unsupported("a result " + scalarName(scalar));
  return std::nullopt;
}

bool AtenNode::isComplexDtype() const {
  const Json *argument = find("dtype");
  const Json *number = argument ? member(*argument, "as_scalar_type") : nullptr;
  return number && asInt(*number) == static_cast<int64_t>(ScalarType::kComplexFloat);
}

void AtenNode::checkDtypeIs(Value value) {
  std::optional<Type> type = dtype();
  if (type && *type != getElementTypeOrSelf(value))
    (void)unsupported("another result type than the operand's");
}

bool AtenNode::isTensor(StringRef name) const {
  const Json *argument = find(name);
  return argument && member(*argument, "as_tensor");
}

bool AtenNode::isString(StringRef name) const {
  const Json *argument = find(name);
  return argument && member(*argument, "as_string");
}

MaybeValue AtenNode::tensor(StringRef name) {
  MaybeValue value = optionalTensor(name);
  if (succeeded(value) && !*value)
    return invalid("'" + name + "' is absent, expected a tensor");
  return value;
}

MaybeValue AtenNode::optionalTensor(StringRef name) {
  const Json *argument = find(name);
  if (!argument)
    return Value();
  const Json *reference = member(*argument, "as_tensor");
  if (!reference)
    if (const Json *optional = member(*argument, "as_optional_tensor")) {
      if (member(*optional, "as_none"))
        return Value();
      reference = member(*optional, "as_tensor");
    }
  auto value = environment_.tensors.find(
      reference ? std::string_view(stringMember(*reference, "name")) : "");
  if (value == environment_.tensors.end())
    return invalid("'" + name + "' is " + excerpt(argument->dump(), kMostOfValue) +
                   ", which no earlier node makes");
  return wide(value->second);
}

SmallVector<Value> AtenNode::tensors(StringRef name) {
  return get<SmallVector<Value>>(name, std::nullopt, "a list of tensors that earlier nodes make",
                                 [&](const Json &argument) -> std::optional<SmallVector<Value>> {
                                   const Json *list = member(argument, "as_tensors");
                                   if (!list || !list->is_array() || list->empty())
                                     return std::nullopt;
                                   SmallVector<Value> result;
                                   for (const Json &reference : *list) {
                                     auto value = environment_.tensors.find(
                                         std::string_view(stringMember(reference, "name")));
                                     if (value == environment_.tensors.end())
                                       return std::nullopt;
                                     result.push_back(wide(value->second));
                                   }
                                   return result;
                                 });
}

SmallVector<Value> AtenNode::optionalTensors(StringRef name) {
  const Json *argument = find(name);
  const Json *list = argument ? member(*argument, "as_optional_tensors") : nullptr;
  if (!list || !list->is_array())
    return tensors(name);
  SmallVector<Value> result;
  for (const Json &each : *list) {
    const Json *reference = member(each, "as_tensor");
    auto value = environment_.tensors.find(
        reference ? std::string_view(stringMember(*reference, "name")) : "");
    if (reference && value == environment_.tensors.end()) {
      (void)invalid("'" + name + "' has a tensor that no earlier node makes");
      return {};
    }
    result.push_back(reference ? wide(value->second) : Value());
  }
  return result;
}

MaybeValue AtenNode::image(StringRef name, StringRef otherName) {
  MaybeValue value = tensor(has(name) || otherName.empty() ? name : otherName);
  if (succeeded(value) && shapeOf(*value).size() != 4)
    return unsupported("an input of shape " + shapeText(shapeOf(*value)) +
                       ", only batches of images (rank 4) are");
  return value;
}

static Handler single(MaybeValue (*handler)(AtenNode &)) {
  return [handler](AtenNode &node) -> FailureOr<SmallVector<Value>> {
    MaybeValue result = handler(node);
    if (failed(result))
      return failure();
    return SmallVector<Value>{*result};
  };
}

void OpTable::add(StringRef target, MaybeValue (*handler)(AtenNode &)) {
  setHandler(target, single(handler), /*isMove=*/false, /*isView=*/false);
}
void OpTable::addMove(StringRef target, MaybeValue (*handler)(AtenNode &)) {
  setHandler(target, single(handler), /*isMove=*/true, /*isView=*/false);
}
void OpTable::addView(StringRef target, MaybeValue (*handler)(AtenNode &)) {
  setHandler(target, single(handler), /*isMove=*/true, /*isView=*/true);
}
void OpTable::addList(StringRef target, Handler handler) {
  setHandler(target, std::move(handler), /*isMove=*/false, /*isView=*/false);
}
void OpTable::addListMove(StringRef target, Handler handler) {
  setHandler(target, std::move(handler), /*isMove=*/true, /*isView=*/false);
}
void OpTable::addListView(StringRef target, Handler handler) {
  setHandler(target, std::move(handler), /*isMove=*/true, /*isView=*/true);
}
void OpTable::addOfComplex(StringRef target, MaybeValue (*handler)(AtenNode &)) {
  entries_[target].ofComplex = single(handler);
}
void OpTable::setHandler(StringRef target, Handler handler, bool isMove, bool isView) {
  Entry &entry = entries_[target];
  entry.handler = std::move(handler);
  entry.isMove = isMove;
  entry.isView = isView;
}

std::vector<std::string> OpTable::names() const {
  std::vector<std::string> list;
  for (const auto &entry : entries_)
    if (entry.second.handler)
      list.push_back(entry.getKey().str());
  return list;
}

const OpTable::Entry *OpTable::find(StringRef target) const {
  auto entry = entries_.find(target);
  return entry == entries_.end() || !entry->second.handler ? nullptr : &entry->second;
}

std::string OpTable::withoutInPlace(StringRef target) {
  auto [base, overload] = target.rsplit('.');
  return base.consume_back("_") ? (base + "." + overload).str() : "";
}

} // namespace tandem::torch
