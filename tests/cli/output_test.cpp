// Where words go, and what happens when they, or files, cannot be written.

#include "tests/cli/small_model.h"

#include <gmock/gmock.h>

namespace tandem::test {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

using Output = SmallModel;

TEST_F(Output, ThatCannotBeWrittenLeavesNothing) {
  Outcome missing = runTandem({"compile", path("m.mlir"), "-o", path("no/folder.tandem")});
  EXPECT_EQ(missing.exitCode, 1);
  EXPECT_EQ(missing.err, path("no/folder.tandem") + ": error: cannot write: there is no folder '" +
                             path("no") + "'\n")
      << "before any work";
  Outcome below = runTandem({"compile", path("m.mlir"), "-o", path("m.mlir/x.tandem")});
  EXPECT_EQ(below.exitCode, 1);
  EXPECT_EQ(below.err, path("m.mlir/x.tandem") + ": error: cannot write: there is no folder '" +
                           path("m.mlir") + "'\n");
  Outcome folder = runTandem({"compile", path("m.mlir"), "-o", path("")});
  EXPECT_EQ(folder.exitCode, 1);
  EXPECT_EQ(folder.err, path("") + ": error: cannot write: it is a folder, name a file in it\n");
  for (const std::vector<std::string> &command :
       {std::vector<std::string>{"import", path("m.mlir"), "-o"},
        {"inspect", path("m.mlir"), "--svg"},
        {"profile", path("m.mlir"), "-o"},
        {"tune", path("m.mlir"), "-o"}}) {
    std::vector<std::string> arguments = command;
    arguments.push_back(path("no/file"));
    EXPECT_EQ(runTandem(arguments).err,
              path("no/file") + ": error: cannot write: there is no folder '" + path("no") + "'\n");
  }
  // A folder that nobody may write to, root included.
  Outcome readOnly = runTandem({"compile", path("m.mlir"), "-o", "/proc/x.tandem"});
  EXPECT_EQ(readOnly.exitCode, 1);
  EXPECT_THAT(errorLines(readOnly.err),
              ElementsAre(StartsWith("/proc/x.tandem: error: cannot write: ")));
  EXPECT_THAT(folder_.names(), ElementsAre("m.mlir"));
}

TEST_F(Output, NeverReplacesTheModelItself) {
  Outcome outcome = runTandem({"compile", path("m.mlir"), "-o", path("m.mlir")});
  EXPECT_EQ(outcome.exitCode, 2);
  EXPECT_EQ(outcome.err, path("m.mlir") + ": error: the bundle would replace the model itself, "
                                          "give it another name\n");
  EXPECT_EQ(readBytes(path("m.mlir")), kSmallModel);
}

TEST_F(Output, OfCompileReplacesNothingButABundle) {
  writeBytes(path("notes.txt"), "to be kept");
  Outcome outcome = runTandem({"compile", path("m.mlir"), "-o", path("notes.txt")});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_EQ(outcome.err, path("notes.txt") + ": error: is there and is no bundle, which one would "
                                             "replace: remove it, or give the bundle another "
                                             "name\n");
  EXPECT_EQ(readBytes(path("notes.txt")), "to be kept");
  writeBytes(path("m.tandem"), ""); // as mktemp leaves it
  for (int times = 0; times < 2; ++times)
    EXPECT_EQ(runTandem({"compile", path("m.mlir"), "-o", path("m.tandem")}).exitCode, 0);
}

TEST_F(Output, NeverReplacesAnythingThatIsRead) {
  compile();
  const std::string profile = R"({"name": "d", "processors": [{"name": "p", "backend": "cpu"}]})";
  writeBytes(path("d.json"), profile);
  std::filesystem::create_hard_link(path("m.mlir"), path("link"));
  const std::string model = path("m.mlir"), bundle = path("m.tandem"), device = path("d.json");
  struct Case {
    std::vector<std::string> arguments;
    std::string message;
  };
  const Case cases[] = {
      {{"inspect", model, "--svg", model},
       model + ": error: the drawing would replace '" + model + "', which is read"},
      {{"inspect", model, "--dot", path("link")},
       path("link") + ": error: the drawing would replace '" + model + "', which is read"},
      {{"inspect", bundle, "--dot", bundle},
       bundle + ": error: the drawing would replace '" + bundle + "', which is read"},
      {{"inspect", model, "--device", device, "--svg", device},
       device + ": error: the drawing would replace '" + device + "', which is read"},
      {{"compile", model, "--device", device, "-o", device},
       device + ": error: the bundle would replace '" + device + "', which is read"},
      {{"profile", model, "-o", model},
       model + ": error: the profile would replace '" + model + "', which is read"},
  };
  std::string before = readBytes(bundle);
  for (const Case &one : cases) {
    Outcome outcome = runTandem(one.arguments);
    EXPECT_EQ(outcome.exitCode, 2);
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(outcome.err, one.message + ", give it another name\n");
  }
  EXPECT_EQ(readBytes(model), kSmallModel);
  EXPECT_EQ(readBytes(bundle), before);
  EXPECT_EQ(readBytes(device), profile);
  EXPECT_EQ(runTandem({"profile", model, "--device", device, "-o", device}).exitCode, 0)
      << "which adds to it";
}

TEST_F(Output, OfARunNeedsAFolderThatCanBeMade) {
  compile();
  for (std::string folder : {path("m.mlir"), path("m.mlir/out"), std::string("/proc/out")}) {
    Outcome outcome = runTandem(runArguments({"--save", folder}));
    EXPECT_EQ(outcome.exitCode, 1);
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(errorLines(outcome.err),
                ElementsAre(StartsWith(folder + ": error: cannot make the folder: ")));
  }
  EXPECT_EQ(readBytes(path("m.mlir")), kSmallModel);
}

TEST_F(Output, OnAFullDiskLeavesNothing) {
  compile();
  // A full disk by a limit on the size of files; stderr is none of them here.
  Outcome run = runTandem(runArguments({"--save", path("out")}), {.fileBytes = 100});
  EXPECT_EQ(run.exitCode, 1);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, StartsWith(path("out/sum.npy").substr(0, 100)));
  EXPECT_TRUE(std::filesystem::is_empty(path("out")));
  std::string before = readBytes(path("m.tandem"));
  for (const char *backend : {"cpu", "reference"}) { // cpu: the linker's own file is too large
    Outcome compiled =
        runTandem({"compile", path("m.mlir"), "-o", path("m.tandem"), "--backends", backend},
                  {.fileBytes = 300});
    EXPECT_EQ(compiled.exitCode, 1) << compiled.err;
    EXPECT_EQ(readBytes(path("m.tandem")), before) << "what was there stays";
  }
  EXPECT_THAT(folder_.names(), ElementsAre("a.npy", "m.mlir", "m.tandem", "out"));
}

