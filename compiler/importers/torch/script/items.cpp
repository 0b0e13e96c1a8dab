#include "compiler/importers/torch/script/items.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

namespace tandem::torch::script {

/// Lists may contain themselves, and a few lines nest very many: what looks into them ends
/// somewhere.
static constexpr int kMostNested = 16, kMostLooks = 1 << 12, kNestedShown = 2;

const std::vector<Item> *itemsOf(const Item &item) {
  if (List *const *list = std::get_if<List *>(&item))
    return &(*list)->items;
  if (Tuple *const *tuple = std::get_if<Tuple *>(&item))
    return &(*tuple)->items;
  return nullptr;
}

size_t weightOf(const Item &item) {
  const std::string *text = std::get_if<std::string>(&item);
  if (const Callable *callable = std::get_if<Callable>(&item))
    text = &callable->name;
  return 1 + (text ? text->size() / sizeof(Item) : 0);
}
size_t weightOf(const std::vector<Item> &items) {
  size_t weight = 0;
  for (const Item &item : items)
    weight += weightOf(item);
  return weight;
}

std::optional<double> numberOf(const Item &item) {
  if (const int64_t *integer = std::get_if<int64_t>(&item))
    return static_cast<double>(*integer);
  if (const bool *truth = std::get_if<bool>(&item))
    return *truth;
  return as<double>(item);
}

std::optional<std::vector<int64_t>> integersOf(const Item &item) {
  const std::vector<Item> *items = itemsOf(item);
  if (!items)
    return std::nullopt;
  std::vector<int64_t> result;
  for (const Item &each : *items) {
    std::optional<int64_t> integer = as<int64_t>(each);
    if (!integer)
      return std::nullopt;
    result.push_back(*integer);
  }
  return result;
}

static bool hasUnknown(const Item &item, int nested, int &looks) {
  if (is<Unknown>(item) || --looks < 0 || nested > kMostNested)
    return true;
  const std::vector<Item> *items = itemsOf(item);
  return items && llvm::any_of(*items, [&](const Item &each) {
           return hasUnknown(each, nested + 1, looks);
         });
}
bool hasUnknown(const Item &item) {
  int looks = kMostLooks;
  return hasUnknown(item, 0, looks);
}

static std::optional<bool> isEqual(const Item &a, const Item &b, int nested, int &looks) {
  if (is<Tensor *>(a) || is<Tensor *>(b) || is<Unknown>(a) || is<Unknown>(b) ||
      nested > kMostNested || --looks < 0)
    return std::nullopt;
  if (numberOf(a) && numberOf(b))
    return is<int64_t>(a) && is<int64_t>(b) ? as<int64_t>(a) == as<int64_t>(b)
                                            : numberOf(a) == numberOf(b);
  const std::vector<Item> *left = itemsOf(a), *right = itemsOf(b);
  if (left && right && a.index() == b.index()) {
    if (left->size() != right->size())
      return false;
    for (auto [one, other] : llvm::zip(*left, *right))
      if (std::optional<bool> same = isEqual(one, other, nested + 1, looks); !same || !*same)
        return same;
    return true;
  }
  if (a.index() != b.index())
    return false;
  if (is<std::string>(a))
    return std::get<std::string>(a) == std::get<std::string>(b);
  if (is<Callable>(a))
    return std::get<Callable>(a).name == std::get<Callable>(b).name;
  if (is<Device>(a))
    return std::get<Device>(a).name == std::get<Device>(b).name;
  if (is<None>(a))
    return true;
  return std::nullopt;
}
std::optional<bool> isEqual(const Item &a, const Item &b, Heap &heap) {
  if (heap.isSpent())
    return std::nullopt;
  int looks = kMostLooks;
  std::optional<bool> same = isEqual(a, b, 0, looks);
  heap.look(kMostLooks - looks);
  return same;
}

/// What a tensor, a container or an instance is told from others by; null for other items.
static const void *objectOf(const Item &item) {
  return std::visit(
      []<typename T>(const T &value) -> const void * {
        if constexpr (std::is_pointer_v<T>)
          return value;
        else
          return nullptr;
      },
      item);
}
bool isSame(const Item &a, const Item &b, Heap &heap) {
  const void *one = objectOf(a), *other = objectOf(b);
  return one || other ? one == other : isEqual(a, b, heap) == true;
}

static void print(const Item &item, llvm::raw_ostream &into, int nested) {
  if (const std::vector<Item> *items = itemsOf(item)) {
    constexpr size_t kShown = 8;
    into << (is<List *>(item) ? "[" : "(");
    for (auto [index, each] : llvm::enumerate(*items)) {
      into << (index ? ", " : "");
      if (index == kShown || nested == kNestedShown) {
        into << "...";
        break;
      }
      print(each, into, nested + 1);
    }
    into << (is<List *>(item) ? "]" : ")");
    return;
  }
  if (const int64_t *integer = std::get_if<int64_t>(&item))
    into << *integer;
  else if (const double *real = std::get_if<double>(&item))
    into << llvm::format("%g", *real);
  else if (const bool *truth = std::get_if<bool>(&item))
    into << (*truth ? "True" : "False");
  else if (const std::string *text = std::get_if<std::string>(&item))
    into << llvm::StringRef(*text).take_front(kMostText);
  else if (const Callable *callable = std::get_if<Callable>(&item))
    into << callable->name;
  else if (const Device *device = std::get_if<Device>(&item))
    into << device->name;
  else if (Instance *const *instance = std::get_if<Instance *>(&item))
    into << "an object of " << (*instance)->className;
  else
    into << (is<Tensor *>(item)       ? "a tensor"
             : is<Dictionary *>(item) ? "a dictionary"
             : is<None>(item)         ? "None"
                                      : "an unknown value");
}
std::string textOf(const Item &item) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  print(item, stream, 0);
  return text;
}

} // namespace tandem::torch::script
