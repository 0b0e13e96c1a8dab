#pragma once

#include "compiler/importers/common/test/module_text.h"
#include "compiler/importers/torch/script/script_program.h"

#include "mlir/IR/MLIRContext.h"

#include <string>
#include <vector>

namespace tandem::torch::test {

/// Makes archives of one module, __torch__.M, and the text of what they are imported as.
class ScriptBuilder {
public:
  /// `body`: the statements of forward(self, x), each line set in by four.
  explicit ScriptBuilder(const std::string &body) : ScriptBuilder("x: Tensor", body) {}
  ScriptBuilder(const std::string &parameters, const std::string &body) {
    code("__torch__", "class M(Module):\n  training : bool\n  epsilon : Final[float] = 0.5\n"
                      "  def forward(self: __torch__.M,\n    " +
                          parameters + ") -> Tensor:\n" + body);
    archive_.module.pickle.values.resize(2);
    archive_.module.pickle.values[0] = {
        .kind = PickledValue::kInstance, .text = "__torch__.M", .items = {1}};
    archive_.module.pickle.values[1] = {.kind = PickledValue::kDict};
    attribute("training", {.kind = PickledValue::kBool});
    archive_.constants.pickle.values.push_back({.kind = PickledValue::kTuple});
  }

  void code(const std::string &module, const std::string &text) {
    archive_.code["code/" + module + ".py"] = std::make_shared<const std::string>(text);
  }
  void attribute(const std::string &name, PickledValue value) {
    auto &values = archive_.module.pickle.values;
    values.push_back({.kind = PickledValue::kString, .text = name});
    values.push_back(std::move(value));
    values[1].items.insert(values[1].items.end(), {values.size() - 2, values.size() - 1});
  }
  /// A member of an enumeration, by its value.
  void member(const std::string &name, const std::string &type, PickledValue value) {
    archive_.module.pickle.values.push_back(std::move(value));
    size_t place = archive_.module.pickle.values.size() - 1;
    attribute(name, {.kind = PickledValue::kEnum, .text = type, .items = {place}});
  }
  /// An object of C++, by the items of the tuple that it has been saved as.
  void object(const std::string &name, const std::string &type,
              const std::vector<PickledValue> &saved) {
    auto &values = archive_.module.pickle.values;
    PickledValue tuple{.kind = PickledValue::kTuple};
    for (const PickledValue &each : saved) {
      tuple.items.push_back(values.size());
      values.push_back(each);
    }
    values.push_back(std::move(tuple));
    attribute(name, {.kind = PickledValue::kInstance, .text = type, .items = {values.size() - 1}});
  }
  template <typename T>
  PickledValue tensor(const std::string &name, const std::vector<int64_t> &shape,
                      const std::vector<T> &elements) {
    return tensor(archive_.module, name, shape, elements, ScalarType::kFloat);
  }
  template <typename T>
  void weight(const std::string &name, std::vector<int64_t> shape, const std::vector<T> &elements,
              ScalarType type = ScalarType::kFloat) {
    attribute(name, tensor(archive_.module, name, shape, elements, type));
  }
  /// The next of the code's CONSTANTS.
  template <typename T>
  void constant(std::vector<int64_t> shape, const std::vector<T> &elements, ScalarType type) {
    auto &values = archive_.constants.pickle.values;
    std::string name = std::to_string(values.size());
    values.push_back(tensor(archive_.constants, name, shape, elements, type));
    values[0].items.push_back(values.size() - 1);
  }
  void shape(const std::string &input, std::vector<int64_t> dims) {
    options_.shapes[input] = std::move(dims);
  }

  void value(const std::string &input, std::vector<double> elements) {
    options_.values[input] = std::move(elements);
  }

  /// The module, or "error: " and the message.
  std::string text() {
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    return tandem::test::moduleText(script::importScript(archive_, options_, context));
  }

private:
  template <typename T>
  static PickledValue tensor(script::PickleFile &file, const std::string &name,
                             const std::vector<int64_t> &shape, const std::vector<T> &elements,
                             ScalarType type) {
    const char *bytes = reinterpret_cast<const char *>(elements.data());
    file.storages[name] = std::make_shared<const std::string>(bytes, elements.size() * sizeof(T));
    PickledTensor made{type, name, 0, {shape.begin(), shape.end()}, {}};
    made.strides.assign(shape.size(), 1);
    for (size_t d = shape.size(); d-- > 1;)
      made.strides[d - 1] = made.strides[d] * shape[d];
    return {.kind = PickledValue::kTensor,
            .tensor = std::make_shared<const PickledTensor>(std::move(made))};
  }

  script::Archive archive_;
  ImportOptions options_;
};

/// forward(self, x) of these lines, with x of shape 2x3.
inline std::string importLines(const std::string &body) {
  ScriptBuilder builder(body);
  builder.shape("x", {2, 3});
  return builder.text();
}

} // namespace tandem::torch::test
