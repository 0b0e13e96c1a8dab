// A small application for a long time: random stalls, devices that fail, frames that are cancelled,
// plans that change. TANDEM_SOAK_FRAMES says how many frames.

#include "pipeline/executor/pipelined.h"
#include "pipeline/executor/test/fakes.h"
#include "pipeline/executor/test/plans.h"
#include "tests/counted_allocations.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <random>
#include <thread>

using namespace tandem;
using namespace tandem::test;

namespace {

/// A device that stalls now and then, and fails on pictures whose left half is 99.
FakeModel::Compute unreliable() {
  return [](const float *in, float *out) -> Status {
    thread_local std::minstd_rand random(std::random_device{}());
    if (random() % 64 == 0)
      std::this_thread::sleep_for(std::chrono::microseconds(random() % 300));
    if (in[0] == 99)
      return Error(Code::kUnavailable, "live.tandem", "device lost");
    out[0] = in[0] == 200 ? 0.75f : 0.25f;
    return {};
  };
}

ExecutorParts soakParts() {
  return facesParts(tableOfFakes(),
                    std::make_unique<FakeModel>(Shape{1, 1, 1, 1}, Shape{1, 1}, unreliable()));
}

/// A plan that is different for every number.
Plan planNumber(size_t number, size_t tasks) {
  return planOf(tasks, 1 + number % 4, 1 + number % 3, [number](size_t frame, size_t task) {
    return (number * 7 + frame * 3 + task * (1 + number % 2)) % 3;
  });
}

/// What is submitted: one of a few pictures, chosen by the frame's number.
struct Pictures {
  Pictures() {
    size_t i = 0;
    for (uint8_t left : {1, 51, 99, 200})
      for (uint8_t right : {51, 200})
        images[i++] = halves(left, right);
  }
  size_t indexOf(int64_t frame) const { return static_cast<size_t>(frame * 2654435761 >> 7) % 8; }
  std::array<Image, 8> images;
};

int64_t soakFrames() {
  const char *text = std::getenv("TANDEM_SOAK_FRAMES");
  return text ? std::atoll(text) : 4000;
}

/// Without the frame's number, which no two results share.
std::string withoutNumber(const std::string &text, int64_t frame) {
  std::string number = std::to_string(frame), result = text;
  for (const std::string &before : {std::string(), std::string("frame ")})
    if (size_t place = result.find(before + number);
        place != std::string::npos && (place == 0 || !before.empty()))
      result.erase(place + before.size(), number.size());
  return result;
}

TEST(Soak, LosesNothingKeepsOrderAndMemory) {
  const Pictures pictures;
  StepTable table = tableOfFakes();
  std::array<std::string, 8> expected;
  {
    auto sequential = makeSequentialExecutor(soakParts(), table);
    ASSERT_TRUE(sequential.ok());
    for (size_t i = 0; i < 8; ++i) {
      ASSERT_TRUE((*sequential)->submit(pictures.images[i]).ok());
      expected[i] = withoutNumber(textOf((*sequential)->next()), static_cast<int64_t>(i) + 1);
    }
  }

  ExecutorParts parts = soakParts();
  size_t tasks = tasksOf(parts.app, parts.runners).tasks.size();
  PipelineOptions options = spread(parts, 3, 4);
  options.plan = planNumber(3, tasks);
  options.waiting = 2;
  options.traceEvents = 1000; // wraps around many times
  auto made = makePipelinedExecutor(std::move(parts), table, options);
  ASSERT_TRUE(made.ok()) << made.error().text();
  PipelinedExecutor &pipeline = **made;

  const int64_t frames = soakFrames(), warm = frames / 4;
  int64_t done = 0, failed = 0, cancelled = 0, wrong = 0, bytesWhenWarm = 0, bytesAtEnd = 0;
  std::thread taker([&] {
    for (int64_t frame = 1; frame <= frames; ++frame) {
      std::optional<Result<FrameResult>> result = pipeline.await();
      ASSERT_TRUE(result.has_value()) << "frame " << frame << " is lost";
      if (result->ok() && (*result)->end == FrameEnd::kCancelled) {
        ++cancelled;
        wrong += (*result)->frame != frame;
      } else {
        std::string text = withoutNumber(textOf(*result), frame);
        if (text != expected[pictures.indexOf(frame)] && wrong++ < 3)
          ADD_FAILURE() << "frame " << frame << ": " << textOf(*result);
        ++(result->ok() ? done : failed);
      }
      result.reset();
      (frame <= warm ? bytesWhenWarm : bytesAtEnd) =
          std::max(frame <= warm ? bytesWhenWarm : bytesAtEnd, liveBytes.load());
    }
    EXPECT_FALSE(pipeline.await().has_value());
  });
  std::minstd_rand random(5);
  for (int64_t frame = 1; frame <= frames; ++frame) {
    Result<int64_t> number = pipeline.submit(pictures.images[pictures.indexOf(frame)]);
    ASSERT_TRUE(number.ok());
    ASSERT_EQ(*number, frame);
    if (random() % 16 == 0)
      pipeline.cancel(frame - static_cast<int64_t>(random() % 4));
    if (random() % 128 == 0)
      ASSERT_TRUE(pipeline.replan(planNumber(random() % 24, tasks)).ok());
  }
  pipeline.finish();
  taker.join();

  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(done + failed + cancelled, frames);
  EXPECT_GT(done, frames / 4);
  EXPECT_GT(failed, 0) << "else nothing was injected";
  EXPECT_GT(cancelled, 0) << "else nothing was cancelled";
  EXPECT_LT(bytesAtEnd, bytesWhenWarm + 64 * 1024) << "memory grows";
  std::printf("%lld frames: %lld done, %lld failed, %lld cancelled; live bytes at most %lld in the "
              "first quarter, %lld after it\n",
              static_cast<long long>(frames), static_cast<long long>(done),
              static_cast<long long>(failed), static_cast<long long>(cancelled),
              static_cast<long long>(bytesWhenWarm), static_cast<long long>(bytesAtEnd));
}

#if TANDEM_COUNTS_ALLOCATIONS
TEST(Soak, WorkersAllocateNothingInSteadyState) {
  // The model runs in every worker's thread, and so makes each of them count from then on.
  auto counting = [](const float *in, float *out) {
    marksAllocations = true;
    out[0] = in[0] == 200 ? 0.75f : 0.25f;
    return Status();
  };
  ExecutorParts parts =
      facesParts(tableOfFakes(), std::make_unique<FakeModel>(Shape{1, 1, 1, 1}, Shape{1, 1},
                                                             FakeModel::Compute(counting)));
  size_t tasks = tasksOf(parts.app, parts.runners).tasks.size();
  PipelineOptions options = spread(parts, 2, 3);
  options.plan = planOf(tasks, 3, 2, [](size_t frame, size_t task) { return (frame + task) % 2; });
  options.traceEvents = 100;
  auto made = makePipelinedExecutor(std::move(parts), tableOfFakes(), options);
  ASSERT_TRUE(made.ok()) << made.error().text();
  Image image = halves(51, 200);
  auto run = [&](int frames) {
    std::thread taker([&] {
      for (int i = 0; i < frames; ++i)
        ASSERT_TRUE((*made)->await()->ok());
    });
    for (int i = 0; i < frames; ++i)
      ASSERT_TRUE((*made)->submit(image).ok());
    taker.join();
  };
  run(50);
  int64_t before = markedAllocations;
  run(200);
  EXPECT_EQ(markedAllocations, before);
  marksAllocations = true;
  auto one = std::make_unique<int>(1);
  marksAllocations = false;
  EXPECT_EQ(markedAllocations, before + 1) << "else the counter counts nothing";
}
#endif

} // namespace
