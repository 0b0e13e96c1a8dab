#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace tandem {

/// Reads little-endian numbers from bytes, front to back. A read past the end gives zero (or no
/// bytes) and makes ok() false for good, so that a reader checks once per record and not per field.
class ByteCursor {
public:
  explicit ByteCursor(std::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  bool atEnd() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

  uint8_t u8() { return number<uint8_t>(); }
  uint16_t u16() { return number<uint16_t>(); }
  uint32_t u32() { return number<uint32_t>(); }
  uint64_t u64() { return number<uint64_t>(); }
  double f64BigEndian() {
    uint64_t bits = __builtin_bswap64(u64());
    double value;
    std::memcpy(&value, &bits, sizeof(value));
    return value;
  }

  std::string_view take(uint64_t count) {
    if (count > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }
  void skip(uint64_t count) { take(count); }

private:
  template <typename T> T number() { // every target of Tandem is little-endian
    std::string_view bytes = take(sizeof(T));
    T value = 0;
    if (!bytes.empty())
      std::memcpy(&value, bytes.data(), sizeof(T));
    return value;
  }

  std::string_view rest_;
  bool ok_ = true;
};

} // namespace tandem
