#include "pipeline/plan/task_costs.h"

#include "pipeline/executor/test/fakes.h"
#include "pipeline/executor/test/plans.h"
#include "pipeline/plan/devices.h"
#include "pipeline/plan/profile_application.h"
#include "pipeline/schedulers/scheduler.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

using namespace tandem;
using namespace tandem::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

constexpr std::string_view kOneModel = R"(tandem: 1
models: {net: net.tflite}
steps:
  input: {uses: preprocess, inputs: frame, size: [1, 1], channels: grey}
  net: {model: net, inputs: input}
  out: {uses: select, inputs: net}
results: {out: out}
)";

/// A model of two regions: the first one for an NPU, slow on the CPU.
ExecutorParts twoRegions() {
  std::vector<std::unique_ptr<ModelRunner>> runners;
  auto model =
      std::make_unique<FakeModel>(Shape{1, 1, 1, 1}, Shape{1, 1}, [](const float *in, float *out) {
        out[0] = in[0];
        return Status();
      });
  model->setRegions({{"neuron", "cpu"}, {"cpu", ""}}, [](size_t region, RegionWay way) {
    if (region == 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(way == RegionWay::kFallback ? 6 : 2));
    return Status();
  });
  runners.push_back(std::move(model));
  return partsOf(kOneModel, tableOfFakes(), std::move(runners));
}

std::vector<PipelineDevice> coreAndNpu() {
  std::vector<PipelineDevice> devices = cores(1);
  devices.push_back({"npu", "npu", {"neuron"}, false, std::nullopt});
  return devices;
}

AppGraph graphOf(const ExecutorParts &parts, const std::vector<PipelineDevice> &devices,
                 const CostSources &sources) {
  Result<AppGraph> made =
      taskGraphOf(parts.app, tasksOf(parts.app, parts.runners), parts.runners, devices, sources);
  EXPECT_TRUE(made.ok()) << made.error().text();
  return std::move(made).value();
}

TEST(ProfileApplication, MeasuresEachTaskWhereItCanRun) {
  ExecutorParts parts = twoRegions();
  ProfileOptions options{.rounds = 3, .devices = coreAndNpu(), .machine = "here"};
  std::vector<Image> pictures = {halves(3, 3), halves(9, 9)};
  Result<AppProfile> profile = profileApplication(parts, tableOfFakes(), pictures, options);
  ASSERT_TRUE(profile.ok()) << profile.error().text();
  EXPECT_EQ(profile->frames, 2);
  ASSERT_EQ(profile->tasks.size(), 4u);
  const AppProfile::TaskProfile &region = *profile->task("net (1 of 2)");
  EXPECT_GE(region.us.at("npu"), 2000);
  EXPECT_LT(region.us.at("npu"), region.us.at("cpu"));
  EXPECT_GE(region.us.at("cpu"), 6000) << "its fallback";
  EXPECT_LT(region.coreUs.at("npu"), region.us.at("npu")) << "it sleeps";
  EXPECT_EQ(region.coreUs.count("cpu"), 0u);
  EXPECT_EQ(profile->task("net (2 of 2)")->us.count("npu"), 0u);
  EXPECT_EQ(profile->task("input")->us.count("npu"), 0u);
}

TEST(ProfileApplication, TellsHowFarItIs) {
  ExecutorParts parts = twoRegions();
  ProfileOptions options{.rounds = 1, .devices = coreAndNpu(), .partners = cores(1)};
  std::vector<std::string> stages;
  std::vector<double> told;
  options.progress = [&](const std::string &stage, double done) {
    stages.push_back(stage);
    told.push_back(done);
  };
  std::vector<Image> pictures = {halves(3, 3)};
  ASSERT_TRUE(profileApplication(parts, tableOfFakes(), pictures, options).ok());
  EXPECT_THAT(stages,
              ElementsAre("learning what its frames are like", "cutting large models",
                          "measuring its tasks on cpu0", "measuring its tasks on cpu0 beside cpu0",
                          "measuring its tasks on npu"));
  EXPECT_TRUE(std::ranges::is_sorted(told));
  EXPECT_LT(told.back(), 1);
}

