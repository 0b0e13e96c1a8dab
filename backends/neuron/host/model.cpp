#include "backends/neuron/host/model.h"

#include "backends/neuron/host/extensions.h"
#include "backends/neuron/host/lowering.h"
#include "backends/neuron/host/validate/dataflow.h"
#include "backends/neuron/host/validate/signature.h"

#include <set>

namespace tandem::neuron::host {

void Model::becomeRestored() {
  state_ = State::kFinished;
  restored_ = true;
}

Reply Model::mustBeBuilding() const {
  if (state_ == State::kBuilding)
    return Reply();
  return Reply(NEURON_BAD_STATE, state_ == State::kFinished
                                     ? "the model is finished"
                                     : "the model's finish failed, it can only be freed");
}

Reply Model::operandAt(int32_t index, Operand *&operand) {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustBeBuilding());
  if (index < 0 || static_cast<size_t>(index) >= operands_.size())
    return Reply(NEURON_BAD_DATA, "operand ", index, " of ", operands_.size());
  operand = &operands_[static_cast<size_t>(index)];
  return Reply();
}

/// The same refusal with the operand's number before it.
static Reply about(int32_t index, const Reply &reply) {
  return reply.ok() ? reply : Reply(reply.code, "operand ", index, ": ", reply.text);
}

Reply Model::checkIndices(std::string_view what, uint32_t count, const uint32_t *indices) const {
  if (count && !indices)
    return Reply(NEURON_UNEXPECTED_NULL, "the list of ", what, "s is NULL");
  for (uint32_t i = 0; i < count; ++i)
    if (indices[i] >= operands_.size())
      return Reply(NEURON_BAD_DATA, what, " ", i, " is operand ", indices[i], " of ",
                   operands_.size());
  return Reply();
}

Reply Model::setName(const char *name) {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustBeBuilding());
  name_ = name;
  return Reply();
}

Reply Model::addOperand(const NeuronOperandType &type) {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustBeBuilding());
  Operand operand;
  TANDEM_NEURON_RETURN_IF_REFUSED(
      about(static_cast<int32_t>(operands_.size()), makeOperand(type, operand)));
  operands_.push_back(std::move(operand));
  return Reply();
}

Reply Model::setValue(int32_t index, const void *buffer, size_t length) {
  Operand *operand = nullptr;
  TANDEM_NEURON_RETURN_IF_REFUSED(operandAt(index, operand));
  return about(index, setOperandValue(*operand, buffer, length));
}

Reply Model::setValueFromModel(int32_t index, const Model &value) {
  Operand *operand = nullptr;
  TANDEM_NEURON_RETURN_IF_REFUSED(operandAt(index, operand));
  if (!value.isFinished())
    return Reply(NEURON_BAD_STATE, "operand ", index, ": the model given is not finished");
  if (operand->type != NEURON_MODEL)
    return Reply(NEURON_BAD_DATA, "operand ", index, " is ", operand->info->name,
                 ", expected MODEL");
  operand->model = &value;
  operand->role = Operand::Role::kModel;
  return Reply();
}

Reply Model::setChannels(int32_t index, const NeuronPerChannelQuantParams &parameters,
                         bool symmetric) {
  Operand *operand = nullptr;
  TANDEM_NEURON_RETURN_IF_REFUSED(operandAt(index, operand));
  return about(index, setChannelQuantization(*operand, parameters, symmetric));
}

Reply Model::setExtensionData(int32_t index, const void *data, size_t length) {
  Operand *operand = nullptr;
  TANDEM_NEURON_RETURN_IF_REFUSED(operandAt(index, operand));
  if (!operand->isExtension())
    return Reply(NEURON_BAD_DATA, "operand ", index, " is ", operand->info->name,
                 ", of no extension");
  if ((data == nullptr) != (length == 0))
    return Reply(NEURON_BAD_DATA, length, " bytes at ", data ? "an address" : "NULL");
  const auto *bytes = static_cast<const std::byte *>(data);
  operand->extensionData.assign(bytes, bytes + length);
  return Reply();
}

