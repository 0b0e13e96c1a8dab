// tandem inspect: what a model or a bundle holds.

#include "base/file.h"
#include "base/printable.h"
#include "bundle/reader.h"
#include "compiler/driver/compiler.h"
#include "compiler/driver/model_format.h"
#include "tools/tandem/bundle_code.h"
#include "tools/tandem/command.h"
#include "tools/tandem/description.h"
#include "tools/tandem/graph_drawing.h"
#include "tools/tandem/json_text.h"
#include "tools/tandem/open_inputs.h"
#include "tools/tandem/output_place.h"
#include "tools/tandem/units.h"
#include "tools/tandem/written.h"

#include <memory>

namespace tandem {
namespace {

using nlohmann::ordered_json;

struct Options {
  std::string file, device, dotFile, svgFile;
  std::vector<std::string> backends;
  InputTexts inputs;
  bool json = false;
};

/// The placement report: a bundle's own, or what a model's would be.
Result<std::string> reportOf(const Options &options, const FixedInputs &inputs, bool isBundle) {
  if (isBundle) {
    TANDEM_ASSIGN_OR_RETURN(bundle::Reader reader, bundle::Reader::open(options.file));
    return reader.manifest().report()->str();
  }
  CompileRequest request;
  request.modelPath = options.file;
  request.inputs = inputs;
  request.backends = options.backends;
  if (!options.device.empty())
    request.device = options.device;
  TANDEM_ASSIGN_OR_RETURN(CompiledModel placed, checkModel(request));
  return placed.reportJson;
}

Status draw(const Options &options, const FixedInputs &inputs, bool isBundle) {
  std::vector<std::string> read = {options.file, options.device};
  for (const std::string *file : {&options.dotFile, &options.svgFile})
    if (!file->empty())
      TANDEM_RETURN_IF_ERROR(checkOutputPlace(*file, "the drawing", read));
  TANDEM_ASSIGN_OR_RETURN(std::string report, reportOf(options, inputs, isBundle));
  if (!options.dotFile.empty()) {
    TANDEM_ASSIGN_OR_RETURN(std::string dot, reportAsDot(options.file, report));
    TANDEM_RETURN_IF_ERROR(writeFileAtomically(options.dotFile, dot));
    sayWritten(options.dotFile);
  }
  if (!options.svgFile.empty()) {
    TANDEM_ASSIGN_OR_RETURN(std::string svg, reportAsSvg(options.file, report));
    TANDEM_RETURN_IF_ERROR(writeFileAtomically(options.svgFile, svg));
    sayWritten(options.svgFile);
  }
  return Status();
}

std::string tensorLine(const ordered_json &tensor) {
  std::string line = printable(tensor["name"].get<std::string>()) + "  " +
                     tensor["type"].get<std::string>() + "  " +
                     shapeText(tensor["shape"].get<Shape>());
  if (tensor.contains("scale") && tensor["scale"].size() == 1)
    line +=
        "  scale " + tensor["scale"][0].dump() + " zero point " + tensor["zero_point"][0].dump();
  return line;
}

/// "code for x86-64 (avx512, avx2)", or that there is none.
std::string codeOf(const ordered_json &region) {
  std::vector<GeneratedCode> code;
  for (const ordered_json &one : region["code"])
    code.push_back({one["target"].get<std::string>(), one["isa"].get<std::string>()});
  return code.empty() ? "no generated code" : "code for " + printable(codeText(code));
}

/// "neuron (npu)": the backend, and the device's processor where that is known.
std::string placeOf(const ordered_json &region) {
  std::string processor = region.value("processor", "");
  return printable(region["backend"].get<std::string>()) +
         (processor.empty() ? "" : " (" + printable(processor) + ")");
}

void printRegion(const ordered_json &region) {
  std::printf("  region   %s on %s: %d ops, %.2f MMAC, %s, %s\n",
              printable(region["name"].get<std::string>()).c_str(), placeOf(region).c_str(),
              region["ops"].get<int>(), region["macs"].get<double>() / 1e6,
              sizeText(region["artifact_bytes"].get<double>()).c_str(), codeOf(region).c_str());
  for (const ordered_json &fallback : region["fallback"])
    std::printf("           or on %s: %s\n",
                printable(fallback["backend"].get<std::string>()).c_str(),
                codeOf(fallback).c_str());
}

void printModel(const ordered_json &model) {
  for (const char *kind : {"inputs", "outputs"})
    for (const ordered_json &tensor : model[kind])
      std::printf("  %-8s %s\n", std::string(kind).substr(0, std::string(kind).size() - 1).c_str(),
                  tensorLine(tensor).c_str());
  std::printf("  %-8s %.2f million\n  %-8s %s\n", "MACs", model["macs"].get<double>() / 1e6,
              "weights", sizeText(model["weight_bytes"].get<double>()).c_str());
  if (model.contains("arena_bytes"))
    std::printf("  %-8s %s\n", "arena", sizeText(model["arena_bytes"].get<double>()).c_str());
  for (const auto &[op, count] : model["ops"].items())
    std::printf("  %5d %s\n", count.get<int>(), printable(op).c_str());
  if (model.contains("regions"))
    for (const ordered_json &region : model["regions"])
      printRegion(region);
}

void print(const std::string &file, const ordered_json &description) {
  std::printf("%s: %s\n", file.c_str(), description["format"].get<std::string>().c_str());
  if (!description.contains("models"))
    return printModel(description);
  const ordered_json &device = description["device"];
  if (std::string name = device["name"].get<std::string>(); !name.empty())
    std::printf("compiled for %s (%s)\n", printable(name).c_str(),
                printable(device["title"].get<std::string>()).c_str());
  for (const ordered_json &model : description["models"]) {
    std::printf("model %s, from %s (%s)\n", printable(model["name"].get<std::string>()).c_str(),
                printable(model["source_file"].get<std::string>()).c_str(),
                printable(model["source_format"].get<std::string>()).c_str());
    printModel(model);
  }
}

/// What is known of a model whose file leaves shapes open, and how they are fixed.
void printOpen(const std::string &file, const std::vector<OpenInput> &inputs) {
  std::printf("%s: %s\n", file.c_str(), modelFormatOf(file).c_str());
  for (const OpenInput &input : inputs)
    std::printf("  %-8s %s  %s\n", "input", printable(input.name).c_str(),
                shapeText(input).c_str());
  std::printf("  %-8s%s, with a number for each letter\n", "fix by",
              printable(shapeOptions(inputs)).c_str());
}

/// The same for a program, the sizes of open dimensions null.
ordered_json describeOpen(const std::string &file, const std::vector<OpenInput> &inputs,
                          const Error &error) {
  ordered_json list = ordered_json::array();
  for (const OpenInput &input : inputs) {
    ordered_json shape = ordered_json::array();
    for (int64_t size : input.shape)
      shape.push_back(size < 0 ? ordered_json() : ordered_json(size));
    list.push_back({{"name", input.name}, {"shape", shape}});
  }
  return {{"file", file},
          {"format", modelFormatOf(file)},
          {"open_inputs", list},
          {"error", error.message}};
}

bool draws(const Options &options) {
  return !options.dotFile.empty() || !options.svgFile.empty();
}

/// What is asked for and would have no effect; empty: nothing.
std::string contradictionIn(const Options &options, bool isBundle) {
  bool places = !options.device.empty() || !options.backends.empty();
  if (isBundle && !(options.inputs.shapes.empty() && options.inputs.values.empty()))
    return "--shape and --value are for a model, a bundle's inputs are fixed";
  if (isBundle && places)
    return "--device and --backends are for a model, a bundle's ops are placed";
  if (places && !draws(options))
    return "--device and --backends place a model's ops in a drawing, say --dot or --svg";
  if (!options.dotFile.empty() && options.dotFile == options.svgFile)
    return "--dot and --svg name one file";
  return "";
}

Status inspect(const Options &options) {
  TANDEM_ASSIGN_OR_RETURN(FixedInputs inputs, fixedInputs(options.inputs));
  bool isBundle = isBundleFile(options.file);
  if (std::string wrong = contradictionIn(options, isBundle); !wrong.empty())
    return Error(Code::kInvalidArgument, "", wrong);
  if (draws(options))
    return draw(options, inputs, isBundle);
  Result<ordered_json> description = describeFile(options.file, inputs);
  std::vector<OpenInput> open;
  if (!description.ok())
    open = openInputsIn(description.error().message);
  if (!open.empty() && options.json)
    std::printf("%s\n", jsonText(describeOpen(options.file, open, description.error())).c_str());
  else if (!open.empty())
    printOpen(options.file, open);
  if (!description.ok())
    return description.error();
  if (options.json)
    std::printf("%s\n", jsonText(*description).c_str());
  else
    print(options.file, *description);
  return Status();
}

} // namespace

void registerInspect(CommandTable &table) {
  auto options = std::make_shared<Options>();
  CLI::App &command =
      table.add("inspect", "Show what a model or a bundle holds.",
                "  tandem inspect emotion_model.hdf5\n"
                "  tandem inspect emotion.tandem --json\n"
                "  tandem inspect mobilenet.tflite --device mt6873 --svg graph.svg");
  command.add_option("FILE", options->file, "any model or bundle")->required();
  addInputOptions(command, options->inputs);
  auto *dot = command
                  .add_option("--dot", options->dotFile,
                              "draw the graph with its regions into this file, for Graphviz")
                  ->check(notEmpty());
  auto *svg =
      command.add_option("--svg", options->svgFile, "the same as a picture")->check(notEmpty());
  command
      .add_option("-d,--device", options->device,
                  "place a model for this device in the drawing [default: host]")
      ->check(notEmpty());
  command
      .add_option("-b,--backends", options->backends,
                  "backends for the drawing of a model, as in neuron,cpu [default: those of the "
                  "device]")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_flag("--json", options->json, "for a program to read")->excludes(dot)->excludes(svg);
  table.onRun(command, [options] { return exitCodeOf("inspect", inspect(*options)); });
}

} // namespace tandem
