#include "pipeline/executor/test/pipeline_harness.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <sched.h>

using namespace tandem;
using namespace tandem::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

/// Steps that need one another crosswise, so that a wrong order gives another number.
constexpr std::string_view kDiamond = R"(tandem: 1
steps:
  seed: {uses: seed, inputs: frame}
  left: {uses: chain, inputs: {first: seed}}
  right: {uses: chain, inputs: {first: seed, second: left}}
  far: {uses: chain, inputs: {first: left}}
  join: {uses: chain, inputs: {first: right, second: far}}
  end: {uses: chain, inputs: {first: join, second: seed}}
results: {end: end, join: join}
)";

std::vector<std::string> runAllInTurn(Executor &executor, const std::vector<Image> &images) {
  std::vector<std::string> texts;
  for (const Image &image : images) {
    EXPECT_TRUE(executor.submit(image).ok());
    texts.push_back(textOf(executor.next()));
  }
  return texts;
}

TEST(Pipelined, GivesWhatTheSequentialExecutorGivesFrameForFrame) {
  StepTable table = tableOfFakes();
  std::vector<Image> images = pictures(200);
  auto faces = [&] { return facesParts(table); };
  auto diamond = [&] { return partsOf(kDiamond, table, {}); };
  for (const std::function<ExecutorParts()> &parts :
       {std::function<ExecutorParts()>(faces), std::function<ExecutorParts()>(diamond)}) {
    auto sequential = makeSequentialExecutor(parts(), table);
    ASSERT_TRUE(sequential.ok());
    std::vector<std::string> expected = runAllInTurn(**sequential, images);
    EXPECT_NE(expected[0], expected[1]) << "else nothing is compared";
    for (size_t devices : {1, 2, 3})
      for (size_t frames : {1, 2}) {
        Pipeline pipeline = makePipeline(parts(), spread(parts(), devices, 4, frames));
        EXPECT_EQ(runAll(*pipeline, images), expected)
            << devices << " devices, a pattern of " << frames;
      }
  }
}

TEST(Pipelined, GivesResultsInOrderWhateverEndsFirst) {
  // The first of every three frames takes longer than the two behind it, on replicas of its own.
  auto slow = [](const float *in, float *out) {
    if (in[0] == 99)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    out[0] = in[0];
    return Status();
  };
  ExecutorParts parts = oneModel(slow);
  PipelineOptions options = spread(parts, 3, 3, 3);
  options.plan = planOf(3, 3, 3, [](size_t frame, size_t) { return frame; });
  Pipeline pipeline = makePipeline(std::move(parts), options);
  std::vector<Image> images;
  for (int i = 0; i < 30; ++i)
    images.push_back(halves(i % 3 == 0 ? 99 : static_cast<uint8_t>(100 + i),
                            i % 3 == 0 ? 99 : static_cast<uint8_t>(100 + i)));
  std::vector<std::string> texts = runAll(*pipeline, images);
  ASSERT_EQ(texts.size(), 30u);
  for (size_t i = 0; i < 30; ++i)
    EXPECT_THAT(texts[i], HasSubstr(std::to_string(i + 1) +
                                    " done out:" + std::to_string(i % 3 == 0 ? 99 : 100 + i)));
}

TEST(Pipelined, NamesStepAndFrameOfAnErrorAndStopsThatFrameOnly) {
  auto failing = [](const float *in, float *out) -> Status {
    out[0] = 0.25f;
    if (in[0] == 99)
      return Error(Code::kUnavailable, "live.tandem", "region 'r0': device lost");
    return {};
  };
  auto parts = [&] {
    return facesParts(tableOfFakes(), std::make_unique<FakeModel>(Shape{1, 1, 1, 1}, Shape{1, 1},
                                                                  FakeModel::Compute(failing)));
  };
  StepTable table = tableOfFakes();
  auto sequential = makeSequentialExecutor(parts(), table);
  ASSERT_TRUE(sequential.ok());
  std::vector<Image> images = pictures(60);
  std::vector<std::string> expected = runAllInTurn(**sequential, images);
  EXPECT_THAT(expected, testing::Contains(HasSubstr("live_net', frame")));
  Pipeline pipeline = makePipeline(parts(), spread(parts(), 2, 4));
  EXPECT_EQ(runAll(*pipeline, images), expected);
}

