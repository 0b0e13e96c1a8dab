// Usage, exit codes, and what the command line refuses; with models that are text, so that every
// build can run it.

#include "tests/cli/program.h"
#include "tools/tandem/npy.h"

#include <gmock/gmock.h>

namespace tandem::test {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

const std::string kModel = R"(
func.func @main(%a: tensor<1x4xf32> {graph.name = "left"}, %b: tensor<1x4xf32> {graph.name = "right"})
    -> (tensor<1x4xf32> {graph.name = "sum"}) {
  %0 = graph.add %a, %b : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("add_1")
  return %0 : tensor<1x4xf32>
}
)";

class CommandLine : public ::testing::Test {
protected:
  void SetUp() override { writeBytes(folder_.path("m.mlir"), kModel); }

  std::string path(const std::string &name) const { return folder_.path(name); }
  void compile() {
    Outcome outcome = runTandem({"compile", path("m.mlir"), "-o", path("m.tandem")});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  }
  void writeArray(const std::string &name, ElementType type, const Shape &shape, size_t bytes) {
    std::vector<std::byte> data(bytes);
    ASSERT_TRUE(writeNpy(path(name), type, shape, data).ok());
  }

  TemporaryFolder folder_;
};

TEST_F(CommandLine, EveryCommandHasHelpWithAnExample) {
  for (const char *command : {"compile", "run", "bench", "inspect"}) {
    Outcome outcome = runTandem({command, "--help"});
    EXPECT_EQ(outcome.exitCode, 0);
    EXPECT_THAT(outcome.out, HasSubstr(std::string("  tandem ") + command));
    EXPECT_THAT(outcome.out, HasSubstr("Exit: 0 done"));
  }
}

TEST_F(CommandLine, WrongUsageExitsWithTwo) {
  EXPECT_EQ(runTandem({}).exitCode, 2);
  EXPECT_EQ(runTandem({"compil"}).exitCode, 2);
  EXPECT_EQ(runTandem({"compile", path("m.mlir"), "--nonsense"}).exitCode, 2);
  Outcome noOutput = runTandem({"compile", path("m.mlir")});
  EXPECT_EQ(noOutput.exitCode, 2);
  EXPECT_EQ(noOutput.err, "tandem compile: --output is required\n");
  Outcome shape = runTandem({"compile", path("m.mlir"), "-o", path("x"), "--shape", "left=1x0"});
  EXPECT_EQ(shape.exitCode, 2);
  EXPECT_THAT(shape.err,
              HasSubstr("'1x0' is no shape, expected positive numbers as in 1x224x224x3"));
}

