// What happens to frames that come too fast, too late, or are not wanted any more.

#include "pipeline/executor/test/pipeline_harness.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <future>
#include <mutex>

using namespace tandem;
using namespace tandem::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

TEST(PipelinedPolicies, WorksFromOneThreadUpToItsCapacity) {
  ExecutorParts parts = facesParts(tableOfFakes());
  PipelineOptions options = spread(parts, 2, 2);
  options.waiting = 3;
  options.spare = 2;
  Pipeline pipeline = makePipeline(std::move(parts), options);
  EXPECT_EQ(pipeline->capacity(), 7u);
  Image image = halves(51, 200);
  for (int round = 0; round < 3; ++round) {
    for (size_t i = 0; i < pipeline->capacity(); ++i)
      ASSERT_TRUE(pipeline->submit(image).ok());
    for (size_t i = 0; i < pipeline->capacity(); ++i)
      ASSERT_TRUE(pipeline->next().ok());
  }
  EXPECT_EQ(pipeline->next().error().message, "no frame is in flight");
}

TEST(PipelinedPolicies, LetsTheSubmitterWaitWhenItIsFull) {
  Gate gate;
  Pipeline pipeline;
  {
    ExecutorParts parts = oneModel([&](const float *in, float *out) {
      gate.wait();
      out[0] = in[0];
      return Status();
    });
    PipelineOptions options = spread(parts, 1, 2);
    pipeline = makePipeline(std::move(parts), options);
  }
  Image image = halves(5, 5);
  for (int i = 0; i < 3; ++i) // two run, one waits
    ASSERT_TRUE(pipeline->submit(image).ok());
  auto fourth = std::async(std::launch::async, [&] { return pipeline->submit(image).ok(); });
  EXPECT_EQ(fourth.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  gate.open();
  EXPECT_TRUE(fourth.get());
  for (int i = 0; i < 4; ++i)
    EXPECT_TRUE(pipeline->next().ok());
}

TEST(PipelinedPolicies, DropsTheFrameThatWaitedLongestWhenAskedTo) {
  Gate gate;
  ExecutorParts parts = oneModel([&](const float *in, float *out) {
    gate.wait();
    out[0] = in[0];
    return Status();
  });
  PipelineOptions options = spread(parts, 1, 1);
  options.whenFull = WhenFull::kDropOldest;
  Pipeline pipeline = makePipeline(std::move(parts), options);
  std::vector<Image> images;
  for (uint8_t i = 1; i <= 4; ++i)
    images.push_back(halves(i, i));
  for (const Image &image : images) // one runs, one waits: no call of submit() waits
    ASSERT_TRUE(pipeline->submit(image).ok());
  gate.open();
  pipeline->finish();
  std::vector<std::string> texts;
  while (std::optional<Result<FrameResult>> result = pipeline->await())
    texts.push_back(textOf(*result).substr(0, 14));
  EXPECT_THAT(texts, ElementsAre("1 done out:1 i", "2 dropped", "3 dropped", "4 done out:4 i"));
}

TEST(PipelinedPolicies, LeavesOutWhatComesAfterTheDeadline) {
  std::atomic<int> runs = 0;
  Gate gate;
  ExecutorParts parts = oneModel([&](const float *in, float *out) {
    ++runs;
    gate.wait();
    out[0] = in[0];
    return Status();
  });
  PipelineOptions options = spread(parts, 1, 2);
  Pipeline pipeline = makePipeline(std::move(parts), options);
  Image image = halves(5, 5);
  FrameOptions soon;
  soon.deadline = std::chrono::milliseconds(20);
  ASSERT_TRUE(pipeline->submit(image).ok());
  while (runs == 0)
    std::this_thread::yield();
  ASSERT_TRUE(pipeline->submit(image, soon).ok()); // the device is not free before it is too late
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  gate.open();
  ASSERT_TRUE(pipeline->submit(image).ok());
  EXPECT_THAT(textOf(pipeline->next()), HasSubstr("1 done"));
  Result<FrameResult> late = pipeline->next();
  EXPECT_THAT(textOf(late), HasSubstr("2 late"));
  EXPECT_TRUE(late->results.empty());
  EXPECT_GE(late->milliseconds, 20);
  EXPECT_THAT(textOf(pipeline->next()), HasSubstr("3 done"));
  EXPECT_EQ(runs, 2) << "the late one's model did not run";
}

TEST(PipelinedPolicies, RunsFramesOfAHighPriorityFirst) {
  std::mutex mutex;
  std::vector<float> order;
  Gate gate;
  ExecutorParts parts = oneModel([&](const float *in, float *out) {
    gate.wait();
    std::lock_guard lock(mutex);
    order.push_back(in[0]);
    out[0] = in[0];
    return Status();
  });
  PipelineOptions options = spread(parts, 1, 3);
  options.plan = planOf(3, 3, 1, [](size_t, size_t) { return 0; });
  Pipeline pipeline = makePipeline(std::move(parts), options);
  Image first = halves(1, 1), second = halves(2, 2), urgent = halves(3, 3);
  ASSERT_TRUE(pipeline->submit(first).ok());
  ASSERT_TRUE(pipeline->submit(second).ok());
  ASSERT_TRUE(pipeline->submit(urgent, {.priority = 5, .deadline = {}}).ok());
  gate.open();
  for (int frame = 1; frame <= 3; ++frame)
    EXPECT_EQ(pipeline->next()->frame, frame) << "results stay in order";
  // The first one may have begun before the others came.
  auto place = [&](float grey) { return std::ranges::find(order, grey) - order.begin(); };
  EXPECT_LT(place(3), place(2));
}

TEST(PipelinedPolicies, CancelsAFrameThatRunsOneThatWaitsAndNoneThatHasEnded) {
  std::atomic<int> begun = 0;
  Gate gate;
  ExecutorParts parts = oneModel([&](const float *in, float *out) {
    ++begun;
    gate.wait();
    out[0] = in[0];
    return Status();
  });
  PipelineOptions options = spread(parts, 1, 1);
  options.waiting = 3;
  Pipeline pipeline = makePipeline(std::move(parts), options);
  Image image = halves(5, 5);
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(pipeline->submit(image).ok());
  while (begun == 0)
    std::this_thread::yield();
  pipeline->cancel(1); // its model runs
  pipeline->cancel(2); // it waits
  gate.open();
  EXPECT_THAT(textOf(pipeline->next()), HasSubstr("1 cancelled"));
  EXPECT_THAT(textOf(pipeline->next()), HasSubstr("2 cancelled"));
  EXPECT_THAT(textOf(pipeline->next()), HasSubstr("3 done"));
  pipeline->cancel(3);
  ASSERT_TRUE(pipeline->submit(image).ok());
  EXPECT_THAT(textOf(pipeline->next()), HasSubstr("4 done"));
  EXPECT_EQ(begun, 3) << "not for the one that waited";
}

TEST(PipelinedPolicies, StopsWithFramesInFlightAndStillGivesTheirResults) {
  std::atomic<int> begun = 0;
  Gate gate;
  ExecutorParts parts = oneModel([&](const float *in, float *out) {
    ++begun;
    gate.wait();
    out[0] = in[0];
    return Status();
  });
  PipelineOptions options = spread(parts, 2, 2);
  Pipeline pipeline = makePipeline(std::move(parts), options);
  Image image = halves(5, 5);
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(pipeline->submit(image).ok());
  while (begun == 0)
    std::this_thread::yield();
  auto blocked = std::async(std::launch::async, [&] { return pipeline->submit(image); });
  auto stopped = std::async(std::launch::async, [&] { pipeline->stop(); });
  Result<int64_t> refused = blocked.get();
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().text(), "error: the executor was stopped");
  gate.open();
  stopped.get();
  for (int frame = 1; frame <= 3; ++frame)
    EXPECT_THAT(textOf(pipeline->next()), HasSubstr(std::to_string(frame) + " cancelled"));
  EXPECT_FALSE(pipeline->await().has_value());
  EXPECT_FALSE(pipeline->submit(image).ok());
}

TEST(PipelinedPolicies, EndsCleanlyWithNobodyTakingResults) {
  Image image = halves(5, 200);
  for (int i = 0; i < 20; ++i) {
    ExecutorParts parts = facesParts(tableOfFakes());
    PipelineOptions options = spread(parts, 2, 2);
    Pipeline pipeline = makePipeline(std::move(parts), options);
    for (int frame = 0; frame < i % 4; ++frame)
      ASSERT_TRUE(pipeline->submit(image).ok());
  } // the destructor waits for what runs
}

TEST(PipelinedPolicies, OfNoFramesGivesNothing) {
  ExecutorParts parts = facesParts(tableOfFakes());
  PipelineOptions options = spread(parts, 2, 2);
  Pipeline pipeline = makePipeline(std::move(parts), options);
  EXPECT_EQ(pipeline->next().error().message, "no frame is in flight");
  pipeline->finish();
  EXPECT_FALSE(pipeline->await().has_value());
}

} // namespace
