#include "backends/neuron/client/worker.h"

#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

namespace tandem::neuron {

struct Worker::State {
  std::shared_ptr<void> context;
  std::mutex mutex;
  std::condition_variable wake, done;
  Job job = nullptr; ///< null: nothing to do
  bool stop = false;
  std::thread thread;

  void work() {
    std::unique_lock lock(mutex);
    while (true) {
      wake.wait(lock, [&] { return job || stop; });
      if (!job)
        return;
      lock.unlock();
      job(context.get());
      lock.lock();
      job = nullptr;
      done.notify_all();
    }
  }
};

Result<Worker> Worker::start(std::shared_ptr<void> context) {
  auto state = std::make_shared<State>();
  state->context = std::move(context);
  try {
    state->thread = std::thread([state] { state->work(); });
  } catch (const std::system_error &error) {
    return Error(Code::kUnavailable, "", "the system gives no thread: ", error.what());
  }
  return Worker(std::move(state));
}

Worker::~Worker() {
  if (!state_) // moved from
    return;
  bool idle;
  {
    std::lock_guard lock(state_->mutex);
    state_->stop = true;
    idle = !state_->job;
  }
  state_->wake.notify_all();
  if (idle)
    state_->thread.join();
  else
    state_->thread.detach();
}

bool Worker::run(Job job, std::chrono::microseconds deadline) {
  State &state = *state_;
  std::unique_lock lock(state.mutex);
  state.job = job;
  state.wake.notify_all();
  return state.done.wait_for(lock, deadline, [&] { return !state.job; });
}

bool Worker::isIdle() const {
  std::lock_guard lock(state_->mutex);
  return !state_->job;
}

} // namespace tandem::neuron
