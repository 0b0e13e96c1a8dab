// tandem compile: one model into one bundle.

#include "compiler/driver/compiler.h"
#include "compiler/driver/model_files.h"
#include "tools/tandem/command.h"
#include "tools/tandem/compile_warnings.h"
#include "tools/tandem/description.h"
#include "tools/tandem/json_text.h"
#include "tools/tandem/output_place.h"
#include "tools/tandem/units.h"

#include <filesystem>
#include <memory>

namespace tandem {
namespace {

struct Options {
  std::string model, output, report, device, placement = "cost", sdkLibrary, tuning;
  std::vector<std::string> backends, targets, isas, settings, requirements;
  InputTexts inputs;
  bool mlir = false, check = false, json = false;
};

/// One object: what was compiled and what came out, with the placement report where it was asked
/// for.
void printJson(const Options &options, const CompiledModel &model) {
  nlohmann::ordered_json json = {
      {"model", options.model}, {"ops", model.ops}, {"regions", model.regions}};
  if (!options.check)
    json.update({{"bundle", options.output},
                 {"bundle_bytes", model.bundleBytes},
                 {"weight_bytes", model.weightBytes},
                 {"arena_bytes", model.arenaBytes},
                 {"arena_lower_bound_bytes", model.arenaLowerBound}});
  if (options.check || !options.report.empty())
    json["report"] = nlohmann::ordered_json::parse(model.reportJson);
  std::printf("%s\n", jsonText(json).c_str());
}

void printSummary(const Options &options, const CompiledModel &model) {
  std::fflush(stdout); // the report stands before it, also where both go to one file
  std::fprintf(stderr,
               "%s: %zu ops in %zu region%s, weights %s, arena %s (lower bound %s), bundle %s\n",
               options.output.c_str(), model.ops, model.regions, model.regions == 1 ? "" : "s",
               sizeText(static_cast<double>(model.weightBytes)).c_str(),
               sizeText(static_cast<double>(model.arenaBytes)).c_str(),
               sizeText(static_cast<double>(model.arenaLowerBound)).c_str(),
               sizeText(static_cast<double>(model.bundleBytes)).c_str());
}

Result<CompileRequest> requestOf(const Options &options) {
  CompileRequest request;
  request.modelPath = options.model;
  TANDEM_ASSIGN_OR_RETURN(request.inputs, fixedInputs(options.inputs));
  request.backends = options.backends;
  request.targets = options.targets;
  request.isas = options.isas;
  if (!options.device.empty())
    request.device = options.device;
  if (options.placement == "greedy")
    request.placement = CompileSettings::Placement::kGreedy;
  for (const std::string &text : options.requirements) {
    TANDEM_ASSIGN_OR_RETURN(CoverageRequirement required, parseCoverage(text));
    request.require.push_back(std::move(required));
  }
  for (const std::string &text : options.settings) {
    auto [key, value] = splitNameValue(text);
    if (key.find('.') == std::string::npos)
      return Error(Code::kInvalidArgument, "", "--option ", text, ": write BACKEND.KEY=VALUE");
    if (!request.options.emplace(key, value).second)
      return Error(Code::kInvalidArgument, "", "--option gives '", key, "' twice");
  }
  if (!options.sdkLibrary.empty() &&
      !request.options.emplace("neuron.sdk-lib", options.sdkLibrary).second)
    return Error(Code::kInvalidArgument, "",
                 "--sdk-lib and --option neuron.sdk-lib are the same, say one of them");
  if (!options.tuning.empty() && !request.options.emplace("cpu.tuning", options.tuning).second)
    return Error(Code::kInvalidArgument, "",
                 "--tuning and --option cpu.tuning are the same, say one of them");
  return request;
}

/// What was asked for on stdout, the rest in words on stderr.
void print(const Options &options, const CompiledModel &model) {
  if (options.json)
    return printJson(options, model);
  if (options.report == "json")
    std::printf("%s\n", model.reportJson.c_str());
  else if (options.report == "table" || options.check)
    std::fputs(model.reportTable.c_str(), stdout);
  if (!options.check)
    printSummary(options, model);
}

/// A bundle replaces an older one, and a file that is empty, as mktemp makes it; not what was
/// likely meant to be kept.
Status checkReplaces(const Options &options) {
  namespace fs = std::filesystem;
  std::error_code notThere; // then nothing is replaced
  bool holdsSomething = fs::file_size(options.output, notThere) > 0 && !notThere;
  bool isTheModel = fs::equivalent(options.output, options.model, notThere); // told by compiling
  if (!holdsSomething || isTheModel || isBundleFile(options.output))
    return {};
  return Error(Code::kIo, options.output,
               "is there and is no bundle, which one would replace: remove it, or give the bundle "
               "another name");
}

Result<CompiledModel> checkOrCompile(const Options &options, const CompileRequest &request,
                                     std::vector<std::string> &warnings) {
  TANDEM_ASSIGN_OR_RETURN(std::optional<TuningLog> log, tuningLogOf(request));
  if (options.check)
    return checkModel(request);
  TANDEM_RETURN_IF_ERROR(
      checkOutputPlace(options.output, "the bundle",
                       std::vector{options.device, options.sdkLibrary, options.tuning}));
  TANDEM_RETURN_IF_ERROR(checkReplaces(options));
  TANDEM_ASSIGN_OR_RETURN(CompiledModel compiled, compileModel(request, options.output));
  TANDEM_ASSIGN_OR_RETURN(warnings, warningsAbout(request, log, options.output));
  return compiled;
}

int compile(const Options &options) {
  auto parsed = requestOf(options);
  if (!parsed)
    return refuseRequest("compile", parsed.error());
  CompileRequest &request = *parsed;
  Progress progress(options.model);
  request.progress = [&](const std::string &stage, double done) { progress.update(stage, done); };
  if (options.mlir) {
    auto text = modelAsMlir(request);
    progress.finish();
    if (!text)
      return refuseRequest("compile", text.error());
    std::fputs(text->c_str(), stdout);
    return kExitDone;
  }
  std::vector<std::string> warnings;
  auto compiled = checkOrCompile(options, request, warnings);
  progress.finish();
  if (!compiled)
    return refuseRequest("compile", compiled.error());
  print(options, *compiled);
  for (const std::string &warning : warnings)
    std::fprintf(stderr, "%s\n", warning.c_str());
  return kExitDone;
}

/// An option that is given and that --emit-mlir would pass over; empty: none. Not by CLI11's
/// excludes(), which says so in every option's help.
std::string besideMlir(const CLI::App &command) {
  for (const char *other : {"--backends", "--device", "--placement", "--require", "--option",
                            "--sdk-lib", "--tuning", "--target", "--isa", "--report", "--json"})
    if (command.count(other) != 0)
      return other;
  return "";
}

} // namespace

void registerCompile(CommandTable &table) {
  auto options = std::make_shared<Options>();
  CLI::App &command = table.add(
      "compile", "Compile a model into a bundle.",
      "  tandem compile emotion_model.hdf5 -o emotion.tandem\n"
      "  tandem compile mobilenet.tflite -o m.tandem --backends cpu --report\n"
      "  tandem compile resnet.pt2 -o r.tandem --shape x=1x3x224x224 --report --json\n"
      "  tandem compile liveness.pt2 -o l.tandem --device mt6873 --require 'neuron:macs>=99%'\n"
      "  tandem compile emotion_model.hdf5 -o emotion.tandem --target aarch64");
  // allow_extra_args(false): one value each time it is given, so that it may stand before MODEL.
  command.add_option("MODEL", options->model, std::string("a model: ") + kModelFiles)->required();
  auto *output = command.add_option("-o,--output", options->output, "the bundle to write");
  command
      .add_option("-b,--backends", options->backends,
                  "backends in order of preference, as in neuron,cpu [default: those of the "
                  "device]")
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
                  "multiply-accumulates) is on a backend: 'neuron>=50%', 'neuron:macs>=99%'")
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
      .add_option("--tuning", options->tuning,
                  "a log of schedules that 'tandem tune' wrote on this machine; short for --option "
                  "cpu.tuning=FILE")
      ->check(notEmpty());
  auto *targets =
      command
          .add_option("--target", options->targets,
                      "processors to generate code for: x86-64, aarch64; several in one bundle "
                      "as in x86-64,aarch64 [default: this machine's]")
          ->delimiter(',')
          ->allow_extra_args(false);
  command
      .add_option("--isa", options->isas,
                  "instruction sets to generate code for: avx512bf16, avx512, avx2 of x86-64; "
                  "bf16, i8mm, fp16, dotprod, neon of aarch64 [default: all of the target]")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->excludes(targets);
  addInputOptions(command, options->inputs);
  command
      .add_flag("--report{table}", options->report,
                "per op: device, region, predicted time, why not another; --report=json for "
                "programs")
      ->check(CLI::IsMember({"table", "json"}));
  command.add_flag("--json", options->json,
                   "sizes, and with --report the placement, as one object for a program to read");
  auto *check = command.add_flag("--check", options->check,
                                 "say what would go where, or what is missing; compile nothing");
  output->excludes(check);
  command
      .add_flag("--emit-mlir", options->mlir,
                "print the graph after the passes instead; only --shape goes with it")
      ->excludes(output)
      ->excludes(check);
  table.onRun(command, [options, &command] {
    if (std::string other = besideMlir(command); options->mlir && !other.empty())
      return wrongUsage("compile", "--emit-mlir excludes " + other + ", only --shape goes with it");
    if (options->output.empty() && !options->mlir && !options->check)
      return wrongUsage("compile", "--output is required");
    return compile(*options);
  });
}

} // namespace tandem
