#pragma once

#include "base/element_type.h"
#include "base/result.h"
#include "pipeline/app/step_kind.h"

#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem {

/// An application of several models as plain data, whole and checked: every reference is an index
/// that exists, every connection has the type its port wants, every option is set, and steps stand
/// in an order in which they can run. Made by loadApplication().

/// A model by name.
struct AppModel {
  std::string name;
  std::string file;                    ///< a path; where relative, then to the working folder
  std::string labelsFile;              ///< one class a line; empty: `labels` counts
  std::vector<std::string> labels;     ///< of the classes, in order; may be empty
  std::vector<std::string> backends;   ///< in order of preference; empty: the compiler's choice
  std::map<std::string, Shape> shapes; ///< for inputs with dynamic dimensions
  /// Of inputs that are always these, or all this one, and come from no step.
  std::map<std::string, std::vector<double>> values;
  int line = 0;
};

/// Where a value comes from.
struct AppReference {
  static constexpr int kFrame = -1; ///< the picture given to the application

  int step = kFrame; ///< index into Application::steps
  int output = 0;    ///< index into that step's outputs
};

/// `when: live >= 0.5`.
struct AppCondition {
  enum class Comparison : uint8_t { kLess, kLessEqual, kGreater, kGreaterEqual, kEqual, kNotEqual };

  AppReference number;
  Comparison comparison = Comparison::kGreaterEqual;
  double limit = 0;

  bool holds(double value) const;
};

/// One step: a kind from the table of steps, or a model.
struct AppStep {
  std::string name;
  std::string uses;                    ///< kind of step; empty: it runs `model`
  int model = -1;                      ///< index into Application::models
  std::vector<std::string> inputNames; ///< ports, or a model's inputs; "" is a model's only one
  std::vector<std::optional<AppReference>> inputs; ///< beside inputNames; none: an optional port
  std::vector<std::string> outputNames;            ///< as the application calls them
  std::vector<std::string> modelOutputs; ///< beside outputNames: the model's; "" is its only one
  std::vector<ValueType> outputTypes;    ///< beside outputNames
  std::map<std::string, OptionValue> options; ///< all of the kind's options
  std::optional<AppReference> forEach;        ///< detections; the step runs once for each
  std::optional<AppCondition> when;
  int line = 0;

  template <typename T> const T &option(const std::string &name) const {
    return std::get<T>(options.at(name));
  }
};

/// What `tandem run --json` says of every picture itself, so that no result can have such a name.
inline constexpr std::array<std::string_view, 9> kReportKeys = {
    "image", "path", "frame", "width", "height", "ended", "saved", "timings", "profile"};

/// A named part of what the application gives back.
struct AppResult {
  std::string name;
  AppReference value;
  /// For detections: more to say about each, by name, from steps inside the for_each over them.
  std::vector<std::pair<std::string, AppReference>> fields;
  int line = 0;
};

struct Application {
  std::string path; ///< of its file, for messages
  std::string name;
  std::vector<AppModel> models;
  std::vector<AppStep> steps; ///< each after those it needs
  std::vector<AppResult> results;
  /// Of a frame, after it came: what has not begun by then is left out; 0: none.
  double deadlineMs = 0;
  std::string fetchedBy; ///< the command that brings models and labels; empty: there is none

  /// The subject of an error about that line: "showcase.yaml:12".
  std::string place(int line) const { return path + ":" + std::to_string(line); }
};

/// Reads an application from YAML (docs/app-format.md). Model files are taken as relative to the
/// folder of `path`; nothing but `path` itself is read.
/// Errors: kNotFound, kIo, kInvalidArgument, with "showcase.yaml:12" as subject. No exceptions.
Result<Application> loadApplication(const std::string &path, const std::vector<StepKind> &kinds);
/// The same from text; `path` names it in messages.
Result<Application> parseApplication(std::string_view yaml, const std::string &path,
                                     const std::vector<StepKind> &kinds);

} // namespace tandem
