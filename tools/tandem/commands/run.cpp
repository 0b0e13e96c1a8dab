// tandem run: a bundle on .npy files, or an application on pictures.

#include "tools/tandem/command.h"
#include "tools/tandem/run_bundle.h"

#include <memory>

namespace tandem {

void registerRun(CommandTable &table) {
  auto options = std::make_shared<RunBundleOptions>();
  CLI::App &command = table.add("run", "Run a bundle on .npy files.",
                                "  tandem run emotion.tandem --input face.npy --save out\n"
                                "  tandem run two.tandem --input a=a.npy --input b=b.npy --json");
  command.add_option("BUNDLE", options->bundle, "a bundle that 'tandem compile' wrote")->required();
  command.add_option("-i,--input", options->inputs,
                     "NAME=FILE.npy, the name as in the source model; a single input may go "
                     "without NAME=");
  command.add_option("--save", options->saveFolder, "write outputs as DIR/NAME.npy");
  command.add_option("-t,--threads", options->threads, "threads inside one operation")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command.add_option("--model-name", options->model,
                     "which model of the bundle [default: the first]");
  command.add_flag("--json", options->json, "for a program to read");
  table.onRun(command, [options] { return runBundle(*options); });
}

} // namespace tandem
