#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

namespace {
/// One number per entry of dimension `axis`, in a shape that broadcasts to `rank` dimensions.
MaybeValue alongAxis(SymbolNode &node, MaybeValue vector, int64_t axis, size_t rank) {
  if (failed(vector))
    return failure();
  Ints shape(rank - static_cast<size_t>(axis), 1);
  shape.front() = *elementCount(shapeOf(*vector));
  return node.reshape(vector, shape);
}

MaybeValue scaleAndShift(SymbolNode &node, MaybeValue x, int64_t axis, size_t rank) {
  MaybeValue scale = alongAxis(node, node.input(1), axis, rank);
  MaybeValue shift = alongAxis(node, node.input(2), axis, rank);
  return node.create<graph::AddOp>(node.create<graph::MulOp>(x, scale, kNoActivation), shift,
                                   kNoActivation);
}

Ints dimensionsFrom(int64_t first, size_t rank) {
  return llvm::to_vector(llvm::seq<int64_t>(first, static_cast<int64_t>(rank)));
}
} // namespace

/// BatchNorm with the moving statistics, as in inference. Inputs: images, gamma, beta, mean,
/// variance. The gamma of the file means nothing when it is fixed, which is the default: it is 1.
static MaybeValue importBatchNorm(SymbolNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  auto rank = static_cast<int64_t>(shapeOf(*input).size());
  int64_t axis = node.axis("axis", rank, 1);
  auto epsilon = static_cast<float>(node.number("eps", 1e-3));
  bool isGammaFixed = node.flag("fix_gamma", true);
  if (node.failed())
    return failure();
  int64_t channels = shapeOf(*input)[axis];
  MaybeValue gamma =
      isGammaFixed ? node.fill(getElementTypeOrSelf(*input), channels, 1) : node.input(1);
  constexpr StringLiteral kNames[] = {"gamma", "beta", "moving mean", "moving variance"};
  for (auto [index, name] : llvm::enumerate(kNames))
    if (failed(node.checkShape(1 + index, name, channels)))
      return failure();
  Ints toLast, back;
  for (int64_t i = 0; i < rank; ++i) {
    if (i != axis)
      toLast.push_back(i);
    back.push_back(i == axis ? rank - 1 : i - (i > axis));
  }
  toLast.push_back(axis);
  bool isLast = axis == rank - 1;
  MaybeValue result = node.create<graph::BatchNormOp>(
      isLast ? input : node.transpose(input, toLast), gamma, node.input(2), node.input(3),
      node.input(4), llvm::APFloat(epsilon));
  return isLast ? result : node.transpose(result, back);
}

static MaybeValue importBatchNormWithRelu(SymbolNode &node) {
  return node.create<graph::ReluOp>(importBatchNorm(node));
}

/// InstanceNorm: over the spatial dimensions of each image and channel.
static MaybeValue importInstanceNorm(SymbolNode &node) {
  MaybeValue input = node.input(0);
  double epsilon = node.number("eps", 1e-3);
  if (node.failed() || failed(input))
    return failure();
  size_t rank = shapeOf(*input).size();
  if (rank < 3)
    return node.invalid("its input has shape " + shapeText(shapeOf(*input)) +
                        ", expected 3 or more dimensions");
  return scaleAndShift(node, normalizeOver(node, input, dimensionsFrom(2, rank), epsilon).result, 1,
                       rank);
}

static MaybeValue importLayerNorm(SymbolNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  size_t rank = shapeOf(*input).size();
  int64_t axis = node.axis("axis", static_cast<int64_t>(rank), -1);
  double epsilon = node.number("eps", 1e-5);
  if (node.failed())
    return failure();
  return scaleAndShift(node, normalizeOver(node, input, axis, epsilon).result, axis, rank);
}

/// GroupNorm: over the channels of a group and their pixels. Gamma and beta are per group in MXNet
/// 1.x, per channel from 2.0 on.
static MaybeValue importGroupNorm(SymbolNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<Ints> gamma = node.shape(1);
  int64_t groups = node.integer("num_groups", 1);
  double epsilon = node.number("eps", 1e-5);
  if (node.failed() || failed(input) || failed(gamma))
    return failure();
  Ints shape(shapeOf(*input));
  if (shape.size() < 3 || groups < 1 || shape[1] % groups)
    return node.invalid("'num_groups' is " + Twine(groups) + " for an input of shape " +
                        shapeText(shape));
  bool isPerGroup = *gamma == Ints{groups};
  int64_t count = isPerGroup ? groups : shape[1];
  if (failed(node.checkShape(1, "gamma", count)) || failed(node.checkShape(2, "beta", count)))
    return failure();
  int64_t rest = *elementCount(ArrayRef(shape).drop_front()) / groups;
  MaybeValue grouped = node.reshape(input, {shape[0], groups, rest});
  MaybeValue normal = normalizeOver(node, grouped, int64_t(2), epsilon).result;
  if (isPerGroup)
    return node.reshape(scaleAndShift(node, normal, 1, 3), shape);
  return scaleAndShift(node, node.reshape(normal, shape), 1, shape.size());
}

