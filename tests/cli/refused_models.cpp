#include "tests/cli/refused_models.h"

#include <gmock/gmock.h>

namespace tandem::test {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::string sourceFile(const std::string &path) {
  return std::string(TANDEM_SOURCE_DIR) + "/" + path;
}

std::string RefusedModels::refusalOf(const std::string &name, const std::string &bytes,
                                     const Surroundings &around) {
  return refusalOf({{name, bytes}}, around);
}

std::string RefusedModels::refusalOf(const std::vector<std::pair<std::string, std::string>> &files,
                                     const Surroundings &around,
                                     const std::vector<std::string> &arguments) {
  for (const auto &[name, bytes] : files)
    writeBytes(path(name), bytes);
  std::vector<std::string> names = folder_.names();
  std::string model = path(files.front().first);
  std::vector<std::string> command = {"compile",          model,        "-o",
                                      path("out.tandem"), "--backends", "reference"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  Outcome outcome = runTandem(command, around);
  EXPECT_EQ(outcome.out, "");
  if (outcome.exitCode == 0) {
    EXPECT_THAT(errorLines(outcome.err), IsEmpty());
    Outcome bundle = runTandem({"inspect", path("out.tandem"), "--json"});
    EXPECT_EQ(bundle.exitCode, 0) << bundle.err;
    std::filesystem::remove(path("out.tandem"));
    return "";
  }
  EXPECT_EQ(outcome.exitCode, 1) << outcome.err;
  EXPECT_THAT(folder_.names(), ElementsAreArray(names)) << "a refused model leaves no output";
  std::string before = model + ": error: ";
  std::vector<std::string> lines = errorLines(outcome.err);
  EXPECT_THAT(lines, ElementsAre(StartsWith(before))) << outcome.err;
  EXPECT_TRUE(outcome.err.ends_with(lines.empty() ? "" : lines.back() + "\n"))
      << "the error is the last line: " << outcome.err;
  for (const auto &[name, bytes] : files)
    std::filesystem::remove(path(name));
  return lines.empty() ? outcome.err : lines[0].substr(before.size());
}

} // namespace tandem::test
