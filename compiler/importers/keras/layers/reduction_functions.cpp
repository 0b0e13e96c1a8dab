// Functions of keras.ops, and in Keras 2 of TensorFlow, over whole axes.
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/keras/functions.h"
#include "compiler/importers/keras/layer.h"

#include <cmath>

using namespace mlir;

namespace tandem::keras {

namespace {
/// What is reduced: over all axes when 'axis' is None.
struct Reduction {
  MaybeValue x = failure();
  SmallVector<int64_t> axes;
  bool keepDims = false;
};

Reduction readReduction(Layer &layer) {
  MaybeValue x = layer.operand(0, "input_tensor");
  if (failed(x))
    return {};
  auto all = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*x).size()));
  FailureOr<SmallVector<int64_t>> axes = layer.axes("axis", all, shapeOf(*x));
  bool keepDims = layer.flag("keepdims", false);
  if (failed(axes) || layer.failed())
    return {};
  return {x, *axes, keepDims};
}

template <typename OpT> MaybeValue importReduction(Layer &layer) {
  Reduction of = readReduction(layer);
  return layer.create<OpT>(of.x, of.axes, of.keepDims);
}

MaybeValue importVariance(Layer &layer) {
  Reduction of = readReduction(layer);
  MaybeValue mean = layer.create<graph::MeanOp>(of.x, of.axes, /*keepDims=*/true);
  return layer.create<graph::MeanOp>(square(layer, layer.subtract(of.x, mean)), of.axes,
                                     of.keepDims);
}
MaybeValue importDeviation(Layer &layer) {
  return layer.create<graph::SqrtOp>(importVariance(layer));
}

/// log(sum(exp(x))), from the largest on so that nothing overflows.
MaybeValue importLogSumExp(Layer &layer) {
  Reduction of = readReduction(layer);
  MaybeValue largest = layer.create<graph::ReduceMaxOp>(of.x, of.axes, /*keepDims=*/true);
  MaybeValue sum = layer.create<graph::SumOp>(
      layer.create<graph::ExpOp>(layer.subtract(of.x, largest)), of.axes, /*keepDims=*/true);
  MaybeValue result = layer.add(layer.create<graph::LogOp>(sum), largest);
  if (of.keepDims || failed(result))
    return result;
  SmallVector<int64_t> shape;
  for (auto [d, size] : llvm::enumerate(shapeOf(*result)))
    if (!llvm::is_contained(of.axes, static_cast<int64_t>(d)))
      shape.push_back(size);
  return layer.reshape(result, shape);
}

/// An axis that is one number, the last where there is none.
FailureOr<int64_t> readAxis(Layer &layer, MaybeValue x) {
  if (failed(x))
    return failure();
  FailureOr<SmallVector<int64_t>> axes = layer.axes("axis", -1, shapeOf(*x));
  if (failed(axes))
    return failure();
  if (axes->size() != 1)
    return layer.unsupported("over several axes");
  return axes->front();
}

template <typename OpT> MaybeValue importArg(Layer &layer) {
  MaybeValue x = layer.operand(0, "input");
  if (failed(x))
    return failure();
  bool keepDims = layer.flag("keepdims", false), isTf = layer.className().starts_with("tf.");
  int64_t axis = 0;
  if (layer.find("axis")) {
    FailureOr<int64_t> given = readAxis(layer, x);
    if (failed(given))
      return failure();
    axis = *given;
  } else if (!isTf) { // of all elements
    x = layer.reshape(x, *elementCount(shapeOf(*x)));
  }
  Type type = isTf ? layer.builder().getI64Type() : layer.builder().getI32Type();
  return layer.failed() ? MaybeValue(failure()) : layer.createTyped<OpT>(type, x, axis, keepDims);
}

