// How the interpreter calls: operators, functions of the code, methods, and words of TorchScript.
#include "compiler/importers/torch/script/builtins.h"
#include "compiler/importers/torch/script/interpreter.h"

#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;

namespace tandem::torch::script {

MaybeItem Interpreter::call(const Expr &expr, Frame &frame) {
  const Expr &callee = *expr.parts.front();
  std::string name;
  for (const Expr *at = &callee;; at = at->parts.front().get()) {
    name = name.empty() ? at->text : at->text + "." + name;
    lookAtName(name);
    if (at->kind == Expr::kName && !frame.variables.count(at->text))
      return callNamed(name, expr, frame);
    if (at->kind != Expr::kAttribute)
      break;
  }
  if (callee.kind == Expr::kAttribute)
    return callMethodOf(expr, frame);
  FailureOr<std::vector<Item>> items = evaluateAll(expr.parts, frame);
  if (failed(items))
    return failure();
  Place place = at(frame, expr.line);
  if (const Callable *callable = std::get_if<Callable>(&items->front()))
    return callCode(callable->name, ArrayRef(*items).drop_front(), expr.keywords, place);
  return fail(place, textOf(items->front()) + " is called");
}

/// A name with dots that begins with no variable, or a word alone.
MaybeItem Interpreter::callNamed(StringRef name, const Expr &expr, Frame &frame) {
  if (!name.contains('.'))
    return callWord(name, expr, frame);
  Place place = at(frame, expr.line);
  FailureOr<std::vector<Item>> items = evaluateAll(ArrayRef(expr.parts).drop_front(), frame);
  if (failed(items))
    return failure();
  if (name.starts_with("__torch__."))
    return callCode(name, *items, expr.keywords, place);
  BuiltinCall call{heap_, calls_, problem_, *items, expr.keywords, place};
  if (name.consume_front("ops.prim."))
    return callBuiltin(("prim." + name).str(), call);
  if (name.consume_front("torch.") || name.consume_front("ops.aten."))
    return callTorch(name, call);
  name.consume_front("ops.");
  if (name.starts_with("prepacked."))
    return callBuiltin(name, call);
  calls_.unsupported().addUnknown(name, (Twine(frame.module) + " (" + place.text() + ")").str());
  return Item(Unknown());
}

/// The words whose first argument is a type or a name, and those of Python.
MaybeItem Interpreter::callWord(StringRef word, const Expr &expr, Frame &frame) {
  Place place = at(frame, expr.line);
  ArrayRef<ExprPtr> parts = ArrayRef(expr.parts).drop_front();
  bool takesType = word == "annotate" || word == "unchecked_cast" || word == "uninitialized";
  if (takesType && !parts.empty()) {
    if (word == "uninitialized") // a stand-in on a way that is not taken
      return Item(None());
    MaybeItem value = parts.size() == 2 ? evaluate(*parts[1], frame) : MaybeItem(failure());
    if (failed(value))
      return fail(place, "'" + word + "' has no value");
    bool isNumber = parts[0]->kind == Expr::kName && is<Tensor *>(*value) &&
                    llvm::is_contained({"number", "int", "float", "bool"}, parts[0]->text);
    if (!isNumber)
      return value;
    std::string called = parts[0]->text == "number" ? "prim.Scalar" : parts[0]->text;
    std::vector<Item> items = {*value};
    return callBuiltin(called, {heap_, calls_, problem_, items, {}, place});
  }
  FailureOr<std::vector<Item>> items = evaluateAll(parts, frame);
  if (failed(items))
    return failure();
  const std::string *attribute =
      items->size() == 2 ? std::get_if<std::string>(&items->back()) : nullptr;
  if (word == "getattr" && attribute)
    return attributeOf(items->front(), *attribute, place);
  return callBuiltin(word, {heap_, calls_, problem_, *items, expr.keywords, place});
}

MaybeItem Interpreter::callMethodOf(const Expr &expr, Frame &frame) {
  const Expr &callee = *expr.parts.front();
  Place place = at(frame, expr.line);
  MaybeItem object = evaluate(*callee.parts.front(), frame);
  FailureOr<std::vector<Item>> items = evaluateAll(ArrayRef(expr.parts).drop_front(), frame);
  if (failed(object) || failed(items))
    return failure();
  if (Instance *const *instance = std::get_if<Instance *>(&*object))
    return callMethod(**instance, callee.text, *items, expr.keywords, place);
  if (is<Unknown>(*object))
    return object;
  return fail(place, textOf(*object) + " has no method '" + callee.text + "'");
}

MaybeItem Interpreter::callMethod(Instance &object, StringRef method, ArrayRef<Item> arguments,
                                  ArrayRef<std::string> keywords, const Place &place) {
  llvm::Expected<Code::Found> found = find(object.className);
  if (!found)
    return problem_.set(found.takeError());
  const Function *function = found->type ? found->type->method(method.str()) : nullptr;
  if (!function) {
    std::string subject = "the archive has no code of '" + object.className + "." + method.str();
    if (place.file.empty())
      return problem_.set(subject + "'");
    return fail(place, subject + "'");
  }
  std::vector<Item> all = {&object};
  all.insert(all.end(), arguments.begin(), arguments.end());
  std::vector<std::string> allKeywords = {""};
  allKeywords.insert(allKeywords.end(), keywords.begin(), keywords.end());
  return callFunction(*function, *found->file, state_.pathOf(object), all, allKeywords, place);
}

/// Between its object's __enter__ and __exit__, which are code of the archive.
Interpreter::Flow Interpreter::runWith(const Statement &statement, Frame &frame) {
  Place place = at(frame, statement.line);
  MaybeItem object = evaluate(*statement.value, frame);
  if (failed(object))
    return Flow::kFailed;
  Instance *const *context = std::get_if<Instance *>(&*object);
  if (!context)
    return (void)fail(place, "a block is with " + textOf(*object)), Flow::kFailed;
  MaybeItem entered = callMethod(**context, "__enter__", {}, {}, place);
  if (failed(entered) ||
      (!statement.targets.empty() && failed(assignTo(*statement.targets.front(), *entered, frame))))
    return Flow::kFailed;
  Flow flow = run(statement.body, frame);
  const Item noError[] = {None(), None(), None()};
  const std::string noKeywords[3];
  if (flow != Flow::kFailed &&
      failed(callMethod(**context, "__exit__", noError, noKeywords, place)))
    return Flow::kFailed;
  return flow;
}

/// A function of the code, a class of tuples, or `CLASS.__new__`.
MaybeItem Interpreter::callCode(StringRef name, ArrayRef<Item> arguments,
                                ArrayRef<std::string> keywords, const Place &place) {
  bool isNew = name.consume_back(".__new__");
  llvm::Expected<Code::Found> found = find(name);
  if (!found)
    return problem_.set(found.takeError());
  if (isNew && found->type) {
    heap_.count(1);
    return Item(heap_.instance(name.str()));
  }
  if (found->function)
    return callFunction(*found->function, *found->file, place.module.str(), arguments, keywords,
                        place);
  if (found->type && found->type->base == "NamedTuple")
    return makeTuple(*found->type, arguments, keywords, place);
  if (found->type)
    return fail(place, "it makes an object of " + name + ", which is not supported");
  return fail(place, "the archive has no code of '" + name + "'");
}

MaybeItem Interpreter::makeTuple(const Class &type, ArrayRef<Item> arguments,
                                 ArrayRef<std::string> keywords, const Place &place) {
  std::vector<Item> items(type.fields.size(), None());
  heap_.look(arguments.size() * items.size());
  if (isHeapSpent(place))
    return failure();
  for (auto [index, argument] : llvm::enumerate(arguments)) {
    size_t place = index;
    for (size_t i = 0; i < items.size(); ++i)
      if (type.fields[i].name == keywords[index])
        place = i;
    if (place < items.size())
      items[place] = argument;
  }
  if (arguments.size() != items.size())
    return fail(place, "a '" + type.name + "' has " + Twine(items.size()) + " items, not " +
                           Twine(arguments.size()));
  return Item(heap_.tuple(std::move(items), &type));
}

MaybeItem Interpreter::callFunction(const Function &function, const SourceFile &file,
                                    std::string module, ArrayRef<Item> arguments,
                                    ArrayRef<std::string> keywords, const Place &place) {
  Frame frame{file, std::move(module)};
  const auto &parameters = function.parameters;
  for (auto [index, argument] : llvm::enumerate(arguments)) {
    bool isInPlace = keywords[index].empty() && index < parameters.size();
    StringRef name = isInPlace ? parameters[index].name : keywords[index];
    heap_.look(isInPlace ? 0 : parameters.size());
    if (isHeapSpent(place))
      return failure();
    bool isOne =
        isInPlace || llvm::any_of(parameters, [&](const auto &each) { return each.name == name; });
    if (!isOne)
      return fail(place, "'" + function.name + "' takes no argument " + Twine(index));
    frame.variables[name.str()] = argument;
  }
  for (const Parameter &parameter : parameters) {
    if (frame.variables.count(parameter.name))
      continue;
    if (!parameter.byDefault)
      return fail(place, "'" + function.name + "' misses its argument '" + parameter.name + "'");
    MaybeItem value = evaluateAlone(*parameter.byDefault, file);
    if (failed(value))
      return failure();
    frame.variables[parameter.name] = std::move(*value);
  }
  return run(function.body, frame) == Flow::kFailed ? MaybeItem(failure())
                                                    : MaybeItem(std::move(frame.result));
}

} // namespace tandem::torch::script
