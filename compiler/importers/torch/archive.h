#pragma once

#include "compiler/importers/common/json.h"
#include "compiler/importers/torch/stored_tensor.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace tandem::torch {

/// What a .pt2 file of torch.export holds: the program as JSON, and its tensors by their full
/// names.
struct Archive {
  Json program;
  std::map<std::string, StoredTensor> weights;   ///< parameters and buffers ("conv.weight")
  std::map<std::string, StoredTensor> constants; ///< lifted tensors, and buffers that are not saved
};

/// Whether these bytes are a zip whose files are those of torch.export. Looks at the file names
/// only.
bool isTorchArchive(std::string_view bytes);

/// Whether these bytes are a pickle by itself, as torch.save() wrote before PyTorch 1.6.
bool isPickle(std::string_view bytes);
/// What to do instead of giving weights alone, or a pickled model.
llvm::Error refusePickle();

/// Reads all three layouts:
///   2.6, 2.7  serialized_exported_program.json, serialized_state_dict.pt, serialized_constants.pt
///   2.8       <root>/models/<model>.json, <root>/data/weights/<model>.pt,
///   data/constants/<model>.pt 2.9 on    the same with <model>_weights_config.json and a file of
///   raw elements for each tensor
/// in which <root> may be missing.
/// `release` as in ImportOptions.
llvm::Expected<Archive> readArchive(std::string_view bytes,
                                    const std::function<void()> &release = nullptr);

} // namespace tandem::torch
