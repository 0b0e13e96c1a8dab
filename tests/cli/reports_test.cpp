// What the commands print for programs to read (--json), and for people.

#include "tests/cli/small_model.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace tandem::test {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::vector<std::string> keysOf(const json &object) {
  std::vector<std::string> keys;
  for (const auto &[key, value] : object.items())
    keys.push_back(key);
  return keys; // sorted, as json keeps them
}

class Reports : public SmallModel {
protected:
  json jsonOf(const std::vector<std::string> &arguments) {
    Outcome outcome = runTandem(arguments);
    EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
    return json::parse(outcome.out, nullptr, /*allow_exceptions=*/false);
  }
};

const json kTensor = {{"name", "left"}, {"type", "f32"}, {"shape", {1, 4}}};

TEST_F(Reports, OfCompileHaveEveryOp) {
  json report = jsonOf({"compile", path("m.mlir"), "-o", path("m.tandem"), "--report=json",
                        "--backends", "reference"});
  EXPECT_THAT(keysOf(report), ElementsAre("coverage", "device", "ops", "placement", "regions"));
  EXPECT_EQ(report["regions"].size(), 1u);
  ASSERT_EQ(report["ops"].size(), 1u);
  const json &op = report["ops"][0];
  EXPECT_EQ(op["op"], "add");
  EXPECT_EQ(op["node"], "add_1");
  EXPECT_EQ(op["device"], "reference");
  EXPECT_TRUE(op["predicted_us"].is_number());
  EXPECT_EQ(
      jsonOf({"compile", path("m.mlir"), "--check", "--report=json", "--backends", "reference"}),
      report);
}

TEST_F(Reports, OfCompileHaveTheSizesAndOnRequestThePlacement) {
  std::vector<std::string> compile = {"compile", path("m.mlir"), "-o",       path("m.tandem"),
                                      "--json",  "--backends",   "reference"};
  json sizes = jsonOf(compile);
  EXPECT_THAT(keysOf(sizes),
              ElementsAre("arena_bytes", "arena_lower_bound_bytes", "bundle", "bundle_bytes",
                          "model", "ops", "regions", "weight_bytes"));
  EXPECT_EQ(sizes["model"], path("m.mlir"));
  EXPECT_EQ(sizes["bundle"], path("m.tandem"));
  EXPECT_EQ(sizes["bundle_bytes"], std::filesystem::file_size(path("m.tandem")));
  EXPECT_EQ(sizes["ops"], 1);
  EXPECT_EQ(sizes["regions"], 1);
  EXPECT_GE(sizes["arena_bytes"], 3 * 16);
  compile.emplace_back("--report");
  EXPECT_EQ(jsonOf(compile)["report"]["ops"][0]["node"], "add_1");
  EXPECT_THAT(keysOf(jsonOf({"compile", path("m.mlir"), "--check", "--json"})),
              ElementsAre("model", "ops", "regions", "report"));
}

TEST_F(Reports, OfProfileHaveTheTimeOfEveryOp) {
  json report = jsonOf({"profile", path("m.mlir"), "-o", path("p.json"), "--json"});
  EXPECT_THAT(keysOf(report), ElementsAre("backend", "model", "ops", "output", "total_us"));
  EXPECT_EQ(report["output"], path("p.json"));
  EXPECT_EQ(report["backend"], "cpu");
  ASSERT_EQ(report["ops"].size(), 1u);
  EXPECT_THAT(keysOf(report["ops"][0]), ElementsAre("count", "key", "node", "op", "us"));
  EXPECT_EQ(report["ops"][0]["key"], "cpu add 1x4:f32 1x4:f32 -> 1x4:f32");
  EXPECT_EQ(report["ops"][0]["node"], "add_1");
  EXPECT_EQ(report["total_us"], report["ops"][0]["us"]);
  EXPECT_EQ(json::parse(readBytes(path("p.json")))["measured_us"].begin().value(),
            report["ops"][0]["us"]);
}

