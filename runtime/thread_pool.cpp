#include "runtime/thread_pool.h"

#include "runtime/wait.h"

#include <algorithm>
#include <system_error>
#include <unistd.h>

namespace tandem {
namespace {

/// What one thread does in less is not split: handing a part over and back takes half a
/// microsecond, what comes from the other core's cache as much again, and models exaggerate.
constexpr int64_t kLeastToSplit = 5'000;
/// For less no worker is woken, which takes the caller some microseconds.
constexpr int64_t kLeastToWake = 30'000;
/// How long a worker looks for work before it sleeps: longer than most of the steps between that
/// stay on one thread, too short for others to miss the core.
constexpr std::chrono::microseconds kSpin{60};

/// A worker and whoever gives it work change it by turns.
enum State : uint32_t {
  kIdle,    ///< the worker looks for an offer
  kOffered, ///< a part is there; the first of worker and caller to take it does it
  kTaken,   ///< the worker does it
  kAwaited, ///< the same, and the caller sleeps until it is done
  kAsleep,  ///< as kIdle, but the worker has to be woken
  kStop,
};

} // namespace

/// On lines of its own; 128 bytes, since processors fetch pairs of them.
struct alignas(128) ForkJoinPool::Worker {
  std::atomic<uint32_t> state = kIdle;
  // The part: written before it is offered, read after it was taken.
  Task task = nullptr;
  void *context = nullptr;
  int64_t begin = 0, end = 0;
  bool offered = false; ///< for the caller: it was awake when there was something to offer
  std::thread thread;
  std::atomic<pid_t> id = 0;    ///< of the thread, once it runs
  std::atomic<int> avoids = -1; ///< the core that it may not run on

  void work();
  void sleep();
  /// Changes the state if it is `from`.
  bool change(uint32_t from, uint32_t to) {
    return state.compare_exchange_strong(from, to, std::memory_order_acq_rel);
  }
};

void ForkJoinPool::Worker::work() {
  id.store(gettid(), std::memory_order_relaxed);
  for (;;) {
    if (!spinWhile(state, kIdle, kSpin))
      sleep();
    if (state.load(std::memory_order_acquire) == kStop)
      return;
    if (!change(kOffered, kTaken)) // the caller was faster
      continue;
    task(context, begin, end);
    if (state.exchange(kIdle, std::memory_order_acq_rel) == kAwaited)
      state.notify_one();
  }
}

void ForkJoinPool::Worker::sleep() {
  if (change(kIdle, kAsleep))
    state.wait(kAsleep, std::memory_order_acquire);
}

Result<std::unique_ptr<ForkJoinPool>> ForkJoinPool::create(int threads) {
  if (threads < 1 || threads > kMaxThreads)
    return Error(Code::kInvalidArgument, "", threads, " threads, expected 1 to ", kMaxThreads);
  std::unique_ptr<ForkJoinPool> pool(new ForkJoinPool);
  pool->workers_.reserve(static_cast<size_t>(threads) - 1);
  sched_getaffinity(0, sizeof pool->cores_, &pool->cores_);
  try {
    for (int index = 1; index < threads; ++index) {
      auto worker = std::make_unique<Worker>();
      worker->thread = std::thread([raw = worker.get()] { raw->work(); });
      pool->workers_.push_back(std::move(worker));
    }
  } catch (const std::system_error &error) { // the destructor stops those that were started
    return Error(Code::kUnavailable, "", "the system gives no ", threads,
                 " threads: ", error.what());
  }
  return pool;
}

ForkJoinPool::~ForkJoinPool() {
  for (const std::unique_ptr<Worker> &worker : workers_) {
    worker->state.store(kStop, std::memory_order_release);
    worker->state.notify_one();
  }
  for (const std::unique_ptr<Worker> &worker : workers_)
    worker->thread.join();
}

void ForkJoinPool::expect(int64_t nanoseconds) {
  if (nanoseconds < kLeastToWake)
    return;
  for (const std::unique_ptr<Worker> &worker : workers_)
    if (worker->state.load(std::memory_order_relaxed) == kAsleep)
      wake(*worker);
}

/// Not on the caller's core, where systems like to put who is woken: there it would wait until the
/// caller has done everything.
void ForkJoinPool::wake(Worker &worker) {
  int here = sched_getcpu();
  pid_t id = worker.id.load(std::memory_order_relaxed);
  if (here >= 0 && id != 0 && here != worker.avoids.load(std::memory_order_relaxed)) {
    cpu_set_t others = cores_;
    CPU_CLR(here, &others);
    if (CPU_COUNT(&others) > 0 && sched_setaffinity(id, sizeof others, &others) == 0)
      worker.avoids.store(here, std::memory_order_relaxed);
  }
  if (worker.change(kAsleep, kIdle))
    worker.state.notify_one();
}

void ForkJoinPool::parallelFor(int64_t units, Task task, void *context, int64_t nanoseconds) {
  if (units <= 0)
    return;
  auto parts = static_cast<size_t>(std::min<int64_t>(units, threads()));
  if (parts == 1 || nanoseconds < kLeastToSplit || busy_.exchange(true, std::memory_order_acquire))
    return task(context, 0, units);
  expect(nanoseconds);
  // The first `units % parts` parts are one unit longer. The caller has the first.
  int64_t each = units / static_cast<int64_t>(parts), longer = units % static_cast<int64_t>(parts);
  int64_t first = each + (longer > 0), begin = first;
  for (size_t part = 1; part < parts; ++part) {
    Worker &worker = *workers_[part - 1];
    worker.task = task;
    worker.context = context;
    worker.begin = begin;
    worker.end = begin += each + (static_cast<int64_t>(part) < longer);
    worker.offered = worker.change(kIdle, kOffered); // one that sleeps is let sleep
  }
  task(context, 0, first);
  for (size_t part = 1; part < parts; ++part)
    finish(*workers_[part - 1]);
  busy_.store(false, std::memory_order_release);
}

/// The worker's part is done after this, by whoever.
void ForkJoinPool::finish(Worker &worker) {
  if (!worker.offered || worker.change(kOffered, kIdle))
    return worker.task(worker.context, worker.begin, worker.end);
  if (!spinWhile(worker.state, kTaken, kSpin) && worker.change(kTaken, kAwaited))
    worker.state.wait(kAwaited, std::memory_order_acquire);
}

} // namespace tandem
