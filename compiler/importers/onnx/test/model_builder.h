#pragma once

#include "compiler/importers/common/importer.h"
#include "compiler/importers/onnx/schema.h"

#include "mlir/IR/MLIRContext.h"

#include <initializer_list>
#include <string>
#include <vector>

namespace tandem {
const Importer &onnxImporter();
}

namespace tandem::onnx {

/// Builds a model's file, node by node.
class ModelBuilder {
public:
  explicit ModelBuilder(int64_t opset = 17);

  ModelBuilder &input(const std::string &name, std::initializer_list<int64_t> dims,
                      int type = proto::TensorProto::FLOAT);
  /// An open dimension, named when `symbol` is not empty.
  ModelBuilder &openInput(const std::string &name, const std::string &symbol,
                          std::initializer_list<int64_t> rest);
  ModelBuilder &floats(const std::string &name, std::initializer_list<int64_t> dims,
                       const std::vector<float> &values);
  ModelBuilder &ints(const std::string &name, std::initializer_list<int64_t> dims,
                     const std::vector<int64_t> &values);
  /// As codes or the like: one entry of int32_data an element.
  ModelBuilder &small(const std::string &name, int type, std::initializer_list<int64_t> dims,
                      const std::vector<int32_t> &values);
  ModelBuilder &output(const std::string &name);
  proto::TensorProto &tensor(const std::string &name, int type,
                             std::initializer_list<int64_t> dims);
  proto::NodeProto &node(const std::string &kind, const std::vector<std::string> &inputs,
                         const std::vector<std::string> &outputs);

  proto::ModelProto &model() { return model_; }
  std::string bytes() const { return model_.SerializeAsString(); }

private:
  proto::ModelProto model_;
};

void set(proto::NodeProto &node, const std::string &name, int64_t value);
void set(proto::NodeProto &node, const std::string &name, double value);
void set(proto::NodeProto &node, const std::string &name, const std::string &value);
void set(proto::NodeProto &node, const std::string &name, const std::vector<int64_t> &values);

/// A model of one node "n" that reads all inputs and tensors in order and makes "y".
std::string oneNode(ModelBuilder &builder, const std::string &kind,
                    const std::vector<std::string> &inputs);

/// The module as text, or "error: " and the message.
std::string importText(const std::string &bytes, const ImportOptions &options = {},
                       const std::string &path = "model.onnx");
inline std::string importText(ModelBuilder &builder, const ImportOptions &options = {}) {
  return importText(builder.bytes(), options);
}
/// The same after the passes that every model goes through.
std::string compileText(ModelBuilder &builder);

/// x [1,2,4,4] through one node; `more` sets attributes.
template <typename More>
std::string unary(const std::string &kind, More more, int64_t opset = 17,
                  std::initializer_list<int64_t> dims = {1, 2, 4, 4}) {
  ModelBuilder model(opset);
  model.input("x", dims).output("y");
  more(model.node(kind, {"x"}, {"y"}));
  return importText(model);
}

inline std::string unary(const std::string &kind) {
  return unary(kind, [](auto &) {});
}

} // namespace tandem::onnx