TEST_F(CommandLine, RunsWhatItCompiledAndSavesTheOutputs) {
  compile();
  writeArray("a.npy", ElementType::kF32, {1, 4}, 16);
  Outcome outcome =
      runTandem({"run", path("m.tandem"), "--input", "left=" + path("a.npy"), "--input",
                 "right=" + path("a.npy"), "--save", path("out"), "--json"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("\"sum\""));
  auto saved = readNpy(path("out/sum.npy"));
  ASSERT_TRUE(saved.ok()) << saved.error().text();
  EXPECT_EQ(saved->shape, (Shape{1, 4}));
}

TEST_F(CommandLine, NamesAMissingModel) {
  Outcome outcome = runTandem({"compile", path("none.tflite"), "-o", path("x.tandem")});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_THAT(outcome.err,
              EndsWith(path("none.tflite") + ": error: cannot open: No such file or directory\n"));
}

TEST_F(CommandLine, NamesAnEmptyModel) {
  writeBytes(path("empty.tflite"), "");
  Outcome outcome = runTandem({"compile", path("empty.tflite"), "-o", path("x.tandem")});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_THAT(outcome.err, EndsWith(path("empty.tflite") + ": error: the file is empty\n"));
  EXPECT_THAT(folder_.names(), ElementsAre("empty.tflite", "m.mlir"));
}

TEST_F(CommandLine, NamesTheNodeOfAModelThatIsWrong) {
  writeBytes(path("bad.mlir"), "func.func @main(%a: tensor<2xf32>) -> tensor<3xf32> {\n"
                               "  %0 = graph.relu %a : (tensor<2xf32>) -> tensor<3xf32>\n"
                               "  return %0 : tensor<3xf32>\n}\n");
  Outcome outcome = runTandem({"compile", path("bad.mlir"), "-o", path("x.tandem")});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_THAT(outcome.err,
              HasSubstr("bad.mlir: error: not valid MLIR of the graph dialect: line 2: "
                        "'graph.relu' op result has shape"));
}

TEST_F(CommandLine, RefusesAnUnknownBackendAndAnUnknownInput) {
  Outcome backend =
      runTandem({"compile", path("m.mlir"), "-o", path("x.tandem"), "--backends", "gpu"});
  EXPECT_EQ(backend.exitCode, 1);
  EXPECT_THAT(backend.err, HasSubstr("error: no backend is called 'gpu'; this build has cpu"));
  Outcome shape =
      runTandem({"compile", path("m.mlir"), "-o", path("x.tandem"), "--shape", "up=1x4"});
  EXPECT_EQ(shape.exitCode, 1);
  EXPECT_THAT(shape.err, HasSubstr("no input is called 'up'; the inputs are left, right"));
}

TEST_F(CommandLine, AnOutputThatCannotBeWrittenLeavesNothing) {
  Outcome missing = runTandem({"compile", path("m.mlir"), "-o", path("no/folder.tandem")});
  EXPECT_EQ(missing.exitCode, 1);
  EXPECT_THAT(missing.err, EndsWith(path("no/folder.tandem") +
                                    ": error: cannot write: No such file or directory\n"));
  // A folder that nobody may write to, root included.
  Outcome readOnly = runTandem({"compile", path("m.mlir"), "-o", "/proc/x.tandem"});
  EXPECT_EQ(readOnly.exitCode, 1);
  EXPECT_THAT(readOnly.err, HasSubstr("/proc/x.tandem: error: cannot write: "));
  EXPECT_THAT(folder_.names(), ElementsAre("m.mlir"));
}

TEST_F(CommandLine, NeverReplacesTheModelItCompiles) {
  Outcome outcome = runTandem({"compile", path("m.mlir"), "-o", path("m.mlir")});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_THAT(outcome.err, HasSubstr("m.mlir: error: the bundle would replace the model itself"));
  EXPECT_EQ(readBytes(path("m.mlir")), kModel);
}

TEST_F(CommandLine, AFullDiskLeavesNothing) {
  compile();
  writeArray("a.npy", ElementType::kF32, {1, 4}, 16);
  Outcome outcome = runTandem({"run", path("m.tandem"), "--input", "left=" + path("a.npy"),
                               "--input", "right=" + path("a.npy"), "--save", path("out")},
                              {.fileBytes = 64});
  EXPECT_EQ(outcome.exitCode, 1);
  // stderr is a file under the same limit here, so only its beginning is there.
  EXPECT_FALSE(std::filesystem::exists(path("out/sum.npy")));
  EXPECT_TRUE(std::filesystem::is_empty(path("out")));
}

TEST_F(CommandLine, RefusesInputsThatDoNotFit) {
  compile();
  writeArray("good.npy", ElementType::kF32, {1, 4}, 16);
  writeArray("long.npy", ElementType::kF32, {1, 5}, 20);
  writeArray("ints.npy", ElementType::kI32, {1, 4}, 16);
  writeBytes(path("text.npy"), "hello");
  struct Case {
    std::vector<std::string> inputs;
    std::string message;
  };
  const Case cases[] = {
      {{"middle=" + path("good.npy")}, "model 'm' has no input 'middle', only 'left', 'right'"},
      {{path("good.npy")},
       "has more than one input, say --input NAME=" + path("good.npy") +
           " with a name of left, right"},
      {{"left=" + path("good.npy")}, "input 'right' is missing, say --input right=FILE.npy"},
      {{"left=" + path("good.npy"), "left=" + path("good.npy")}, "input 'left' is given twice"},
      {{"left=" + path("long.npy")}, "has f32 of shape 1x5, input 'left' takes f32 of shape 1x4"},
      {{"left=" + path("ints.npy")}, "has i32 of shape 1x4, input 'left' takes f32 of shape 1x4"},
      {{"left=" + path("text.npy")}, "not a NumPy .npy file, or cut short in its header"},
      {{"left=" + path("none.npy")}, "cannot open: No such file or directory"},
  };
  for (const Case &one : cases) {
    std::vector<std::string> arguments = {"run", path("m.tandem")};
    for (const std::string &input : one.inputs) {
      arguments.push_back("--input");
      arguments.push_back(input);
    }
    Outcome outcome = runTandem(arguments);
    EXPECT_EQ(outcome.exitCode, 1);
    EXPECT_THAT(outcome.err, HasSubstr(one.message));
    EXPECT_EQ(outcome.out, "");
  }
}

TEST_F(CommandLine, RefusesADamagedBundle) {
  compile();
  std::string whole = readBytes(path("m.tandem"));
  for (size_t length : {size_t(0), size_t(7), size_t(63), whole.size() / 2, whole.size() - 1}) {
    writeBytes(path("cut.tandem"), whole.substr(0, length));
    Outcome outcome = runTandem({"bench", path("cut.tandem")});
    EXPECT_EQ(outcome.exitCode, 1) << length;
    EXPECT_THAT(outcome.err, HasSubstr("cut.tandem: error: ")) << length;
  }
  for (size_t at = 0; at < whole.size(); at += whole.size() / 40 + 1) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 4);
    writeBytes(path("flipped.tandem"), flipped);
    Outcome outcome = runTandem({"bench", path("flipped.tandem"), "--seconds", "0.01"});
    // The padding between blobs means nothing; everything else is covered by a checksum.
    EXPECT_TRUE(outcome.exitCode == 1 || outcome.exitCode == 0) << at << outcome.err;
    if (outcome.exitCode == 1) {
      EXPECT_THAT(outcome.err, HasSubstr("flipped.tandem: error: ")) << at;
    }
  }
}

} // namespace
} // namespace tandem::test
