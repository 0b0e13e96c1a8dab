// Every function of the library that a region calls, failing at its first, second and third call,
// and hanging: no frame is lost, and the session says what happened. By default each function fails
// with a few codes that go through all there are; TANDEM_TEST_ALL_FAULTS=1: with every code.
#include "backends/neuron/client/library.h"
#include "backends/neuron/client/names.h"
#include "backends/neuron/test/client/fault_child.h"
#include "compiler/driver/compiler.h"
#include "runtime/session.h"

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>

namespace tandem::neuron {
namespace {

using test::FaultModel;
using test::Outcome;
using ::testing::HasSubstr;

/// An operation of the vendor's extension, and a filter quantized per channel: all that a network
/// can have.
constexpr const char *kModel = R"(
!u8 = !quant.uniform<u8:f32, 0.5:131>
!i8 = !quant.uniform<i8:f32, 0.5:3>
!filter = !quant.uniform<i8<-127:127>:f32:0, {0.5, 0.25}>
func.func @main(%x: tensor<1x2x2x1x!u8>) -> tensor<1x2x2x2x!i8> {
  %f = graph.constant dense<[[[[1]]], [[[2]]]]> : tensor<2x1x1x1xi8> : tensor<2x1x1x1x!filter>
  %b = graph.constant dense<[5, -6]> : tensor<2xi32> : tensor<2xi32>
  %q = graph.quantize %x : (tensor<1x2x2x1x!u8>) -> tensor<1x2x2x1x!i8>
  %r = graph.conv_2d %q, %f, %b : (tensor<1x2x2x1x!i8>, tensor<2x1x1x1x!filter>, tensor<2xi32>) -> tensor<1x2x2x2x!i8>
  return %r : tensor<1x2x2x2x!i8>
})";

const std::map<std::string, std::string> kSettings = {
    {"neuron.relax-fp32", "true"},        {"neuron.preference", "turbo-boost"},
    {"neuron.priority", "high"},          {"neuron.hint", "low-latency"},
    {"neuron.options", "--opt 3"},        {"neuron.deadline-ms", "60000"},
    {"neuron.load-deadline-ms", "60000"},
};

class Faults : public ::testing::Test {
protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) / ("faults_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string compile(const std::string &name, std::vector<std::string> backends,
                      std::map<std::string, std::string> settings, const char *text = kModel) {
    std::string model = (folder_ / "model.mlir").string();
    std::ofstream(model) << text;
    CompileRequest request;
    request.modelPath = model;
    request.backends = std::move(backends);
    request.placement = CompileSettings::Placement::kGreedy;
    request.options = std::move(settings);
    std::string path = (folder_ / name).string();
    auto compiled = compileModel(request, path);
    EXPECT_TRUE(compiled.ok()) << compiled.error().text();
    return path;
  }

  FaultModel model(std::map<std::string, std::string> settings, const char *text = kModel) {
    FaultModel model;
    model.input = {std::byte{0}, std::byte{100}, std::byte{131}, std::byte{255}};
    auto session =
        Session::create(*Bundle::open(compile("cpu.tandem", {"cpu", "reference"}, {}, text)));
    EXPECT_TRUE(session.ok()) << session.error().text();
    std::memcpy((*session)->inputs()[0].data, model.input.data(), model.input.size());
    EXPECT_TRUE((*session)->run().ok());
    const TensorView &output = (*session)->outputs()[0];
    model.answer.assign(output.data, output.data + output.bytes);
    model.bundle = compile("neuron.tandem", {"neuron", "cpu"}, std::move(settings), text);
    return model;
  }

private:
  std::filesystem::path folder_;
};

template <typename F> constexpr bool kReturnsCode = false;
template <typename... Parameters> constexpr bool kReturnsCode<int(Parameters...)> = true;

struct Named {
  std::string name;
  bool returnsCode;
};
std::vector<Named> functions() {
  std::vector<Named> list;
#define TANDEM_LIST(name) list.push_back({#name, kReturnsCode<decltype(::name)>});
  TANDEM_NEURON_FUNCTIONS(TANDEM_LIST, TANDEM_LIST)
#undef TANDEM_LIST
  return list;
}

/// Called by every load or run of the model.
bool isAlwaysCalled(const std::string &function) {
  static const std::vector<std::string> kNever = {
      "NeuronModel_getSupportedOperations",     // after a failure
      "NeuronModel_restoreFromCompiledNetwork", // of a stored network
      "NeuronCompilation_create",               // createForDevices is there
      "NeuronCompilation_getCompiledNetworkSize",
      "NeuronCompilation_storeCompiledNetwork",
      "NeuronExecution_setInput",
      "NeuronExecution_setOutput" // memory is there
  };
  return std::find(kNever.begin(), kNever.end(), function) == kNever.end();
}

std::vector<int> codesFor(size_t function, int call) {
  constexpr int kCodes = NEURON_DEAD_OBJECT;
  const char *all = std::getenv("TANDEM_TEST_ALL_FAULTS");
  if (!all)
    return {1 + static_cast<int>((3 * function + static_cast<size_t>(call)) % kCodes)};
  std::vector<int> codes(kCodes);
  for (int i = 0; i < kCodes; ++i)
    codes[static_cast<size_t>(i)] = i + 1;
  return codes;
}

