#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/onnx/node.h"

using namespace mlir;

namespace tandem::onnx {

static constexpr auto kNone = graph::Activation::None;

static MaybeValue timesPlus(OnnxNode &node, MaybeValue x, MaybeValue scale, MaybeValue offset) {
  if (failed(scale) || failed(offset))
    return failure();
  if (*scale)
    x = node.create<graph::MulOp>(x, scale, kNone);
  return *offset ? node.create<graph::AddOp>(x, offset, kNone) : x;
}

/// BatchNormalization. Channels are dimension 1 there, the last here.
static MaybeValue importBatchNormalization(OnnxNode &node) {
  MaybeValue input = node.input(0), scale = node.input(1), offset = node.input(2),
             mean = node.input(3), variance = node.input(4);
  auto epsilon = static_cast<float>(node.number("epsilon", 1e-5));
  bool isTraining = node.flag("training_mode", false), isSpatial = node.flag("spatial", true);
  if (node.failed() || failed(input) || failed(scale) || failed(offset) || failed(mean) ||
      failed(variance))
    return failure();
  if (isTraining || (node.opset() < 14 && node.isRead(1)))
    return node.unsupported("in training mode");
  if (!isSpatial)
    return node.unsupported("'spatial' 0");
  if (shapeOf(*input).size() < 2)
    return node.invalid("an input of shape " + shapeText(shapeOf(*input)));
  return batchNorm(node, input, {scale, offset, mean, variance}, epsilon);
}

/// One number a channel (dimension 1), in a shape that broadcasts to that of a tensor of `rank`.
static MaybeValue perChannel(OnnxNode &node, MaybeValue vector, size_t rank) {
  if (failed(vector))
    return failure();
  SmallVector<int64_t> shape(rank - 1, 1);
  shape[0] = *elementCount(shapeOf(*vector));
  return node.reshape(vector, shape);
}

/// InstanceNormalization: over the dimensions behind the channels.
static MaybeValue importInstanceNormalization(OnnxNode &node) {
  MaybeValue input = node.input(0);
  double epsilon = node.number("epsilon", 1e-5);
  if (node.failed() || failed(input))
    return failure();
  size_t rank = shapeOf(*input).size();
  if (rank < 3)
    return node.invalid("an input of shape " + shapeText(shapeOf(*input)));
  auto axes = llvm::to_vector(llvm::seq<int64_t>(2, rank));
  return timesPlus(node, normalizeOver(node, input, axes, epsilon).result,
                   perChannel(node, node.input(1), rank), perChannel(node, node.input(2), rank));
}

static SmallVector<int64_t> axesFrom(int64_t first, Value value) {
  return llvm::to_vector(llvm::seq<int64_t>(first, shapeOf(value).size()));
}

/// LayerNormalization: over the dimensions from 'axis' on; also gives mean and inverse deviation.
static FailureOr<Values> importLayerNormalization(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  int64_t axis = node.axis("axis", shapeOf(*input).size(), -1);
  double epsilon = node.number("epsilon", 1e-5);
  if (node.failed())
    return failure();
  Normalized normal = normalizeOver(node, input, axesFrom(axis, *input), epsilon);
  MaybeValue result = timesPlus(node, normal.result, node.input(1), node.optionalInput(2));
  if (failed(result))
    return failure();
  return Values{*result, *normal.mean, *normal.inverseDeviation};
}

/// GroupNormalization: channels in groups; scale and offset are per group before opset 21, then per
/// channel.
static MaybeValue importGroupNormalization(OnnxNode &node) {
  MaybeValue input = node.input(0), scale = node.input(1), offset = node.input(2);
  int64_t groups = node.integer("num_groups");
  double epsilon = node.number("epsilon", 1e-5);
  if (node.failed() || failed(input) || failed(scale) || failed(offset))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*input));
  if (shape.size() < 3 || groups < 1 || shape[1] % groups != 0)
    return node.invalid(Twine(groups) + " groups of an input of shape " + shapeText(shape));
  int64_t perImage = *elementCount(ArrayRef(shape).drop_front(1));
  MaybeValue rows = node.reshape(input, {shape[0], groups, perImage / groups});
  MaybeValue normal = normalizeOver(node, rows, {2}, epsilon).result;
  if (shapeOf(*scale) == ArrayRef<int64_t>(groups) && groups != shape[1])
    return node.reshape(
        timesPlus(node, normal, perChannel(node, scale, 3), perChannel(node, offset, 3)), shape);
  return timesPlus(node, node.reshape(normal, shape), perChannel(node, scale, shape.size()),
                   perChannel(node, offset, shape.size()));
}

