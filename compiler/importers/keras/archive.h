#pragma once

#include "compiler/importers/common/json.h"
#include "compiler/importers/common/zip_file.h"

#include <string_view>

namespace tandem::keras {

/// A .keras file of Keras 3 (and of 2.12 on): a zip of the architecture and an HDF5 file of
/// weights.
struct Archive {
  Json config;
  int kerasMajor = 3;
  std::optional<std::string_view> weights; ///< nothing when the file has none
  Bytes unpacked; ///< what they look at, unless they are in the file as they are
};

/// Whether these bytes are a zip with a model of Keras. Looks at the file names only.
bool isKerasArchive(std::string_view bytes);

llvm::Expected<Archive> readArchive(std::string_view bytes);

} // namespace tandem::keras
