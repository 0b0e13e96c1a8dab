#include "compiler/importers/common/importer.h"

#include "compiler/importers/common/error_capture.h"
#include "compiler/importers/common/fixed_shapes.h"
#include "compiler/importers/common/main_function.h"
#include "compiler/importers/keras/archive.h"
#include "compiler/importers/keras/layer.h"
#include "compiler/importers/keras/masks.h"

#include "llvm/ADT/StringSwitch.h"

#include <map>
#include <set>

using namespace mlir;

namespace tandem {
namespace keras {
namespace {

constexpr size_t kMaxCalls = 1 << 16;
constexpr size_t kMaxCallsOfOneLayer = 256; // each makes its own copy of the weights

/// Turns a parsed model into a module, layer by layer in the order of the data.
class ModelImport {
public:
  ModelImport(MLIRContext &context, const ModelConfig &model, WeightStore weights, int kerasMajor,
              const ImportOptions &options)
      : context_(context), model_(model), weights_(std::move(weights)), kerasMajor_(kerasMajor),
        options_(options), errors_(context),
        removals_(kerasMajor >= 3 ? MaskRemovals(model) : MaskRemovals()) {
    registerAllLayers(table_);
  }

  llvm::Expected<OwningOpRef<ModuleOp>> run();

private:
  struct Call {
    const LayerConfig *layer;
    int64_t index;
    size_t waitsFor = 0; ///< inputs that are not there yet
  };

  llvm::Error indexLayers();
  llvm::Error indexCalls();
  llvm::Expected<RankedTensorType> inputType(const LayerConfig &layer) const;
  llvm::Error makeInputs();
  llvm::Error importCalls();
  llvm::Error importCall(const Call &call);
  Values takeMasks(const Call &call, SmallVector<Value> &inputs) const;
  llvm::Error cycleError(const std::vector<Call> &calls) const;
  llvm::Expected<std::vector<NamedValue>> outputs() const;

