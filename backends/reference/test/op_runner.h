#pragma once

#include "backends/reference/abi/artifact_generated.h"
#include "base/element_type.h"
#include "base/result.h"
#include "bundle/manifest_generated.h"

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace tandem::reference {

/// An element of type bool, as tensors store it.
enum class Truth : uint8_t { kFalse, kTrue };

/// Runs one op through the backend's run half, from an artifact, as a session would.
class OpRunner {
public:
  explicit OpRunner(std::string op);

  template <typename T>
  OpRunner &operand(Shape shape, const std::vector<T> &values, Quantization quantization = {}) {
    uint32_t index = addTensor(typeOf(T()), std::move(shape), std::move(quantization));
    std::memcpy(memory_[index].get(), values.data(), values.size() * sizeof(T));
    op_->operands.push_back(index);
    return *this;
  }
  template <typename T> OpRunner &result(Shape shape, Quantization quantization = {}) {
    op_->result = addTensor(typeOf(T()), std::move(shape), std::move(quantization));
    return *this;
  }
  OpRunner &integers(std::string name, std::vector<int64_t> values);
  OpRunner &real(std::string name, float value);
  OpRunner &keyword(std::string name, std::string value);

  /// For tests of what is refused.
  abi::OpT &op() { return *op_; }
  bundle::ModelT &model() { return model_; }

  Status run();
  /// run(), and the result's elements; none, with a failure of the test, when it is refused.
  template <typename T> std::vector<T> values() {
    const bundle::TensorT &tensor = *model_.tensors[op_->result];
    std::vector<T> elements(static_cast<size_t>(*elementCount(tensor.shape)));
    if (!runOrFail())
      return {};
    std::memcpy(elements.data(), memory_[op_->result].get(), elements.size() * sizeof(T));
    return elements;
  }
  /// What run() says; empty when it succeeds.
  std::string refusal();

private:
  static ElementType typeOf(float) { return ElementType::kF32; }
  static ElementType typeOf(uint16_t) { return ElementType::kF16; }
  static ElementType typeOf(int8_t) { return ElementType::kI8; }
  static ElementType typeOf(uint8_t) { return ElementType::kU8; }
  static ElementType typeOf(int32_t) { return ElementType::kI32; }
  static ElementType typeOf(int64_t) { return ElementType::kI64; }
  static ElementType typeOf(Truth) { return ElementType::kBool; }

  uint32_t addTensor(ElementType type, Shape shape, Quantization quantization);
  bool runOrFail();

  bundle::ModelT model_;
  abi::ArtifactT artifact_;
  abi::OpT *op_;
  std::vector<std::unique_ptr<std::byte[]>> memory_; ///< of the tensor with the same index
};

/// Per tensor.
inline Quantization scaled(float scale, int32_t zeroPoint) {
  return {{scale}, {zeroPoint}, 0};
}

} // namespace tandem::reference
