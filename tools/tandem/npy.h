#pragma once

#include "base/element_type.h"
#include "base/result.h"

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem {

/// A tensor as NumPy stores it, row by row.
struct NpyArray {
  ElementType type = ElementType::kF32;
  Shape shape;
  std::vector<std::byte> data;
};

/// Reads a .npy file of versions 1 to 3 (NumPy Enhancement Proposal 1): little-endian f2, f4, i1,
/// i2, i4, i8, u1 and b1 in C order. Errors: kCorruptData (not .npy, cut short, sizes that do not
/// fit), kUnsupported (another type, big-endian, Fortran order); `name` goes into the message.
Result<NpyArray> parseNpy(std::span<const std::byte> bytes, const std::string &name);
Result<NpyArray> readNpy(const std::string &path);

/// NumPy's name of the type that holds elements of `type`: bf16, which it has not, as its bits.
const char *numpyTypeName(ElementType type);

/// Writes version 1, atomically. kBF16, which NumPy lacks, is kUnsupported. Errors: kIo.
Status writeNpy(const std::string &path, ElementType type, std::span<const int64_t> shape,
                std::span<const std::byte> data);

} // namespace tandem
