#pragma once

#include "base/result.h"
#include "runtime/device/device.h"

#include <atomic>
#include <memory>
#include <sched.h>
#include <thread>
#include <vector>

namespace tandem {

/// The caller and `threads - 1` workers.
///
/// Each worker is offered its part of an operation; the caller does its own, and then those that no
/// worker has begun. So a worker that sleeps, or whose core another program has, never holds it up.
/// A worker without work spins for some tens of microseconds, since the next operation usually
/// comes at once, then sleeps.
///
/// Several sessions may share a pool: while one thread's operation is under way, another thread
/// does its own alone. Tasks must not call parallelFor of their own pool.
class ForkJoinPool final : public ThreadPool {
public:
  static constexpr int kMaxThreads = 256;

  /// `threads` in 1..kMaxThreads; 1 starts none. Errors: kInvalidArgument, and kUnavailable when
  /// the system gives no more threads.
  static Result<std::unique_ptr<ForkJoinPool>> create(int threads);
  ~ForkJoinPool() override;

  int threads() const override { return static_cast<int>(workers_.size()) + 1; }
  void parallelFor(int64_t units, Task task, void *context, int64_t nanoseconds) override;
  void expect(int64_t nanoseconds) override;

private:
  struct Worker;

  ForkJoinPool() = default;
  void wake(Worker &worker);
  void finish(Worker &worker);

  std::vector<std::unique_ptr<Worker>> workers_;
  cpu_set_t cores_ = {};           ///< that the pool's maker may run on
  std::atomic<bool> busy_ = false; ///< some thread splits an operation
};

} // namespace tandem
