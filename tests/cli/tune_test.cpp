// tandem tune, the log that it writes, and the times of steps.

#include "tests/cli/small_model.h"

#include "base/file.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

using ::testing::HasSubstr;
using json = nlohmann::json;

namespace tandem::test {
namespace {

class Tune : public SmallModel {
protected:
  void SetUp() override {
    SmallModel::SetUp();
    // Heavy enough to be tuned: 0.5 million products.
    ASSERT_TRUE(writeFileAtomically(path("conv.mlir"), R"(
func.func @main(%x: tensor<1x24x24x32xf32> {graph.name = "in"}) -> (tensor<1x24x24x32xf32> {graph.name = "out"}) {
  %w = graph.constant dense<0.375> : tensor<32x1x1x32xf32> : tensor<32x1x1x32xf32>
  %b = graph.constant dense<0.5> : tensor<32xf32> : tensor<32xf32>
  %0 = graph.conv_2d %x, %w, %b : (tensor<1x24x24x32xf32>, tensor<32x1x1x32xf32>, tensor<32xf32>) -> tensor<1x24x24x32xf32>
  return %0 : tensor<1x24x24x32xf32>
})")
                    .ok());
  }

  json jsonOf(const std::vector<std::string> &arguments) {
    Outcome outcome = runTandem(arguments);
    EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
    return json::parse(outcome.out, nullptr, /*allow_exceptions=*/false);
  }
};

TEST_F(Tune, WritesALogThatCompileReads) {
  json report =
      jsonOf({"tune", path("conv.mlir"), "-o", path("log.json"), "--seconds", "0.5", "--json"});
  ASSERT_TRUE(report.contains("operations")) << report;
  EXPECT_LE(report["us"], report["model_us"]);
  ASSERT_EQ(report["operations"].size(), 1u);
  const json &operation = report["operations"][0];
  EXPECT_THAT(operation["operation"].get<std::string>(),
              HasSubstr("conv f32 1x1x576x32 1x1 stride 1x1"));

  auto file = MappedFile::open(path("log.json"));
  ASSERT_TRUE(file.ok());
  json log = json::parse(file->text(), nullptr, /*allow_exceptions=*/false);
  EXPECT_EQ(log["format"], "tandem-tuning");
  ASSERT_EQ(log["schedules"].size(), 1u);
  EXPECT_EQ(log["schedules"][0]["machine"], report["machine"]);
  EXPECT_EQ(log["schedules"][0]["operation"], operation["operation"]);

  // Whatever was found, another schedule is taken when the log says so.
  log["schedules"][0]["schedule"] = "2x1 pixel-units";
  ASSERT_TRUE(writeFileAtomically(path("log.json"), log.dump()).ok());
  jsonOf({"compile", path("conv.mlir"), "-o", path("c.tandem"), "--backends", "cpu", "--tuning",
          path("log.json"), "--json"});
  json bench = jsonOf({"bench", path("c.tandem"), "--seconds", "0.01", "--steps", "--json"});
  ASSERT_EQ(bench["regions"][0]["steps"].size(), 1u);
  const json &step = bench["regions"][0]["steps"][0];
  EXPECT_THAT(step["schedule"].get<std::string>(), HasSubstr(": 2x1 pixel-units"));
  EXPECT_GT(step["units"], 1);
  EXPECT_GT(step["median_us"], 0.0);

  // The entries of other operations stay.
  jsonOf({"tune", path("conv.mlir"), "-o", path("log.json"), "--seconds", "0.01", "--json"});
}

TEST_F(Tune, RefusesALogThatIsNone) {
  ASSERT_TRUE(writeFileAtomically(path("log.json"), "{}").ok());
  Outcome tune = runTandem({"tune", path("conv.mlir"), "-o", path("log.json")});
  EXPECT_EQ(tune.exitCode, 1);
  EXPECT_EQ(tune.err,
            path("log.json") + ": error: no tuning log: 'format' is not 'tandem-tuning'\n");
  Outcome compile = runTandem(
      {"compile", path("conv.mlir"), "-o", path("c.tandem"), "--tuning", path("log.json")});
  EXPECT_EQ(compile.exitCode, 1);
  EXPECT_EQ(compile.err, tune.err);
  Outcome missing =
      runTandem({"compile", path("conv.mlir"), "-o", path("c.tandem"), "--tuning", path("no")});
  EXPECT_EQ(missing.exitCode, 1);
  EXPECT_THAT(missing.err, HasSubstr("no: error: cannot open"));
  Outcome replaced = runTandem({"tune", path("conv.mlir"), "-o", path("conv.mlir")});
  EXPECT_NE(replaced.exitCode, 0);
}

} // namespace
} // namespace tandem::test
