// Dimensions and their sizes in another order, which TensorFlow's layout optimizer puts around what
// it turns.
#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

namespace {
/// Two orders of the same dimensions: a letter each.
struct Orders {
  std::string from, to;
};

std::optional<Orders> readOrders(TfNode &node) {
  Orders orders = {node.string("src_format", "NHWC").str(),
                   node.string("dst_format", "NCHW").str()};
  std::string from = orders.from, to = orders.to;
  llvm::sort(from);
  llvm::sort(to);
  if (node.failed() || from == to)
    return orders;
  (void)node.invalid("'src_format' '" + orders.from + "' and 'dst_format' '" + orders.to + "'");
  return std::nullopt;
}

/// DataFormatDimMap: where a dimension of the one order is in the other.
std::optional<Numbers> foldDimension(TfNode &node, ArrayRef<Numbers> inputs) {
  std::optional<Orders> orders = readOrders(node);
  if (inputs.size() != 1 || inputs[0].isReal() || !orders)
    return std::nullopt;
  Numbers result = inputs[0];
  for (int64_t &each : result.integers) {
    FailureOr<int64_t> axis = node.axis(each, static_cast<int64_t>(orders->from.size()));
    if (failed(axis))
      return std::nullopt;
    each = static_cast<int64_t>(orders->to.find(orders->from[*axis]));
  }
  return result;
}

/// DataFormatVecPermute: a number, or two, for each dimension; or for height and width alone.
std::optional<Numbers> foldVector(TfNode &node, ArrayRef<Numbers> inputs) {
  std::optional<Orders> orders = readOrders(node);
  if (inputs.size() != 1 || inputs[0].isReal() || inputs[0].shape.empty() || !orders)
    return std::nullopt;
  auto rows = static_cast<size_t>(inputs[0].shape[0]);
  if (rows + 2 == orders->from.size())
    for (std::string *order : {&orders->from, &orders->to})
      llvm::erase_if(*order, [](char each) { return each == 'N' || each == 'C'; });
  if (rows == 0 || rows != orders->from.size()) {
    (void)node.invalid("numbers of shape " + shapeText(inputs[0].shape) + " for dimensions " +
                       orders->from);
    return std::nullopt;
  }
  Numbers result = inputs[0];
  size_t width = result.count() / rows;
  for (size_t row = 0; row < rows; ++row)
    for (size_t i = 0; i < width; ++i)
      result.integers[row * width + i] =
          inputs[0].integers[orders->from.find(orders->to[row]) * width + i];
  return result;
}
} // namespace

void registerDataFormat(OpTable &table) {
  table.addFold("DataFormatDimMap", foldDimension);
  table.addFold("DataFormatVecPermute", foldVector);
}

} // namespace tandem::tensorflow
