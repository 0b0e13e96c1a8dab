#pragma once

#include "compiler/importers/torch/stored_tensor.h"

#include <map>
#include <string>

namespace tandem::torch {

/// The whole of a torch.save file: a zip with data.pkl and one file per storage.
llvm::Expected<std::map<std::string, StoredTensor>> readTorchSave(std::string_view bytes,
                                                                  llvm::StringRef what);

} // namespace tandem::torch
