#pragma once

#include "pipeline/executor/executor.h"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace tandem {

/// What an application found on one picture, and what it took.
struct PictureReport {
  std::string path;  ///< as it was given
  int64_t frame = 0; ///< of a video, from 1; 0: a picture
  int width = 0, height = 0;
  std::string saved; ///< the annotated picture; empty: none
  FrameResult result;
  /// What became of each model until then; for reportAsJson() only.
  std::optional<std::vector<ModelProfile>> profile;
};

/// One line of JSON: image, the application's results, timings, profile. docs/app-format.md has the
/// keys.
std::string reportAsJson(const PictureReport &report);

/// For people: what was found, then a table of stage, model, framework, device and milliseconds.
/// `colours`: for a terminal.
std::string reportAsText(const PictureReport &report, bool colours);

/// Its table of stages by itself, of means of many frames; and the same of any for a program.
std::string meanTimingTable(const std::vector<StageTiming> &timings, bool colours);
nlohmann::ordered_json timingsAsJson(const std::vector<StageTiming> &timings);

/// An application's results by name, and what became of its models; for a program.
nlohmann::ordered_json resultsAsJson(const std::vector<NamedResult> &results);
nlohmann::ordered_json modelsAsJson(const std::vector<ModelProfile> &profile);

} // namespace tandem
