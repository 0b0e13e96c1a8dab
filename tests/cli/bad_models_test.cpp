// Broken model files of every format, through the whole program: one sentence, exit code 1, no
// output, and never a signal. The fuzz targets do the same to the readers alone, far more often.

#include "tests/cli/program.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace tandem::test {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

std::string sourceFile(const std::string &path) {
  return std::string(TANDEM_SOURCE_DIR) + "/" + path;
}

/// One good model of each binary format, small enough to break many times.
struct Format {
  const char *name, *extension, *model;
};
std::ostream &operator<<(std::ostream &out, const Format &format) {
  return out << format.name;
}

class BadModels : public ::testing::TestWithParam<Format> {
protected:
  void SetUp() override {
    good_ = readBytes(sourceFile(GetParam().model));
    ASSERT_FALSE(good_.empty()) << GetParam().model;
  }

  /// Compiles these bytes; checks all that holds however they are broken.
  Outcome compile(const std::string &bytes) {
    std::string model = std::string("model") + GetParam().extension;
    writeBytes(folder_.path(model), bytes);
    Outcome outcome = runTandem({"compile", folder_.path(model), "-o", folder_.path("out.tandem"),
                                 "--backends", "reference"});
    EXPECT_TRUE(outcome.exitCode == 0 || outcome.exitCode == 1) << outcome.err;
    if (outcome.exitCode == 1) {
      EXPECT_THAT(outcome.err, HasSubstr(model + ": error: "));
      EXPECT_THAT(folder_.names(), ElementsAre(model)) << "a refused model leaves no output";
    }
    std::error_code ignored;
    std::filesystem::remove(folder_.path("out.tandem"), ignored);
    return outcome;
  }

  TemporaryFolder folder_;
  std::string good_;
};

TEST_P(BadModels, TheGoodOneCompiles) {
  EXPECT_EQ(compile(good_).exitCode, 0);
}

TEST_P(BadModels, EveryTruncationIsRefused) {
  for (size_t part = 0; part < 12; ++part) {
    size_t length = good_.size() * part / 12;
    EXPECT_EQ(compile(good_.substr(0, length)).exitCode, 1) << "cut at " << length;
  }
}

TEST_P(BadModels, NoFlippedBitCrashes) {
  constexpr size_t kFlips = 24;
  for (size_t i = 0; i < kFlips; ++i) {
    std::string broken = good_;
    size_t at = (broken.size() - 1) * i / (kFlips - 1);
    broken[at] = static_cast<char>(broken[at] ^ (1 << (i % 8)));
    compile(broken);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Formats, BadModels,
    ::testing::Values(Format{"tflite", ".tflite", "tests/fuzz/seeds/tflite_fuzz/quantized.tflite"},
                      Format{"keras", ".h5", "tests/fuzz/seeds/keras_fuzz/residual.h5"},
                      Format{"torch", ".pt2", "tests/fuzz/seeds/torch_fuzz/small_2_15.pt2"}),
    [](const auto &info) { return std::string(info.param.name); });

class WrongFiles : public ::testing::Test {
protected:
  std::string messageFor(const std::string &name, const std::string &bytes) {
    writeBytes(folder_.path(name), bytes);
    Outcome outcome = runTandem({"compile", folder_.path(name), "-o", folder_.path("x.tandem")});
    EXPECT_EQ(outcome.exitCode, 1);
    EXPECT_THAT(folder_.names(), ElementsAre(name));
    size_t at = outcome.err.find(name + ": error: ");
    return at == std::string::npos ? outcome.err : outcome.err.substr(at);
  }

  TemporaryFolder folder_;
};

TEST_F(WrongFiles, TextIsNoModel) {
  EXPECT_THAT(
      messageFor("notes.bin", "just some text, and more of it\n"),
      HasSubstr("notes.bin: error: not a model file of a known format (keras, mlir, tflite, "
                "torch)\n"));
}

TEST_F(WrongFiles, AZipThatIsNoExportedProgram) {
  // The end record alone: an archive without entries.
  std::string empty = "PK\x05\x06" + std::string(18, '\0');
  EXPECT_THAT(messageFor("empty.pt2", empty), HasSubstr("empty.pt2: error: "));
}

TEST_F(WrongFiles, TheHeaderOfHdf5Alone) {
  EXPECT_THAT(messageFor("cut.h5", "\x89HDF\r\n\x1a\n"), HasSubstr("cut.h5: error: "));
}

TEST_F(WrongFiles, AFolder) {
  Outcome outcome = runTandem({"compile", folder_.path(""), "-o", folder_.path("x.tandem")});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_THAT(outcome.err, EndsWith(": error: not a regular file\n"));
}

} // namespace
} // namespace tandem::test
