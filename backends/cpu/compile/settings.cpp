#include "backends/cpu/compile/settings.h"

#include "base/processor_name.h"

#include "llvm/ADT/STLExtras.h"

namespace tandem::cpu {
namespace {

llvm::Expected<Tuning> readLog(const std::string &path, const std::string &machine) {
  Result<TuningLog> log = TuningLog::read(path);
  if (!log.ok())
    return llvm::createStringError("cpu: option 'tuning': " + log.error().text());
  llvm::Expected<Tuning> tuning = Tuning::ofLog(*log, machine);
  if (!tuning)
    return llvm::createStringError("cpu: option 'tuning': " + path + ": " +
                                   llvm::toString(tuning.takeError()));
  return tuning;
}

llvm::Expected<Tuning> tuningOf(const std::map<std::string, std::string> &settings) {
  auto log = settings.find("tuning"), machine = settings.find("tuned-for"),
       candidate = settings.find("candidate");
  if (machine != settings.end() && log == settings.end())
    return llvm::createStringError(
        "cpu: option 'tuned-for' says whose schedules of a log to take: give option 'tuning' too");
  if (candidate != settings.end() && log != settings.end())
    return llvm::createStringError(
        "cpu: options 'candidate' and 'tuning' both choose schedules: give one of them");
  if (candidate != settings.end()) {
    size_t number = 0;
    if (llvm::StringRef(candidate->second).getAsInteger(10, number) || number == 0)
      return llvm::createStringError("cpu: option 'candidate' is '" + candidate->second +
                                     "', expected a number from 1");
    return Tuning::ofCandidate(number);
  }
  if (log == settings.end())
    return Tuning();
  return readLog(log->second, machine == settings.end() ? processorName() : machine->second);
}

std::optional<Precision> precisionOf(llvm::StringRef name) {
  for (Precision precision : {Precision::kF32, Precision::kBf16, Precision::kF16})
    if (precisionName(precision) == name)
      return precision;
  return std::nullopt;
}

} // namespace

llvm::StringRef precisionName(Precision precision) {
  switch (precision) {
  case Precision::kF32:
    return "f32";
  case Precision::kBf16:
    return "bf16";
  case Precision::kF16:
    return "f16";
  }
  llvm_unreachable("precision");
}

/// Where bands begin, in bytes; nothing where the profile says it.
static llvm::Expected<std::optional<int64_t>> bandBytesOf(llvm::StringRef text) {
  if (text == "on")
    return std::nullopt;
  if (text == "off")
    return INT64_MAX;
  uint32_t kib = 0;
  if (text.getAsInteger(10, kib))
    return llvm::createStringError("cpu: option 'bands' is '" + text.str() +
                                   "', expected on, off or a number of KiB");
  return int64_t(kib) * 1024;
}

llvm::Expected<int64_t> secondCacheOf(const Processor &processor) {
  auto found = processor.properties.find("l2_kb");
  if (found == processor.properties.end())
    return Settings().secondCache;
  uint32_t kib = 0;
  if (llvm::StringRef(found->second).getAsInteger(10, kib))
    return llvm::createStringError("cpu: property 'l2_kb' of processor '" + processor.name +
                                   "' is '" + found->second + "', expected a number");
  return int64_t(kib) * 1024;
}

llvm::Expected<Settings> parseSettings(const CompileOptions &options) {
  // "candidate" is what 'tandem tune' compiles with, and nothing to choose by hand.
  constexpr llvm::StringLiteral kOfTuning[] = {"candidate", "tuned-for", "tuning"};
  Settings settings;
  for (const auto &[key, value] : options.settings) {
    if (llvm::is_contained(kOfTuning, key))
      continue;
    if (key == "precision") {
      std::optional<Precision> precision = precisionOf(value);
      if (!precision)
        return llvm::createStringError("cpu: option 'precision' is '" + value +
                                       "', expected f32, bf16 or f16");
      settings.precision = *precision;
      continue;
    }
    if (key == "bands") {
      llvm::Expected<std::optional<int64_t>> bytes = bandBytesOf(value);
      if (!bytes)
        return bytes.takeError();
      settings.bandBytes = *bytes;
      continue;
    }
    if (key != "winograd")
      return llvm::createStringError("cpu: there is no option '" + key +
                                     "', only bands, precision, tuned-for, tuning, winograd");
    if (value != "on" && value != "off")
      return llvm::createStringError("cpu: option 'winograd' is '" + value +
                                     "', expected on or off");
    settings.winograd = value == "on";
  }
  llvm::Expected<Tuning> tuning = tuningOf(options.settings);
  if (!tuning)
    return tuning.takeError();
  settings.tuning = std::make_shared<const Tuning>(std::move(*tuning));
  return settings;
}

} // namespace tandem::cpu
