#pragma once

#include "backends/neuron/host/operand.h"

#include <string>
#include <vector>

namespace tandem::neuron::host {

/// One operation as the client added it.
struct Operation {
  int32_t type = 0;
  std::vector<uint32_t> inputs, outputs;
  std::string vendorName; ///< of NeuronModel_addOperationExtension
};

/// What the library says about an operation of a finished model: empty when it is run, else why
/// not.
using SupportReasons = std::vector<std::string>;

/// A model while it is built and afterwards. Changed by one thread at a time; once finished,
/// immutable but for relax() and so for any number of threads.
class Model {
public:
  Model() = default;
  /// What belongs to a restored compilation: finished, and nothing can be made of it.
  void becomeRestored();

  // The functions of the ABI, NULL pointers already refused.
  Reply setName(const char *name);
  Reply addOperand(const NeuronOperandType &type);
  Reply setValue(int32_t index, const void *buffer, size_t length);
  Reply setValueFromModel(int32_t index, const Model &value);
  Reply setChannels(int32_t index, const NeuronPerChannelQuantParams &parameters, bool symmetric);
  Reply setExtensionData(int32_t index, const void *data, size_t length);
  Reply addOperation(int32_t type, uint32_t inputCount, const uint32_t *inputs,
                     uint32_t outputCount, const uint32_t *outputs);
  Reply addVendorOperation(const char *name, const char *vendor, uint32_t inputCount,
                           const uint32_t *inputs, uint32_t outputCount, const uint32_t *outputs);
  Reply identify(uint32_t inputCount, const uint32_t *inputs, uint32_t outputCount,
                 const uint32_t *outputs);
  Reply relax(bool allow);
  Reply suppressConversion(bool suppress);
  Reply setReportPath(const char *path);
  Reply finish();
  Reply supportedOperations(bool *supported, uint32_t count) const;

  bool isFinished() const { return state_ == State::kFinished; }
  bool isRestored() const { return restored_; }
  const std::string &name() const { return name_; }
  const std::string &reportPath() const { return reportPath_; }
  const std::vector<Operand> &operands() const { return operands_; }
  const std::vector<Operation> &operations() const { return operations_; }
  const std::vector<uint32_t> &inputs() const { return inputs_; }
  const std::vector<uint32_t> &outputs() const { return outputs_; }
  /// Once finished: the operations in an order in which each comes after those it reads from.
  const std::vector<uint32_t> &order() const { return order_; }
  /// Once finished, by operation.
  const SupportReasons &support() const { return support_; }

private:
  enum class State : uint8_t { kBuilding, kFinished, kInvalid };

  Reply mustBeBuilding() const;
  Reply operandAt(int32_t index, Operand *&operand);
  /// Every index of a list is an operand.
  Reply checkIndices(std::string_view what, uint32_t count, const uint32_t *indices) const;

  State state_ = State::kBuilding;
  bool restored_ = false;
  bool identified_ = false;
  std::string name_, reportPath_;
  std::vector<Operand> operands_;
  std::vector<Operation> operations_;
  std::vector<uint32_t> inputs_, outputs_, order_;
  SupportReasons support_;
};

} // namespace tandem::neuron::host

/// The ABI's handle.
struct NeuronModel final : tandem::neuron::host::Model {
  NeuronModel() = default;
};
