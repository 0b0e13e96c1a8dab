// tandem run: a model or a bundle on arrays, or an application on pictures and videos.

#include "compiler/driver/model_files.h"
#include "tools/tandem/command.h"
#include "tools/tandem/file_kind.h"
#include "tools/tandem/model_inputs.h"
#include "tools/tandem/open_model.h"
#include "tools/tandem/run_app.h"
#include "tools/tandem/run_bundle.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <memory>

namespace tandem {
namespace {

struct Options {
  std::string file;
  RunBundleOptions bundle;
  RunAppOptions app;
  OptionOwners owners;
  InputTexts inputs;
  std::string saveFolder;
  int threads = 1;
  bool json = false, profile = false;
};

/// INPUT=N of --priority, each of an input that there is.
Result<std::map<std::string, int>> prioritiesOf(const RunAppOptions &app) {
  TANDEM_ASSIGN_OR_RETURN(auto texts,
                          parseNameValues("--priority INPUT=N", app.pipeline.priorities));
  std::map<std::string, int> priorities;
  for (const auto &[input, text] : texts) {
    const char *end = text.data() + text.size();
    int &priority = priorities[input];
    if (auto [last, failure] = std::from_chars(text.data(), end, priority);
        failure != std::errc() || last != end)
      return Error(Code::kInvalidArgument, "", "--priority of '", input, "' is '", text,
                   "', expected a whole number");
    if (std::ranges::find(app.inputs, input) == app.inputs.end())
      return Error(Code::kInvalidArgument, "", "--priority names '", input,
                   "', which is none of the inputs");
  }
  return priorities;
}

int runModel(Options &options) {
  bool isModel = isToCompile(options.file);
  if (isPictureFile(options.file))
    return wrongUsage("run", "'" + options.file +
                                 "' is a picture, which goes behind an application: tandem run "
                                 "APP.yaml " +
                                 options.file);
  if (Status known = checkIsModelOrBundle(options.file); !known.ok())
    return refuse(known.error());
  if (std::string unfit = unfitOption(options.owners, isModel, options.app.pipeline.enabled);
      !unfit.empty())
    return wrongUsage("run", unfit);
  CachedBundle compiled; // which may be there as long as this only
  options.bundle.bundle = options.file;
  if (isModel) {
    auto bundle = bundleOfModel("run", options.file,
                                {options.inputs, options.app.app, options.bundle.inputs});
    if (int *exitCode = std::get_if<int>(&bundle))
      return *exitCode;
    compiled = std::get<CachedBundle>(std::move(bundle));
    options.bundle.bundle = compiled.path;
    options.bundle.source = options.file;
  }
  options.bundle.saveFolder = options.saveFolder;
  options.bundle.threads = options.threads;
  options.bundle.json = options.json;
  options.bundle.profile = options.profile;
  return runBundle(options.bundle);
}

int runApplication(Options &options) {
  std::string ofPipelines = firstGiven(options.owners.pipeline);
  if (!options.bundle.inputs.empty() || !options.bundle.model.empty())
    return wrongUsage("run", "--input and --model-name are for a model or a bundle, an application "
                             "takes pictures");
  if (std::string ofInputs = firstGiven(options.owners.inputs); !ofInputs.empty())
    return wrongUsage("run",
                      ofInputs + " is for a model, an application's file says that of its models");
  if (options.app.inputs.empty())
    return wrongUsage("run", "an application needs at least one picture or video");
  if (!ofPipelines.empty() && !options.app.pipeline.enabled)
    return wrongUsage("run", ofPipelines + " is for --pipeline");
  if (Status wrong = checkPlanOptions(options.app.pipeline); !wrong.ok())
    return wrongUsage("run", wrong.error().message);
  Result<std::map<std::string, int>> priorities = prioritiesOf(options.app);
  if (!priorities.ok())
    return wrongUsage("run", priorities.error().message);
  options.app.priorities = *std::move(priorities);
  options.app.app.file = options.file;
  options.app.app.threads = options.threads;
  options.app.saveFolder = options.saveFolder;
  options.app.json = options.json;
  options.app.profile = options.profile;
  return runApp(options.app);
}

} // namespace

void registerRun(CommandTable &table) {
  auto options = std::make_shared<Options>();
  CLI::App &command =
      table.add("run", "Run an application on pictures and videos, or a model on arrays.",
                "  tandem run apps/showcase/showcase.yaml photo.jpg --save annotated\n"
                "  tandem run showcase.yaml a.jpg b.jpg --json --model emotion=other.hdf5\n"
                "  tandem run emotion.hdf5 --input random\n"
                "  tandem run resnet.onnx --shape data=1x3x224x224 --input data=batch.npy\n"
                "  tandem run emotion.tandem --input face.npy --save out\n"
                "  tandem run two.tandem --input a=a.npy --input b=random:7 --json\n"
                "  tandem run showcase.yaml photo.jpg --backends neuron,cpu --profile\n"
                "  tandem run showcase.yaml clip.mp4 --pipeline --save out --trace trace.json");
  command
      .add_option("FILE", options->file,
                  std::string("an application (.yaml); a bundle that 'tandem compile' wrote; or a "
                              "model, which is compiled first and kept in the cache: ") +
                      kModelFiles)
      ->required();
  CLI::Option *frames = command.add_option("FRAMES", options->app.inputs,
                                           "the application's pictures and videos, or camera:N");
  // allow_extra_args(false): one value each time it is given, so that it may stand before pictures.
  command
      .add_option("-i,--input", options->bundle.inputs, std::string("model, bundle: ") + kInputHelp)
      ->allow_extra_args(false);
  OptionOwners &owners = options->owners;
  owners.modelName = command
                         .add_option("--model-name", options->bundle.model,
                                     "bundle: which model of it [default: the first]")
                         ->check(notEmpty());
  owners.frames = frames;
  owners.application = {addModelOption(command, options->app.app)};
  owners.compiled = addPlacingOptions(command, options->app.app, "application, model: ");
  owners.inputs = addInputOptions(command, options->inputs, "model: ");
  owners.pipeline = addPipelineOptions(command, options->app.pipeline, /*runs=*/true);
  for (CLI::Option *option : addFrameOptions(command, options->app.pipeline))
    owners.pipeline.push_back(option);
  command
      .add_option("--save", options->saveFolder,
                  "application: what is annotated goes to this folder; model: outputs as "
                  "DIR/NAME.npy")
      ->check(notEmpty());
  command.add_option("-t,--threads", options->threads, "threads inside one operation")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command.add_flag("--json", options->json,
                   "for a program to read; of an application one line a frame");
  command.add_flag("--profile", options->profile,
                   "say what each region was compiled for, what ran it, and how long");
  table.onRun(command, [options] {
    return isApplication(options->file) ? runApplication(*options) : runModel(*options);
  });
}

} // namespace tandem
