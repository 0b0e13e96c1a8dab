// Python's arithmetic, comparison and logic.
#include "compiler/importers/torch/script/builtins.h"

#include <cmath>

namespace tandem::torch::script {

namespace {

bool areIntegers(const BuiltinCall &call) {
  return is<int64_t>(call[0]) && is<int64_t>(call[1]);
}

MaybeItem refuse(BuiltinCall &call, llvm::StringRef name) {
  std::string given;
  for (const Item &item : call.arguments)
    given += (given.empty() ? "" : ", ") + textOf(item);
  return call.fail("'" + name + "' of " + given);
}

/// `integers` false on overflow.
MaybeItem arithmetic(BuiltinCall &call, llvm::StringRef name,
                     bool (*integers)(int64_t, int64_t, int64_t &),
                     double (*reals)(double, double)) {
  if (areIntegers(call)) {
    int64_t result = 0;
    if (!integers(std::get<int64_t>(call[0]), std::get<int64_t>(call[1]), result))
      return refuse(call, name);
    return Item(result);
  }
  std::optional<double> a = numberOf(call[0]), b = numberOf(call[1]);
  return a && b ? MaybeItem(Item(reals(*a, *b))) : refuse(call, name);
}

/// Lists and tuples one behind the other; "" when they are neither or too long.
std::optional<std::vector<Item>> joined(const BuiltinCall &call) {
  const std::vector<Item> *a = itemsOf(call[0]), *b = itemsOf(call[1]);
  if (!a || !b || call[0].index() != call[1].index() || a->size() + b->size() > kMostItems)
    return std::nullopt;
  std::vector<Item> all = *a;
  all.insert(all.end(), b->begin(), b->end());
  return all;
}

MaybeItem add(BuiltinCall &call) {
  if (auto all = joined(call))
    return is<List *>(call[0]) ? Item(call.heap.list(std::move(*all)))
                               : Item(call.heap.tuple(std::move(*all)));
  if (is<std::string>(call[0]) && is<std::string>(call[1]))
    return madeText(call, std::get<std::string>(call[0]) + std::get<std::string>(call[1]));
  return arithmetic(
      call, "add",
      [](int64_t a, int64_t b, int64_t &sum) { return !__builtin_add_overflow(a, b, &sum); },
      [](double a, double b) { return a + b; });
}

MaybeItem sub(BuiltinCall &call) {
  return arithmetic(
      call, "sub",
      [](int64_t a, int64_t b, int64_t &result) { return !__builtin_sub_overflow(a, b, &result); },
      [](double a, double b) { return a - b; });
}

MaybeItem mul(BuiltinCall &call) {
  if (List *const *list = std::get_if<List *>(&call[0])) {
    std::optional<int64_t> times = as<int64_t>(call[1]);
    const std::vector<Item> &items = (*list)->items;
    if (!times || (*times > 0 && items.size() > kMostItems / *times))
      return refuse(call, "mul");
    std::vector<Item> all;
    for (int64_t i = 0; i < *times; ++i)
      all.insert(all.end(), items.begin(), items.end());
    return Item(call.heap.list(std::move(all)));
  }
  return arithmetic(
      call, "mul",
      [](int64_t a, int64_t b, int64_t &result) { return !__builtin_mul_overflow(a, b, &result); },
      [](double a, double b) { return a * b; });
}

MaybeItem div(BuiltinCall &call) {
  std::optional<double> a = numberOf(call[0]), b = numberOf(call[1]);
  if (!a || !b || *b == 0 || call.size() > 2)
    return refuse(call, "div");
  return Item(*a / *b);
}

/// Toward the smaller number, as Python divides.
bool floorDivide(int64_t a, int64_t b, int64_t &result) {
  if (b == 0 || (a == INT64_MIN && b == -1))
    return false;
  result = a / b - (a % b != 0 && (a < 0) != (b < 0));
  return true;
}
MaybeItem floorDiv(BuiltinCall &call) {
  return arithmetic(call, "floordiv", floorDivide,
                    [](double a, double b) { return std::floor(a / b); });
}
MaybeItem remainder(BuiltinCall &call) {
  return arithmetic(
      call, "remainder",
      [](int64_t a, int64_t b, int64_t &result) {
        int64_t quotient = 0;
        if (!floorDivide(a, b, quotient))
          return false;
        result = a - quotient * b;
        return true;
      },
      [](double a, double b) { return a - std::floor(a / b) * b; });
}

/// A real number even of integers, as TorchScript has it.
MaybeItem power(BuiltinCall &call) {
  std::optional<double> base = numberOf(call[0]), exponent = numberOf(call[1]);
  if (!base || !exponent)
    return refuse(call, "pow");
  return Item(std::pow(*base, *exponent));
}

MaybeItem negate(BuiltinCall &call) {
  std::optional<int64_t> integer = as<int64_t>(call[0]);
  if (integer && *integer != INT64_MIN)
    return Item(-*integer);
  std::optional<double> number = numberOf(call[0]);
  return number ? MaybeItem(Item(-*number)) : refuse(call, "neg");
}
MaybeItem absolute(BuiltinCall &call) {
  if (std::optional<double> number = numberOf(call[0]); number && *number >= 0)
    return call[0];
  return negate(call);
}

/// Whole numbers of reals.
template <double (*function)(double)> MaybeItem whole(BuiltinCall &call) {
  constexpr double kMost = 9.0e18;
  std::optional<double> number = numberOf(call[0]);
  double result = number ? function(*number) : NAN;
  if (!(std::abs(result) < kMost))
    return refuse(call, "a rounding");
  return Item(static_cast<int64_t>(result));
}
template <double (*function)(double)> MaybeItem real(BuiltinCall &call) {
  std::optional<double> number = numberOf(call[0]);
  return number ? MaybeItem(Item(function(*number))) : refuse(call, "a function");
}

/// Of two numbers, or of a list of them.
template <bool largest> MaybeItem best(BuiltinCall &call) {
  const std::vector<Item> *list = itemsOf(call[0]);
  llvm::ArrayRef<Item> all = list ? llvm::ArrayRef<Item>(*list) : call.arguments;
  const Item *result = nullptr;
  for (const Item &each : all) {
    if (!numberOf(each))
      return refuse(call, largest ? "max" : "min");
    if (!result ||
        (largest ? *numberOf(each) > *numberOf(*result) : *numberOf(each) < *numberOf(*result)))
      result = &each;
  }
  return result ? MaybeItem(*result) : refuse(call, largest ? "max" : "min");
}

template <bool wanted> MaybeItem equal(BuiltinCall &call) {
  std::optional<bool> same = isEqual(call[0], call[1], call.heap);
  return same ? MaybeItem(Item(*same == wanted)) : refuse(call, "eq");
}

enum class Order { kLess, kLessEqual, kGreater, kGreaterEqual };
template <Order order> MaybeItem compare(BuiltinCall &call) {
  auto holds = [](const auto &a, const auto &b) {
    return order == Order::kLess        ? a < b
           : order == Order::kLessEqual ? a <= b
           : order == Order::kGreater   ? a > b
                                        : a >= b;
  };
  if (areIntegers(call))
    return Item(holds(std::get<int64_t>(call[0]), std::get<int64_t>(call[1])));
  if (is<std::string>(call[0]) && is<std::string>(call[1]))
    return Item(holds(std::get<std::string>(call[0]), std::get<std::string>(call[1])));
  std::optional<double> a = numberOf(call[0]), b = numberOf(call[1]);
  return a && b ? MaybeItem(Item(holds(*a, *b))) : refuse(call, "a comparison");
}

enum class Logic { kAnd, kOr, kXor };
template <Logic logic> MaybeItem combine(BuiltinCall &call) {
  auto of = [](auto a, auto b) {
    return logic == Logic::kAnd ? (a & b) : logic == Logic::kOr ? (a | b) : (a ^ b);
  };
  if (is<bool>(call[0]) && is<bool>(call[1]))
    return Item(of(int(std::get<bool>(call[0])), int(std::get<bool>(call[1]))) != 0);
  if (areIntegers(call))
    return Item(of(std::get<int64_t>(call[0]), std::get<int64_t>(call[1])));
  return refuse(call, "logic");
}

template <bool left> MaybeItem shift(BuiltinCall &call) {
  constexpr int64_t kMostBits = 62, kMostValue = int64_t(1) << 31;
  if (!areIntegers(call))
    return refuse(call, "a shift");
  int64_t value = std::get<int64_t>(call[0]), by = std::get<int64_t>(call[1]);
  if (by < 0 || by > kMostBits || value < 0 || (left && (value > kMostValue || by > 31)))
    return refuse(call, "a shift");
  return Item(left ? value << by : value >> by);
}

MaybeItem logicalNot(BuiltinCall &call) {
  std::optional<double> number = numberOf(call[0]);
  return number ? MaybeItem(Item(*number == 0)) : refuse(call, "not");
}

/// all(), any() of a list.
template <bool all> MaybeItem truthOf(BuiltinCall &call) {
  const std::vector<Item> *items = itemsOf(call[0]);
  if (!items)
    return refuse(call, all ? "all" : "any");
  for (const Item &each : *items)
    if (std::optional<double> number = numberOf(each); number && (*number != 0) != all)
      return Item(!all);
  return Item(all);
}

MaybeItem sum(BuiltinCall &call) {
  const std::vector<Item> *items = itemsOf(call[0]);
  if (!items)
    return refuse(call, "sum");
  int64_t whole = 0;
  double real = 0;
  bool isReal = false;
  for (const Item &each : *items) {
    std::optional<double> number = numberOf(each);
    int64_t integer = as<int64_t>(each).value_or(as<bool>(each).value_or(false));
    isReal |= is<double>(each);
    if (!number || __builtin_add_overflow(whole, integer, &whole))
      return refuse(call, "sum");
    real += *number;
  }
  return isReal ? Item(real) : Item(whole);
}

} // namespace

/// The number of an item: what a tensor of one element holds, where that is known on import.
static mlir::FailureOr<double> known(BuiltinCall &call) {
  if (std::optional<double> number = numberOf(call[0]))
    return *number;
  Tensor *const *tensor = std::get_if<Tensor *>(&call[0]);
  if (!tensor)
    return call.fail(textOf(call[0]) + " is taken as a number");
  mlir::FailureOr<std::optional<double>> number = call.calls.known(**tensor, call.place);
  if (failed(number))
    return mlir::failure();
  if (!*number)
    return call.fail("a number is known at run time only");
  return **number;
}

static MaybeItem toInteger(BuiltinCall &call) {
  if (is<int64_t>(call[0]))
    return call[0];
  mlir::FailureOr<double> number = known(call);
  if (failed(number))
    return mlir::failure();
  std::vector<Item> real = {*number};
  BuiltinCall rounded{call.heap, call.calls, call.problem, real, {}, call.place};
  return whole<std::trunc>(rounded);
}
static MaybeItem toReal(BuiltinCall &call) {
  if (const std::string *text = std::get_if<std::string>(&call[0])) // float('inf') of old files
    return Item(*text == "inf" ? INFINITY : *text == "-inf" ? -INFINITY : NAN);
  mlir::FailureOr<double> number = known(call);
  return failed(number) ? MaybeItem(mlir::failure()) : MaybeItem(Item(*number));
}
static MaybeItem toTruth(BuiltinCall &call) {
  mlir::FailureOr<double> number = known(call);
  return failed(number) ? MaybeItem(mlir::failure()) : MaybeItem(Item(*number != 0));
}
/// Of the tensor's own type.
static MaybeItem toScalar(BuiltinCall &call) {
  Tensor *const *tensor = std::get_if<Tensor *>(&call[0]);
  if (!tensor)
    return call[0];
  mlir::FailureOr<mlir::RankedTensorType> type = call.calls.type(**tensor, call.place);
  if (failed(type))
    return mlir::failure();
  mlir::Type element = type->getElementType();
  return element.isInteger(1)                  ? toTruth(call)
         : mlir::isa<mlir::FloatType>(element) ? toReal(call)
                                               : toInteger(call);
}

void registerNumbers(BuiltinTable &table) {
  table.add("add", {add, 2});
  table.add("sub", {sub, 2});
  table.add("mul", {mul, 2});
  table.add("div", {div, 2});
  table.add("floordiv", {floorDiv, 2});
  table.add("floor_divide", {floorDiv, 2});
  table.add("remainder", {remainder, 2});
  table.add("pow", {power, 2});
  table.add("neg", {negate, 1});
  for (llvm::StringRef name : {"abs", "prim.abs"})
    table.add(name, {absolute, 1});
  table.add("floor", {whole<std::floor>, 1});
  table.add("ceil", {whole<std::ceil>, 1});
  table.add("round", {real<std::nearbyint>, 1});
  table.add("sqrt", {real<std::sqrt>, 1});
  table.add("exp", {real<std::exp>, 1});
  table.add("log", {real<std::log>, 1});
  for (llvm::StringRef name : {"max", "prim.max"})
    table.add(name, {best<true>, 1});
  for (llvm::StringRef name : {"min", "prim.min"})
    table.add(name, {best<false>, 1});
  table.add("eq", {equal<true>, 2});
  table.add("ne", {equal<false>, 2});
  table.add("lt", {compare<Order::kLess>, 2});
  table.add("le", {compare<Order::kLessEqual>, 2});
  table.add("gt", {compare<Order::kGreater>, 2});
  table.add("ge", {compare<Order::kGreaterEqual>, 2});
  table.add("__and__", {combine<Logic::kAnd>, 2});
  table.add("__or__", {combine<Logic::kOr>, 2});
  table.add("__xor__", {combine<Logic::kXor>, 2});
  table.add("__lshift__", {shift<true>, 2});
  table.add("__rshift__", {shift<false>, 2});
  table.add("__not__", {logicalNot, 1});
  table.add("all", {truthOf<true>, 1});
  table.add("any", {truthOf<false>, 1});
  table.add("sum", {sum, 1});
  for (llvm::StringRef name : {"int", "Int", "IntImplicit"})
    table.add(name, {toInteger, 1, Builtin::kAlways});
  for (llvm::StringRef name : {"float", "Float", "FloatImplicit"})
    table.add(name, {toReal, 1, Builtin::kAlways});
  for (llvm::StringRef name : {"bool", "Bool"})
    table.add(name, {toTruth, 1, Builtin::kAlways});
  for (llvm::StringRef name : {"item", "prim.Scalar", "ScalarImplicit"})
    table.add(name, {toScalar, 1, Builtin::kAlways});
}

} // namespace tandem::torch::script