TEST_F(Faults, LoseNoFrameWhateverFunctionFails) {
  FaultModel faulty = model(kSettings);
  std::vector<std::string> faults;
  for (size_t i = 0; i < functions().size(); ++i)
    for (int call : {1, 2, 3})
      if (functions()[i].returnsCode)
        for (int code : codesFor(i, call))
          faults.push_back(functions()[i].name + ":" + std::to_string(call) + ":" +
                           std::to_string(code));
  for (const Outcome &outcome : runWithFaults(faulty, faults)) {
    SCOPED_TRACE(outcome.fault);
    EXPECT_EQ(outcome.problem, "");
    std::string function = outcome.fault.substr(0, outcome.fault.find(':'));
    int code = std::stoi(outcome.fault.substr(outcome.fault.rfind(':') + 1));
    bool isFirst = outcome.fault.find(":1:") != std::string::npos;
    if (isFirst && isAlwaysCalled(function))
      EXPECT_THAT(outcome.notices, HasSubstr(function));
    if (!outcome.notices.empty()) {
      EXPECT_THAT(outcome.notices, HasSubstr("returned " + resultName(code)));
      EXPECT_THAT(outcome.notices, HasSubstr("region 'neuron_0'"));
    }
  }
}

TEST_F(Faults, GiveTheDeviceUpWhenItFailsAgainAndAgain) {
  FaultModel faulty = model(kSettings);
  std::vector<Outcome> outcomes = runWithFaults(faulty, {"NeuronExecution_compute:2+:DEAD_OBJECT"});
  EXPECT_EQ(outcomes[0].problem, "");
  EXPECT_EQ(outcomes[0].notices,
            "neuron: region 'neuron_0': NeuronExecution_compute returned DEAD_OBJECT (15); this "
            "run goes on on cpu\n"
            "neuron failed 3 times in a row in region 'neuron_0' and is given up; from now on it "
            "runs on cpu\n");
}

TEST_F(Faults, LoseNoFrameWhateverFunctionHangs) {
  std::map<std::string, std::string> settings = kSettings;
  settings["neuron.deadline-ms"] = "300";
  settings["neuron.load-deadline-ms"] = "3000";
  FaultModel hanging = model(settings);
  std::vector<std::string> faults;
  for (const Named &function : functions())
    if (isAlwaysCalled(function.name))
      faults.push_back(function.name + ":1:hang=30000");
  faults.emplace_back("NeuronExecution_compute:3:hang=30000");
  for (const Outcome &outcome : runWithFaults(hanging, faults)) {
    SCOPED_TRACE(outcome.fault);
    EXPECT_EQ(outcome.problem, "");
    bool isFree = outcome.fault.find("_free") != std::string::npos;
    if (outcome.fault.starts_with("NeuronExecution_compute"))
      EXPECT_THAT(outcome.notices, HasSubstr("NeuronExecution_compute has not returned after 0.3 "
                                             "s; this run goes on on cpu"));
    else if (!isFree) // of those nobody waits for the answer
      EXPECT_THAT(outcome.notices, HasSubstr("neuron: region 'neuron_0': the Neuron library has "
                                             "not loaded it after 3 s; it runs on cpu"));
  }
}

TEST_F(Faults, HaveAFallbackForWhatTheCpuBackendHasNot) {
  FaultModel faulty = model(kSettings, R"(
func.func @main(%x: tensor<1x1x66x1xf32>) -> tensor<1x1x2x1xf32> {
  %f = graph.constant dense<0.5> : tensor<1x1x65x1xf32> : tensor<1x1x65x1xf32>
  %r = graph.conv_2d %x, %f : (tensor<1x1x66x1xf32>, tensor<1x1x65x1xf32>) -> tensor<1x1x2x1xf32>
  return %r : tensor<1x1x2x1xf32>
})"); // wider than any kernel that is compiled
  std::vector<Outcome> outcomes = runWithFaults(faulty, {"NeuronExecution_compute:1+:BAD_STATE"});
  EXPECT_EQ(outcomes[0].problem, "");
  EXPECT_THAT(outcomes[0].notices, HasSubstr("this run goes on on reference"));
}

TEST_F(Faults, AreSaidWithoutAFallbackToo) {
  FaultModel alone = model(kSettings);
  alone.bundle = compile("alone.tandem", {"neuron"}, kSettings);
  std::vector<Outcome> outcomes = runWithFaults(
      alone, {"NeuronCompilation_finish:1:UNMAPPABLE", "NeuronExecution_compute:1:BAD_STATE"});
  ASSERT_EQ(outcomes.size(), 2u);
  std::sort(outcomes.begin(), outcomes.end(),
            [](const Outcome &a, const Outcome &b) { return a.fault < b.fault; });
  EXPECT_EQ(outcomes[0].problem, alone.bundle +
                                     ": error: neuron: region 'neuron_0': NeuronCompilation_finish "
                                     "returned UNMAPPABLE (6)");
  EXPECT_EQ(outcomes[1].problem, alone.bundle +
                                     ": error: neuron: region 'neuron_0': NeuronExecution_compute "
                                     "returned BAD_STATE (7)");
}

} // namespace
} // namespace tandem::neuron
