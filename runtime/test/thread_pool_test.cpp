#include "runtime/thread_pool.h"

#include <chrono>
#include <gtest/gtest.h>
#include <numeric>

namespace tandem {
namespace {

constexpr int64_t kLong = 1'000'000; // ns: worth to be split, and to wake workers for

struct Counts {
  std::vector<int> touched;
  std::atomic<int> calls = 0;
};

void touch(void *context, int64_t begin, int64_t end) {
  auto &counts = *static_cast<Counts *>(context);
  ++counts.calls;
  for (int64_t i = begin; i < end; ++i)
    ++counts.touched[i];
}

TEST(ForkJoinPool, RunsEveryUnitOnceInAtMostAsManyPartsAsThreads) {
  for (int threads : {1, 2, 3, 5})
    for (int64_t units : {0, 1, 2, 3, 4, 7, 100}) {
      auto pool = ForkJoinPool::create(threads);
      ASSERT_TRUE(pool.ok());
      EXPECT_EQ((*pool)->threads(), threads);
      Counts counts;
      counts.touched.assign(units, 0);
      (*pool)->parallelFor(units, touch, &counts, kLong);
      EXPECT_EQ(counts.touched, std::vector<int>(units, 1)) << threads << ", " << units;
      EXPECT_EQ(counts.calls, std::min<int64_t>(threads, units));
    }
}

TEST(ForkJoinPool, RunsJobAfterJobWhetherWorkersSpinOrSleep) {
  auto pool = ForkJoinPool::create(4);
  ASSERT_TRUE(pool.ok());
  Counts counts;
  counts.touched.assign(64, 0);
  for (int job = 0; job < 2000; ++job) {
    (*pool)->parallelFor(64, touch, &counts, kLong);
    if (job % 500 == 0) // long enough for all to fall asleep
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  EXPECT_EQ(counts.touched, std::vector<int>(64, 2000));
}

TEST(ForkJoinPool, KeepsShortOperationsOnTheCaller) {
  auto pool = ForkJoinPool::create(4);
  ASSERT_TRUE(pool.ok());
  Counts counts;
  counts.touched.assign(64, 0);
  (*pool)->parallelFor(64, touch, &counts, /*nanoseconds=*/100);
  EXPECT_EQ(counts.touched, std::vector<int>(64, 1));
  EXPECT_EQ(counts.calls, 1);
}

TEST(ForkJoinPool, DoesWithoutWorkersThatSleep) {
  auto pool = ForkJoinPool::create(3);
  ASSERT_TRUE(pool.ok());
  Counts counts;
  counts.touched.assign(64, 0);
  for (int job = 0; job < 20; ++job) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2)); // all are asleep
    // Long enough to be split, not to wake anybody; by the last ones they are called for.
    if (job >= 10)
      (*pool)->expect(kLong);
    (*pool)->parallelFor(64, touch, &counts, /*nanoseconds=*/10'000);
  }
  EXPECT_EQ(counts.touched, std::vector<int>(64, 20));
}

TEST(ForkJoinPool, WakesWorkersOnOtherCoresThanTheCallers) {
  cpu_set_t all = {}, one = {};
  ASSERT_EQ(sched_getaffinity(0, sizeof all, &all), 0);
  if (CPU_COUNT(&all) < 2)
    GTEST_SKIP() << "there is one core";
  auto pool = ForkJoinPool::create(2);
  ASSERT_TRUE(pool.ok());
  std::this_thread::sleep_for(std::chrono::milliseconds(5)); // it sleeps
  int core = sched_getcpu();
  CPU_SET(core, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
  struct Seen {
    std::thread::id caller = std::this_thread::get_id();
    int core = -1;
  } seen;
  auto look = [](void *context, int64_t, int64_t) {
    auto &mine = *static_cast<Seen *>(context);
    if (std::this_thread::get_id() != mine.caller)
      mine.core = sched_getcpu();
    else
      std::this_thread::sleep_for(std::chrono::milliseconds(1)); // so that the worker comes
  };
  for (int job = 0; job < 1000 && seen.core < 0; ++job)
    (*pool)->parallelFor(2, look, &seen, kLong);
  sched_setaffinity(0, sizeof all, &all);
  EXPECT_GE(seen.core, 0);
  EXPECT_NE(seen.core, core);
}

TEST(ForkJoinPool, ServesSeveralThreads) {
  auto pool = ForkJoinPool::create(3);
  ASSERT_TRUE(pool.ok());
  auto use = [&] {
    Counts counts;
    counts.touched.assign(64, 0);
    for (int job = 0; job < 2000; ++job)
      (*pool)->parallelFor(64, touch, &counts, kLong);
    EXPECT_EQ(counts.touched, std::vector<int>(64, 2000));
  };
  std::thread one(use), another(use);
  use();
  one.join();
  another.join();
}

TEST(ForkJoinPool, CanBeGivenUpWithoutAnyJob) {
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(ForkJoinPool::create(3).ok());
}

} // namespace
} // namespace tandem
