// Broken bundles through the whole program: one sentence that names the file, exit code 1, nothing
// written. bundle/test flips every bit of a bundle; here are some of every part.

#include "bundle/layout.h"
#include "bundle/reader.h"
#include "tests/cli/small_model.h"

#include <gmock/gmock.h>

#include <cstring>

namespace tandem::test {
namespace {

using ::testing::ElementsAre;

class BadBundles : public SmallModel {
protected:
  void SetUp() override {
    SmallModel::SetUp();
    compile();
    good_ = readBytes(path("m.tandem"));
    arguments_ = runArguments({"--save", path("out")});
    std::replace(arguments_.begin(), arguments_.end(), path("m.tandem"), path("bad.tandem"));
  }

  /// What a run of these bytes is refused with; "" when it is not.
  std::string refusalOf(const std::string &bytes) {
    writeBytes(path("bad.tandem"), bytes);
    Outcome outcome = runTandem(arguments_);
    if (outcome.exitCode == 0) {
      std::filesystem::remove_all(path("out"));
      return "";
    }
    EXPECT_EQ(outcome.exitCode, 1);
    EXPECT_EQ(outcome.out, "");
    EXPECT_FALSE(std::filesystem::exists(path("out")));
    std::string before = path("bad.tandem") + ": error: ";
    EXPECT_TRUE(outcome.err.starts_with(before) && errorLines(outcome.err).size() == 1)
        << outcome.err;
    return outcome.err.substr(std::min(before.size(), outcome.err.size()));
  }

  std::string good_;
  std::vector<std::string> arguments_;
};

TEST_F(BadBundles, CutAnywhereAreRefused) {
  std::string size = std::to_string(good_.size());
  EXPECT_EQ(refusalOf(""), "not a tandem bundle: 'tandem compile' makes one of a model\n");
  for (size_t length : {1, 7, 8, 63})
    EXPECT_EQ(refusalOf(good_.substr(0, length)),
              "truncated: the file has " + std::to_string(length) + " bytes, its header 64\n");
  for (size_t length : {size_t(64), good_.size() / 3, good_.size() / 2, good_.size() - 1})
    EXPECT_EQ(refusalOf(good_.substr(0, length)), "truncated: the file has " +
                                                      std::to_string(length) +
                                                      " bytes, its header says " + size + "\n");
  EXPECT_EQ(refusalOf(good_ + '\0'), "too long: the file has " + std::to_string(good_.size() + 1) +
                                         " bytes, its header says " + size + "\n");
}

TEST_F(BadBundles, WithAFlippedBitAreRefusedUnlessItIsPadding) {
  auto reader = bundle::Reader::open(path("m.tandem"));
  ASSERT_TRUE(reader.ok()) << reader.error().text();
  bundle::Header header;
  std::memcpy(&header, good_.data(), sizeof header);
  // What each byte is part of, by what is said of it.
  std::vector<std::string> expected(good_.size(), "");
  auto mark = [&](size_t at, size_t size, const std::string &message) {
    std::fill_n(expected.begin() + static_cast<ptrdiff_t>(at), size, message + "\n");
  };
  mark(0, bundle::kMagic.size(), "not a tandem bundle: 'tandem compile' makes one of a model");
  mark(bundle::kMagic.size(), sizeof header - bundle::kMagic.size(),
       "damaged: the header does not have its checksum");
  mark(header.manifestOffset, header.manifestSize,
       "damaged: the manifest does not have its checksum");
  for (uint32_t i = 0; i < reader->manifest().blobs()->size(); ++i) {
    const bundle::Blob &blob = *reader->manifest().blobs()->Get(i);
    mark(blob.offset(), blob.size(),
         "damaged: blob " + std::to_string(i) + " does not have its checksum");
  }
  for (size_t at = 0; at < good_.size(); at += at < sizeof header ? 3 : 37) { // all bits in turn
    std::string flipped = good_;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << (at % 8)));
    ASSERT_EQ(refusalOf(flipped), expected[at]) << "byte " << at;
  }
}

TEST_F(BadBundles, AreRefusedByEveryCommandThatOpensOne) {
  std::string broken = good_;
  broken.back() = static_cast<char>(broken.back() ^ 1);
  writeBytes(path("bad.tandem"), broken);
  for (const std::vector<std::string> &arguments :
       {std::vector<std::string>{"bench", path("bad.tandem")},
        std::vector<std::string>{"inspect", path("bad.tandem")}}) {
    Outcome outcome = runTandem(arguments);
    EXPECT_EQ(outcome.exitCode, 1);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err,
              path("bad.tandem") + ": error: damaged: the manifest does not have its checksum\n");
  }
}

} // namespace
} // namespace tandem::test
