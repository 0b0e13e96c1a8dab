#include "compiler/importers/onnx/inputs.h"

#include "compiler/graph/types.h"
#include "compiler/importers/common/fixed_shapes.h"
#include "compiler/importers/common/node_builder.h"
#include "compiler/importers/onnx/quantization.h"
#include "compiler/importers/onnx/tensors.h"

#include "llvm/ADT/StringExtras.h"

#include <map>
#include <set>

using namespace mlir;

namespace tandem::onnx {

namespace {

class Inputs {
public:
  Inputs(const proto::GraphProto &graph, const ImportOptions &options, ExternalFiles &files,
         MLIRContext &context, UnsupportedOps &unsupported)
      : graph_(graph), options_(options), files_(files), context_(context),
        unsupported_(unsupported) {
    for (const proto::TensorProto &tensor : graph.initializer())
      tensors_[tensor.name()] = &tensor;
  }

  llvm::Expected<std::vector<NamedType>> read();

private:
  std::optional<ElementType> storageOf(const proto::ValueInfoProto &input);
  llvm::Expected<NamedType> typeOf(const proto::ValueInfoProto &input, ElementType storage);
  llvm::Expected<SmallVector<int64_t>> shapeOf(const std::string &name,
                                               const proto::TypeProto::Tensor &type);
  std::optional<Quantization> codesOf(const std::string &name, ElementType storage);
  std::optional<Elements> tensor(const proto::NodeProto &node, int index);

