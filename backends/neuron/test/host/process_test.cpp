// The library brings a compiler of its own into processes that may have one already, as `tandem`
// is: neither disturbs the other, whoever comes first.
#include "backends/neuron/test/host/client.h"
#include "compiler/driver/compiler.h"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <thread>

namespace tandem::neuron::test {
namespace {
using ::testing::ElementsAre;

std::vector<float> sumByLibrary() {
  Client client;
  auto a = client.input(f32({2, 2})), b = client.input(f32({2, 2}));
  auto y = client.output(f32({2, 2}));
  client.operation(NEURON_ADD, {a, b, client.scalar(int32_t(NEURON_FUSED_NONE))}, {y});
  return client.compute<float>(std::vector<float>{1, 2, 3, 4}, std::vector<float>{10, 20, 30, 40});
}

/// Compiles something with the compiler that this program is linked with.
std::string compileHere(const std::string &name) {
  std::string folder = ::testing::TempDir(), model = folder + name + ".mlir";
  std::ofstream(model) << "func.func @main(%x: tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32> {\n"
                          "  %0 = graph.tanh %x : (tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>\n"
                          "  return %0 : tensor<1x4x4x2xf32>\n}\n";
  CompileRequest request;
  request.modelPath = model;
  Result<CompiledModel> compiled = compileModel(request, folder + name + ".tandem");
  return compiled.ok() ? "" : compiled.error().text();
}

TEST(OneProcess, HoldsTwoCompilers) {
  EXPECT_EQ(compileHere("neuron_before"), "");
  EXPECT_THAT(sumByLibrary(), ElementsAre(11, 22, 33, 44));
  EXPECT_EQ(compileHere("neuron_after"), "");
}

TEST(OneProcess, HoldsTwoCompilersAtTheSameTime) {
  std::string error;
  std::thread other([&] {
    for (int i = 0; i < 4 && error.empty(); ++i)
      error = compileHere("neuron_beside");
  });
  for (int i = 0; i < 4; ++i)
    EXPECT_THAT(sumByLibrary(), ElementsAre(11, 22, 33, 44));
  other.join();
  EXPECT_EQ(error, "");
}

} // namespace
} // namespace tandem::neuron::test
