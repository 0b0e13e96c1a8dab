#pragma once

#include "compiler/importers/common/zip_file.h"
#include "compiler/importers/torch/pickle.h"
#include "compiler/importers/torch/stored_tensor.h"

namespace tandem::torch::script {

/// A pickle of the archive, and the bytes of the tensors in it.
struct PickleFile {
  Pickle pickle;
  std::map<std::string, Bytes> storages; ///< by the names that the pickle has

  /// A tensor of the pickle, whose bytes are there.
  StoredTensor stored(const PickledTensor &tensor) const {
    return {tensor.type, tensor.sizes, tensor.strides, tensor.offset, storages.at(tensor.storage)};
  }
};

/// What torch.jit.save has written.
struct Archive {
  std::map<std::string, Bytes> code; ///< by paths from the archive's root
  PickleFile module;                 ///< the object tree
  PickleFile constants;              ///< what the code calls CONSTANTS: a tuple
  std::optional<Pickle> inputs;      ///< of a traced model, those that it was traced with
  uint64_t storedBytes = 0;
};

/// Whether the zip has TorchScript's code in it, and not weights alone.
bool hasCode(const ZipFile &zip);
llvm::Expected<Archive> readArchive(const ZipFile &zip);

} // namespace tandem::torch::script
