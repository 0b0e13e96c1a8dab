// tandem profile: how long the ops of a model take on this machine, as a device profile.

#include "devices/profile.h"
#include "base/file.h"
#include "compiler/driver/op_probes.h"
#include "runtime/session.h"
#include "tools/tandem/command.h"
#include "tools/tandem/json_text.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <memory>

namespace tandem {
namespace {

using nlohmann::ordered_json;

struct Options {
  std::string model, output, device = "host", backend = "cpu";
  std::vector<std::string> shapes;
};

/// Median of the runs that fit into a few milliseconds, after some to warm up.
Result<double> timeProbe(const OpProbe &probe) {
  constexpr int kWarmUp = 3, kMost = 200;
  constexpr double kEnoughUs = 20e3;
  struct Free {
    void operator()(std::byte *memory) const { std::free(memory); }
  };
  size_t size = (probe.bundle.size() + 63) / 64 * 64;
  std::unique_ptr<std::byte, Free> bytes(static_cast<std::byte *>(std::aligned_alloc(64, size)));
  if (!bytes)
    return Error(Code::kUnavailable, probe.node, "no memory for ", size, " bytes");
  std::memcpy(bytes.get(), probe.bundle.data(), probe.bundle.size());
  TANDEM_ASSIGN_OR_RETURN(auto bundle,
                          Bundle::openBytes({bytes.get(), probe.bundle.size()}, probe.node));
  TANDEM_ASSIGN_OR_RETURN(auto session, Session::create(bundle));
  std::vector<double> times;
  double total = 0;
  for (int run = 0; run < kMost && (total < kEnoughUs || times.size() < 3); ++run) {
    TANDEM_RETURN_IF_ERROR(session->run());
    double us = 0;
    for (const RegionProfile &region : session->profile())
      us += region.lastUs;
    if (run >= kWarmUp)
      times.push_back(us), total += us;
  }
  std::nth_element(times.begin(), times.begin() + static_cast<ptrdiff_t>(times.size() / 2),
                   times.end());
  return times[times.size() / 2];
}

Status profile(const Options &options, const std::map<std::string, std::vector<int64_t>> &shapes) {
  TANDEM_ASSIGN_OR_RETURN(std::string text, profileText(options.device));
  TANDEM_RETURN_IF_ERROR(findProfile(options.device).status()); // what is wrong with it, if so
  ordered_json device = ordered_json::parse(text);
  CompileRequest request;
  request.modelPath = options.model;
  request.device = options.device;
  request.shapes = shapes;
  Progress progress("profile " + options.model);
  request.progress = [&](const std::string &stage, double done) { progress.update(stage, done); };
  TANDEM_ASSIGN_OR_RETURN(std::vector<OpProbe> probes, opProbes(request, options.backend));
  double total = 0;
  for (size_t i = 0; i < probes.size(); ++i) {
    progress.update("timing its ops", static_cast<double>(i) / static_cast<double>(probes.size()));
    TANDEM_ASSIGN_OR_RETURN(double us, timeProbe(probes[i]));
    device["measured_us"][probes[i].key] = us;
    total += us;
  }
  TANDEM_RETURN_IF_ERROR(writeFileAtomically(options.output, jsonText(device) + "\n"));
  progress.update("done", 1);
  progress.finish();
  std::fprintf(stderr, "%s: %zu different ops on %s, %.3f ms together\n", options.output.c_str(),
               probes.size(), options.backend.c_str(), total / 1e3);
  return Status();
}

} // namespace

void registerProfile(CommandTable &table) {
  auto options = std::make_shared<Options>();
  CLI::App &command = table.add(
      "profile", "Time every op of a model on this machine, for placement by measured cost.",
      "  tandem profile mobilenet.tflite -o mine.json\n"
      "  tandem profile emotion.hdf5 --device mine.json -o mine.json    # adds to it\n"
      "  tandem compile emotion.hdf5 --device mine.json --report -o e.tandem");
  command.add_option("MODEL", options->model, "the model whose ops to time")->required();
  command.add_option("-o,--output", options->output, "the device profile to write")->required();
  command
      .add_option("-d,--device", options->device,
                  "the profile to start from: a name or a .json file")
      ->capture_default_str();
  command.add_option("-b,--backend", options->backend, "the backend whose code is timed")
      ->capture_default_str();
  command.add_option("-s,--shape", options->shapes, "fix a dynamic input: NAME=DIMS")
      ->allow_extra_args(false); // so that it may stand before MODEL
  table.onRun(command, [options] {
    auto shapes = parseShapes(options->shapes);
    if (!shapes)
      return wrongUsage("profile", shapes.error().message);
    Status status = profile(*options, *shapes);
    return status.ok() ? static_cast<int>(kExitDone) : refuseRequest(status.error());
  });
}

} // namespace tandem
