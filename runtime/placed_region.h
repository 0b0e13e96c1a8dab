#pragma once

#include "runtime/bundle.h"
#include "runtime/device/device.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem {

/// What a session does about a device that fails while there is another way.
struct FaultPolicy {
  /// After so many failures of a region one after another its device is not tried again in this
  /// session; 0: it is tried in every run.
  int giveUpAfter = 3;
  /// False: what has a fallback runs there only, which is no fault, and its device is not opened:
  /// for whoever wants to know what that takes, and not wait for a driver's compiler.
  bool triesDevice = true;
};

/// Which of its two ways a region runs.
enum class RegionWay : uint8_t {
  kOwn,      ///< the device it was compiled for, and the fallback when that fails
  kFallback, ///< the fallback at once, where it has one: a plan's choice, no fault
};

/// What one region is, what ran it, and how long it took.
struct RegionProfile {
  std::string_view name, backend; ///< as compiled; a zero follows the last character of each
  std::string_view ranOn = "";    ///< the backend that ran it last; "" before the first run
  double lastUs = 0;              ///< in the last run that reached it, failures included
  double predictedUs = 0;         ///< by the model of the device it was compiled for; 0: not known
  int64_t runs = 0, faults = 0;   ///< in this session
  std::string_view fallback = ""; ///< the backend of its fallback; "": it has none
  /// Of its own device, with SessionOptions::timesSteps.
  std::span<const StepTime> steps = {};
  DeviceCopies copies = {}; ///< of the last run
};

/// A region with its fallback: on its own device while that works, else the other way, with the
/// same answer. Used by one thread at a time.
class PlacedRegion {
public:
  /// The region and its fallback. An error when a fallback does not load, or neither does; when
  /// only the region itself does not, it starts given up, and takeNotices() says why. What the
  /// arguments refer to outlives this.
  /// `like`: the same region of another session, to share with; null: none.
  static Result<PlacedRegion> load(const std::shared_ptr<const Bundle> &bundle,
                                   const bundle::Model &model, const bundle::Region &region,
                                   std::span<std::byte *const> buffers, const FaultPolicy &policy,
                                   bool timesSteps, const PlacedRegion *like = nullptr);

  /// Runs it. Allocates nothing while nothing fails.
  Status run(ThreadPool &pool, RegionWay way = RegionWay::kOwn);
  /// What run() can be cut into: the steps of its own device; 1 where there is a fallback, which
  /// does the work whole.
  size_t steps() const { return own_ && fallback_.empty() ? own_->steps() : 1; }
  /// Steps of run(), each once and in order.
  Status runSteps(ThreadPool &pool, size_t first, size_t last);
  uint64_t bytesBefore(size_t step) const { return own_ ? own_->bytesBefore(step) : 0; }

  const RegionProfile &profile() const { return profile_; }
  /// Whether takeNotices() has any.
  bool hasNotices() const { return !notices_.empty(); }
  /// What went wrong since the last call: told at the first failure, and when the device is given
  /// up.
  std::vector<std::string> takeNotices() { return std::exchange(notices_, {}); }

private:
  PlacedRegion() = default;
  /// The parts of the fallback, one after another.
  Status runFallback(ThreadPool &pool);
  void recordFault(const Error &error);
  void note(const Error &error, std::string_view consequence);

  std::unique_ptr<LoadedRegion> own_; ///< null: given up
  std::vector<std::unique_ptr<LoadedRegion>> fallback_;
  std::string_view fallbackBackend_;
  FaultPolicy policy_;
  RegionProfile profile_;
  int faultsInARow_ = 0;
  bool toldOfFault_ = false;
  std::vector<std::string> notices_;
};

} // namespace tandem
