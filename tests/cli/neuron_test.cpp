// The NPU on the command line: development kits that are none, blobs that are cut, what does not go
// there and why. The NPU is the host's library (backends/neuron/host).

#include "bundle/reader.h"
#include "bundle/writer.h"
#include "tests/cli/small_model.h"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <functional>

namespace tandem::test {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// The small model, all of it on the NPU.
class Npu : public SmallModel {
protected:
  Outcome compileWith(const std::vector<std::string> &more,
                      const std::vector<std::string> &variables = {}) {
    std::vector<std::string> arguments = {"compile",        path("m.mlir"), "-o",
                                          path("m.tandem"), "--placement",  "greedy"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return runTandem(arguments, {.variables = variables});
  }
  /// What a kit is refused with. Its fault, so no wrong usage; and no bundle is left.
  std::string kitError(const std::string &library, const std::vector<std::string> &target) {
    std::vector<std::string> more = target;
    more.insert(more.end(), {"--sdk-lib", library});
    Outcome outcome = compileWith(more);
    EXPECT_EQ(outcome.exitCode, 1) << outcome.err;
    EXPECT_THAT(folder_.names(), ElementsAre("m.mlir"));
    std::vector<std::string> lines = errorLines(outcome.err);
    std::string before = path("m.mlir") + ": error: " + library + ": ";
    EXPECT_THAT(lines, ElementsAre(StartsWith(before)));
    return lines.empty() ? "" : lines[0].substr(std::min(before.size(), lines[0].size()));
  }

  /// m.tandem with its first region's artifact changed, well formed otherwise.
  void changeArtifact(const std::function<void(std::string &)> &change) {
    auto reader = bundle::Reader::open(path("m.tandem"));
    ASSERT_TRUE(reader.ok()) << reader.error().text();
    bundle::ManifestT manifest;
    reader->manifest().UnPackTo(&manifest);
    uint32_t artifact = manifest.models[0]->regions[0]->artifact;
    bundle::Writer writer;
    for (uint32_t i = 0; i < reader->manifest().blobs()->size(); ++i) {
      std::span<const std::byte> blob = reader->blob(i);
      std::string bytes(reinterpret_cast<const char *>(blob.data()), blob.size());
      if (i == artifact)
        change(bytes);
      ASSERT_EQ(writer.addBlob(bytes), i);
    }
    ASSERT_TRUE(writer.write(path("m.tandem"), std::move(manifest)).ok());
  }

  const std::vector<std::string> kHere = {"--backends", "neuron,reference"};
};

TEST_F(Npu, NamesAKitThatIsNoLibrary) {
  EXPECT_THAT(kitError(path("none.so"), kHere),
              AllOf(StartsWith("the Neuron library does not load: "),
                    EndsWith("cannot open shared object file: No such file or directory")));
  EXPECT_THAT(kitError(path("m.mlir"), kHere),
              AllOf(StartsWith("the Neuron library does not load: "), HasSubstr(path("m.mlir"))));
}

TEST_F(Npu, NamesTheFunctionsThatAKitLacks) {
  EXPECT_THAT(kitError(TANDEM_OTHER_LIBRARY, kHere),
              AllOf(StartsWith("the Neuron library has no Neuron_getVersion, NeuronModel_create, "),
                    HasSubstr("NeuronExecution_compute")));
}

TEST_F(Npu, NamesTheFunctionOfAKitThatFailsWhileANetworkIsStored) {
  std::vector<std::string> more = kHere;
  more.insert(more.end(), {"--sdk-lib", TANDEM_HOST_LIBRARY});
  for (std::string function :
       {"NeuronCompilation_getCompiledNetworkSize", "NeuronCompilation_storeCompiledNetwork"})
    for (int code = 1; code <= 15; ++code) {
      std::string text = std::to_string(code);
      Outcome outcome = compileWith(more, {"TANDEM_NEURON_FAULT=" + function + ":1:" + text});
      EXPECT_EQ(outcome.exitCode, 1);
      EXPECT_THAT(errorLines(outcome.err),
                  ElementsAre(AllOf(HasSubstr(TANDEM_HOST_LIBRARY ": neuron: region 'neuron_0': " +
                                              function + " returned "),
                                    EndsWith("(" + text + ")"))));
      EXPECT_THAT(folder_.names(), ElementsAre("m.mlir"));
    }
}

TEST_F(Npu, LeavesAKitThatHangsWhileItCompiles) {
  std::vector<std::string> more = kHere;
  more.insert(more.end(),
              {"--sdk-lib", TANDEM_HOST_LIBRARY, "--option", "neuron.load-deadline-ms=200"});
  Outcome outcome =
      compileWith(more, {"TANDEM_NEURON_FAULT=NeuronCompilation_finish:1:hang=3600000"});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_THAT(errorLines(outcome.err),
              ElementsAre(HasSubstr("neuron: region 'neuron_0': the library has not compiled it in "
                                    "200 ms")));
  EXPECT_THAT(folder_.names(), ElementsAre("m.mlir"));
}

TEST_F(Npu, RefusesAKitOfAnotherVersionThanTheDevices) {
  EXPECT_EQ(kitError(TANDEM_HOST_LIBRARY, {"--device", "mt6873"}),
            "the library is Neuron 7.0.1, the processor 'apu' of the device has 5.1.2");
}

TEST_F(Npu, RefusesAKitAndOptionsThatNoBackendTakes) {
  Outcome noNpu = compileWith({"--backends", "cpu", "--sdk-lib", TANDEM_HOST_LIBRARY});
  EXPECT_EQ(noNpu.exitCode, 2);
  EXPECT_EQ(noNpu.err,
            "tandem compile: option 'neuron.sdk-lib' is of no backend that is used, only cpu are; "
            "choose others by --backends or --device; see 'tandem compile --help'\n");
  Outcome twice = compileWith({"--sdk-lib", "a.so", "--option", "neuron.sdk-lib=b.so"});
  EXPECT_EQ(twice.exitCode, 2);
  EXPECT_THAT(twice.err, HasSubstr("--sdk-lib and --option neuron.sdk-lib are the same"));
  for (std::string text : {"speed=3", "hint=fast"}) {
    Outcome wrong = compileWith({"--backends", "neuron,cpu", "--option", "neuron." + text});
    EXPECT_EQ(wrong.exitCode, 2);
    EXPECT_THAT(
        wrong.err,
        StartsWith(text == "speed=3"
                       ? "tandem compile: neuron: there is no option 'speed', only relax-fp32, "
                         "preference, priority, hint, options, deadline-ms, load-deadline-ms, "
                         "sdk-lib; see "
                       : "tandem compile: neuron: option hint is 'fast', expected "
                         "normal+low-latency+deep-fusion+batch-processing; see "));
  }
  EXPECT_THAT(folder_.names(), ElementsAre("m.mlir"));
}

TEST_F(Npu, RunsWhatAKitHasCompiledAndCompilesAgainWhatIsForAnotherSoc) {
  std::vector<std::string> more = kHere;
  more.insert(more.end(), {"--sdk-lib", TANDEM_HOST_LIBRARY});
  ASSERT_EQ(compileWith(more).exitCode, 0);
  auto runOn = [&](const std::string &soc) {
    Outcome outcome = runTandem(
        runArguments({"--json"}),
        {.variables = {"TANDEM_NEURON_LIBRARY=" TANDEM_HOST_LIBRARY, "TANDEM_NEURON_SOC=" + soc}});
    EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
    EXPECT_EQ(nlohmann::json::parse(outcome.out)["regions"][0]["ran_on"], "neuron");
    return outcome.err;
  };
  EXPECT_EQ(runOn("host"), "");
  EXPECT_EQ(runOn("mt9999"), path("m.tandem") +
                                 ": warning: neuron: region 'neuron_0': its stored network is for "
                                 "host, this is mt9999; it is compiled again\n");
}

#if !defined(__aarch64__)
TEST_F(Npu, SaysThatALibraryServesItHere) {
  ASSERT_EQ(compileWith(kHere).exitCode, 0);
  const std::string here = "neuron is served by a library on this machine's processor: its times "
                           "are not an NPU's\n";
  const std::vector<std::string> bench = {"bench", path("m.tandem"), "--seconds", "0.05"};
  EXPECT_THAT(runTandem(bench).out, EndsWith(here));
  EXPECT_THAT(runTandem(runArguments({"--profile"})).out, EndsWith(here));
  const Surroundings timing = {.variables = {"TANDEM_NEURON_TIMING=1"}};
  EXPECT_THAT(runTandem(bench, timing).out,
              EndsWith("modelled, not measured: the times of neuron\n"));
  std::vector<std::string> json = bench;
  json.emplace_back("--json");
  for (const std::vector<std::string> &arguments : {json, runArguments({"--json"})})
    EXPECT_EQ(nlohmann::json::parse(runTandem(arguments).out)["regions"][0]["stand_in"], true);
}
#endif

TEST_F(Npu, ACutBlobIsNamedWithItsRegion) {
  const std::string what = "neuron: region 'neuron_0': its artifact is none of the neuron backend";
  for (size_t part : {2, 8}) {
    auto cut = [&](std::string &bytes) { bytes.resize(bytes.size() / part); };
    ASSERT_EQ(compileWith(kHere).exitCode, 0);
    changeArtifact(cut);
    Outcome withFallback = runTandem(runArguments({"--json"}));
    EXPECT_EQ(withFallback.exitCode, 0);
    EXPECT_EQ(nlohmann::json::parse(withFallback.out)["regions"][0]["ran_on"], "reference");
    EXPECT_EQ(withFallback.err,
              path("m.tandem") + ": warning: " + what + "; it runs on reference\n");
    ASSERT_EQ(compileWith({"--backends", "neuron"}).exitCode, 0);
    changeArtifact(cut);
    Outcome alone = runTandem(runArguments());
    EXPECT_EQ(alone.exitCode, 1);
    EXPECT_EQ(alone.out, "");
    EXPECT_EQ(alone.err, path("m.tandem") + ": error: " + what + "\n");
  }
}

TEST_F(Npu, ARequirementThatIsNotMetListsEveryOpAndItsReasons) {
  writeBytes(path("m.mlir"), R"(
func.func @main(%a: tensor<1x1x1x2x4xf32> {graph.name = "a"})
    -> (tensor<1x1x1x2x4xf32> {graph.name = "out"}) {
  %0 = graph.relu %a : (tensor<1x1x1x2x4xf32>) -> tensor<1x1x1x2x4xf32> loc("rectify")
  %1 = graph.tanh %0 : (tensor<1x1x1x2x4xf32>) -> tensor<1x1x1x2x4xf32> loc("squash")
  return %1 : tensor<1x1x1x2x4xf32>
}
)");
  Outcome outcome = compileWith({"--device", "mt6873", "--require", "neuron>=50%"});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_THAT(
      errorLines(outcome.err),
      ElementsAre(path("m.mlir") +
                  ": error: 0.0 % of the ops are on neuron, 50.0 % are required; elsewhere: "
                  "relu 'rectify' (relu: rank must be at most 4, is 5), tanh 'squash' (tanh: "
                  "rank must be at most 4, is 5)"));
  EXPECT_THAT(folder_.names(), ElementsAre("m.mlir"));
}

/// Of backends that were asked for, the first is the one that is wanted.
TEST_F(Npu, SaysWhyNothingRunsOnIt) {
  auto warning = [&](const std::vector<std::string> &options) {
    std::vector<std::string> arguments = {"compile", path("m.mlir"), "-o", path("m.tandem")};
    arguments.insert(arguments.end(), options.begin(), options.end());
    Outcome outcome = runTandem(arguments);
    EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
    size_t begin = outcome.err.find(": warning: ");
    return begin == std::string::npos ? "" : outcome.err.substr(begin + 11);
  };
  EXPECT_THAT(warning({"--backends", "neuron,cpu"}),
              AllOf(StartsWith("nothing runs on neuron, which --backends names first: a run is "
                               "predicted to take "),
                    HasSubstr(" with all on it that it can run and "),
                    EndsWith(" without; --placement greedy puts there what it can run\n")));
  EXPECT_EQ(warning({"--backends", "neuron,cpu", "--placement", "greedy"}), "");
  EXPECT_EQ(warning({"--backends", "cpu,neuron"}), "");
  EXPECT_EQ(warning({}), "");
  writeBytes(path("m.mlir"), R"(
func.func @main(%a: tensor<1x4xi64> {graph.name = "x"}) -> (tensor<1x4xi64> {graph.name = "y"}) {
  %0 = graph.add %a, %a : (tensor<1x4xi64>, tensor<1x4xi64>) -> tensor<1x4xi64> loc("twice")
  return %0 : tensor<1x4xi64>
}
)");
  EXPECT_THAT(warning({"--backends", "neuron,cpu"}),
              AllOf(StartsWith("nothing runs on neuron, which --backends names first: it cannot "
                               "run 1 of 1 ops (add 'twice': "),
                    EndsWith(")\n")));
}

} // namespace
} // namespace tandem::test
