#pragma once

#include "compiler/importers/common/test/import_text.h"
#include "compiler/importers/tensorflow/elements.h"
#include "compiler/importers/tensorflow/proto/saved_model.pb.h"

#include <initializer_list>
#include <string>
#include <vector>

namespace tandem {
const Importer &tensorflowImporter();
}

namespace tandem::tensorflow::test {

using Dims = std::vector<int64_t>;

inline void setShape(proto::TensorShapeProto &shape, const Dims &dims) {
  for (int64_t size : dims)
    shape.add_dim()->set_size(size);
}

/// The attributes of a node, set one behind the other.
class Attributes {
public:
  explicit Attributes(proto::NodeDef &node) : node_(node) {}
  Attributes &integer(const std::string &name, int64_t value) {
    (*node_.mutable_attr())[name].set_i(value);
    return *this;
  }
  Attributes &number(const std::string &name, float value) {
    (*node_.mutable_attr())[name].set_f(value);
    return *this;
  }
  Attributes &flag(const std::string &name, bool value) {
    (*node_.mutable_attr())[name].set_b(value);
    return *this;
  }
  Attributes &string(const std::string &name, const std::string &value) {
    (*node_.mutable_attr())[name].set_s(value);
    return *this;
  }
  Attributes &list(const std::string &name, const Dims &values) {
    auto &list = *(*node_.mutable_attr())[name].mutable_list();
    for (int64_t value : values)
      list.add_i(value);
    return *this;
  }
  Attributes &type(const std::string &name, DataType value) {
    (*node_.mutable_attr())[name].set_type(static_cast<int32_t>(value));
    return *this;
  }
  Attributes &functions(const std::string &name, const std::vector<std::string> &values) {
    auto &list = *(*node_.mutable_attr())[name].mutable_list();
    for (const std::string &value : values)
      list.add_func()->set_name(value);
    return *this;
  }
  Attributes &function(const std::string &name, const std::string &value) {
    (*node_.mutable_attr())[name].mutable_func()->set_name(value);
    return *this;
  }

private:
  proto::NodeDef &node_;
};

template <typename Nodes>
Attributes addNode(Nodes &nodes, const std::string &op, const std::string &name,
                   std::initializer_list<std::string> inputs) {
  proto::NodeDef &node = *nodes.Add();
  node.set_op(op);
  node.set_name(name);
  for (const std::string &input : inputs)
    node.add_input(input);
  return Attributes(node);
}

/// Writes small graphs, right and wrong ones: nothing is checked.
class GraphBuilder {
public:
  Attributes op(const std::string &op, const std::string &name,
                std::initializer_list<std::string> inputs) {
    return addNode(*graph.mutable_node(), op, name, inputs);
  }
  Attributes input(const std::string &name, const Dims &shape, DataType type = DataType::kFloat) {
    Attributes node = op("Placeholder", name, {});
    node.type("dtype", type);
    setShape(*(*graph.mutable_node()->rbegin()->mutable_attr())["shape"].mutable_shape(), shape);
    return node;
  }
  proto::TensorProto &constant(const std::string &name, DataType type, const Dims &shape) {
    op("Const", name, {}).type("dtype", type);
    auto &tensor = *(*graph.mutable_node()->rbegin()->mutable_attr())["value"].mutable_tensor();
    tensor.set_dtype(static_cast<int32_t>(type));
    setShape(*tensor.mutable_tensor_shape(), shape);
    return tensor;
  }
  void floats(const std::string &name, const Dims &shape, const std::vector<float> &values) {
    constant(name, DataType::kFloat, shape)
        .set_tensor_content(values.data(), values.size() * sizeof(float));
  }
  /// A vector of int32.
  void ints(const std::string &name, const std::vector<int32_t> &values) {
    ints(name, {static_cast<int64_t>(values.size())}, values);
  }
  void ints(const std::string &name, const Dims &shape, const std::vector<int32_t> &values) {
    auto &tensor = constant(name, DataType::kInt32, shape);
    for (int32_t value : values)
      tensor.add_int_val(value);
  }
  void scalar(const std::string &name, int32_t value) { ints(name, Dims{}, {value}); }
  void boolean(const std::string &name, bool value) {
    constant(name, DataType::kBool, {}).add_bool_val(value);
  }

  std::string bytes() const { return graph.SerializeAsString(); }
  /// What it becomes as a frozen graph.
  std::string text(const ImportOptions &options = {}) const {
    return tandem::test::importText(tensorflowImporter(), "test.pb", bytes(), options);
  }

  proto::GraphDef graph;
};

/// Results are references to nodes of the function, which come later.
inline proto::FunctionDef &addFunction(proto::GraphDef &graph, const std::string &name,
                                       std::initializer_list<std::string> arguments,
                                       std::initializer_list<std::string> results) {
  proto::FunctionDef &function = *graph.mutable_library()->add_function();
  function.mutable_signature()->set_name(name);
  for (const std::string &argument : arguments)
    function.mutable_signature()->add_input_arg()->set_name(argument);
  for (const std::string &result : results) {
    std::string output = "out" + std::to_string(function.signature().output_arg_size());
    function.mutable_signature()->add_output_arg()->set_name(output);
    (*function.mutable_ret())[output] = result;
  }
  return function;
}

/// Floats that count up from 0.
inline std::vector<float> counted(size_t count) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i)
    values[i] = static_cast<float>(i);
  return values;
}

} // namespace tandem::tensorflow::test
