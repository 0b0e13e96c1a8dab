// tandem compile: one model into one bundle.

#include "compiler/driver/compiler.h"
#include "tools/tandem/command.h"

#include <memory>
#include <regex>

namespace tandem {
namespace {

struct Options {
  std::string model, output, report, device, placement = "cost", sdkLibrary;
  std::vector<std::string> backends, isas, shapes, settings, requirements;
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

/// "neuron>=90%", "neuron:macs>=99.5%".
Result<CoverageRequirement> parseRequirement(const std::string &text) {
  static const std::regex kForm(R"(([A-Za-z_][A-Za-z0-9_]*)(:macs)?>=([0-9]+(\.[0-9]+)?)%)");
  std::smatch parts;
  if (!std::regex_match(text, parts, kForm) || std::stod(parts[3]) > 100)
    return Error(Code::kInvalidArgument, "", "--require ", text,
                 ": write BACKEND>=PERCENT% or BACKEND:macs>=PERCENT%, as in neuron>=90%");
  return CoverageRequirement{
      .backend = parts[1], .percent = std::stod(parts[3]), .ofMacs = parts[2].matched};
}

Result<CompileRequest> requestOf(const Options &options) {
  CompileRequest request;
  request.modelPath = options.model;
  TANDEM_ASSIGN_OR_RETURN(request.shapes, parseShapes(options.shapes));
  request.backends = options.backends;
  request.isas = options.isas;
  if (!options.device.empty())
    request.device = options.device;
  if (options.placement == "greedy")
    request.placement = CompileSettings::Placement::kGreedy;
  for (const std::string &text : options.requirements) {
    TANDEM_ASSIGN_OR_RETURN(CoverageRequirement required, parseRequirement(text));
    request.require.push_back(std::move(required));
  }
  for (const std::string &text : options.settings) {
    auto [key, value] = splitNameValue(text);
    if (key.find('.') == std::string::npos)
      return Error(Code::kInvalidArgument, "", "--option ", text, ": write BACKEND.KEY=VALUE");
    request.options[key] = value;
  }
  if (!options.sdkLibrary.empty())
    request.options["neuron.sdk-lib"] = options.sdkLibrary;
  return request;
}

int compile(const Options &options) {
  auto parsed = requestOf(options);
  if (!parsed)
    return wrongUsage("compile", parsed.error().message);
  CompileRequest &request = *parsed;
  Progress progress(options.model);
  request.progress = [&](const std::string &stage, double done) { progress.update(stage, done); };
  if (options.mlir) {
    auto text = modelAsMlir(request);
    progress.finish();
    if (!text)
      return refuseRequest(text.error());
    std::fputs(text->c_str(), stdout);
    return kExitDone;
  }
  auto compiled = options.check ? checkModel(request) : compileModel(request, options.output);
  progress.finish();
  if (!compiled)
    return refuseRequest(compiled.error());
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
                "  tandem compile resnet.pt2 -o r.tandem --shape x=1x3x224x224 --report=json\n"
                "  tandem compile vww.tflite -o v.tandem --device mt6873 --require 'neuron>=90%'");
  // allow_extra_args(false): one value each time it is given, so that it may stand before MODEL.
  command.add_option("MODEL", options->model, "TFLite, Keras HDF5 or PyTorch .pt2 file")
      ->required();
  auto *output = command.add_option("-o,--output", options->output, "the bundle to write");
  command
      .add_option("-b,--backends", options->backends,
                  "backends in order of preference [default: those of the device]")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      .add_option("-d,--device", options->device,
                  "what to compile for: a profile's name or .json file; see 'tandem devices' "
                  "[default: host, this machine]")
      ->check(notEmpty());
  command
      .add_option("--placement", options->placement,
                  "cost: least predicted time of a run; greedy: the first backend that can")
      ->check(CLI::IsMember({"cost", "greedy"}))
      ->capture_default_str();
  command
      .add_option("--require", options->requirements,
                  "fail, with the ops that are elsewhere and why, unless that part of the ops (or "
                  "multiply-accumulates) is on a backend: 'neuron>=90%', 'neuron:macs>=99%'")
      ->allow_extra_args(false);
  command
      .add_option("--option", options->settings,
                  "BACKEND.KEY=VALUE, a setting of one backend; its README lists them")
      ->allow_extra_args(false);
  command
      .add_option("--sdk-lib", options->sdkLibrary,
                  "a Neuron library to compile NPU regions with now, so that the device need "
                  "not; short for --option neuron.sdk-lib=FILE")
      ->check(notEmpty());
  command
      .add_option("--isa", options->isas,
                  "instruction sets to generate code for: avx512, avx2 [default: all]")
      ->delimiter(',')
      ->allow_extra_args(false);
  command
      .add_option("-s,--shape", options->shapes,
                  "fix a dynamic input: NAME=DIMS as in input=1x224x224x3")
      ->allow_extra_args(false);
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
      return wrongUsage("compile", "--output is required");
    return compile(*options);
  });
}

} // namespace tandem
