#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/keras/image.h"

using namespace mlir;

namespace tandem::keras {

// Reshaping layers: https://keras.io/api/layers/reshaping_layers/ The batch stays in front.

/// Channels in front go behind first.
static MaybeValue importFlatten(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  StringRef format = layer.string("data_format", "channels_last");
  if (layer.failed() || layer.inputShape().empty())
    return failure();
  MaybeValue x = layer.input();
  auto rank = static_cast<int64_t>(layer.inputShape().size());
  if (format == "channels_first" && rank > 2) {
    SmallVector<int64_t> order = {0};
    llvm::append_range(order, llvm::seq<int64_t>(2, rank));
    order.push_back(1);
    x = layer.transpose(x, order);
  }
  return layer.reshape(
      x, {layer.inputShape().front(), *elementCount(layer.inputShape().drop_front())});
}

/// One entry of 'target_shape' may be -1: whatever is left.
static MaybeValue importReshape(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  SmallVector<int64_t> shape = layer.integers("target_shape");
  if (layer.failed())
    return failure();
  int64_t open = -1, known = 1, total = *elementCount(layer.inputShape().drop_front());
  for (auto [index, size] : llvm::enumerate(shape)) {
    if (size == -1 && open < 0)
      open = static_cast<int64_t>(index);
    else if (size < 1 || __builtin_mul_overflow(known, size, &known))
      return layer.invalid("'target_shape' has " + Twine(size));
  }
  if (open >= 0)
    shape[open] = total / known;
  shape.insert(shape.begin(), layer.inputShape().front());
  return layer.create<graph::ReshapeOp>(layer.input(), shape);
}

/// 'dims' counts from 1, without the batch.
static MaybeValue importPermute(Layer &layer) {
  if (!layer.hasOneInput())
    return failure();
  SmallVector<int64_t> permutation = layer.integers("dims");
  if (layer.failed())
    return failure();
  permutation.insert(permutation.begin(), 0);
  return layer.create<graph::TransposeOp>(layer.input(), permutation);
}

/// RepeatVector: each vector 'n' times, in a dimension in front of it.
static MaybeValue importRepeatVector(Layer &layer) {
  if (!layer.hasOneInput(2))
    return failure();
  int64_t times = layer.integer("n");
  if (!layer.failed() && (times < 1 || times > INT32_MAX))
    return layer.invalid("'n' is " + Twine(times));
  if (layer.failed())
    return failure();
  ArrayRef<int64_t> shape = layer.inputShape();
  return expandTo(layer, layer.reshape(layer.input(), {shape[0], 1, shape[1]}),
                  {shape[0], times, shape[1]});
}

/// UpSampling1D, UpSampling2D, UpSampling3D: whole factors.
static MaybeValue importUpSampling(Layer &layer) {
  FailureOr<Image> image = Image::of(layer);
  if (failed(image))
    return failure();
  Extents factor = image->extents("size", image->each(2));
  StringRef interpolation = layer.string("interpolation", "nearest");
  if (layer.failed())
    return failure();
  Extents size;
  for (auto [i, times] : llvm::enumerate(factor))
    if (__builtin_mul_overflow(image->shape()[1 + i], times, &size.emplace_back()))
      return layer.invalid("'size' is " + shapeText(factor));
  if (image->isVolume())
    return image->back(resizeVolume(layer, image->nhwc(), {size[0], size[1], size[2]}, {}));
  if (interpolation == "nearest") // by whole factors wherever pixels have their middles
    return image->back(layer.create<graph::ResizeNearestOp>(
        image->nhwc(), ArrayRef(size), /*alignCorners=*/false, /*halfPixelCenters=*/false));
  return image->back(resized(layer, image->nhwc(), size, interpolation));
}

/// TimeDistributed is split in two when it is parsed (model_config.cpp): all places become one
/// batch; and with what the layer inside made of them, and the input, places again.
static MaybeValue importTimeDistributed(Layer &layer) {
  ArrayRef<int64_t> whole = shapeOf(layer.inputs().back());
  if (layer.inputs().size() > 2 || layer.inputShape().empty())
    return layer.invalid("has " + Twine(layer.inputs().size()) + " inputs");
  if (whole.size() < 3)
    return layer.invalid("has an input of shape " + shapeText(whole) +
                         ", expected 3 or more dimensions");
  SmallVector<int64_t> shape;
  if (layer.inputs().size() == 1) {
    shape.push_back(whole[0] * whole[1]);
    llvm::append_range(shape, whole.drop_front(2));
  } else {
    shape.assign({whole[0], whole[1]});
    llvm::append_range(shape, layer.inputShape().drop_front());
  }
  return layer.reshape(layer.input(), shape);
}

void registerReshaping(LayerTable &table) {
  table.add("Flatten", importFlatten, Takes::kIntegers);
  table.add("Reshape", importReshape, Takes::kIntegers);
  table.add("Permute", importPermute, Takes::kIntegers);
  table.add("RepeatVector", importRepeatVector, Takes::kIntegers);
  table.add("TimeDistributed", importTimeDistributed, Takes::kIntegers);
  for (StringRef name : {"UpSampling1D", "UpSampling2D", "UpSampling3D"})
    table.add(name, importUpSampling);
}

} // namespace tandem::keras
