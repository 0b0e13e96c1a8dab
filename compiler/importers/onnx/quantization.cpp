#include "compiler/importers/onnx/quantization.h"

#include "compiler/graph/build.h"
#include "compiler/graph/types.h"

#include "mlir/IR/DialectResourceBlobManager.h"

#include <cmath>

using namespace mlir;

namespace tandem::onnx {

std::optional<Quantization>
makeQuantization(const Elements &scales, const std::optional<Elements> &zeroPoints, int32_t axis) {
  constexpr int64_t kMostChannels = 1 << 20;
  Quantization result;
  result.axis = axis;
  if (scales.count() < 1 || scales.count() > kMostChannels || !scales.isReal() ||
      (zeroPoints && zeroPoints->count() != scales.count()))
    return std::nullopt;
  for (int64_t i = 0; i < scales.count(); ++i) {
    auto scale = static_cast<float>(scales.real(i));
    if (!std::isfinite(scale) || scale <= 0)
      return std::nullopt;
    result.scales.push_back(scale);
    result.zeroPoints.push_back(zeroPoints ? static_cast<int32_t>(zeroPoints->integer(i)) : 0);
  }
  return result;
}

FailureOr<Quantization> quantizationOf(OnnxNode &node, size_t scaleIndex, size_t zeroPointIndex,
                                       int32_t axis) {
  FailureOr<Elements> scale = node.constant(scaleIndex, "a scale");
  if (failed(scale))
    return failure();
  std::optional<Elements> zeroPoint;
  if (node.has(zeroPointIndex)) {
    FailureOr<Elements> known = node.constant(zeroPointIndex, "a zero point");
    if (failed(known))
      return failure();
    zeroPoint = *known;
  }
  std::optional<Quantization> result = makeQuantization(*scale, zeroPoint, axis);
  if (!result)
    return node.unsupported("scales that are not finite and positive, or not as many as zero "
                            "points");
  return *result;
}

FailureOr<Type> quantizedType(OnnxNode &node, size_t scaleIndex, size_t zeroPointIndex,
                              ElementType storage) {
  FailureOr<Quantization> quantization = quantizationOf(node, scaleIndex, zeroPointIndex);
  if (failed(quantization))
    return failure();
  if (std::optional<Elements> zeroPoint = node.known(zeroPointIndex))
    storage = zeroPoint->type();
  bool is8Bit = storage == ElementType::kU8 || storage == ElementType::kI8;
  if (!is8Bit && storage != ElementType::kI16)
    return node.unsupported("codes that are not of 8 or 16 bits");
  return graph::quantizedType(node.builder().getContext(), storage, *quantization);
}

/// Whether the scales are along a dimension that has as many entries.
static bool fits(const Quantization &quantization, ArrayRef<int64_t> shape) {
  if (!quantization.perChannel())
    return true;
  return quantization.axis >= 0 && quantization.axis < static_cast<int64_t>(shape.size()) &&
         shape[quantization.axis] == static_cast<int64_t>(quantization.scales.size());
}

/// (codes - zero point) * scale in f32, then quantized again: exact, since every code is.
static MaybeValue throughFloat(OnnxNode &node, Value codes, const Quantization &quantization,
                               Type type) {
  Type real = node.builder().getF32Type();
  constexpr auto kNone = graph::Activation::None;
  MaybeValue numbers = node.createTyped<graph::CastOp>(real, codes);
  if (failed(numbers))
    return failure();
  MaybeValue steps = node.create<graph::SubOp>(
      numbers, node.scalarLike(*numbers, quantization.zeroPoints[0]), kNone);
  MaybeValue reals =
      node.create<graph::MulOp>(steps, node.scalarLike(*numbers, quantization.scales[0]), kNone);
  return node.createTyped<graph::QuantizeOp>(type, reals);
}

/// Known codes under their quantized type: large ones of the file without a copy.
static MaybeValue knownCodes(OnnxNode &node, size_t index, const Elements &known, Type type) {
  constexpr size_t kFewBytes = 1 << 12;
  if (known.bytes().size() <= kFewBytes || known.owner())
    return node.codesOf(known, type);
  MaybeValue value = node.input(index);
  if (failed(value))
    return failure();
  auto constant = value->getDefiningOp<graph::ConstantOp>();
  auto codes = constant ? dyn_cast<DenseResourceElementsAttr>(constant.getValue()) : nullptr;
  if (!codes)
    return node.codesOf(known, type);
  auto stored = cast<RankedTensorType>(codes.getType()).clone(graph::storageType(type));
  return graph::ConstantOp::create(node.builder(), node.location(), stored.clone(type),
                                   DenseResourceElementsAttr::get(stored, codes.getRawHandle()))
      .getResult();
}

MaybeValue quantizedInput(OnnxNode &node, size_t index, int32_t axis) {
  FailureOr<Quantization> quantization = quantizationOf(node, index + 1, index + 2, axis);
  if (failed(quantization))
    return failure();
  MLIRContext *context = node.builder().getContext();
  if (std::optional<Elements> known = node.known(index)) {
    if (!fits(*quantization, known->shape()))
      return node.unsupported(Twine(quantization->scales.size()) + " scales along dimension " +
                              Twine(axis) + " of a tensor of shape " + shapeText(known->shape()));
    if (known->isReal() || known->type() == ElementType::kBool ||
        known->type() == ElementType::kI64)
      return node.unsupported("codes that are not integers of 8, 16 or 32 bits");
    return knownCodes(node, index, *known,
                      graph::quantizedType(context, known->type(), *quantization));
  }
  MaybeValue value = node.input(index);
  if (failed(value))
    return failure();
  Type element = getElementTypeOrSelf(*value);
  if (quantization->perChannel())
    return node.unsupported("scales per channel of codes that are computed at run time");
  if (isa<FloatType>(element))
    return node.unsupported("codes that are not integers");
  ElementType storage = *graph::elementTypeOf(element);
  if (storage == ElementType::kBool || storage == ElementType::kI64)
    return node.unsupported("codes that are not integers of 8, 16 or 32 bits");
  Type type = graph::quantizedType(context, storage, *quantization);
  if (type == element)
    return value;
  if (graph::isQuantized(element))
    return node.unsupported("codes that were made with another scale or zero point");
  return throughFloat(node, *value, *quantization, type);
}

} // namespace tandem::onnx
