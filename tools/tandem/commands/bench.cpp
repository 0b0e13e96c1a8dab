// tandem bench: how long a bundle or an application takes.

#include "tools/tandem/bench_app.h"
#include "tools/tandem/bench_bundle.h"
#include "tools/tandem/command.h"
#include "tools/tandem/file_kind.h"

#include <memory>

namespace tandem {
namespace {

struct Options {
  BenchBundleOptions bundle; ///< also what applications have of it
  BenchAppOptions app;
  std::vector<CLI::Option *> appOptions, pipelineOptions; ///< that only these have
};

int bench(Options &options) {
  std::string ofApplications = firstGiven(options.appOptions);
  std::string ofPipelines = firstGiven(options.pipelineOptions);
  if (!isApplication(options.bundle.bundle)) {
    if (Status other = checkIsBundle(options.bundle.bundle); !other.ok())
      return refuse(other.error());
    std::string ofNoBundle = ofApplications.empty() ? ofPipelines : ofApplications;
    if (options.app.pipeline.enabled)
      ofNoBundle = "--pipeline";
    if (!ofNoBundle.empty())
      return wrongUsage("bench", ofNoBundle + " is for an application (.yaml)");
    return benchBundle(options.bundle);
  }
  if (!options.bundle.model.empty())
    return wrongUsage("bench", "--model-name is for a bundle");
  if (options.bundle.steps)
    return wrongUsage("bench", "--steps is for a bundle");
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
      "bench", "Measure how long a bundle takes on made-up inputs, or an application on frames.",
      "  tandem bench emotion.tandem\n"
      "  tandem bench emotion.tandem --threads 2 --json\n"
      "  tandem bench emotion.tandem --steps\n"
      "  tandem bench apps/showcase/showcase.yaml clip.mp4 --pipeline");
  command
      .add_option("FILE", options->bundle.bundle,
                  "a bundle that 'tandem compile' wrote, or an application (.yaml)")
      ->required();
  CLI::Option *frames =
      command.add_option("FRAMES", options->app.inputs,
                         "the application's pictures and videos, decoded before the clock starts");
  options->appOptions = addAppOptions(command, options->app.app);
  options->appOptions.push_back(frames);
  options->pipelineOptions = addPipelineOptions(command, options->app.pipeline, /*runs=*/true);
  CLI::Option *check = command.add_flag(
      "--check", options->app.check,
      "application: first hold the results of all frames to those of one step after another");
  options->appOptions.push_back(check);
  command.add_option("-t,--threads", options->bundle.threads, "threads inside one operation")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command.add_option("--seconds", options->bundle.seconds, "how long to measure, after a warm-up")
      ->check(numberWithin(0.01, 3600))
      ->capture_default_str();
  command
      .add_option("--model-name", options->bundle.model,
                  "which model of the bundle [default: the first]")
      ->check(notEmpty());
  command.add_flag(
      "--steps", options->bundle.steps,
      "bundle: the time of each step too, which is an op with those fused into it, or part of one");
  command.add_flag("--json", options->bundle.json, "for a program to read");
  table.onRun(command, [options] { return bench(*options); });
}

} // namespace tandem
