#pragma once

#include "compiler/partition/placement.h"
#include "pipeline/executor/executor.h"
#include "pipeline/steps/common/step.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tandem {

/// Told of work that takes a while: of what, which stage begins, and the part done, 0 to 1. An
/// empty stage: it is over.
using WorkReport =
    std::function<void(const std::string &title, const std::string &stage, double done)>;

/// Told of what went wrong and was made good: "FILE: warning: ...".
using Warn = std::function<void(const std::string &)>;

/// A model of an application of which accelerators keep a part only.
struct ModelSplit {
  std::string model;
  AcceleratorPart part;
};

/// Which application, and how to compile its models.
struct AppRequest {
  std::string file;                          ///< the application's YAML file
  std::map<std::string, std::string> models; ///< name to file, instead of the application's own
  std::vector<std::string> backends;    ///< in order of preference; empty: as the application says
  std::string device;                   ///< what to compile for; empty: this machine
  bool placesGreedily = false;          ///< each op to the first backend that runs it
  std::optional<ModelSplit> split = {}; ///< none: accelerators keep all
  int threads = 1;                      ///< inside one operation of a model
  /// False: accelerators' regions run on their fallbacks, which is no fault, and their costs are
  /// those of cores alone.
  bool opensAccelerators = true;
  WorkReport report;   ///< may be empty
  Warn warn = nullptr; ///< the same
};

/// An application with its models compiled and open.
struct OpenedApp {
  ExecutorParts parts;
  std::string device;   ///< what its models were compiled for
  std::string identity; ///< changes with the application's file, its models, how they are compiled
  bool opensAccelerators = true; ///< the request's
  WorkReport report;             ///< the request's
  Warn warn;                     ///< the same
  /// The same application with one of its models split. Errors: those of openApp(). Null where ops
  /// are not placed by cost.
  std::function<Result<OpenedApp>(const ModelSplit &split)> splitAt;
};

/// What the request gets wrong by itself: later errors are of the application's file. Errors:
/// kInvalidArgument, and those of the device's file.
Status checkAppRequest(const AppRequest &request);
/// Gives models of the application other files. Errors: kInvalidArgument for a name that no model
/// has.
Status replaceModels(Application &app, const AppRequest &request);
/// Compiles the models of an application unless the cache has them, and opens them: every model is
/// compiled before any is opened, so that a bad one costs no more than it must.
Result<OpenedApp> openApp(const AppRequest &request, Application app);
/// All of that in one, with the application loaded from its file.
Result<OpenedApp> openRequestedApp(const AppRequest &request, const StepTable &table);

} // namespace tandem
