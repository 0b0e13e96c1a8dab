// tandem._compiler: all that needs the compiler, and applications, whose models it compiles.

#include "compiler/driver/compiler.h"
#include "python/binding/application.h"
#include "python/binding/failure.h"
#include "python/binding/work_callback.h"
#include "tools/tandem/compile_warnings.h"
#include "tools/tandem/description.h"
#include "tools/tandem/json_text.h"
#include "tools/tandem/output_place.h"

#include <nanobind/stl/map.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;
using namespace nb::literals;

namespace tandem::python {
namespace {

using Names = std::vector<std::string>;
using Shapes = std::map<std::string, std::vector<int64_t>>;
using Values = std::map<std::string, std::vector<double>>;

CompileSettings::Placement placementOf(const std::string &name) {
  if (name == "cost")
    return CompileSettings::Placement::kCost;
  if (name == "greedy")
    return CompileSettings::Placement::kGreedy;
  throw Failure(Error(Code::kInvalidArgument, "", "no placement is called '", name,
                      "', there are cost and greedy"));
}

nb::dict compile(const std::string &model, const std::string &output, const Names &backends,
                 const Shapes &shapes, const Values &values, const std::string &device,
                 const std::map<std::string, std::string> &options, const std::string &placement,
                 const Names &require, const Names &targets, const Names &isas,
                 const nb::object &progress) {
  CompileRequest request;
  request.modelPath = model;
  request.inputs = {shapes, values};
  request.backends = backends;
  request.device = device;
  request.options = options;
  request.placement = placementOf(placement);
  request.targets = targets;
  request.isas = isas;
  for (const std::string &text : require)
    request.require.push_back(valueOf(parseCoverage(text)));
  request.progress = [&](const std::string &stage, double done) {
    tellStage(progress, stage, done);
  };
  CompiledModel compiled;
  std::vector<std::string> warnings;
  {
    nb::gil_scoped_release unlocked;
    std::optional<TuningLog> log = valueOf(tuningLogOf(request));
    throwIf(checkOutputPlace(output, "the bundle", std::vector{device}));
    compiled = valueOf(compileModel(request, output));
    warnings = valueOf(warningsAbout(request, log, output));
  }
  nb::dict summary;
  summary["ops"] = compiled.ops;
  summary["regions"] = compiled.regions;
  summary["bundle_bytes"] = compiled.bundleBytes;
  summary["weight_bytes"] = compiled.weightBytes;
  summary["arena_bytes"] = compiled.arenaBytes;
  summary["arena_lower_bound_bytes"] = compiled.arenaLowerBound;
  nb::list sentences;
  for (const std::string &warning : warnings)
    sentences.append(nb::str(warning.data(), warning.size()));
  summary["warnings"] = sentences;
  return summary;
}

nb::object inspect(const std::string &path, const Shapes &shapes, const Values &values) {
  std::string text;
  {
    nb::gil_scoped_release unlocked;
    text = jsonText(valueOf(describeFile(path, {shapes, values})), /*indent=*/-1);
  }
  return plainData(text);
}

} // namespace
} // namespace tandem::python

NB_MODULE(_compiler, module) {
  using namespace tandem::python;
  registerFailure();
  module.def("compile", &compile, "model"_a, "output"_a, "backends"_a, "shapes"_a, "values"_a,
             "device"_a, "options"_a, "placement"_a, "require"_a, "targets"_a, "isas"_a,
             "progress"_a.none());
  module.def("inspect", &inspect, "path"_a, "shapes"_a, "values"_a);
  module.def("backends", [] { return tandem::backendNames(); });
  bindApplication(module);
}
