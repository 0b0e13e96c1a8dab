#include "backends/neuron/compile/reduction_product.h"

#include "backends/neuron/compile/words.h"
#include "base/quantized_math.h"
#include "compiler/graph/graph.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::neuron {
namespace {

/// Trying that many takes some milliseconds.
constexpr int64_t kMostSums = 1 << 20;

/// False when the axes are no neighbours.
bool setSizes(ReductionProduct &product, ArrayRef<int64_t> shape, ArrayRef<int64_t> axes) {
  for (auto [dim, size] : llvm::enumerate(shape))
    (int64_t(dim) < axes.front()  ? product.outer
     : int64_t(dim) > axes.back() ? product.inner
                                  : product.count) *= size;
  return axes.back() - axes.front() + 1 == static_cast<int64_t>(axes.size());
}

/// How many of the sums from `low` to `high` the product rounds to another code.
int64_t countDifferent(int64_t low, int64_t high, FixedMultiplier reduction,
                       FixedMultiplier product, CodeRange codes) {
  int64_t different = 0;
  for (int64_t sum = low; sum <= high; ++sum) {
    auto steps = static_cast<int32_t>(sum);
    different += codes.clamp(multiplyRoundingTwice(steps, reduction)) !=
                 codes.clamp(multiplyRoundingTwice(steps, product));
  }
  return different;
}

} // namespace

ReductionProduct reductionProduct(Operation *op, const Target &target) {
  ReductionProduct product;
  RankedTensorType input = graph::tensorType(op->getOperand(0));
  if (!setSizes(product, input.getShape(),
                op->getAttrOfType<DenseI64ArrayAttr>("axes").asArrayRef())) {
    product.problem = "a product with ones needs neighbouring axes";
    return product;
  }
  if (product.count < 1)
    return product; // without elements, which is refused elsewhere
  bool isMean = isa<graph::MeanOp>(op);
  if (isMean)
    product.filterScale = 1.0f / static_cast<float>(product.count);

  Quantization in = graph::quantizationOf(input.getElementType());
  Quantization out = graph::quantizationOf(graph::tensorType(op->getResult(0)).getElementType());
  float from = in.scales[0], to = out.scales[0];
  bool asU8 = kindOf(op->getOperand(0)) == kU8 || target.unsignedCodes;
  if (asU8 && to <= from * product.filterScale) {
    product.problem =
        say("the scale of a u8 result must be above ", number(from), ", the input's, times ",
            number(product.filterScale), ", is ", number(to));
    return product;
  }
  CodeRange codes = allCodes(*graph::elementTypeOf(input.getElementType()));
  int64_t low = product.count * (codes.low - in.zeroPoints[0]);
  int64_t high = product.count * (codes.high - in.zeroPoints[0]);
  if (high - low > kMostSums) {
    product.problem = say("a product with ones is taken of few elements, not of ", product.count);
    return product;
  }
  FixedMultiplier ofReduction = isMean ? meanMultiplier(from, to, product.count)
                                       : quantizeMultiplier(double(from) / double(to));
  FixedMultiplier ofProduct =
      quantizeMultiplier(asU8 ? tensorMultiplier(from, product.filterScale, to)
                              : channelMultiplier(from, product.filterScale, to));
  CodeRange steps = {codes.low - out.zeroPoints[0], codes.high - out.zeroPoints[0]};
  if (int64_t different = countDifferent(low, high, ofReduction, ofProduct, steps))
    product.problem = say("a product with ones rounds ", different, " of ", high - low + 1,
                          " sums otherwise than TFLite's ", op->getName().stripDialect());
  return product;
}

} // namespace tandem::neuron
