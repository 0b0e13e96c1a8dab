#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/onnx/convolution.h"
#include "compiler/importers/onnx/quantization.h"

#include "compiler/graph/build.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::onnx {

// Operators on codes: every tensor of codes is followed by its scale and its zero point.

static constexpr auto kNone = graph::Activation::None;

/// Rows of codes, or their filter, as images with a height of 1; images as they are.
static MaybeValue withHeight(OnnxNode &node, MaybeValue codes) {
  if (failed(codes) || shapeOf(*codes).size() != 3)
    return codes;
  SmallVector<int64_t> shape(shapeOf(*codes));
  shape.insert(shape.begin() + 2, 1);
  return node.reshape(codes, shape);
}

/// QLinearConv: x, w and their scales, the result's, and a bias in i32 at the product of both
/// scales.
static MaybeValue importQLinearConv(OnnxNode &node) {
  MaybeValue input = quantizedInput(node, 0), weight = quantizedInput(node, 3, /*axis=*/0);
  FailureOr<Type> type = quantizedType(node, 6, 7);
  int64_t groups = node.integer("group", 1);
  MaybeValue bias = node.optionalInput(8);
  if (failed(input) || failed(weight) || failed(type) || failed(bias) || node.failed())
    return failure();
  size_t rank = shapeOf(*input).size();
  if ((rank != 3 && rank != 4) || shapeOf(*weight).size() != rank)
    return node.unsupported("an input of shape " + shapeText(shapeOf(*input)) +
                            ", only images (rank 4) and rows (rank 3) are");
  MaybeValue image = withHeight(node, input), kernel = withHeight(node, weight);
  if (failed(image) || failed(kernel))
    return failure();
  FailureOr<Window> window = readWindow(node, *image, rank - 2, shapeOf(*weight));
  if (failed(window))
    return failure();
  FailureOr<Filter> filter = orderFilter(node, *image, *kernel, *window, groups);
  if (failed(filter))
    return failure();
  return toRank(node, convolve(node, *image, *filter, bias, *type), rank);
}

/// Products of two tensors of codes that are computed, by way of reals.
static MaybeValue productByReals(OnnxNode &node, MaybeValue lhs, MaybeValue rhs, Type type) {
  Type real = node.builder().getF32Type();
  return node.createTyped<graph::QuantizeOp>(
      type, matrixProduct(node, node.createTyped<graph::DequantizeOp>(real, lhs),
                          node.createTyped<graph::DequantizeOp>(real, rhs)));
}

/// QLinearMatMul, by products of codes where the right operand is a matrix.
static MaybeValue importQLinearMatMul(OnnxNode &node) {
  FailureOr<Type> type = quantizedType(node, 6, 7);
  MaybeValue rows = quantizedInput(node, 0), weight = quantizedInput(node, 3, /*axis=*/1);
  if (failed(rows) || failed(weight) || failed(type))
    return failure();
  if (shapeOf(*weight).size() != 2 || shapeOf(*rows).size() < 2)
    return productByReals(node, rows, weight, *type);
  Type element = getElementTypeOrSelf(*weight);
  if (isa<quant::UniformQuantizedPerAxisType>(element)) {
    Quantization turned = graph::quantizationOf(element);
    turned.axis = 0;
    element =
        graph::quantizedType(node.builder().getContext(), *graph::elementTypeOf(element), turned);
  }
  MaybeValue filter =
      node.createTyped<graph::TransposeOp>(element, weight, ArrayRef<int64_t>{1, 0});
  SmallVector<int64_t> shape(shapeOf(*rows));
  MaybeValue flat =
      node.NodeBuilder::reshape(rows, {*elementCount(ArrayRef(shape).drop_back()), shape.back()});
  MaybeValue result =
      node.createTyped<graph::FullyConnectedOp>(*type, flat, filter, Value(), kNone);
  if (failed(result))
    return failure();
  shape.back() = shapeOf(*result)[1];
  return node.NodeBuilder::reshape(result, shape);
}

/// com.microsoft: a, b, and the result's scale.
template <typename OpT> static MaybeValue importQLinearBinary(OnnxNode &node) {
  FailureOr<Type> type = quantizedType(node, 6, 7);
  MaybeValue lhs = quantizedInput(node, 0), rhs = quantizedInput(node, 3);
  if (failed(type))
    return failure();
  return node.createTyped<OpT>(*type, lhs, rhs, kNone);
}

template <typename OpT, typename... Extra>
static MaybeValue importQLinearUnary(OnnxNode &node, const Extra &...extra) {
  FailureOr<Type> type = quantizedType(node, 3, 4);
  MaybeValue input = quantizedInput(node, 0);
  if (failed(type) || failed(input))
    return failure();
  return node.createTyped<OpT>(*type, input, extra...);
}
static MaybeValue importQLinearSigmoid(OnnxNode &node) {
  return importQLinearUnary<graph::SigmoidOp>(node);
}
static MaybeValue importQLinearLeakyRelu(OnnxNode &node) {
  auto alpha = static_cast<float>(node.number("alpha", 0.01));
  return importQLinearUnary<graph::LeakyReluOp>(node, llvm::APFloat(alpha));
}
static MaybeValue importQLinearGlobalAveragePool(OnnxNode &node) {
  if (node.flag("channels_last", false))
    return node.unsupported("'channels_last'");
  return importQLinearUnary<graph::MeanOp>(node, ArrayRef<int64_t>{2, 3}, /*keepDims=*/true);
}

/// com.microsoft.QLinearConcat: the result's scale and zero point first, then three inputs a part.
static MaybeValue importQLinearConcat(OnnxNode &node) {
  FailureOr<Type> type = quantizedType(node, 0, 1);
  if (failed(type))
    return failure();
  Values parts;
  for (size_t i = 2; i < node.inputCount(); i += 3) {
    MaybeValue part = quantizedInput(node, i);
    if (failed(part))
      return failure();
    parts.push_back(*part);
  }
  if (parts.empty())
    return node.invalid("it has no inputs");
  int64_t axis = node.axis("axis", shapeOf(parts.front()).size());
  if (node.failed())
    return failure();
  return node.createTyped<graph::ConcatOp>(*type, ValueRange(parts), axis);
}

void registerQlinear(OpTable &table) {
  table.add("QLinearConv", importQLinearConv);
  table.add("QLinearMatMul", importQLinearMatMul);
  table.add("com.microsoft.QLinearAdd", importQLinearBinary<graph::AddOp>);
  table.add("com.microsoft.QLinearMul", importQLinearBinary<graph::MulOp>);
  table.add("com.microsoft.QLinearSigmoid", importQLinearSigmoid);
  table.add("com.microsoft.QLinearLeakyRelu", importQLinearLeakyRelu);
  table.add("com.microsoft.QLinearGlobalAveragePool", importQLinearGlobalAveragePool);
  table.add("com.microsoft.QLinearConcat", importQLinearConcat);
}

} // namespace tandem::onnx
