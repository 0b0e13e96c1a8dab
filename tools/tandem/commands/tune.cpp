// tandem tune: the fastest schedules of a model's operations on this machine, measured, into a log
// that compile reads.

#include "base/file.h"
#include "base/processor_name.h"
#include "compiler/backend/tuning_log.h"
#include "tools/tandem/command.h"
#include "tools/tandem/json_text.h"
#include "tools/tandem/output_place.h"
#include "tools/tandem/tune_model.h"

#include <cstdio>
#include <memory>

namespace tandem {
namespace {

struct Options {
  TuneRequest request;
  std::string log;
  std::vector<std::string> settings;
  InputTexts inputs;
  bool json = false;
};

/// What is there already stays, but for the operations of this model on this machine.
Result<TuningLog> logToAddTo(const std::string &path) {
  Result<TuningLog> log = TuningLog::read(path);
  if (!log.ok() && log.error().code == Code::kNotFound)
    return TuningLog();
  return log;
}

std::pair<std::string, std::string> keyOf(const TunedOperation &one) {
  return {processorName(), one.operation};
}

/// Written at once, so that an interruption loses nothing of it; nor of what an earlier tuning
/// found to be better than what this one has seen by now.
Status keep(const TunedOperation &one, TuningLog &log, const std::string &path) {
  auto [known, isNew] =
      log.entries.try_emplace(keyOf(one), TuningLog::Entry{one.schedule, one.us, one.modelUs});
  if (!isNew && known->second.us * one.modelUs <= one.us * known->second.modelUs)
    return Status();
  known->second = {one.schedule, one.us, one.modelUs};
  return log.write(path);
}

void print(const Options &options, const TuneResult &result) {
  double us = 0, modelUs = 0;
  size_t faster = 0;
  nlohmann::ordered_json operations = nlohmann::ordered_json::array();
  for (const TunedOperation &one : result.operations) {
    us += one.us;
    modelUs += one.modelUs;
    faster += one.us < one.modelUs;
    operations.push_back({{"operation", one.operation},
                          {"node", one.node},
                          {"schedule", one.schedule},
                          {"us", one.us},
                          {"model_us", one.modelUs},
                          {"tried", one.tried}});
  }
  if (options.json)
    std::printf("%s\n", jsonText({{"model", options.request.model},
                                  {"log", options.log},
                                  {"machine", processorName()},
                                  {"complete", result.complete},
                                  {"us", us},
                                  {"model_us", modelUs},
                                  {"operations", operations}})
                            .c_str());
  else
    std::fprintf(stderr,
                 "%s: %zu of %zu operations are faster, %.3f ms together instead of %.3f%s; use it "
                 "with 'tandem compile --tuning %s'\n",
                 options.log.c_str(), faster, result.operations.size(), us / 1e3, modelUs / 1e3,
                 result.complete ? "" : "; not all was tried, --seconds gives more time",
                 options.log.c_str());
}

/// Those that choose schedules are what is measured here.
Status checkOptions(const std::map<std::string, std::string> &options) {
  for (const char *key : {"cpu.tuning", "cpu.tuned-for", "cpu.candidate"})
    if (options.contains(key))
      return Error(Code::kInvalidArgument, "", "option '", key,
                   "' chooses schedules, which tune measures itself");
  return Status();
}

Status tune(Options &options) {
  TANDEM_ASSIGN_OR_RETURN(options.request.inputs, fixedInputs(options.inputs));
  TANDEM_ASSIGN_OR_RETURN(options.request.options,
                          parseNameValues("--option BACKEND.KEY=VALUE", options.settings));
  TANDEM_RETURN_IF_ERROR(checkOptions(options.request.options));
  TANDEM_RETURN_IF_ERROR(
      checkOutputPlace(options.log, "the log", std::vector{options.request.model}));
  TANDEM_ASSIGN_OR_RETURN(TuningLog log, logToAddTo(options.log));
  Progress progress("tune " + options.request.model);
  options.request.progress = [&](const std::string &stage, double done) {
    progress.update(stage, done);
  };
  options.request.found = [&](const TunedOperation &one) { return keep(one, log, options.log); };
  Result<TuneResult> result = tuneModel(options.request);
  progress.finish();
  if (!result.ok())
    return result.error();
  for (const TunedOperation &one : result->operations)
    log.entries[keyOf(one)] = {one.schedule, one.us, one.modelUs};
  TANDEM_RETURN_IF_ERROR(log.write(options.log));
  print(options, *result);
  return Status();
}

} // namespace

void registerTune(CommandTable &table) {
  auto options = std::make_shared<Options>();
  CLI::App &command = table.add(
      "tune",
      "Measure which schedules of a model's convolutions and matrix products are fastest on this "
      "machine.",
      "  tandem tune mobilenet.tflite -o here.json\n"
      "  tandem tune resnet.onnx -o here.json --seconds 300     # adds to it\n"
      "  tandem compile mobilenet.tflite -o m.tandem --tuning here.json");
  command.add_option("MODEL", options->request.model, "the model")->required();
  command.add_option("-o,--output", options->log, "the log; what it has of other operations stays")
      ->check(notEmpty())
      ->required();
  command.add_option("--seconds", options->request.seconds, "how long to try candidates, about")
      ->check(numberWithin(0.01, 86400))
      ->capture_default_str();
  addInputOptions(command, options->inputs);
  command
      .add_option("--option", options->settings,
                  "cpu.KEY=VALUE, a setting that 'tandem compile' will have too, as "
                  "cpu.precision=bf16")
      ->allow_extra_args(false);
  command.add_flag("--json", options->json, "what was found on stdout, for a program to read");
  table.onRun(command, [options] { return exitCodeOf("tune", tune(*options)); });
}

} // namespace tandem
