// What the table takes, the host's library compiles: every row, with every type of elements.
#include "backends/neuron/test/client/examples.h"

#include <gmock/gmock.h>

namespace tandem {
const Backend &neuronBackend();
}

namespace tandem::neuron {
namespace {

using test::Example;

class TakenRow : public ::testing::TestWithParam<Example> {};

TEST_P(TakenRow, IsCompiledByTheHostsLibrary) {
  test::OpText text(GetParam().arguments, GetParam().body);
  ASSERT_TRUE(text.op());
  Processor processor;
  processor.name = "npu";
  if (!neuronBackend().supports(text.op(), processor))
    GTEST_SKIP() << "taken back by a constraint (capability_test.cpp)";
  Region region = {.name = "row",
                   .ops = {text.op()},
                   .inputs = {},
                   .outputs = {text.op()->getResult(0)},
                   .composites = {}};
  for (mlir::Value argument : text.op()->getBlock()->getArguments())
    region.inputs.push_back(argument);
  CompileOptions options;
  options.processor = &processor;
  options.settings["sdk-lib"] = TANDEM_HOST_LIBRARY;
  ModelBuilder builder;
  auto artifact = neuronBackend().compile(region, builder, options);
  EXPECT_TRUE(bool(artifact)) << llvm::toString(artifact.takeError());
}

INSTANTIATE_TEST_SUITE_P(Table, TakenRow, ::testing::ValuesIn(test::allExamples()),
                         [](const auto &info) { return test::nameOf(info.param); });

} // namespace
} // namespace tandem::neuron
