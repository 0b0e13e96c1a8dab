#include "backends/neuron/client/network.h"

#include <cstring>
#include <optional>

namespace tandem::neuron {
namespace {

std::string describe(const artifact::Operation &operation) {
  return (operation.function() ? operation.function()->str() : operationName(operation.code())) +
         " '" + operation.node()->str() + "'";
}

/// How the vendor's clients name a general operation: a type tag with its length, then the name
/// with its length; the operand's size counts two size_t.
std::vector<uint8_t> argumentString(std::string_view name) {
  constexpr std::string_view kTag = "string";
  std::vector<uint8_t> bytes(kTag.size() + name.size() + 2 * sizeof(size_t));
  bytes[0] = static_cast<uint8_t>(kTag.size());
  std::memcpy(&bytes[1], kTag.data(), kTag.size());
  auto length = static_cast<uint32_t>(name.size());
  std::memcpy(&bytes[1 + kTag.size()], &length, sizeof length);
  std::memcpy(&bytes[1 + kTag.size() + sizeof length], name.data(), name.size());
  return bytes;
}

/// Tells a library of a network.
class ModelMaker {
public:
  ModelMaker(const Library &library, const artifact::Artifact &artifact,
             std::span<const Buffer> buffers, const Place &place)
      : library_(library), artifact_(artifact), buffers_(buffers), place_(place) {}

  Result<Handle<NeuronModel>> build() {
    TANDEM_RETURN_IF_ERROR(call(place_, library_.NeuronModel_create, &model_));
    Handle<NeuronModel> owner = own(model_, library_.NeuronModel_free);
    if (library_.NeuronModel_setName)
      TANDEM_RETURN_IF_ERROR(
          call(place_, library_.NeuronModel_setName, model_, place_.region.c_str()));
    for (const artifact::Operand *operand : *artifact_.operands())
      TANDEM_RETURN_IF_ERROR(addOperand(*operand));
    for (const artifact::Operation *operation : *artifact_.operations())
      TANDEM_RETURN_IF_ERROR(addOperation(*operation));
    std::vector<uint32_t> inputs = operandsOf(*artifact_.inputs());
    std::vector<uint32_t> outputs = operandsOf(*artifact_.outputs());
    TANDEM_RETURN_IF_ERROR(call(place_, library_.NeuronModel_identifyInputsAndOutputs, model_,
                                sizeOf(inputs), inputs.data(), sizeOf(outputs), outputs.data()));
    if (artifact_.settings()->relax_fp32())
      TANDEM_RETURN_IF_ERROR(
          call(place_, library_.NeuronModel_relaxComputationFloat32toFloat16, model_, true));
    TANDEM_RETURN_IF_ERROR(call(place_, library_.NeuronModel_finish, model_));
    return owner;
  }

private:
  static uint32_t sizeOf(const std::vector<uint32_t> &list) {
    return static_cast<uint32_t>(list.size());
  }
  template <typename Borders> static std::vector<uint32_t> operandsOf(const Borders &borders) {
    std::vector<uint32_t> operands;
    for (const artifact::Border *border : borders)
      operands.push_back(border->operand());
    return operands;
  }

  Status addOperand(const artifact::Operand &operand) {
    uint32_t rank = operand.dimensions()->size();
    NeuronOperandType type = {.type = operand.type(),
                              .dimensionCount = rank,
                              .dimensions = rank ? operand.dimensions()->data() : nullptr,
                              .scale = operand.scale(),
                              .zeroPoint = operand.zero_point()};
    std::string name = "operand " + std::to_string(operands_);
    TANDEM_RETURN_IF_ERROR(call(place_, name, library_.NeuronModel_addOperand, model_, &type));
    int32_t index = operands_++;
    if (operand.type() == NEURON_TENSOR_QUANT8_SYMM_PER_CHANNEL) {
      NeuronSymmPerChannelQuantParams scales = {.channelDim = operand.channel_dimension(),
                                                .scaleCount = operand.channel_scales()->size(),
                                                .scales = operand.channel_scales()->data()};
      TANDEM_RETURN_IF_ERROR(call(place_, name,
                                  library_.NeuronModel_setOperandSymmPerChannelQuantParams, model_,
                                  index, &scales));
    }
    const void *value = nullptr;
    if (operand.source() == artifact::Source::Inline)
      value = operand.value()->data();
    else if (operand.source() == artifact::Source::Weights)
      value = buffers_[operand.buffer()].data;
    if (!value)
      return Status();
    return call(place_, name, library_.NeuronModel_setOperandValue, model_, index, value,
                static_cast<size_t>(*operandBytes(operand)));
  }

