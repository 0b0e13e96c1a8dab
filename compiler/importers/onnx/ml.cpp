#include "compiler/importers/onnx/ml.h"

#include "compiler/importers/common/selections.h"

using namespace mlir;

namespace tandem::onnx {

MaybeValue realInput(OnnxNode &node, size_t index) {
  return node.cast(node.input(index), node.builder().getF32Type());
}

MaybeValue asRows(OnnxNode &node, MaybeValue x) {
  if (failed(x))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*x);
  if (shape.empty() || shape.back() < 1)
    return node.invalid("an input of shape " + shapeText(shape));
  return node.reshape(x, {*elementCount(shape) / shape.back(), shape.back()});
}

MaybeValue listOf(OnnxNode &node, ArrayRef<double> numbers) {
  return node.constantOf(Elements::ofReals(ElementType::kF32,
                                           {static_cast<int64_t>(numbers.size())},
                                           [&](int64_t i) { return numbers[i]; }));
}

MaybeValue postTransform(OnnxNode &node, MaybeValue scores) {
  std::string name = node.string("post_transform", "NONE");
  if (name == "NONE")
    return scores;
  if (name == "LOGISTIC")
    return node.create<graph::SigmoidOp>(scores);
  if (name == "SOFTMAX")
    return node.create<graph::SoftmaxOp>(scores, /*axis=*/1, llvm::APFloat(1.0f));
  return node.unsupported("'post_transform' " + name + ", only NONE, LOGISTIC and SOFTMAX are");
}

FailureOr<SmallVector<int64_t>> classLabels(OnnxNode &node) {
  for (StringRef name : {"classlabels_int64s", "classlabels_ints"})
    if (SmallVector<int64_t> labels = node.integers(name, SmallVector<int64_t>()); !labels.empty())
      return labels;
  if (node.failed())
    return failure();
  return node.unsupported("labels that are words: train with numbers for classes");
}

MaybeValue labelOfLargest(OnnxNode &node, MaybeValue scores, ArrayRef<int64_t> labels) {
  MaybeValue table = node.integerConstant(node.builder().getI64Type(),
                                          {static_cast<int64_t>(labels.size())}, labels);
  return takeAlong(node, table,
                   node.createTyped<graph::ArgMaxOp>(node.builder().getI32Type(), scores,
                                                     /*axis=*/uint64_t(1), /*keepDims=*/false),
                   0);
}

MaybeValue labelOfTwo(OnnxNode &node, MaybeValue isSecond, ArrayRef<int64_t> labels) {
  auto label = [&](size_t i) {
    return node.integerConstant(node.builder().getI64Type(), {1}, labels[i]);
  };
  return node.select(isSecond, label(1), label(0));
}

} // namespace tandem::onnx
