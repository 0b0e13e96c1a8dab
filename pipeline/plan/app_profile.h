#pragma once

#include "base/result.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tandem {

/// What an application was seen to take on one machine, and what its data were like: all that a
/// plan needs to be made from, kept as a file beside the machine (docs/pipeline.md has the format).
struct AppProfile {
  static constexpr int kVersion = 4;

  /// A task of the application, as in AppTasks.
  struct TaskProfile {
    std::string name;
    std::map<std::string, double> us; ///< by kind of device: of an average frame
    /// By kind of device: how many times as long it takes while another device of that kind works
    /// too; at least 1. Not there: not measured.
    std::map<std::string, double> together;
    /// By kind of device, of those that are no core: the time of a core that goes with it, for the
    /// driver, or for a host library that computes in place of the device. Not there: none.
    std::map<std::string, double> coreUs = {};
  };

  std::string application; ///< its name
  std::string machine;     ///< where it was measured, in words
  std::string measuredAt;  ///< when, "2026-01-31T12:00:00Z"; empty: not known
  int frames = 0;          ///< that were seen, each of them once
  std::vector<TaskProfile> tasks;
  /// What is not in the tasks' times, in microseconds; 0: not measured.
  struct Overheads {
    double dispatchUs = 0; ///< of the executor, for each task
    double handOffUs =
        0; ///< from the end of a task on one device to its follower's start on another
    double usPerByte = 0; ///< beside it: of data that another core has made
    double readUs = 0;    ///< reading and decoding a frame
    double collectUs = 0; ///< taking a frame's results
  };
  Overheads overheads;
  /// By what a for_each goes over ("faces", "net.boxes"): its detections in each frame.
  std::map<std::string, std::vector<int>> detections;
  /// By step with a `when`: how often it held, of all times that it was asked.
  std::map<std::string, double> holds;

  /// By model: where it was cut, so that several cores can have a part of it. Tasks are of it.
  std::map<std::string, std::vector<std::vector<size_t>>> cuts;

  /// Kinds of devices whose times are a model's: a library took the time of a modelled chip.
  std::vector<std::string> modelled = {};

  const TaskProfile *task(std::string_view name) const;
};

/// Strict: unknown keys, another version, times that are negative are errors (kCorruptData, with
/// path and place).
Result<AppProfile> parseAppProfile(const std::string &path, std::string_view text);
std::string appProfileText(const AppProfile &profile);

/// Errors: kNotFound, kIo, and those of parseAppProfile().
Result<AppProfile> loadAppProfile(const std::string &path);
/// The whole file or nothing. Errors: kIo.
Status saveAppProfile(const std::string &path, const AppProfile &profile);

} // namespace tandem
