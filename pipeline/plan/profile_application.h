#pragma once

#include "pipeline/executor/app_tasks.h"
#include "pipeline/plan/app_profile.h"

#include <chrono>
#include <functional>
#include <span>

namespace tandem {

struct ProfileOptions {
  int rounds = 5; ///< over all pictures, at most; of the rounds the median counts
  /// Of each device, alone and with its partner: after it no other round begins.
  std::chrono::milliseconds budget{3000};
  /// One device of each kind that is to be measured; its core is used if it has one.
  std::vector<PipelineDevice> devices;
  /// A second device of the same kind (a core of its own) runs the application too: measures what
  /// they cost one another. None: not measured.
  std::vector<PipelineDevice> partners = {};
  std::string machine = {}; ///< in words, for the file
  double readUs = 0;        ///< what a frame took to be read and decoded, for the file
  /// Told of each stage as it begins, and the part that is done; may be empty.
  std::function<void(const std::string &stage, double done)> progress = {};
};

/// Runs the application on the pictures, step after step, in a thread for each device, and takes
/// the times of its tasks: on every kind of device that can run them, regions on their fallback
/// where that is what the device runs. What a device cannot run is run by the first one that can.
///
/// Models that are much of a frame's work are cut first (cut_models.h), and stay so.
/// The runners of `parts` are used, and what another device needs is made of them; the parts can be
/// given to an executor afterwards. Errors: those of making and running the application (a frame
/// that fails ends it, since its times would be no times), kInvalidArgument without pictures or
/// devices.
Result<AppProfile> profileApplication(const ExecutorParts &parts, const StepTable &table,
                                      std::span<const Image> pictures,
                                      const ProfileOptions &options);

} // namespace tandem
