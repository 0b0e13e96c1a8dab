// tandem bench: how long a model, a bundle or an application takes.

#include "compiler/driver/model_files.h"
#include "tools/tandem/bench_app.h"
#include "tools/tandem/bench_bundle.h"
#include "tools/tandem/command.h"
#include "tools/tandem/open_model.h"

#include <memory>

namespace tandem {
namespace {

struct Options {
  BenchBundleOptions bundle; ///< also what applications have of it
  BenchAppOptions app;
  OptionOwners owners;
  InputTexts inputs;
};

int benchModel(Options &options) {
  const std::string file = options.bundle.bundle;
  bool isModel = isToCompile(file);
  if (Status known = checkIsModelOrBundle(file); !known.ok())
    return refuse(known.error());
  if (std::string unfit = unfitOption(options.owners, isModel, options.app.pipeline.enabled);
      !unfit.empty())
    return wrongUsage("bench", unfit);
  if (!isModel)
    return benchBundle(options.bundle);
  auto bundle = bundleOfModel("bench", file, {options.inputs, options.app.app});
  if (int *exitCode = std::get_if<int>(&bundle))
    return *exitCode;
  options.bundle.bundle = std::get<CachedBundle>(bundle).path;
  options.bundle.source = file;
  return benchBundle(options.bundle);
}

int benchApplication(Options &options) {
  std::string ofPipelines = firstGiven(options.owners.pipeline);
  if (!options.bundle.model.empty())
    return wrongUsage("bench", "--model-name is for a bundle");
  if (options.bundle.steps)
    return wrongUsage("bench", "--steps is for a model or a bundle");
  if (std::string ofInputs = firstGiven(options.owners.inputs); !ofInputs.empty())
    return wrongUsage("bench",
                      ofInputs + " is for a model, an application's file says that of its models");
  if (!ofPipelines.empty() && !options.app.pipeline.enabled)
    return wrongUsage("bench", ofPipelines + " is for --pipeline");
  if (Status wrong = checkPlanOptions(options.app.pipeline); !wrong.ok())
    return wrongUsage("bench", wrong.error().message);
  if (options.app.inputs.empty())
    return wrongUsage("bench", "an application needs at least one picture or video");
  options.app.app.file = options.bundle.bundle;
  options.app.app.threads = options.bundle.threads;
  options.app.seconds = options.bundle.seconds;
  options.app.json = options.bundle.json;
  return benchApp(options.app);
}

} // namespace

void registerBench(CommandTable &table) {
  auto options = std::make_shared<Options>();
  CLI::App &command = table.add(
      "bench", "Measure how long a model takes on made-up inputs, or an application on frames.",
      "  tandem bench emotion.hdf5\n"
      "  tandem bench emotion.tandem --threads 2 --json\n"
      "  tandem bench emotion.tandem --steps\n"
      "  tandem bench apps/showcase/showcase.yaml clip.mp4 --pipeline");
  command
      .add_option("FILE", options->bundle.bundle,
                  std::string("an application (.yaml); a bundle that 'tandem compile' wrote; or a "
                              "model, which is compiled first and kept in the cache: ") +
                      kModelFiles)
      ->required();
  CLI::Option *frames =
      command.add_option("FRAMES", options->app.inputs,
                         "the application's pictures and videos, decoded before the clock starts");
  OptionOwners &owners = options->owners;
  owners.frames = frames;
  owners.application = {addModelOption(command, options->app.app)};
  owners.compiled = addPlacingOptions(command, options->app.app, "application, model: ");
  owners.inputs = addInputOptions(command, options->inputs, "model: ");
  owners.pipeline = addPipelineOptions(command, options->app.pipeline, /*runs=*/true);
  CLI::Option *check = command.add_flag(
      "--check", options->app.check,
      "application: first hold the results of all frames to those of one step after another");
  owners.application.push_back(check);
  command.add_option("-t,--threads", options->bundle.threads, "threads inside one operation")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command.add_option("--seconds", options->bundle.seconds, "how long to measure, after a warm-up")
      ->check(numberWithin(0.01, 3600))
      ->capture_default_str();
  owners.modelName = command
                         .add_option("--model-name", options->bundle.model,
                                     "which model of the bundle [default: the first]")
                         ->check(notEmpty());
  command.add_flag(
      "--steps", options->bundle.steps,
      "model: the time of each step too, which is an op with those fused into it, or part of one");
  command.add_flag("--json", options->bundle.json, "for a program to read");
  table.onRun(command, [options] {
    return isApplication(options->bundle.bundle) ? benchApplication(*options)
                                                 : benchModel(*options);
  });
}

} // namespace tandem
