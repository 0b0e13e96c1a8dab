#pragma once

#include "llvm/ADT/StringRef.h"

namespace tandem::torch {

/// How the result of an operator lies to its operand.
enum class Sharing {
  kNone,  ///< in memory of its own
  kSame,  ///< it is the operand itself
  kPart,  ///< some of the operand's elements
  kShape, ///< all of them, in another shape
  kSwap,  ///< all of them, and the same call leads back
  kView,  ///< it looks into the operand in a way that does not lead back
  kMaybe, ///< looks into it or is a copy, by how the operand lies in memory
};

/// `operation` without its overload: "transpose"; `isView` as OpTable has it.
Sharing sharingOf(llvm::StringRef operation, bool isView);

/// Whether an operator changes how a tensor looks into its memory and nothing in it: "unsqueeze_".
bool changesShapeOnly(llvm::StringRef operation);

} // namespace tandem::torch
