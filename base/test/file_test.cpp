#include "base/file.h"

#include <gtest/gtest.h>

#include <filesystem>

namespace tandem {
namespace {

class FileTest : public ::testing::Test {
protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) / "tandem_file_test";
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string path(const char *name) const { return (folder_ / name).string(); }

  std::filesystem::path folder_;
};

TEST_F(FileTest, ReadsBackWhatWasWrittenAndLeavesNoTemporary) {
  ASSERT_TRUE(writeFileAtomically(path("a"), "hello").ok());
  auto file = MappedFile::open(path("a"));
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(file->text(), "hello");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

TEST_F(FileTest, MapsAnEmptyFile) {
  ASSERT_TRUE(writeFileAtomically(path("empty"), "").ok());
  auto file = MappedFile::open(path("empty"));
  ASSERT_TRUE(file.ok());
  EXPECT_TRUE(file->bytes().empty());
}

TEST_F(FileTest, NamesWhatIsMissing) {
  auto file = MappedFile::open(path("nothing"));
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().code, Code::kNotFound);
  EXPECT_EQ(file.error().text(),
            path("nothing") + ": error: cannot open: No such file or directory");
}

TEST_F(FileTest, RefusesAFolder) {
  auto file = MappedFile::open(folder_.string());
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().message, "not a regular file");
}

TEST_F(FileTest, AFullDiskLeavesNoOutput) {
  Status status = writeFileAtomically(path("no/such/folder"), "x");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Code::kIo);
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
}

} // namespace
} // namespace tandem
