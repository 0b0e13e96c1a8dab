#include "tools/tandem/run_bundle.h"

#include "base/printable.h"
#include "tools/tandem/command.h"
#include "tools/tandem/json_text.h"
#include "tools/tandem/model_inputs.h"
#include "tools/tandem/open_session.h"
#include "tools/tandem/region_profile.h"
#include "tools/tandem/save_outputs.h"
#include "tools/tandem/stand_in.h"
#include "tools/tandem/units.h"
#include "tools/tandem/written.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace tandem {
namespace {

using nlohmann::ordered_json;

double valueAt(const TensorView &tensor, size_t index) {
  auto read = [&]<typename T>(T value) {
    std::memcpy(&value, tensor.data + index * sizeof value, sizeof value);
    return value;
  };
  double code = 0;
  switch (tensor.type) {
  case ElementType::kF32:
    return read(float());
  case ElementType::kF16:
    return halfToFloat(read(uint16_t()));
  case ElementType::kI8:
    code = read(int8_t());
    break;
  case ElementType::kU8:
  case ElementType::kBool:
    code = read(uint8_t());
    break;
  case ElementType::kI16:
    code = read(int16_t());
    break;
  case ElementType::kI32:
    code = read(int32_t());
    break;
  case ElementType::kI64:
    return static_cast<double>(read(int64_t()));
  case ElementType::kBF16:
    return std::bit_cast<float>(static_cast<uint32_t>(read(uint16_t())) << 16);
  }
  if (tensor.quantization.scales.size() == 1)
    return tensor.quantization.scales[0] * (code - tensor.quantization.zeroPoints[0]);
  return code;
}

/// Type, shape, smallest, largest and the first few values, as reals.
ordered_json describe(const TensorView &tensor) {
  constexpr size_t kShown = 8;
  size_t count = tensor.bytes / elementSize(tensor.type);
  ordered_json first = ordered_json::array();
  double least = 0, largest = 0;
  for (size_t i = 0; i < count; ++i) {
    double value = valueAt(tensor, i);
    least = i == 0 ? value : std::min(least, value);
    largest = i == 0 ? value : std::max(largest, value);
    if (i < kShown)
      first.push_back(value);
  }
  return {{"name", tensor.name},   {"type", elementTypeName(tensor.type)},
          {"shape", tensor.shape}, {"min", least},
          {"max", largest},        {"first", first}};
}

/// With as many digits as people read.
std::string shortList(const ordered_json &numbers) {
  std::string text;
  for (const ordered_json &number : numbers) {
    char shown[32];
    std::snprintf(shown, sizeof shown, "%.6g", number.get<double>());
    (text += text.empty() ? "[" : ", ") += shown;
  }
  return text.empty() ? "[]" : text + "]";
}

void print(const Session &session, const RunBundleOptions &options) {
  double totalMs = 0;
  ordered_json outputs = ordered_json::array();
  for (const TensorView &output : session.outputs())
    outputs.push_back(describe(output));
  for (const RegionProfile &region : session.profile())
    totalMs += region.lastUs / 1e3;
  ordered_json regions = regionsAsJson(session.profile());
  if (options.json) {
    ordered_json report = {
        {"bundle", options.file()}, {"ms", totalMs}, {"outputs", outputs}, {"regions", regions}};
    std::printf("%s\n", jsonText(report).c_str());
    return;
  }
  for (const ordered_json &output : outputs)
    std::printf("%s  %s %s  min %.6g  max %.6g  first %s\n",
                shortened(output["name"].get<std::string>()).c_str(),
                output["type"].get<std::string>().c_str(),
                shapeText(output["shape"].get<Shape>()).c_str(), output["min"].get<double>(),
                output["max"].get<double>(), shortList(output["first"]).c_str());
  std::printf("%s in %zu region%s, a first run: 'tandem bench' takes the median of many\n",
              timeText(totalMs * 1e3).c_str(), regions.size(), regions.size() == 1 ? "" : "s");
  if (options.profile)
    std::fputs(regionTable(session.profile()).c_str(), stdout);
  std::fputs(standInText(session.profile()).c_str(), stdout);
}

/// Where the outputs go; none without --save.
Result<std::vector<std::string>> bindOutputs(const Session &session,
                                             const std::vector<BoundInput> &inputs,
                                             const RunBundleOptions &options) {
  if (options.saveFolder.empty())
    return std::vector<std::string>();
  std::vector<std::string> read = {options.file()};
  for (const BoundInput &input : inputs)
    read.push_back(input.value.path);
  return placesForOutputs(session, options.saveFolder, read);
}

Status run(Session &session, const std::vector<BoundInput> &inputs,
           const std::vector<std::string> &places, const RunBundleOptions &options) {
  for (const BoundInput &input : inputs)
    TANDEM_RETURN_IF_ERROR(fillInput(input));
  TANDEM_RETURN_IF_ERROR(session.run());
  NoticePrinter().print(options.file(),
                        std::vector(session.notices().begin(), session.notices().end()));
  if (!options.saveFolder.empty())
    TANDEM_RETURN_IF_ERROR(saveOutputs(session, options.saveFolder, places));
  for (const std::string &place : places)
    sayWritten(place);
  print(session, options);
  return Status();
}

} // namespace

int runBundle(const RunBundleOptions &options) {
  auto session =
      openSession(options.bundle, options.model, {.threads = options.threads, .faults = {}});
  if (!session)
    return refuseRequest(session.error());
  auto inputs = bindInputs(**session, options.file(), options.inputs);
  if (!inputs)
    return refuseRequest(inputs.error());
  auto places = bindOutputs(**session, *inputs, options);
  if (!places)
    return refuseRequest(places.error());
  Status status = run(**session, *inputs, *places, options);
  return status.ok() ? static_cast<int>(kExitDone) : refuse(status.error());
}

} // namespace tandem