TEST(ProfileApplication, LearnsDetectionsAndConditions) {
  ExecutorParts parts = facesParts(tableOfFakes());
  ProfileOptions options{.rounds = 1, .devices = cores(1), .partners = cores(1)};
  std::vector<Image> pictures = {halves(51, 200), halves(1, 200), halves(200, 200)};
  Result<AppProfile> profile = profileApplication(parts, tableOfFakes(), pictures, options);
  ASSERT_TRUE(profile.ok()) << profile.error().text();
  EXPECT_THAT(profile->detections.at("faces"), ElementsAre(2, 0, 2));
  EXPECT_EQ(profile->holds.at("mood_net"), 0.75) << "three of four faces live";
  for (const AppProfile::TaskProfile &task : profile->tasks)
    EXPECT_GE(task.together.at("cpu"), 1) << task.name;
}

TEST(ProfileApplication, RefusesToMeasureNothingAndFailingFrames) {
  ExecutorParts parts = facesParts(tableOfFakes());
  EXPECT_EQ(profileApplication(parts, tableOfFakes(), {}, {.devices = cores(1)}).error().text(),
            "app.yaml: error: to be profiled needs a picture, a device and a round");
  auto failing = [](const float *, float *) -> Status {
    return Error(Code::kUnavailable, "", "lost");
  };
  parts = facesParts(tableOfFakes(), std::make_unique<FakeModel>(Shape{1, 1, 1, 1}, Shape{1, 1},
                                                                 FakeModel::Compute(failing)));
  std::vector<Image> pictures = {halves(51, 200)};
  EXPECT_EQ(
      profileApplication(parts, tableOfFakes(), pictures, {.devices = cores(1)}).error().text(),
      "app.yaml:8: error: step 'live_net', frame 1: lost");
}

AppProfile measuredFaces() {
  AppProfile profile;
  for (const char *name : {"faces", "part", "live_net", "live", "mood_net", "mood"})
    profile.tasks.push_back({name, {{"cpu", 100}}, {}, {}});
  profile.tasks[2].together = {{"cpu", 1.5}};
  profile.detections = {{"faces", {2, 0, 1}}};
  profile.holds = {{"mood_net", 0.25}};
  return profile;
}

TEST(TaskGraphOf, HasWhatWasMeasuredAndHowItVaries) {
  AppProfile profile = measuredFaces();
  AppGraph made = graphOf(facesParts(tableOfFakes()), cores(2), {.measured = &profile});
  EXPECT_TRUE(made.modelled.empty());
  ASSERT_EQ(made.graph.tasks.size(), 6u);
  EXPECT_THAT(made.graph.tasks[0].cost, ElementsAre(100, 100));
  EXPECT_THAT(made.graph.tasks[2].memoryShare, ElementsAre(0.75, 0.75))
      << "two of them get half each: 1.5 times as long";
  EXPECT_TRUE(made.graph.tasks[0].memoryShare.empty());
  EXPECT_EQ(made.variations[0].forEach, -1);
  EXPECT_EQ(made.variations[1].forEach, 0);
  EXPECT_EQ(made.variations[1].when, -1);
  EXPECT_EQ(made.variations[4].when, 0);
  EXPECT_EQ(made.variations[5].when, 0) << "without its input it is left out too";
  EXPECT_THAT(made.counts, ElementsAre(ElementsAre(2, 0, 1)));
  EXPECT_THAT(made.probabilities, ElementsAre(0.25));
  // faces -> part; part and faces -> live_net; the condition: live -> mood_net.
  auto has = [&](size_t from, size_t to) {
    return std::ranges::any_of(
        made.graph.edges, [&](const TaskEdge &edge) { return edge.from == from && edge.to == to; });
  };
  EXPECT_TRUE(has(0, 1) && has(1, 2) && has(2, 3) && has(3, 4) && has(4, 5) && has(1, 4));
  EXPECT_FALSE(has(4, 2));
}

