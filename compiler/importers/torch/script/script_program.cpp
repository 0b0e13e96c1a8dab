#include "compiler/importers/torch/script/script_program.h"

#include "compiler/importers/common/fixed_shapes.h"
#include "compiler/importers/torch/script/interpreter.h"
#include "compiler/importers/torch/script/unpickled.h"

#include <cmath>

using namespace mlir;

namespace tandem::torch::script {

namespace {

/// An input of `forward` that is a tensor, or may be one.
struct Input {
  std::string name;
  bool isOptional = false;
  const PickledTensor *traced = nullptr; ///< what the model was traced with
};

/// "Tuple[Tensor, Tensor]", as the code has it.
std::string typeText(const Expr &type) {
  if (type.kind == Expr::kAttribute)
    return typeText(*type.parts.front()) + "." + type.text;
  if (type.kind == Expr::kItem)
    return typeText(*type.parts[0]) + "[" + typeText(*type.parts[1]) + "]";
  std::string text = type.text;
  for (const ExprPtr &part : type.parts)
    text += (text.empty() ? "" : ", ") + typeText(*part);
  return text;
}

class ScriptImport {
public:
  ScriptImport(Archive archive, const ImportOptions &options, MLIRContext &context)
      : archive_(std::move(archive)), options_(options), context_(context),
        code_(std::move(archive_.code)) {}

  llvm::Expected<OwningOpRef<ModuleOp>> run();

private:
  llvm::Error readInputs(const Function &forward);
  llvm::Error readNumber(const Parameter &parameter, const std::string &type);
  llvm::Expected<std::vector<NamedType>> inputTypes(std::vector<bool> &areTyped) const;
  llvm::Error shapesMissing(ArrayRef<std::string> names) const;
  llvm::Error collect(const Item &item, const std::string &name, std::vector<NamedValue> &outputs);
  llvm::Error problem() const { return llvm::createStringError(problem_.text()); }
  llvm::Error evaluate(Instance &module, ArrayRef<Item> arguments, ArrayRef<std::string> keywords,
                       std::vector<NamedValue> &outputs);

