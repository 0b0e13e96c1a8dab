// tandem tune, the log that it writes, and the times of steps.

#include "tests/cli/small_model.h"

#include "base/file.h"
#include "base/processor_name.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <csignal>

using ::testing::HasSubstr;
using json = nlohmann::json;

namespace tandem::test {
namespace {

class Tune : public SmallModel {
protected:
  void SetUp() override {
    SmallModel::SetUp();
    // Heavy enough to be tuned: 2 million products.
    ASSERT_TRUE(writeFileAtomically(path("conv.mlir"), R"(
func.func @main(%x: tensor<1x24x24x64xf32> {graph.name = "in"}) -> (tensor<1x24x24x64xf32> {graph.name = "out"}) {
  %w = graph.constant dense<0.375> : tensor<64x1x1x64xf32> : tensor<64x1x1x64xf32>
  %b = graph.constant dense<0.5> : tensor<64xf32> : tensor<64xf32>
  %0 = graph.conv_2d %x, %w, %b : (tensor<1x24x24x64xf32>, tensor<64x1x1x64xf32>, tensor<64xf32>) -> tensor<1x24x24x64xf32>
  return %0 : tensor<1x24x24x64xf32>
})")
                    .ok());
  }

  json jsonOf(const std::vector<std::string> &arguments) {
    Outcome outcome = runTandem(arguments);
    EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
    return json::parse(outcome.out, nullptr, /*allow_exceptions=*/false);
  }
};

TEST_F(Tune, TakesTheSettingsThatCompileWillHave) {
  json report = jsonOf({"tune", path("conv.mlir"), "-o", path("log.json"), "--seconds", "0.2",
                        "--option", "cpu.precision=bf16", "--json"});
  ASSERT_EQ(report["operations"].size(), 1u) << report;
  EXPECT_THAT(report["operations"][0]["operation"].get<std::string>(),
              HasSubstr("conv bf16 1x1x576x64 1x1 stride 1x1"));
}

TEST_F(Tune, WritesALogThatCompileReads) {
  json report =
      jsonOf({"tune", path("conv.mlir"), "-o", path("log.json"), "--seconds", "0.5", "--json"});
  ASSERT_TRUE(report.contains("operations")) << report;
  EXPECT_LE(report["us"], report["model_us"]);
  ASSERT_EQ(report["operations"].size(), 1u);
  const json &operation = report["operations"][0];
  EXPECT_THAT(operation["operation"].get<std::string>(),
              HasSubstr("conv f32 1x1x576x64 1x1 stride 1x1"));

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
  EXPECT_EQ(step["op"], "conv_2d");
  EXPECT_GT(step["units"], 1);
  EXPECT_GT(step["median_us"], 0.0);
  EXPECT_THAT(runTandem({"bench", path("c.tandem"), "--seconds", "0.01", "--steps"}).out,
              HasSubstr("       median  units  op       step\n"));

  // The entries of other operations stay.
  jsonOf({"tune", path("conv.mlir"), "-o", path("log.json"), "--seconds", "0.01", "--json"});
}

TEST_F(Tune, KeepsWhatItHasMeasuredWhenItIsInterrupted) {
  const std::string log = path("log.json");
  Outcome outcome =
      runProgram({"/bin/sh", "-c",
                  std::string("\"$0\" tune \"$1\" -o \"$2\" --seconds 600 & tune=$!; "
                              "until [ -s \"$2\" ]; do sleep 0.01; done; kill $tune; wait $tune"),
                  TANDEM_PROGRAM, path("conv.mlir"), log});
  EXPECT_EQ(outcome.exitCode, 128 + SIGTERM) << outcome.err;
  json kept = json::parse(readBytes(log), nullptr, /*allow_exceptions=*/false);
  ASSERT_EQ(kept["schedules"].size(), 1u) << kept;
  EXPECT_EQ(
      runTandem({"compile", path("conv.mlir"), "-o", path("c.tandem"), "--tuning", log}).exitCode,
      0);
}

TEST_F(Tune, SaysThatALogIsOfNoUse) {
  auto entry = [](const std::string &machine, const std::string &operation) {
    return json({{"machine", machine},
                 {"operation", operation},
                 {"schedule", "2x1 pixel-units"},
                 {"us", 1},
                 {"model_us", 2}});
  };
  auto warningOf = [&](const json &entries, const std::vector<std::string> &more = {}) {
    json log = {{"format", "tandem-tuning"}, {"version", 1}, {"schedules", entries}};
    writeBytes(path("log.json"), log.dump());
    std::vector<std::string> arguments = {
        "compile",  path("conv.mlir"), "-o",         path("c.tandem"),
        "--tuning", path("log.json"),  "--backends", "cpu"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Outcome outcome = runTandem(arguments);
    EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
    size_t at = outcome.err.find(path("log.json") + ": warning: ");
    return at == std::string::npos ? "" : outcome.err.substr(at + path("log.json").size() + 11);
  };
  const std::string operation =
      "avx2 conv f32 1x1x576x64 1x1 stride 1x1 dilation 1x1 pad 0x0 -> 1x576x64";
  const std::vector<std::string> ofPc = {"--option", "cpu.tuned-for=PC", "--isa", "avx2"};
  EXPECT_EQ(warningOf(json::array()), "is empty, nothing of it is used\n");
  EXPECT_THAT(warningOf(json::array({entry("PC", operation)})),
              HasSubstr("has schedules of 'PC' and none of '" + processorName() +
                        "', nothing of it is used; --option cpu.tuned-for=NAME takes those of "
                        "another machine\n"));
  EXPECT_EQ(
      warningOf(json::array({entry("PC", "avx2 conv f32 of another model")}), ofPc),
      "has no schedule for any operation of this model with code for x86-64, nothing of it is "
      "used; 'tandem tune' adds to it\n");
  EXPECT_EQ(warningOf(json::array({entry("PC", operation)}), ofPc), "") << "it fits";
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

TEST_F(Tune, OptionsOfSchedulesThatWouldDoNothingAreRefused) {
  auto refusalOf = [&](const std::string &command, const std::vector<std::string> &more) {
    std::vector<std::string> arguments = {command, path("conv.mlir"), "-o", path("out")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Outcome outcome = runTandem(arguments);
    EXPECT_NE(outcome.exitCode, 0);
    return outcome.err;
  };
  EXPECT_THAT(refusalOf("compile", {"--option", "cpu.tuned-for=PC"}),
              HasSubstr("cpu: option 'tuned-for' says whose schedules of a log to take: give "
                        "option 'tuning' too"));
  writeBytes(path("log.json"), R"({"format": "tandem-tuning", "version": 1, "schedules": []})");
  EXPECT_THAT(refusalOf("compile", {"--option", "cpu.candidate=2", "--tuning", path("log.json")}),
              HasSubstr("cpu: options 'candidate' and 'tuning' both choose schedules: give one of "
                        "them"));
  for (const std::string key : {"cpu.tuning", "cpu.tuned-for", "cpu.candidate"})
    EXPECT_THAT(refusalOf("tune", {"--option", key + "=2"}),
                HasSubstr("option '" + key + "' chooses schedules, which tune measures itself"));
}

} // namespace
} // namespace tandem::test
