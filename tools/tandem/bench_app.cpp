#include "tools/tandem/bench_app.h"

#include "tools/tandem/command.h"
#include "tools/tandem/frame_input.h"
#include "tools/tandem/json_text.h"
#include "tools/tandem/planned_app_report.h"
#include "tools/tandem/region_profile.h"
#include "tools/tandem/stand_in.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <span>

namespace tandem {
namespace {

using Clock = std::chrono::steady_clock;

/// Decoded pictures that are kept at once.
constexpr size_t kMostBytes = size_t{2} << 30;

Result<std::vector<Image>> loadFrames(const std::vector<std::string> &inputs) {
  std::vector<Image> frames;
  FrameInput input(inputs);
  InputFrame frame;
  size_t bytes = 0;
  while (true) {
    TANDEM_ASSIGN_OR_RETURN(bool more, input.next(frame));
    if (!more)
      break;
    bytes += frame.image.rgb.size();
    if (bytes > kMostBytes)
      return Error(Code::kInvalidArgument, inputs[frame.input], "frame ", frames.size() + 1,
                   ": all frames together take more than 2 GiB, give fewer");
    frames.push_back(frame.image);
  }
  if (frames.empty())
    return Error(Code::kInvalidArgument, inputs.front(), "there is no frame in the input");
  return frames;
}

struct Measurement {
  std::vector<double> latenciesMs;
  double seconds = 0;

