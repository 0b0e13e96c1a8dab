#pragma once

#include "base/element_type.h"
#include "base/result.h"

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tandem {

/// What bounds an operation's time, for the rates of a processor.
enum class WorkKind : uint8_t {
  kConvolution,    ///< many products for each byte
  kDepthwise,      ///< few products for each byte
  kMatrix,         ///< fully connected: every weight used once a row
  kElementwise,    ///< arithmetic on each element
  kTranscendental, ///< exp, tanh, softmax: many instructions for each element
  kDataMovement,   ///< concat, transpose, pad
  kFree,           ///< reshape: no work at all
};
inline constexpr int kWorkKindCount = 7;
std::string_view workKindName(WorkKind kind);

/// One processor, or one way to use it: what a backend compiles for. Of a CPU each cluster is one,
/// for each backend that generates code for it; entries of one name are one cluster.
struct Processor {
  std::string name;    ///< "apu", "little"
  std::string title;   ///< "MDLA 1.7"
  std::string backend; ///< folder of backends/ whose code runs here
  std::string version; ///< of that backend's interface there, as in "4.3.0"; empty: not versioned
  int count = 1;       ///< how many of them there are: a cluster's cores
  /// Their numbers in the system that runs there, `count` of them; empty: not known.
  std::vector<int> cores;
  /// Used only when its backend is asked for by name.
  bool onRequest = false;
  /// Element types that it computes in; empty: whatever its backend can.
  std::vector<ElementType> types;
  /// Graph ops that it does not run though its backend could: name to reason, in words.
  std::map<std::string, std::string> refuses;
  /// What only the backend understands, as it stands in the file: "mtk-mdla", ...
  std::map<std::string, std::string> properties;

  /// Multiply-accumulates a microsecond at the peak, by element type of the activations.
  std::map<ElementType, double> peakMacsPerUs;
  /// Part of the peak that is reached, by kind of work; of kElementwise and later kinds: elements
  /// a microsecond.
  std::array<double, kWorkKindCount> efficiency = {};
  double bytesPerUs = 0; ///< to and from memory
  double opUs = 0;       ///< beside the work of each op
  double dispatchUs = 0; ///< of each call of a region
  /// Values that cross to this processor's memory from the CPU's or back: each costs
  /// transferUs + bytes / transferBytesPerUs. 0 bytes/us: it uses the CPU's memory.
  double transferUs = 0, transferBytesPerUs = 0;
};

/// The processors of a machine or chip, with what they can and how fast they are. Plain data, from
/// devices/<name>.json.
struct DeviceProfile {
  std::string name;  ///< "mt6873"
  std::string title; ///< "MediaTek MT6873 (Dimensity 800)"
  /// The numbers come from public figures and assumptions, not from a measurement: say so wherever
  /// one of them, or what follows from it, is shown.
  bool modelled = true;
  std::vector<Processor> processors; ///< in order of preference
  /// Times of whole ops, measured: "BACKEND SIGNATURE" to microseconds (see costKey()).
  std::map<std::string, double> measuredUs;

  /// The first processor that code of this backend runs on, which it is compiled and placed for;
  /// null when there is none.
  const Processor *processorOf(std::string_view backend) const;
  /// That of a cluster, by its name.
  const Processor *processorOf(std::string_view backend, std::string_view name) const;
  /// In order of preference; without those that are there on request only, unless asked for.
  std::vector<std::string> backends(bool withOnRequest = false) const;
};

/// The profile that `text`, the contents of `path`, describes. Errors name the path and the place;
/// unknown keys are refused.
Result<DeviceProfile> parseProfile(const std::string &path, std::string_view text);

/// A profile of this build by its name ("mt6873"), or one from a file when `nameOrPath` has a slash
/// or ends in .json. Errors: kInvalidArgument for a name, with those there are; those of the file,
/// and parseProfile()'s.
Result<DeviceProfile> findProfile(const std::string &nameOrPath);
/// The JSON text that findProfile() reads.
Result<std::string> profileText(const std::string &nameOrPath);
/// The profiles that this build carries, sorted.
std::vector<std::string> profileNames();

} // namespace tandem
