#pragma once

#include "backends/neuron/abi/neuron_adapter.h"
#include "backends/neuron/host/faults.h"
#include "base/result.h"
#include "devices/profile.h"

#include <deque>
#include <optional>
#include <string>

/// A processor of the modelled chip, as the ABI names it. Lives as long as the process.
struct NeuronDevice {
  std::string name;        ///< "mtk-mdla"
  std::string description; ///< for people
};

namespace tandem::neuron::host {

/// What the process as a whole has: what the environment asks for, and the chip that is served.
/// Read once, at the first call of any function; immutable from then on but for the counters of the
/// fault plan.
class Library {
public:
  static Library &get();

  /// Why the environment makes no sense: then every function fails, so that nobody takes its
  /// results for those of what was asked for. Null when it is sound.
  const Error *problem() const { return problem_ ? &*problem_ : nullptr; }

  FaultPlan &faults() { return faults_; }
  bool logs() const { return logs_; }
  bool timing() const { return timing_; }

  const DeviceProfile &profile() const { return profile_; }
  /// The processor that is served, of backend "neuron".
  const Processor &processor() const { return processor_; }
  const std::string &soc() const { return soc_; }
  NeuronRuntimeVersion version() const { return version_; }
  bool isAtLeast(int major, int minor, int patch) const;
  uint32_t l1SizeKb() const { return l1SizeKb_; }
  const std::deque<NeuronDevice> &devices() const { return devices_; }
  bool has(const NeuronDevice *device) const;

private:
  Library();
  Status readEnvironment();
  Status readProfile(const std::string &nameOrPath);

  std::optional<Error> problem_;
  FaultPlan faults_;
  bool logs_ = false, timing_ = false;
  DeviceProfile profile_;
  Processor processor_;
  std::string soc_;
  NeuronRuntimeVersion version_ = {};
  uint32_t l1SizeKb_ = 0;
  std::deque<NeuronDevice> devices_;
};

} // namespace tandem::neuron::host
