#pragma once

#include "base/element_type.h"
#include "base/result.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tandem {

/// What to compile and how. Plain data; no MLIR behind this header.
struct CompileRequest {
  std::string modelPath;
  /// Fixes dynamic inputs: name to dimensions.
  std::map<std::string, std::vector<int64_t>> shapes;
  /// Names of backends in order of preference; empty: all of this build, the reference one last.
  std::vector<std::string> backends;
  /// Instruction sets for generated code, best first; empty: all that the backend knows.
  std::vector<std::string> isas;
  /// Called with the stage that begins and the part of the work done, 0 to 1. May be empty.
  std::function<void(const std::string &stage, double done)> progress;
};

struct CompiledModel {
  std::string reportTable; ///< per op: device, region, predicted time, and why not another
  std::string reportJson;
  uint64_t arenaBytes = 0, arenaLowerBound = 0;
  uint64_t weightBytes = 0;
  uint64_t bundleBytes = 0;
  size_t ops = 0, regions = 0;
};

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

/// The source operators that each importer of this build knows: format to names.
std::map<std::string, std::vector<std::string>> importedOperators();
/// The names of the backends of this build, in the default order of preference.
std::vector<std::string> backendNames();

} // namespace tandem
