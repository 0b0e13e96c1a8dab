#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/volumes.h"
#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

/// A number for each channel, in the type of the image: of half precision ones it is float32.
static MaybeValue parameter(TfNode &node, size_t index, Value image) {
  return node.cast(node.input(index), getElementTypeOrSelf(image));
}

/// FusedBatchNorm, V2, V3: image (V3 volumes too), scale, offset, mean, variance. In training mode
/// the latter two are those of the images at hand, by which Keras 2 writes a layer normalization.
/// Of the results only the first is made; the others are for training.
static MaybeValue importBatchNorm(TfNode &node) {
  StringRef format = node.string("data_format", "NHWC");
  bool isVolume = format == "NDHWC" || format == "NCDHW", isMoved = format == "NCDHW";
  MaybeValue image = isVolume ? node.input(0) : node.image(0);
  if (isMoved)
    image = toNdhwc(node, image);
  auto back = [&](MaybeValue result) {
    if (isVolume)
      return isMoved ? toNcdhw(node, result) : result;
    return node.fromNhwc(result);
  };
  auto epsilon = static_cast<float>(node.number("epsilon", 1e-4));
  bool isTraining = node.flag("is_training", true);
  if (node.failed() || failed(image))
    return failure();
  MaybeValue scale = parameter(node, 1, *image), offset = parameter(node, 2, *image);
  if (isTraining) {
    auto axes = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*image).size() - 1));
    MaybeValue normal = normalizeOver(node, image, axes, epsilon).result;
    return back(node.add(node.multiply(normal, scale), offset));
  }
  return back(node.create<graph::BatchNormOp>(image, scale, offset, parameter(node, 3, *image),
                                              parameter(node, 4, *image), llvm::APFloat(epsilon)));
}

/// _FusedBatchNormEx: with a tensor added to the result and Relu behind.
static MaybeValue importBatchNormEx(TfNode &node) {
  int64_t sides = node.attribute("num_side_inputs", 0);
  StringRef activation = node.string("activation_mode", "Identity");
  MaybeValue result = importBatchNorm(node);
  if (node.failed() || failed(result))
    return failure();
  if (sides > 0)
    result = node.add(result, node.input(5));
  if (activation == "Relu")
    return node.create<graph::ReluOp>(result);
  if (activation != "Identity")
    return node.unsupported("'activation_mode' '" + activation + "'");
  return result;
}

/// BatchNormWithGlobalNormalization, of old: image, mean, variance, offset, scale.
static MaybeValue importGlobalBatchNorm(TfNode &node) {
  MaybeValue image = node.image(0);
  auto epsilon = static_cast<float>(node.number("variance_epsilon", 1e-3));
  bool scales = node.flag("scale_after_normalization", true);
  if (node.failed() || failed(image))
    return failure();
  MaybeValue scale = scales
                         ? parameter(node, 4, *image)
                         : node.fill(getElementTypeOrSelf(*image), shapeOf(*image).take_back(), 1);
  return node.create<graph::BatchNormOp>(image, scale, parameter(node, 3, *image),
                                         parameter(node, 1, *image), parameter(node, 2, *image),
                                         llvm::APFloat(epsilon));
}

void registerBatchNorm(OpTable &table) {
  table.add("BatchNormWithGlobalNormalization", importGlobalBatchNorm);
  for (StringRef op :
       {"FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3", "_FusedBatchNormEx"}) {
    table.add(op, op.starts_with("_") ? importBatchNormEx : importBatchNorm);
    table.nameOutputs(op, {"y", "batch_mean", "batch_variance", "reserve_space_1",
                           "reserve_space_2", "reserve_space_3"});
  }
}

} // namespace tandem::tensorflow
