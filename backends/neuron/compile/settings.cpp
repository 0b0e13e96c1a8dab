#include "backends/neuron/compile/settings.h"

#include "backends/neuron/abi/neuron_types.h"

#include "llvm/ADT/StringExtras.h"

namespace tandem::neuron {
namespace {

using llvm::StringRef;

struct Choice {
  StringRef name;
  int value;
};
constexpr Choice kBooleans[] = {{"true", 1}, {"false", 0}};
constexpr Choice kPreferences[] = {{"low-power", NEURON_PREFER_LOW_POWER},
                                   {"fast-single-answer", NEURON_PREFER_FAST_SINGLE_ANSWER},
                                   {"sustained-speed", NEURON_PREFER_SUSTAINED_SPEED},
                                   {"turbo-boost", NEURON_PREFER_TURBO_BOOST}};
constexpr Choice kPriorities[] = {{"low", NEURON_PRIORITY_LOW},
                                  {"medium", NEURON_PRIORITY_MEDIUM},
                                  {"high", NEURON_PRIORITY_HIGH}};
constexpr Choice kHints[] = {{"normal", NEURON_OPTIMIZATION_NORMAL},
                             {"low-latency", NEURON_OPTIMIZATION_LOW_LATENCY},
                             {"deep-fusion", NEURON_OPTIMIZATION_DEEP_FUSION},
                             {"batch-processing", NEURON_OPTIMIZATION_BATCH_PROCESSING}};

template <typename... Parts> llvm::Error error(const Parts &...parts) {
  return llvm::createStringError((llvm::Twine("neuron: ") + ... + parts));
}

/// One of the choices, or with `isSet` several joined by '+'.
llvm::Expected<int> choose(StringRef key, StringRef value, llvm::ArrayRef<Choice> choices,
                           bool isSet = false) {
  int result = 0;
  for (StringRef part : llvm::split(value, isSet ? '+' : '\n')) {
    const Choice *found = llvm::find_if(choices, [&](const Choice &c) { return c.name == part; });
    if (found == choices.end()) {
      auto names = llvm::map_range(choices, [](const Choice &choice) { return choice.name; });
      return error("option ", key, " is '", value, "', expected ",
                   llvm::join(names.begin(), names.end(), isSet ? "+" : ", "));
    }
    result |= found->value;
  }
  return result;
}

llvm::Expected<uint64_t> milliseconds(StringRef key, StringRef value) {
  uint64_t result = 0;
  constexpr uint64_t kDay = 24 * 60 * 60 * 1000;
  if (value.getAsInteger(10, result) || result == 0 || result > kDay)
    return error("option ", key, " is '", value, "', expected milliseconds from 1 to ",
                 llvm::Twine(kDay).str());
  return result * 1000;
}

using Apply = llvm::Error (*)(StringRef key, StringRef value, Settings &settings);
struct Key {
  StringRef name, help;
  Apply apply;
};

/// Puts what `parse` makes of the value into a field.
template <typename Value, typename Field>
llvm::Error assign(llvm::Expected<Value> parsed, Field &field) {
  if (!parsed)
    return parsed.takeError();
  field = static_cast<Field>(*parsed);
  return llvm::Error::success();
}

constexpr Key kKeys[] = {
    {"relax-fp32", "true: f32 may be computed as f16",
     [](StringRef key, StringRef value, Settings &settings) {
       return assign(choose(key, value, kBooleans), settings.network.relax_fp32);
     }},
    {"preference", "low-power, fast-single-answer, sustained-speed or turbo-boost",
     [](StringRef key, StringRef value, Settings &settings) {
       return assign(choose(key, value, kPreferences), settings.network.preference);
     }},
    {"priority", "low, medium or high",
     [](StringRef key, StringRef value, Settings &settings) {
       return assign(choose(key, value, kPriorities), settings.network.priority);
     }},
    {"hint", "normal, low-latency, deep-fusion, batch-processing; several joined by +",
     [](StringRef key, StringRef value, Settings &settings) {
       return assign(choose(key, value, kHints, /*isSet=*/true), settings.network.hint);
     }},
    {"options", "text for the vendor's compiler, such as \"--opt 3\"",
     [](StringRef, StringRef value, Settings &settings) -> llvm::Error {
       settings.network.options = value.str();
       return llvm::Error::success();
     }},
    {"deadline-ms", "an execution that takes longer counts as hung",
     [](StringRef key, StringRef value, Settings &settings) {
       return assign(milliseconds(key, value), settings.network.deadline_us);
     }},
    {"load-deadline-ms", "the same for everything before the first execution",
     [](StringRef key, StringRef value, Settings &settings) {
       return assign(milliseconds(key, value), settings.network.load_deadline_us);
     }},
    {"sdk-lib", "a Neuron library of this machine that compiles the network now",
     [](StringRef, StringRef value, Settings &settings) -> llvm::Error {
       settings.sdkLibrary = value.str();
       return llvm::Error::success();
     }},
};

} // namespace

std::string settingsHelp() {
  std::string text;
  for (const Key &key : kKeys)
    text += ("neuron." + key.name + "  " + key.help + "\n").str();
  return text;
}

llvm::Expected<Settings> parseSettings(const CompileOptions &options) {
  Settings settings;
  for (const auto &[name, value] : options.settings) {
    const Key *key = llvm::find_if(kKeys, [&](const Key &k) { return k.name == name; });
    if (key == std::end(kKeys)) {
      auto names = llvm::map_range(kKeys, [](const Key &known) { return known.name; });
      return error("there is no option '", name, "', only ",
                   llvm::join(names.begin(), names.end(), ", "));
    }
    if (llvm::Error problem = key->apply(name, value, settings))
      return std::move(problem);
  }
  auto property = [&](StringRef name) {
    auto found = options.processor->properties.find(name.str());
    return found == options.processor->properties.end() ? StringRef() : StringRef(found->second);
  };
  settings.soc = property("soc").str();
  for (StringRef device : llvm::split(property("devices"), ','))
    if (!device.empty())
      settings.network.devices.push_back(device.str());
  return settings;
}

} // namespace tandem::neuron
