// tandem compile: one model into one bundle.

#include "compiler/driver/compiler.h"
#include "tools/tandem/command.h"

#include <memory>

namespace tandem {
namespace {

struct Options {
  std::string model, output, report;
  std::vector<std::string> backends, isas, shapes;
  bool mlir = false, check = false;
};

void printSummary(const Options &options, const CompiledModel &model) {
  std::fprintf(stderr,
               "%s: %zu ops in %zu region%s, weights %.2f MB, arena %.2f MB (lower bound %.2f MB), "
               "bundle %.2f MB\n",
               options.output.c_str(), model.ops, model.regions, model.regions == 1 ? "" : "s",
               static_cast<double>(model.weightBytes) / 1e6,
               static_cast<double>(model.arenaBytes) / 1e6,
               static_cast<double>(model.arenaLowerBound) / 1e6,
               static_cast<double>(model.bundleBytes) / 1e6);
}

int compile(const Options &options) {
  auto shapes = parseShapes(options.shapes);
  if (!shapes)
    return std::fprintf(stderr, "%s\n", shapes.error().text().c_str()), kExitUsage;
  Progress progress(options.model, /*silent=*/false);
  CompileRequest request;
  request.modelPath = options.model;
  request.shapes = *shapes;
  request.backends = options.backends;
  request.isas = options.isas;
  request.progress = [&](const std::string &stage, double done) { progress.update(stage, done); };
  if (options.mlir) {
    auto text = modelAsMlir(request);
    if (!text)
      return refuse(text.error());
    std::fputs(text->c_str(), stdout);
    return kExitDone;
  }
  auto compiled = options.check ? checkModel(request) : compileModel(request, options.output);
  if (!compiled)
    return refuse(compiled.error());
  bool table = options.report == "table" || (options.check && options.report.empty());
  if (options.report == "json")
    std::printf("%s\n", compiled->reportJson.c_str());
  else if (table)
    std::fputs(compiled->reportTable.c_str(), stdout);
  if (!options.check)
    printSummary(options, *compiled);
  return kExitDone;
}

} // namespace

void registerCompile(CommandTable &table) {
  auto options = std::make_shared<Options>();
  CLI::App &command =
      table.add("compile", "Compile a model into a bundle.",
                "  tandem compile emotion_model.hdf5 -o emotion.tandem\n"
                "  tandem compile mobilenet.tflite -o m.tandem --backends cpu --report\n"
                "  tandem compile resnet.pt2 -o r.tandem --shape x=1x3x224x224 --report=json");
  command.add_option("MODEL", options->model, "TFLite, Keras HDF5 or PyTorch .pt2 file")
      ->required();
  auto *output = command.add_option("-o,--output", options->output, "the bundle to write");
  command
      .add_option("-b,--backends", options->backends,
                  "backends in order of preference [default: all, reference last]")
      ->delimiter(',');
  command
      .add_option("--isa", options->isas,
                  "instruction sets to generate code for: avx512, avx2 [default: all]")
      ->delimiter(',');
  command.add_option("-s,--shape", options->shapes,
                     "fix a dynamic input: NAME=DIMS as in input=1x224x224x3");
  command
      .add_flag("--report{table}", options->report,
                "per op: device, region, predicted time, why not another; --report=json for "
                "programs")
      ->check(CLI::IsMember({"table", "json"}));
  auto *mlir =
      command.add_flag("--emit-mlir", options->mlir, "print the graph after the passes instead");
  auto *check = command.add_flag("--check", options->check,
                                 "say what would go where, or what is missing; compile nothing");
  output->excludes(mlir)->excludes(check);
  table.onRun(command, [options] {
    if (options->output.empty() && !options->mlir && !options->check)
      return std::fprintf(stderr, "tandem compile: --output is required\n"), int(kExitUsage);
    return compile(*options);
  });
}

} // namespace tandem