TEST(Pipelined, RefusesAPictureThatIsEmpty) {
  ExecutorParts parts = facesParts(tableOfFakes());
  PipelineOptions options = spread(parts, 1, 1);
  Pipeline pipeline = makePipeline(std::move(parts), options);
  EXPECT_EQ(pipeline->submit(Image{}).error().message,
            "a picture of 0 x 0 with 0 bytes, expected 3 a pixel");
  EXPECT_EQ(pipeline->next().error().message, "no frame is in flight");
}

TEST(Pipelined, FollowsANewPlanFromTheNextFrameOn) {
  StepTable table = tableOfFakes();
  std::vector<Image> images = pictures(300);
  auto sequential = makeSequentialExecutor(facesParts(table), table);
  std::vector<std::string> expected = runAllInTurn(**sequential, images);

  ExecutorParts parts = facesParts(table);
  size_t tasks = tasksOf(parts.app, parts.runners).tasks.size();
  PipelineOptions options = spread(parts, 2, 3);
  options.plan = planOf(tasks, 3, 1, [](size_t, size_t) { return 0; });
  options.traceEvents = 4000;
  Pipeline pipeline = makePipeline(std::move(parts), options);
  std::atomic<bool> done = false;
  std::thread planner([&] {
    for (size_t i = 0; !done; ++i) {
      size_t frames = 1 + i % 2;
      EXPECT_TRUE(
          pipeline
              ->replan(planOf(tasks, 1 + i % 3, frames,
                              [i](size_t frame, size_t task) { return (i + frame + task) % 2; }))
              .ok());
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  });
  EXPECT_EQ(runAll(*pipeline, images), expected);
  done = true;
  planner.join();
  Trace trace = pipeline->trace();
  EXPECT_EQ(trace.events.size(), 300 * (tasks + 1)) << "and taking the results";
  EXPECT_TRUE(std::ranges::any_of(trace.events, [](const auto &event) { return event.lane == 1; }));
}

TEST(Pipelined, RefusesAPlanThatDoesNotFitAndKeepsTheOneItHas) {
  ExecutorParts parts = facesParts(tableOfFakes());
  PipelineOptions options = spread(parts, 1, 1);
  Pipeline pipeline = makePipeline(std::move(parts), options);
  Status status = pipeline->replan(planOf(6, 1, 1, [](size_t, size_t) { return 1; }));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message, "the plan of 'test' puts task 0 on processor 1, there are 1");
  EXPECT_EQ(pipeline->plan().tasks[0].processor, 0u);
  Image image = halves(5, 200);
  ASSERT_TRUE(pipeline->submit(image).ok());
  EXPECT_TRUE(pipeline->next().ok());
}