  Archive archive_;
  const ImportOptions &options_;
  MLIRContext &context_;
  Code code_;
  Heap heap_;
  Problem problem_;
  std::vector<Input> inputs_;
  std::vector<std::pair<std::string, Item>> numbers_; ///< that --value gives, by their names
  MainFunction main_;
  std::optional<AtenCalls> calls_;
  std::optional<Interpreter> interpreter_;
};

/// The tensor of that place among those that the model was traced with, if it was.
const PickledTensor *tracedInput(const std::optional<Pickle> &inputs, size_t index) {
  if (!inputs)
    return nullptr;
  const PickledValue &methods = inputs->result();
  for (size_t i = 0; i + 1 < methods.items.size() && methods.kind == PickledValue::kDict; i += 2) {
    const PickledValue *method = inputs->item(methods, i, PickledValue::kString);
    const PickledValue *list = inputs->item(methods, i + 1, PickledValue::kList);
    const PickledValue *tensor = method && list && method->text == "forward"
                                     ? inputs->item(*list, index, PickledValue::kTensor)
                                     : nullptr;
    if (tensor)
      return tensor->tensor.get();
  }
  return nullptr;
}

/// A parameter that is no tensor: --value gives it, or it keeps its default.
llvm::Error ScriptImport::readNumber(const Parameter &parameter, const std::string &type) {
  StringRef plain = type;
  if (plain.consume_front("Optional["))
    plain.consume_back("]");
  bool isNumber = llvm::is_contained({"int", "float", "bool"}, plain);
  auto given = options_.values.find(parameter.name);
  if (given == options_.values.end()) {
    if (parameter.byDefault)
      return llvm::Error::success();
    return llvm::createStringError(
        "input '" + parameter.name + "' is of type " + type +
        (isNumber ? ", give its value with --value " + parameter.name + "=NUMBER"
                  : ", only tensors and numbers are supported"));
  }
  double number = given->second.front();
  bool isWhole = number == std::floor(number) && std::abs(number) < 0x1p53;
  if (!isNumber || given->second.size() != 1 || (plain == "int" && !isWhole))
    return optionError("input '" + parameter.name + "': --value gives no " + type);
  numbers_.emplace_back(parameter.name, plain == "int"    ? Item(static_cast<int64_t>(number))
                                        : plain == "bool" ? Item(number != 0)
                                                          : Item(number));
  return llvm::Error::success();
}

/// The first parameter is the module itself.
llvm::Error ScriptImport::readInputs(const Function &forward) {
  for (auto [index, parameter] : llvm::enumerate(forward.parameters)) {
    if (index == 0)
      continue;
    std::string type = parameter.type ? typeText(*parameter.type) : "Tensor";
    bool isOptional = type == "Optional[Tensor]";
    if (type == "Tensor" || isOptional)
      inputs_.push_back({parameter.name, isOptional, tracedInput(archive_.inputs, index - 1)});
    else if (llvm::Error error = readNumber(parameter, type))
      return error;
  }
  return llvm::Error::success();
}

llvm::Error ScriptImport::shapesMissing(ArrayRef<std::string> names) const {
  std::string all, options;
  for (const std::string &name : names) {
    all += (all.empty() ? "'" : ", '") + name + "'";
    options += " --shape " + name + "=DIMS";
  }
  return llvm::createStringError("TorchScript's code has no shapes of the model's " +
                                 Twine(names.size() == 1 ? "input " : "inputs ") + all + ", give " +
                                 (names.size() == 1 ? "it" : "them") + " with" + options);
}

/// Shapes by --shape, else those that the model was traced with; element types by the latter, else
/// float32.
llvm::Expected<std::vector<NamedType>> ScriptImport::inputTypes(std::vector<bool> &areTyped) const {
  std::vector<std::string> names, open;
  for (const Input &input : inputs_)
    names.push_back(input.name);
  for (const auto &[name, number] : numbers_)
    names.push_back(name);
  if (llvm::Error wrong = checkFixedNames(options_, names))
    return wrong;
  std::vector<NamedType> types;
  for (const Input &input : inputs_) {
    auto given = options_.shapes.find(input.name);
    bool isGiven = given != options_.shapes.end();
    if (!isGiven && !input.traced) {
      if (options_.values.contains(input.name)) {
        types.push_back({input.name, RankedTensorType::get({}, Float32Type::get(&context_))});
        areTyped.push_back(false);
      } else if (!input.isOptional)
        open.push_back(input.name);
      continue;
    }
    SmallVector<int64_t> shape = isGiven ? SmallVector<int64_t>(ArrayRef(given->second))
                                         : SmallVector<int64_t>(input.traced->sizes);
    if (!hasSaneSize(shape))
      return llvm::createStringError("input '" + input.name + "': the shape " + shapeText(shape) +
                                     " is too large");
    ScalarType type = input.traced ? input.traced->type : ScalarType::kFloat;
    if (!scalarSize(type) || type == ScalarType::kDouble)
      return llvm::createStringError("input '" + input.name + "': a tensor of type " +
                                     scalarName(type) + " is not supported");
    types.push_back({input.name, RankedTensorType::get(shape, graphType(&context_, type))});
    areTyped.push_back(input.traced != nullptr);
  }
  if (!open.empty())
    return shapesMissing(open);
  return types;
}

/// The tensors of what `forward` returns: one, or several in tuples, lists and dictionaries, which
/// give them their names. None among them is left out.
llvm::Error ScriptImport::collect(const Item &item, const std::string &name,
                                  std::vector<NamedValue> &outputs) {
  constexpr size_t kMostOutputs = 1024;
  constexpr size_t kLongestName = 256;
  // A few lists in one another hold very many, though no tensor; what is done for each is dear.
  heap_.look(64);
  if (outputs.size() > kMostOutputs || name.size() > kLongestName || heap_.isSpent())
    return llvm::createStringError("the model has too many results");
  auto inner = [&](const std::string &part) { return name.empty() ? part : name + "_" + part; };
  if (Tensor *const *tensor = std::get_if<Tensor *>(&item)) {
    FailureOr<Value> value = calls_->read(**tensor, {});
    if (failed(value))
      return problem();
    outputs.push_back({name.empty() ? "output" : name, *value});
    return llvm::Error::success();
  }
  if (Dictionary *const *dictionary = std::get_if<Dictionary *>(&item)) {
    for (const auto &[key, value] : (*dictionary)->entries)
      if (llvm::Error error = collect(value, inner(textOf(key)), outputs))
        return error;
    return llvm::Error::success();
  }
  if (const std::vector<Item> *items = itemsOf(item)) {
    Tuple *const *tuple = std::get_if<Tuple *>(&item);
    const Class *names = tuple ? (*tuple)->names : nullptr;
    for (auto [index, each] : llvm::enumerate(*items)) {
      std::string part = names && index < names->fields.size() ? names->fields[index].name
                         : name.empty()                        ? "output_" + std::to_string(index)
                                                               : std::to_string(index);
      if (llvm::Error error = collect(each, inner(part), outputs))
        return error;
    }
    return llvm::Error::success();
  }
  if (is<None>(item))
    return llvm::Error::success();
  return llvm::createStringError("the result '" + (name.empty() ? "output" : name) + "' is " +
                                 textOf(item) + ", no tensor, which is not supported");
}

llvm::Error ScriptImport::evaluate(Instance &module, ArrayRef<Item> arguments,
                                   ArrayRef<std::string> keywords,
                                   std::vector<NamedValue> &outputs) {
  MaybeItem result = interpreter_->callMethod(module, "forward", arguments, keywords, {});
  if (!calls_->unsupported().empty())
    return llvm::createStringError(calls_->unsupported().message());
  if (failed(result) || failed(interpreter_->checkState()))
    return problem();
  if (llvm::Error error = collect(*result, "", outputs))
    return error;
  if (outputs.empty())
    return llvm::createStringError("the model's 'forward' returns no tensor");
  return llvm::Error::success();
}

llvm::Expected<OwningOpRef<ModuleOp>> ScriptImport::run() {
  const PickledValue &root = archive_.module.pickle.result();
  if (root.kind != PickledValue::kInstance)
    return llvm::createStringError("the archive's data.pkl holds no module");
  llvm::Expected<Code::Found> found = code_.find(root.text);
  if (!found)
    return found.takeError();
  const Function *forward = found->type ? found->type->method("forward") : nullptr;
  if (!forward)
    return llvm::createStringError("the archive has no code of '" + root.text + ".forward'");
  if (llvm::Error error = readInputs(*forward))
    return error;
  std::vector<bool> areTyped;
  llvm::Expected<std::vector<NamedType>> types = inputTypes(areTyped);
  if (!types)
    return types.takeError();
  llvm::Expected<MainFunction> main = MainFunction::create(context_, *types, options_);
  if (!main)
    return main.takeError();
  main_ = std::move(*main);
  calls_.emplace(context_, main_, heap_, problem_, archive_.storedBytes);

  std::vector<Item> arguments;
  std::vector<std::string> keywords;
  SmallVector<Value> untyped;
  for (auto [index, value] : llvm::enumerate(main_.inputs)) {
    arguments.push_back(calls_->make(value));
    keywords.push_back((*types)[index].name);
    if (!areTyped[index] && isa<BlockArgument>(value))
      untyped.push_back(value);
  }
  for (const auto &[name, number] : numbers_) {
    arguments.push_back(number);
    keywords.push_back(name);
  }
  for (const Input &input : inputs_)
    if (!llvm::is_contained(keywords, input.name)) {
      arguments.push_back(None());
      keywords.push_back(input.name);
    }
  calls_->setUntyped(untyped);
  Unpickled module(archive_.module, code_, heap_, *calls_, ""),
      constants(archive_.constants, code_, heap_, *calls_, "CONSTANTS");
  llvm::Expected<Item> object = module.root();
  if (!object)
    return object.takeError();
  llvm::Expected<Item> tuple = constants.root();
  if (!tuple)
    return tuple.takeError();
  const std::vector<Item> *items = itemsOf(*tuple);
  interpreter_.emplace(code_, heap_, *calls_, problem_, items ? *items : std::vector<Item>());

  std::vector<NamedValue> outputs;
  if (llvm::Error error = evaluate(*std::get<Instance *>(*object), arguments, keywords, outputs))
    return error;
  return calls_->take(std::move(outputs));
}

} // namespace

llvm::Expected<OwningOpRef<ModuleOp>> importScript(Archive archive, const ImportOptions &options,
                                                   MLIRContext &context) {
  return ScriptImport(std::move(archive), options, context).run();
}

} // namespace tandem::torch::script
