#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/torch/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::torch {

static constexpr auto kNone = graph::Activation::None;

static MaybeValue importLeakyRelu(AtenNode &node) {
  double slope = node.number("negative_slope", 0.01);
  return node.create<graph::LeakyReluOp>(node.tensor("self"),
                                         llvm::APFloat(static_cast<float>(slope)));
}

/// aten.prelu: one slope, or one for each entry of dimension 1.
static MaybeValue importPrelu(AtenNode &node) {
  MaybeValue x = node.tensor("self"), slope = node.tensor("weight");
  if (failed(x) || failed(slope))
    return failure();
  size_t rank = shapeOf(*x).size();
  SmallVector<int64_t> shape(rank < 2 ? 1 : rank - 1, 1);
  shape[0] = *elementCount(shapeOf(*slope));
  MaybeValue result = node.create<graph::PreluOp>(x, node.reshape(slope, shape));
  return rank == 0 ? node.reshape(result, ArrayRef<int64_t>()) : result;
}

/// aten.elu: scale * elu(x, alpha), so that it does for SELU too.
static MaybeValue importElu(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  auto alpha = static_cast<float>(node.number("alpha", 1));
  double scale = node.number("scale", 1), inputScale = node.number("input_scale", 1);
  if (node.failed() || failed(x))
    return failure();
  if (inputScale != 1)
    return node.unsupported("'input_scale' " + std::to_string(inputScale) + ", only 1 is");
  MaybeValue result = node.create<graph::EluOp>(x, llvm::APFloat(alpha));
  return scale == 1 ? result : node.create<graph::MulOp>(result, node.scalarLike(*x, scale), kNone);
}

static MaybeValue importSelu(AtenNode &node) {
  return selu(node, node.tensor("self"));
}

static MaybeValue importSilu(AtenNode &node) {
  return swish(node, node.tensor("self"));
}

/// softplus(beta x) / beta, and x above 'threshold', where the default is below float's precision.
static MaybeValue importSoftplus(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  double beta = node.number("beta", 1), threshold = node.number("threshold", 20);
  if (node.failed() || failed(x))
    return failure();
  MaybeValue scaled = node.multiply(x, beta),
             soft = node.multiply(softplus(node, scaled), 1 / beta);
  constexpr double kNegligible = 17;
  if (threshold >= kNegligible)
    return soft;
  return node.select(node.compare<graph::GreaterOp>(scaled, threshold), x, soft);
}

static MaybeValue importMish(AtenNode &node) {
  return mish(node, node.tensor("self"));
}

/// By the error function, or by tanh.
static MaybeValue importGelu(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  StringRef approximate = node.string("approximate", "none");
  if (node.failed() || failed(x))
    return failure();
  if (approximate == "none")
    return node.create<graph::GeluOp>(x);
  if (approximate != "tanh")
    return node.unsupported("'approximate' '" + approximate + "'");
  return geluTanh(node, x);
}

static MaybeValue clampTo(AtenNode &node, double low, double high) {
  MaybeValue x = node.tensor("self");
  if (node.failed() || failed(x))
    return failure();
  if (isa<FloatType>(getElementTypeOrSelf(*x)))
    return clampBetween(node, x, low, high);
  if (low > -INFINITY)
    x = node.create<graph::MaximumOp>(x, node.scalarLike(*x, low));
  return high == INFINITY || failed(x)
             ? x
             : node.create<graph::MinimumOp>(x, node.scalarLike(*x, high));
}

/// aten.clamp.Tensor: the ends are tensors, which broadcast.
static MaybeValue importClampTensor(AtenNode &node) {
  MaybeValue x = node.tensor("self"), low = node.optionalTensor("min"),
             high = node.optionalTensor("max");
  if (failed(low) || failed(high) || failed(x))
    return failure();
  Type type = node.resultType().value_or(getElementTypeOrSelf(*x));
  x = node.cast(x, type);
  if (*low)
    x = node.create<graph::MaximumOp>(x, node.cast(low, type));
  return *high ? node.create<graph::MinimumOp>(x, node.cast(high, type)) : x;
}

/// aten.glu: the first half of a dimension times sigmoid of the second.
static MaybeValue importGlu(AtenNode &node) {
  MaybeValue x = node.tensor("self");
  if (failed(x))
    return failure();
  int64_t dim = node.dim("dim", *x, -1);
  SmallVector<int64_t> size(shapeOf(*x)), begin(size.size(), 0), strides(size.size(), 1);
  if (node.failed() || size[dim] % 2 != 0)
    return node.invalid("halves of a tensor of shape " + shapeText(size));
  size[dim] /= 2;
  MaybeValue first = node.create<graph::SliceOp>(x, begin, size, strides);
  begin[dim] = size[dim];
  MaybeValue second = node.create<graph::SliceOp>(x, begin, size, strides);
  return node.multiply(first, node.create<graph::SigmoidOp>(second));
}

/// aten.log_sigmoid: -softplus(-x).
static MaybeValue importLogSigmoid(AtenNode &node) {
  return node.create<graph::NegOp>(softplus(node, node.create<graph::NegOp>(node.tensor("self"))));
}

/// aten.threshold: x where it is above 'threshold', else 'value'.
static MaybeValue importThreshold(AtenNode &node) {
  double threshold = node.number("threshold"), value = node.number("value");
  MaybeValue x = node.tensor("self");
  return node.failed() ? MaybeValue(failure())
                       : keepWhere(node, node.compare<graph::GreaterOp>(x, threshold), x, value);
}

static MaybeValue importHardtanh(AtenNode &node) {
  return clampTo(node, node.number("min_val", -1), node.number("max_val", 1));
}
static MaybeValue importClamp(AtenNode &node) {
  return clampTo(node, node.number("min", -INFINITY), node.number("max", INFINITY));
}

void registerActivation(OpTable &table) {
  table.add("aten.leaky_relu.default", importLeakyRelu);
  table.add("aten.prelu.default", importPrelu);
  table.add("aten._prelu_kernel.default", importPrelu);
  table.add("aten.elu.default", importElu);
  table.add("aten.selu.default", importSelu);
  table.add("aten.silu.default", importSilu);
  table.add("aten.softplus.default", importSoftplus);
  table.add("aten.mish.default", importMish);
  table.add("aten.gelu.default", importGelu);
  table.add("aten.hardtanh.default", importHardtanh);
  table.add("aten.clamp.default", importClamp);
  table.add("aten.clamp_min.default", importClamp);
  table.add("aten.clamp_max.default", importClamp);
  table.add("aten.clamp.Tensor", importClampTensor);
  table.add("aten.clamp_min.Tensor", importClampTensor);
  table.add("aten.clamp_max.Tensor", importClampTensor);
  table.add("aten.glu.default", importGlu);
  table.add("aten.log_sigmoid.default", importLogSigmoid);
  table.add("aten.threshold.default", importThreshold);
}

} // namespace tandem::torch
