// Pipelines with an NPU: the host's library in its place (backends/neuron/host).

#include "tests/cli/small_pipeline.h"

#include <gmock/gmock.h>

#ifdef TANDEM_HOST_LIBRARY // else there is no NPU to try

namespace tandem::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class NpuPipeline : public SmallPipeline {
protected:
  std::vector<nlohmann::json> copies(const std::string &trace, const std::string &name) const {
    std::vector<nlohmann::json> found;
    for (const nlohmann::json &event : eventsOf(trace))
      if (event["name"] == name)
        found.push_back(event);
    return found;
  }
};

TEST_F(NpuPipeline, TellsOfAFrameThatFailsAndGoesOnWithTheOthers) {
  Outcome sound = runAgain(1, {"--backends", "neuron"});
  ASSERT_EQ(sound.exitCode, 0) << sound.err;
  Outcome ran = runAgain(3, {"--backends", "neuron"},
                         {"TANDEM_NEURON_FAULT=NeuronExecution_compute:9:DEAD_OBJECT"});
  EXPECT_EQ(ran.exitCode, 1);
  std::vector<std::string> errors = errorLines(ran.err);
  ASSERT_THAT(errors, ::testing::SizeIs(::testing::Ge(1u)));
  for (const std::string &error : errors)
    EXPECT_THAT(error, AllOf(HasSubstr(".bmp: error: "), HasSubstr("step 'run', frame ")));
  EXPECT_EQ(jsonLines(ran.out).size() + errors.size(), size_t{3 * kPictures})
      << "each frame is told of once";
}

#if !defined(__aarch64__)
TEST_F(NpuPipeline, SaysThatALibraryServesItHere) {
  const std::string here = "neuron is served by a library on this machine's processor: its times "
                           "are not an NPU's\n";
  EXPECT_THAT(run({"run", "--backends", "neuron"}).out, ::testing::EndsWith(here));
  EXPECT_THAT(run({"run", "--backends", "cpu"}).out, ::testing::Not(HasSubstr("served")));
  nlohmann::json frame = jsonLines(run({"run", "--backends", "neuron", "--json"}).out).at(0);
  for (const nlohmann::json &timing : frame["timings"])
    EXPECT_EQ(timing.value("stand_in", false), timing.contains("model")) << timing;
}
#endif

TEST_F(NpuPipeline, TracesWhatGoesIntoItsMemoryAndBack) {
  Outcome ran = runAgain(2, {"--backends", "neuron", "--trace", path("t.json")});
  ASSERT_EQ(ran.exitCode, 0) << ran.err;
  for (const char *name : {"copy to device", "copy from device"}) {
    std::vector<nlohmann::json> events = copies("t.json", name);
    ASSERT_EQ(events.size(), size_t{2 * kPictures}) << name;
    EXPECT_EQ(events[0]["args"]["bytes"], 8) << "two f32";
  }
  EXPECT_EQ(nlohmann::json::parse(readBytes(path("t.json")))["otherData"]["times"], "measured");
}

TEST_F(NpuPipeline, CallsTimesModelledThatALibraryMakesUp) {
  Outcome ran =
      runAgain(1, {"--backends", "neuron", "--trace", path("t.json"), "--svg", path("t.svg")},
               {"TANDEM_NEURON_TIMING=1"});
  ASSERT_EQ(ran.exitCode, 0) << ran.err;
  nlohmann::json data = nlohmann::json::parse(readBytes(path("t.json")))["otherData"];
  EXPECT_EQ(data["times"], "modelled");
  EXPECT_EQ(data["modelled"], nlohmann::json({"npu"}));
  EXPECT_THAT(readBytes(path("t.svg")),
              AllOf(HasSubstr("sides, modelled"), ::testing::Not(HasSubstr("measured"))));
}

/// While frames go on, not when all are through.
TEST_F(NpuPipeline, TellsOfAFailureThatWasMadeGoodWithItsFrame) {
  std::vector<std::string> options = {"--backends", "neuron,reference", "--placement", "greedy"};
  std::string onNpu = costs(
      [](nlohmann::json &costs) {
        for (nlohmann::json &task : costs["tasks"])
          if (task["us"].contains("npu"))
            task["us"] = {{"cpu", 9000}, {"npu", 1}};
      },
      options);
  options.insert(options.end(), {"--costs", onNpu});
  Outcome ran = runAgain(3, options, {"TANDEM_NEURON_FAULT=NeuronExecution_compute:9:DEAD_OBJECT"});
  EXPECT_EQ(ran.exitCode, 0) << ran.err;
  EXPECT_EQ(jsonLines(ran.out).size(), size_t{3 * kPictures});
  EXPECT_THAT(ran.err, AllOf(HasSubstr(".bmp: step 'run': model 'net': warning: neuron: region "),
                             HasSubstr("this run goes on on reference\n")))
      << ran.err;
}

/// Its times are in the other device's profile. A library that is not there would be warned of.
TEST_F(NpuPipeline, PlansForAnotherDeviceWithoutOpeningALibrary) {
  std::vector<std::string> plan = {"plan",       "--device",    "mt6873", "--backends",
                                   "neuron,cpu", "--placement", "greedy", "--json"};
  const std::vector<std::string> noLibrary = {"TANDEM_NEURON_LIBRARY=" + path("none.so")};
  Outcome planned = run(plan, /*withPictures=*/true, noLibrary);
  ASSERT_EQ(planned.exitCode, 0) << planned.err;
  EXPECT_THAT(planned.err, ::testing::Not(HasSubstr("warning: ")));
  EXPECT_THAT(nlohmann::json::parse(planned.out)["modelled"], ::testing::Not(::testing::IsEmpty()));
  EXPECT_EQ(run(plan, /*withPictures=*/false, noLibrary).exitCode, 0) << "its costs are kept";
}

/// Costs of cores alone, as a plan for another device measures them, would not do for that.
TEST_F(NpuPipeline, RunsHereWhatWasPlannedForAnotherDevice) {
  const std::vector<std::string> other = {"--device",    "mt6873", "--backends", "neuron,cpu",
                                          "--placement", "greedy", "--cores",    "1"};
  auto with = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), other.begin(), other.end());
    return run(arguments);
  };
  ASSERT_EQ(with({"plan"}).exitCode, 0);
  Outcome bench = with({"bench", "--pipeline", "--seconds", "0.05", "--json"});
  ASSERT_EQ(bench.exitCode, 0) << bench.err;
  EXPECT_GT(nlohmann::json::parse(bench.out)["frames_per_second"], 0);
  EXPECT_EQ(with({"run", "--pipeline"}).exitCode, 0);
}

} // namespace
} // namespace tandem::test

#endif
