#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace tandem::cpu {

/// Generated code, mapped into memory. The image is an ELF shared object that needs nothing from
/// outside; one that asks for relocations, imports, constructors or thread-locals is refused, and
/// so is one whose tables point outside it.
class CodeImage {
public:
  static Result<CodeImage> map(std::span<const std::byte> file, std::string_view subject);

  CodeImage(CodeImage &&other) noexcept;
  CodeImage &operator=(CodeImage &&other) noexcept;
  ~CodeImage();

  /// Null when there is no such function.
  void *find(const std::string &name) const;

private:
  CodeImage() = default;
  Status load(std::span<const std::byte> file, std::string_view subject);
  Status readDynamic(uint64_t offset, uint64_t size, std::string_view subject);

  std::byte *base_ = nullptr;
  uint64_t span_ = 0;                    ///< bytes mapped
  uint64_t codeBegin_ = 0, codeEnd_ = 0; ///< the executable segment
  uint64_t symbols_ = 0, symbolCount_ = 0, strings_ = 0, stringSize_ = 0;
};

} // namespace tandem::cpu
