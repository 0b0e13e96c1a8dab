#pragma once

#include "base/result.h"
#include "runtime/device/device.h"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

namespace tandem {

/// The caller and `threads - 1` workers. A worker that has nothing to do spins for some tens of
/// microseconds, since the next operation usually comes at once, then sleeps.
///
/// Made and used by one thread at a time; tasks must not call parallelFor of their own pool.
class ForkJoinPool final : public ThreadPool {
public:
  static constexpr int kMaxThreads = 256;

  /// `threads` in 1..kMaxThreads; 1 starts none. Errors: kInvalidArgument, and kUnavailable when
  /// the system gives no more threads.
  static Result<std::unique_ptr<ForkJoinPool>> create(int threads);
  ~ForkJoinPool() override;

  int threads() const override { return static_cast<int>(workers_.size()) + 1; }
  void parallelFor(int64_t units, Task task, void *context) override;

private:
  ForkJoinPool() = default;
  void work(int index);
  void runPart(int index) const;

  std::vector<std::thread> workers_;
  // The job: written before `round_` goes up, read after it was seen to.
  Task task_ = nullptr;
  void *context_ = nullptr;
  int64_t units_ = 0;
  int64_t parts_ = 0;
  // On lines of their own, since everybody watches them.
  alignas(64) std::atomic<uint32_t> round_ = 0;   ///< goes up with each job
  alignas(64) std::atomic<uint32_t> running_ = 0; ///< workers that are not done with it
  std::atomic<bool> stop_ = false;
};

} // namespace tandem