TEST(TaskGraphOf, KnowsWhatEdgesCarryAndFramesHold) {
  AppProfile profile = measuredFaces();
  profile.overheads = {.dispatchUs = 0.5, .handOffUs = 4, .usPerByte = 1e-3};
  ExecutorParts parts = facesParts(tableOfFakes());
  Result<ValueSizes> sizes = valueSizesOf(parts, tableOfFakes());
  ASSERT_TRUE(sizes.ok()) << sizes.error().text();
  CostSources sources{.measured = &profile, .sizes = &*sizes, .pictureBytes = 6};
  sources.arrivalPeriodUs = 33'000;
  Result<AppGraph> made = taskGraphOf(parts.app, tasksOf(parts.app, parts.runners, &*sizes),
                                      parts.runners, cores(2), sources);
  ASSERT_TRUE(made.ok()) << made.error().text();
  auto bytes = [&](size_t from, size_t to) {
    auto edge = std::ranges::find_if(
        made->graph.edges, [&](const TaskEdge &e) { return e.from == from && e.to == to; });
    return edge == made->graph.edges.end() ? -1 : edge->bytes;
  };
  EXPECT_EQ(bytes(0, 1), sizeof(Detection)) << "a face in an average frame";
  EXPECT_EQ(bytes(1, 2), 4) << "a tensor of one f32 for each";
  EXPECT_EQ(bytes(4, 5), 0.25 * 8) << "two scores where the condition holds";
  EXPECT_EQ(made->graph.links[0][1].latency, 4);
  EXPECT_EQ(made->graph.links[1][0].perByte, 1e-3);
  EXPECT_EQ(made->graph.links[0][1].path, -1);
  EXPECT_EQ(made->graph.processors[0].dispatch, 0.5);
  EXPECT_EQ(made->graph.arrivalPeriod, 33'000);
  EXPECT_GT(made->graph.frameBytes, 6);
}

TEST(TaskGraphOf, HasTheWorkOfTheThreadThatFeedsThePipeline) {
  AppProfile profile = measuredFaces();
  profile.overheads = {.readUs = 70, .collectUs = 20};
  AppGraph made =
      graphOf(facesParts(tableOfFakes()), cores(2), {.measured = &profile, .readsFrames = true});
  ASSERT_EQ(made.graph.tasks.size(), 8u);
  EXPECT_EQ(made.graph.tasks[6].name, "(read)");
  EXPECT_EQ(made.graph.tasks[7].name, "(collect)");
  Result<Plan> plan =
      allSchedulers().run("throughput", made.graph, {.objective = Objective::kThroughput});
  ASSERT_TRUE(plan.ok()) << plan.error().text();
  EXPECT_GE(plan->interval, 690 / 2) << "its time is in the interval";
  Plan own = planOfApplication(*plan, made.graph, 6);
  EXPECT_EQ(own.tasks.size(), 6 * own.frames);
  EXPECT_EQ(own.at(own.frames - 1, 5).task, 5u);
  EXPECT_EQ(own.interval, plan->interval);
  EXPECT_LE(own.makespan, plan->makespan);
  AppGraph without = graphOf(facesParts(tableOfFakes()), cores(2), {.measured = &profile});
  EXPECT_EQ(without.graph.tasks.size(), 7u) << "frames that are there need no reading";
}

TEST(TaskGraphOf, SharesTheCoresWithADeviceThatIsServedByOneOfThem) {
  AppProfile profile;
  for (const char *name : {"input", "net (1 of 2)", "net (2 of 2)", "out"})
    profile.tasks.push_back({name, {{"cpu", 100}}, {}, {}});
  profile.tasks[1].us["npu"] = 200;
  profile.tasks[1].coreUs["npu"] = 150; // and waits for the rest
  profile.overheads.collectUs = 10;
  std::vector<PipelineDevice> devices = cores(2);
  devices.push_back({"npu", "npu", {"neuron"}, false, std::nullopt});
  AppGraph made = graphOf(twoRegions(), devices, {.measured = &profile, .cores = 2});
  EXPECT_THAT(made.graph.tasks[0].memoryShare, ElementsAre(0.5, 0.5, 0));
  EXPECT_THAT(made.graph.tasks[1].memoryShare, ElementsAre(0.5, 0.5, 0.375));
  EXPECT_THAT(made.graph.tasks[4].memoryShare, ElementsAre(0.5, 0.5, 0)) << "(collect)";
  // Two cores have 100 us of two tasks and the collecting to do, and 100 or 150 us of net/0.
  Result<Plan> plan =
      allSchedulers().run("throughput", made.graph, {.objective = Objective::kThroughput});
  ASSERT_TRUE(plan.ok()) << plan.error().text();
  EXPECT_GE(plan->interval, (300 + 10 + 100) / 2.0 - 1);
  profile.tasks[1].coreUs["npu"] = 2; // a driver
  made = graphOf(twoRegions(), devices, {.measured = &profile, .cores = 2});
  EXPECT_TRUE(made.graph.tasks[0].memoryShare.empty());
}

TEST(TaskGraphOf, NamesTheTaskThatNothingIsKnownOf) {
  AppProfile profile = measuredFaces();
  profile.tasks.erase(profile.tasks.begin() + 3);
  ExecutorParts parts = facesParts(tableOfFakes());
  Result<AppGraph> made = taskGraphOf(parts.app, tasksOf(parts.app, parts.runners), parts.runners,
                                      cores(1), {.measured = &profile});
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().text(), "app.yaml: error: nothing is known of what 'live' takes on "
                                 "'cpu0', profile the application there");
}

