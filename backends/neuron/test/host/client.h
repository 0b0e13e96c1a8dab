#pragma once

#include "backends/neuron/abi/neuron_adapter.h"

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace tandem::neuron::test {

/// The library under test, opened once and for all as clients do.
struct Api {
#define NEURON_FUNCTION(name) decltype(&(name)) name;
#include "backends/neuron/abi/functions.inc"
#undef NEURON_FUNCTION
};
const Api &api();

/// What frees the handles of the ABI.
struct Free {
  void operator()(NeuronModel *handle) const { api().NeuronModel_free(handle); }
  void operator()(NeuronCompilation *handle) const { api().NeuronCompilation_free(handle); }
  void operator()(NeuronExecution *handle) const { api().NeuronExecution_free(handle); }
  void operator()(NeuronMemory *handle) const { api().NeuronMemory_free(handle); }
  void operator()(NeuronEvent *handle) const { api().NeuronEvent_free(handle); }
};
template <typename Handle> using Owned = std::unique_ptr<Handle, Free>;

using Bytes = std::vector<std::byte>;
template <typename T> Bytes bytesOf(const std::vector<T> &values) {
  Bytes bytes(values.size() * sizeof(T));
  if (!bytes.empty())
    std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}
template <typename T> std::vector<T> valuesOf(const Bytes &bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty())
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

/// An operand's type as one writes it down.
struct Type {
  int32_t code = NEURON_TENSOR_FLOAT32;
  std::vector<uint32_t> shape;
  float scale = 0;
  int32_t zeroPoint = 0;
};
Type f32(std::vector<uint32_t> shape);
Type f16(std::vector<uint32_t> shape);
Type i32(std::vector<uint32_t> shape, float scale = 0);
Type bool8(std::vector<uint32_t> shape);
Type u8(std::vector<uint32_t> shape, float scale, int32_t zeroPoint);
Type s8(std::vector<uint32_t> shape, float scale, int32_t zeroPoint);

/// A model, operand by operand. Every call that should succeed is held to it, as a failure of the
/// test; the last operations' codes are for tests of what is refused.
class Client {
public:
  Client();

  using Id = uint32_t;
  Id input(const Type &type);
  Id output(const Type &type);
  Id temporary(const Type &type);
  /// Kept until the client is gone, as long values have to be.
  template <typename T> Id constant(const Type &type, const std::vector<T> &values) {
    return constantBytes(type, bytesOf(values));
  }
  Id ints(const std::vector<int32_t> &values); ///< a TENSOR_INT32 of rank 1
  Id scalar(int32_t value);
  Id scalar(float value);
  Id flag(bool value);
  Id omitted(const Type &type);
  void channels(Id operand, uint32_t dimension, const std::vector<float> &scales);
  int addOperation(int32_t type, const std::vector<Id> &inputs, const std::vector<Id> &outputs);
  void operation(int32_t type, const std::vector<Id> &inputs, const std::vector<Id> &outputs);
  /// One of the vendor's, named by a string.
  void named(const std::string &name, std::vector<Id> inputs, const std::vector<Id> &outputs);
  Id addOperand(const Type &type);
  Id constantBytes(const Type &type, Bytes bytes);

  NeuronModel *model() { return model_.get(); }
  NeuronCompilation *compilation() { return compilation_.get(); }
  /// Identifies what input() and output() made, and finishes.
  int finishModel();
  /// finishModel(), compiles.
  int compile();
  /// compile() unless done, then one execution.
  std::vector<Bytes> run(const std::vector<Bytes> &inputs);
  /// The only output's values.
  template <typename T, typename... Inputs> std::vector<T> compute(const Inputs &...inputs) {
    std::vector<Bytes> outputs = run({bytesOf(inputs)...});
    return outputs.empty() ? std::vector<T>() : valuesOf<T>(outputs[0]);
  }
  std::vector<bool> supported();

private:
  std::vector<std::unique_ptr<Bytes>> values_;
  std::vector<Id> inputs_, outputs_;
  Id next_ = 0;
  Owned<NeuronModel> model_;
  Owned<NeuronCompilation> compilation_;
};

/// A fresh execution of a compilation on these inputs; nothing, with a failure of the test, when a
/// call fails.
std::vector<Bytes> execute(NeuronCompilation *compilation, const std::vector<Bytes> &inputs,
                           size_t outputs);

} // namespace tandem::neuron::test
