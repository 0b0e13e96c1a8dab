// Where ops go, as the command line says it: devices, reports, requirements, drawings.

#include "tests/cli/program.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace tandem::test {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// The cpu backend packs constant biases only.
const std::string kModel = R"(
func.func @main(%a: tensor<1x4xf32> {graph.name = "a"}, %w: tensor<4x4xf32> {graph.name = "w"},
                %bias: tensor<4xf32> {graph.name = "bias"}, %b: tensor<1x4xf32> {graph.name = "b"})
    -> (tensor<1x4xf32> {graph.name = "sum"}) {
  %0 = graph.fully_connected %a, %w, %bias
     : (tensor<1x4xf32>, tensor<4x4xf32>, tensor<4xf32>) -> tensor<1x4xf32> loc("product_1")
  %1 = graph.add %0, %b : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("add_1")
  return %1 : tensor<1x4xf32>
}
)";
const std::string kReason = "the bias is computed by the model, only constant ones are packed";

class PlacementCommands : public ::testing::Test {
protected:
  void SetUp() override { writeBytes(path("m.mlir"), kModel); }
  std::string path(const std::string &name) const { return folder_.path(name); }
  Outcome compile(std::vector<std::string> more) {
    more.insert(more.begin(), {"compile", path("m.mlir"), "-o", path("m.tandem")});
    return runTandem(more);
  }

  TemporaryFolder folder_;
};

TEST_F(PlacementCommands, ListsTheDevices) {
  Outcome text = runTandem({"devices"});
  EXPECT_EQ(text.exitCode, 0);
  EXPECT_THAT(text.out,
              HasSubstr("mt6873  MediaTek MT6873 (Dimensity 800)  (modelled, not measured)"));
  json one = json::parse(runTandem({"devices", "mt6873", "--json"}).out);
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0]["processors"][0]["backend"], "neuron");
  EXPECT_EQ(one[0]["modelled"], true);
}

TEST_F(PlacementCommands, RefusesADeviceThatIsNotThere) {
  Outcome outcome = compile({"--device", "mt9999"});
  EXPECT_EQ(outcome.exitCode, 2);
  EXPECT_THAT(outcome.err,
              HasSubstr("tandem compile: no device is called 'mt9999', only host, mt6873; a file "
                        "of one ends in .json; see 'tandem compile --help'\n"));
  writeBytes(path("d.json"), "{\"name\": \"d\", \"processors\": [{\"name\": \"p\"}]}");
  Outcome broken = compile({"--device", path("d.json")});
  EXPECT_EQ(broken.exitCode, 1);
  EXPECT_THAT(broken.err,
              HasSubstr(path("d.json") + ": error: processors[0]: 'backend' is missing\n"));
  EXPECT_EQ(folder_.names(), (std::vector<std::string>{"d.json", "m.mlir"}));
}

TEST_F(PlacementCommands, ABackendWithoutAProcessorOnTheDeviceIsRefused) {
  writeBytes(path("d.json"),
             "{\"name\": \"d\", \"processors\": [{\"name\": \"p\", \"backend\": \"reference\"}]}");
  Outcome outcome = compile({"--device", path("d.json"), "--backends", "cpu"});
  EXPECT_EQ(outcome.exitCode, 2);
  EXPECT_THAT(outcome.err,
              HasSubstr("device 'd' has no processor for backend 'cpu', only for reference; see "));
}

TEST_F(PlacementCommands, ADeviceForABackendOfAnotherBuildIsRefused) {
  writeBytes(path("d.json"),
             "{\"name\": \"d\", \"processors\": [{\"name\": \"p\", \"backend\": \"gpu\"}]}");
  Outcome outcome = compile({"--device", path("d.json")});
  EXPECT_EQ(outcome.exitCode, 1) << "the file says so, and not the command line";
  EXPECT_THAT(outcome.err,
              StartsWith(path("d.json") + ": error: needs backend 'gpu'; this build has cpu"));
}

