#include "compiler/importers/keras/layer.h"

using namespace mlir;

namespace tandem::keras {

// Reshaping layers: https://keras.io/api/layers/reshaping_layers/ The batch stays in front.

static MaybeValue importFlatten(Layer &layer) {
  layer.checkDataFormat();
  if (!layer.hasOneInput() || layer.failed())
    return failure();
  int64_t rest = *elementCount(layer.inputShape().drop_front());
  return layer.create<graph::ReshapeOp>(layer.input(),
                                        ArrayRef<int64_t>{layer.inputShape().front(), rest});
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

/// UpSampling2D: whole factors; bilinear samples at half-pixel centres, as tf.keras does.
static MaybeValue importUpSampling2d(Layer &layer) {
  layer.checkDataFormat();
  if (!layer.hasOneInput(4))
    return failure();
  Pair factor = layer.pair("size", Pair{2, 2});
  StringRef interpolation = layer.string("interpolation", "nearest");
  if (layer.failed())
    return failure();
  Pair size;
  for (int i = 0; i < 2; ++i)
    if (__builtin_mul_overflow(layer.inputShape()[1 + i], factor[i], &size.emplace_back()))
      return layer.invalid("'size' is " + shapeText(factor));
  if (interpolation == "nearest")
    return layer.create<graph::ResizeNearestOp>(layer.input(), size, /*alignCorners=*/false,
                                                /*halfPixelCenters=*/false);
  if (interpolation == "bilinear")
    return layer.create<graph::ResizeBilinearOp>(layer.input(), size, /*alignCorners=*/false,
                                                 /*halfPixelCenters=*/true);
  return layer.unsupported("interpolation '" + interpolation +
                           "', only 'nearest' and 'bilinear' are");
}

void registerReshaping(LayerTable &table) {
  table.add("Flatten", importFlatten);
  table.add("Reshape", importReshape);
  table.add("Permute", importPermute);
  table.add("UpSampling2D", importUpSampling2d);
}

} // namespace tandem::keras
