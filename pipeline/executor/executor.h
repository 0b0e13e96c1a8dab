#pragma once

#include "pipeline/app/application.h"
#include "pipeline/executor/model_runner.h"
#include "pipeline/steps/common/step.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tandem {

/// A tensor as it came out of a model or a step.
struct TensorResult {
  ElementType type = ElementType::kF32;
  Shape shape;
  std::vector<std::byte> bytes;
  std::string saved = ""; ///< the file that has it; empty: nobody asked for one
};

/// A label by name, one score per class, a number, or a tensor.
using ResultValue = std::variant<std::string, std::vector<double>, double, TensorResult>;

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
  std::string uses;                 ///< kind of step; empty: it runs a model
  std::string model;                ///< empty: a step without one
  std::string format;               ///< of the model: "tflite"
  std::vector<std::string> devices; ///< that it ran on, of a model maybe several
  double milliseconds = 0;
  int calls = 0; ///< one a frame; in a for_each one a detection
};

/// How a frame ended, beside an error of one of its steps.
enum class FrameEnd : uint8_t {
  kDone,
  kCancelled, ///< by cancel(), or because the executor was stopped
  kDropped,   ///< a newer one took its place before it had begun
  kLate,      ///< its deadline came first
};
/// "done", "cancelled", ...
std::string_view frameEndName(FrameEnd end);

struct FrameResult {
  int64_t frame = 0; ///< counted from 1 in the order of submit()
  FrameEnd end = FrameEnd::kDone;
  std::vector<NamedResult> results; ///< of a frame that is done
  std::vector<StageTiming> timings; ///< in the order of the application's steps; of one that began
  double milliseconds = 0;          ///< from submit() to the end of its last step
};

/// What is asked for one frame.
struct FrameOptions {
  int priority = 0; ///< a frame with a higher one goes first wherever both could
  /// After submit(): what is not done by then is left out and the frame ends late; 0: no deadline.
  std::chrono::microseconds deadline{0};
};

/// What became of one model so far.
struct ModelProfile {
  std::string model;
  std::vector<RegionProfile> regions;
  std::vector<std::string> notices; ///< devices that failed, told once each
};

/// What went wrong with a device and was made good, as the session says it. Each session of a model
/// tells of it once.
struct DeviceNotice {
  std::string model;
  std::string step = {}; ///< that met it; empty: it was met when the model was loaded
  int64_t frame = 0;     ///< the same; 0: before any
  std::string text = {};
};

/// Runs an application on frames. Used by one thread at a time, unless an executor says more.
class Executor {
public:
  virtual ~Executor() = default;

  /// Takes a frame, which outlives its result, and gives its number. May wait while as many as it
  /// can hold are in flight. Errors: kInvalidArgument (an empty picture), and then nothing is in
  /// flight of it.
  virtual Result<int64_t> submit(const Image &frame, const FrameOptions &options) = 0;
  Result<int64_t> submit(const Image &frame) { return submit(frame, FrameOptions()); }
  /// The next frame's result, in the order of submit(); waits for it. An error names step and
  /// frame, and the next call gives the next frame. Errors: kInvalidArgument when no frame is in
  /// flight.
  virtual Result<FrameResult> next() = 0;
  /// Whether next() would give a result at once.
  virtual bool hasResult() const = 0;
  /// So many frames can be submitted without a call of next() between them.
  virtual size_t capacity() const = 0;
  /// What is new since the last call, of frames whose results were fetched. By the thread of
  /// next().
  virtual std::vector<DeviceNotice> takeNotices() = 0;
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

/// Refuses a picture without pixels, or with another number of bytes than its size says.
Status checkPicture(const Image &frame);

/// The labels of a model: its own list, or its file, one a line.
/// Errors: kNotFound, kIo, kInvalidArgument (not text, more than 1 MiB).
Result<Labels> loadLabels(const AppModel &model);

} // namespace tandem
