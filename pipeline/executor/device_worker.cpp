#include "pipeline/executor/device_worker.h"

#include "runtime/wait.h"

#include <cassert>
#include <cstring>
#include <pthread.h>
#include <sched.h>
#include <system_error>

namespace tandem {

Status pinThread(std::thread &thread, const std::string &device, int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  if (core >= 0 && core < CPU_SETSIZE)
    CPU_SET(static_cast<size_t>(core), &cores);
  if (int error = pthread_setaffinity_np(thread.native_handle(), sizeof cores, &cores))
    return Error(Code::kUnavailable, "", "device '", device, "' cannot have core ", core, ": ",
                 std::strerror(error));
  return {};
}

Status DeviceWorker::start(Run run) {
  run_ = std::move(run);
  try {
    thread_ = std::thread([this] { work(); });
  } catch (const std::system_error &error) {
    return Error(Code::kUnavailable, "", "the system gives no thread for device '", options_.name,
                 "': ", error.what());
  }
  pthread_setname_np(thread_.native_handle(), options_.name.substr(0, 15).c_str());
  return options_.core ? pinThread(thread_, options_.name, *options_.core) : Status();
}

void DeviceWorker::give(const ReadyTask &task) {
  if (std::this_thread::get_id() == thread_.get_id()) {
    ready_.add(task);
    return;
  }
  [[maybe_unused]] bool room = queue_.push(task);
  assert(room && "more tasks than the capacity says");
  bell_.fetch_add(1); // after the push, so that who has seen it finds the task
  bell_.notify_one();
}

void DeviceWorker::collect() {
  for (ReadyTask task; queue_.pop(task);)
    ready_.add(task);
}

void DeviceWorker::work() {
  for (;;) {
    uint32_t bell = bell_.load(std::memory_order_acquire);
    collect();
    if (!ready_.empty()) {
      ReadyTask task = ready_.take();
      run_(task, ready_.size());
    } else if (stop_.load(std::memory_order_acquire)) {
      return;
    } else {
      waitWhile(bell_, bell, options_.spins);
    }
  }
}

void DeviceWorker::stop() {
  if (!thread_.joinable())
    return;
  stop_.store(true, std::memory_order_release);
  bell_.fetch_add(1);
  bell_.notify_one();
  thread_.join();
}

} // namespace tandem
