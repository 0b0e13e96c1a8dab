#pragma once

#include "base/element_type.h"
#include "base/result.h"
#include "compiler/driver/fixed_inputs.h"
#include "compiler/partition/placement.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tandem {

/// The least part of a model that has to run on a backend.
struct CoverageRequirement {
  std::string backend;
  double percent = 0;
  bool ofMacs = false; ///< of the multiply-accumulates; else of the ops
};

/// "neuron>=90%" of the ops, "neuron:macs>=99.5%". Errors: kInvalidArgument.
Result<CoverageRequirement> parseCoverage(const std::string &text);

/// How to compile. Plain data; no MLIR behind this header.
struct CompileSettings {
  /// What to compile for: a device profile's name or file (devices/profile.h).
  std::string device = "host";
  /// Names of backends in order of preference; empty: those that the device has a processor for.
  std::vector<std::string> backends;
  /// Architectures of the machines that will run the bundle, as "x86-64", "aarch64"; empty: this
  /// machine's.
  std::vector<std::string> targets;
  /// Instruction sets for generated code, best first; empty: all that there are for the targets.
  std::vector<std::string> isas;
  /// Whether ops go where a run takes the least predicted time, or to the first backend that can.
  enum class Placement { kCost, kGreedy } placement = Placement::kCost;
  /// What accelerators keep of what placement by cost gives them: in a pipeline whose accelerator
  /// is the bottleneck, the rest is done in time by cores that would wait.
  AcceleratorPart acceleratorPart;
  /// What the placement must reach: else compiling fails with every op that is elsewhere, and why.
  std::vector<CoverageRequirement> require;
  /// What only one backend understands: "BACKEND.KEY" to value.
  std::map<std::string, std::string> options;
  /// Called with the stage that begins and the part of the work done, 0 to 1. May be empty.
  std::function<void(const std::string &stage, double done)> progress;
};

/// What to compile, and how.
struct CompileRequest : CompileSettings {
  std::string modelPath;
  FixedInputs inputs;
};

struct CompiledModel {
  std::string reportTable; ///< per op: device, region, predicted time, and why not another
  std::string reportJson;  ///< the same, as docs/report.schema.json says
  uint64_t arenaBytes = 0, arenaLowerBound = 0;
  uint64_t weightBytes = 0;
  uint64_t bundleBytes = 0;
  size_t ops = 0, regions = 0;
};

/// Whether the device, the backends, the instruction sets and the options there are, so that a
/// wrong one is told before a model is read; all that follows does so first. Errors:
/// kInvalidArgument for a name or value that makes no sense, others of the device's file.
Status checkSettings(const CompileSettings &settings);

/// The whole road: import, passes, partition, code, memory plan, bundle. Writes `bundlePath`
/// atomically or not at all. Errors name the model and the node. One call a thread; independent
/// calls may run at the same time.
Result<CompiledModel> compileModel(const CompileRequest &request, const std::string &bundlePath);

/// Import, passes and partition, as compileModel() would; compiles and writes nothing. The sizes
/// are 0.
Result<CompiledModel> checkModel(const CompileRequest &request);

struct ModelSummary {
  struct Tensor {
    std::string name;
    ElementType type = ElementType::kF32;
    Shape shape;
    Quantization quantization;
  };
  std::string format; ///< "tflite", "keras", "torch"
  std::vector<Tensor> inputs, outputs;
  std::map<std::string, size_t> ops; ///< graph op to count, after the passes
  uint64_t macs = 0;
  uint64_t weightBytes = 0;
};

/// Imports and runs the passes, compiles nothing.
Result<ModelSummary> inspectModel(const CompileRequest &request);
/// The graph after the passes, as MLIR text.
Result<std::string> modelAsMlir(const CompileRequest &request);

/// The names of the backends of this build.
std::vector<std::string> backendNames();

} // namespace tandem