  MLIRContext &context_;
  const ModelConfig &model_;
  WeightStore weights_;
  int kerasMajor_;
  const ImportOptions &options_;
  ErrorCapture errors_;
  LayerTable table_;
  UnsupportedOps unsupported_{refusedOperators()};
  MainFunction main_;
  std::map<std::string, const LayerConfig *, std::less<>> layers_;
  std::vector<Call> calls_;
  std::map<TensorId, std::vector<size_t>> readers_; ///< a call's first result to those who wait
  std::map<TensorId, Value> values_, masks_;
  MaskRemovals removals_;
};

std::string subjectOf(const LayerConfig &layer) {
  return "layer '" + layer.name + "' (" + layer.className + ")";
}

llvm::Error ModelImport::indexLayers() {
  for (const LayerConfig &layer : model_.layers)
    if (!layers_.emplace(layer.name, &layer).second)
      return llvm::createStringError("two layers are called '" + layer.name + "'");
  return llvm::Error::success();
}

llvm::Error ModelImport::indexCalls() {
  std::set<TensorId> made;
  for (const LayerConfig &layer : model_.layers)
    for (size_t index = 0; index < layer.calls.size(); ++index)
      made.insert({layer.name, static_cast<int64_t>(index), 0});
  for (const LayerConfig &layer : model_.layers) {
    if (layer.calls.size() > kMaxCallsOfOneLayer)
      return llvm::createStringError(subjectOf(layer) + ": is used " + Twine(layer.calls.size()) +
                                     " times, more than " + Twine(kMaxCallsOfOneLayer));
    for (auto [index, call] : llvm::enumerate(layer.calls)) {
      if (calls_.size() == kMaxCalls)
        return llvm::createStringError("the model has more than " + Twine(kMaxCalls) + " layers");
      size_t waitsFor = 0;
      for (const TensorId &input : call.inputs) {
        TensorId first = {input.layer, input.call, 0};
        if (!made.count(first))
          return llvm::createStringError(subjectOf(layer) + ": its input '" + input.layer +
                                         "' is not in the model");
        readers_[first].push_back(calls_.size());
        ++waitsFor;
      }
      calls_.push_back({&layer, static_cast<int64_t>(index), waitsFor});
    }
  }
  return llvm::Error::success();
}

/// The graph's type for inputs of that one; null when there is none.
Type inputElementType(MLIRContext &context, StringRef dtype) {
  auto integer = [&](unsigned width,
                     IntegerType::SignednessSemantics sign = IntegerType::Signless) {
    return IntegerType::get(&context, width, sign);
  };
  return llvm::StringSwitch<Type>(dtype)
      .Case("float32", Float32Type::get(&context))
      .Case("int32", integer(32))
      .Case("int64", integer(64))
      .Case("uint8", integer(8, IntegerType::Unsigned))
      .Default(nullptr);
}

llvm::Expected<RankedTensorType> ModelImport::inputType(const LayerConfig &layer) const {
  auto refuse = [&](const Twine &what) {
    return llvm::createStringError(subjectOf(layer) + ": " + what);
  };
  StringRef dtype = dtypeName(layer.config);
  Type type = inputElementType(context_, dtype);
  if (!type)
    return refuse("inputs of type '" + dtype +
                  "' are not supported, only float32, int32, int64 and uint8 are");
  const Json *shape = member(layer.config, "batch_input_shape");
  if (!shape)
    shape = member(layer.config, "batch_shape");
  SmallVector<int64_t> dims;
  if (shape && shape->is_array() && !shape->empty()) {
    for (const Json &entry : *shape) {
      std::optional<int64_t> size = asInt(entry);
      if (!size && !entry.is_null())
        return refuse("dimension " + Twine(dims.size()) + " is no number");
      if (size && *size < 1)
        return refuse("dimension " + Twine(dims.size()) + " is " + Twine(*size));
      dims.push_back(size.value_or(ShapedType::kDynamic));
    }
  } else if (auto given = options_.shapes.find(layer.name); given != options_.shapes.end()) {
    dims.assign(given->second.size(), ShapedType::kDynamic);
  } else {
    return refuse("the input has no shape, give one with --shape " + layer.name + "=DIMS");
  }
  llvm::Expected<SmallVector<int64_t>> fixed =
      fixShape(options_, layer.name, subjectOf(layer), dims);
  if (!fixed)
    return fixed.takeError();
  dims = std::move(*fixed);
  if (dims[0] < 0) // the batch is open in every Keras model; one picture at a time
    dims[0] = 1;
  if (auto open = llvm::find_if(dims, [](int64_t size) { return size < 1; }); open != dims.end())
    return refuse(openDimension(layer.name, dims, open - dims.begin()));
  if (!hasSaneSize(dims))
    return refuse("the shape " + shapeText(dims) + " is too large");
  return RankedTensorType::get(dims, type);
}

llvm::Error ModelImport::makeInputs() {
  std::vector<NamedType> inputs;
  std::vector<std::string> names;
  for (const TensorId &id : model_.inputs)
    names.push_back(id.layer);
  if (llvm::Error wrong = checkFixedNames(options_, names))
    return wrong;
  std::set<TensorId> seen;
  for (const TensorId &id : model_.inputs) {
    auto layer = layers_.find(id.layer);
    if (layer == layers_.end() || layer->second->className != "InputLayer")
      return llvm::createStringError("the model's input '" + id.layer +
                                     "' is not one of its input layers");
    if (!seen.insert(id).second)
      return llvm::createStringError("the model's input '" + id.layer + "' is listed twice");
    llvm::Expected<RankedTensorType> type = inputType(*layer->second);
    if (!type)
      return type.takeError();
    inputs.push_back({id.layer, *type});
  }
  llvm::Expected<MainFunction> main = MainFunction::create(context_, inputs, options_);
  if (!main)
    return main.takeError();
  main_ = std::move(*main);
  for (auto [id, value] : llvm::zip(model_.inputs, main_.inputs))
    values_[id] = value;
  return llvm::Error::success();
}

/// Each call once all its inputs were tried, so that one unsupported layer does not hide the next.
llvm::Error ModelImport::importCalls() {
  std::vector<size_t> ready;
  for (size_t i = calls_.size(); i-- > 0;)
    if (calls_[i].waitsFor == 0)
      ready.push_back(i);
  size_t done = 0;
  while (!ready.empty()) {
    const Call &call = calls_[ready.back()];
    ready.pop_back();
    ++done;
    if (llvm::Error error = importCall(call))
      return error;
    const std::vector<size_t> &next = readers_[{call.layer->name, call.index, 0}];
    for (size_t reader : llvm::reverse(next))
      if (--calls_[reader].waitsFor == 0)
        ready.push_back(reader);
  }
  return done == calls_.size() ? llvm::Error::success() : cycleError(calls_);
}

llvm::Error ModelImport::cycleError(const std::vector<Call> &calls) const {
  constexpr size_t kShown = 5;
  std::string names;
  size_t count = 0;
  for (const Call &call : calls)
    if (call.waitsFor && count++ < kShown)
      names += (names.empty() ? "'" : ", '") + call.layer->name + "'";
  return llvm::createStringError("layers wait for one another's results: " + names +
                                 (count > kShown ? ", ..." : ""));
}

/// Of its inputs, null where one has none; those that it is given are taken from the inputs.
Values ModelImport::takeMasks(const Call &call, SmallVector<Value> &inputs) const {
  const LayerCall &own = call.layer->calls[call.index];
  Values given(ArrayRef(inputs).take_back(own.masked.size())), masks;
  inputs.truncate(inputs.size() - given.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    auto mask = masks_.find(own.inputs[i]);
    bool isThere =
        mask != masks_.end() && !removals_.isGone(own.inputs[i], *call.layer, call.index);
    masks.push_back(isThere ? mask->second : Value());
  }
  for (auto [input, mask] : llvm::zip(own.masked, given))
    masks[input] = mask;
  return masks;
}

llvm::Error ModelImport::importCall(const Call &call) {
  const LayerConfig &layer = *call.layer;
  if (layer.className == "InputLayer")
    return llvm::Error::success();
  SmallVector<Value> inputs;
  bool isWhole = true; ///< else what makes an input is unsupported and listed
  for (const TensorId &id : layer.calls[call.index].inputs) {
    auto value = values_.find(id);
    if (value != values_.end())
      inputs.push_back(value->second);
    else if (values_.count({id.layer, id.call, 0}))
      return llvm::createStringError(subjectOf(layer) + ": its input, result " + Twine(id.tensor) +
                                     " of '" + id.layer + "', is not in the model");
    else
      isWhole = false;
  }
  errors_.setSubject(subjectOf(layer));
  OpBuilder builder = OpBuilder::atBlockEnd(&main_.function.getBody().front());
  ImportState state = {builder, table_, kerasMajor_, unsupported_};
  if (!isWhole) {
    Layer(state, layer, layer.calls[call.index], {}, LayerWeights()).listUnknown();
    return llvm::Error::success();
  }
  llvm::Expected<LayerWeights> weights = weights_.of(layer);
  if (!weights)
    return llvm::createStringError(subjectOf(layer) + ": " + llvm::toString(weights.takeError()));
  Values masks = takeMasks(call, inputs);
  Layer own(state, layer, layer.calls[call.index], inputs, std::move(*weights), masks);
  Results results = own.import();
  FailureOr<Values> after = succeeded(results) ? resultMasks(own, *results) : Results(failure());
  if (!errors_.empty())
    return llvm::createStringError(errors_.message());
  if (failed(after))
    return llvm::Error::success(); // it is listed as unsupported
  for (auto [index, result, mask] : llvm::enumerate(*results, *after)) {
    TensorId id = {layer.name, call.index, static_cast<int64_t>(index)};
    values_[id] = result;
    if (mask)
      masks_[id] = mask;
  }
  return llvm::Error::success();
}

llvm::Expected<std::vector<NamedValue>> ModelImport::outputs() const {
  std::vector<NamedValue> outputs;
  for (const TensorId &id : model_.outputs) {
    auto value = values_.find(id);
    if (value == values_.end())
      return llvm::createStringError("the model's output '" + id.layer +
                                     "' is not made by any of its layers");
    outputs.push_back({id.layer, value->second});
  }
  return outputs;
}

llvm::Expected<OwningOpRef<ModuleOp>> ModelImport::run() {
  if (llvm::Error error = indexLayers())
    return error;
  if (llvm::Error error = indexCalls())
    return error;
  if (llvm::Error error = makeInputs())
    return error;
  if (llvm::Error error = importCalls())
    return error;
  if (!unsupported_.empty())
    return llvm::createStringError(unsupported_.message());
  llvm::Expected<std::vector<NamedValue>> results = outputs();
  if (!results)
    return results.takeError();
  return main_.take(std::move(*results), errors_);
}

/// "2.4.0" is 2; files without a version are older than 2.
llvm::Expected<int> kerasMajorVersion(const Hdf5Object &root) {
  llvm::Expected<std::optional<std::vector<std::string>>> version = root.attribute("keras_version");
  if (!version)
    return version.takeError();
  int major = 1;
  if (*version && (*version)->size() == 1)
    StringRef((*version)->front()).split('.').first.getAsInteger(10, major);
  return major;
}

llvm::Expected<OwningOpRef<ModuleOp>> importConfig(const Json &json, WeightStore weights,
                                                   int kerasMajor, const ImportOptions &options,
                                                   MLIRContext &context) {
  llvm::Expected<ModelConfig> config = parseModelConfig(json);
  if (!config)
    return config.takeError();
  llvm::Expected<ModelConfig> flat = flattenModel(std::move(*config));
  if (!flat)
    return flat.takeError();
  return ModelImport(context, *flat, std::move(weights), kerasMajor, options).run();
}

llvm::Expected<OwningOpRef<ModuleOp>>
importHdf5(std::string_view bytes, const ImportOptions &options, MLIRContext &context) {
  llvm::Expected<Hdf5Object> root = Hdf5File::open(bytes);
  if (!root)
    return root.takeError();
  llvm::Expected<std::optional<std::vector<std::string>>> text = root->attribute("model_config");
  if (!text)
    return text.takeError();
  if (!*text || (*text)->size() != 1)
    return llvm::createStringError(
        "the HDF5 file has no attribute 'model_config': it is not a Keras "
        "model, or holds weights only");
  llvm::Expected<int> kerasMajor = kerasMajorVersion(*root);
  if (!kerasMajor)
    return kerasMajor.takeError();
  llvm::Expected<Json> json = parseJson((*text)->front(), "the attribute 'model_config'");
  if (!json)
    return json.takeError();
  llvm::Expected<std::optional<Hdf5Object>> weights = root->child("model_weights");
  if (!weights)
    return weights.takeError();
  return importConfig(*json, WeightStore::ofGroups(std::move(*weights)), *kerasMajor, options,
                      context);
}

llvm::Expected<OwningOpRef<ModuleOp>>
importArchive(std::string_view bytes, const ImportOptions &options, MLIRContext &context) {
  llvm::Expected<Archive> archive = readArchive(bytes);
  if (!archive)
    return archive.takeError();
  WeightStore weights = WeightStore::ofGroups(std::nullopt);
  if (archive->weights) {
    llvm::Expected<Hdf5Object> root = Hdf5File::open(*archive->weights);
    if (!root)
      return llvm::createStringError("'model.weights.h5': " + llvm::toString(root.takeError()));
    weights = WeightStore::ofPaths(std::move(*root));
  }
  return importConfig(archive->config, std::move(weights), archive->kerasMajor, options, context);
}

class KerasImporter final : public Importer {
public:
  StringRef name() const override { return "keras"; }
  bool recognizes(StringRef path, std::string_view bytes) const override {
    return Hdf5File::hasSignature(bytes) || isKerasArchive(bytes) || path.ends_with(".h5") ||
           path.ends_with(".hdf5") || path.ends_with(".keras");
  }
  std::vector<std::string> operators() const override {
    LayerTable table;
    registerAllLayers(table);
    std::vector<std::string> names = table.names();
    names.push_back("InputLayer"); // the importer's own
    return names;
  }
  const RefusedOperators *refusedOperators() const override { return &keras::refusedOperators(); }
  llvm::Expected<OwningOpRef<ModuleOp>> import(StringRef path, std::string_view bytes,
                                               const ImportOptions &options,
                                               MLIRContext &context) const override {
    bool isArchive = ZipFile::hasSignature(bytes) || path.ends_with(".keras");
    return isArchive ? importArchive(bytes, options, context) : importHdf5(bytes, options, context);
  }
};

} // namespace
} // namespace keras

const Importer &kerasImporter() {
  static const keras::KerasImporter kImporter;
  return kImporter;
}

} // namespace tandem
