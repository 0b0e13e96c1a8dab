// What README.md says to type, typed.

#include "tests/cli/program.h"

#include <gmock/gmock.h>

namespace tandem::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// The fenced block that begins with the line, as it stands in the file: what is copied from there
/// must do as well as what is copied from a rendered page. "": there is none.
std::string blockFrom(const std::string &page, const std::string &line) {
  const std::string kFence = "```";
  size_t begin = page.find("\n" + kFence + "sh\n" + line + "\n");
  if (begin == std::string::npos)
    return "";
  begin = page.find(line, begin);
  return page.substr(begin, page.find("\n" + kFence, begin) + 1 - begin);
}

/// A folder that looks like the repository to whoever types there.
class Readme : public ::testing::Test {
protected:
  void SetUp() override {
    fs::create_directories(folder_.path("build/bin"));
    fs::create_symlink(TANDEM_PROGRAM, folder_.path("build/bin/tandem"));
    fs::create_symlink(kRoot / "apps", folder_.path("apps"));
  }
  Outcome type(const std::string &commands) const {
    return runProgram({"/bin/bash", "-e", "-c", "cd \"$0\"\n" + commands, folder_.path("")});
  }

  const fs::path kRoot = TANDEM_SOURCE_DIR;
  TemporaryFolder folder_;
};

TEST_F(Readme, RunsAModelOfOnesOwnAsItSays) {
  if (!fs::exists(kRoot / "apps/showcase/models/emotion_model.hdf5") ||
      !fs::exists(kRoot / "apps/showcase/pictures/astronaut.png"))
    GTEST_SKIP() << "needs ./dev models";
  std::string commands = blockFrom(readBytes(kRoot / "README.md"), "cat > mine.yaml <<'END'");
  ASSERT_NE(commands, "");
  Outcome typed = type(commands);
  ASSERT_EQ(typed.exitCode, 0) << typed.err;
  EXPECT_THAT(typed.out, HasSubstr("  what: "));
  EXPECT_THAT(typed.out, HasSubstr("  saved out/astronaut.png\n"));
  EXPECT_TRUE(fs::exists(folder_.path("out/astronaut.png")));
}

/// From the first line of the block that is indented to the one before `tune`, which takes minutes.
TEST_F(Readme, TriesModelsAsItSays) {
  if (!fs::exists(kRoot / "apps/showcase/models/emotion_model.hdf5"))
    GTEST_SKIP() << "needs ./dev models";
  std::string page = readBytes(kRoot / "README.md");
  std::istringstream lines(page.substr(page.find("    M=apps/showcase/models")));
  std::string commands, line;
  int typed = 0;
  while (std::getline(lines, line) && line.find(" tune ") == std::string::npos)
    if (line.find('|') == std::string::npos) // less is for people
      commands += line + "\n", ++typed;
  ASSERT_GE(typed, 6) << commands;
  Outcome outcome = type("export TANDEM_CACHE=" + folder_.path("cache") + "\n" + commands);
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("predictions  f32 1x7  min "));
  EXPECT_TRUE(fs::exists(folder_.path("out/predictions.npy")));
}

} // namespace
} // namespace tandem::test
