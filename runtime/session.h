#pragma once

#include "base/element_type.h"
#include "base/result.h"
#include "runtime/arena.h"
#include "runtime/bundle.h"
#include "runtime/device/device.h"
#include "runtime/placed_region.h"

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tandem {

struct SessionOptions {
  int threads = 1; ///< that split one operation, the caller of run() included; 1 to 256
  FaultPolicy faults;
  /// Workers to share with other sessions, those that run one after another: each would have its
  /// own spinning for a while after its run. Not null: `threads` is not looked at.
  std::shared_ptr<ThreadPool> pool = nullptr;
  /// Whether RegionProfile::steps is wanted. Takes some time itself.
  bool timesSteps = false;
};

/// An input or output of a session. Lives as long as the session.
struct TensorView {
  std::string_view name; ///< a zero follows its last character
  ElementType type = ElementType::kF32;
  Shape shape;
  Quantization quantization; ///< empty: not quantized
  /// Row by row; at an address that is a multiple of 64. Outputs are read only.
  std::byte *data = nullptr;
  size_t bytes = 0;
};

/// One model, ready to run: its arena, its loaded regions, its threads. Used by one thread at a
/// time; sessions of one bundle are independent of each other.
///
///     write input(...)->data, run(), read output(...)->data
///
/// Inputs keep their contents across runs. Outputs are valid until the next run.
class Session {
public:
  /// `model` empty: the bundle's first. Errors: kNotFound (no such model), kUnavailable (a region's
  /// backend is not in this build or its device not there, and it has no fallback; no memory),
  /// kInvalidArgument (threads), and what a backend says of its artifact.
  static Result<std::unique_ptr<Session>> create(std::shared_ptr<const Bundle> bundle,
                                                 std::string_view model = "",
                                                 const SessionOptions &options = {});

  /// The same model once more, independent of this one. What does not change when it runs (weights,
  /// code, compiled networks) is shared. While this one does not run. Errors: those of create().
  Result<std::unique_ptr<Session>> another() const;

  std::span<const TensorView> inputs() const { return inputs_; }
  std::span<const TensorView> outputs() const { return outputs_; }
  /// By name. Errors: kNotFound, with the names there are.
  Result<const TensorView *> input(std::string_view name) const;
  Result<const TensorView *> output(std::string_view name) const;

  /// Runs all regions in order. Allocates nothing. A region whose device fails runs on its
  /// fallback, with the same answer; without one that is an error, after which the outputs are
  /// undefined.
  Status run();
  /// One region of run(), 0 to profile().size() - 1: all of them in order make the whole, in
  /// whatever threads, one at a time. A region without a fallback runs its own way.
  Status runRegion(size_t region, RegionWay way = RegionWay::kOwn);
  /// How many steps a region has that can run one after another in whatever threads, at least 1:
  /// to spread one over cores. runRegion() runs them all.
  size_t stepsOf(size_t region) const { return regions_[region].steps(); }
  Status runSteps(size_t region, size_t first, size_t last);
  /// Of activations that steps on both sides of the cut before `step` use, at most.
  uint64_t bytesBefore(size_t region, size_t step) const {
    return regions_[region].bytesBefore(step);
  }
  /// By region; valid until the next run.
  std::span<const RegionProfile> profile() const { return profile_; }
  /// What went wrong with devices and was made good, told once each, oldest first. It only grows,
  /// in create() and run(); what is in it stays where it is.
  const std::deque<std::string> &notices() const { return notices_; }

  const Bundle &bundle() const { return *bundle_; }
  const bundle::Model &model() const { return *model_; }

private:
  Session(std::shared_ptr<const Bundle> bundle, const bundle::Model *model,
          const SessionOptions &options)
      : bundle_(std::move(bundle)), model_(model), options_(options) {}
  static Result<std::unique_ptr<Session>> make(std::shared_ptr<const Bundle> bundle,
                                               const bundle::Model *model,
                                               const SessionOptions &options, const Session *like);
  void placeBuffers();
  TensorView view(uint32_t tensor) const;
  void collectNotices(PlacedRegion &region);
  Status loadRegions(const Session *like);
  Result<const TensorView *> find(std::string_view what, std::span<const TensorView> tensors,
                                  std::string_view name) const;

  // In the order in which each needs those before it: destroyed from the last to the first.
  std::shared_ptr<const Bundle> bundle_;
  const bundle::Model *model_;
  SessionOptions options_;
  Arena arena_;
  std::vector<std::byte *> buffers_;
  std::vector<TensorView> inputs_, outputs_;
  std::shared_ptr<ThreadPool> pool_;
  std::vector<PlacedRegion> regions_;
  std::vector<RegionProfile> profile_;
  std::deque<std::string> notices_;
};

} // namespace tandem
