#include "backends/neuron/client/worker.h"

#include <atomic>
#include <gtest/gtest.h>
#include <thread>

namespace tandem::neuron {
namespace {

using namespace std::chrono_literals;

/// What a test's jobs work on; it knows when it is gone.
struct Context {
  std::atomic<int> jobs = 0;
  std::atomic<bool> mayReturn = false;
  std::shared_ptr<std::atomic<bool>> gone = std::make_shared<std::atomic<bool>>(false);

  ~Context() { *gone = true; }
  static void count(void *context) { ++static_cast<Context *>(context)->jobs; }
  static void hang(void *context) {
    auto *self = static_cast<Context *>(context);
    while (!self->mayReturn)
      std::this_thread::sleep_for(1ms);
    ++self->jobs;
  }
};

bool within(std::chrono::seconds limit, const auto &condition) {
  auto end = std::chrono::steady_clock::now() + limit;
  while (!condition() && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(1ms);
  return condition();
}

TEST(Worker, RunsOneJobAfterAnother) {
  auto context = std::make_shared<Context>();
  Result<Worker> worker = Worker::start(context);
  ASSERT_TRUE(worker.ok());
  for (int i = 1; i <= 100; ++i) {
    ASSERT_TRUE(worker->run(Context::count, 10s));
    EXPECT_EQ(context->jobs, i);
    EXPECT_TRUE(worker->isIdle());
  }
}

TEST(Worker, IsUsableAgainWhenALateJobHasComeBack) {
  auto context = std::make_shared<Context>();
  Result<Worker> worker = Worker::start(context);
  ASSERT_TRUE(worker.ok());
  EXPECT_FALSE(worker->run(Context::hang, 10ms));
  EXPECT_FALSE(worker->isIdle());
  context->mayReturn = true;
  ASSERT_TRUE(within(10s, [&] { return worker->isIdle(); }));
  EXPECT_TRUE(worker->run(Context::count, 10s));
  EXPECT_EQ(context->jobs, 2);
}

TEST(Worker, LeavesALateJobBehindWithAllThatItNeeds) {
  auto context = std::make_shared<Context>();
  auto gone = context->gone;
  Context *observed = context.get();
  {
    Result<Worker> worker = Worker::start(std::move(context));
    ASSERT_TRUE(worker.ok());
    EXPECT_FALSE(worker->run(Context::hang, 10ms));
  } // does not wait
  EXPECT_FALSE(*gone);
  observed->mayReturn = true;
  EXPECT_TRUE(within(10s, [&] { return gone->load(); })) << "the last one out frees it";
}

TEST(Worker, FreesWhatItWorkedOnWhenItIsIdle) {
  auto context = std::make_shared<Context>();
  auto gone = context->gone;
  {
    Result<Worker> worker = Worker::start(std::move(context));
    ASSERT_TRUE(worker.ok());
    EXPECT_TRUE(worker->run(Context::count, 10s));
  }
  EXPECT_TRUE(*gone);
}

} // namespace
} // namespace tandem::neuron