TEST(TaskGraphOf, FillsInFromModelsAndSaysWhat) {
  DeviceProfile phone = *findProfile("mt6873"), pc = *findProfile("host");
  AppProfile elsewhere;
  elsewhere.tasks = {{"input", {{"cpu", 50}}, {}, {}},
                     {"net (1 of 2)", {{"cpu", 600}}, {}, {}},
                     {"net (2 of 2)", {{"cpu", 10}}, {}, {}},
                     {"out", {{"cpu", 5}}, {}, {}}};
  ExecutorParts parts = twoRegions();
  const_cast<RegionProfile &>(parts.runners[0]->regions()[0]).predictedUs = 400; // by the compiler
  static_cast<FakeModel &>(*parts.runners[0]).border = {.transferUs = 30, .bytesOut = 12};
  AppGraph made = graphOf(parts, coreAndNpu(),
                          {.model = &phone, .elsewhere = &elsewhere, .elsewhereModel = &pc});
  ASSERT_EQ(made.graph.tasks.size(), 4u);
  EXPECT_DOUBLE_EQ(made.graph.tasks[0].cost[0], 50.0 * 5000 / 2000) << "elements a microsecond";
  EXPECT_EQ(made.graph.tasks[0].cost[1], kCannotRun);
  EXPECT_EQ(made.graph.tasks[1].cost[1], 400 - 250 - 30) << "without dispatch and transfers";
  EXPECT_EQ(made.graph.processors[1].dispatch, 250);
  EXPECT_EQ(made.graph.links[0][1].latency, 20);
  EXPECT_DOUBLE_EQ(made.graph.links[1][0].perByte, 1.0 / 5000);
  EXPECT_EQ(made.graph.links[0][1].path, 1);
  EXPECT_EQ(made.graph.links[1][0].path, 1) << "one DMA engine, both ways";
  EXPECT_DOUBLE_EQ(made.graph.tasks[1].cost[0], 600 * (48 * 0.6) / (16 * 0.7));
  EXPECT_EQ(made.modelled.size(), 5u);
  EXPECT_EQ(made.modelled[2], "net (1 of 2) on npu");
}

