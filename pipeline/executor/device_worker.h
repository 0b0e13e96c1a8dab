#pragma once

#include "pipeline/dispatch/dispatch.h"
#include "pipeline/executor/bounded_queue.h"

#include <atomic>
#include <functional>
#include <optional>
#include <string>
#include <thread>

namespace tandem {

/// Errors: kUnavailable, naming the device, when the system does not give the core.
Status pinThread(std::thread &thread, const std::string &device, int core);

/// The thread of one device: takes ready tasks from anybody, and runs the most urgent one (the rule
/// of dispatch.h) whenever it has none. Idle, it watches for some microseconds, then sleeps.
class DeviceWorker {
public:
  struct Options {
    std::string name;        ///< of the thread, for debuggers; cut to 15 characters
    std::optional<int> core; ///< pinned to it; none: the system chooses
    size_t capacity = 1;     ///< tasks that can be ready here at a time
    int spins = 0;           ///< looks before it sleeps
  };
  /// Runs a task; `ready`: how many more were waiting. In the worker's thread, which may call
  /// give() of any worker.
  using Run = std::function<void(const ReadyTask &task, size_t ready)>;

  explicit DeviceWorker(Options options)
      : options_(std::move(options)), queue_(options_.capacity), ready_(options_.capacity) {}
  ~DeviceWorker() { stop(); }

  /// Errors: kUnavailable, when the system gives no thread or not that core.
  Status start(Run run);
  /// A task is ready. Any thread; allocates nothing while at most `capacity` are.
  void give(const ReadyTask &task);
  /// Ends the thread when it has nothing left to run, and waits for that.
  void stop();

private:
  void work();
  /// Takes over what others gave.
  void collect();

  Options options_;
  Run run_;
  BoundedQueue<ReadyTask> queue_;
  ReadyTasks ready_; ///< the thread's own
  std::thread thread_;
  alignas(64) std::atomic<uint32_t> bell_ = 0; ///< goes up with every task given, and at the end
  std::atomic<bool> stop_ = false;
};

} // namespace tandem
