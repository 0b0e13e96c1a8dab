#pragma once

#include "compiler/importers/torch/script/items.h"
#include "compiler/importers/torch/sharing.h"
#include "compiler/importers/torch/stored_tensor.h"

#include "mlir/IR/Value.h"

namespace tandem::torch::script {

/// What tensors of one memory have in common. The graph's values never change: who writes to a
/// tensor makes another value, and the others find their own to be old.
struct Memory {
  uint64_t writes = 0;
  /// Where a tensor was changed of which PyTorch alone knows whether it was a copy; "" when none
  /// was.
  std::string unclear = {};
};

/// A call that made a tensor, to be made again of another value of its operand.
struct MadeBy {
  std::string operation = {}; ///< "transpose", without its overload
  std::vector<Item> arguments = {};
  std::vector<std::string> keywords = {};
  Sharing sharing = Sharing::kNone;
  size_t result = 0; ///< in the list or tuple that it makes
};

/// A tensor of the code.
struct Tensor {
  mlir::Value value = nullptr; ///< null: it is stored, and becomes a constant where it is used
  const StoredTensor *stored = nullptr;
  std::string name = {}; ///< of a weight, in the archive
  Memory *memory =
      nullptr;          ///< of its own; null: that of the tensor that it looks into, or a weight's
  uint64_t writes = 0;  ///< of its memory, when the value was made
  Tensor *of = nullptr; ///< the tensor that it looks into
  int links = 0;        ///< from there on to one that looks into none
  MadeBy how = {};      ///< with `of` as its first argument

  Memory *itsMemory() const {
    const Tensor *at = this;
    while (at->of)
      at = at->of;
    return at->memory;
  }
};
inline constexpr int kMostLinks = 100; ///< a model's layers compute something in between

} // namespace tandem::torch::script
