#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/onnx/quantization.h"

#include "compiler/graph/build.h"
#include "compiler/graph/types.h"

#include <cmath>

using namespace mlir;

namespace tandem::onnx {

static constexpr auto kNone = graph::Activation::None;

static LogicalResult checkForm(OnnxNode &node) {
  if (node.integer("block_size", 0) != 0)
    return node.unsupported("'block_size', only one scale for all or per channel is");
  return node.failed() ? failure() : success();
}

/// By arithmetic, into plain integers, where the scale is computed at run time. Ties go to even, as
/// ONNX has it.
static MaybeValue quantizeByOps(OnnxNode &node, MaybeValue x) {
  MaybeValue scale = node.input(1), zeroPoint = node.optionalInput(2);
  if (failed(x) || failed(scale) || failed(zeroPoint))
    return failure();
  Type real = node.builder().getF32Type(), code = node.builder().getIntegerType(8, false);
  if (*zeroPoint)
    code = getElementTypeOrSelf(*zeroPoint);
  if (*elementCount(shapeOf(*scale)) != 1 || graph::isQuantized(code) ||
      !getElementTypeOrSelf(*scale).isF32() || !getElementTypeOrSelf(*x).isF32())
    return node.unsupported("a scale is computed at run time, unless one of FLOAT for all");
  MaybeValue steps = node.create<graph::RoundOp>(node.divide(x, scale));
  if (*zeroPoint)
    steps = node.add(steps, node.cast(zeroPoint, real));
  unsigned width = code.getIntOrFloatBitWidth();
  double low = code.isUnsignedInteger() ? 0 : -std::ldexp(1.0, static_cast<int>(width) - 1);
  double high = low + std::ldexp(1.0, static_cast<int>(width)) - 1;
  return node.cast(clampBetween(node, steps, low, high), code);
}

/// QuantizeLinear: f32 to codes; the zero point has their type. ONNX rounds ties to even, the graph
/// away from zero, which differs where x / scale ends in exactly one half.
static MaybeValue importQuantizeLinear(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input) || failed(checkForm(node)))
    return failure();
  if (!node.known(1))
    return quantizeByOps(node, input);
  if (int64_t type = node.integer("output_dtype", 0); type != 0 && !node.has(2))
    return node.unsupported("'output_dtype' without a zero point");
  FailureOr<Type> type = quantizedType(node, 1, 2);
  if (failed(type))
    return failure();
  if (isa<quant::UniformQuantizedPerAxisType>(*type))
    return node.unsupported("scales per channel of what is computed at run time");
  if (!getElementTypeOrSelf(*input).isF32())
    return node.unsupported("an input that is not FLOAT");
  return node.createTyped<graph::QuantizeOp>(*type, input);
}

/// By arithmetic, where the scale is computed at run time or does not fit a type.
static MaybeValue dequantizeByOps(OnnxNode &node, Value codes) {
  Type real = node.builder().getF32Type();
  MaybeValue scale = node.input(1), zeroPoint = node.optionalInput(2);
  if (failed(scale) || failed(zeroPoint))
    return failure();
  if (*elementCount(shapeOf(*scale)) != 1 || !getElementTypeOrSelf(*scale).isF32() ||
      graph::isQuantized(codes.getType()))
    return node.unsupported("scales that are computed at run time, unless one of FLOAT for all");
  MaybeValue numbers = node.createTyped<graph::CastOp>(real, codes);
  if (*zeroPoint)
    numbers =
        node.create<graph::SubOp>(numbers, node.createTyped<graph::CastOp>(real, zeroPoint), kNone);
  return node.create<graph::MulOp>(numbers, scale, kNone);
}

/// DequantizeLinear: codes to f32. A constant stays codes here, so that what reads it may be
/// computed on them; fold-constants makes it f32 where nothing is.
static MaybeValue importDequantizeLinear(OnnxNode &node) {
  if (failed(checkForm(node)))
    return failure();
  std::optional<Elements> codes = node.known(0);
  if (!codes && !node.known(1)) {
    MaybeValue value = node.input(0);
    return failed(value) ? MaybeValue(failure()) : dequantizeByOps(node, *value);
  }
  int64_t rank = 0;
  if (codes) {
    rank = static_cast<int64_t>(codes->shape().size());
  } else {
    MaybeValue value = node.input(0);
    if (failed(value))
      return failure();
    rank = static_cast<int64_t>(shapeOf(*value).size());
  }
  std::optional<Elements> scale = node.known(1);
  bool isPerChannel = scale && scale->count() > 1;
  int64_t axis = isPerChannel ? node.axis("axis", rank, 1) : 0;
  if (node.failed())
    return failure();
  MaybeValue value = quantizedInput(node, 0, static_cast<int32_t>(axis));
  if (failed(value))
    return failure();
  return graph::createInferred<graph::DequantizeOp>(node.builder(), node.location(),
                                                    node.builder().getF32Type(), *value);
}

void registerQuantize(OpTable &table) {
  table.add("QuantizeLinear", importQuantizeLinear);
  table.add("DequantizeLinear", importDequantizeLinear);
  table.add("com.microsoft.QuantizeLinear", importQuantizeLinear);
  table.add("com.microsoft.DequantizeLinear", importDequantizeLinear);
}

} // namespace tandem::onnx
