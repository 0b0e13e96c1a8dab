// The placement report keeps to docs/report.schema.json, whatever is in it.

#include "tests/cli/json_schema.h"
#include "tests/cli/program.h"

#include <gmock/gmock.h>

namespace tandem::test {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Ops for the NPU, for the CPU alone (a rank that no NPU takes) and for the reference backend
/// alone (pow), one with multiply-accumulates, and a model that ends in two outputs.
const std::string kModel = R"(
func.func @main(%x: tensor<1x4x4x2xf32> {graph.name = "x"})
    -> (tensor<1x4x4x3xf32> {graph.name = "y"}, tensor<1x1x1x1x96xf32> {graph.name = "z"}) {
  %f = graph.constant dense<0.5> : tensor<3x1x1x2xf32> : tensor<3x1x1x2xf32>
  %0 = graph.conv_2d %x, %f : (tensor<1x4x4x2xf32>, tensor<3x1x1x2xf32>)
      -> tensor<1x4x4x3xf32> loc("conv")
  %1 = graph.pow %0, %0 : (tensor<1x4x4x3xf32>, tensor<1x4x4x3xf32>)
      -> tensor<1x4x4x3xf32> loc("power")
  %2 = graph.concat %0, %1 axis 0 : (tensor<1x4x4x3xf32>, tensor<1x4x4x3xf32>)
      -> tensor<2x4x4x3xf32> loc("join")
  %3 = graph.reshape %2 shape [1, 1, 1, 1, 96] : (tensor<2x4x4x3xf32>)
      -> tensor<1x1x1x1x96xf32> loc("flat")
  %4 = graph.relu %3 : (tensor<1x1x1x1x96xf32>) -> tensor<1x1x1x1x96xf32> loc("rectify")
  return %1, %4 : tensor<1x4x4x3xf32>, tensor<1x1x1x1x96xf32>
}
)";

class ReportSchema : public ::testing::Test {
protected:
  void SetUp() override {
    writeBytes(folder_.path("m.mlir"), kModel);
    schema_ = json::parse(readBytes(std::string(TANDEM_SOURCE_DIR) + "/docs/report.schema.json"));
  }

  json report(std::vector<std::string> more) {
    more.insert(more.begin(), {"compile", folder_.path("m.mlir"), "--check", "--report=json"});
    Outcome outcome = runTandem(more);
    EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
    return json::parse(outcome.out, nullptr, /*allow_exceptions=*/false);
  }

  TemporaryFolder folder_;
  json schema_;
};

TEST_F(ReportSchema, HoldsForEveryDeviceAndPolicy) {
  const std::vector<std::string> requests[] = {
      {},
      {"--backends", "cpu,reference"},
      {"--backends", "reference"},
      {"--backends", "neuron,cpu,reference"},
      {"--device", "mt6873"},
      {"--device", "mt6873", "--placement", "greedy"},
      {"--device", "mt6873", "--backends", "neuron,reference"},
  };
  for (const std::vector<std::string> &more : requests)
    EXPECT_THAT(violationsOf(schema_, report(more)), IsEmpty()) << json(more).dump();
}

TEST_F(ReportSchema, HoldsForTheReportInsideABundleAndInsideTheJsonOfCompile) {
  Outcome compiled = runTandem(
      {"compile", folder_.path("m.mlir"), "-o", folder_.path("m.tandem"), "--report", "--json"});
  ASSERT_EQ(compiled.exitCode, 0) << compiled.err;
  EXPECT_THAT(violationsOf(schema_, json::parse(compiled.out)["report"]), IsEmpty());
}

TEST_F(ReportSchema, IsBrokenByEveryKindOfMistake) {
  const json good = report({"--device", "mt6873"});
  ASSERT_THAT(violationsOf(schema_, good), IsEmpty());
  auto broken = [&](const std::string &pointer, const json &value) {
    json bad = good;
    bad[json::json_pointer(pointer)] = value;
    return violationsOf(schema_, bad);
  };
  EXPECT_THAT(broken("/new", 1), ElementsAre("$: has \"new\", which the schema does not name"));
  EXPECT_THAT(broken("/ops/0/macs", -1), ElementsAre("$.ops[0].macs: is -1, the minimum is 0"));
  EXPECT_THAT(broken("/ops/0/macs", 1.5),
              ElementsAre("$.ops[0].macs: is 1.5, expected \"integer\""));
  const std::string backend = good["coverage"].begin().key();
  EXPECT_THAT(broken("/coverage/" + backend + "/ops", 2),
              ElementsAre("$.coverage." + backend + ".ops: is 2, the maximum is 1"));
  EXPECT_THAT(broken("/placement/policy", "lucky"),
              ElementsAre("$.placement.policy: is \"lucky\""));
  EXPECT_THAT(broken("/placement/greedy_us", "soon"),
              ElementsAre("$.placement.greedy_us: is \"soon\", expected [\"number\",\"null\"]"));
  EXPECT_THAT(broken("/placement/greedy_us", nullptr), IsEmpty());
  json without = good;
  without["ops"][1].erase("region");
  EXPECT_THAT(violationsOf(schema_, without), ElementsAre("$.ops[1]: lacks \"region\""));
  EXPECT_THAT(violationsOf(json{{"pattern", "x"}}, "x"),
              ElementsAre("$: the schema has the keyword 'pattern', which this does not know"));
}

} // namespace
} // namespace tandem::test
