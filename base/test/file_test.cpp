#include "base/file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <sys/stat.h>

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

TEST_F(FileTest, SaysThatANameIsEmpty) {
  auto file = MappedFile::open("");
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().text(), "error: the file's name is empty");
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

TEST_F(FileTest, NeitherReadsNorReplacesAFifo) {
  ASSERT_EQ(mkfifo(path("fifo").c_str(), 0600), 0);
  EXPECT_FALSE(MappedFile::open(path("fifo")).ok()) << "and does not wait for a writer";
  Status status = writeFileAtomically(path("fifo"), "x");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "cannot write: not a regular file");
  EXPECT_TRUE(std::filesystem::is_fifo(path("fifo")));
}

TEST_F(FileTest, WritesThroughALinkAndRefusesOneThatLeadsNowhere) {
  ASSERT_TRUE(writeFileAtomically(path("target"), "old").ok());
  std::filesystem::create_symlink(path("target"), path("link"));
  ASSERT_TRUE(writeFileAtomically(path("link"), "new").ok());
  EXPECT_TRUE(std::filesystem::is_symlink(path("link")));
  EXPECT_EQ(MappedFile::open(path("target"))->text(), "new");
  std::filesystem::create_symlink(path("nothing"), path("dangling"));
  EXPECT_FALSE(writeFileAtomically(path("dangling"), "x").ok());
}

} // namespace
} // namespace tandem
