#pragma once

#include "pipeline/dispatch/dispatch.h"
#include "pipeline/executor/bounded_queue.h"

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace tandem {

/// Errors: kUnavailable, naming the device, when the system does not give the core.
Status pinThread(std::thread &thread, const std::string &device, int core);

/// The thread of one device: takes ready tasks from anybody, and runs the most urgent one (the rule
/// of dispatch.h) whenever it runs none. With none of its own it takes one that waits on a busy
/// device like it; idle, it watches for some microseconds, then sleeps.
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
  /// Devices that can run one another's tasks in the same time. Before start(); they outlive the
  /// thread.
  void setAlike(std::vector<DeviceWorker *> alike) { alike_ = std::move(alike); }
  /// A task is ready. Any thread; allocates nothing while at most `capacity` are.
  void give(const ReadyTask &task);
  /// Ends the thread when it has nothing left to run, and waits for that.
  void stop();

private:
  void work();
  /// The next task of its own, and whether more wait.
  bool takeOwn(ReadyTask &task, size_t &waiting);
  /// Of a device like it that runs another task meanwhile.
  bool steal(ReadyTask &task);
  /// Takes what waits here, for a device that is idle, while this one runs something.
  bool giveUp(ReadyTask &task, size_t &waiting);
  void wakeIdleOne();
  void ring();
  /// Takes over what others gave. Under the lock.
  void collect();

  Options options_;
  Run run_;
  std::vector<DeviceWorker *> alike_;
  BoundedQueue<ReadyTask> queue_;
  std::mutex mutex_; ///< of the queue's end and of ready_; another thread's only when it steals
  ReadyTasks ready_;
  std::thread thread_;
  alignas(64) std::atomic<uint32_t> bell_ = 0; ///< goes up with every task given, and at the end
  std::atomic<bool> busy_ = false;             ///< runs a task, or is about to
  std::atomic<bool> idle_ = false;             ///< has found nothing to run
  std::atomic<bool> stop_ = false;
};

} // namespace tandem
