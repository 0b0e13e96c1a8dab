#pragma once

#include "pipeline/app/application.h"
#include "pipeline/executor/model_runner.h"
#include "pipeline/steps/common/step.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace tandem {

/// A label by name, one score per class, or a number.
using ResultValue = std::variant<std::string, std::vector<double>, double>;

/// One detection of a result, with all that steps said about it.
struct FoundItem {
  Box box; ///< in pixels of the picture
  double score = 0;
  std::optional<std::string> label; ///< none: the model knows only one class
  /// Only what was computed: a step that `when` left out leaves no field.
  std::vector<std::pair<std::string, ResultValue>> fields;
};

/// A named result of the application; none: `when` left it out.
struct NamedResult {
  std::string name;
  std::optional<std::variant<std::vector<FoundItem>, ResultValue>> value;
};

/// What one step took for one frame, all of its calls together.
struct StageTiming {
  std::string stage;
  std::string uses;   ///< kind of step; empty: it runs a model
  std::string model;  ///< empty: a step without one
  std::string format; ///< of the model: "tflite"
  std::string device;
  double milliseconds = 0;
  int calls = 0; ///< one a frame; in a for_each one a detection
};

struct FrameResult {
  int64_t frame = 0; ///< counted from 1
  std::vector<NamedResult> results;
  std::vector<StageTiming> timings; ///< in the order of the application's steps
};

/// What became of one model so far.
struct ModelProfile {
  std::string model;
  std::vector<RegionProfile> regions;
  std::vector<std::string> notices; ///< devices that failed, told once each
};

/// Runs an application on frames. Used by one thread at a time.
class Executor {
public:
  virtual ~Executor() = default;

  /// Takes a frame, which outlives its result. May wait while as many as it can hold are in flight.
  /// Errors: kInvalidArgument (an empty picture), and then nothing is in flight of it.
  virtual Status submit(const Image &frame) = 0;
  /// The next frame's result, in the order of submit(); waits for it. An error names step and
  /// frame, and the next call gives the next frame. Errors: kInvalidArgument when no frame is in
  /// flight.
  virtual Result<FrameResult> next() = 0;
  /// By model. Not while a frame is in flight.
  virtual std::vector<ModelProfile> profile() const = 0;
};

/// An application with all that it needs to run.
struct ExecutorParts {
  Application app;
  std::vector<std::unique_ptr<ModelRunner>> runners; ///< beside app.models
  std::vector<Labels> labels;                        ///< beside app.models; may be null
};

/// Runs one step after another in the thread of submit(). Checks at once that every connection
/// fits: shapes and types of what steps make and models take. Errors: kInvalidArgument, with the
/// line of the application's file.
Result<std::unique_ptr<Executor>> makeSequentialExecutor(ExecutorParts parts,
                                                         const StepTable &table);

/// The labels of a model: its own list, or its file, one a line.
/// Errors: kNotFound, kIo, kInvalidArgument (not text, more than 1 MiB).
Result<Labels> loadLabels(const AppModel &model);

} // namespace tandem
