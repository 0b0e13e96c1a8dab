#include "compiler/importers/torch/script/unpickled.h"

namespace tandem::torch::script {

/// Modules of real models nest some ten levels deep.
static constexpr int kMostNested = 200;
/// A pickle can refer to one text again and again, and each becomes a copy.
static constexpr size_t kLongestName = 4096;

llvm::Expected<Item> Unpickled::root() {
  return item(file_.pickle.root, name_, 0);
}

/// What comes twice is one object, also where it holds itself.
llvm::Expected<Item> Unpickled::item(size_t place, const std::string &name, int depth) {
  auto made = made_.find(place);
  if (made != made_.end())
    return made->second;
  heap_.count(1 + name.size() / sizeof(Item));
  if (heap_.isSpent())
    return llvm::createStringError("the archive has more objects than a model would");
  if (depth > kMostNested)
    return llvm::createStringError("the archive's objects are nested more than " +
                                   llvm::Twine(kMostNested) + " levels deep");
  return make(place, name, depth);
}

llvm::Expected<Item> Unpickled::make(size_t place, const std::string &name, int depth) {
  const PickledValue &value = file_.pickle.values[place];
  switch (value.kind) {
  case PickledValue::kBool:
    return Item(value.number != 0);
  case PickledValue::kInt:
    return Item(value.number);
  case PickledValue::kReal:
    return Item(value.real);
  case PickledValue::kString:
    heap_.count(weightOf(value.text));
    return Item(value.text);
  case PickledValue::kTensor:
    tensors_.push_back(file_.stored(*value.tensor));
    return made_[place] = calls_.weight(tensors_.back(), name);
  case PickledValue::kList: {
    List *list = heap_.list({});
    list->ofModule = name;
    made_[place] = list;
    if (llvm::Error error = fill(list->items, value, name, depth))
      return error;
    return Item(list);
  }
  case PickledValue::kTuple: {
    Tuple *tuple = heap_.tuple({});
    made_[place] = tuple;
    if (llvm::Error error = fill(tuple->items, value, name, depth))
      return error;
    return Item(tuple);
  }
  case PickledValue::kDict: {
    Dictionary *dictionary = heap_.dictionary();
    dictionary->ofModule = name;
    made_[place] = dictionary;
    std::vector<Item> items;
    if (llvm::Error error = fill(items, value, name, depth))
      return error;
    for (size_t i = 0; i + 1 < items.size(); i += 2)
      dictionary->entries.push_back({items[i], items[i + 1]});
    return Item(dictionary);
  }
  case PickledValue::kInstance: {
    Instance *instance = heap_.instance(value.text);
    made_[place] = instance;
    if (llvm::Error error = fill(*instance, value, name, depth))
      return error;
    return Item(instance);
  }
  case PickledValue::kEnum:
    return member(value);
  default: // functions and storages, which nothing asks for
    return Item(None());
  }
}

static bool isLiteral(const Expr &expr, const PickledValue &value) {
  switch (value.kind) {
  case PickledValue::kString:
    return expr.kind == Expr::kString && expr.text == value.text;
  case PickledValue::kInt:
    return expr.kind == Expr::kInteger && expr.integer == value.number;
  case PickledValue::kReal:
    return expr.kind == Expr::kReal && expr.real == value.real;
  default:
    return false;
  }
}

/// Code calls a member of an enumeration "__torch__.module.Class.MEMBER".
llvm::Expected<Item> Unpickled::member(const PickledValue &value) {
  llvm::Expected<Code::Found> found = code_.find(value.text);
  if (!found)
    return found.takeError();
  heap_.count(value.text.size() / sizeof(Item));
  if (found->type) {
    heap_.look(found->type->fields.size());
    for (const Parameter &field : found->type->fields)
      if (field.byDefault && isLiteral(*field.byDefault, file_.pickle.values[value.items.front()]))
        return Item(Callable{value.text + "." + field.name});
  }
  return llvm::createStringError("the archive's code has no such member of '" + value.text + "'");
}

llvm::Error Unpickled::fill(std::vector<Item> &items, const PickledValue &value,
                            const std::string &name, int depth) {
  for (auto [index, place] : llvm::enumerate(value.items)) {
    llvm::Expected<Item> each = item(place, name + "." + std::to_string(index), depth + 1);
    if (!each)
      return each.takeError();
    items.push_back(std::move(*each));
  }
  return llvm::Error::success();
}

/// The state of a module is a dictionary of its attributes, that of objects of C++ a tuple.
llvm::Error Unpickled::fill(Instance &instance, const PickledValue &value, const std::string &name,
                            int depth) {
  if (file_.pickle.item(value, 0, PickledValue::kTuple)) {
    llvm::Expected<Item> saved = item(value.items[0], name, depth + 1);
    if (!saved)
      return saved.takeError();
    instance.saved = std::move(*saved);
  }
  const PickledValue *state = file_.pickle.item(value, 0, PickledValue::kDict);
  if (!state)
    return llvm::Error::success();
  for (size_t i = 0; i + 1 < state->items.size(); i += 2) {
    const PickledValue *key = file_.pickle.item(*state, i, PickledValue::kString);
    if (!key)
      continue;
    std::string inner = name.empty() ? key->text : name + "." + key->text;
    if (inner.size() > kLongestName)
      return llvm::createStringError("the name of an attribute has " + llvm::Twine(inner.size()) +
                                     " characters");
    llvm::Expected<Item> each = item(state->items[i + 1], inner, depth + 1);
    if (!each)
      return each.takeError();
    instance.attributes[key->text] = std::move(*each);
  }
  return llvm::Error::success();
}

} // namespace tandem::torch::script
