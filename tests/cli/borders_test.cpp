// What crosses the border of a model: values with several names, tensors without dimensions.

#include "tests/cli/program.h"
#include "tools/tandem/npy.h"

#include <cstring>
#include <filesystem>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace tandem::test {
namespace {

using nlohmann::json;

class Borders : public ::testing::Test {
protected:
  std::string path(const std::string &name) const { return folder_.path(name); }

  void compile(const std::string &model) {
    writeBytes(path("m.mlir"), model);
    Outcome outcome = runTandem({"compile", path("m.mlir"), "-o", path("m.tandem")});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  }

  /// The floats of an output of a run on 1, 2, 3, 4.
  std::vector<float> output(const std::string &name) {
    auto array = readNpy(path("out/" + name + ".npy"));
    EXPECT_TRUE(array.ok()) << array.error().text();
    if (!array.ok())
      return {};
    std::vector<float> values(array->data.size() / sizeof(float));
    std::memcpy(values.data(), array->data.data(), array->data.size());
    return values;
  }

  void run() {
    const std::array<float, 4> values = {1, 2, 3, 4};
    ASSERT_TRUE(
        writeNpy(path("x.npy"), ElementType::kF32, Shape{1, 4}, std::as_bytes(std::span(values)))
            .ok());
    Outcome outcome = runTandem(
        {"run", path("m.tandem"), "--input", "x=" + path("x.npy"), "--save", path("out")});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  }

  TemporaryFolder folder_;
};

TEST_F(Borders, AValueKeepsEveryNameThatItHas) {
  compile(R"(
func.func @main(%a: tensor<1x4xf32> {graph.name = "x"})
    -> (tensor<1x4xf32> {graph.name = "same"}, tensor<1x4xf32> {graph.name = "first"},
        tensor<1x4xf32> {graph.name = "second"}) {
  %0 = graph.neg %a : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %a, %0, %0 : tensor<1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>
}
)");
  run();
  EXPECT_EQ(output("same"), (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(output("first"), (std::vector<float>{-1, -2, -3, -4}));
  EXPECT_EQ(output("second"), output("first"));
}

TEST_F(Borders, OutputsWhoseNamesAreOneFileAreBothSaved) {
  compile(R"(
func.func @main(%a: tensor<1x4xf32> {graph.name = "x"})
    -> (tensor<1x4xf32> {graph.name = "a/b"}, tensor<1x4xf32> {graph.name = "a_b"}) {
  %0 = graph.neg %a : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %a, %0 : tensor<1x4xf32>, tensor<1x4xf32>
}
)");
  run();
  EXPECT_EQ(output("a_b"), (std::vector<float>{1, 2, 3, 4}));
  EXPECT_EQ(output("a_b-2"), (std::vector<float>{-1, -2, -3, -4}));
}

const std::string kTwoOutputs = R"(
func.func @main(%a: tensor<1x4xf32> {graph.name = "x=1"})
    -> (tensor<1x4xf32> {graph.name = "a"}, tensor<1x4xf32> {graph.name = "z"}) {
  %0 = graph.neg %a : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %a, %0 : tensor<1x4xf32>, tensor<1x4xf32>
}
)";

TEST_F(Borders, AllOutputsAreSavedOrNone) {
  compile(kTwoOutputs);
  std::filesystem::create_directories(path("out/z.npy"));
  ASSERT_TRUE(
      writeNpy(path("i.npy"), ElementType::kF32, Shape{1, 4}, std::vector<std::byte>(16)).ok());
  Outcome outcome =
      runTandem({"run", path("m.tandem"), "-i", path("i.npy"), "--save", path("out")});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_EQ(outcome.err, path("out/z.npy") + ": error: cannot write: there is something that is no "
                                             "file\n");
  EXPECT_FALSE(std::filesystem::exists(path("out/a.npy")));
}

TEST_F(Borders, AnOutputDoesNotReplaceAnInput) {
  compile(kTwoOutputs);
  std::filesystem::create_directories(path("out"));
  std::string input = path("out/a.npy");
  ASSERT_TRUE(writeNpy(input, ElementType::kF32, Shape{1, 4}, std::vector<std::byte>(16)).ok());
  std::string before = readBytes(input);
  Outcome outcome = runTandem({"run", path("m.tandem"), "-i", input, "--save", path("out")});
  EXPECT_EQ(outcome.exitCode, 2);
  EXPECT_EQ(outcome.err, input +
                             ": error: would be replaced by an output, choose another folder for "
                             "--save\n");
  EXPECT_EQ(readBytes(input), before);
}

TEST_F(Borders, ANameMayHaveAnEqualsSign) {
  compile(kTwoOutputs);
  ASSERT_TRUE(
      writeNpy(path("i.npy"), ElementType::kF32, Shape{1, 4}, std::vector<std::byte>(16)).ok());
  EXPECT_EQ(runTandem({"run", path("m.tandem"), "-i", "x=1=" + path("i.npy")}).exitCode, 0);
}

TEST_F(Borders, ATensorWithoutDimensionsIsATensor) {
  compile(R"(
func.func @main(%a: tensor<1x4xf32> {graph.name = "x"})
    -> (tensor<f32> {graph.name = "mean"}, tensor<1x4xf32> {graph.name = "less"}) {
  %0 = graph.mean %a axes [0, 1] : (tensor<1x4xf32>) -> tensor<f32>
  %1 = graph.sub %a, %0 : (tensor<1x4xf32>, tensor<f32>) -> tensor<1x4xf32>
  return %0, %1 : tensor<f32>, tensor<1x4xf32>
}
)");
  run();
  EXPECT_EQ(output("mean"), std::vector<float>{2.5});
  EXPECT_EQ(output("less"), (std::vector<float>{-1.5, -0.5, 0.5, 1.5}));
}

} // namespace
} // namespace tandem::test
