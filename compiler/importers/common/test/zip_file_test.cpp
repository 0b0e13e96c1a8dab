#include "compiler/importers/common/zip_file.h"

#include "llvm/Support/CRC.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tandem {
namespace {

void put(std::string &into, std::initializer_list<std::pair<uint64_t, int>> numbers) {
  for (auto [number, bytes] : numbers)
    for (int i = 0; i < bytes; ++i)
      into += static_cast<char>(number >> (8 * i));
}

/// An archive of one stored file that its directory has under the names "0", "1", ...
std::string oneFileOfManyNames(const std::string &content, int names) {
  uint32_t checksum = llvm::crc32(
               llvm::ArrayRef(reinterpret_cast<const uint8_t *>(content.data()), content.size())),
           size = content.size();
  std::string archive;
  put(archive,
      {{0x04034b50, 4}, {20, 2}, {0, 8}, {checksum, 4}, {size, 4}, {size, 4}, {1, 2}, {0, 2}});
  archive += "0" + content;
  uint32_t directory = archive.size();
  for (int i = 0; i < names; ++i) {
    std::string name = std::to_string(i);
    uint32_t length = name.size();
    put(archive, {{0x02014b50, 4}, {20, 2}, {20, 2}, {0, 8}, {checksum, 4}, {size, 4}, {size, 4}});
    put(archive, {{length, 2}, {0, 2}, {0, 2}, {0, 2}, {0, 2}, {0, 4}, {0, 4}});
    archive += name;
  }
  uint32_t end = archive.size(), count = names;
  put(archive, {{0x06054b50, 4},
                {0, 4},
                {count, 2},
                {count, 2},
                {end - directory, 4},
                {directory, 4},
                {0, 2}});
  return archive;
}

TEST(ZipFile, RefusesAFileThatIsReadUnderManyNames) {
  constexpr int kNames = 200;
  std::string archive = oneFileOfManyNames(std::string(1 << 20, 'a'), kNames);
  llvm::Expected<ZipFile> zip = ZipFile::open(archive, "the archive");
  ASSERT_TRUE(bool(zip)) << llvm::toString(zip.takeError());
  int read = 0;
  std::string message;
  while (read < kNames && message.empty()) {
    llvm::Expected<Bytes> bytes = zip->read(std::to_string(read));
    if (bytes)
      ++read;
    else
      message = llvm::toString(bytes.takeError());
  }
  EXPECT_GT(read, 60);
  EXPECT_LT(read, 100);
  EXPECT_THAT(message, ::testing::EndsWith(": no model is packed so well"));
}

} // namespace
} // namespace tandem
