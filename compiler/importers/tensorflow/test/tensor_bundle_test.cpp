// Tables and the variables that they list, right and wrong ones, written here.

#include "compiler/importers/tensorflow/tensor_bundle.h"

#include "compiler/importers/tensorflow/crc32c.h"
#include "compiler/importers/tensorflow/proto/tensor_bundle.pb.h"
#include "compiler/importers/tensorflow/sorted_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem::tensorflow {
namespace {

using testing::HasSubstr;

template <typename T> std::string little(T value) {
  return std::string(reinterpret_cast<const char *>(&value), sizeof(value));
}

std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7)
    bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

/// An entry whose key has `shared` bytes of the one before.
std::string entry(uint64_t shared, const std::string &rest, const std::string &value) {
  return varint(shared) + varint(rest.size()) + varint(value.size()) + rest + value;
}

/// A table of one block, whose entries are given.
class Table {
public:
  std::string bytes(const std::string &entries, char compression = 0) {
    file_.clear();
    std::string data = add(entries + little<uint32_t>(0) + little<uint32_t>(1), compression);
    std::string index = add(entry(0, "z", data) + little<uint32_t>(0) + little<uint32_t>(1), 0);
    std::string footer = varint(0) + varint(0) + index;
    footer.resize(40);
    return file_ + footer + little<uint64_t>(0xdb4775248b80fb57);
  }

private:
  /// Appends a block; gives its place.
  std::string add(const std::string &block, char compression) {
    std::string place = varint(file_.size()) + varint(block.size());
    std::string checked = block + compression;
    file_ += checked + little(maskedCrc(crc32c(checked)));
    return place;
  }
  std::string file_;
};

std::string messageOf(const std::string &file) {
  llvm::Expected<SortedTable> table = readSortedTable(file);
  return table ? "fine" : llvm::toString(table.takeError());
}

TEST(Crc32c, IsCastagnolis) {
  // RFC 3720, appendix B.4
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c("56789", crc32c("1234")), 0xe3069283u);
}

TEST(SortedTable, PutsSharedPartsOfKeysBack) {
  std::string file =
      Table().bytes(entry(0, "", "header") + entry(0, "conv/bias", "1") + entry(5, "kernel", "2"));
  llvm::Expected<SortedTable> table = readSortedTable(file);
  ASSERT_TRUE(bool(table)) << llvm::toString(table.takeError());
  EXPECT_THAT(*table,
              testing::ElementsAre(testing::Pair("", "header"), testing::Pair("conv/bias", "1"),
                                   testing::Pair("conv/kernel", "2")));
}

TEST(SortedTable, RefusesCompressedBlocksByName) {
  EXPECT_THAT(messageOf(Table().bytes(entry(0, "k", "v"), 1)),
              HasSubstr("the table is compressed with snappy, which is not supported"));
  EXPECT_THAT(messageOf(Table().bytes(entry(0, "k", "v"), 7)),
              HasSubstr("the table is compressed with method 7"));
}

TEST(SortedTable, RefusesEntriesThatLieAboutTheirSizes) {
  EXPECT_THAT(messageOf(Table().bytes(entry(3, "k", "v"))),
              HasSubstr("a key that shares 3 of 0 bytes and has 1 more"));
  EXPECT_THAT(messageOf(Table().bytes(varint(0) + varint(1) + varint(UINT64_MAX) + "k")),
              HasSubstr("an entry ends behind its block"));
  EXPECT_THAT(messageOf(Table().bytes(varint(0) + varint(UINT64_MAX) + varint(0))),
              HasSubstr("bytes and has 18446744073709551615 more"));
}

/// Keys that each share 4000 bytes take a few bytes of the file and 4000 of memory.
TEST(SortedTable, BoundsTheMemoryOfItsKeys) {
  std::string entries = entry(0, std::string(4000, 'k'), "");
  for (int i = 0; i < 20000; ++i)
    entries += entry(4000, "x", "");
  EXPECT_THAT(messageOf(Table().bytes(entries)),
              HasSubstr("more entries than the file has room for"));
}

TEST(SortedTable, RefusesWhatIsNone) {
  EXPECT_EQ(messageOf(""), "not a table: 0 bytes, expected at least 48");
  EXPECT_EQ(messageOf(std::string(100, 'x')), "not a table: its last bytes are not a footer");
  std::string good = Table().bytes(entry(0, "k", "v"));
  EXPECT_EQ(messageOf(good), "fine");
  good[0] ^= 1;
  EXPECT_EQ(messageOf(good), "the table is damaged: the checksum of the block at 0 does not match");
}

std::string header(int32_t endianness = 0) {
  proto::BundleHeaderProto record;
  record.set_num_shards(1);
  record.set_endianness(endianness);
  return record.SerializeAsString();
}

TEST(BundleIndex, NeedsALittleEndianHeader) {
  auto message = [](const std::string &entries) {
    llvm::Expected<BundleIndex> index = readBundleIndex(Table().bytes(entries));
    return index ? "fine" : llvm::toString(index.takeError());
  };
  EXPECT_EQ(message(entry(0, "", header())), "fine");
  EXPECT_EQ(message(entry(0, "", header(1))), "it was written on a big-endian machine");
  EXPECT_EQ(message(entry(0, "k", "")), "it has no header");
  EXPECT_EQ(message(entry(0, "", header()) + entry(0, "k", "\xff")),
            "the entry of 'k' cannot be read");
}

TEST(BundleEntry, FitsItsShapeAndItsShard) {
  std::string shard = "....12345678";
  BundleEntry good{static_cast<int32_t>(DataType::kFloat), 0, {2}, 4, 8,
                   maskedCrc(crc32c("12345678"))};
  auto message = [&](const BundleEntry &entry) {
    llvm::Expected<Elements> elements = readEntry(entry, shard);
    return elements ? "fine" : llvm::toString(elements.takeError());
  };
  EXPECT_EQ(message(good), "fine");
  BundleEntry entry = good;
  entry.offset = 5;
  EXPECT_EQ(message(entry), "it takes 8 bytes at 5, the file has 12");
  entry.offset = UINT64_MAX;
  EXPECT_EQ(message(entry), "it takes 8 bytes at 18446744073709551615, the file has 12");
  entry = good;
  entry.shape = {1 << 30, 1 << 30, 1 << 30};
  EXPECT_THAT(message(entry), HasSubstr("of float32 does not fit its 8 bytes"));
  entry = good;
  entry.type = static_cast<int32_t>(DataType::kString);
  EXPECT_EQ(message(entry), "elements of string are not supported");
  entry = good;
  entry.maskedCrc ^= 1;
  EXPECT_EQ(message(entry), "its checksum does not match, the file is damaged");
  entry = good;
  entry.isSliced = true;
  EXPECT_EQ(message(entry), "it is stored in slices, which is not supported");
}

} // namespace
} // namespace tandem::tensorflow
