#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/norms.h"
#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

using Results = FailureOr<SmallVector<Value>>;

static MaybeValue timesPlus(AtenNode &node, MaybeValue x, MaybeValue scale, MaybeValue offset) {
  if (failed(scale) || failed(offset))
    return failure();
  if (*scale)
    x = node.multiply(x, scale);
  return *offset ? node.add(x, offset) : x;
}

/// aten.layer_norm and native_layer_norm: over the last dimensions; the latter also gives mean and
/// inverse deviation.
static Results importLayerNorm(AtenNode &node) {
  MaybeValue input = node.tensor("input");
  SmallVector<int64_t> normalized = node.integers("normalized_shape");
  double epsilon = node.number("eps", 1e-5);
  if (node.failed() || failed(input))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (normalized.size() > shape.size() ||
      shape.take_back(normalized.size()) != ArrayRef(normalized))
    return node.invalid("'normalized_shape' is " + shapeText(normalized) +
                        " for a tensor of shape " + shapeText(shape));
  auto axes = llvm::to_vector(llvm::seq<int64_t>(shape.size() - normalized.size(), shape.size()));
  Normalized normal = normalizeOver(node, input, axes, epsilon);
  MaybeValue result =
      timesPlus(node, normal.result, node.optionalTensor("weight"), node.optionalTensor("bias"));
  if (failed(result))
    return failure();
  return SmallVector<Value>{*result, *normal.mean, *normal.inverseDeviation};
}

/// aten.rms_norm: x / sqrt(mean of squares + eps) * weight; the fused one also gives the factor.
static Results importRmsNorm(AtenNode &node) {
  MaybeValue input = node.tensor("input");
  SmallVector<int64_t> normalized = node.integers("normalized_shape");
  constexpr double kAbsent = 1.1920928955078125e-07; // the distance of 1 to the next f32
  double epsilon = node.number("eps", kAbsent);
  if (node.failed() || failed(input))
    return failure();
  auto rank = static_cast<int64_t>(shapeOf(*input).size());
  auto axes = llvm::to_vector(llvm::seq<int64_t>(
      std::max<int64_t>(rank - static_cast<int64_t>(normalized.size()), 0), rank));
  MaybeValue mean = node.create<graph::MeanOp>(square(node, input), axes, /*keepDims=*/true);
  MaybeValue inverse = node.create<graph::RsqrtOp>(node.add(mean, epsilon));
  MaybeValue result =
      timesPlus(node, node.multiply(input, inverse), node.optionalTensor("weight"), Value());
  if (failed(result))
    return failure();
  return SmallVector<Value>{*result, *inverse};
}

/// One number for each entry of dimension 1, in a shape that broadcasts.
static MaybeValue perChannel(AtenNode &node, StringRef name, size_t rank) {
  MaybeValue vector = node.optionalTensor(name);
  if (failed(vector) || !*vector)
    return vector;
  SmallVector<int64_t> shape(rank - 1, 1);
  shape[0] = *elementCount(shapeOf(*vector));
  return node.reshape(vector, shape);
}

/// A batch norm without statistics that are kept: those of each channel over the batch itself. How
/// weights are standardized, and what an instance norm decomposes into, of one image with the
/// channels of all.
static MaybeValue normalizeBatch(AtenNode &node, MaybeValue input, double epsilon) {
  size_t rank = shapeOf(*input).size();
  SmallVector<int64_t> axes = {0};
  axes.append(llvm::to_vector(llvm::seq<int64_t>(2, rank)));
  return timesPlus(node, normalizeOver(node, input, axes, epsilon).result,
                   perChannel(node, "weight", rank), perChannel(node, "bias", rank));
}