/// What is alike is timed once, and counts as often as the model has it.
TEST_F(Reports, OfProfileSumOverAllOpsOfTheModel) {
  writeBytes(path("m.mlir"), R"(
func.func @main(%a: tensor<1x4xf32> {graph.name = "a"}) -> (tensor<1x4xf32> {graph.name = "out"}) {
  %0 = graph.add %a, %a : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("add_1")
  %1 = graph.add %0, %a : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("add_2")
  %2 = graph.add %1, %a : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x4xf32> loc("add_3")
  return %2 : tensor<1x4xf32>
}
)");
  json report = jsonOf({"profile", path("m.mlir"), "-o", path("p.json"), "--json"});
  double us = 0;
  int count = 0;
  for (const json &op : report["ops"]) {
    us += op["us"].get<double>() * op["count"].get<int>();
    count += op["count"].get<int>();
  }
  EXPECT_EQ(count, 3);
  EXPECT_LT(report["ops"].size(), 3u);
  EXPECT_DOUBLE_EQ(report["total_us"].get<double>(), us);
  EXPECT_THAT(runTandem({"profile", path("m.mlir"), "-o", path("p.json")}).err,
              HasSubstr("different ops on cpu; the model's 3 take "));
}

TEST_F(Reports, SayWhichTimesAreMeasured) {
  json before = jsonOf({"compile", path("m.mlir"), "--check", "--report=json"});
  EXPECT_EQ(before["device"]["measured_ops"], 0);
  jsonOf({"profile", path("m.mlir"), "-o", path("p.json"), "--json"});
  const std::vector<std::string> check = {"compile",  path("m.mlir"), "--check",
                                          "--device", path("p.json"), "--backends=cpu"};
  EXPECT_THAT(runTandem(check).out, StartsWith("device host (modelled, 1 of 1 ops measured): "));
  EXPECT_THAT(runTandem(check).out, ::testing::Not(HasSubstr("tandem profile")));
  EXPECT_EQ(jsonOf({"compile", path("m.mlir"), "--check", "--report=json", "--backends=cpu",
                    "--device", path("p.json")})["device"]["measured_ops"],
            1);
  EXPECT_THAT(runTandem({"devices", path("p.json")}).out,
              HasSubstr("  (modelled, but for 1 op that is measured)\n"));
  EXPECT_EQ(jsonOf({"devices", path("p.json"), "--json"})[0]["measured_ops"], 1);
  EXPECT_EQ(jsonOf({"devices", "host", "--json"})[0]["measured_ops"], 0);
}

