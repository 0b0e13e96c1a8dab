#include "compiler/importers/torch/sharing.h"

#include "llvm/ADT/StringSwitch.h"

namespace tandem::torch {

Sharing sharingOf(llvm::StringRef operation, bool isView) {
  if (!isView)
    return Sharing::kNone;
  return llvm::StringSwitch<Sharing>(operation)
      .Cases({"alias", "detach", "detach_", "lift_fresh"}, Sharing::kSame)
      .Cases({"dropout", "dropout_", "feature_dropout", "feature_dropout_"}, Sharing::kSame)
      .Cases({"alpha_dropout", "alpha_dropout_"}, Sharing::kSame)
      .Cases({"slice", "select", "narrow"}, Sharing::kPart)
      .Cases({"view", "view_as", "unsqueeze", "squeeze", "unflatten"}, Sharing::kShape)
      .Cases({"atleast_1d", "atleast_2d", "atleast_3d"}, Sharing::kShape)
      .Cases({"transpose", "swapaxes", "swapdims", "t", "numpy_T"}, Sharing::kSwap)
      .Cases({"permute", "movedim", "moveaxis", "expand", "expand_as"}, Sharing::kView)
      .Cases({"broadcast_to", "broadcast_tensors", "meshgrid"}, Sharing::kView)
      .Cases({"split", "split_with_sizes", "chunk", "unbind", "diagonal", "unfold"}, Sharing::kView)
      .Cases({"unsafe_split", "unsafe_split_with_sizes", "unsafe_chunk"}, Sharing::kView)
      .Cases({"tensor_split", "hsplit", "vsplit", "dsplit"}, Sharing::kView)
      .Default(Sharing::kMaybe);
}

bool changesShapeOnly(llvm::StringRef operation) {
  return llvm::StringSwitch<bool>(operation)
      .Cases({"unsqueeze_", "squeeze_", "transpose_", "t_", "swapaxes_", "swapdims_"}, true)
      .Default(false);
}

} // namespace tandem::torch
