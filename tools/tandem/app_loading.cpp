#include "tools/tandem/app_loading.h"

#include "base/printable.h"
#include "pipeline/app/missing_labels.h"
#include "tools/tandem/command.h"

#include <cstdio>
#include <filesystem>

namespace tandem {

bool isApplication(const std::string &path) {
  std::string ending = std::filesystem::path(path).extension().string();
  return ending == ".yaml" || ending == ".yml";
}

// allow_extra_args(false): one value each time it is given, so that it may stand before pictures.

CLI::Option *addModelOption(CLI::App &command, AppOptions &options) {
  return command
      .add_option("-m,--model", options.models,
                  "application: NAME=FILE, another file for one of its models")
      ->allow_extra_args(false);
}

std::vector<CLI::Option *> addPlacingOptions(CLI::App &command, AppOptions &options,
                                             const std::string &of) {
  return {
      command
          .add_option("-b,--backends", options.backends,
                      of + "backends in order of preference, as in neuron,cpu [default: as the "
                           "application says, else those of the device]")
          ->delimiter(',')
          ->allow_extra_args(false),
      command
          .add_option("-d,--device", options.device,
                      of +
                          "what to compile for, see 'tandem devices' [default: host, this machine]")
          ->check(notEmpty()),
      command
          .add_option("--placement", options.placement,
                      of + "how ops are given to backends: by predicted cost, or greedily to the "
                           "first that runs them")
          ->check(CLI::IsMember({"cost", "greedy"}))
          ->capture_default_str()};
}

/// A class without a name is told by its number, which looks like an answer.
static void warnOfLabels(const Application &app, const std::vector<StepKind> &kinds,
                         const Warn &warn) {
  for (const MissingLabels &one : missingLabels(app, kinds))
    warn(app.place(app.models[one.model].line) + ": warning: model '" + app.models[one.model].name +
         "' has no labels, so step '" + app.steps[one.step].name +
         "' tells its classes by their numbers; 'labels: [NAME, NAME, ...]' or a file of them, one "
         "a line, names them");
}

std::variant<OpenedApp, int> loadApp(std::string_view command, const AppOptions &options,
                                     const StepTable &table) {
  auto models = parseNameValues("--model NAME=FILE", options.models);
  if (!models)
    return wrongUsage(command, models.error().message);
  AppRequest request = {.file = options.file,
                        .models = *models,
                        .backends = options.backends,
                        .device = options.device,
                        .placesGreedily = options.placement == "greedy",
                        .threads = options.threads,
                        .opensAccelerators = options.opensAccelerators,
                        .report = progressReport(),
                        .warn = [](const std::string &warning) {
                          std::fprintf(stderr, "%s\n", printable(warning).c_str());
                        }};
  if (Status wrong = checkAppRequest(request); !wrong.ok())
    return refuseRequest(command, wrong.error());
  Result<Application> app = loadApplication(options.file, table.kinds());
  if (!app.ok())
    return refuse(app.error());
  if (Status replaced = replaceModels(*app, request); !replaced.ok())
    return refuseRequest(command, replaced.error());
  warnOfLabels(*app, table.kinds(), request.warn);
  Result<OpenedApp> opened = openApp(request, *std::move(app));
  if (!opened.ok())
    return refuse(opened.error());
  return *std::move(opened);
}

} // namespace tandem