TEST_F(Reports, OfCompileAreATableForPeople) {
  Outcome outcome = runTandem(
      {"compile", path("m.mlir"), "-o", path("m.tandem"), "--report", "--backends", "reference"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_THAT(outcome.out, StartsWith("device host (modelled): "));
  EXPECT_THAT(outcome.out, HasSubstr("; 'tandem profile MODEL -o mine.json' measures it"));
  EXPECT_THAT(outcome.out, HasSubstr(" add_1\n"));
  EXPECT_EQ(runTandem({"compile", path("m.mlir"), "--check", "--backends", "reference"}).out,
            outcome.out);
  EXPECT_THAT(runTandem({"compile", path("m.mlir"), "--emit-mlir"}).out,
              HasSubstr("graph.add %arg0, %arg1"));
}

TEST_F(Reports, OfImportAreTheGraphOnStdoutOrInAFile) {
  std::string text = runTandem({"import", path("m.mlir")}).out;
  EXPECT_THAT(text, HasSubstr("graph.add %arg0, %arg1"));
  Outcome written = runTandem({"import", path("m.mlir"), "-o", path("graph.mlir")});
  EXPECT_THAT(written.err, ::testing::EndsWith("saved " + path("graph.mlir") + "\n"));
  EXPECT_EQ(written.exitCode, 0) << written.err;
  EXPECT_EQ(written.out, "");
  EXPECT_EQ(runTandem({"import", path("graph.mlir")}).out, text) << "it can be read again";
  Outcome onItself = runTandem({"import", path("m.mlir"), "-o", path("m.mlir")});
  EXPECT_EQ(onItself.exitCode, 2);
}

TEST_F(Reports, OfInspectOnAModel) {
  json report = jsonOf({"inspect", path("m.mlir"), "--json"});
  EXPECT_THAT(keysOf(report),
              ElementsAre("file", "format", "inputs", "macs", "ops", "outputs", "weight_bytes"));
  EXPECT_EQ(report["file"], path("m.mlir"));
  EXPECT_EQ(report["format"], "mlir");
  ASSERT_EQ(report["inputs"].size(), 2u);
  EXPECT_EQ(report["inputs"][0], kTensor);
  EXPECT_EQ(report["outputs"][0]["name"], "sum");
  EXPECT_EQ(report["ops"], json({{"add", 1}}));
  EXPECT_EQ(report["macs"], 0);
  EXPECT_EQ(report["weight_bytes"], 0);
  Outcome text = runTandem({"inspect", path("m.mlir")});
  EXPECT_EQ(text.exitCode, 0);
  EXPECT_EQ(text.out, path("m.mlir") + ": mlir\n"
                                       "  input    left  f32  1x4\n"
                                       "  input    right  f32  1x4\n"
                                       "  output   sum  f32  1x4\n"
                                       "  MACs     0.00 million\n"
                                       "  weights  0 B\n"
                                       "      1 add\n");
}

TEST_F(Reports, OfInspectOnModelsOfEachFormat) {
  const std::pair<std::string, std::string> models[] = {{"tflite", "tflite_fuzz/quantized.tflite"},
                                                        {"keras", "keras_fuzz/residual.h5"},
                                                        {"torch", "torch_fuzz/small_2_15.pt2"}};
  for (const auto &[format, file] : models) {
    json report =
        jsonOf({"inspect", std::string(TANDEM_SOURCE_DIR) + "/tests/fuzz/seeds/" + file, "--json"});
    EXPECT_EQ(report["format"], format);
    EXPECT_GT(report["macs"], 0) << format;
    EXPECT_GT(report["weight_bytes"], 0) << format;
    EXPECT_EQ(report["inputs"][0].contains("scale"), format == "tflite");
  }
}

TEST_F(Reports, OfInspectOnABundle) {
  compile();
  json report = jsonOf({"inspect", path("m.tandem"), "--json"});
  EXPECT_THAT(keysOf(report),
              ElementsAre("bytes", "device", "file", "format", "models", "producer"));
  EXPECT_EQ(report["format"], "bundle");
  EXPECT_EQ(report["bytes"], std::filesystem::file_size(path("m.tandem")));
  EXPECT_THAT(report["producer"].get<std::string>(), StartsWith("tandem "));
  ASSERT_EQ(report["models"].size(), 1u);
  const json &model = report["models"][0];
  EXPECT_THAT(keysOf(model),
              ElementsAre("arena_bytes", "inputs", "macs", "name", "ops", "outputs", "regions",
                          "source_file", "source_format", "weight_bytes"));
  EXPECT_EQ(model["name"], "m");
  EXPECT_EQ(model["source_file"], "m.mlir");
  EXPECT_EQ(model["source_format"], "mlir");
  EXPECT_EQ(model["inputs"][0], kTensor);
  EXPECT_EQ(model["ops"], json({{"add", 1}}));
  ASSERT_EQ(model["regions"].size(), 1u);
  EXPECT_THAT(keysOf(model["regions"][0]),
              ElementsAre("artifact_bytes", "backend", "code", "fallback", "macs", "name", "ops",
                          "processor"));
  EXPECT_EQ(model["regions"][0]["backend"], "reference");
  EXPECT_EQ(model["regions"][0]["code"], json::array());
  Outcome text = runTandem({"inspect", path("m.tandem")});
  EXPECT_THAT(text.out, StartsWith(path("m.tandem") + ": bundle\ncompiled for host ("));
  EXPECT_THAT(text.out, HasSubstr(")\nmodel m, from m.mlir (mlir)\n"));
  EXPECT_THAT(text.out, HasSubstr(" on reference (cpu): 1 ops, 0.00 MMAC, "));
  EXPECT_THAT(text.out, HasSubstr(", no generated code\n"));
  EXPECT_EQ(
      runTandem({"inspect", path("m.tandem"), "--svg", path("m.svg"), "--dot", path("m.dot")}).err,
      "saved " + path("m.dot") + "\nsaved " + path("m.svg") + "\n");
}

TEST_F(Reports, OfBenchHaveTheTimes) {
  compile();
  json report = jsonOf({"bench", path("m.tandem"), "--seconds", "0.2", "--json"});
  EXPECT_THAT(keysOf(report),
              ElementsAre("bundle", "device", "max_ms", "mean_ms", "median_ms", "min_ms", "open_ms",
                          "peak_mb", "regions", "runs", "threads"));
  EXPECT_EQ(report["device"], "host");
  EXPECT_GT(report["peak_mb"], 0.0);
  EXPECT_EQ(report["bundle"], path("m.tandem"));
  EXPECT_EQ(report["threads"], 1);
  EXPECT_GE(report["runs"], 10);
  EXPECT_LE(report["min_ms"], report["median_ms"]);
  EXPECT_LE(report["median_ms"], report["max_ms"]);
  EXPECT_GT(report["min_ms"], 0.0);
  ASSERT_EQ(report["regions"].size(), 1u);
  EXPECT_THAT(keysOf(report["regions"][0]),
              ElementsAre("backend", "mean_us", "median_us", "name", "stand_in"));
  EXPECT_EQ(report["regions"][0]["stand_in"], false);
  Outcome text = runTandem({"bench", path("m.tandem"), "--seconds", "0.01", "--threads", "2"});
  EXPECT_THAT(text.out, StartsWith(path("m.tandem") + ": median "));
  EXPECT_THAT(text.out, HasSubstr(" on 2 threads; opened in "));
  EXPECT_THAT(text.out, Not(HasSubstr("compiled for")));
}

TEST_F(Reports, OfBenchSayThatTimesAreNotThoseOfAChipThatIsNotHere) {
  Outcome text = runTandem(
      {"bench", path("m.mlir"), "--device", "mt6873", "--backends", "cpu", "--seconds", "0.01"});
  EXPECT_EQ(text.exitCode, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("compiled for mt6873, run on this machine: its times are not "
                                  "that device's\n"));
}

TEST_F(Reports, OfInspectHaveTheInputsThatAModelsFileLeavesOpen) {
  const std::string model =
      std::string(TANDEM_SOURCE_DIR) + "/tests/fuzz/seeds/onnx_fuzz/coins.onnx";
  Outcome text = runTandem({"inspect", model});
  EXPECT_EQ(text.exitCode, 1);
  EXPECT_EQ(text.out, model + ": onnx\n  input    x  ?x3x?x8\n  fix by   --shape x=Ax3xBx8, with a "
                              "number for each letter\n");
  EXPECT_THAT(text.err, HasSubstr("dimension 0 of ?x3x?x8 is open (batch), fix it with --shape "
                                  "x=DIMS; 1 unsupported operator: Bernoulli (1: coins; random "
                                  "numbers)\n"))
      << "which no shape helps";
  json report = json::parse(runTandem({"inspect", model, "--json"}).out);
  EXPECT_THAT(keysOf(report), ElementsAre("error", "file", "format", "open_inputs"));
  EXPECT_EQ(report["open_inputs"],
            json::array({{{"name", "x"}, {"shape", {nullptr, 3, nullptr, 8}}}}));
}

TEST_F(Reports, OfRunHaveTheOutputs) {
  compile();
  json report = jsonOf(runArguments({"--json", "--save", path("out")}));
  EXPECT_THAT(keysOf(report), ElementsAre("bundle", "ms", "outputs", "regions"));
  ASSERT_EQ(report["outputs"].size(), 1u);
  const json &output = report["outputs"][0];
  EXPECT_THAT(keysOf(output), ElementsAre("first", "max", "min", "name", "shape", "type"));
  EXPECT_EQ(output["name"], "sum");
  EXPECT_EQ(output["shape"], json({1, 4}));
  EXPECT_EQ(output["first"], json({0.0, 0.0, 0.0, 0.0}));
  EXPECT_THAT(keysOf(report["regions"][0]), ElementsAre("backend", "faults", "name", "predicted_us",
                                                        "ran_on", "runs", "stand_in", "us"));
  auto saved = readNpy(path("out/sum.npy"));
  ASSERT_TRUE(saved.ok()) << saved.error().text();
  EXPECT_EQ(saved->shape, (Shape{1, 4}));
  EXPECT_EQ(runTandem(runArguments({"--save", path("out")})).err,
            "saved " + path("out/sum.npy") + "\n");
  Outcome text = runTandem(runArguments());
  EXPECT_THAT(text.out, StartsWith("sum  f32 1x4  min 0  max 0  first [0, 0, 0, 0]\n"));
}

} // namespace
} // namespace tandem::test