  double framesPerSecond() const { return static_cast<double>(latenciesMs.size()) / seconds; }
  double intervalMs() const { return 1e3 / framesPerSecond(); }
  double latencyMs(double part) const {
    return latenciesMs[static_cast<size_t>(
        std::lround(part * static_cast<double>(latenciesMs.size() - 1)))];
  }
};

/// All frames once; as many in flight as the executor takes. None is when it returns: the executor
/// reads them until then.
Status runRound(Executor &executor, size_t limit, std::span<const Image> frames,
                std::vector<double> &latenciesMs) {
  Status status;
  size_t submitted = 0, done = 0;
  while (done < submitted || (status.ok() && submitted < frames.size())) {
    if (status.ok() && submitted < frames.size() && submitted - done < limit) {
      status = executor.submit(frames[submitted]).status();
      submitted += status.ok();
      continue;
    }
    Result<FrameResult> result = executor.next();
    ++done;
    if (result.ok())
      latenciesMs.push_back(result->milliseconds);
    else if (status.ok())
      status = result.error();
  }
  return status;
}

/// To the last bit.
std::string exactText(double value) {
  std::array<char, 40> text;
  std::snprintf(text.data(), text.size(), "%a ", value);
  return text.data();
}
std::string exactText(const ResultValue &value) {
  if (const auto *word = std::get_if<std::string>(&value))
    return *word + " ";
  if (const auto *number = std::get_if<double>(&value))
    return exactText(*number);
  if (const auto *tensor = std::get_if<TensorResult>(&value))
    return std::string(reinterpret_cast<const char *>(tensor->bytes.data()), tensor->bytes.size());
  std::string text;
  for (double score : std::get<std::vector<double>>(value))
    text += exactText(score);
  return text;
}
std::string exactText(const std::vector<FoundItem> &items) {
  std::string text;
  for (const FoundItem &item : items) {
    text += "[" + item.label.value_or("");
    for (double number : {item.box.x0, item.box.y0, item.box.x1, item.box.y1, item.score})
      text += exactText(number);
    for (const auto &[name, value] : item.fields)
      text += name + " " + exactText(value);
    text += "] ";
  }
  return text;
}

/// All that the application found on each frame, to be compared.
Result<std::vector<std::string>> findings(Executor &executor, size_t limit,
                                          std::span<const Image> frames) {
  std::vector<std::string> texts;
  size_t submitted = 0;
  while (texts.size() < frames.size()) {
    if (submitted < frames.size() && submitted - texts.size() < limit) {
      TANDEM_RETURN_IF_ERROR(executor.submit(frames[submitted++]).status());
      continue;
    }
    TANDEM_ASSIGN_OR_RETURN(FrameResult result, executor.next());
    std::string &text = texts.emplace_back();
    for (const NamedResult &named : result.results)
      text += named.name + " " +
              (named.value
                   ? std::visit([](const auto &value) { return exactText(value); }, *named.value)
                   : "none ");
  }
  return texts;
}

/// Refuses results that are not those of the same application run one step after another.
Status checkAgainstSequential(const BenchAppOptions &options, const StepTable &table,
                              const AppExecutor &executor, std::span<const Image> frames) {
  auto app = loadApp("bench", options.app, table);
  if (!std::holds_alternative<OpenedApp>(app))
    return Error(Code::kInternal, options.app.file, "cannot be opened a second time");
  OpenedApp opened = std::get<OpenedApp>(std::move(app));
  if (executor.planned() && executor.planned()->split) {
    TANDEM_ASSIGN_OR_RETURN(opened, opened.splitAt(*executor.planned()->split));
  }
  TANDEM_ASSIGN_OR_RETURN(AppExecutor sequential,
                          makeAppExecutor(std::move(opened), table, PipelineSetup(), {}));
  TANDEM_ASSIGN_OR_RETURN(std::vector<std::string> expected, findings(*sequential, 1, frames));
  TANDEM_ASSIGN_OR_RETURN(std::vector<std::string> found,
                          findings(*executor, executor.capacity(), frames));
  for (size_t i = 0; i < expected.size(); ++i)
    if (found[i] != expected[i])
      return Error(Code::kInternal, options.app.file, "frame ", i + 1, ": the result ", found[i],
                   " is not that of one step after another, ", expected[i]);
  return {};
}

Result<Measurement> measure(Executor &executor, size_t limit, const std::vector<Image> &frames,
                            double seconds) {
  Measurement result;
  std::span<const Image> few = std::span(frames).first(std::min<size_t>(frames.size(), 20));
  TANDEM_RETURN_IF_ERROR(runRound(executor, limit, few, result.latenciesMs)); // to warm up
  result.latenciesMs.clear();
  Clock::time_point start = Clock::now();
  do {
    TANDEM_RETURN_IF_ERROR(runRound(executor, limit, frames, result.latenciesMs));
    result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  } while (result.seconds < seconds);
  std::ranges::sort(result.latenciesMs);
  return result;
}

/// Devices in whose place a library takes the time of a modelled chip.
std::vector<std::string> modelledDevices(const PlannedApp &planned) {
  std::vector<std::string> names;
  for (const PipelineDevice &device : planned.devices)
    if (device.timesAreModelled)
      names.push_back(device.name);
  return names;
}

/// Of all models.
std::vector<RegionProfile> regionsOf(const Executor &executor) {
  std::vector<RegionProfile> regions;
  for (ModelProfile &model : executor.profile())
    regions.insert(regions.end(), model.regions.begin(), model.regions.end());
  return regions;
}

void print(const BenchAppOptions &options, const Measurement &result, const AppExecutor &executor) {
  const std::optional<PlannedApp> &planned = executor.planned();
  std::vector<RegionProfile> regions = regionsOf(*executor);
  if (options.json) {
    nlohmann::ordered_json json = {{"application", options.app.file},
                                   {"pipeline", planned.has_value()},
                                   {"threads", options.app.threads},
                                   {"frames", result.latenciesMs.size()},
                                   {"checked", options.check},
                                   {"frames_per_second", result.framesPerSecond()},
                                   {"interval_ms", result.intervalMs()},
                                   {"latency_p50_ms", result.latencyMs(0.5)},
                                   {"latency_p95_ms", result.latencyMs(0.95)},
                                   {"stand_in", standInText(regions) != ""}};
    if (planned)
      json.update({{"planned_interval_ms", planned->plan.interval / 1e3},
                   {"planned_latency_ms", planned->plan.makespan / 1e3},
                   {"bound_ms", planned->plan.bound / 1e3},
                   {"modelled", modelledDevices(*planned)}});
    if (planned && planned->split)
      json["split"] = splitJson(*planned);
    std::printf("%s\n", jsonText(json).c_str());
    return;
  }
  std::printf("%s: %.1f frames/s (%.3f ms a frame), latency median %.2f ms, 95 %% within %.2f ms, "
              "over %zu frames\n",
              options.app.file.c_str(), result.framesPerSecond(), result.intervalMs(),
              result.latencyMs(0.5), result.latencyMs(0.95), result.latenciesMs.size());
  if (options.check)
    std::printf("  checked: all results are those of one step after another\n");
  std::string standIn = standInText(regions);
  if (standIn.empty())
    standIn = elsewhereText(options.app.device);
  if (!standIn.empty())
    std::printf("  %s", standIn.c_str());
  if (!planned)
    return;
  std::printf("  %s", plannedText(*planned).c_str());
  if (planned->split)
    std::printf("  %s", splitText(*planned).c_str());
  std::string stale = staleCostsText(*planned, result.intervalMs() * 1e3, options.app.file);
  if (!stale.empty())
    std::printf("  %s", stale.c_str());
}

} // namespace

int benchApp(const BenchAppOptions &asked) {
  BenchAppOptions options = asked;
  options.pipeline.readsFrames = false; // they are there before the clock starts
  options.pipeline.replanMs = 0;        // what is measured is one plan
  if (Status places = checkTracePlaces(options.app, options.pipeline, options.inputs); !places.ok())
    return refuseRequest(places.error());
  if (Status arrival = settleArrival(options.pipeline, options.inputs); !arrival.ok())
    return refuseRequest(arrival.error());
  StepTable table;
  registerAllSteps(table);
  auto app = loadApp("bench", options.app, table);
  if (int *exitCode = std::get_if<int>(&app))
    return *exitCode;
  Result<std::vector<Image>> frames = loadFrames(options.inputs);
  if (!frames.ok())
    return refuse(frames.error());
  Result<AppExecutor> executor =
      makeAppExecutor(std::get<OpenedApp>(std::move(app)), table, options.pipeline, options.inputs);
  if (!executor.ok())
    return refuse(executor.error());
  if (options.check)
    if (Status equal = checkAgainstSequential(options, table, *executor, *frames); !equal.ok())
      return refuse(equal.error());
  Result<Measurement> result = measure(**executor, executor->capacity(), *frames, options.seconds);
  if (!result.ok())
    return refuse(result.error());
  NoticePrinter notices; // a device that was given up is not what is measured
  for (const DeviceNotice &notice : (**executor).takeNotices())
    notices.print(options.app.file + ": model '" + notice.model + "'", notice.model, notice.text);
  print(options, *result, *executor);
  if (Status written = executor->writeTraces(options.pipeline); !written.ok())
    return refuse(written.error());
  return kExitDone;
}

} // namespace tandem
