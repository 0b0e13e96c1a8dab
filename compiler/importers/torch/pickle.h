#pragma once

#include "compiler/importers/torch/stored_tensor.h"

#include <map>
#include <string>

namespace tandem::torch {

/// A tensor in a pickle; its bytes are the file data/<storage> beside it.
struct PickledTensor {
  ScalarType type = ScalarType::kFloat;
  std::string storage = {};
  int64_t offset = 0;
  llvm::SmallVector<int64_t> sizes = {}, strides = {};
};

/// Reads the pickle that torch.save makes of a dictionary of tensors (or of one tensor, with one
/// entry under the name ""). Nothing is executed: of the functions that a pickle can name, the four
/// that such a dictionary needs are known, and any other is refused by name.
llvm::Expected<std::map<std::string, PickledTensor>> readTensorPickle(std::string_view bytes);

} // namespace tandem::torch
