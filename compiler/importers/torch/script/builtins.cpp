#include "compiler/importers/torch/script/builtins.h"

#include <cmath>

namespace tandem::torch::script {

const Item *BuiltinCall::named(llvm::StringRef name) const {
  for (auto [keyword, item] : llvm::zip(keywords, arguments))
    if (keyword == name)
      return &item;
  return nullptr;
}

BuiltinTable::BuiltinTable() {
  registerNumbers(*this);
  registerContainers(*this);
  registerShapes(*this);
  registerPrepacked(*this);
}

static const BuiltinTable &builtins() {
  static const BuiltinTable kTable;
  return kTable;
}

/// The items of lists and dictionaries among the arguments.
static size_t itemsIn(llvm::ArrayRef<Item> arguments) {
  size_t count = 0;
  for (const Item &item : arguments) {
    if (const std::vector<Item> *items = itemsOf(item))
      count += items->size();
    if (Dictionary *const *dictionary = std::get_if<Dictionary *>(&item))
      count += (*dictionary)->entries.size();
  }
  return count;
}

static MaybeItem apply(const Builtin &builtin, llvm::StringRef name, BuiltinCall &call) {
  if (call.size() < builtin.least)
    return call.fail("'" + name + "' misses an argument");
  if (!builtin.isQuick)
    call.heap.look(itemsIn(call.arguments));
  if (!builtin.takesUnknown &&
      llvm::any_of(call.arguments, [](const Item &item) { return is<Unknown>(item); }))
    return Item(Unknown());
  return builtin.function(call);
}

MaybeItem madeText(BuiltinCall &call, std::string text) {
  if (text.size() > kMostText)
    return call.fail("a string has " + llvm::Twine(text.size()) + " characters, at most " +
                     llvm::Twine(kMostText) + " are supported");
  return Item(std::move(text));
}

MaybeItem callBuiltin(llvm::StringRef name, BuiltinCall call) {
  if (const Builtin *builtin = builtins().find(name))
    return apply(*builtin, name, call);
  call.calls.unsupported().addUnknown(name, call.place.text());
  return Item(Unknown());
}

static bool hasTensor(llvm::ArrayRef<Item> items) {
  return llvm::any_of(items, [](const Item &item) {
    const std::vector<Item> *inner = itemsOf(item);
    return is<Tensor *>(item) || (inner && llvm::any_of(*inner, is<Tensor *>));
  });
}

/// The arguments with the numbers of tensors without dimensions in these tensors' place; nothing
/// when some tensor has dimensions, or a number that is not known on import.
static mlir::FailureOr<std::optional<std::vector<Item>>> knownNumbers(const BuiltinCall &call) {
  std::vector<Item> numbers;
  for (const Item &item : call.arguments) {
    Tensor *const *tensor = std::get_if<Tensor *>(&item);
    if (!tensor) {
      numbers.push_back(item);
      continue;
    }
    auto type = call.calls.type(**tensor, call.place);
    if (failed(type))
      return mlir::failure();
    if (type->getRank() != 0)
      return std::optional<std::vector<Item>>();
    auto number = call.calls.known(**tensor, call.place);
    if (failed(number))
      return mlir::failure();
    if (!*number)
      return std::optional<std::vector<Item>>();
    mlir::Type element = type->getElementType();
    constexpr double kExact = int64_t(1) << 53;
    if (!mlir::isa<mlir::FloatType>(element) && std::abs(**number) > kExact)
      return std::optional<std::vector<Item>>();
    numbers.push_back(mlir::isa<mlir::FloatType>(element) ? Item(**number)
                      : element.isInteger(1)              ? Item(**number != 0)
                                                          : Item(static_cast<int64_t>(**number)));
  }
  return std::optional(std::move(numbers));
}

/// Arithmetic on sizes, which traced models have as tensors without dimensions: on their numbers,
/// so that what is computed of them stays known. Nothing when it is no such call.
static mlir::FailureOr<std::optional<Item>> callOnNumbers(llvm::StringRef name, BuiltinCall &call) {
  constexpr llvm::StringLiteral kOperations[] = {
      "add",   "sub",  "mul", "div", "floor_divide", "remainder", "neg", "abs", "floor", "ceil",
      "round", "sqrt", "pow", "eq",  "ne",           "lt",        "le",  "gt",  "ge"};
  bool isPlain = call.size() <= 2 && llvm::all_of(call.keywords, [](auto &k) { return k.empty(); });
  if (!isPlain || !llvm::is_contained(kOperations, name))
    return std::optional<Item>();
  auto numbers = knownNumbers(call);
  if (failed(numbers))
    return mlir::failure();
  if (!*numbers)
    return std::optional<Item>();
  MaybeItem result = callBuiltin(
      name, {call.heap, call.calls, call.problem, **numbers, call.keywords, call.place});
  if (failed(result))
    return mlir::failure();
  if (itemsOf(*result)) // lists of tensors, put together
    return std::optional<Item>(*result);
  // Rounded tensors have the type from before.
  bool wasReal = llvm::any_of(**numbers, is<double>);
  if (wasReal && is<int64_t>(*result))
    result = Item(*numberOf(*result));
  else if (!wasReal && name == "round")
    result = (*numbers)->front();
  std::vector<Item> one = {*result};
  MaybeItem tensor =
      callBuiltin("prim.NumToTensor", {call.heap, call.calls, call.problem, one, {}, call.place});
  return failed(tensor) ? mlir::FailureOr<std::optional<Item>>(mlir::failure())
                        : std::optional<Item>(*tensor);
}

MaybeItem callTorch(llvm::StringRef name, BuiltinCall call) {
  const Builtin *builtin = builtins().find(name);
  if (builtin && builtin->when == Builtin::kAlways)
    return apply(*builtin, name, call);
  call.heap.look(itemsIn(call.arguments));
  if (builtin && hasTensor(call.arguments)) {
    auto known = callOnNumbers(name, call);
    if (failed(known))
      return mlir::failure();
    if (*known)
      return **known;
  }
  bool isForTensors = builtin && hasTensor(call.arguments) && call.calls.knows(name);
  if (builtin && !isForTensors)
    return apply(*builtin, name, call);
  return call.calls.call(name, call.arguments, call.keywords, call.place);
}

} // namespace tandem::torch::script
