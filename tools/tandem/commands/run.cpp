// tandem run: a bundle on .npy files, or an application on pictures.

#include "tools/tandem/bundle_cache.h"
#include "tools/tandem/command.h"
#include "tools/tandem/run_app.h"
#include "tools/tandem/run_bundle.h"

#include <cstdio>
#include <filesystem>
#include <memory>

namespace tandem {
namespace {

struct Options {
  std::string file;
  RunBundleOptions bundle;
  RunAppOptions app;
  std::vector<std::string> models, backends;
  std::string device, saveFolder;
  int threads = 1;
  bool json = false, profile = false;
};

bool isApplication(const std::string &path) {
  std::string ending = std::filesystem::path(path).extension().string();
  return ending == ".yaml" || ending == ".yml";
}

Result<std::string> compileCached(const AppModel &model, const Options &options) {
  CompileRequest request;
  request.modelPath = model.file;
  request.shapes = model.shapes;
  request.backends = options.backends.empty() ? model.backends : options.backends;
  if (!options.device.empty())
    request.device = options.device;
  Progress progress("compile " + std::filesystem::path(model.file).filename().string());
  request.progress = [&](const std::string &stage, double done) { progress.update(stage, done); };
  Result<std::string> bundle = cachedBundle(request);
  progress.finish();
  if (bundle)
    return bundle;
  // What the application's file asks for, and not the model's.
  const Error &error = bundle.error();
  bool asksForBackends = options.backends.empty() && !model.backends.empty();
  if (error.code == Code::kInvalidArgument || (error.subject.empty() && asksForBackends))
    return Error(error.code, options.file + ":" + std::to_string(model.line), "model '", model.name,
                 "': ", error.message);
  return error;
}

/// What the command line asks for, by itself: later errors are of the application's file.
Status checkRequest(const Options &options) {
  CompileSettings settings;
  settings.backends = options.backends;
  if (!options.device.empty())
    settings.device = options.device;
  return checkSettings(settings);
}

int run(Options &options) {
  if (isApplication(options.file)) {
    if (!options.bundle.inputs.empty() || !options.bundle.model.empty())
      return wrongUsage("run",
                        "--input and --model-name are for a bundle, an application takes pictures");
    if (options.app.images.empty())
      return wrongUsage("run", "an application needs at least one picture");
    auto models = parseNameValues("--model NAME=FILE", options.models);
    if (!models)
      return wrongUsage("run", models.error().message);
    if (Status wrong = checkRequest(options); !wrong.ok())
      return refuseRequest(wrong.error());
    options.app.models = *models;
    options.app.app = options.file;
    options.app.saveFolder = options.saveFolder;
    options.app.threads = options.threads;
    options.app.json = options.json;
    options.app.profile = options.profile;
    options.app.compile = [&](const AppModel &model) { return compileCached(model, options); };
    return runApp(options.app);
  }
  if (!options.app.images.empty() || !options.models.empty() || !options.backends.empty() ||
      !options.device.empty())
    return wrongUsage("run",
                      "pictures, --model, --backends and --device are for an application (.yaml)");
  options.bundle.bundle = options.file;
  options.bundle.saveFolder = options.saveFolder;
  options.bundle.threads = options.threads;
  options.bundle.json = options.json;
  options.bundle.profile = options.profile;
  return runBundle(options.bundle);
}

} // namespace

void registerRun(CommandTable &table) {
  auto options = std::make_shared<Options>();
  CLI::App &command =
      table.add("run", "Run an application on pictures, or a bundle on .npy files.",
                "  tandem run apps/showcase/showcase.yaml photo.jpg --save annotated\n"
                "  tandem run showcase.yaml a.jpg b.jpg --json --model emotion=other.hdf5\n"
                "  tandem run emotion.tandem --input face.npy --save out\n"
                "  tandem run two.tandem --input a=a.npy --input b=b.npy --json\n"
                "  tandem run showcase.yaml photo.jpg --backends neuron,cpu --profile");
  command
      .add_option("FILE", options->file,
                  "an application (.yaml), or a bundle that 'tandem compile' wrote")
      ->required();
  command.add_option("IMAGE", options->app.images, "the application's pictures");
  // allow_extra_args(false): one value each time it is given, so that it may stand before pictures.
  command
      .add_option("-i,--input", options->bundle.inputs,
                  "bundle: NAME=FILE.npy, the name as in the source model; a single input may go "
                  "without NAME=")
      ->allow_extra_args(false);
  command
      .add_option("--model-name", options->bundle.model,
                  "bundle: which model of it [default: the first]")
      ->check(notEmpty());
  command
      .add_option("-m,--model", options->models,
                  "application: NAME=FILE, another file for one of its models")
      ->allow_extra_args(false);
  command
      .add_option("-b,--backends", options->backends,
                  "application: backends in order of preference [default: as the application says]")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      .add_option("-d,--device", options->device,
                  "application: what to compile its models for, see 'tandem devices' "
                  "[default: host, this machine]")
      ->check(notEmpty());
  command
      .add_option("--save", options->saveFolder,
                  "application: annotated pictures go to this folder; bundle: outputs as "
                  "DIR/NAME.npy")
      ->check(notEmpty());
  command.add_option("-t,--threads", options->threads, "threads inside one operation")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command.add_flag("--json", options->json,
                   "for a program to read; of an application one line a picture");
  command.add_flag("--profile", options->profile,
                   "say what each region was compiled for, what ran it, and how long");
  table.onRun(command, [options] { return run(*options); });
}

} // namespace tandem