TEST_F(Output, ThatStdoutDoesNotTakeIsNotDone) {
  compile();
  std::string bundle = path("m.tandem"), model = path("m.mlir");
  const std::vector<std::string> commands[] = {
      runArguments(),
      runArguments({"--json"}),
      {"inspect", bundle},
      {"inspect", bundle, "--json"},
      {"inspect", model},
      {"bench", bundle, "--seconds", "0.01"},
      {"bench", bundle, "--seconds", "0.01", "--json"},
      {"compile", model, "-o", path("x.tandem"), "--report"},
      {"compile", model, "-o", path("x.tandem"), "--report=json"},
      {"compile", model, "-o", path("x.tandem"), "--json"},
      {"profile", model, "-o", path("x.json"), "--json"},
      {"devices"},
      {"compile", model, "--check"},
      {"compile", model, "--emit-mlir"},
      {"compile", "--help"},
      {"--help"},
      {"--version"},
  };
  for (const std::vector<std::string> &arguments : commands) {
    Outcome outcome = runTandem(arguments, {.stdoutTo = "/dev/full"});
    EXPECT_EQ(outcome.exitCode, 1) << arguments[0] << " " << arguments.back();
    EXPECT_THAT(errorLines(outcome.err),
                ElementsAre("standard output: error: cannot write: No space left on device"));
  }
  // A refusal stays what it is.
  EXPECT_EQ(runTandem({"bench"}, {.stdoutTo = "/dev/full"}).exitCode, 2);
  // Where nothing is printed there nothing is lost.
  Outcome quiet = runTandem({"compile", model, "-o", path("x.tandem")}, {.stdoutTo = "/dev/full"});
  EXPECT_EQ(quiet.exitCode, 0) << quiet.err;
}

TEST_F(Output, SaysWhatItBeginsWithWhereNoTerminalIs) {
  Outcome outcome = runTandem(
      {"compile", path("m.mlir"), "-o", path("m.tandem"), "--backends", "reference", "--report"});
  ASSERT_EQ(outcome.exitCode, 0);
  EXPECT_THAT(outcome.out, StartsWith("device host "));
  std::vector<std::string> lines;
  std::istringstream stream(outcome.err);
  for (std::string line; std::getline(stream, line);)
    lines.push_back(line);
  std::string title = path("m.mlir") + ": ";
  ASSERT_GE(lines.size(), 2u) << "other stages only where one takes a second";
  EXPECT_EQ(lines.front(), title + "importing");
  EXPECT_THAT(lines.back(), StartsWith(path("m.tandem") + ": 1 ops in 1 "));
  EXPECT_EQ((outcome.out + outcome.err).find_first_of("\r\033"), std::string::npos);
}

TEST_F(Output, HasABarOnATerminalThatLeavesNoTrace) {
  Outcome good = runTandem({"compile", path("m.mlir"), "-o", path("m.tandem")}, {.terminal = true});
  ASSERT_EQ(good.exitCode, 0) << good.out;
  constexpr const char *kErase = "\r\033[K";
  EXPECT_THAT(good.out, StartsWith(kErase + path("m.mlir") + " [ "));
  EXPECT_THAT(good.out, HasSubstr(kErase + path("m.tandem") + ": 1 ops in 1 region"));
  EXPECT_EQ(good.out.find(path("m.mlir") + ": "), std::string::npos) << "no plain lines";
  writeBytes(path("bad.mlir"), "func");
  Outcome bad = runTandem({"compile", path("bad.mlir"), "-o", path("x")}, {.terminal = true});
  EXPECT_EQ(bad.exitCode, 1);
  EXPECT_THAT(bad.out, HasSubstr(kErase + path("bad.mlir") + ": error: "));
}

} // namespace
} // namespace tandem::test
