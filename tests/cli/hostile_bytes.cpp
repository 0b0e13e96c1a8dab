#include "tests/cli/hostile_bytes.h"

namespace tandem::test {

void Message::varint(uint64_t value) {
  for (; value >= 0x80; value >>= 7)
    text_ += static_cast<char>(value | 0x80);
  text_ += static_cast<char>(value);
}

Message &Message::number(int field, uint64_t value) {
  varint(static_cast<uint64_t>(field) << 3);
  varint(value);
  return *this;
}

Message &Message::bytes(int field, std::string_view value) {
  constexpr uint64_t kOfLength = 2;
  varint(static_cast<uint64_t>(field) << 3 | kOfLength);
  varint(value.size());
  text_ += value;
  return *this;
}

std::string little(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i)
    text += static_cast<char>(value >> (8 * i));
  return text;
}

std::string patched(std::string bytes, size_t at, std::string_view others) {
  return bytes.replace(at, others.size(), others);
}

static uint32_t checksumOf(std::string_view bytes) {
  uint32_t sum = ~0u;
  for (char byte : bytes) {
    sum ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit)
      sum = sum >> 1 ^ (sum & 1 ? 0xedb88320 : 0);
  }
  return ~sum;
}

namespace {
/// Bits as deflate packs them: from the lowest of each byte on.
struct BitWriter {
  std::string bytes;
  int used = 8;

  void add(unsigned bits, int count) { // Huffman codes: the highest bit first
    for (int i = count; i-- > 0;) {
      if (used == 8) {
        bytes += '\0';
        used = 0;
      }
      bytes.back() = static_cast<char>(bytes.back() | (bits >> i & 1) << used++);
    }
  }
};
} // namespace

ZipArchive &ZipArchive::store(std::string_view name, std::string_view bytes) {
  add(name, bytes, 0, checksumOf(bytes), static_cast<uint32_t>(bytes.size()));
  return *this;
}

/// One block of fixed codes: a zero, then copies of 258 bytes from one byte before. The checksum is
/// nobody's: who unpacks so far has unpacked too much.
ZipArchive &ZipArchive::deflateZeros(std::string_view name, uint32_t count) {
  constexpr uint32_t kRun = 258;
  BitWriter bits;
  bits.add(0b1, 1);
  bits.add(0b10, 2); // fixed codes, the lowest bit first
  bits.add(0b00110000, 8);
  uint32_t runs = (count - 1) / kRun;
  for (uint32_t i = 0; i < runs; ++i) {
    bits.add(0b11000101, 8);
    bits.add(0, 5);
  }
  bits.add(0, 7);
  add(name, bits.bytes, 8, 0, 1 + runs * kRun);
  return *this;
}

void ZipArchive::add(std::string_view name, std::string_view packed, int method, uint32_t checksum,
                     uint32_t size) {
  std::string header = little(20, 2) + little(0, 2) + little(static_cast<uint64_t>(method), 2) +
                       little(0, 4) + little(checksum, 4) + little(packed.size(), 4) +
                       little(size, 4) + little(name.size(), 2) + little(0, 2);
  directory_ += "PK\1\2" + little(20, 2) + header + little(0, 10) + little(file_.size(), 4);
  directory_ += name;
  file_ += "PK\3\4" + header;
  (file_ += name) += packed;
  ++count_;
}

std::string ZipArchive::finish() const {
  return file_ + directory_ + "PK\5\6" + little(0, 4) + little(count_, 2) + little(count_, 2) +
         little(directory_.size(), 4) + little(file_.size(), 4) + little(0, 2);
}

} // namespace tandem::test