TEST(Pipelined, RunsARegionOnItsOwnDeviceOrOnItsFallbackAsThePlanSays) {
  std::mutex mutex;
  std::vector<std::pair<size_t, RegionWay>> ran;
  auto parts = [&] {
    std::vector<std::unique_ptr<ModelRunner>> runners;
    auto model = std::make_unique<FakeModel>(Shape{1, 1, 1, 1}, Shape{1, 1},
                                             [](const float *in, float *out) {
                                               out[0] = in[0] + 1;
                                               return Status();
                                             });
    model->setRegions({{"neuron", "cpu"}, {"cpu", ""}}, [&](size_t region, RegionWay way) {
      std::lock_guard lock(mutex);
      ran.emplace_back(region, way);
      return Status();
    });
    runners.push_back(std::move(model));
    return partsOf(kOneModel, tableOfFakes(), std::move(runners));
  };
  AppTasks tasks = tasksOf(parts().app, parts().runners);
  std::vector<std::string> names;
  for (const AppTask &task : tasks.tasks)
    names.push_back(task.name);
  EXPECT_THAT(names, ElementsAre("input", "net (1 of 2)", "net (2 of 2)", "out"));

  PipelineOptions options;
  options.devices = cores(1);
  options.devices.push_back({"npu", "npu", {"neuron"}, false, std::nullopt});
  options.traceEvents = 100;
  options.plan = planOf(4, 2, 1, [](size_t, size_t task) { return task == 1 ? 1 : 0; });
  Pipeline pipeline = makePipeline(parts(), options);
  Image image = halves(7, 7);
  ASSERT_TRUE(pipeline->submit(image).ok());
  EXPECT_THAT(textOf(pipeline->next()), HasSubstr("out:8"));
  EXPECT_THAT(ran, ElementsAre(std::pair(0, RegionWay::kOwn), std::pair(1, RegionWay::kOwn)));
  Trace trace = pipeline->trace();
  ASSERT_EQ(trace.events.size(), 5u) << "its tasks, and taking its results";
  EXPECT_EQ(trace.lanes[trace.events[1].lane], "npu");
  EXPECT_EQ(trace.lanes[trace.events[4].lane], kFeederLane);
  EXPECT_EQ(trace.tasks[trace.events[4].task], kCollectTask);

  ran.clear();
  ASSERT_TRUE(pipeline->replan(planOf(4, 2, 1, [](size_t, size_t) { return 0; })).ok());
  ASSERT_TRUE(pipeline->submit(image).ok());
  EXPECT_THAT(textOf(pipeline->next()), HasSubstr("out:8"));
  EXPECT_THAT(ran, ElementsAre(std::pair(0, RegionWay::kFallback), std::pair(1, RegionWay::kOwn)));

  Status status = pipeline->replan(planOf(4, 2, 1, [](size_t, size_t) { return 1; }));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().text(),
            "app.yaml: error: the plan puts 'input' on 'npu', which cannot run it");
}

TEST(Pipelined, CopiesNothingBetweenStepsOnTheSameMemory) {
  ExecutorParts parts = oneModel([](const float *in, float *out) {
    out[0] = in[0];
    return Status();
  });
  PipelineOptions options = spread(parts, 2, 2);
  options.traceEvents = 100;
  Pipeline pipeline = makePipeline(std::move(parts), options);
  runAll(*pipeline, pictures(10));
  Trace trace = pipeline->trace();
  ASSERT_EQ(trace.events.size(), 40u) << "three tasks of ten frames, and taking their results";
  for (const TaskEvent &event : trace.events)
    EXPECT_EQ(event.bytesCopied, 0u) << trace.tasks[event.task];
}

TEST(Pipelined, CountsEveryByteThatAForEachCopies) {
  ExecutorParts parts = facesParts(tableOfFakes());
  PipelineOptions options = spread(parts, 2, 2);
  options.traceEvents = 100;
  Pipeline pipeline = makePipeline(std::move(parts), options);
  Image image = halves(51, 200); // two faces, of which one has a mood
  ASSERT_TRUE(pipeline->submit(image).ok());
  ASSERT_TRUE(pipeline->next().ok());
  std::map<std::string, uint64_t> copied;
  Trace trace = pipeline->trace();
  for (const TaskEvent &event : trace.events)
    copied[trace.tasks[event.task]] += event.bytesCopied;
  EXPECT_EQ(copied["live_net"], 2 * (4 + 4u)) << "a float in and one out, for each";
  EXPECT_EQ(copied["mood_net"], 4 + 8u);
  EXPECT_EQ(copied["part"] + copied["live"] + copied["mood"] + copied["faces"], 0u);
}

TEST(Pipelined, PinsADeviceToItsCore) {
  std::atomic<int> others = 0, runs = 0;
  ExecutorParts parts = oneModel([&](const float *in, float *out) {
    ++runs;
    others += sched_getcpu() != 0;
    out[0] = in[0];
    return Status();
  });
  PipelineOptions options = spread(parts, 1, 2);
  options.devices[0].core = 0;
  Pipeline pipeline = makePipeline(std::move(parts), options);
  runAll(*pipeline, pictures(50));
  EXPECT_EQ(runs, 50);
  EXPECT_EQ(others, 0);
}