  Status addOperation(const artifact::Operation &operation) {
    std::vector<uint32_t> inputs(operation.inputs()->begin(), operation.inputs()->end());
    std::string name = describe(operation);
    int32_t code = operation.code();
    if (operation.function()) {
      TANDEM_RETURN_IF_ERROR(addArgumentString(operation.function()->string_view(), name));
      inputs.push_back(static_cast<uint32_t>(operands_ - 1));
      TANDEM_RETURN_IF_ERROR(call(place_, name, library_.NeuronModel_getExtensionOperationType,
                                  model_, NEURON_EXTENSION_GENERAL_OPERATION,
                                  NEURON_EXTENSION_OPERATION_DEFAULT, &code));
    }
    return call(place_, name, library_.NeuronModel_addOperation, model_, code, sizeOf(inputs),
                inputs.data(), operation.outputs()->size(), operation.outputs()->data());
  }

  /// The last input of a general operation says which one it is.
  Status addArgumentString(std::string_view function, std::string_view operation) {
    int32_t code = 0;
    TANDEM_RETURN_IF_ERROR(call(place_, operation, library_.NeuronModel_getExtensionOperandType,
                                model_, NEURON_EXTENSION_GENERAL_OPERATION,
                                NEURON_EXTENSION_OPERAND_ARGUMENT_STRING, &code));
    std::vector<uint8_t> bytes = argumentString(function);
    auto size = static_cast<uint32_t>(bytes.size());
    NeuronOperandType type = {
        .type = code, .dimensionCount = 1, .dimensions = &size, .scale = 0, .zeroPoint = 0};
    TANDEM_RETURN_IF_ERROR(call(place_, operation, library_.NeuronModel_addOperand, model_, &type));
    int32_t index = operands_++;
    return call(place_, operation, library_.NeuronModel_setOperandValue, model_, index,
                static_cast<const void *>(bytes.data()), bytes.size());
  }

