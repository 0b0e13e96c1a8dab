// tandem run and bench of a model's file, and what --input takes.

#include "tests/cli/small_model.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <cstring>
#include <span>

namespace tandem::test {
namespace {

using nlohmann::json;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class ModelRun : public SmallModel {
protected:
  /// With a cache of its own.
  Outcome with(std::vector<std::string> arguments) const {
    return runTandem(arguments, {.variables = {"TANDEM_CACHE=" + path("cache")}});
  }
  Outcome run(const std::string &file, const std::vector<std::string> &inputs) const {
    std::vector<std::string> arguments = {"run", path(file), "--json"};
    for (const std::string &input : inputs)
      arguments.insert(arguments.end(), {"--input", input});
    return with(arguments);
  }
  /// The four sums.
  std::vector<float> sums(const std::string &file, const std::vector<std::string> &inputs) const {
    Outcome outcome = run(file, inputs);
    EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
    json outputs = outcome.exitCode == 0 ? json::parse(outcome.out)["outputs"] : json();
    return outputs.empty() ? std::vector<float>() : outputs[0]["first"].get<std::vector<float>>();
  }
  void writeFloats(const std::string &name, const std::vector<float> &values) const {
    writeBytes(path(name), {reinterpret_cast<const char *>(values.data()), values.size() * 4});
  }
  /// What a run with that for one of the inputs is refused with, and its exit code.
  std::pair<std::string, int> refusal(const std::string &left) const {
    Outcome outcome = run("m.mlir", {"left=" + left, "right=zeros"});
    EXPECT_EQ(outcome.out, "");
    std::vector<std::string> lines = errorLines(outcome.err);
    EXPECT_THAT(lines, ::testing::SizeIs(1)) << outcome.err;
    return {lines.empty() ? "" : lines[0], outcome.exitCode};
  }
};

TEST_F(ModelRun, RunsAModelAsItsBundle) {
  compile();
  std::vector<float> ofModel = sums("m.mlir", {"left=random:7", "right=random:8"});
  ASSERT_EQ(ofModel.size(), 4u);
  EXPECT_EQ(ofModel, sums("m.tandem", {"left=random:7", "right=random:8"}));
  EXPECT_NE(ofModel, sums("m.tandem", {"left=random:9", "right=random:8"}));
  EXPECT_EQ(json::parse(run("m.mlir", {"zeros"}).out)["bundle"], path("m.mlir"));
}

TEST_F(ModelRun, CompilesAModelOnce) {
  EXPECT_THAT(run("m.mlir", {"zeros"}).err, HasSubstr("compile m.mlir: "));
  EXPECT_THAT(run("m.mlir", {"zeros"}).err, IsEmpty());
  Outcome bench = with({"bench", path("m.mlir"), "--seconds", "0.01", "--json"});
  ASSERT_EQ(bench.exitCode, 0) << bench.err;
  EXPECT_THAT(bench.err, IsEmpty());
  EXPECT_EQ(json::parse(bench.out)["bundle"], path("m.mlir"));
}

TEST_F(ModelRun, CompilesAModelAsAsked) {
  Outcome outcome = with({"run", path("m.mlir"), "--input", "random", "--json", "--backends",
                          "reference", "--shape", "left=1x4"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_EQ(json::parse(outcome.out)["regions"][0]["backend"], "reference");
  outcome = with({"run", path("m.mlir"), "--input", "random", "--shape", "left=1x5"});
  EXPECT_EQ(outcome.exitCode, 2) << "as tandem compile has it";
  EXPECT_THAT(outcome.err, HasSubstr(path("m.mlir") + ": error: "));
}

TEST_F(ModelRun, PutsZerosAndRandomValuesIntoInputsThatHaveNone) {
  EXPECT_THAT(sums("m.mlir", {"zeros"}), Each(0.0f));
  writeFloats("four.bin", {1, 2, 3, 4});
  EXPECT_EQ(sums("m.mlir", {"zeros", "left=" + path("four.bin")}),
            (std::vector<float>{1, 2, 3, 4}));
  std::vector<float> random = sums("m.mlir", {"random"});
  EXPECT_THAT(random, Not(Each(random.at(0))));
  EXPECT_EQ(random, sums("m.mlir", {"random:0"})) << "the seed that there is without one";
  Outcome both = run("m.mlir", {"zeros", "random"});
  EXPECT_EQ(both.exitCode, 2);
  EXPECT_THAT(both.err,
              HasSubstr("--input 'random' is for all inputs that have no value, for which "
                        "there is another one"));
}

TEST_F(ModelRun, RefusesWhatIsNoArray) {
  EXPECT_EQ(refusal("random:x"),
            std::pair(path("m.mlir") + ": error: --input 'random:x', expected a whole number "
                                       "behind random:",
                      2));
  writeFloats("five.bin", {1, 2, 3, 4, 5});
  EXPECT_EQ(refusal(path("five.bin")),
            std::pair(path("five.bin") + ": error: has 20 bytes, input 'left' takes f32 of shape "
                                         "1x4, which are 16",
                      1));
  writeBytes(path("face.png"), "\x89PNG\r\n\x1a\n");
  EXPECT_EQ(refusal(path("face.png")),
            std::pair(path("face.png") +
                          ": error: is a picture (PNG): an application says which "
                          "size, colours and range its model takes, as in 'tandem "
                          "run APP.yaml " +
                          path("face.png") + "' (docs/app-format.md)",
                      1));
  writeBytes(path("all.npz"), "PK\x03\x04");
  EXPECT_THAT(refusal(path("all.npz")).first,
              HasSubstr("is an archive (.npz): save each of its arrays by numpy.save"));
  EXPECT_THAT(refusal("randon").first, HasSubstr("randon: error: cannot open: No such file"));
}

TEST_F(ModelRun, RefusesWhatGoesWithTheOtherKindOfFile) {
  compile();
  auto usage = [&](const std::vector<std::string> &arguments) {
    Outcome outcome = with(arguments);
    EXPECT_EQ(outcome.exitCode, 2) << outcome.err;
    return outcome.err;
  };
  for (const char *command : {"run", "bench"}) {
    EXPECT_THAT(usage({command, path("m.mlir"), "--model-name", "m"}),
                HasSubstr(": --model-name is for a bundle"));
    EXPECT_THAT(usage({command, path("m.tandem"), "--shape", "left=1x4"}),
                HasSubstr(": --shape is for a model, a bundle's inputs are fixed"));
    EXPECT_THAT(usage({command, path("m.tandem"), "--backends", "reference"}),
                HasSubstr(": --backends is for a model or an application (.yaml), a bundle is "
                          "compiled already"));
    EXPECT_THAT(usage({command, path("m.mlir"), "--pipeline"}),
                HasSubstr(": --pipeline is for an application (.yaml)"));
    EXPECT_THAT(usage({command, path("m.mlir"), "--backends", "nope"}), HasSubstr("'nope'"));
  }
  EXPECT_THAT(
      usage({"run", path("m.mlir"), "face.png"}),
      HasSubstr("'face.png' stands behind the file without an option: pictures and videos go "
                "there, of an application (.yaml); a model takes arrays (--input FILE.npy), "
                "and what it makes of a picture or a video says the application that uses "
                "it"));
}

TEST_F(ModelRun, TakesOpenDimensionsFromTheArrayThatGoesIn) {
  std::string model = std::string(TANDEM_SOURCE_DIR) + "/tests/fuzz/seeds/onnx_fuzz/open.onnx";
  writeArray("two.npy", ElementType::kF32, {2, 4});
  writeArray("wide.npy", ElementType::kF32, {2, 5});
  for (const std::string name : {"", "x="}) {
    Outcome outcome = with({"run", model, "--input", name + path("two.npy"), "--json"});
    EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
    EXPECT_THAT(outcome.err,
                HasSubstr(model + ": input 'x' is 2x4, as " + path("two.npy") + " has it\n"));
    EXPECT_EQ(json::parse(outcome.out)["outputs"][0]["shape"], json({2, 4}));
  }
  const std::map<std::string, std::string> refused = {
      {path("wide.npy"), path("wide.npy") + ": error: is of shape 2x5, input 'x' takes ?x4\n"},
      {path("none.npy"), path("none.npy") + ": error: cannot open: "},
      {"random", "dimension 0 of ?x4 is open (batch), fix it with --shape x=DIMS"}};
  for (const auto &[value, message] : refused)
    EXPECT_THAT(with({"run", model, "--input", value}).err, HasSubstr(message));
}

} // namespace
} // namespace tandem::test
