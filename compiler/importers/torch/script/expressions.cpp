// What expressions of the code evaluate to.
#include "compiler/importers/torch/script/interpreter.h"

#include "compiler/importers/torch/script/builtins.h"

#include "llvm/Support/SaveAndRestore.h"

#include <cmath>

using namespace mlir;

namespace tandem::torch::script {

MaybeItem Interpreter::evaluate(const Expr &expr, Frame &frame) {
  llvm::SaveAndRestore<int> deeper(depth_, depth_ + 1);
  if (isSpent(at(frame, expr.line)))
    return failure();
  MaybeItem value = evaluateKind(expr, frame);
  if (succeeded(value))
    heap_.count(weightOf(*value) - 1);
  return value;
}

MaybeItem Interpreter::evaluateKind(const Expr &expr, Frame &frame) {
  switch (expr.kind) {
  case Expr::kName:
    return name(expr, frame);
  case Expr::kInteger:
    return Item(expr.integer);
  case Expr::kReal:
    return Item(expr.real);
  case Expr::kString:
    return Item(expr.text);
  case Expr::kAttribute:
    return attribute(expr, frame);
  case Expr::kCall:
    return call(expr, frame);
  case Expr::kItem:
    return item(expr, frame);
  case Expr::kTuple:
  case Expr::kList: {
    FailureOr<std::vector<Item>> items = evaluateAll(expr.parts, frame);
    if (failed(items))
      return failure();
    return expr.kind == Expr::kTuple ? Item(heap_.tuple(std::move(*items)))
                                     : Item(heap_.list(std::move(*items)));
  }
  case Expr::kDict:
    return dictionary(expr, frame);
  case Expr::kConditional: {
    FailureOr<bool> holds = condition(*expr.parts[0], frame);
    if (failed(holds))
      return failure();
    return evaluate(*expr.parts[*holds ? 1 : 2], frame);
  }
  case Expr::kUnary:
  case Expr::kBinary:
    return operation(expr, frame);
  }
  return failure();
}

FailureOr<std::vector<Item>> Interpreter::evaluateAll(ArrayRef<ExprPtr> parts, Frame &frame) {
  std::vector<Item> items;
  for (const ExprPtr &part : parts) {
    MaybeItem value = evaluate(*part, frame);
    if (failed(value))
      return failure();
    items.push_back(std::move(*value));
  }
  return items;
}

MaybeItem Interpreter::dictionary(const Expr &expr, Frame &frame) {
  FailureOr<std::vector<Item>> items = evaluateAll(expr.parts, frame);
  if (failed(items))
    return failure();
  Dictionary *made = heap_.dictionary();
  for (size_t i = 0; i + 1 < items->size(); i += 2)
    made->entries.push_back({(*items)[i], (*items)[i + 1]});
  return Item(made);
}

MaybeItem Interpreter::name(const Expr &expr, Frame &frame) {
  auto variable = frame.variables.find(expr.text);
  if (auto key = frame.unread.find(expr.text); key != frame.unread.end())
    read(key->second);
  if (variable != frame.variables.end())
    return variable->second;
  if (expr.text == "None")
    return Item(None());
  if (expr.text == "True" || expr.text == "False")
    return Item(expr.text == "True");
  if (expr.text == "inf")
    return Item(double(INFINITY));
  if (expr.text == "nan")
    return Item(double(NAN));
  return fail(at(frame, expr.line), "'" + expr.text + "' has no value");
}

/// "torch.nn.functional" of an expression that is such a name and begins with no variable; or "".
static std::string dotted(const Expr &expr, const auto &variables) {
  if (expr.kind == Expr::kName)
    return variables.count(expr.text) ? "" : expr.text;
  if (expr.kind != Expr::kAttribute)
    return "";
  std::string outer = dotted(*expr.parts.front(), variables);
  return outer.empty() ? "" : outer + "." + expr.text;
}

MaybeItem Interpreter::attribute(const Expr &expr, Frame &frame) {
  Place place = at(frame, expr.line);
  std::string whole = dotted(expr, frame.variables);
  lookAtName(whole);
  StringRef rest = whole;
  if (rest.consume_front("CONSTANTS.c")) {
    size_t index = 0;
    if (rest.getAsInteger(10, index) || index >= constants_.size())
      return fail(place, "the archive has no constant 'c" + rest + "'");
    return constants_[index];
  }
  if (rest.starts_with("__torch__"))
    return Item(Callable{whole});
  if (!whole.empty())
    return fail(place, "'" + whole + "' has no value");
  MaybeItem object = evaluate(*expr.parts.front(), frame);
  if (failed(object))
    return failure();
  return attributeOf(*object, expr.text, place);
}

/// Of an object: its own, else a constant of its class. Of a tuple with names: the item.
MaybeItem Interpreter::attributeOf(const Item &object, StringRef name, const Place &place) {
  if (Tuple *const *tuple = std::get_if<Tuple *>(&object); tuple && (*tuple)->names) {
    for (auto [field, value] : llvm::zip((*tuple)->names->fields, (*tuple)->items))
      if (field.name == name)
        return value;
  }
  if (is<Unknown>(object))
    return object;
  Instance *const *instance = std::get_if<Instance *>(&object);
  if (!instance)
    return fail(place, textOf(object) + " has no '" + name + "'");
  auto own = (*instance)->attributes.find(name.str());
  if (own != (*instance)->attributes.end()) {
    AttributeKey key(*instance, name.str());
    if (!state_.isGiven(key))
      read(key);
    if (Instance *const *inner = std::get_if<Instance *>(&own->second))
      state_.reach(**instance, name, **inner);
    return own->second;
  }
  llvm::Expected<Code::Found> found = find((*instance)->className);
  if (!found)
    return problem_.set(found.takeError());
  if (found->type)
    for (const Parameter &field : found->type->fields)
      if (field.name == name && field.byDefault)
        return evaluateAlone(*field.byDefault, *found->file);
  return fail(place, textOf(object) + " has no '" + name + "'");
}

void Interpreter::lookAtName(StringRef dotted) {
  constexpr size_t kAtOnce = 64; // letters
  heap_.look(dotted.size() / kAtOnce);
}

/// The code's file is gone through from its beginning.
llvm::Expected<Code::Found> Interpreter::find(StringRef name) {
  llvm::Expected<Code::Found> found = code_.find(name);
  if (found && found->file)
    heap_.look(found->file->classes.size() + found->file->functions.size());
  if (found && found->type)
    heap_.look(found->type->fields.size() + found->type->methods.size());
  return found;
}

MaybeItem Interpreter::evaluateAlone(const Expr &expr, const SourceFile &file) {
  Frame frame{file, ""};
  return evaluate(expr, frame);
}

MaybeItem Interpreter::item(const Expr &expr, Frame &frame) {
  FailureOr<std::vector<Item>> both = evaluateAll(expr.parts, frame);
  if (failed(both))
    return failure();
  return callBuiltin("__getitem__", {heap_, calls_, problem_, *both, {}, at(frame, expr.line)});
}

/// Operators that are written as such, which newer files have as calls.
MaybeItem Interpreter::operation(const Expr &expr, Frame &frame) {
  static const std::map<std::string, std::string> kNames = {
      {"+", "add"},         {"-", "sub"},
      {"*", "mul"},         {"/", "div"},
      {"//", "floordiv"},   {"%", "remainder"},
      {"**", "pow"},        {"==", "eq"},
      {"!=", "ne"},         {"<", "lt"},
      {"<=", "le"},         {">", "gt"},
      {">=", "ge"},         {"and", "__and__"},
      {"or", "__or__"},     {"&", "__and__"},
      {"|", "__or__"},      {"^", "__xor__"},
      {"<<", "__lshift__"}, {">>", "__rshift__"},
      {"is", "__is__"},     {"is not", "__isnot__"},
      {"@", "matmul"},      {"in", "__contains__"}};
  FailureOr<std::vector<Item>> operands = evaluateAll(expr.parts, frame);
  if (failed(operands))
    return failure();
  std::string called = expr.text == "not" ? "__not__" : expr.text == "-" ? "neg" : expr.text;
  if (expr.kind == Expr::kBinary) {
    auto name = kNames.find(expr.text);
    called = name == kNames.end() ? expr.text : name->second;
  }
  if (called == "__contains__")
    std::swap((*operands)[0], (*operands)[1]);
  std::vector<std::string> keywords(operands->size());
  return callTorch(called, {heap_, calls_, problem_, *operands, keywords, at(frame, expr.line)});
}

} // namespace tandem::torch::script
