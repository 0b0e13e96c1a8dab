// tandem import: a model as the graph that is compiled, for a look.

#include "base/file.h"
#include "compiler/driver/compiler.h"
#include "tools/tandem/command.h"
#include "tools/tandem/output_place.h"

#include <memory>

namespace tandem {
namespace {

struct Options {
  std::string model, output;
  std::vector<std::string> shapes;
};

int import(const Options &options) {
  CompileRequest request;
  request.modelPath = options.model;
  auto shapes = parseShapes(options.shapes);
  if (!shapes)
    return wrongUsage("import", shapes.error().message);
  request.shapes = std::move(*shapes);
  if (!options.output.empty())
    if (Status place = checkOutputPlace(options.output, "the graph", std::vector{options.model});
        !place.ok())
      return refuseRequest("import", place.error());
  Progress progress(options.model);
  request.progress = [&](const std::string &stage, double done) { progress.update(stage, done); };
  Result<std::string> text = modelAsMlir(request);
  progress.finish();
  if (!text)
    return refuseRequest("import", text.error());
  if (options.output.empty()) {
    std::fputs(text->c_str(), stdout);
    return kExitDone;
  }
  Status written = writeFileAtomically(options.output, *text);
  return written.ok() ? kExitDone : refuseRequest("import", written.error());
}

} // namespace

void registerImport(CommandTable &table) {
  auto options = std::make_shared<Options>();
  CLI::App &command = table.add(
      "import", "Show a model as the graph that is compiled: MLIR text, without large weights.",
      "  tandem import emotion_model.hdf5 -o emotion.mlir\n"
      "  tandem import resnet.pt2 --shape x=1x3x224x224 | less");
  command.add_option("MODEL", options->model, "a model, as 'tandem compile' takes it")->required();
  command
      .add_option("-o,--output", options->output, "the file to write [default: standard output]")
      ->check(notEmpty());
  addShapeOption(command, options->shapes);
  table.onRun(command, [options] { return import(*options); });
}

} // namespace tandem
