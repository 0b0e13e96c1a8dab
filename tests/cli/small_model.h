#pragma once

#include "tests/cli/program.h"
#include "tools/tandem/npy.h"

#include <gtest/gtest.h>

namespace tandem::test {

/// A model of two inputs and one operation, as text, so that every build can run it.
inline const std::string kSmallModel = R"(
func.func @main(%a: tensor<1x4xf32> {graph.name = "left"}, %b: tensor<1x4xf32> {graph.name = "right"})
    -> (tensor<1x4xf32> {graph.name = "sum"}) {
  %0 = graph.add %a, %b : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("add_1")
  return %0 : tensor<1x4xf32>
}
)";

/// A folder with the small model in m.mlir.
class SmallModel : public ::testing::Test {
protected:
  void SetUp() override { writeBytes(path("m.mlir"), kSmallModel); }

  std::string path(const std::string &name) const { return folder_.path(name); }

  /// m.mlir into m.tandem.
  void compile() {
    Outcome outcome =
        runTandem({"compile", path("m.mlir"), "-o", path("m.tandem"), "--backends", "reference"});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  }

  void writeArray(const std::string &name, ElementType type, const Shape &shape) {
    std::vector<std::byte> data(static_cast<size_t>(*elementCount(shape)) * elementSize(type));
    ASSERT_TRUE(writeNpy(path(name), type, shape, data).ok());
  }

  /// `tandem run m.tandem` with a good file in both inputs, and more arguments.
  std::vector<std::string> runArguments(const std::vector<std::string> &more = {}) {
    writeArray("a.npy", ElementType::kF32, {1, 4});
    std::vector<std::string> arguments = {"run",     path("m.tandem"),
                                          "--input", "left=" + path("a.npy"),
                                          "--input", "right=" + path("a.npy")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  TemporaryFolder folder_;
};

} // namespace tandem::test
