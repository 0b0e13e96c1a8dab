// Every function of the library that a region calls, failing at its first, second and third call,
// and hanging: no frame is lost, and the session says what happened. By default each function fails
// with a few codes that go through all there are; TANDEM_TEST_ALL_FAULTS=1: with every code.
#include "backends/neuron/client/library.h"
#include "backends/neuron/client/names.h"
#include "backends/neuron/test/client/fault_child.h"

#include <cstdlib>
#include <gmock/gmock.h>
#include <map>
#include <optional>

namespace tandem::neuron {
namespace {

using test::FaultModel;
using test::Outcome;
using ::testing::HasSubstr;

FaultModel model(const std::string &name) {
  auto read = test::readFaultModel(name);
  EXPECT_TRUE(read.ok()) << read.error().text();
  return read.ok() ? std::move(read).value() : FaultModel();
}

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

/// How a function comes to be called.
struct Way {
  std::string model;      ///< that calls it
  std::string first = ""; ///< the faults that come before it, with a comma behind
};
/// Nothing for what is called while a network is stored, which is when a model is compiled
/// (tests/cli/neuron_test.cpp).
std::optional<Way> wayTo(const std::string &function) {
  static const std::map<std::string, std::optional<Way>> kOthers = {
      {"NeuronModel_getSupportedOperations",
       Way{"plain", "NeuronCompilation_finish:1+:UNMAPPABLE,"}},
      {"NeuronModel_restoreFromCompiledNetwork", Way{"stored"}},
      {"NeuronCompilation_create", Way{"anywhere"}},
      {"NeuronCompilation_getCompiledNetworkSize", std::nullopt},
      {"NeuronCompilation_storeCompiledNetwork", std::nullopt},
      {"NeuronExecution_setInput", Way{"plain", "NeuronMemory_createFromFd:1+:OP_FAILED,"}},
      {"NeuronExecution_setOutput", Way{"plain", "NeuronMemory_createFromFd:1+:OP_FAILED,"}},
  };
  auto found = kOthers.find(function);
  return found == kOthers.end() ? Way{"plain"} : found->second;
}
/// Without the faults before it.
std::string lastFault(const Outcome &outcome) {
  return outcome.fault.substr(outcome.fault.rfind(',') + 1);
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

/// Whether the session says which function failed and how. One of them is only called to say more
/// of another's failure.
void expectTold(const std::string &notices, const std::string &function, int code) {
  bool isAsked = function == "NeuronModel_getSupportedOperations";
  EXPECT_THAT(notices, HasSubstr(isAsked ? "NeuronCompilation_finish returned" : function));
  EXPECT_THAT(notices, HasSubstr("returned " + (isAsked ? "" : resultName(code))));
}

TEST(Faults, LoseNoFrameWhateverFunctionFails) {
  std::map<std::string, std::vector<std::string>> faults; // by model
  size_t index = 0;
  for (const Named &function : functions()) {
    ++index;
    if (std::optional<Way> way = wayTo(function.name); way && function.returnsCode)
      for (int call : {1, 2, 3})
        for (int code : codesFor(index, call))
          faults[way->model].push_back(way->first + function.name + ":" + std::to_string(call) +
                                       ":" + std::to_string(code));
  }
  for (const auto &[name, ofModel] : faults)
    for (const Outcome &outcome : runWithFaults(model(name), ofModel)) {
      SCOPED_TRACE(outcome.fault);
      EXPECT_EQ(outcome.problem, "");
      std::string fault = lastFault(outcome), function = fault.substr(0, fault.find(':'));
      if (fault.find(":1:") != std::string::npos)
        expectTold(outcome.notices, function, std::stoi(fault.substr(fault.rfind(':') + 1)));
      if (!outcome.notices.empty())
        EXPECT_THAT(outcome.notices, HasSubstr("region 'neuron_0'"));
    }
}

TEST(Faults, GiveTheDeviceUpWhenItFailsAgainAndAgain) {
  FaultModel faulty = model("plain");
  std::vector<Outcome> outcomes = runWithFaults(faulty, {"NeuronExecution_compute:2+:DEAD_OBJECT"});
  EXPECT_EQ(outcomes[0].problem, "");
  EXPECT_EQ(outcomes[0].notices,
            "neuron: region 'neuron_0': NeuronExecution_compute returned DEAD_OBJECT (15); this "
            "run goes on on cpu\n"
            "neuron failed 3 times in a row in region 'neuron_0' and is given up; from now on it "
            "runs on cpu\n");
}

TEST(Faults, LoseNoFrameWhateverFunctionHangs) {
  FaultModel hanging = model("hanging");
  std::vector<std::string> faults;
  for (const Named &function : functions())
    if (std::optional<Way> way = wayTo(function.name); way && way->model == "plain")
      faults.push_back(way->first + function.name + ":1:hang=30000");
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

TEST(Faults, HaveAFallbackForWhatTheCpuBackendHasNot) {
  FaultModel faulty = model("wide");
  std::vector<Outcome> outcomes = runWithFaults(faulty, {"NeuronExecution_compute:1+:BAD_STATE"});
  EXPECT_EQ(outcomes[0].problem, "");
  EXPECT_THAT(outcomes[0].notices, HasSubstr("this run goes on on reference"));
}

TEST(Faults, AreSaidWithoutAFallbackToo) {
  FaultModel alone = model("alone");
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