/// aten.batch_norm and what it decomposes into. Channels are dimension 1 there, the last here. Of
/// the decomposed forms' three results only the first is made; the others are for training.
static MaybeValue importBatchNorm(AtenNode &node) {
  MaybeValue input = node.tensor("input"), scale = node.optionalTensor("weight"),
             offset = node.optionalTensor("bias"), mean = node.optionalTensor("running_mean"),
             variance = node.optionalTensor("running_var");
  auto epsilon = static_cast<float>(node.number("eps", 1e-5));
  bool training = node.flag("training", false);
  if (node.failed() || failed(input) || failed(scale) || failed(offset) || failed(mean) ||
      failed(variance))
    return failure();
  if (shapeOf(*input).size() < 2)
    return node.invalid("its input has shape " + shapeText(shapeOf(*input)) +
                        ", expected 2 or more dimensions");
  if (!*mean && !*variance)
    return normalizeBatch(node, input, epsilon);
  if (training)
    return node.unsupported("in training mode, call eval() before the export");
  if (!*mean || !*variance)
    return node.invalid("it has only one of 'running_mean' and 'running_var'");
  Type type = getElementTypeOrSelf(*input);
  int64_t channels = shapeOf(*input)[1];
  if (!*scale)
    scale = node.fill(type, channels, 1);
  if (!*offset)
    offset = node.fill(type, channels, 0);
  return batchNorm(node, input, {scale, offset, mean, variance}, epsilon);
}

static MaybeValue groupNorm(AtenNode &node, MaybeValue input, int64_t groups) {
  double epsilon = node.number("eps", 1e-5);
  if (node.failed() || failed(input))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*input));
  if (shape.size() < 2 || groups < 1 || shape[1] % groups != 0)
    return node.invalid(Twine(groups) + " groups of a tensor of shape " + shapeText(shape));
  int64_t perImage = *elementCount(ArrayRef(shape).drop_front(1));
  MaybeValue rows = node.reshape(input, {shape[0], groups, perImage / groups});
  MaybeValue normal = node.reshape(normalizeOver(node, rows, {2}, epsilon).result, shape);
  return timesPlus(node, normal, perChannel(node, "weight", shape.size()),
                   perChannel(node, "bias", shape.size()));
}
static MaybeValue importGroupNorm(AtenNode &node) {
  int64_t groups = node.integer(node.has("group") ? "group" : "num_groups");
  return groupNorm(node, node.tensor("input"), groups);
}

/// aten.instance_norm: each channel is a group of its own.
static MaybeValue importInstanceNorm(AtenNode &node) {
  MaybeValue input = node.tensor("input");
  if (!node.flag("use_input_stats", true))
    return node.unsupported("with statistics that are stored");
  if (failed(input) || shapeOf(*input).size() < 2)
    return failure();
  return groupNorm(node, input, shapeOf(*input)[1]);
}

/// aten._weight_norm and _weight_norm_interface: g v / |v|, of each slice of 'dim'; the latter also
/// gives the lengths.
static Results importWeightNorm(AtenNode &node) {
  MaybeValue v = node.tensor("v"), g = node.tensor("g");
  if (failed(v) || failed(g))
    return failure();
  int64_t dim = node.integer("dim", 0);
  SmallVector<int64_t> others;
  for (int64_t d = 0, rank = static_cast<int64_t>(shapeOf(*v).size()); d < rank; ++d)
    if (d != dim) // -1: over all
      others.push_back(d);
  MaybeValue length = normOver(node, v, others, /*keepDims=*/true, 2);
  MaybeValue result = node.multiply(v, node.divide(g, length));
  if (node.failed() || failed(length) || failed(result))
    return failure();
  return SmallVector<Value>{*result, *length};
}

void registerNormalization(OpTable &table) {
  table.add("aten.batch_norm.default", importBatchNorm);
  table.add("aten.native_batch_norm.default", importBatchNorm);
  table.add("aten._native_batch_norm_legit_no_training.default", importBatchNorm);
  table.add("aten._native_batch_norm_legit.no_stats", importBatchNorm);
  table.addList("aten.layer_norm.default", importLayerNorm);
  table.addList("aten.native_layer_norm.default", importLayerNorm);
  table.addList("aten.rms_norm.default", importRmsNorm);
  table.addList("aten._fused_rms_norm.default", importRmsNorm);
  table.add("aten.group_norm.default", importGroupNorm);
  table.add("aten.native_group_norm.default", importGroupNorm);
  table.add("aten.instance_norm.default", importInstanceNorm);
  table.addList("aten._weight_norm.default", importWeightNorm);
  table.addList("aten._weight_norm_interface.default", importWeightNorm);
}

} // namespace tandem::torch