/// L2Normalization: x / sqrt(sum(x^2) + eps), over each example, each pixel's channels, or each
/// channel's pixels.
static MaybeValue importL2Normalization(SymbolNode &node) {
  MaybeValue input = node.input(0);
  double epsilon = node.number("eps", 1e-10);
  StringRef mode = node.string("mode", "instance");
  if (node.failed() || failed(input))
    return failure();
  size_t rank = shapeOf(*input).size();
  Ints axes = mode == "channel" ? Ints{1} : dimensionsFrom(mode == "spatial" ? 2 : 1, rank);
  if (!llvm::is_contained({"instance", "channel", "spatial"}, mode) || rank < 2)
    return node.invalid("'mode' is '" + mode + "' for an input of shape " +
                        shapeText(shapeOf(*input)));
  MaybeValue squares = node.create<graph::MulOp>(input, input, kNoActivation);
  MaybeValue sum = node.create<graph::SumOp>(squares, axes, /*keepDims=*/true);
  MaybeValue shifted =
      node.create<graph::AddOp>(sum, node.scalarLike(*input, epsilon), kNoActivation);
  return node.create<graph::MulOp>(input, node.create<graph::RsqrtOp>(shifted), kNoActivation);
}

/// LRN: x / (knorm + alpha / nsize * sum of the squares of nsize channels)^beta. With the channels
/// as the columns of a picture, that sum over nsize is an average with the padding counted.
static MaybeValue importLrn(SymbolNode &node) {
  MaybeValue input = node.input(0);
  double alpha = node.number("alpha", 1e-4), beta = node.number("beta", 0.75),
         knorm = node.number("knorm", 2);
  int64_t size = node.integer("nsize");
  if (node.failed() || failed(input))
    return failure();
  Ints shape(shapeOf(*input));
  constexpr int64_t kMostSize = 1 << 16;
  if (shape.size() != 4 || size < 1 || size > kMostSize || size % 2 == 0)
    return node.invalid("'nsize' is " + Twine(size) + " for an input of shape " + shapeText(shape) +
                        ", expected an odd number, and 4 dimensions");
  MaybeValue nhwc = node.toNhwc(input);
  MaybeValue squares = node.reshape(node.create<graph::MulOp>(nhwc, nhwc, kNoActivation),
                                    {shape[0], shape[2] * shape[3], shape[1], 1});
  constexpr int64_t kOne[] = {1, 1};
  int64_t window[] = {1, size}, pad[] = {0, size / 2};
  MaybeValue mean = node.create<graph::AveragePool2dOp>(
      squares, ArrayRef<int64_t>(window), ArrayRef<int64_t>(kOne), ArrayRef<int64_t>(pad),
      ArrayRef<int64_t>(pad), /*countIncludePad=*/true, kNoActivation);
  mean = node.reshape(mean, {shape[0], shape[2], shape[3], shape[1]});
  MaybeValue scaled =
      node.create<graph::MulOp>(mean, node.scalarLike(*input, alpha), kNoActivation);
  MaybeValue base =
      node.create<graph::AddOp>(scaled, node.scalarLike(*input, knorm), kNoActivation);
  return node.toNchw(node.create<graph::MulOp>(nhwc, powScalar(node, base, -beta), kNoActivation));
}

void registerNormalization(OpTable &table) {
  for (StringRef op : {"BatchNorm", "BatchNorm_v1", "CuDNNBatchNorm", "_contrib_SyncBatchNorm"})
    table.add(op, importBatchNorm);
  table.add("_contrib_BatchNormWithReLU", importBatchNormWithRelu);
  table.add("InstanceNorm", importInstanceNorm);
  table.add("LayerNorm", importLayerNorm);
  table.add("GroupNorm", importGroupNorm);
  table.add("L2Normalization", importL2Normalization);
  table.add("LRN", importLrn);
}

} // namespace tandem::mxnet
