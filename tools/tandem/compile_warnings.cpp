#include "tools/tandem/compile_warnings.h"

#include "base/printable.h"
#include "base/processor_name.h"
#include "compiler/codegen/isa.h"
#include "devices/profile.h"
#include "tools/tandem/bundle_code.h"
#include "tools/tandem/unused_backend.h"

#include <algorithm>
#include <set>

namespace tandem {
namespace {

std::string optionOf(const CompileRequest &request, const std::string &key) {
  auto found = request.options.find(key);
  return found == request.options.end() ? "" : found->second;
}

std::string listOf(const std::set<std::string> &texts, std::string_view quote = "") {
  std::string list;
  for (const std::string &text : texts)
    (((list += list.empty() ? "" : ", ") += quote) += text) += quote;
  return list;
}

/// Why a log has no effect; "": it has one.
std::string whyUnused(const CompileRequest &request, const TuningLog &log,
                      const bundle::Reader &bundle) {
  std::string machine = optionOf(request, "cpu.tuned-for");
  if (machine.empty())
    machine = processorName();
  std::set<std::string> machines, operations = tunableOperationsIn(bundle);
  bool fits = false;
  for (const auto &[key, entry] : log.entries) {
    machines.insert(key.first);
    fits |= key.first == machine && operations.contains(key.second);
  }
  if (fits)
    return "";
  if (machines.empty())
    return "is empty, nothing of it is used";
  if (!machines.contains(machine))
    return "has schedules of " + listOf(machines, "'") + " and none of '" + machine +
           "', nothing of it is used; --option cpu.tuned-for=NAME takes those of another machine";
  return "has no schedule for any operation of this model with code for " +
         listOf(targetsIn(bundle)) + ", nothing of it is used; 'tandem tune' adds to it";
}

/// The architecture of the device's processors, where its profile says it.
std::string architectureOf(const DeviceProfile &device) {
  for (const Processor &processor : device.processors)
    if (auto found = processor.properties.find("architecture"); found != processor.properties.end())
      return found->second;
  return "";
}

/// Why the device cannot run all of the bundle; "": it can, or nothing is known of it.
std::string whyNotThere(const DeviceProfile &device, const bundle::Reader &bundle) {
  std::string there = architectureOf(device);
  std::set<std::string> targets = targetsIn(bundle);
  if (there.empty() || targets.empty() || targets.contains(there))
    return "";
  return "has code for " + listOf(targets) + ", and device '" + device.name + "' is " + there +
         ": compile it with --target " + there + ", or for both with --target " + listOf(targets) +
         "," + there;
}

/// Why an instruction set that was asked for is in vain; "": it is not.
std::string whyInVain(const CompileRequest &request, const codegen::Isa &isa) {
  std::string precision = optionOf(request, "cpu.precision");
  if (isa.onlyFor.empty() || isa.onlyFor == precision)
    return "";
  return "has no code of its own for precision " + (precision.empty() ? "f32" : precision) +
         ", it is for --option cpu.precision=" + isa.onlyFor.str();
}

} // namespace

Result<std::optional<TuningLog>> tuningLogOf(const CompileRequest &request) {
  std::string path = optionOf(request, "cpu.tuning");
  if (path.empty())
    return std::optional<TuningLog>();
  TANDEM_ASSIGN_OR_RETURN(TuningLog log, TuningLog::read(path));
  return std::optional(std::move(log));
}

Result<std::vector<std::string>> warningsAbout(const CompileRequest &request,
                                               const std::optional<TuningLog> &log,
                                               const std::string &bundle) {
  std::vector<std::string> warnings;
  auto add = [&](const std::string &subject, const std::string &why) {
    if (!why.empty())
      warnings.push_back(printable(subject + ": warning: " + why));
  };
  TANDEM_ASSIGN_OR_RETURN(bundle::Reader reader, bundle::Reader::open(bundle));
  if (log)
    add(optionOf(request, "cpu.tuning"), whyUnused(request, *log, reader));
  for (const std::string &name : request.isas)
    add("--isa " + name, whyInVain(request, *codegen::findIsa(name)));
  if (request.targets.empty() && request.isas.empty()) { // what was asked for needs no words
    TANDEM_ASSIGN_OR_RETURN(DeviceProfile device, findProfile(request.device));
    add(bundle, whyNotThere(device, reader));
  }
  TANDEM_ASSIGN_OR_RETURN(std::string unused,
                          whyNothingRunsOnFirst(request.backends, {{"", bundle}}));
  add(request.modelPath, unused);
  return warnings;
}

} // namespace tandem
