#include "compiler/importers/common/combine.h"
#include "compiler/importers/common/pool_window.h"
#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

namespace {
template <typename OpT> MaybeValue combineTruths(NodeBuilder &build, MaybeValue a, MaybeValue b) {
  return build.create<OpT>(a, b);
}

/// Null for a function that the format does not have.
Combine functionOf(schema::ReduceWindowFunction function) {
  switch (function) {
  case schema::ReduceWindowFunction::ADD:
    return addUp;
  case schema::ReduceWindowFunction::MUL:
    return multiplyBy;
  case schema::ReduceWindowFunction::MINIMUM:
    return takeSmaller;
  case schema::ReduceWindowFunction::MAXIMUM:
    return takeLarger;
  case schema::ReduceWindowFunction::ALL:
    return combineTruths<graph::LogicalAndOp>;
  case schema::ReduceWindowFunction::ANY:
    return combineTruths<graph::LogicalOrOp>;
  default:
    return nullptr;
  }
}

/// REDUCE_WINDOW: all elements of each window and a first one, combined. Inputs are the tensor, the
/// first, and the windows' sizes, strides and dilations, one of each for every dimension.
LogicalResult importReduceWindow(Node &node) {
  auto options = node.options2<schema::ReduceWindowOptions>();
  FailureOr<Value> input = node.input(0), first = node.input(1);
  auto size = node.constantInts(2, "the window's size"),
       stride = node.constantInts(3, "the window's stride"),
       dilation = node.constantInts(4, "the window's dilation");
  if (failed(options) || failed(input) || failed(first) || failed(size) || failed(stride) ||
      failed(dilation))
    return failure();
  Combine combine = functionOf((*options)->reduce_function());
  if (!combine)
    return node.invalid() << "a function " << static_cast<int>((*options)->reduce_function())
                          << " that the format does not have";
  if (graph::isQuantized(input->getType()))
    return node.unsupported() << "codes that have a scale";
  ArrayRef<int64_t> shape = shapeOf(*input);
  constexpr int64_t kMost = 1 << 20;
  bool fits = elementCount(shapeOf(*first)) == 1;
  for (const SmallVector<int64_t> *numbers : {&*size, &*stride, &*dilation})
    fits = fits && numbers->size() == shape.size() &&
           llvm::all_of(*numbers, [](int64_t number) { return number > 0 && number < kMost; });
  if (!fits)
    return node.invalid() << "a window of " << shapeText(*size) << " over a tensor of shape "
                          << shapeText(shape);
  NodeBuilder &build = node.build();
  SmallVector<int64_t> inBatch = {1, 1}, none(shape.size(), 0);
  llvm::append_range(inBatch, shape);
  MaybeValue result = combineWindows(build, build.reshape(input, inBatch),
                                     {*size, *stride, *dilation, none, none}, 0, combine);
  if (failed(result))
    return failure();
  result = build.reshape(result, shapeOf(*result).drop_front(2));
  return node.setOutput(combine(build, result, build.reshape(first, {})));
}
} // namespace

void registerReduceWindow(OpTable &table) {
  table.add(schema::BuiltinOperator::REDUCE_WINDOW, importReduceWindow);
}

} // namespace tandem::tflite
