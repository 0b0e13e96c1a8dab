#pragma once

#include "base/result.h"

#include <chrono>
#include <memory>

namespace tandem::neuron {

/// A thread for calls that may never come back. It shares the ownership of what they work on, so
/// that whoever waits can leave: a call that returns late finds everything in its place, and the
/// last one out frees it.
class Worker {
public:
  using Job = void (*)(void *context);

  /// A thread that works on `context`. Error: kUnavailable, the system gives no thread.
  static Result<Worker> start(std::shared_ptr<void> context);

  Worker(Worker &&) = default;
  Worker &operator=(Worker &&) = delete;
  /// Waits for the thread when it has nothing to do, else leaves it behind.
  ~Worker();

  /// Runs `job(context)` and waits until it has returned: true, or until `deadline` has passed:
  /// false. Then there is no next one before isIdle(). Allocates nothing. One caller at a time.
  bool run(Job job, std::chrono::microseconds deadline);
  /// Whether the last job has returned.
  bool isIdle() const;

private:
  struct State;
  explicit Worker(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

} // namespace tandem::neuron
