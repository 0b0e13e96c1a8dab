#pragma once

// Names of the HDF5 file format; not for use outside the reader.

#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace tandem::keras::hdf5 {

enum MessageType : uint16_t {
  kNil = 0x00,
  kDataspace = 0x01,
  kDatatype = 0x03,
  kExternalFiles = 0x07,
  kLayout = 0x08,
  kFilters = 0x0b,
  kAttribute = 0x0c,
  kContinuation = 0x10,
  kSymbolTable = 0x11,
};

/// The bytes from `offset` on; none when that is outside.
inline std::string_view from(std::string_view bytes, uint64_t offset) {
  return offset < bytes.size() ? bytes.substr(offset) : std::string_view();
}
inline std::optional<std::string_view> slice(std::string_view bytes, uint64_t offset,
                                             uint64_t size) {
  if (offset > bytes.size() || size > bytes.size() - offset)
    return std::nullopt;
  return bytes.substr(offset, size);
}

inline llvm::Error damaged(const llvm::Twine &what) {
  return llvm::createStringError("the HDF5 file is damaged: " + what);
}

} // namespace tandem::keras::hdf5
