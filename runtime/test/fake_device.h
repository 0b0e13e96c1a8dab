#pragma once

#include "runtime/device/device.h"

#include <functional>

namespace tandem {

/// A device named "reference" whose regions do what a test says. The only one of the runtime's
/// tests.
struct FakeDevice final : Device {
  std::string_view name() const override { return "reference"; }
  Result<std::unique_ptr<LoadedRegion>> load(const RegionSource &source) const override;

  /// What a region does when it runs, with the buffers it was loaded with.
  static inline std::function<Status(ThreadPool &, std::span<std::byte *const>)> onRun;
  /// The same, of the region of that name; asked first.
  static inline std::function<Status(std::string_view region)> onRunOf;
  /// Steps that a region has, and what each does.
  static inline size_t steps = 1;
  static inline std::function<Status(size_t step)> onStep;
  /// Whether a loaded region can be had once more without load().
  static inline bool shares = false;
  /// What load() fails with, if anything.
  static inline std::function<Status(const RegionSource &)> onLoad;
  /// What its regions have to tell once they are loaded.
  static inline std::string notice;
};

} // namespace tandem
