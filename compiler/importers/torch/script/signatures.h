#pragma once

#include "compiler/importers/torch/script/items.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"

namespace tandem::torch::script {

/// The arguments of one overload of an operator, as signatures.inc has them.
struct Signature {
  struct Argument {
    llvm::StringRef kind, name; ///< "T[]", "tensors"
    bool hasDefault = false, isByName = false;
  };
  static constexpr int kList = -1;

  llvm::StringRef target; ///< "aten.cat.default"
  llvm::SmallVector<Argument> arguments;
  int results = 1; ///< or kList
};

/// The items of a call by the arguments that they are for, null where one is left out; nothing when
/// they are not what the overload takes.
std::optional<llvm::SmallVector<const Item *>>
bind(const Signature &signature, llvm::ArrayRef<Item> items, llvm::ArrayRef<std::string> keywords);

class Signatures {
public:
  Signatures();

  /// The overloads of "add" in the order to try them in; empty when it is not known.
  llvm::ArrayRef<Signature> of(llvm::StringRef operation) const;
  std::vector<std::string> targets() const;

private:
  llvm::StringMap<std::vector<Signature>> byOperation_;
};

} // namespace tandem::torch::script