/// Two accelerators with memories of their own: what goes to one does not wait for what goes to the
/// other.
TEST(TaskGraphOf, HasAPathForEachPairOfMemories) {
  DeviceProfile board = *parseProfile("board.json", R"({"name": "board", "processors": [
    {"name": "npu", "backend": "neuron", "transfer": {"us": 5, "gbps": 1}},
    {"name": "gpu", "backend": "vulkan", "transfer": {"us": 7, "gbps": 2}},
    {"name": "cpu", "backend": "cpu"}]})");
  ExecutorParts parts = twoRegions();
  AppProfile measured;
  for (const char *name : {"input", "net (1 of 2)", "net (2 of 2)", "out"})
    measured.tasks.push_back({name, {{"cpu", 1}, {"npu", 1}, {"gpu", 1}}, {}, {}});
  std::vector<PipelineDevice> devices = cores(2);
  devices.push_back({"npu", "npu", {"neuron"}, false, std::nullopt});
  devices.push_back({"gpu", "gpu", {"vulkan"}, false, std::nullopt});
  AppGraph made = graphOf(parts, devices, {.measured = &measured, .model = &board});
  const auto &links = made.graph.links;
  EXPECT_EQ(links[0][1].path, -1) << "cores have one memory";
  EXPECT_EQ(links[0][2].path, links[2][1].path) << "that of any core, both ways";
  EXPECT_NE(links[0][2].path, links[0][3].path);
  EXPECT_NE(links[2][3].path, links[0][2].path);
  EXPECT_NE(links[2][3].path, links[0][3].path);
  EXPECT_EQ(links[2][3].latency, 12);
}

TEST(TaskGraphOf, SaysWhichMeasuredTimesAreAModels) {
  AppProfile profile;
  for (const char *name : {"input", "net (1 of 2)", "net (2 of 2)", "out"})
    profile.tasks.push_back({name, {{"cpu", 1}}, {}, {}});
  profile.tasks[1].us["npu"] = 2;
  EXPECT_TRUE(graphOf(twoRegions(), coreAndNpu(), {.measured = &profile}).modelled.empty());
  profile.modelled = {"npu"};
  EXPECT_THAT(graphOf(twoRegions(), coreAndNpu(), {.measured = &profile}).modelled,
              ElementsAre("net (1 of 2) on npu"));
}

TEST(TaskGraphOf, HasALittleCoresTimesFromTheModelsOfBoth) {
  DeviceProfile phone = *findProfile("mt6873"), pc = *findProfile("host");
  AppProfile elsewhere;
  for (const char *name : {"input", "net (1 of 2)", "net (2 of 2)", "out"})
    elsewhere.tasks.push_back({name, {{"cpu", 100}}, {}, {}});
  ExecutorParts parts = twoRegions();
  const_cast<RegionProfile &>(parts.runners[0]->regions()[1]).predictedUs = 40; // for the A76
  std::vector<PipelineDevice> devices =
      devicesFor(tasksOf(parts.app, parts.runners), phone, {{"cpu", 1, {}}, {"little", 1, {}}});
  devices.pop_back(); // the APU, of which nothing is known here
  AppGraph made =
      graphOf(parts, devices, {.model = &phone, .elsewhere = &elsewhere, .elsewhereModel = &pc});
  EXPECT_DOUBLE_EQ(made.graph.tasks[0].cost[0], 100.0 * 5000 / 2000);
  EXPECT_DOUBLE_EQ(made.graph.tasks[0].cost[1], 100.0 * 5000 / 800);
  EXPECT_DOUBLE_EQ(made.graph.tasks[1].cost[1], 100 * (48 * 0.6) / (8 * 0.6));
  EXPECT_EQ(made.graph.tasks[2].cost[0], 40);
  EXPECT_DOUBLE_EQ(made.graph.tasks[2].cost[1], 40 * (16 * 0.7) / (8 * 0.6));
}

