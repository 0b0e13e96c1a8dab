#include "backends/neuron/host/library.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <tuple>

namespace tandem::neuron::host {
namespace {
constexpr const char *kDefaultDevice = "host";

std::string variable(const char *name) {
  const char *value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): read once, at the start
  return value ? value : "";
}

Result<bool> flag(const char *name) {
  std::string value = variable(name);
  if (value.empty() || value == "0")
    return false;
  if (value == "1")
    return true;
  return Error(Code::kInvalidArgument, name, "is '", value, "', expected 0 or 1");
}

/// "7.0.1".
std::optional<NeuronRuntimeVersion> parseVersion(std::string_view text) {
  uint8_t parts[3] = {};
  const char *at = text.data(), *end = at + text.size();
  for (int i = 0; i < 3; ++i) {
    auto [next, error] = std::from_chars(at, end, parts[i]);
    if (error != std::errc() || (i < 2 && (next == end || *next != '.')))
      return std::nullopt;
    at = i < 2 ? next + 1 : next;
  }
  if (at != end)
    return std::nullopt;
  return NeuronRuntimeVersion{parts[0], parts[1], parts[2]};
}

std::string property(const Processor &processor, const std::string &key) {
  auto found = processor.properties.find(key);
  return found == processor.properties.end() ? "" : found->second;
}
} // namespace

Library &Library::get() {
  // Never destroyed: a thread that nobody waited for may still be in the library at exit.
  static Library &library = *new Library;
  return library;
}

Library::Library() {
  Status status = readEnvironment();
  if (status.ok())
    return;
  problem_ = status.error();
  std::fprintf(stderr, "neuron_adapter: %s\n", problem_->text().c_str());
}

Status Library::readEnvironment() {
  TANDEM_ASSIGN_OR_RETURN(logs_, flag("TANDEM_NEURON_LOG"));
  TANDEM_ASSIGN_OR_RETURN(timing_, flag("TANDEM_NEURON_TIMING"));
  TANDEM_ASSIGN_OR_RETURN(faults_, FaultPlan::parse(variable("TANDEM_NEURON_FAULT")));
  std::string device = variable("TANDEM_NEURON_DEVICE");
  return readProfile(device.empty() ? kDefaultDevice : device);
}

Status Library::readProfile(const std::string &nameOrPath) {
  TANDEM_ASSIGN_OR_RETURN(profile_, findProfile(nameOrPath));
  const Processor *processor = profile_.processorOf("neuron");
  if (!processor)
    return Error(Code::kInvalidArgument, nameOrPath, "has no processor of backend 'neuron'");
  processor_ = *processor;
  std::optional<NeuronRuntimeVersion> version = parseVersion(processor->version);
  if (!version)
    return Error(Code::kInvalidArgument, nameOrPath, "processor '", processor->name,
                 "' has version '", processor->version, "', expected one as in 7.0.1");
  version_ = *version;
  soc_ = property(*processor, "soc");
  if (soc_.empty())
    soc_ = profile_.name;
  std::string l1 = property(*processor, "l1_kb");
  auto [end, error] = std::from_chars(l1.data(), l1.data() + l1.size(), l1SizeKb_);
  if (!l1.empty() && (error != std::errc() || end != l1.data() + l1.size()))
    return Error(Code::kInvalidArgument, nameOrPath, "property 'l1_kb' is '", l1,
                 "', expected a number");
  std::string names = property(*processor, "devices");
  for (size_t begin = 0; begin < names.size();) {
    size_t comma = std::min(names.find(',', begin), names.size());
    devices_.push_back({names.substr(begin, comma - begin),
                        processor->title + " of " + profile_.title + ", computed on this machine"});
    begin = comma + 1;
  }
  if (devices_.empty())
    return Error(Code::kInvalidArgument, nameOrPath, "processor '", processor->name,
                 "' names no devices, expected some as in \"mtk-mdla,mtk-dsp\"");
  return Status();
}

bool Library::isAtLeast(int major, int minor, int patch) const {
  return std::tuple<int, int, int>(version_.major, version_.minor, version_.patch) >=
         std::tuple(major, minor, patch);
}

bool Library::has(const NeuronDevice *device) const {
  for (const NeuronDevice &known : devices_)
    if (&known == device)
      return true;
  return false;
}

} // namespace tandem::neuron::host
