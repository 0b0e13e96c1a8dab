#include "base/quantized_math.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/onnx/quantization.h"

#include "compiler/graph/build.h"
#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

#include "llvm/Support/MathExtras.h"

#include <cmath>

using namespace mlir;

namespace tandem::onnx {

namespace {
/// Which elements of a tensor a scale is for, and a zero point: all, those of an entry of dimension
/// `axis`, or where `block` is not 0 of so many entries of it that are all others' own.
struct ScaleForm {
  SmallVector<int64_t> shape; ///< of the tensor
  bool isOne = true;
  int64_t axis = 0, block = 0;

  static FailureOr<ScaleForm> read(OnnxNode &node, ArrayRef<int64_t> shape,
                                   ArrayRef<int64_t> scales);
  /// The scale of element `index` among the scales.
  int64_t placeOf(int64_t index) const;
  /// Scales or zero points so that they broadcast to the tensor.
  MaybeValue aligned(OnnxNode &node, MaybeValue scales) const;
};

FailureOr<ScaleForm> ScaleForm::read(OnnxNode &node, ArrayRef<int64_t> shape,
                                     ArrayRef<int64_t> scales) {
  ScaleForm form;
  form.shape.assign(shape.begin(), shape.end());
  form.isOne = *elementCount(scales) == 1;
  if (form.isOne)
    return form;
  auto rank = static_cast<int64_t>(shape.size());
  form.axis = node.axis("axis", rank, 1);
  form.block = node.integer("block_size", 0);
  if (node.failed())
    return failure();
  SmallVector<int64_t> expected = {shape[form.axis]};
  if (form.block > 0) {
    expected.assign(shape.begin(), shape.end());
    expected[form.axis] = llvm::divideCeil(shape[form.axis], form.block);
  }
  if (form.block < 0 || scales != ArrayRef<int64_t>(expected))
    return node.invalid("scales of shape " + shapeText(scales) + " in blocks of " +
                        Twine(form.block) + " along dimension " + Twine(form.axis) +
                        " of a tensor of shape " + shapeText(shape));
  if (form.block > 0) // a longer one is all of them
    form.block = std::min(form.block, std::max<int64_t>(shape[form.axis], 1));
  return form;
}

int64_t ScaleForm::placeOf(int64_t index) const {
  if (isOne)
    return 0;
  int64_t extent = shape[axis], inner = *elementCount(ArrayRef(shape).drop_front(axis + 1));
  int64_t entry = index / inner % extent;
  if (block == 0)
    return entry;
  int64_t blocks = llvm::divideCeil(extent, block);
  return (index / (inner * extent) * blocks + entry / block) * inner + index % inner;
}

MaybeValue ScaleForm::aligned(OnnxNode &node, MaybeValue scales) const {
  if (isOne)
    return node.reshape(scales, {});
  if (block != 0)
    return sliceAlong(node, repeatEach(node, scales, axis, block), axis, 0, shape[axis]);
  SmallVector<int64_t> broadcast(shape.size() - axis, 1);
  broadcast[0] = shape[axis];
  return node.reshape(scales, broadcast);
}

std::optional<ScaleForm> formOfKnown(OnnxNode &node, const Elements &tensor,
                                     const Elements &scales) {
  FailureOr<ScaleForm> form = ScaleForm::read(node, tensor.shape(), scales.shape());
  return failed(form) ? std::nullopt : std::optional(*form);
}

/// The type of QuantizeLinear's codes: that of its zero point, or what it says itself.
FailureOr<Type> codeType(OnnxNode &node) {
  Type byte = node.builder().getIntegerType(8, /*isSigned=*/false);
  FailureOr<Type> said = byte;
  if (int64_t number = node.integer("output_dtype", 0); number != 0)
    said = node.elementType("output_dtype");
  MaybeValue zero = node.optionalInput(2);
  if (failed(said) || failed(zero))
    return failure();
  Type code = *zero ? getElementTypeOrSelf(*zero) : *said;
  auto integer = dyn_cast<IntegerType>(code);
  if (!integer || (integer.getWidth() != 8 && integer.getWidth() != 16))
    return node.unsupported("codes that are not of 8 or 16 bits");
  return code;
}

/// The reals that a dequantize makes of a constant: of a bias in i32 that is quantized once more.
std::optional<Elements> dequantizedConstant(Value value) {
  auto dequantize = value.getDefiningOp<graph::DequantizeOp>();
  if (!dequantize)
    return std::nullopt;
  Value codes = dequantize.getInput();
  std::optional<graph::ConstantBytes> bytes = graph::constantOf(codes);
  std::optional<ElementType> storage = graph::elementTypeOf(getElementTypeOrSelf(codes));
  if (!bytes || !storage)
    return std::nullopt;
  Quantization quantization = graph::quantizationOf(getElementTypeOrSelf(codes));
  ArrayRef<int64_t> shape = shapeOf(codes);
  Elements stored(*storage, shape, bytes->raw());
  int64_t inner =
      quantization.perChannel() ? *elementCount(shape.drop_front(quantization.axis + 1)) : 1;
  return Elements::ofReals(ElementType::kF32, shape, [&](int64_t i) {
    size_t channel = quantization.perChannel() ? i / inner % shape[quantization.axis] : 0;
    return static_cast<double>(stored.integer(i) - quantization.zeroPoints[channel]) *
           quantization.scales[channel];
  });
}

/// Weights that are quantized in the model, as training with quantization leaves them.
MaybeValue quantizeKnown(OnnxNode &node, const Elements &reals, const Elements &scales, Type code) {
  std::optional<ScaleForm> form = formOfKnown(node, reals, scales);
  std::optional<Elements> zeros = node.known(2);
  if (!form)
    return failure();
  if (!reals.isReal() || !scales.isReal() || (zeros && zeros->count() != scales.count()))
    return node.invalid("it has integers, or other zero points than scales");
  CodeRange range = allCodes(*graph::elementTypeOf(code));
  return node.constantOf(
      Elements::ofIntegers(*graph::elementTypeOf(code), reals.shape(), [&](int64_t i) -> int64_t {
        int64_t place = form->placeOf(i);
        double zero = zeros ? static_cast<double>(zeros->integer(place)) : 0;
        auto steps = static_cast<float>(reals.real(i)) / static_cast<float>(scales.real(place));
        double rounded = std::nearbyint(steps) + zero;
        return static_cast<int64_t>(
            std::isnan(rounded) ? zero : std::clamp<double>(rounded, range.low, range.high));
      }));
}

/// By arithmetic, into plain integers, where the scale is computed at run time or is not one for
/// all. Ties go to even, as ONNX has it.
MaybeValue quantizeByOps(OnnxNode &node, MaybeValue x, Type code) {
  MaybeValue scale = node.input(1), zeroPoint = node.optionalInput(2);
  if (failed(x) || failed(scale) || failed(zeroPoint))
    return failure();
  if (!isa<FloatType>(getElementTypeOrSelf(*scale)) || !isa<FloatType>(getElementTypeOrSelf(*x)))
    return node.unsupported("integers that are quantized");
  FailureOr<ScaleForm> form = ScaleForm::read(node, shapeOf(*x), shapeOf(*scale));
  if (failed(form))
    return failure();
  Type real = node.builder().getF32Type();
  MaybeValue steps = node.create<graph::RoundOp>(
      node.divide(node.cast(x, real), form->aligned(node, node.cast(scale, real))));
  if (*zeroPoint)
    steps = node.add(steps, form->aligned(node, node.cast(zeroPoint, real)));
  CodeRange range = allCodes(*graph::elementTypeOf(code));
  return node.cast(clampBetween(node, steps, range.low, range.high), code);
}
} // namespace

/// QuantizeLinear: f32 to codes; the zero point has their type. ONNX rounds ties to even, the graph
/// away from zero, which differs where x / scale ends in exactly one half.
static MaybeValue importQuantizeLinear(OnnxNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<Type> code = codeType(node);
  if (failed(input) || failed(code))
    return failure();
  std::optional<Elements> scales = node.known(1), known = node.known(0);
  if (!known)
    known = dequantizedConstant(*input);
  if (known && scales && (!node.has(2) || node.known(2)))
    return quantizeKnown(node, *known, *scales, *code);
  if (!scales || scales->count() != 1 || (node.has(2) && !node.known(2)) ||
      !getElementTypeOrSelf(*input).isF32())
    return quantizeByOps(node, input, *code);
  FailureOr<Type> type = quantizedType(node, 1, 2, *graph::elementTypeOf(*code));
  if (failed(type))
    return failure();
  return node.createTyped<graph::QuantizeOp>(*type, input);
}

namespace {
/// By arithmetic, where the scale is computed at run time, or is not one for all of what is.
MaybeValue dequantizeByOps(OnnxNode &node, MaybeValue codes) {
  MaybeValue scale = node.input(1), zeroPoint = node.optionalInput(2);
  if (failed(codes) || failed(scale) || failed(zeroPoint))
    return failure();
  Type given = getElementTypeOrSelf(*codes), type = getElementTypeOrSelf(*scale);
  if (!isa<FloatType>(type) || !isa<IntegerType>(given))
    return node.unsupported("codes that were made with another scale or zero point");
  FailureOr<ScaleForm> form = ScaleForm::read(node, shapeOf(*codes), shapeOf(*scale));
  if (failed(form))
    return failure();
  Type real = node.builder().getF32Type();
  MaybeValue numbers = node.cast(codes, real);
  if (*zeroPoint)
    numbers = node.subtract(numbers, form->aligned(node, node.cast(zeroPoint, real)));
  return node.cast(node.multiply(numbers, form->aligned(node, node.cast(scale, real))), type);
}

/// Weights in blocks become reals here.
MaybeValue dequantizeBlocks(OnnxNode &node, const Elements &codes, const Elements &scales) {
  std::optional<ScaleForm> form = formOfKnown(node, codes, scales);
  std::optional<Elements> zeros;
  if (node.has(2)) {
    FailureOr<Elements> known = node.constant(2, "a zero point");
    if (failed(known))
      return failure();
    zeros = *known;
  }
  if (!form)
    return failure();
  if (codes.isReal() || !scales.isReal() || (zeros && zeros->count() != scales.count()))
    return node.invalid("codes that are no integers, or other zero points than scales");
  return node.constantOf(Elements::ofReals(scales.type(), codes.shape(), [&](int64_t i) {
    int64_t place = form->placeOf(i);
    int64_t zero = zeros ? zeros->integer(place) : 0;
    return static_cast<double>(codes.integer(i) - zero) * scales.real(place);
  }));
}
} // namespace

/// DequantizeLinear: codes to f32. A constant stays codes here, so that what reads it may be
/// computed on them; fold-constants makes it f32 where nothing is.
static MaybeValue importDequantizeLinear(OnnxNode &node) {
  node.unpackCodes();
  std::optional<Elements> codes = node.known(0), scales = node.known(1);
  bool isInBlocks = node.integer("block_size", 0) != 0;
  if (node.failed())
    return failure();
  if (codes && scales && isInBlocks && scales->count() > 1)
    return dequantizeBlocks(node, *codes, *scales);
  bool isOneScale = scales && scales->count() == 1;
  if (!scales || (!codes && !isOneScale))
    return dequantizeByOps(node, node.input(0));
  int64_t axis = isOneScale ? 0 : node.axis("axis", static_cast<int64_t>(codes->shape().size()), 1);
  if (node.failed())
    return failure();
  MaybeValue value = quantizedInput(node, 0, static_cast<int32_t>(axis));
  if (failed(value))
    return failure();
  MaybeValue reals = graph::createInferred<graph::DequantizeOp>(
      node.builder(), node.location(), node.builder().getF32Type(), *value);
  return node.cast(reals, graph::plainType(node.builder().getContext(), scales->type()));
}

void registerQuantize(OpTable &table) {
  table.add("QuantizeLinear", importQuantizeLinear);
  table.add("DequantizeLinear", importDequantizeLinear);
  table.add("com.microsoft.QuantizeLinear", importQuantizeLinear);
  table.add("com.microsoft.DequantizeLinear", importDequantizeLinear);
}

} // namespace tandem::onnx
