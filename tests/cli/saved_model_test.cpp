// A model that is a folder, through the whole program.

#include "tests/cli/program.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace tandem::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kFolder = TANDEM_SOURCE_DIR "/compiler/importers/tensorflow/testdata/dense";

TEST(SavedModelFolder, IsInspected) {
  for (const char *behind : {"", "/", "/saved_model.pb"}) {
    Outcome outcome = runTandem({"inspect", kFolder + behind, "--shape", "x=3x2", "--json"});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
    auto model = nlohmann::json::parse(outcome.out);
    EXPECT_EQ(model["format"], "tensorflow");
    EXPECT_EQ(model["inputs"][0]["name"], "x");
    EXPECT_EQ(model["outputs"].size(), 2u);
  }
}

TEST(SavedModelFolder, AsksForAShape) {
  Outcome outcome = runTandem({"inspect", kFolder});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_THAT(errorLines(outcome.err),
              ElementsAre(kFolder +
                          ": error: input 'x': dimension 0 of ?x2 is open, fix it with --shape "
                          "x=DIMS"));
}

TEST(SavedModelFolder, BecomesABundleOfItsName) {
  TemporaryFolder folder;
  Outcome outcome = runTandem({"compile", kFolder + "/", "-o", folder.path("out.tandem"), "--shape",
                               "x=1x2", "--backends", "reference"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  Outcome inspected = runTandem({"inspect", folder.path("out.tandem")});
  EXPECT_THAT(inspected.out, HasSubstr("model dense, from dense (tensorflow)"));
}

/// The cache is asked first, and reads what a model's key is made of: not a whole tree of files.
TEST(SavedModelFolder, IsNotAnyFolderInAnApplication) {
  TemporaryFolder folder;
  std::string file = folder.path("app.yaml"), model = folder.path("model");
  std::filesystem::create_directories(model + "/more");
  std::filesystem::create_symlink("/proc/kmsg", model + "/more/endless");
  std::filesystem::create_symlink(TANDEM_SOURCE_DIR, model + "/more/large");
  writeBytes(file, "tandem: 1\nmodels:\n  m: {file: " + model + "}\n" + R"(steps:
  input: {uses: preprocess, inputs: frame, size: [2, 2], range: [0, 1]}
  run: {model: m, inputs: input}
  side: {uses: classify, inputs: run}
results: {side: side.label}
)");
  Outcome outcome = runTandem({"run", file, file});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_THAT(outcome.err,
              HasSubstr(model + ": error: not a folder with a model of a known format"));
}

} // namespace
} // namespace tandem::test
