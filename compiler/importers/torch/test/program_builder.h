#pragma once

#include "compiler/importers/common/json.h"
#include "compiler/importers/common/test/module_text.h"
#include "compiler/importers/torch/program.h"

#include "mlir/IR/MLIRContext.h"

#include <string>
#include <vector>

namespace tandem::torch::test {

using Ints = std::vector<int64_t>;

// Arguments of nodes, as torch.export writes them.
inline Json tensor(const std::string &name) {
  return {{"as_tensor", {{"name", name}}}};
}
inline Json tensors(const std::vector<std::string> &names) {
  Json list = Json::array();
  for (const std::string &name : names)
    list.push_back({{"name", name}});
  return {{"as_tensors", list}};
}
inline Json number(int64_t value) {
  return {{"as_int", value}};
}
inline Json real(double value) {
  return {{"as_float", value}};
}
inline Json flag(bool value) {
  return {{"as_bool", value}};
}
inline Json ints(const Ints &values) {
  return {{"as_ints", values}};
}
inline Json none() {
  return {{"as_none", true}};
}

/// Makes programs of a few nodes, and the text of what they are imported as. Tensors are float32
/// where no other type is named.
class ProgramBuilder {
public:
  void input(const std::string &name, const Ints &shape, ScalarType type = ScalarType::kFloat) {
    describe(name, shape, type);
    inputs_.push_back({{"user_input", {{"arg", tensor(name)}}}});
  }
  void weight(const std::string &name, const Ints &shape, const std::vector<float> &elements) {
    store(name, shape, ScalarType::kFloat, elements);
  }
  void integers(const std::string &name, const Ints &shape, const Ints &elements) {
    store(name, shape, ScalarType::kLong, elements);
  }

  /// `arguments`: {{"self", tensor("x")}, {"dim", number(1)}}. The last node's result is the
  /// output.
  void node(const std::string &target, const Json &arguments, const std::string &result,
            const Ints &shape, ScalarType type = ScalarType::kFloat) {
    describe(result, shape, type);
    Json inputs = Json::array();
    for (const auto &[name, value] : arguments.items())
      inputs.push_back({{"name", name}, {"arg", value}});
    bool isAten = target.find("torchvision.") != 0;
    nodes_.push_back({{"target", (isAten ? "torch.ops.aten." : "torch.ops.") + target},
                      {"name", result},
                      {"inputs", inputs},
                      {"outputs", Json::array({tensor(result)})}});
    output_ = result;
  }

  /// The same of a node with another result behind it, of places.
  void nodeOfTwo(const std::string &target, const Json &arguments, const std::string &result,
                 const std::string &places, const Ints &shape) {
    node(target, arguments, result, shape);
    describe(places, shape, ScalarType::kLong);
    nodes_.back()["outputs"].push_back(tensor(places));
  }

  /// A node that makes a list; the first in it is the output.
  void nodeOfList(const std::string &target, const Json &arguments,
                  const std::vector<std::string> &results, const Ints &shape) {
    node(target, arguments, results.front(), shape);
    Json list = Json::array();
    for (const std::string &result : results) {
      describe(result, shape, ScalarType::kFloat);
      list.push_back({{"name", result}});
    }
    nodes_.back()["outputs"] = Json::array({{{"as_tensors", list}}});
  }

  /// As run_decompositions() leaves a program.
  void decompose() { archive_.program["verifiers"] = Json::array({"ATEN"}); }

  /// The module, or "error: " and the message.
  std::string text() {
    archive_.program["graph_module"] = {
        {"graph", {{"nodes", nodes_}, {"tensor_values", tensors_}}},
        {"signature",
         {{"input_specs", inputs_},
          {"output_specs", Json::array({{{"user_output", {{"arg", tensor(output_)}}}}})}}}};
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    return tandem::test::moduleText(importProgram(archive_, {}, context));
  }

private:
  template <typename T>
  void store(const std::string &name, const Ints &shape, ScalarType type,
             const std::vector<T> &elements) {
    describe(name, shape, type);
    inputs_.push_back({{"parameter", {{"arg", {{"name", name}}}, {"parameter_name", name}}}});
    const char *bytes = reinterpret_cast<const char *>(elements.data());
    archive_.weights[name] = {
        type,
        {shape.begin(), shape.end()},
        stridesOf(shape),
        0,
        std::make_shared<const std::string>(bytes, elements.size() * sizeof(T))};
  }
  static llvm::SmallVector<int64_t> stridesOf(const Ints &shape) {
    llvm::SmallVector<int64_t> strides(shape.size(), 1);
    for (size_t d = shape.size(); d-- > 1;)
      strides[d - 1] = strides[d] * shape[d];
    return strides;
  }
  void describe(const std::string &name, const Ints &shape, ScalarType type) {
    auto entries = [](llvm::ArrayRef<int64_t> numbers) {
      Json list = Json::array();
      for (int64_t each : numbers)
        list.push_back(number(each));
      return list;
    };
    tensors_[name] = {{"dtype", static_cast<int64_t>(type)},
                      {"sizes", entries(shape)},
                      {"strides", entries(stridesOf(shape))}};
  }

  Archive archive_;
  Json nodes_ = Json::array(), inputs_ = Json::array(), tensors_ = Json::object();
  std::string output_;
};

/// How often `part` stands in `text`.
inline int countOf(llvm::StringRef text, llvm::StringRef part) {
  return static_cast<int>(text.count(part));
}

} // namespace tandem::torch::test
