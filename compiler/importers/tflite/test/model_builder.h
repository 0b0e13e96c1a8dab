#pragma once

#include "compiler/importers/tflite/test/tflite_generated.h"

#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace tandem::tflite::test {

using schema::BuiltinOperator;
using schema::TensorType;
using Ints = std::vector<int32_t>;

/// Scales and zero points; along `axis` when there are several.
struct Codes {
  std::vector<float> scales;
  std::vector<int64_t> zeroPoints;
  int32_t axis = 0;
};

/// Writes small .tflite files, right and wrong ones: nothing is checked. Tensors go by their index.
class ModelBuilder {
public:
  ModelBuilder() {
    model_.version = 3;
    model_.subgraphs.push_back(std::make_unique<schema::SubGraphT>());
    model_.buffers.push_back(std::make_unique<schema::BufferT>()); // 0: no data
  }

  int tensor(std::string name, Ints shape, TensorType type = TensorType::FLOAT32,
             Codes codes = {}) {
    auto tensor = std::make_unique<schema::TensorT>();
    tensor->name = std::move(name);
    tensor->shape = std::move(shape);
    tensor->type = type;
    if (!codes.scales.empty()) {
      tensor->quantization = std::make_unique<schema::QuantizationParametersT>();
      tensor->quantization->scale = codes.scales;
      tensor->quantization->zero_point = codes.zeroPoints;
      tensor->quantization->quantized_dimension = codes.axis;
    }
    graph().tensors.push_back(std::move(tensor));
    return static_cast<int>(graph().tensors.size()) - 1;
  }

  int input(std::string name, Ints shape, TensorType type = TensorType::FLOAT32, Codes codes = {}) {
    graph().inputs.push_back(tensor(std::move(name), std::move(shape), type, std::move(codes)));
    return graph().inputs.back();
  }

  template <typename T>
  int constant(std::string name, Ints shape, TensorType type, const std::vector<T> &values,
               Codes codes = {}) {
    int index = tensor(std::move(name), std::move(shape), type, std::move(codes));
    auto buffer = std::make_unique<schema::BufferT>();
    buffer->data.resize(values.size() * sizeof(T));
    std::memcpy(buffer->data.data(), values.data(), buffer->data.size());
    model_.buffers.push_back(std::move(buffer));
    at(index).buffer = static_cast<uint32_t>(model_.buffers.size()) - 1;
    return index;
  }
  int floats(std::string name, Ints shape, const std::vector<float> &values) {
    return constant(std::move(name), std::move(shape), TensorType::FLOAT32, values);
  }
  int ints(std::string name, const Ints &values) {
    return constant(std::move(name), {static_cast<int>(values.size())}, TensorType::INT32, values);
  }

  schema::OperatorT &op(BuiltinOperator code, Ints inputs, Ints outputs) {
    auto operatorCode = std::make_unique<schema::OperatorCodeT>();
    operatorCode->builtin_code = code;
    model_.operator_codes.push_back(std::move(operatorCode));
    auto op = std::make_unique<schema::OperatorT>();
    op->opcode_index = static_cast<uint32_t>(model_.operator_codes.size()) - 1;
    op->inputs = std::move(inputs);
    op->outputs = std::move(outputs);
    graph().operators.push_back(std::move(op));
    return *graph().operators.back();
  }
  template <typename Options>
  schema::OperatorT &op(BuiltinOperator code, Ints inputs, Ints outputs, Options options) {
    schema::OperatorT &result = op(code, std::move(inputs), std::move(outputs));
    result.builtin_options.Set(std::move(options));
    return result;
  }
  void custom(std::string name, Ints inputs, Ints outputs) {
    op(BuiltinOperator::CUSTOM, std::move(inputs), std::move(outputs));
    model_.operator_codes.back()->custom_code = std::move(name);
  }
  void output(int index) { graph().outputs.push_back(index); }

  schema::TensorT &at(int index) { return *graph().tensors[index]; }
  schema::ModelT &model() { return model_; }
  schema::SubGraphT &graph() { return *model_.subgraphs[current_]; }
  /// From here on tensors and operators go into a new subgraph, until toMain(); its index.
  int newSubgraph() {
    model_.subgraphs.push_back(std::make_unique<schema::SubGraphT>());
    current_ = model_.subgraphs.size() - 1;
    return static_cast<int>(current_);
  }
  void toMain() { current_ = 0; }

  std::string bytes() const {
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(schema::Model::Pack(builder, &model_), schema::ModelIdentifier());
    return {reinterpret_cast<const char *>(builder.GetBufferPointer()), builder.GetSize()};
  }

private:
  schema::ModelT model_;
  size_t current_ = 0;
};

} // namespace tandem::tflite::test
