#include "backends/neuron/test/host/client.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

namespace tandem::neuron::test {

const Api &api() {
  static const Api kLoaded = [] {
    Api made = {};
    void *library = dlopen(NEURON_LIBRARY, RTLD_LAZY | RTLD_LOCAL);
    EXPECT_NE(library, nullptr) << dlerror();
#define NEURON_FUNCTION(name)                                                                      \
  made.name = library ? reinterpret_cast<decltype(&(name))>(dlsym(library, #name)) : nullptr;
#include "backends/neuron/abi/functions.inc"
#undef NEURON_FUNCTION
    return made;
  }();
  return kLoaded;
}

Type f32(std::vector<uint32_t> shape) {
  return {NEURON_TENSOR_FLOAT32, std::move(shape)};
}
Type f16(std::vector<uint32_t> shape) {
  return {NEURON_TENSOR_FLOAT16, std::move(shape)};
}
Type i32(std::vector<uint32_t> shape, float scale) {
  return {NEURON_TENSOR_INT32, std::move(shape), scale};
}
Type bool8(std::vector<uint32_t> shape) {
  return {NEURON_TENSOR_BOOL8, std::move(shape)};
}
Type u8(std::vector<uint32_t> shape, float scale, int32_t zeroPoint) {
  return {NEURON_TENSOR_QUANT8_ASYMM, std::move(shape), scale, zeroPoint};
}
Type s8(std::vector<uint32_t> shape, float scale, int32_t zeroPoint) {
  return {NEURON_TENSOR_QUANT8_ASYMM_SIGNED, std::move(shape), scale, zeroPoint};
}

static void succeeds(int code, const char *what) {
  EXPECT_EQ(code, NEURON_NO_ERROR) << what;
}

Client::Client() {
  NeuronModel *made = nullptr;
  succeeds(api().NeuronModel_create(&made), "NeuronModel_create");
  model_.reset(made);
}

Client::Id Client::addOperand(const Type &type) {
  NeuronOperandType operand = {type.code, static_cast<uint32_t>(type.shape.size()),
                               type.shape.empty() ? nullptr : type.shape.data(), type.scale,
                               type.zeroPoint};
  succeeds(api().NeuronModel_addOperand(model(), &operand), "NeuronModel_addOperand");
  return next_++;
}

Client::Id Client::input(const Type &type) {
  inputs_.push_back(addOperand(type));
  return inputs_.back();
}
Client::Id Client::output(const Type &type) {
  outputs_.push_back(addOperand(type));
  return outputs_.back();
}
Client::Id Client::temporary(const Type &type) {
  return addOperand(type);
}

Client::Id Client::constantBytes(const Type &type, Bytes bytes) {
  Id id = addOperand(type);
  values_.push_back(std::make_unique<Bytes>(std::move(bytes)));
  const Bytes &kept = *values_.back();
  succeeds(api().NeuronModel_setOperandValue(model(), static_cast<int32_t>(id), kept.data(),
                                             kept.size()),
           "NeuronModel_setOperandValue");
  return id;
}

Client::Id Client::ints(const std::vector<int32_t> &values) {
  return constant(i32({static_cast<uint32_t>(values.size())}), values);
}
Client::Id Client::scalar(int32_t value) {
  return constant({NEURON_INT32, {}}, std::vector{value});
}
Client::Id Client::scalar(float value) {
  return constant({NEURON_FLOAT32, {}}, std::vector{value});
}
Client::Id Client::flag(bool value) {
  return constant({NEURON_BOOL, {}}, std::vector<uint8_t>{value});
}
Client::Id Client::omitted(const Type &type) {
  Id id = addOperand(type);
  succeeds(api().NeuronModel_setOperandValue(model(), static_cast<int32_t>(id), nullptr, 0),
           "NeuronModel_setOperandValue of nothing");
  return id;
}

void Client::channels(Id operand, uint32_t dimension, const std::vector<float> &scales) {
  NeuronSymmPerChannelQuantParams parameters = {dimension, static_cast<uint32_t>(scales.size()),
                                                scales.data()};
  succeeds(api().NeuronModel_setOperandSymmPerChannelQuantParams(
               model(), static_cast<int32_t>(operand), &parameters),
           "NeuronModel_setOperandSymmPerChannelQuantParams");
}

int Client::addOperation(int32_t type, const std::vector<Id> &inputs,
                         const std::vector<Id> &outputs) {
  return api().NeuronModel_addOperation(model(), type, static_cast<uint32_t>(inputs.size()),
                                        inputs.data(), static_cast<uint32_t>(outputs.size()),
                                        outputs.data());
}
void Client::operation(int32_t type, const std::vector<Id> &inputs,
                       const std::vector<Id> &outputs) {
  succeeds(addOperation(type, inputs, outputs), "NeuronModel_addOperation");
}

void Client::named(const std::string &name, std::vector<Id> inputs,
                   const std::vector<Id> &outputs) {
  const char *extension = NEURON_EXTENSION_GENERAL_OPERATION;
  int32_t operandType = 0, operationType = 0;
  succeeds(api().NeuronModel_getExtensionOperandType(
               model(), extension, NEURON_EXTENSION_OPERAND_ARGUMENT_STRING, &operandType),
           "NeuronModel_getExtensionOperandType");
  succeeds(api().NeuronModel_getExtensionOperationType(
               model(), extension, NEURON_EXTENSION_OPERATION_DEFAULT, &operationType),
           "NeuronModel_getExtensionOperationType");
  constexpr size_t kNameAt = 11;
  auto length = static_cast<uint32_t>(name.size());
  Bytes text(kNameAt - 5 + name.size() + 2 * sizeof(size_t), std::byte(0));
  text[0] = std::byte(6);
  std::memcpy(&text[1], "string", 6);
  std::memcpy(&text[7], &length, sizeof length);
  std::memcpy(&text[kNameAt], name.data(), name.size());
  inputs.push_back(constantBytes({operandType, {static_cast<uint32_t>(text.size())}}, text));
  operation(operationType, inputs, outputs);
}

int Client::finishModel() {
  succeeds(api().NeuronModel_identifyInputsAndOutputs(
               model(), static_cast<uint32_t>(inputs_.size()), inputs_.data(),
               static_cast<uint32_t>(outputs_.size()), outputs_.data()),
           "NeuronModel_identifyInputsAndOutputs");
  return api().NeuronModel_finish(model());
}

int Client::compile() {
  if (int code = finishModel())
    return code;
  NeuronCompilation *made = nullptr;
  if (int code = api().NeuronCompilation_create(model(), &made))
    return code;
  compilation_.reset(made);
  return api().NeuronCompilation_finish(made);
}

std::vector<Bytes> Client::run(const std::vector<Bytes> &inputs) {
  if (!compilation_) {
    int code = compile();
    EXPECT_EQ(code, NEURON_NO_ERROR) << "the model does not compile";
    if (code)
      return {};
  }
  return execute(compilation(), inputs, outputs_.size());
}

std::vector<bool> Client::supported() {
  succeeds(finishModel(), "NeuronModel_finish");
  bool answers[64] = {};
  succeeds(api().NeuronModel_getSupportedOperations(model(), answers, 64),
           "NeuronModel_getSupportedOperations");
  return std::vector<bool>(std::begin(answers), std::end(answers));
}

std::vector<Bytes> execute(NeuronCompilation *compilation, const std::vector<Bytes> &inputs,
                           size_t outputs) {
  NeuronExecution *made = nullptr;
  succeeds(api().NeuronExecution_create(compilation, &made), "NeuronExecution_create");
  Owned<NeuronExecution> execution(made);
  for (size_t i = 0; i < inputs.size(); ++i)
    succeeds(api().NeuronExecution_setInput(made, static_cast<int32_t>(i), nullptr,
                                            inputs[i].data(), inputs[i].size()),
             "NeuronExecution_setInput");
  std::vector<Bytes> results;
  for (size_t i = 0; i < outputs; ++i) {
    size_t size = 0;
    succeeds(
        api().NeuronCompilation_getOutputPaddedSize(compilation, static_cast<int32_t>(i), &size),
        "NeuronCompilation_getOutputPaddedSize");
    results.emplace_back(size);
  }
  for (size_t i = 0; i < outputs; ++i)
    succeeds(api().NeuronExecution_setOutput(made, static_cast<int32_t>(i), nullptr,
                                             results[i].data(), results[i].size()),
             "NeuronExecution_setOutput");
  int code = api().NeuronExecution_compute(made);
  succeeds(code, "NeuronExecution_compute");
  return code ? std::vector<Bytes>() : results;
}

} // namespace tandem::neuron::test