Reply Model::addOperation(int32_t type, uint32_t inputCount, const uint32_t *inputs,
                          uint32_t outputCount, const uint32_t *outputs) {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustBeBuilding());
  TANDEM_NEURON_RETURN_IF_REFUSED(checkIndices("input", inputCount, inputs));
  TANDEM_NEURON_RETURN_IF_REFUSED(checkIndices("output", outputCount, outputs));
  Operation operation = {.type = type,
                         .inputs = {inputs, inputs + inputCount},
                         .outputs = {outputs, outputs + outputCount},
                         .vendorName = {}};
  TANDEM_NEURON_RETURN_IF_REFUSED(checkSignature(operation, operands_));
  operations_.push_back(std::move(operation));
  return Reply();
}

Reply Model::addVendorOperation(const char *name, const char *vendor, uint32_t inputCount,
                                const uint32_t *inputs, uint32_t outputCount,
                                const uint32_t *outputs) {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustBeBuilding());
  TANDEM_NEURON_RETURN_IF_REFUSED(checkIndices("input", inputCount, inputs));
  TANDEM_NEURON_RETURN_IF_REFUSED(checkIndices("output", outputCount, outputs));
  operations_.push_back({.type = NEURON_OEM_OPERATION,
                         .inputs = {inputs, inputs + inputCount},
                         .outputs = {outputs, outputs + outputCount},
                         .vendorName = std::string(vendor) + " " + name});
  return Reply();
}

Reply Model::identify(uint32_t inputCount, const uint32_t *inputs, uint32_t outputCount,
                      const uint32_t *outputs) {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustBeBuilding());
  TANDEM_NEURON_RETURN_IF_REFUSED(checkIndices("input", inputCount, inputs));
  TANDEM_NEURON_RETURN_IF_REFUSED(checkIndices("output", outputCount, outputs));
  if (identified_)
    return Reply(NEURON_BAD_DATA, "the inputs and outputs have been told before");
  std::set<uint32_t> seen;
  auto check = [&](uint32_t index) {
    if (operands_[index].role != Operand::Role::kTemporary)
      return Reply(NEURON_BAD_DATA, "operand ", index, " is a constant");
    if (!seen.insert(index).second)
      return Reply(NEURON_BAD_DATA, "operand ", index, " comes twice");
    return Reply();
  };
  for (uint32_t i = 0; i < inputCount; ++i)
    TANDEM_NEURON_RETURN_IF_REFUSED(check(inputs[i]));
  for (uint32_t i = 0; i < outputCount; ++i)
    TANDEM_NEURON_RETURN_IF_REFUSED(check(outputs[i]));
  inputs_.assign(inputs, inputs + inputCount);
  outputs_.assign(outputs, outputs + outputCount);
  for (uint32_t index : inputs_)
    operands_[index].role = Operand::Role::kInput;
  for (uint32_t index : outputs_)
    operands_[index].role = Operand::Role::kOutput;
  identified_ = true;
  return Reply();
}

Reply Model::relax(bool /*allow*/) {
  // A permission that is not used: everything is computed in 32 bits. LiteRT gives it after finish
  // and takes a refusal for fatal.
  if (state_ == State::kInvalid)
    return mustBeBuilding();
  return Reply();
}

Reply Model::suppressConversion(bool /*suppress*/) {
  return mustBeBuilding(); // there is no padded layout that anything would be converted to
}

Reply Model::setReportPath(const char *path) {
  if (!*path)
    return Reply(NEURON_BAD_DATA, "the path is empty");
  reportPath_ = path;
  return Reply();
}

Reply Model::finish() {
  TANDEM_NEURON_RETURN_IF_REFUSED(mustBeBuilding());
  state_ = State::kInvalid; // unless everything is in order
  TANDEM_NEURON_RETURN_IF_REFUSED(checkDataflow(*this, order_));
  TANDEM_NEURON_RETURN_IF_REFUSED(examine(*this, support_));
  state_ = State::kFinished;
  return Reply();
}

Reply Model::supportedOperations(bool *supported, uint32_t count) const {
  if (state_ != State::kFinished || restored_)
    return Reply(NEURON_BAD_STATE, "the model is not finished, or a restored one");
  if (count < operations_.size())
    return Reply(NEURON_BAD_DATA, "room for ", count, " answers, the model has ",
                 operations_.size(), " operations");
  for (size_t i = 0; i < operations_.size(); ++i)
    supported[i] = support_[i].empty();
  return Reply();
}

} // namespace tandem::neuron::host
