#include "pipeline/plan/measure_hand_off.h"

#include "base/elapsed.h"
#include "pipeline/executor/device_worker.h"
#include "pipeline/executor/pipelined.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <latch>

namespace tandem {
namespace {

using Clock = std::chrono::steady_clock;

template <size_t Count> double median(std::array<double, Count> values) {
  std::ranges::nth_element(values, values.begin() + Count / 2);
  return values[Count / 2];
}

/// Two devices that hand an empty task on to one another, or each to itself.
class PingPong {
public:
  PingPong(const PipelineDevice &one, const PipelineDevice &other)
      : workers_{DeviceWorker(optionsOf(one)), DeviceWorker(optionsOf(other))} {}

  Status start() {
    for (size_t i = 0; i < 2; ++i)
      TANDEM_RETURN_IF_ERROR(workers_[i].start([this, i](const ReadyTask &, size_t) { run(i); }));
    return {};
  }

  /// Microseconds of a task.
  double measure(bool across) {
    constexpr int kTasks = 2000;
    across_ = across;
    left_ = kTasks;
    std::latch done(1);
    done_ = &done;
    Clock::time_point start = Clock::now();
    workers_[0].give({});
    done.wait();
    return microsecondsSince(start) / kTasks;
  }

private:
  static DeviceWorker::Options optionsOf(const PipelineDevice &device) {
    return {
        .name = device.name, .core = device.core, .capacity = 2, .spins = PipelineOptions().spins};
  }
  void run(size_t worker) {
    if (--left_ == 0)
      done_->count_down();
    else
      workers_[across_ ? 1 - worker : worker].give({});
  }

  int left_ = 0; ///< of whoever runs the task
  bool across_ = false;
  std::latch *done_ = nullptr;
  std::array<DeviceWorker, 2> workers_; // last: their threads use the rest
};

/// A buffer that one device writes and then both read: what the other one takes longer.
class Reading {
public:
  Reading(const PipelineDevice &one, const PipelineDevice &other)
      : devices_{&one, &other}, buffer_(kBytes) {}

  Result<double> usPerByte() {
    TANDEM_ASSIGN_OR_RETURN(double near, timeOf(0));
    TANDEM_ASSIGN_OR_RETURN(double far, timeOf(1));
    return std::max(0.0, far - near) / kBytes;
  }

private:
  static constexpr size_t kBytes = 256 << 10; ///< as large as what models take and give

  Status runOn(size_t device, const std::function<void()> &what) const {
    std::latch go(1);
    std::thread thread([&] {
      go.wait();
      what();
    });
    const std::optional<int> &core = devices_[device]->core;
    Status pinned = core ? pinThread(thread, devices_[device]->name, *core) : Status();
    go.count_down();
    thread.join();
    return pinned;
  }

  Result<double> timeOf(size_t reader) {
    std::array<double, 9> times;
    for (size_t round = 0; round < times.size(); ++round) {
      TANDEM_RETURN_IF_ERROR(
          runOn(0, [&] { std::memset(buffer_.data(), static_cast<int>(round), buffer_.size()); }));
      TANDEM_RETURN_IF_ERROR(runOn(reader, [&] {
        Clock::time_point start = Clock::now();
        uint64_t sum = 0;
        for (size_t i = 0; i < buffer_.size(); i += 64)
          sum += static_cast<uint64_t>(buffer_[i]);
        sum_ = sum; // so that it is read
        times[round] = microsecondsSince(start);
      }));
    }
    return median(times);
  }

  std::array<const PipelineDevice *, 2> devices_;
  std::vector<std::byte> buffer_;
  volatile uint64_t sum_ = 0;
};

} // namespace

Result<HandOffCosts> measureHandOff(const PipelineDevice &one, const PipelineDevice &other) {
  PingPong pingPong(one, other);
  TANDEM_RETURN_IF_ERROR(pingPong.start());
  std::array<double, 5> within, across;
  for (size_t round = 0; round < within.size(); ++round) {
    within[round] = pingPong.measure(false);
    across[round] = pingPong.measure(true);
  }
  HandOffCosts costs;
  costs.dispatchUs = median(within);
  costs.handOffUs = std::max(0.0, median(across) - costs.dispatchUs);
  TANDEM_ASSIGN_OR_RETURN(costs.usPerByte, Reading(one, other).usPerByte());
  return costs;
}

} // namespace tandem
