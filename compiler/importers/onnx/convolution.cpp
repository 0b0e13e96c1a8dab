#include "compiler/importers/onnx/convolution.h"

#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::onnx {

static MaybeValue turned(OnnxNode &node, Value value, ArrayRef<int64_t> permutation) {
  Type element = graph::transposedElement(getElementTypeOrSelf(value), permutation);
  return node.createTyped<graph::TransposeOp>(element, value, permutation);
}

static LogicalResult checkGroups(OnnxNode &node, Value input, ArrayRef<int64_t> filter,
                                 int64_t groups) {
  if (filter.size() != shapeOf(input).size())
    return node.invalid("a filter of shape " + shapeText(filter) + " for an input of shape " +
                        shapeText(shapeOf(input)));
  if (groups < 1 || filter[0] % groups != 0 || shapeOf(input)[1] != filter[1] * groups)
    return node.invalid("a filter of shape " + shapeText(filter) + " in " + Twine(groups) +
                        " groups for an input of shape " + shapeText(shapeOf(input)));
  return success();
}

FailureOr<SmallVector<int64_t>> filterShape(OnnxNode &node, Value input, size_t index,
                                            int64_t groups) {
  SmallVector<int64_t> shape;
  if (std::optional<SmallVector<int64_t>> known = node.knownShape(index)) {
    shape = std::move(*known);
  } else {
    MaybeValue value = node.input(index);
    if (failed(value))
      return failure();
    shape.assign(shapeOf(*value).begin(), shapeOf(*value).end());
  }
  if (node.failed() || failed(checkGroups(node, input, shape, groups)))
    return failure();
  return shape;
}

FailureOr<Filter> readFilter(OnnxNode &node, Value input, size_t index) {
  size_t rank = shapeOf(input).size();
  if (rank != 3 && rank != 4)
    return node.unsupported("an input of shape " + shapeText(shapeOf(input)) +
                            ", only images (rank 4) and rows (rank 3) are");
  int64_t groups = node.integer("group", 1);
  FailureOr<SmallVector<int64_t>> shape = filterShape(node, input, index, groups);
  MaybeValue image = node.image(0);
  if (failed(shape) || failed(image))
    return failure();
  FailureOr<Window> window = readWindow(node, *image, rank - 2, *shape);
  if (failed(window))
    return failure();
  bool isDepthwise = groups > 1 && (*shape)[1] == 1;
  Filter result = {{}, *window, groups, isDepthwise};
  MaybeValue value = failure();
  if (rank == 4) {
    value = node.transposed(index, isDepthwise ? ArrayRef<int64_t>{1, 2, 3, 0}
                                               : ArrayRef<int64_t>{0, 2, 3, 1});
  } else { // a row: the height comes in as 1
    value = node.transposed(index,
                            isDepthwise ? ArrayRef<int64_t>{1, 2, 0} : ArrayRef<int64_t>{0, 2, 1});
    if (succeeded(value)) {
      SmallVector<int64_t> withHeight(shapeOf(*value));
      withHeight.insert(withHeight.begin() + 1, 1);
      value = node.reshape(value, withHeight);
    }
  }
  if (failed(value))
    return failure();
  result.value = *value;
  return result;
}

FailureOr<Filter> orderFilter(OnnxNode &node, Value input, Value oihw, Window window,
                              int64_t groups) {
  if (failed(checkGroups(node, input, shapeOf(oihw), groups)))
    return failure();
  bool isDepthwise = groups > 1 && shapeOf(oihw)[1] == 1;
  MaybeValue value = turned(
      node, oihw, isDepthwise ? ArrayRef<int64_t>{1, 2, 3, 0} : ArrayRef<int64_t>{0, 2, 3, 1});
  if (failed(value))
    return failure();
  return Filter{*value, window, groups, isDepthwise};
}

MaybeValue convolve(OnnxNode &node, Value image, const Filter &filter, MaybeValue bias, Type type) {
  const Window &window = filter.window;
  ArrayRef<int64_t> stride(window.stride), dilation(window.dilation), low(window.low),
      high(window.high);
  MaybeValue nhwc = node.toNhwc(image);
  if (filter.isDepthwise)
    return node.toNchw(node.createTyped<graph::DepthwiseConv2dOp>(
        type, nhwc, filter.value, bias, stride, dilation, low, high, graph::Activation::None));
  return node.toNchw(node.createTyped<graph::Conv2dOp>(type, nhwc, filter.value, bias, stride,
                                                       dilation, low, high, filter.groups,
                                                       graph::Activation::None));
}

} // namespace tandem::onnx
