// tandem profile: how long the ops of a model take on this machine, as a device profile; or the
// tasks of an application.

#include "devices/profile.h"
#include "base/file.h"
#include "tools/tandem/command.h"
#include "tools/tandem/json_text.h"
#include "tools/tandem/output_place.h"
#include "tools/tandem/profile_app.h"
#include "tools/tandem/time_probe.h"
#include "tools/tandem/units.h"

#include <cstdio>
#include <memory>

namespace tandem {
namespace {

using nlohmann::ordered_json;

struct Options {
  std::string model, output, device = "host", backend = "cpu";
  InputTexts inputs;
  bool json = false;
  ProfileAppOptions app;
  std::vector<CLI::Option *> modelOptions, appOptions; ///< that only these have
};

/// An op, its median time in microseconds, and how many such ops the model has.
struct TimedOp {
  std::string key, op, node;
  double us = 0;
  size_t count = 1;
};

Result<std::vector<TimedOp>> timeOps(const Options &options, const FixedInputs &inputs) {
  CompileRequest request;
  request.modelPath = options.model;
  request.device = options.device;
  request.inputs = inputs;
  Progress progress("profile " + options.model);
  constexpr double kCompiled = 0.5; // of the bar
  request.progress = [&](const std::string &stage, double done) {
    progress.update(stage, kCompiled * done);
  };
  TANDEM_ASSIGN_OR_RETURN(std::vector<OpProbe> probes, opProbes(request, options.backend));
  std::vector<TimedOp> timed;
  for (const OpProbe &probe : probes) {
    progress.update("timing its ops", kCompiled + (1 - kCompiled) *
                                                      static_cast<double>(timed.size()) /
                                                      static_cast<double>(probes.size()));
    TANDEM_ASSIGN_OR_RETURN(TimedProbe ready, TimedProbe::open(probe));
    TANDEM_ASSIGN_OR_RETURN(double us, ready.time());
    timed.push_back({probe.key, probe.op, probe.node, us, probe.count});
  }
  return timed;
}

void print(const Options &options, const std::vector<TimedOp> &timed) {
  double totalUs = 0; // of the model's ops, of which some are alike
  size_t count = 0;
  ordered_json ops = ordered_json::array();
  for (const TimedOp &op : timed) {
    totalUs += op.us * static_cast<double>(op.count);
    count += op.count;
    ops.push_back(
        {{"key", op.key}, {"op", op.op}, {"node", op.node}, {"us", op.us}, {"count", op.count}});
  }
  if (options.json)
    std::printf("%s\n", jsonText({{"model", options.model},
                                  {"output", options.output},
                                  {"backend", options.backend},
                                  {"total_us", totalUs},
                                  {"ops", ops}})
                            .c_str());
  else
    std::fprintf(stderr, "%s: %zu different ops on %s; the model's %zu take %s, each by itself\n",
                 options.output.c_str(), timed.size(), options.backend.c_str(), count,
                 timeText(totalUs).c_str());
}

/// The profile to start from, with the times of this machine added.
Status profileModel(const Options &options) {
  TANDEM_ASSIGN_OR_RETURN(FixedInputs inputs, fixedInputs(options.inputs));
  // A profile that it starts from may be replaced: that adds to it.
  TANDEM_RETURN_IF_ERROR(
      checkOutputPlace(options.output, "the profile", std::vector{options.model}));
  TANDEM_ASSIGN_OR_RETURN(std::string text, profileText(options.device));
  TANDEM_RETURN_IF_ERROR(findProfile(options.device).status()); // what is wrong with it, if so
  ordered_json device = ordered_json::parse(text);
  TANDEM_ASSIGN_OR_RETURN(std::vector<TimedOp> timed, timeOps(options, inputs));
  for (const TimedOp &op : timed)
    device["measured_us"][op.key] = op.us;
  TANDEM_RETURN_IF_ERROR(writeFileAtomically(options.output, jsonText(device) + "\n"));
  print(options, timed);
  return Status();
}

int profile(Options &options) {
  if (isApplication(options.model)) {
    if (std::string name = firstGiven(options.modelOptions); !name.empty())
      return wrongUsage("profile", name + " is for a model");
    if (options.app.inputs.empty())
      return wrongUsage("profile", "an application needs at least one picture or video");
    options.app.app.file = options.model;
    options.app.app.device = options.device;
    options.app.output = options.output;
    options.app.json = options.json;
    return profileApp(options.app);
  }
  if (std::string name = firstGiven(options.appOptions); !name.empty())
    return wrongUsage("profile", name + " is for an application (.yaml)");
  if (options.output.empty())
    return wrongUsage("profile", "--output is required for a model");
  const std::vector<std::string> &backends = options.app.app.backends;
  if (backends.size() > 1)
    return wrongUsage("profile", "of a model one backend's code is timed, --backends names " +
                                     std::to_string(backends.size()));
  if (!backends.empty())
    options.backend = backends.front();
  return exitCodeOf("profile", profileModel(options));
}

} // namespace

void registerProfile(CommandTable &table) {
  auto options = std::make_shared<Options>();
  CLI::App &command = table.add(
      "profile",
      "Time every op of a model on this machine, for placement by measured cost; or every task of "
      "an application, for plans.",
      "  tandem profile mobilenet.tflite -o mine.json\n"
      "  tandem profile emotion.hdf5 --device mine.json -o mine.json    # adds to it\n"
      "  tandem profile emotion.hdf5 -o mine.json --json\n"
      "  tandem compile emotion.hdf5 --device mine.json --report -o e.tandem\n"
      "  tandem profile apps/showcase/showcase.yaml clip.mp4");
  command.add_option("FILE", options->model, "the model, or the application (.yaml)")->required();
  CLI::Option *frames = command.add_option(
      "FRAMES", options->app.inputs, "application: the pictures and videos that it is run on");
  command
      .add_option("-o,--output", options->output,
                  "the profile to write [default of an application: the cache, where plans look]")
      ->check(notEmpty());
  command
      .add_option("-d,--device", options->device,
                  "model: the profile to start from, a name or a .json file; application: what its "
                  "models are compiled for")
      ->check(notEmpty())
      ->capture_default_str();
  command
      .add_option(
          "-b,--backends", options->app.app.backends,
          "application: backends in order of preference [default: as the application says]; "
          "model: the one whose code is timed [default: cpu]")
      ->delimiter(',')
      ->allow_extra_args(false);
  options->modelOptions = addInputOptions(command, options->inputs, "model: ");
  options->appOptions = {
      frames,
      command
          .add_option("-m,--model", options->app.app.models,
                      "application: NAME=FILE, another file for one of its models")
          ->allow_extra_args(false),
      command
          .add_option("--placement", options->app.app.placement,
                      "application: how ops of its models are given to backends, cost or greedy, "
                      "as the plan will have it")
          ->check(CLI::IsMember({"cost", "greedy"}))
          ->capture_default_str()};
  command.add_flag("--json", options->json, "the times on stdout, for a program to read");
  table.onRun(command, [options] { return profile(*options); });
}

} // namespace tandem