  const proto::GraphProto &graph_;
  const ImportOptions &options_;
  ExternalFiles &files_;
  MLIRContext &context_;
  UnsupportedOps &unsupported_;
  std::map<std::string, const proto::TensorProto *> tensors_;
  std::vector<std::string> open_;            ///< of each input that is, why and what to do
  std::map<std::string, int64_t> openSizes_; ///< a dimension's name to what --shape makes it
};

llvm::Expected<std::vector<NamedType>> Inputs::read() {
  std::vector<NamedType> result;
  std::vector<std::string> names;
  std::set<std::string> seen;
  for (const proto::ValueInfoProto &input : graph_.input()) {
    if (!seen.insert(input.name()).second)
      return llvm::createStringError("the model has two inputs '" + input.name() + "'");
    if (!tensors_.count(
            input.name())) // else it has a default, as all weights had before IR version 4
      names.push_back(input.name());
  }
  if (llvm::Error wrong = checkFixedNames(options_, names))
    return wrong;
  for (const proto::ValueInfoProto &input : graph_.input()) {
    if (tensors_.count(input.name()))
      continue;
    std::optional<ElementType> storage = storageOf(input);
    if (!storage)
      continue;
    llvm::Expected<NamedType> type = typeOf(input, *storage);
    if (!type)
      return type.takeError();
    result.push_back(std::move(*type));
  }
  if (!open_.empty())
    return llvm::createStringError(llvm::join(open_, "; "));
  return result;
}

/// Nothing, and noted, where the graph has no such type.
std::optional<ElementType> Inputs::storageOf(const proto::ValueInfoProto &input) {
  if (!input.type().has_tensor_type()) {
    unsupported_.addInput(input.name(), "no dense tensor");
    return std::nullopt;
  }
  int32_t number = input.type().tensor_type().elem_type();
  std::optional<ElementType> storage = elementTypeOf(number);
  if (!storage)
    unsupported_.addInput(input.name(), "a tensor of type " + typeName(number));
  return storage;
}

llvm::Expected<NamedType> Inputs::typeOf(const proto::ValueInfoProto &input, ElementType storage) {
  llvm::Expected<SmallVector<int64_t>> shape = shapeOf(input.name(), input.type().tensor_type());
  if (!shape)
    return shape.takeError();
  if (!hasSaneSize(*shape))
    return llvm::createStringError("input '" + input.name() + "': the shape " + shapeText(*shape) +
                                   " is too large");
  Type element = graph::plainType(&context_, storage);
  if (std::optional<Quantization> codes = codesOf(input.name(), storage))
    element = graph::quantizedType(&context_, storage, *codes);
  return NamedType{input.name(), RankedTensorType::get(*shape, element)};
}

llvm::Expected<SmallVector<int64_t>> Inputs::shapeOf(const std::string &name,
                                                     const proto::TypeProto::Tensor &type) {
  std::string subject = "input '" + name + "'";
  SmallVector<int64_t> dims;
  SmallVector<std::string> symbols;
  for (const auto &dim : type.shape().dim()) {
    dims.push_back(dim.has_dim_value() ? dim.dim_value() : -1);
    // Paddle's exporter calls every open dimension "?".
    symbols.push_back(dim.dim_param() == "?" ? "" : dim.dim_param());
  }
  auto given = options_.shapes.find(name);
  if (!type.has_shape()) {
    if (given == options_.shapes.end()) {
      open_.push_back(subject + ": its shape is open, fix it with --shape " + name + "=DIMS");
      return SmallVector<int64_t>();
    }
    return SmallVector<int64_t>(given->second.begin(), given->second.end());
  }
  llvm::Expected<SmallVector<int64_t>> fixed = fixShape(options_, name, subject, dims);
  if (!fixed)
    return fixed.takeError();
  for (auto [index, size] : llvm::enumerate(*fixed)) {
    const std::string &symbol = symbols[index];
    if (size < 0) {
      open_.push_back(subject + ": " + openDimension(name, *fixed, index, symbol));
      return SmallVector<int64_t>(fixed->size(), 1); // to go on to the next input
    }
    if (dims[index] >= 0 || symbol.empty())
      continue;
    auto [known, isNew] = openSizes_.try_emplace(symbol, size);
    if (!isNew && known->second != size)
      return optionError(subject + ": dimension " + Twine(index) + " (" + symbol +
                         ") is given as " + Twine(size) + ", and as " + Twine(known->second) +
                         " elsewhere");
  }
  return *fixed;
}

std::optional<Elements> Inputs::tensor(const proto::NodeProto &node, int index) {
  if (index >= node.input_size())
    return std::nullopt;
  auto found = tensors_.find(node.input(index));
  if (found == tensors_.end())
    return std::nullopt;
  llvm::Expected<Elements> elements = readTensor(*found->second, files_);
  if (elements)
    return *elements;
  consumeError(elements.takeError()); // the node that reads it reports
  return std::nullopt;
}

std::optional<Quantization> Inputs::codesOf(const std::string &name, ElementType storage) {
  if (storage != ElementType::kI8 && storage != ElementType::kU8)
    return std::nullopt;
  std::optional<Quantization> result;
  for (const proto::NodeProto &node : graph_.node())
    for (int i = 0; i < node.input_size(); ++i) {
      if (node.input(i) != name)
        continue;
      // Everywhere a tensor of codes is followed by its scale and its zero point.
      StringRef kind = node.op_type();
      std::optional<Elements> scale = tensor(node, i + 1), zeroPoint = tensor(node, i + 2);
      if (!(kind.starts_with("QLinear") || (kind == "DequantizeLinear" && i == 0)) || !scale ||
          scale->count() != 1 || (zeroPoint && zeroPoint->count() != 1))
        return std::nullopt;
      std::optional<Quantization> codes = makeQuantization(*scale, zeroPoint, /*axis=*/0);
      if (!codes ||
          (result && (result->scales != codes->scales || result->zeroPoints != codes->zeroPoints)))
        return std::nullopt;
      result = codes;
    }
  return result;
}

} // namespace

llvm::Expected<std::vector<NamedType>> readInputs(const proto::GraphProto &graph,
                                                  const ImportOptions &options,
                                                  ExternalFiles &files, MLIRContext &context,
                                                  UnsupportedOps &unsupported) {
  return Inputs(graph, options, files, context, unsupported).read();
}

} // namespace tandem::onnx
