// Lists, tuples, dictionaries and strings.
#include "compiler/importers/common/python_range.h"
#include "compiler/importers/torch/in_place.h"
#include "compiler/importers/torch/script/builtins.h"

#include <algorithm>
#include <cmath>

namespace tandem::torch::script {

namespace {

List *listAt(const BuiltinCall &call, size_t index) {
  List *const *list = std::get_if<List *>(&call[index]);
  return list ? *list : nullptr;
}
Dictionary *dictionaryAt(const BuiltinCall &call) {
  Dictionary *const *dictionary = std::get_if<Dictionary *>(&call[0]);
  return dictionary ? *dictionary : nullptr;
}
MaybeItem notOf(BuiltinCall &call, llvm::StringRef what) {
  return call.fail("what is asked of " + what + " is asked of " + textOf(call[0]));
}
MaybeItem tooLong(BuiltinCall &call) {
  return call.fail("a list has more than " + llvm::Twine(kMostItems) + " items");
}

/// What changes its first argument: a list or dictionary that the code has made in this run.
template <MaybeItem (*change)(BuiltinCall &)> MaybeItem changing(BuiltinCall &call) {
  List *list = listAt(call, 0);
  Dictionary *dictionary = dictionaryAt(call);
  llvm::StringRef ofModule;
  if (list)
    ofModule = list->ofModule;
  else if (dictionary)
    ofModule = dictionary->ofModule;
  return ofModule.empty() ? change(call) : MaybeItem(call.fail(changesState(ofModule)));
}

std::optional<size_t> placeIn(size_t size, int64_t index) {
  auto extent = static_cast<int64_t>(size);
  if (index < -extent || index >= extent)
    return std::nullopt;
  return index < 0 ? index + extent : index;
}

MaybeItem length(BuiltinCall &call) {
  if (const std::vector<Item> *items = itemsOf(call[0]))
    return Item(static_cast<int64_t>(items->size()));
  if (const std::string *text = std::get_if<std::string>(&call[0]))
    return Item(static_cast<int64_t>(text->size()));
  if (Dictionary *dictionary = dictionaryAt(call))
    return Item(static_cast<int64_t>(dictionary->entries.size()));
  Tensor *const *tensor = std::get_if<Tensor *>(&call[0]);
  if (!tensor)
    return notOf(call, "a list");
  auto type = call.calls.type(**tensor, call.place);
  if (failed(type))
    return mlir::failure();
  if (type->getRank() == 0)
    return notOf(call, "a list");
  return Item(type->getDimSize(0));
}

/// The entry of a dictionary, or null.
Item *entryOf(Dictionary &dictionary, const Item &key, Heap &heap) {
  for (auto &[own, value] : dictionary.entries)
    if (isEqual(own, key, heap) == true)
      return &value;
  return nullptr;
}

MaybeItem getItem(BuiltinCall &call) {
  if (Dictionary *dictionary = dictionaryAt(call)) {
    Item *value = entryOf(*dictionary, call[1], call.heap);
    return value ? MaybeItem(*value)
                 : MaybeItem(call.fail("a dictionary has no " + textOf(call[1])));
  }
  const std::vector<Item> *items = itemsOf(call[0]);
  const std::string *text = std::get_if<std::string>(&call[0]);
  std::optional<int64_t> index = as<int64_t>(call[1]);
  if ((!items && !text) || !index)
    return call.fail("item " + textOf(call[1]) + " of " + textOf(call[0]));
  std::optional<size_t> place = placeIn(items ? items->size() : text->size(), *index);
  if (!place)
    return call.fail("item " + textOf(call[1]) + " of " + textOf(call[0]));
  return items ? (*items)[*place] : Item(std::string(1, (*text)[*place]));
}

MaybeItem setItem(BuiltinCall &call) {
  if (Dictionary *dictionary = dictionaryAt(call)) {
    if (Item *value = entryOf(*dictionary, call[1], call.heap))
      *value = call[2];
    else if (dictionary->entries.size() == kMostItems)
      return tooLong(call);
    else
      dictionary->entries.push_back({call[1], call[2]});
    return Item(None());
  }
  List *list = listAt(call, 0);
  std::optional<int64_t> index = as<int64_t>(call[1]);
  std::optional<size_t> place = list && index ? placeIn(list->items.size(), *index) : std::nullopt;
  if (!place)
    return call.fail("item " + textOf(call[1]) + " of " + textOf(call[0]));
  list->items[*place] = call[2];
  return call[0];
}

MaybeItem append(BuiltinCall &call) {
  List *list = listAt(call, 0);
  if (!list)
    return notOf(call, "a list");
  if (list->items.size() == kMostItems)
    return tooLong(call);
  list->items.push_back(call[1]);
  return call[0];
}

MaybeItem extend(BuiltinCall &call) {
  List *list = listAt(call, 0);
  const std::vector<Item> *more = itemsOf(call[1]);
  if (!list || !more)
    return notOf(call, "a list");
  if (list->items.size() + more->size() > kMostItems)
    return tooLong(call);
  std::vector<Item> copy = *more; // may be the list itself
  call.heap.count(weightOf(copy));
  list->items.insert(list->items.end(), copy.begin(), copy.end());
  return Item(None());
}

MaybeItem insert(BuiltinCall &call) {
  List *list = listAt(call, 0);
  std::optional<int64_t> index = as<int64_t>(call[1]);
  if (!list || !index)
    return notOf(call, "a list");
  if (list->items.size() == kMostItems)
    return tooLong(call);
  auto extent = static_cast<int64_t>(list->items.size());
  int64_t place = std::clamp<int64_t>(*index < 0 ? *index + extent : *index, 0, extent);
  list->items.insert(list->items.begin() + place, call[2]);
  return Item(None());
}

MaybeItem pop(BuiltinCall &call) {
  List *list = listAt(call, 0);
  std::optional<int64_t> index = call.size() > 1 ? as<int64_t>(call[1]) : -1;
  std::optional<size_t> place = list && index ? placeIn(list->items.size(), *index) : std::nullopt;
  if (!place)
    return notOf(call, "a list that is not empty");
  Item taken = list->items[*place];
  list->items.erase(list->items.begin() + static_cast<int64_t>(*place));
  return taken;
}

MaybeItem reverse(BuiltinCall &call) {
  List *list = listAt(call, 0);
  if (!list)
    return notOf(call, "a list");
  std::reverse(list->items.begin(), list->items.end());
  return Item(None());
}

/// A new list of the items of another, or of the characters of a string.
MaybeItem copyOfList(BuiltinCall &call) {
  if (const std::vector<Item> *items = itemsOf(call[0]))
    return Item(call.heap.list(*items));
  const std::string *text = std::get_if<std::string>(&call[0]);
  if (!text)
    return notOf(call, "a list");
  std::vector<Item> characters;
  for (char c : *text)
    characters.push_back(std::string(1, c));
  return Item(call.heap.list(std::move(characters)));
}

/// dict(): empty, a copy, or of pairs.
MaybeItem makeDictionary(BuiltinCall &call) {
  Dictionary *made = call.heap.dictionary();
  if (call.size() == 0)
    return Item(made);
  if (Dictionary *other = dictionaryAt(call)) {
    for (const auto &[key, value] : other->entries)
      call.heap.count(weightOf(key) + weightOf(value));
    made->entries = other->entries;
    return Item(made);
  }
  const std::vector<Item> *pairs = itemsOf(call[0]);
  if (!pairs)
    return notOf(call, "a dictionary");
  for (const Item &pair : *pairs) {
    const std::vector<Item> *both = itemsOf(pair);
    if (!both || both->size() != 2)
      return notOf(call, "a list of pairs");
    if (call.heap.isSpent())
      break;
    if (Item *value = entryOf(*made, (*both)[0], call.heap))
      *value = (*both)[1];
    else
      made->entries.push_back({(*both)[0], (*both)[1]});
  }
  return Item(made);
}

enum class Part { kKeys, kValues, kPairs };
template <Part part> MaybeItem partsOf(BuiltinCall &call) {
  Dictionary *dictionary = dictionaryAt(call);
  if (!dictionary)
    return notOf(call, "a dictionary");
  std::vector<Item> parts;
  for (const auto &[key, value] : dictionary->entries)
    parts.push_back(part == Part::kKeys     ? key
                    : part == Part::kValues ? value
                                            : Item(call.heap.tuple({key, value})));
  return Item(call.heap.list(std::move(parts)));
}

MaybeItem get(BuiltinCall &call) {
  Dictionary *dictionary = dictionaryAt(call);
  if (!dictionary)
    return notOf(call, "a dictionary");
  if (Item *value = entryOf(*dictionary, call[1], call.heap))
    return *value;
  return call.size() > 2 ? call[2] : Item(None());
}

MaybeItem contains(BuiltinCall &call) {
  if (Dictionary *dictionary = dictionaryAt(call))
    return Item(entryOf(*dictionary, call[1], call.heap) != nullptr);
  const std::string *text = std::get_if<std::string>(&call[0]),
                    *part = std::get_if<std::string>(&call[1]);
  if (text && part) {
    constexpr size_t kAtOnce = 64; // characters that a look compares
    call.heap.look((text->size() / kAtOnce) * (part->size() / kAtOnce));
    if (call.heap.isSpent())
      return Item(false);
    return Item(text->find(*part) != std::string::npos);
  }
  const std::vector<Item> *items = itemsOf(call[0]);
  if (!items)
    return notOf(call, "a list");
  return Item(llvm::any_of(
      *items, [&](const Item &each) { return isEqual(each, call[1], call.heap) == true; }));
}

MaybeItem erase(BuiltinCall &call) {
  Dictionary *dictionary = dictionaryAt(call);
  if (!dictionary)
    return pop(call);
  llvm::erase_if(dictionary->entries, [&](const auto &entry) {
    return isEqual(entry.first, call[1], call.heap) == true;
  });
  return Item(None());
}

/// slice(list, begin, end, step), of which all but the list may be None or absent.
MaybeItem slice(BuiltinCall &call) {
  const std::vector<Item> *items = itemsOf(call[0]);
  const std::string *text = std::get_if<std::string>(&call[0]);
  if (!items && !text)
    return notOf(call, "a list");
  auto numberAt = [&](size_t index) {
    return index < call.size() ? as<int64_t>(call[index]) : std::nullopt;
  };
  std::optional<int64_t> begin = numberAt(1), end = numberAt(2);
  int64_t step = numberAt(3).value_or(1);
  if (step == 0 || step == INT64_MIN)
    return call.fail("a list is cut by a step of " + llvm::Twine(step));
  PythonRange range = pythonRange(begin.value_or(0), end.value_or(0), step, !begin, !end,
                                  static_cast<int64_t>(items ? items->size() : text->size()));
  std::vector<Item> taken;
  std::string characters;
  for (int64_t i = 0; i < range.size; ++i) {
    if (items)
      taken.push_back((*items)[range.begin + i * step]);
    else
      characters += (*text)[range.begin + i * step];
  }
  if (text)
    return Item(characters);
  return is<Tuple *>(call[0]) ? Item(call.heap.tuple(std::move(taken)))
                              : Item(call.heap.list(std::move(taken)));
}

/// range(end), range(begin, end), range(begin, end, step).
MaybeItem range(BuiltinCall &call) {
  std::vector<int64_t> numbers;
  for (const Item &item : call.arguments) {
    std::optional<int64_t> number = as<int64_t>(item);
    if (!number)
      return call.fail("a range of " + textOf(item));
    numbers.push_back(*number);
  }
  int64_t begin = numbers.size() > 1 ? numbers[0] : 0, end = numbers[numbers.size() > 1 ? 1 : 0],
          step = numbers.size() > 2 ? numbers[2] : 1;
  std::vector<Item> items;
  for (__int128 at = begin; step > 0 ? at < end : step < 0 && at > end; at += step) {
    if (items.size() == kMostItems)
      return call.fail("a loop has more than " + llvm::Twine(kMostItems) + " rounds");
    items.push_back(static_cast<int64_t>(at));
  }
  return Item(call.heap.list(std::move(items)));
}

/// How many rounds a loop over range(begin, end, step) has.
MaybeItem rangeLength(BuiltinCall &call) {
  MaybeItem items = range(call);
  return failed(items) ? items : MaybeItem(Item(static_cast<int64_t>(itemsOf(*items)->size())));
}
/// What the counter of such a loop stands for.
MaybeItem deriveIndex(BuiltinCall &call) {
  int64_t product = 0, result = 0;
  std::optional<int64_t> index = as<int64_t>(call[0]), begin = as<int64_t>(call[1]),
                         step = as<int64_t>(call[2]);
  if (!index || !begin || !step || __builtin_mul_overflow(*index, *step, &product) ||
      __builtin_add_overflow(*begin, product, &result))
    return call.fail("a place of a loop is no integer");
  return Item(result);
}

/// A text with the arguments for its {}.
MaybeItem format(BuiltinCall &call) {
  const std::string *form = std::get_if<std::string>(&call[0]);
  if (!form)
    return notOf(call, "a string");
  std::string text;
  size_t next = 1, at = 0;
  for (size_t hole; (hole = form->find("{}", at)) != std::string::npos; at = hole + 2)
    text += form->substr(at, hole - at) + (next < call.size() ? textOf(call[next++]) : "");
  return madeText(call, text + form->substr(at));
}
MaybeItem text(BuiltinCall &call) {
  return madeText(call, textOf(call[0]));
}

template <bool wanted> MaybeItem sameness(BuiltinCall &call) {
  if (is<Unknown>(call[0]) || is<Unknown>(call[1])) // a tensor, and not None
    return Item(!wanted);
  return Item(isSame(call[0], call[1], call.heap) == wanted);
}

MaybeItem sorted(BuiltinCall &call) {
  const std::vector<Item> *items = itemsOf(call[0]);
  if (!items || !llvm::all_of(*items, [](const Item &item) {
        std::optional<double> number = numberOf(item);
        return number && !std::isnan(*number); // which has no place in an order
      }))
    return notOf(call, "a list of numbers");
  std::vector<Item> result = *items;
  llvm::sort(result, [](const Item &a, const Item &b) { return *numberOf(a) < *numberOf(b); });
  return Item(call.heap.list(std::move(result)));
}

} // namespace

void registerContainers(BuiltinTable &table) {
  constexpr auto kAlways = Builtin::kAlways;
  table.add("len", {length, 1, kAlways, false, /*isQuick=*/true});
  table.add("__getitem__", {getItem, 2, kAlways, false, /*isQuick=*/true});
  table.add("_set_item", {changing<setItem>, 3, kAlways, /*takesUnknown=*/true});
  table.add("append", {changing<append>, 2, kAlways, true, /*isQuick=*/true});
  table.add("extend", {changing<extend>, 2, kAlways});
  table.add("insert", {changing<insert>, 3, kAlways, true});
  table.add("pop", {changing<pop>, 1, kAlways});
  table.add("reverse", {changing<reverse>, 1, kAlways});
  table.add("list", {copyOfList, 1, kAlways});
  table.add("copy", {copyOfList, 1});
  table.add("dict", {makeDictionary, 0, kAlways});
  table.add("keys", {partsOf<Part::kKeys>, 1, kAlways});
  table.add("values", {partsOf<Part::kValues>, 1, kAlways});
  table.add("items", {partsOf<Part::kPairs>, 1, kAlways});
  table.add("get", {get, 2, kAlways});
  table.add("__contains__", {contains, 2, kAlways});
  table.add("Delete", {changing<erase>, 2, kAlways});
  table.add("slice", {slice, 1});
  table.add("range", {range, 1, kAlways});
  table.add("__range_length", {rangeLength, 3, kAlways});
  table.add("__derive_index", {deriveIndex, 3, kAlways});
  table.add("format", {format, 1, kAlways, true});
  table.add("str", {text, 1, kAlways, true});
  table.add("__is__", {sameness<true>, 2, kAlways, true});
  table.add("__isnot__", {sameness<false>, 2, kAlways, true});
  table.add("sorted", {sorted, 1, kAlways});
}

} // namespace tandem::torch::script
