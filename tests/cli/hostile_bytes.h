#pragma once

// Files as nobody's framework writes them, byte by byte.

#include <cstdint>
#include <string>
#include <string_view>

namespace tandem::test {

/// A message of protocol buffers, field by field.
class Message {
public:
  Message &number(int field, uint64_t value);
  Message &bytes(int field, std::string_view value); ///< strings and messages too
  const std::string &text() const { return text_; }
  operator std::string_view() const { return text_; }

private:
  void varint(uint64_t value);

  std::string text_;
};

/// A zip archive.
class ZipArchive {
public:
  ZipArchive &store(std::string_view name, std::string_view bytes);
  /// 258 bytes for every two of the file.
  ZipArchive &deflateZeros(std::string_view name, uint32_t count);
  std::string finish() const;

private:
  void add(std::string_view name, std::string_view packed, int method, uint32_t checksum,
           uint32_t size);

  std::string file_, directory_;
  uint16_t count_ = 0;
};

/// Little-endian numbers of so many bytes.
std::string little(uint64_t value, int bytes);
/// `bytes` with others in the place of those at `at`.
std::string patched(std::string bytes, size_t at, std::string_view others);

} // namespace tandem::test
