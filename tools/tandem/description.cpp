#include "tools/tandem/description.h"

#include "base/file.h"
#include "bundle/reader.h"
#include "compiler/driver/compiler.h"
#include "tools/tandem/bundle_code.h"

#include <nlohmann/json.hpp>

namespace tandem {
namespace {

using nlohmann::ordered_json;

ordered_json tensorJson(const ModelSummary::Tensor &tensor) {
  ordered_json result = {
      {"name", tensor.name}, {"type", elementTypeName(tensor.type)}, {"shape", tensor.shape}};
  if (!tensor.quantization.empty()) {
    result["scale"] = tensor.quantization.scales;
    result["zero_point"] = tensor.quantization.zeroPoints;
  }
  return result;
}

ordered_json tensorsJson(const std::vector<ModelSummary::Tensor> &tensors) {
  ordered_json list = ordered_json::array();
  for (const ModelSummary::Tensor &tensor : tensors)
    list.push_back(tensorJson(tensor));
  return list;
}

ModelSummary::Tensor tensorOf(const bundle::Tensor &tensor) {
  ModelSummary::Tensor result;
  result.name = tensor.name() ? tensor.name()->str() : "";
  result.type = static_cast<ElementType>(tensor.type());
  result.shape.assign(tensor.shape()->begin(), tensor.shape()->end());
  if (const bundle::Quantization *quantization = tensor.quantization()) {
    result.quantization.scales.assign(quantization->scales()->begin(),
                                      quantization->scales()->end());
    result.quantization.zeroPoints.assign(quantization->zero_points()->begin(),
                                          quantization->zero_points()->end());
  }
  return result;
}

ordered_json regionJson(const bundle::Reader &reader, const bundle::Region &region) {
  ordered_json code = ordered_json::array();
  for (const GeneratedCode &one : codeOf(reader, region))
    code.push_back({{"target", one.target}, {"isa", one.isa}});
  return {{"name", region.name()->str()},
          {"backend", region.backend()->str()},
          {"ops", region.op_count()},
          {"macs", region.macs()},
          {"artifact_bytes", reader.blob(region.artifact()).size()},
          {"code", code}};
}

/// What the bundle's placement report says: for which device, and by region on which processor.
struct Placement {
  explicit Placement(const bundle::Manifest &manifest)
      : report(ordered_json::parse(manifest.report()->string_view(), nullptr, false)) {}

  ordered_json device() const {
    ordered_json found = valueAt(report, "device");
    return {{"name", textAt(found, "name")}, {"title", textAt(found, "title")}};
  }
  std::string processorOf(const std::string &region) const {
    for (const ordered_json &one : valueAt(report, "regions"))
      if (textAt(one, "name") == region)
        return textAt(one, "processor");
    return "";
  }

private:
  static ordered_json valueAt(const ordered_json &map, const char *key) {
    return map.is_object() && map.contains(key) ? map[key] : ordered_json();
  }
  static std::string textAt(const ordered_json &map, const char *key) {
    ordered_json value = valueAt(map, key);
    return value.is_string() ? value.get<std::string>() : "";
  }
  ordered_json report; ///< of a stranger's file: anything
};

/// The same keys for a model and for a bundle; a bundle has its regions and sizes on top.
Result<ordered_json> describeBundle(const std::string &path) {
  TANDEM_ASSIGN_OR_RETURN(bundle::Reader reader, bundle::Reader::open(path));
  const bundle::Manifest &manifest = reader.manifest();
  Placement placement(manifest);
  ordered_json result = {{"file", path},
                         {"format", "bundle"},
                         {"producer", manifest.producer()->str()},
                         {"device", placement.device()},
                         {"bytes", reader.fileSize()}};
  for (const bundle::Model *model : *manifest.models()) {
    std::vector<ModelSummary::Tensor> inputs, outputs;
    for (uint32_t id : *model->inputs())
      inputs.push_back(tensorOf(*model->tensors()->Get(id)));
    for (uint32_t id : *model->outputs())
      outputs.push_back(tensorOf(*model->tensors()->Get(id)));
    ordered_json regions = ordered_json::array();
    std::map<std::string, size_t> ops;
    uint64_t macs = 0;
    for (const bundle::Region *region : *model->regions()) {
      macs += region->macs();
      regions.push_back(regionJson(reader, *region));
      regions.back()["processor"] = placement.processorOf(region->name()->str());
      regions.back()["fallback"] = ordered_json::array();
      if (region->fallback())
        for (const bundle::Region *fallback : *region->fallback())
          regions.back()["fallback"].push_back(regionJson(reader, *fallback));
      for (const flatbuffers::String *op : *region->ops())
        ++ops[op->str().substr(0, op->str().find(' '))];
    }
    result["models"].push_back({{"name", model->name()->str()},
                                {"source_format", model->source_format()->str()},
                                {"source_file", model->source_file()->str()},
                                {"inputs", tensorsJson(inputs)},
                                {"outputs", tensorsJson(outputs)},
                                {"ops", ops},
                                {"macs", macs},
                                {"weight_bytes", reader.blob(model->weights()).size()},
                                {"arena_bytes", model->arena_size()},
                                {"regions", regions}});
  }
  return result;
}

Result<ordered_json> describeModel(const std::string &path, const FixedInputs &inputs) {
  CompileRequest request;
  request.modelPath = path;
  request.inputs = inputs;
  TANDEM_ASSIGN_OR_RETURN(ModelSummary summary, inspectModel(request));
  return ordered_json{{"file", path},
                      {"format", summary.format},
                      {"inputs", tensorsJson(summary.inputs)},
                      {"outputs", tensorsJson(summary.outputs)},
                      {"ops", summary.ops},
                      {"macs", summary.macs},
                      {"weight_bytes", summary.weightBytes}};
}

} // namespace

bool isBundleFile(const std::string &path) {
  auto file = MappedFile::open(path);
  return file.ok() && bundle::looksLikeBundle(file->bytes());
}

Result<ordered_json> describeFile(const std::string &path, const FixedInputs &inputs) {
  if (!isBundleFile(path))
    return describeModel(path, inputs);
  if (!inputs.empty())
    return Error(Code::kInvalidArgument, path,
                 "--shape and --value are for a model, a bundle's inputs are fixed");
  return describeBundle(path);
}

} // namespace tandem
