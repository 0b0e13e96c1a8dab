// What the environment makes of the library, each in a process of its own.
#include "backends/neuron/abi/neuron_adapter.h"
#include "tests/cli/program.h"

#include <chrono>
#include <gmock/gmock.h>

namespace tandem::neuron::test {
namespace {
using tandem::test::Outcome;
using tandem::test::TemporaryFolder;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using Variables = std::vector<std::string>;

Outcome probe(const std::vector<std::string> &arguments, const Variables &variables = {}) {
  std::vector<std::string> all = {NEURON_PROBE};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return tandem::test::runProgram(all, {.variables = variables});
}
Variables fault(const std::string &what) {
  return {"TANDEM_NEURON_FAULT=" + what};
}

TEST(Fault, AnyFunctionCanFailWithAnyCode) {
  for (std::string name : {
#define NEURON_FUNCTION(name) #name,
#include "backends/neuron/abi/functions.inc"
#undef NEURON_FUNCTION
       }) {
    if (name.ends_with("_free") || name.ends_with("_freeForce") ||
        name == "Neuron_getDefaultLoopTimeout" || name == "Neuron_getMaximumLoopTimeout") {
      EXPECT_THAT(probe({"call", name}, fault(name + ":1:5")).err,
                  HasSubstr("'" + name + "' returns no result code, it can only hang"));
      continue;
    }
    EXPECT_EQ(probe({"call", name}, fault(name + ":1:RESOURCE_EXHAUSTED_PERSISTENT")).out, "14\n")
        << name;
  }
}

TEST(Fault, ComesAtTheCallNamedOrFromThereOn) {
  EXPECT_EQ(probe({"sum", "3"}, fault("NeuronExecution_compute:2:DEAD_OBJECT")).out,
            "11 22\nNeuronExecution_compute 15\n11 22\n");
  EXPECT_EQ(probe({"sum", "3"}, fault("NeuronExecution_compute:2+:11")).out,
            "11 22\nNeuronExecution_compute 11\nNeuronExecution_compute 11\n");
  EXPECT_EQ(probe({"sum", "1"}, fault("NeuronModel_addOperand:3:NEURON_OUT_OF_MEMORY")).out,
            "NeuronModel_addOperand 1\n");
}

TEST(Fault, OfSeveralFunctionsAtOnce) {
  EXPECT_EQ(probe({"sum", "2"},
                  fault("NeuronExecution_compute:1:BAD_STATE,NeuronExecution_compute:2:OP_FAILED,"
                        "NeuronModel_setName:1:4"))
                .out,
            "NeuronExecution_compute 7\nNeuronExecution_compute 5\n");
}

TEST(Fault, HangsAndThenGoesOn) {
  auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(probe({"sum", "1"}, fault("NeuronExecution_compute:1:hang=300")).out, "11 22\n");
  EXPECT_GE(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(300));
  EXPECT_EQ(probe({"async"}, fault("NeuronEvent_wait:1:7")).out, "NeuronEvent_wait 7\n");
}

TEST(Fault, HangsInFlight) {
  EXPECT_EQ(probe({"inflight"}, fault("NeuronExecution_compute:1:hang=1000")).out,
            "NeuronExecution_setInput 7\n11 22\n");
}

TEST(Fault, OfACreationLeavesNoHandle) {
  EXPECT_EQ(probe({"sum", "1"}, fault("NeuronCompilation_create:1:10")).out,
            "NeuronCompilation_create 10\n");
  EXPECT_EQ(probe({"sum", "1"}, fault("NeuronExecution_create:1:10")).out,
            "NeuronExecution_create 10\n");
}

/// Said on stderr, and every function fails.
void expectRefusal(const Variables &variables, const std::string &message) {
  Outcome outcome = probe({"call", "Neuron_getVersion"}, variables);
  EXPECT_EQ(outcome.err, "neuron_adapter: " + message + "\n");
  EXPECT_EQ(outcome.out, std::to_string(NEURON_BAD_STATE) + "\n");
}

TEST(Environment, IsRefusedWhenItMakesNoSense) {
  expectRefusal(fault("NeuronModel_make:1:4"),
                "TANDEM_NEURON_FAULT: error: the ABI has no function 'NeuronModel_make'");
  expectRefusal(fault("NeuronModel_create:0:4"),
                "TANDEM_NEURON_FAULT: error: 'NeuronModel_create:0:4' has no call number, expected "
                "FUNCTION:CALL:CODE with a call from 1 on");
  expectRefusal(fault("NeuronModel_create:1:BROKEN"),
                "TANDEM_NEURON_FAULT: error: 'NeuronModel_create:1:BROKEN' ends in 'BROKEN', "
                "expected a result code or hang=MILLISECONDS");
  expectRefusal(fault("NeuronModel_create:1:hang=long"),
                "TANDEM_NEURON_FAULT: error: 'NeuronModel_create:1:hang=long' hangs for no number "
                "of milliseconds");
  expectRefusal({"TANDEM_NEURON_TIMING=yes"},
                "TANDEM_NEURON_TIMING: error: is 'yes', expected 0 or 1");
  EXPECT_THAT(probe({"call", "Neuron_getVersion"}, {"TANDEM_NEURON_DEVICE=mt0000"}).err,
              HasSubstr("mt0000"));
}

TEST(Log, SaysWhyACallWasRefused) {
  EXPECT_EQ(probe({"call", "NeuronModel_finish"}, {"TANDEM_NEURON_LOG=1"}).err,
            "neuron_adapter: NeuronModel_finish: UNEXPECTED_NULL: an argument is NULL\n");
  EXPECT_EQ(probe({"call", "NeuronModel_finish"}).err, "");
}

/// A profile with one NPU, written into a file.
std::string profile(const TemporaryFolder &folder, const std::string &more) {
  std::string path = folder.path("chip.json");
  tandem::test::writeBytes(path, R"({
  "name": "chip", "title": "a chip", "modelled": true, "sources": {},
  "processors": [{
    "name": "npu", "title": "an NPU", "backend": "neuron", "version": "8.2.24",
    "properties": {"soc": "chip1", "devices": "mtk-mdla", "l1_kb": "512"},
    "peak_gmacs": {"f32": 600, "i8": 1200, "u8": 1200},
    "efficiency": {"convolution": 0.35, "depthwise": 0.06, "matrix": 0.05},
    "elements_per_us": {"elementwise": 4000, "transcendental": 500, "data_movement": 4000},
    "memory_gbps": 10, "op_us": 3)" + more +
                                     "}]}");
  return path;
}

TEST(Device, SaysVersionSizeAndNames) {
  EXPECT_EQ(probe({"identity"}).out, "7.0.1 1024\nmtk-mdla\nmtk-dsp\n");
  EXPECT_EQ(probe({"identity"}, {"TANDEM_NEURON_DEVICE=mt6873"}).out,
            "5.1.2 1024\nmtk-mdla\nmtk-dsp\n");
  TemporaryFolder folder;
  EXPECT_EQ(probe({"identity"}, {"TANDEM_NEURON_DEVICE=" + profile(folder, "")}).out,
            "8.2.24 512\nmtk-mdla\n");
}

TEST(Device, RefusesOperationsAndTypes) {
  EXPECT_EQ(probe({"support"}).out, "relu 1\ntanh 1\nf16 1\nu8 1\ni8 1\n");
  TemporaryFolder folder;
  std::string refusing =
      profile(folder, R"(, "types": ["f32", "u8"], "refuses": {"tanh": "it has no table"})");
  EXPECT_EQ(probe({"support"}, {"TANDEM_NEURON_DEVICE=" + refusing}).out,
            "relu 1\ntanh 0\nf16 0\nu8 1\ni8 0\n");
}

TEST(Device, TakesTheTimeOfTheModelWhenAsked) {
  TemporaryFolder folder;
  Variables slow = {"TANDEM_NEURON_DEVICE=" + profile(folder, R"(, "dispatch_us": 200000)")};
  auto seconds = [&](const Variables &variables) {
    auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(probe({"sum", "2"}, variables).out, "11 22\n11 22\n");
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  double plain = seconds(slow);
  slow.push_back("TANDEM_NEURON_TIMING=1");
  double modelled = seconds(slow);
  EXPECT_GE(modelled, 0.4) << "two computations of 0.2 s";
  EXPECT_GE(modelled, plain);
}

TEST(CompiledNetwork, IsForOneChipAndVersion) {
  TemporaryFolder folder;
  std::string file = folder.path("sum.network");
  EXPECT_EQ(probe({"store", file}).exitCode, 0);
  EXPECT_EQ(probe({"restore", file}).out, "11 22\n");
  Outcome foreign =
      probe({"restore", file}, {"TANDEM_NEURON_DEVICE=mt6873", "TANDEM_NEURON_LOG=1"});
  EXPECT_EQ(foreign.out, "NeuronModel_restoreFromCompiledNetwork 4\n");
  EXPECT_THAT(foreign.err, HasSubstr("was compiled for 'host', this is 'mt6873'"));
  // The same chip with another version of the library.
  std::string chip = profile(folder, R"(, "count": 1)");
  std::string text = tandem::test::readBytes(chip);
  tandem::test::writeBytes(chip, text.replace(text.find("chip1"), 5, "host"));
  Outcome other = probe({"restore", file}, {"TANDEM_NEURON_DEVICE=" + chip, "TANDEM_NEURON_LOG=1"});
  EXPECT_EQ(other.out, "NeuronModel_restoreFromCompiledNetwork 4\n");
  EXPECT_THAT(other.err, HasSubstr("was compiled by version 7.0.1, this is 8.2.24"));
}

TEST(CompiledNetwork, SaysHowItIsDamaged) {
  TemporaryFolder folder;
  std::string file = folder.path("sum.network");
  EXPECT_EQ(probe({"store", file}).exitCode, 0);
  std::string bytes = tandem::test::readBytes(file);
  tandem::test::writeBytes(file, bytes.substr(0, bytes.size() - 100));
  Outcome cut = probe({"restore", file}, {"TANDEM_NEURON_LOG=1"});
  EXPECT_EQ(cut.out, "NeuronModel_restoreFromCompiledNetwork 4\n");
  EXPECT_THAT(cut.err, HasSubstr("the network is cut"));
}

TEST(Cache, SparesCompilingTwice) {
  TemporaryFolder folder;
  std::string cache = folder.path("");
  EXPECT_EQ(probe({"cached", cache}).out, "compiled\n11 22\n");
  EXPECT_EQ(folder.names().size(), 1u);
  EXPECT_THAT(folder.names()[0], StartsWith("0102ff"));
  EXPECT_EQ(probe({"cached", cache}).out, "cached\n11 22\n");
  tandem::test::writeBytes(folder.path(folder.names()[0]), "damaged");
  EXPECT_EQ(probe({"cached", cache}).out, "compiled\n11 22\n");
  EXPECT_EQ(probe({"cached", "/nowhere"}).out, "compiled\n11 22\n");
}

} // namespace
} // namespace tandem::neuron::test
