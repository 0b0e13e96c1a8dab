// tandem-run: runs a bundle, or measures it, on a machine that has no compiler.

#include "tools/tandem/bench_bundle.h"
#include "tools/tandem/command.h"
#include "tools/tandem/model_inputs.h"
#include "tools/tandem/run_bundle.h"

#include <cstdio>
#include <exception>
#include <sstream>

namespace tandem {
namespace {

struct Options {
  RunBundleOptions run;
  bool bench = false;
  double seconds = 2;
  std::vector<CLI::Option *> ofRun, ofBench; ///< that only these have
};

int refuseUsage(const std::string &message) {
  std::fprintf(stderr, "tandem-run: %s; see 'tandem-run --help'\n", message.c_str());
  return kExitUsage;
}

void addOptions(CLI::App &app, Options &options) {
  RunBundleOptions &run = options.run;
  app.add_option("BUNDLE", run.bundle, "what 'tandem compile' wrote")->required();
  auto *input = app.add_option("-i,--input", run.inputs, kInputHelp)->allow_extra_args(false);
  auto *save = app.add_option("--save", run.saveFolder, "write the outputs as DIR/NAME.npy")
                   ->check(notEmpty());
  auto *profile = app.add_flag("--profile", run.profile,
                               "say what each region was compiled for, what ran it, and how long");
  app.add_option("--model-name", run.model, "which model of the bundle [default: the first]")
      ->check(notEmpty());
  app.add_option("-t,--threads", run.threads, "threads inside one operation")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  app.add_flag("--bench", options.bench, "measure how long it takes on made-up inputs");
  auto *seconds = app.add_option("--seconds", options.seconds, "how long, after a warm-up")
                      ->check(numberWithin(0.01, 3600))
                      ->capture_default_str();
  app.add_flag("--json", run.json, "for a program to read");
  options.ofRun = {input, save, profile};
  options.ofBench = {seconds};
}

int run(const Options &options) {
  if (!options.bench) {
    if (std::string given = firstGiven(options.ofBench); !given.empty())
      return refuseUsage(given + " is for --bench");
    return runBundle(options.run);
  }
  if (std::string given = firstGiven(options.ofRun); !given.empty())
    return refuseUsage(given + " does not go with --bench");
  const RunBundleOptions &run = options.run;
  return benchBundle({.bundle = run.bundle,
                      .model = run.model,
                      .threads = run.threads,
                      .seconds = options.seconds,
                      .json = run.json});
}

} // namespace
} // namespace tandem

int main(int argc, char **argv) try {
  CLI::App app("Runs a model that 'tandem compile' made for this machine's architecture.",
               "tandem-run");
  app.set_version_flag("--version", "tandem-run " TANDEM_VERSION);
  app.footer("Examples:\n"
             "  tandem-run emotion.tandem --input face.npy --save out\n"
             "  tandem-run two.tandem --input a=a.npy --input b=random:7 --json\n"
             "  tandem-run emotion.tandem --bench --threads 4\n\n"
             "Exit: 0 done, 1 a file or a device was refused, 2 the command line is wrong, 3 a bug "
             "here (please report)");
  tandem::Options options;
  tandem::addOptions(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() != 0)
      return tandem::finish(tandem::refuseUsage(error.what()));
    std::ostringstream text; // of --help or --version
    app.exit(error, text, text);
    std::fputs(text.str().c_str(), stdout);
    return tandem::finish(tandem::kExitDone);
  }
  return tandem::finish(tandem::run(options));
} catch (const std::exception &error) {
  std::fprintf(stderr, "tandem-run: error: a bug here, please report: %s\n", error.what());
  return tandem::kExitBug;
}
