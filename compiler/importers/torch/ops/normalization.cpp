#include "compiler/importers/common/decompositions.h"
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

/// aten.rms_norm: x / sqrt(mean of squares + eps) * weight.
static MaybeValue importRmsNorm(AtenNode &node) {
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
  return timesPlus(node, node.multiply(input, inverse), node.optionalTensor("weight"), Value());
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

void registerNormalization(OpTable &table) {
  table.addList("aten.layer_norm.default", importLayerNorm);
  table.addList("aten.native_layer_norm.default", importLayerNorm);
  table.add("aten.rms_norm.default", importRmsNorm);
  table.add("aten.group_norm.default", importGroupNorm);
  table.add("aten.native_group_norm.default", importGroupNorm);
  table.add("aten.instance_norm.default", importInstanceNorm);
}

} // namespace tandem::torch
