#include "runtime/thread_pool.h"

#include "runtime/wait.h"

#include <algorithm>
#include <system_error>

namespace tandem {
namespace {
constexpr int kSpins = 4000;
} // namespace

Result<std::unique_ptr<ForkJoinPool>> ForkJoinPool::create(int threads) {
  if (threads < 1 || threads > kMaxThreads)
    return Error(Code::kInvalidArgument, "", threads, " threads, expected 1 to ", kMaxThreads);
  std::unique_ptr<ForkJoinPool> pool(new ForkJoinPool);
  pool->workers_.reserve(static_cast<size_t>(threads) - 1);
  try {
    for (int index = 1; index < threads; ++index)
      pool->workers_.emplace_back([raw = pool.get(), index] { raw->work(index); });
  } catch (const std::system_error &error) { // the destructor stops those that were started
    return Error(Code::kUnavailable, "", "the system gives no ", threads,
                 " threads: ", error.what());
  }
  return pool;
}

ForkJoinPool::~ForkJoinPool() {
  stop_.store(true, std::memory_order_relaxed);
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  for (std::thread &worker : workers_)
    worker.join();
}

void ForkJoinPool::parallelFor(int64_t units, Task task, void *context) {
  if (units <= 0)
    return;
  int64_t parts = std::min<int64_t>(units, threads());
  if (parts == 1)
    return task(context, 0, units);
  task_ = task;
  context_ = context;
  units_ = units;
  parts_ = parts;
  running_.store(static_cast<uint32_t>(workers_.size()), std::memory_order_relaxed);
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  runPart(0);
  for (uint32_t left; (left = running_.load(std::memory_order_acquire)) != 0;)
    waitWhile(running_, left, kSpins);
}

void ForkJoinPool::work(int index) {
  // Rounds are never missed: a job ends only when every worker has seen it.
  for (uint32_t round = 0;; ++round) {
    waitWhile(round_, round, kSpins);
    if (stop_.load(std::memory_order_relaxed))
      return;
    runPart(index);
    if (running_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      running_.notify_one();
  }
}

void ForkJoinPool::runPart(int index) const {
  if (index >= parts_)
    return;
  // The first `units_ % parts_` parts are one unit longer.
  int64_t each = units_ / parts_, longer = units_ % parts_;
  int64_t begin = index * each + std::min<int64_t>(index, longer);
  task_(context_, begin, begin + each + (index < longer));
}

} // namespace tandem
