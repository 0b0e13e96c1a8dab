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
  std::string saveFolder;
  int threads = 1;
  bool json = false;
};

bool isApplication(const std::string &path) {
  std::string ending = std::filesystem::path(path).extension().string();
  return ending == ".yaml" || ending == ".yml";
}

Result<std::string> compileCached(const AppModel &model, const std::vector<std::string> &backends) {
  CompileRequest request;
  request.modelPath = model.file;
  request.shapes = model.shapes;
  request.backends = backends.empty() ? model.backends : backends;
  Progress progress("compile " + std::filesystem::path(model.file).filename().string(),
                    /*silent=*/false);
  request.progress = [&](const std::string &stage, double done) { progress.update(stage, done); };
  return cachedBundle(request);
}

int wrongUsage(const char *message) {
  std::fprintf(stderr, "tandem run: %s; see 'tandem run --help'\n", message);
  return kExitUsage;
}

int run(Options &options, const std::vector<std::string> &backends) {
  if (isApplication(options.file)) {
    if (!options.bundle.inputs.empty() || !options.bundle.model.empty())
      return wrongUsage("--input and --model-name are for a bundle, an application takes pictures");
    if (options.app.images.empty())
      return wrongUsage("an application needs at least one picture");
    options.app.app = options.file;
    options.app.saveFolder = options.saveFolder;
    options.app.threads = options.threads;
    options.app.json = options.json;
    options.app.compile = [&](const AppModel &model) { return compileCached(model, backends); };
    return runApp(options.app);
  }
  if (!options.app.images.empty() || !options.app.models.empty() || !backends.empty())
    return wrongUsage("pictures, --model and --backends are for an application (.yaml)");
  options.bundle.bundle = options.file;
  options.bundle.saveFolder = options.saveFolder;
  options.bundle.threads = options.threads;
  options.bundle.json = options.json;
  return runBundle(options.bundle);
}

} // namespace

void registerRun(CommandTable &table) {
  auto options = std::make_shared<Options>();
  auto backends = std::make_shared<std::vector<std::string>>();
  CLI::App &command =
      table.add("run", "Run an application on pictures, or a bundle on .npy files.",
                "  tandem run apps/showcase/showcase.yaml photo.jpg --save annotated\n"
                "  tandem run showcase.yaml a.jpg b.jpg --json --model emotion=other.hdf5\n"
                "  tandem run emotion.tandem --input face.npy --save out\n"
                "  tandem run two.tandem --input a=a.npy --input b=b.npy --json");
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
  command.add_option("--model-name", options->bundle.model,
                     "bundle: which model of it [default: the first]");
  command
      .add_option("-m,--model", options->app.models,
                  "application: NAME=FILE, another file for one of its models")
      ->allow_extra_args(false);
  command
      .add_option("-b,--backends", *backends,
                  "application: backends in order of preference [default: as the application says]")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--save", options->saveFolder,
                     "application: annotated pictures go to this folder; bundle: outputs as "
                     "DIR/NAME.npy");
  command.add_option("-t,--threads", options->threads, "threads inside one operation")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command.add_flag("--json", options->json,
                   "for a program to read; of an application one line a picture");
  table.onRun(command, [options, backends] { return run(*options, *backends); });
}

} // namespace tandem