TEST(Pipelined, NamesACoreThatIsNotThere) {
  ExecutorParts parts = facesParts(tableOfFakes());
  PipelineOptions options = spread(parts, 1, 1);
  options.devices[0].core = 1000;
  auto made = makePipelinedExecutor(std::move(parts), tableOfFakes(), options);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().code, Code::kUnavailable);
  EXPECT_THAT(made.error().message, HasSubstr("device 'cpu0' cannot have core 1000"));
}

TEST(Pipelined, TellsWhatTasksTakeWhere) {
  ExecutorParts parts = oneModel([](const float *in, float *out) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    out[0] = in[0];
    return Status();
  });
  PipelineOptions options = spread(parts, 2, 2);
  options.steals = false;
  Pipeline pipeline = makePipeline(std::move(parts), options);
  runAll(*pipeline, pictures(5));
  bool found = false;
  for (const TaskTime &time : pipeline->taskTimes()) {
    EXPECT_EQ(time.runs, 5);
    EXPECT_EQ(time.device, time.task % 2);
    found |= pipeline->tasks().tasks[time.task].name == "net" && time.us > 1900;
  }
  EXPECT_TRUE(found);
}

/// Runs of a model that begin only when another one runs as well, which is waited for.
class Together {
public:
  Status run() {
    std::unique_lock lock(mutex_);
    ++runs_;
    changed_.notify_all();
    bool both = changed_.wait_for(lock, std::chrono::seconds(20), [&] { return runs_ >= 2; });
    return both ? Status() : Error(Code::kUnavailable, "", "the other one has not come");
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int runs_ = 0;
};

TEST(Pipelined, TakesWhatWaitsOnABusyDeviceOfTheSameKind) {
  for (size_t core : {0, 1}) {
    Together together;
    ExecutorParts parts = oneModel([&](const float *in, float *out) {
      out[0] = in[0];
      return together.run();
    });
    PipelineOptions options = spread(parts, 2, 2);
    options.plan = planOf(3, 2, 1, [=](size_t, size_t) { return core; }); // the other has nothing
    Pipeline pipeline = makePipeline(std::move(parts), options);
    for (const std::string &text : runAll(*pipeline, pictures(4)))
      EXPECT_THAT(text, HasSubstr("done out:"));
  }
}

TEST(Pipelined, LeavesATaskToADeviceOfAnotherKind) {
  ExecutorParts parts = oneModel([&](const float *in, float *out) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    out[0] = in[0];
    return Status();
  });
  PipelineOptions options = spread(parts, 2, 4);
  options.devices[1].kind = "little";
  options.plan = planOf(3, 4, 1, [](size_t, size_t) { return 0; });
  options.traceEvents = 1000;
  Pipeline pipeline = makePipeline(std::move(parts), options);
  runAll(*pipeline, pictures(30));
  for (const TaskEvent &event : pipeline->trace().events)
    EXPECT_NE(event.lane, 1u);
}

TEST(Pipelined, SaysOfWhichModelThereIsOnlyOne) {
  struct Single final : ModelRunner {
    explicit Single(FakeModel &model) : model(model) {}
    std::span<const TensorView> inputs() const override { return model.inputs(); }
    std::span<const TensorView> outputs() const override { return model.outputs(); }
    Status run() override { return model.run(); }
    std::string format() const override { return "fake"; }
    std::vector<std::string> devices() const override { return {"none"}; }
    FakeModel &model;
  };
  std::unique_ptr<FakeModel> model = liveModel();
  std::vector<std::unique_ptr<ModelRunner>> runners;
  runners.push_back(std::make_unique<Single>(*model));
  ExecutorParts parts = partsOf(kOneModel, tableOfFakes(), std::move(runners));
  PipelineOptions options = spread(parts, 1, 1);
  auto made = makePipelinedExecutor(std::move(parts), tableOfFakes(), options);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().text(), "app.yaml:5: error: step 'net': model 'net' for one more frame: "
                                 "this model can run only one frame at a time");
}

} // namespace
