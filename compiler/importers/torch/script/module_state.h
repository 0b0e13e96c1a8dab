#pragma once

#include "compiler/importers/torch/script/items.h"
#include "compiler/importers/torch/script/place.h"

#include <set>

namespace tandem::torch::script {

/// An attribute of an object.
using AttributeKey = std::pair<const Instance *, std::string>;

/// What code reads and gives of its modules' attributes: a model is one run's, and must find at the
/// next what it found at this one.
class ModuleState {
public:
  /// That the code read what the archive has.
  void read(const AttributeKey &key) { read_.insert(key); }
  bool isRead(const AttributeKey &key) const { return read_.count(key) != 0; }
  void forgetRead(const AttributeKey &key) { read_.erase(key); }
  bool isGiven(const AttributeKey &key) const { return given_.count(key) != 0; }
  void give(Instance &object, const std::string &name, Item value, const Place &place);

  /// That `inner` was reached as an attribute of `object`.
  void reach(const Instance &object, llvm::StringRef name, const Instance &inner);
  /// "layer1.0", of the outermost module "".
  std::string pathOf(const Instance &object) const;

  /// That the next run finds the modules as this one has, in what it reads of them.
  mlir::LogicalResult check(Heap &heap, Problem &problem) const;

private:
  /// An attribute that the code has given a value.
  struct Given {
    std::optional<Item> before; ///< in the archive; nothing when it has none of the name
    Place place;
  };
  std::string pathOf(const Instance &object, llvm::StringRef name) const;

  std::set<AttributeKey> read_; ///< before they were given
  std::map<AttributeKey, Given> given_;
  std::map<const Instance *, std::string> paths_; ///< of modules, by how they were reached
};

/// The attribute that a statement sets so as to warn at the first run only, or null:
///   if not OBJECT.NAME: warn("..."); OBJECT.NAME = True
/// What holds for one run does for all then, as far as the attribute is read nowhere before.
const Expr *flagOfWarning(const Statement &statement);

} // namespace tandem::torch::script
