#pragma once

#include "compiler/importers/torch/script/limits.h"
#include "compiler/importers/torch/script/syntax.h"

#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tandem::torch::script {

struct Tensor; // tensors.h
struct List;
struct Tuple;
struct Dictionary;
struct Instance;

struct None {};
/// What an unsupported operator would have made. What is computed of it is unknown as well.
struct Unknown {};
struct Device {
  std::string name;
};
/// A function, a class or a member of an enumeration by its whole name, as in
/// "__torch__.torch.nn.functional.relu".
struct Callable {
  std::string name;
};

/// A value of TorchScript's code. What a pointer leads to lives as long as the import (Heap), and
/// is shared as Python's objects are.
using Item = std::variant<None, Unknown, bool, int64_t, double, std::string, Device, Callable,
                          Tensor *, List *, Tuple *, Dictionary *, Instance *>;

struct List {
  std::vector<Item> items;
  std::string ofModule = {}; ///< its name in the archive that has it, which every run begins with
};
struct Tuple {
  std::vector<Item> items;
  const Class *names = nullptr; ///< of a tuple with names
};
struct Dictionary {
  std::vector<std::pair<Item, Item>> entries; ///< in the order of their making
  std::string ofModule = {};                  ///< as of a list
};
/// A module, or another object of a class of the code.
struct Instance {
  std::string className;
  std::map<std::string, Item> attributes;
  Item saved = None(); ///< of an object of C++: a tuple, which it is made of
};

/// How many items' place an item takes: texts are copied along with it.
size_t weightOf(const Item &item);
size_t weightOf(const std::vector<Item> &items);

/// Owns containers; they may contain themselves.
class Heap {
public:
  List *list(std::vector<Item> items) {
    count(weightOf(items));
    return &lists_.emplace_back(List{.items = std::move(items)});
  }
  Tuple *tuple(std::vector<Item> items, const Class *names = nullptr) {
    count(weightOf(items));
    return &tuples_.emplace_back(Tuple{std::move(items), names});
  }
  /// Items that were put into a container that is there.
  void count(size_t items) { items_ += items; }
  /// Items that a call goes through.
  void look(size_t items) { looks_ += items; }
  /// Whether the code has made or gone through more than a model would. Nothing is ever given back.
  bool isSpent() const { return items_ > kMostItemsInAll || looks_ > kMostLooksInAll; }
  Dictionary *dictionary() { return &dictionaries_.emplace_back(); }
  Instance *instance(std::string className) {
    return &instances_.emplace_back(Instance{std::move(className), {}});
  }

private:
  size_t items_ = 0, looks_ = 0;
  std::deque<List> lists_;
  std::deque<Tuple> tuples_;
  std::deque<Dictionary> dictionaries_;
  std::deque<Instance> instances_;
};

template <typename T> bool is(const Item &item) {
  return std::holds_alternative<T>(item);
}
template <typename T> std::optional<T> as(const Item &item) {
  const T *value = std::get_if<T>(&item);
  return value ? std::optional<T>(*value) : std::nullopt;
}
/// Of a list or a tuple.
const std::vector<Item> *itemsOf(const Item &item);
/// Of an integer, a real number or a truth value.
std::optional<double> numberOf(const Item &item);
/// Of a list or a tuple of integers.
std::optional<std::vector<int64_t>> integersOf(const Item &item);
/// Whether the item is unknown, or a list or tuple with such an item in it.
bool hasUnknown(const Item &item);
/// Equal by value; nothing when there is a tensor or what is unknown, or `heap` is spent.
std::optional<bool> isEqual(const Item &a, const Item &b, Heap &heap);
/// Whether it is the same object; what is no object is compared by value.
bool isSame(const Item &a, const Item &b, Heap &heap);
/// As messages have it: "3", "a tensor", "[1, 2]".
std::string textOf(const Item &item);

} // namespace tandem::torch::script
