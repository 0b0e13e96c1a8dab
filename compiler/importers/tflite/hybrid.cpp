#include "compiler/importers/tflite/hybrid.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/graph.h"

using namespace mlir;

namespace tandem::tflite {

// Sums of products of these codes are exact in f32 as long as there are fewer than 1,000 of them.
static constexpr double kLargestCode = 127;

SymmetricCodes symmetricCodes(NodeBuilder &build, MaybeValue x) {
  if (failed(x))
    return {};
  SmallVector<int64_t> axes;
  for (int64_t d = 1, rank = static_cast<int64_t>(shapeOf(*x).size()); d < rank; ++d)
    axes.push_back(d);
  MaybeValue range = build.create<graph::ReduceMaxOp>(build.create<graph::AbsOp>(x),
                                                      ArrayRef<int64_t>(axes), /*keepDims=*/true);
  if (failed(range))
    return {};
  MaybeValue steps = build.select(build.compare<graph::GreaterOp>(range, 0.0),
                                  build.divide(build.scalarLike(*range, kLargestCode), range),
                                  build.scalarLike(*range, 0));
  return {build.create<graph::RoundOp>(build.multiply(x, steps)),
          build.multiply(range, 1 / kLargestCode)};
}

FilterCodes filterCodes(NodeBuilder &build, Value filter) {
  Type element = getElementTypeOrSelf(filter);
  Quantization quantization = graph::quantizationOf(element);
  std::optional<graph::ConstantBytes> bytes = graph::constantOf(filter);
  if (!bytes || graph::elementTypeOf(element) != ElementType::kI8 ||
      (quantization.perChannel() && quantization.axis != 0) ||
      llvm::any_of(quantization.zeroPoints, [](int32_t zero) { return zero != 0; })) {
    (void)(build.error() << "its weights are no constant codes of i8 around 0");
    return {};
  }
  // Of a scale of 1 they are reals as they stand, and stay where they are.
  Type f32 = build.builder().getF32Type();
  Type whole = graph::quantizedType(f32.getContext(), ElementType::kI8, {{1.0f}, {0}, 0});
  Value codes = graph::ConstantOp::create(build.builder(), build.location(),
                                          graph::tensorType(filter).clone(whole),
                                          filter.getDefiningOp<graph::ConstantOp>().getValue());
  return {
      build.createTyped<graph::DequantizeOp>(f32, codes),
      build.constant(f32, static_cast<int64_t>(quantization.scales.size()), quantization.scales)};
}

static MaybeValue withActivation(NodeBuilder &build, MaybeValue x, graph::Activation activation) {
  switch (activation) {
  case graph::Activation::None:
    return x;
  case graph::Activation::Relu:
    return build.create<graph::ReluOp>(x);
  case graph::Activation::Relu6:
    return build.create<graph::Relu6Op>(x);
  case graph::Activation::ReluN1To1:
    return build.create<graph::ReluN1To1Op>(x);
  }
  return x;
}

MaybeValue symmetricSum(NodeBuilder &build, MaybeValue sum, const SymmetricCodes &input,
                        const FilterCodes &filter, MaybeValue bias, graph::Activation activation) {
  MaybeValue real = build.multiply(sum, build.multiply(input.step, filter.scales));
  if (failed(bias) || *bias)
    real = build.add(real, bias);
  return withActivation(build, real, activation);
}

MaybeValue hybridProduct(NodeBuilder &build, MaybeValue rows, MaybeValue filter, MaybeValue bias,
                         bool isAsymmetric, graph::Activation activation) {
  if (failed(rows) || failed(filter))
    return failure();
  if (isAsymmetric || !graph::isQuantized(filter->getType()))
    return build.create<graph::FullyConnectedOp>(rows, filter, bias, activation);
  SymmetricCodes input = symmetricCodes(build, rows);
  FilterCodes weights = filterCodes(build, *filter);
  MaybeValue sum = build.create<graph::FullyConnectedOp>(input.codes, weights.codes, Value(),
                                                         graph::Activation::None);
  return symmetricSum(build, sum, input, weights, bias, activation);
}

} // namespace tandem::tflite