/// RMSNormalization: x / sqrt(mean of squares + epsilon) * scale.
static MaybeValue importRmsNormalization(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  int64_t axis = node.axis("axis", shapeOf(*input).size(), -1);
  double epsilon = node.number("epsilon", 1e-5);
  if (node.failed())
    return failure();
  MaybeValue mean = node.create<graph::MeanOp>(powScalar(node, input, 2), axesFrom(axis, *input),
                                               /*keepDims=*/true);
  MaybeValue inverse = node.create<graph::RsqrtOp>(
      node.create<graph::AddOp>(mean, node.scalarLike(*input, epsilon), kNone));
  return timesPlus(node, node.create<graph::MulOp>(input, inverse, kNone), node.input(1), Value());
}

/// MeanVarianceNormalization, over batch and image where nothing else is said.
static MaybeValue importMeanVarianceNormalization(OnnxNode &node) {
  MaybeValue input = node.input(0);
  SmallVector<int64_t> given = node.integers("axes", SmallVector<int64_t>{0, 2, 3});
  if (node.failed() || failed(input))
    return failure();
  FailureOr<SmallVector<int64_t>> axes = node.normalized(given, shapeOf(*input).size());
  if (failed(axes))
    return failure();
  llvm::sort(*axes);
  constexpr double kEpsilon = 1e-9; // as ONNX's own definition has it, added to the deviation
  return normalizeOver(node, input, *axes, kEpsilon * kEpsilon).result;
}

/// LpNormalization: x over its p-norm along 'axis'.
static MaybeValue importLpNormalization(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  int64_t axis = node.axis("axis", shapeOf(*input).size(), -1), p = node.integer("p", 2);
  if (node.failed())
    return failure();
  if (p != 1 && p != 2)
    return node.invalid("'p' is " + Twine(p) + ", expected 1 or 2");
  MaybeValue powers = p == 1 ? node.create<graph::AbsOp>(input) : powScalar(node, input, 2);
  MaybeValue norm = node.create<graph::SumOp>(powers, ArrayRef<int64_t>{axis}, /*keepDims=*/true);
  if (p == 2)
    norm = node.create<graph::SqrtOp>(norm);
  if (failed(norm))
    return failure();
  // A norm of 0 is that of zeros, which stay: any divisor does.
  norm = node.create<graph::MaximumOp>(norm, node.scalarLike(*norm, 1e-37));
  return node.create<graph::DivOp>(input, norm, kNone);
}

/// LRN: x / (bias + alpha * mean of squares over 'size' channels around)^beta. The channels become
/// the height of an image, whose windows are averaged.
static MaybeValue importLrn(OnnxNode &node) {
  MaybeValue input = node.input(0);
  int64_t size = node.integer("size");
  double alpha = node.number("alpha", 1e-4), beta = node.number("beta", 0.75),
         bias = node.number("bias", 1);
  if (node.failed() || failed(input))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  constexpr int64_t kMost = 1 << 16;
  if (shape.size() < 3 || size < 1 || size > kMost)
    return node.invalid("'size' is " + Twine(size) + " for an input of shape " + shapeText(shape));
  int64_t pixels = *elementCount(shape.drop_front(2));
  MaybeValue image = node.reshape(powScalar(node, input, 2), {shape[0], shape[1], pixels, 1});
  SmallVector<int64_t> window = {size, 1}, stride = {1, 1}, low = {(size - 1) / 2, 0},
                       high = {size - 1 - (size - 1) / 2, 0};
  MaybeValue mean = node.create<graph::AveragePool2dOp>(
      image, window, stride, low, high, /*countIncludePad=*/true, graph::Activation::None);
  if (failed(mean))
    return failure();
  MaybeValue base = node.create<graph::AddOp>(
      node.create<graph::MulOp>(mean, node.scalarLike(*mean, alpha), kNone),
      node.scalarLike(*mean, bias), kNone);
  MaybeValue factor = node.reshape(powScalar(node, base, -beta), shape);
  return node.create<graph::MulOp>(input, factor, kNone);
}

void registerNormalization(OpTable &table) {
  table.add("BatchNormalization", importBatchNormalization, Takes::kReals);
  table.add("InstanceNormalization", importInstanceNormalization, Takes::kReals);
  table.addList("LayerNormalization", importLayerNormalization, Takes::kReals);
  table.add("GroupNormalization", importGroupNormalization, Takes::kReals);
  table.add("RMSNormalization", importRmsNormalization, Takes::kReals);
  table.add("MeanVarianceNormalization", importMeanVarianceNormalization, Takes::kReals);
  table.add("LpNormalization", importLpNormalization, Takes::kReals);
  table.add("LRN", importLrn, Takes::kReals);
}

} // namespace tandem::onnx
