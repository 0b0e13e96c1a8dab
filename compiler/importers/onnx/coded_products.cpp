#include "compiler/importers/onnx/coded_products.h"

#include "compiler/graph/types.h"
#include "compiler/importers/common/decompositions.h"

using namespace mlir;

namespace tandem::onnx {

static constexpr auto kNone = graph::Activation::None;

/// One zero point for all where all are the same.
static Quantization quantizationOf(ArrayRef<int64_t> zeroPoints) {
  Quantization result;
  size_t count = llvm::all_equal(zeroPoints) ? 1 : zeroPoints.size();
  for (int64_t zero : zeroPoints.take_front(count))
    result.zeroPoints.push_back(static_cast<int32_t>(zero));
  result.scales.assign(count, 1.0f);
  return result;
}

FailureOr<std::optional<CodedWeights>> codedWeights(OnnxNode &node, const Elements &codes,
                                                    const std::optional<Elements> &zeroPoints,
                                                    int64_t outputAxis,
                                                    ArrayRef<int64_t> permutation) {
  ArrayRef<int64_t> shape = codes.shape();
  int64_t outputs = shape[outputAxis], count = codes.count();
  bool isByte = codes.type() == ElementType::kI8 || codes.type() == ElementType::kU8;
  if (!isByte || count == 0 ||
      (zeroPoints && zeroPoints->count() != 1 && zeroPoints->count() != outputs))
    return std::optional<CodedWeights>();
  SmallVector<int64_t> zeros(outputs, 0), ordered, steps(shape.size(), 1);
  for (int64_t i = 0; zeroPoints && i < outputs; ++i)
    zeros[i] = zeroPoints->integer(zeroPoints->count() == 1 ? 0 : i);
  for (size_t d = shape.size(); d-- > 1;)
    steps[d - 1] = steps[d] * shape[d];
  for (int64_t from : permutation)
    ordered.push_back(shape[from]);
  Elements moved = Elements::moved(codes, ordered, [&](int64_t i) {
    int64_t place = 0;
    for (size_t d = ordered.size(); d-- > 0; i /= ordered[d])
      place += i % ordered[d] * steps[permutation[d]];
    return place;
  });
  CodedWeights result;
  int64_t each = count / outputs;
  for (int64_t output = 0; output < outputs; ++output) {
    int64_t sum = 0;
    for (int64_t i = 0; i < each; ++i)
      sum += moved.integer(output * each + i) - zeros[output];
    result.codeSums.push_back(sum);
  }
  MaybeValue filter =
      node.codesOf(moved, graph::quantizedType(node.builder().getContext(), codes.type(),
                                               quantizationOf(zeros)));
  if (failed(filter))
    return failure();
  result.filter = *filter;
  return std::optional(result);
}

MaybeValue lessZeroPoint(OnnxNode &node, MaybeValue sums, MaybeValue zeroPoint,
                         const CodedWeights &weights) {
  if (failed(sums) || failed(zeroPoint) || !*zeroPoint)
    return failed(zeroPoint) ? MaybeValue(failure()) : sums;
  Type whole = node.builder().getI32Type();
  MaybeValue ofZero =
      node.multiply(node.cast(zeroPoint, whole),
                    node.integerConstant(whole, weights.outputs(), weights.codeSums));
  return node.subtract(sums, ofZero);
}

MaybeValue sumsOfRows(OnnxNode &node, MaybeValue rows, MaybeValue zeroPoint,
                      const CodedWeights &weights) {
  if (failed(rows))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*rows));
  int64_t depth = shape.back(), count = depth == 0 ? 0 : *elementCount(shape) / depth;
  MaybeValue sums = node.createTyped<graph::FullyConnectedOp>(node.builder().getI32Type(),
                                                              node.reshape(rows, {count, depth}),
                                                              weights.filter, Value(), kNone);
  sums = lessZeroPoint(node, sums, zeroPoint, weights);
  shape.back() = weights.outputs();
  return node.reshape(sums, shape);
}

DynamicCodes quantizeByRange(OnnxNode &node, MaybeValue x) {
  if (failed(x))
    return {};
  constexpr double kSteps = 255;
  auto axes = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*x).size()));
  MaybeValue largest =
      node.create<graph::ReluOp>(node.create<graph::ReduceMaxOp>(x, axes, /*keepDims=*/false));
  MaybeValue smallest = node.create<graph::ReduceMinOp>(x, axes, /*keepDims=*/false);
  if (failed(smallest))
    return {};
  smallest = node.create<graph::MinimumOp>(smallest, node.scalarLike(*smallest, 0));
  MaybeValue range = node.subtract(largest, smallest);
  if (failed(range))
    return {};
  // Of zeros only, any scale does.
  MaybeValue scale =
      node.select(node.compare<graph::GreaterOp>(range, 0.0),
                  node.divide(range, node.scalarLike(*range, kSteps)), node.scalarLike(*range, 1));
  auto rounded = [&](MaybeValue value) { return node.create<graph::RoundOp>(value); };
  MaybeValue zero = clampBetween(
      node, rounded(node.create<graph::NegOp>(node.divide(smallest, scale))), 0, kSteps);
  MaybeValue codes = clampBetween(node, node.add(rounded(node.divide(x, scale)), zero), 0, kSteps);
  Type code = node.builder().getIntegerType(8, /*isSigned=*/false);
  return {node.cast(codes, code), scale, node.cast(zero, code)};
}

static bool givesSums(Operation &op) {
  return isa<graph::FullyConnectedOp, graph::Conv2dOp>(op) &&
         getElementTypeOrSelf(op.getResult(0)).isInteger(32);
}

void hoistSmallResults(Block &body) {
  constexpr int64_t kSmall = 1 << 14; // elements: a number for each channel
  if (llvm::none_of(body, givesSums))
    return;
  for (Operation &op : llvm::make_early_inc_range(body)) {
    if (op.getNumResults() != 1 || isa<graph::ConstantOp>(op) ||
        graph::tensorType(op.getResult(0)).getNumElements() > kSmall)
      continue;
    Operation *last = nullptr; // of what it reads
    SmallVector<Operation *> constants;
    for (Value operand : op.getOperands()) {
      Operation *definition = operand.getDefiningOp();
      if (isa_and_nonnull<graph::ConstantOp>(definition))
        constants.push_back(definition);
      else if (definition && (!last || last->isBeforeInBlock(definition)))
        last = definition;
    }
    Operation *product = last ? last->getNextNode() : &body.front();
    while (product != &op && !givesSums(*product))
      product = product->getNextNode();
    if (product == &op)
      continue;
    op.moveBefore(product);
    for (Operation *constant : constants)
      if (op.isBeforeInBlock(constant))
        constant->moveBefore(&op);
  }
}

MaybeValue dynamicProduct(OnnxNode &node, MaybeValue rows, const CodedWeights &weights,
                          MaybeValue scale, MaybeValue bias) {
  DynamicCodes dynamic = quantizeByRange(node, rows);
  MaybeValue sums = node.cast(sumsOfRows(node, dynamic.codes, dynamic.zeroPoint, weights),
                              node.builder().getF32Type());
  MaybeValue result = node.multiply(sums, node.multiply(scale, dynamic.scale));
  return failed(bias) || *bias ? node.add(result, bias) : result;
}

} // namespace tandem::onnx
