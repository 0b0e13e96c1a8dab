#include "compiler/importers/onnx/test/model_builder.h"

#include "compiler/graph/graph.h"
#include "compiler/passes/pipelines.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/Support/raw_ostream.h"

namespace tandem::onnx {

ModelBuilder::ModelBuilder(int64_t opset) {
  model_.set_ir_version(8);
  model_.add_opset_import()->set_version(opset);
  model_.mutable_graph()->set_name("g");
}

static proto::TypeProto::Tensor &addInput(proto::ModelProto &model, const std::string &name,
                                          int type) {
  proto::ValueInfoProto &input = *model.mutable_graph()->add_input();
  input.set_name(name);
  proto::TypeProto::Tensor &tensor = *input.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(type);
  tensor.mutable_shape();
  return tensor;
}

ModelBuilder &ModelBuilder::input(const std::string &name, std::initializer_list<int64_t> dims,
                                  int type) {
  proto::TypeProto::Tensor &tensor = addInput(model_, name, type);
  for (int64_t size : dims)
    tensor.mutable_shape()->add_dim()->set_dim_value(size);
  return *this;
}

ModelBuilder &ModelBuilder::openInput(const std::string &name, const std::string &symbol,
                                      std::initializer_list<int64_t> rest) {
  proto::TypeProto::Tensor &tensor = addInput(model_, name, proto::TensorProto::FLOAT);
  auto &open = *tensor.mutable_shape()->add_dim();
  if (!symbol.empty())
    open.set_dim_param(symbol);
  for (int64_t size : rest)
    tensor.mutable_shape()->add_dim()->set_dim_value(size);
  return *this;
}

proto::TensorProto &ModelBuilder::tensor(const std::string &name, int type,
                                         std::initializer_list<int64_t> dims) {
  proto::TensorProto &tensor = *model_.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(type);
  for (int64_t size : dims)
    tensor.add_dims(size);
  return tensor;
}

ModelBuilder &ModelBuilder::floats(const std::string &name, std::initializer_list<int64_t> dims,
                                   const std::vector<float> &values) {
  proto::TensorProto &made = tensor(name, proto::TensorProto::FLOAT, dims);
  for (float value : values)
    made.add_float_data(value);
  return *this;
}
ModelBuilder &ModelBuilder::ints(const std::string &name, std::initializer_list<int64_t> dims,
                                 const std::vector<int64_t> &values) {
  proto::TensorProto &made = tensor(name, proto::TensorProto::INT64, dims);
  for (int64_t value : values)
    made.add_int64_data(value);
  return *this;
}
ModelBuilder &ModelBuilder::small(const std::string &name, int type,
                                  std::initializer_list<int64_t> dims,
                                  const std::vector<int32_t> &values) {
  proto::TensorProto &made = tensor(name, type, dims);
  for (int32_t value : values)
    made.add_int32_data(value);
  return *this;
}

ModelBuilder &ModelBuilder::output(const std::string &name) {
  model_.mutable_graph()->add_output()->set_name(name);
  return *this;
}

proto::NodeProto &ModelBuilder::node(const std::string &kind,
                                     const std::vector<std::string> &inputs,
                                     const std::vector<std::string> &outputs) {
  proto::NodeProto &node = *model_.mutable_graph()->add_node();
  node.set_op_type(kind);
  if (size_t dot = kind.rfind('.'); dot != std::string::npos) {
    node.set_domain(kind.substr(0, dot));
    node.set_op_type(kind.substr(dot + 1));
  }
  node.set_name("n");
  for (const std::string &name : inputs)
    node.add_input(name);
  for (const std::string &name : outputs)
    node.add_output(name);
  return node;
}

static proto::AttributeProto &add(proto::NodeProto &node, const std::string &name,
                                  proto::AttributeProto::AttributeType type) {
  proto::AttributeProto &attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(type);
  return attribute;
}
void set(proto::NodeProto &node, const std::string &name, int64_t value) {
  add(node, name, proto::AttributeProto::INT).set_i(value);
}
void set(proto::NodeProto &node, const std::string &name, double value) {
  add(node, name, proto::AttributeProto::FLOAT).set_f(static_cast<float>(value));
}
void set(proto::NodeProto &node, const std::string &name, const std::string &value) {
  add(node, name, proto::AttributeProto::STRING).set_s(value);
}
void set(proto::NodeProto &node, const std::string &name, const std::vector<int64_t> &values) {
  proto::AttributeProto &attribute = add(node, name, proto::AttributeProto::INTS);
  for (int64_t value : values)
    attribute.add_ints(value);
}

namespace {
struct Imported {
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::string error;

  Imported(const std::string &bytes, const ImportOptions &options, const std::string &path) {
    auto result = onnxImporter().import(path, bytes, options, context);
    if (result)
      module = std::move(*result);
    else
      error = "error: " + llvm::toString(result.takeError());
  }
  std::string text() {
    if (!module)
      return error;
    std::string text;
    llvm::raw_string_ostream(text) << *module;
    return text;
  }
};
} // namespace

std::string importText(const std::string &bytes, const ImportOptions &options,
                       const std::string &path) {
  return Imported(bytes, options, path).text();
}

std::string compileText(ModelBuilder &builder) {
  Imported imported(builder.bytes(), {}, "model.onnx");
  if (!imported.module)
    return imported.error;
  mlir::PassManager passes(&imported.context);
  addGraphPipeline(passes);
  if (failed(passes.run(*imported.module)))
    return "error: a pass failed";
  return imported.text();
}

} // namespace tandem::onnx