TEST_F(PlacementCommands, TheReportSaysForEveryOpWhereAndWhyNotElsewhere) {
  Outcome outcome = compile({"--report=json"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  json report = json::parse(outcome.out);
  ASSERT_EQ(report["ops"].size(), 2U);
  EXPECT_EQ(report["ops"][0]["node"], "product_1");
  EXPECT_EQ(report["ops"][0]["device"], "reference");
  EXPECT_EQ(report["ops"][0]["alternatives"]["cpu"]["reasons"], json::array({kReason}));
  EXPECT_EQ(report["ops"][1]["inputs"], json::array({0}));
  EXPECT_EQ(report["device"]["modelled"], true);
  EXPECT_EQ(report["coverage"]["cpu"]["ops"], 0.5);
  Outcome table = compile({"--report"});
  EXPECT_THAT(table.out, HasSubstr("not cpu: " + kReason + "\n"));
  EXPECT_THAT(table.out, StartsWith("device host (modelled): "));
}

TEST_F(PlacementCommands, ARequirementThatIsNotMetFailsWithEveryOpElsewhere) {
  Outcome outcome = compile({"--require", "cpu>=90%"});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_THAT(outcome.err, HasSubstr(path("m.mlir") +
                                     ": error: 50.0 % of the ops are on cpu, 90.0 % are required; "
                                     "elsewhere: fully_connected 'product_1' (" +
                                     kReason + ")\n"));
  EXPECT_EQ(folder_.names(), std::vector<std::string>{"m.mlir"}) << "nothing is written";
  EXPECT_EQ(compile({"--require", "cpu>=50%", "--require", "reference:macs>=100%"}).exitCode, 0);
}

TEST_F(PlacementCommands, WrongRequirementsAndOptionsAreRefused) {
  for (const char *text : {"cpu>90%", "cpu>=101%", "cpu>=x%", ">=5%", "cpu:ops>=5%", ""}) {
    Outcome outcome = compile({"--require", text});
    EXPECT_EQ(outcome.exitCode, 2) << text;
    EXPECT_THAT(outcome.err, HasSubstr("write BACKEND>=PERCENT% or BACKEND:macs>=PERCENT%"));
  }
  Outcome form = compile({"--option", "cpu=3"});
  EXPECT_EQ(form.exitCode, 2);
  EXPECT_THAT(form.err, HasSubstr("--option cpu=3: write BACKEND.KEY=VALUE; see"));
  Outcome owner = compile({"--option", "gpu.speed=3"});
  EXPECT_EQ(owner.exitCode, 2);
  EXPECT_THAT(owner.err, HasSubstr("option 'gpu.speed' is of no backend that is used, only cpu, "
                                   "reference are"));
  EXPECT_EQ(compile({"--placement", "lucky"}).exitCode, 2);
}

TEST_F(PlacementCommands, MeasuredTimesCountInsteadOfTheModels) {
  Outcome measured = runTandem({"profile", path("m.mlir"), "-o", path("mine.json")});
  ASSERT_EQ(measured.exitCode, 0) << measured.err;
  json profile = json::parse(readBytes(path("mine.json")));
  const std::string key = "cpu add 1x4:f32 1x4:f32 -> 1x4:f32";
  ASSERT_TRUE(profile["measured_us"].contains(key)) << profile["measured_us"].dump();
  EXPECT_GT(profile["measured_us"][key].get<double>(), 0);
  EXPECT_EQ(profile["measured_us"].size(), 1U) << "the product is not the cpu backend's";

  profile["measured_us"][key] = 1234.5;
  writeBytes(path("mine.json"), profile.dump());
  Outcome outcome = compile({"--device", path("mine.json"), "--report=json"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  json add = json::parse(outcome.out)["ops"][1];
  EXPECT_EQ(add["device"], "reference") << "which the model has faster than that measurement";
  EXPECT_EQ(add["alternatives"]["cpu"]["predicted_us"], 1234.5);
}

TEST_F(PlacementCommands, DrawsTheGraphOfAModelAndOfABundle) {
  Outcome model =
      runTandem({"inspect", path("m.mlir"), "--svg", path("m.svg"), "--dot", path("m.dot")});
  ASSERT_EQ(model.exitCode, 0) << model.err;
  std::string svg = readBytes(path("m.svg"));
  EXPECT_THAT(svg, StartsWith("<svg xmlns='http://www.w3.org/2000/svg'"));
  EXPECT_THAT(svg, HasSubstr("fully_connected  reference_0"));
  EXPECT_THAT(svg, HasSubstr("stroke-dasharray")) << "the value that crosses";
  std::string dot = readBytes(path("m.dot"));
  EXPECT_THAT(dot, HasSubstr("subgraph \"cluster_cpu_1\""));
  EXPECT_THAT(dot, HasSubstr("n0 -> n1 [style=dashed];"));
  ASSERT_EQ(compile({}).exitCode, 0);
  ASSERT_EQ(runTandem({"inspect", path("m.tandem"), "--dot", path("b.dot")}).exitCode, 0);
  EXPECT_EQ(readBytes(path("b.dot")), dot) << "a bundle carries its report";
}

TEST_F(PlacementCommands, ADrawingThatCannotBeWrittenIsAnError) {
  Outcome outcome = runTandem({"inspect", path("m.mlir"), "--svg", path("m.mlir") + "/x.svg"});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_THAT(outcome.err, HasSubstr("x.svg: error: "));
}

} // namespace
} // namespace tandem::test