TEST(DevicesFor, AreTheCoresAndWhatRegionsWereCompiledFor) {
  ExecutorParts parts = twoRegions();
  DeviceProfile phone = *findProfile("mt6873");
  Result<std::vector<CpuCluster>> clusters = clustersOf(phone);
  ASSERT_TRUE(clusters.ok()) << clusters.error().text();
  std::vector<PipelineDevice> devices =
      devicesFor(tasksOf(parts.app, parts.runners), phone, *clusters);
  ASSERT_EQ(devices.size(), 9u);
  EXPECT_EQ(devices[1].name, "cpu1");
  EXPECT_EQ(devices[1].kind, "cpu");
  EXPECT_EQ(devices[1].core, 5) << "the strong ones are the last four";
  EXPECT_EQ(devices[4].name, "little0");
  EXPECT_EQ(devices[4].kind, "little");
  EXPECT_EQ(devices[4].core, 0);
  EXPECT_TRUE(devices[4].runsSteps);
  EXPECT_EQ(devices[8].name, "apu");
  EXPECT_FALSE(devices[8].runsSteps);
  EXPECT_FALSE(devices[8].core.has_value());
  EXPECT_FALSE(usableCores().empty());
}

TEST(DevicesFor, AreNoMoreCoresThanAsked) {
  std::vector<CpuCluster> clusters = {{"cpu", 4, {4, 5, 6, 7}}, {"little", 4, {}}};
  std::vector<CpuCluster> six = firstCores(clusters, 6), two = firstCores(clusters, 2);
  ASSERT_EQ(six.size(), 2u);
  EXPECT_EQ(six[1].count, 2u);
  ASSERT_EQ(two.size(), 1u) << "the strongest";
  EXPECT_THAT(two[0].cores, ElementsAre(4, 5));
}

/// As Linux has it in its folder of cores.
TEST(ClustersOf, AreWhatTheSystemSaysOfItsCores) {
  namespace fs = std::filesystem;
  fs::path folder = fs::path(testing::TempDir()) / "clusters_of_cores";
  int capacities[] = {300, 300, 800, 800, 1024};
  for (int core = 0; core < 5; ++core) {
    fs::create_directories(folder / ("cpu" + std::to_string(core)));
    std::ofstream(folder / ("cpu" + std::to_string(core)) / "cpu_capacity")
        << capacities[core] << "\n";
  }
  std::vector<CpuCluster> clusters = clustersOf({0, 1, 2, 3, 4}, folder.string());
  ASSERT_EQ(clusters.size(), 3u);
  EXPECT_EQ(clusters[0].name, "cpu");
  EXPECT_THAT(clusters[0].cores, ElementsAre(4));
  EXPECT_EQ(clusters[1].name, "middle");
  EXPECT_EQ(clusters[2].name, "little");
  EXPECT_THAT(clusters[2].cores, ElementsAre(0, 1));
  fs::remove_all(folder);
  clusters = clustersOf({0, 1}, folder.string());
  ASSERT_EQ(clusters.size(), 1u) << "a PC says nothing";
  EXPECT_EQ(clusters[0].count, 2u);
}

TEST(ClustersOf, RefusesADeviceWithoutACpu) {
  Result<std::vector<CpuCluster>> clusters = clustersOf(*parseProfile(
      "a.json", R"({"name": "a", "processors": [{"name": "npu", "backend": "neuron"}]})"));
  ASSERT_FALSE(clusters.ok());
  EXPECT_EQ(clusters.error().text(),
            "error: device 'a' has no CPU, which the steps between the models need: no processor "
            "of its profile is of backend 'cpu'");
}

} // namespace
