// tandem import: a model as the graph that is compiled, for a look.

#include "base/file.h"
#include "compiler/driver/compiler.h"
#include "tools/tandem/command.h"
#include "tools/tandem/output_place.h"
#include "tools/tandem/written.h"

#include <memory>

namespace tandem {
namespace {

struct Options {
  std::string model, output;
  InputTexts inputs;
};

Status import(const Options &options) {
  CompileRequest request;
  request.modelPath = options.model;
  TANDEM_ASSIGN_OR_RETURN(request.inputs, fixedInputs(options.inputs));
  if (!options.output.empty())
    TANDEM_RETURN_IF_ERROR(
        checkOutputPlace(options.output, "the graph", std::vector{options.model}));
  Progress progress(options.model);
  request.progress = [&](const std::string &stage, double done) { progress.update(stage, done); };
  Result<std::string> text = modelAsMlir(request);
  progress.finish();
  if (!text.ok())
    return text.error();
  if (options.output.empty())
    std::fputs(text->c_str(), stdout);
  else
    TANDEM_RETURN_IF_ERROR(writeFileAtomically(options.output, *text));
  sayWritten(options.output);
  return Status();
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
  addInputOptions(command, options->inputs);
  table.onRun(command, [options] { return exitCodeOf("import", import(*options)); });
}

} // namespace tandem
