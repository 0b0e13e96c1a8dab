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

void DeviceWorker::ring() {
  bell_.fetch_add(1);
  bell_.notify_one();
}

void DeviceWorker::give(const ReadyTask &task) {
  if (std::this_thread::get_id() == thread_.get_id()) {
    std::lock_guard lock(mutex_);
    ready_.add(task);
    return;
  }
  [[maybe_unused]] bool room = queue_.push(task);
  assert(room && "more tasks than the capacity says");
  ring(); // after the push, so that who has seen it finds the task
  if (busy_)
    wakeIdleOne();
}

void DeviceWorker::collect() {
  for (ReadyTask task; queue_.pop(task);)
    ready_.add(task);
}

// Nothing waits on a busy device while one like it sleeps: who brings a task looks at busy_ after
// it, who becomes busy looks for tasks after that; and who finds a task waiting looks at idle_
// after it, who becomes idle looks for tasks after that. All of them in one order (seq_cst).

bool DeviceWorker::takeOwn(ReadyTask &task, size_t &waiting) {
  busy_ = true;
  std::lock_guard lock(mutex_);
  collect();
  if (ready_.empty()) {
    busy_ = false;
    return false;
  }
  task = ready_.take();
  waiting = ready_.size();
  return true;
}

bool DeviceWorker::giveUp(ReadyTask &task, size_t &waiting) {
  if (!busy_)
    return false; // it takes its task itself
  std::lock_guard lock(mutex_);
  (void)bell_.load(); // so that the push of who rang it is seen
  collect();
  if (ready_.empty())
    return false;
  task = ready_.take();
  waiting = ready_.size();
  return true;
}

bool DeviceWorker::steal(ReadyTask &task) {
  for (DeviceWorker *other : alike_)
    if (size_t waiting = 0; other->giveUp(task, waiting)) {
      if (waiting > 0)
        wakeIdleOne();
      return true;
    }
  return false;
}

void DeviceWorker::wakeIdleOne() {
  for (DeviceWorker *other : alike_)
    if (other->idle_) {
      other->ring();
      return;
    }
}

void DeviceWorker::work() {
  for (;;) {
    uint32_t bell = bell_.load(std::memory_order_acquire);
    ReadyTask task;
    size_t waiting = 0;
    if (takeOwn(task, waiting)) {
      if (waiting > 0)
        wakeIdleOne();
      run_(task, waiting);
      continue;
    }
    if (stop_.load(std::memory_order_acquire))
      return;
    idle_ = true;
    bool stolen = steal(task);
    if (!stolen)
      waitWhile(bell_, bell, options_.spins);
    idle_ = false;
    if (!stolen)
      continue;
    busy_ = true;
    if (bell_.load() != bell) // its own came meanwhile
      wakeIdleOne();
    run_(task, 0);
  }
}

void DeviceWorker::stop() {
  if (!thread_.joinable())
    return;
  stop_.store(true, std::memory_order_release);
  ring();
  thread_.join();
}

} // namespace tandem