  const Library &library_;
  const artifact::Artifact &artifact_;
  std::span<const Buffer> buffers_;
  const Place &place_;
  NeuronModel *model_ = nullptr;
  int32_t operands_ = 0; ///< added so far
};

/// "; it does not support CONV_2D 'a', ADD 'b'", as far as the library says so.
std::string unsupportedOperations(const Library &library, NeuronModel *model,
                                  const artifact::Artifact &artifact) {
  uint32_t count = artifact.operations()->size();
  auto supported = std::make_unique<bool[]>(count);
  if (!library.NeuronModel_getSupportedOperations ||
      library.NeuronModel_getSupportedOperations.pointer(model, supported.get(), count) !=
          NEURON_NO_ERROR)
    return "";
  std::string text;
  for (uint32_t i = 0; i < count; ++i)
    if (!supported[i])
      text += (text.empty() ? "" : ", ") + describe(*artifact.operations()->Get(i));
  return text.empty() ? "" : "; the library does not support " + text;
}

/// Of the devices that the artifact is for, those that there are.
Result<std::vector<const NeuronDevice *>>
findDevices(const Library &library, const artifact::Settings &settings, const Place &place) {
  std::vector<const NeuronDevice *> found;
  uint32_t count = 0;
  TANDEM_RETURN_IF_ERROR(call(place, library.Neuron_getDeviceCount, &count));
  std::string there, wanted;
  for (uint32_t i = 0; i < count; ++i) {
    NeuronDevice *device = nullptr;
    const char *name = nullptr;
    TANDEM_RETURN_IF_ERROR(call(place, library.Neuron_getDevice, i, &device));
    TANDEM_RETURN_IF_ERROR(call(place, library.NeuronDevice_getName,
                                static_cast<const NeuronDevice *>(device), &name));
    there += (there.empty() ? "" : ", ") + std::string(name);
    for (const flatbuffers::String *candidate : *settings.devices())
      if (candidate->string_view() == name)
        found.push_back(device);
  }
  for (const flatbuffers::String *candidate : *settings.devices())
    wanted += (wanted.empty() ? "" : ", ") + candidate->str();
  if (found.empty())
    return place.error(Code::kUnavailable, "there is no device ", wanted, ", the library has ",
                       there.empty() ? "none" : there);
  return found;
}

Result<Handle<NeuronCompilation>> createCompilation(const Library &library, NeuronModel *model,
                                                    const artifact::Settings &settings,
                                                    const Place &place) {
  NeuronCompilation *compilation = nullptr;
  bool chooses = settings.devices() && settings.devices()->size() != 0 &&
                 library.Neuron_getDeviceCount && library.NeuronCompilation_createForDevices;
  if (chooses) {
    TANDEM_ASSIGN_OR_RETURN(std::vector<const NeuronDevice *> devices,
                            findDevices(library, settings, place));
    TANDEM_RETURN_IF_ERROR(call(place, library.NeuronCompilation_createForDevices, model,
                                devices.data(), static_cast<uint32_t>(devices.size()),
                                &compilation));
  } else {
    TANDEM_RETURN_IF_ERROR(call(place, library.NeuronCompilation_create, model, &compilation));
  }
  return own(compilation, library.NeuronCompilation_free);
}

Status applySettings(const Library &library, NeuronCompilation *compilation,
                     const artifact::Settings &settings, const Place &place) {
  if (settings.preference() >= 0)
    TANDEM_RETURN_IF_ERROR(
        call(place, library.NeuronCompilation_setPreference, compilation, settings.preference()));
  if (settings.priority() >= 0)
    TANDEM_RETURN_IF_ERROR(
        call(place, library.NeuronCompilation_setPriority, compilation, settings.priority()));
  if (settings.hint() >= 0)
    TANDEM_RETURN_IF_ERROR(call(place, library.NeuronCompilation_setOptimizationHint, compilation,
                                static_cast<uint32_t>(settings.hint())));
  if (settings.options() && settings.options()->size() != 0)
    TANDEM_RETURN_IF_ERROR(call(place, library.NeuronCompilation_setOptimizationString, compilation,
                                settings.options()->c_str()));
  return Status();
}

} // namespace

Result<Network> compileNetwork(const Library &library, const artifact::Artifact &artifact,
                               std::span<const Buffer> buffers, const Place &place) {
  Version needs = {artifact.needs()->major(), artifact.needs()->minor(), artifact.needs()->patch()};
  if (library.version() < needs)
    return place.error(Code::kUnavailable, "its operations need Neuron ", needs.text(), ", ",
                       library.path(), " is ", library.version().text());
  TANDEM_ASSIGN_OR_RETURN(Handle<NeuronModel> model,
                          ModelMaker(library, artifact, buffers, place).build());
  TANDEM_ASSIGN_OR_RETURN(Handle<NeuronCompilation> compilation,
                          createCompilation(library, model.get(), *artifact.settings(), place));
  TANDEM_RETURN_IF_ERROR(applySettings(library, compilation.get(), *artifact.settings(), place));
  if (Status status = call(place, library.NeuronCompilation_finish, compilation.get());
      !status.ok()) {
    Error error = status.error();
    error.message += unsupportedOperations(library, model.get(), artifact);
    return error;
  }
  return Network{std::move(model), std::move(compilation)};
}

} // namespace tandem::neuron