MaybeValue importSoftmax(Layer &layer) {
  MaybeValue x = layer.operand(0, "logits");
  FailureOr<int64_t> axis = readAxis(layer, x);
  return failed(axis) ? MaybeValue(failure()) : softmaxOver(layer, x, *axis);
}
MaybeValue importLogSoftmax(Layer &layer) {
  MaybeValue x = layer.operand(0, "logits");
  FailureOr<int64_t> axis = readAxis(layer, x);
  return failed(axis) ? MaybeValue(failure()) : layer.create<graph::LogSoftmaxOp>(x, *axis);
}
MaybeValue importGlu(Layer &layer) {
  MaybeValue x = layer.operand(0, "x");
  FailureOr<int64_t> axis = readAxis(layer, x);
  return failed(axis) ? MaybeValue(failure()) : glu(layer, x, *axis);
}

/// ops.normalize of order 2, and tf.math.l2_normalize.
MaybeValue importNormalize(Layer &layer) {
  bool isTf = layer.className().starts_with("tf.");
  MaybeValue x = layer.operand(0, "x");
  double epsilon = layer.number("epsilon", isTf ? 1e-12 : 1e-7);
  if (failed(x) || layer.failed())
    return failure();
  FailureOr<SmallVector<int64_t>> axes = layer.axes("axis", -1, shapeOf(*x));
  if (failed(axes))
    return failure();
  if (layer.integer("order", 2) != 2)
    return layer.unsupported("of another order than 2");
  return unitNormalized(layer, x, *axes, isTf ? std::sqrt(epsilon) : epsilon);
}

MaybeValue importCumulation(Layer &layer) {
  bool isTf = layer.className().starts_with("tf.");
  if (!layer.find("axis") && !isTf)
    return layer.unsupported("without 'axis'");
  MaybeValue x = layer.operand(0, "x");
  Cumulation how;
  how.exclusive = layer.flag("exclusive", false);
  how.backwards = layer.flag("reverse", false);
  how.multiplies = layer.className().ends_with_insensitive("cumprod");
  if (failed(x) || layer.failed())
    return failure();
  FailureOr<SmallVector<int64_t>> axes = layer.axes("axis", 0, shapeOf(*x));
  if (failed(axes))
    return failure();
  how.axis = axes->front();
  return cumulate(layer, x, how);
}

/// The largest of the last axis, and where they are.
Results importTopK(Layer &layer) {
  MaybeValue x = layer.operand(0, "input");
  int64_t k = layer.integer("k");
  if (layer.failed() || failed(x) || shapeOf(*x).empty())
    return failure();
  TopK best = topK(layer, x, k, static_cast<int64_t>(shapeOf(*x).size()) - 1, /*largest=*/true);
  if (failed(best.values) || failed(best.indices))
    return failure();
  return Values{*best.values, *best.indices};
}
} // namespace

void registerReductionFunctions(LayerTable &table) {
  auto add = [&](StringRef ops, StringRef tf, Handler handler) {
    table.add(("ops." + ops).str(), handler);
    table.add(("tf." + tf).str(), handler);
  };
  add("Mean", "math.reduce_mean", importReduction<graph::MeanOp>);
  add("Sum", "math.reduce_sum", importReduction<graph::SumOp>);
  add("Max", "math.reduce_max", importReduction<graph::ReduceMaxOp>);
  add("Min", "math.reduce_min", importReduction<graph::ReduceMinOp>);
  add("Prod", "math.reduce_prod", importReduction<graph::ReduceProdOp>);
  add("Var", "math.reduce_variance", importVariance);
  add("Std", "math.reduce_std", importDeviation);
  add("Logsumexp", "math.reduce_logsumexp", importLogSumExp);
  add("Argmax", "math.argmax", importArg<graph::ArgMaxOp>);
  add("Argmin", "math.argmin", importArg<graph::ArgMinOp>);
  add("Softmax", "nn.softmax", importSoftmax);
  add("LogSoftmax", "nn.log_softmax", importLogSoftmax);
  add("Normalize", "math.l2_normalize", importNormalize);
  add("Cumsum", "math.cumsum", importCumulation);
  add("Cumprod", "math.cumprod", importCumulation);
  table.add("ops.Glu", importGlu);
  for (StringRef name : {"ops.TopK", "tf.math.top_k"})
    table.addMany(name, importTopK);
}

} // namespace tandem::keras
