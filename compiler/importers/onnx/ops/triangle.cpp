#include "compiler/importers/onnx/node.h"

using namespace mlir;

namespace tandem::onnx {

/// Trilu: zeros above or below a diagonal of the last two dimensions, by a factor of 0 or 1.
static MaybeValue importTrilu(OnnxNode &node) {
  MaybeValue input = node.input(0);
  bool isUpper = node.flag("upper", true);
  int64_t diagonal = 0;
  if (failed(input) || node.failed())
    return failure();
  if (node.has(1)) {
    FailureOr<int64_t> given = node.scalarInt(1, "the diagonal");
    if (failed(given))
      return failure();
    diagonal = *given;
  }
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (shape.size() < 2)
    return node.invalid("an input of shape " + shapeText(shape));
  int64_t rows = shape[shape.size() - 2], columns = shape.back();
  Type element = getElementTypeOrSelf(*input);
  bool isSmall = !isa<FloatType, IntegerType>(element) || element.getIntOrFloatBitWidth() < 32;
  if (isSmall || (columns > 0 && rows > NodeBuilder::kMaxFill / columns))
    return node.unsupported("elements of less than 32 bits, or a large matrix");
  auto isKept = [&](int64_t i) -> int64_t {
    int64_t beyond = i % columns - i / columns;
    return isUpper ? beyond >= diagonal : beyond <= diagonal;
  };
  SmallVector<int64_t> matrix = {rows, columns};
  MaybeValue factors = node.constantOf(
      element.isF32()
          ? Elements::ofReals(ElementType::kF32, matrix,
                              [&](int64_t i) { return static_cast<double>(isKept(i)); })
          : Elements::ofIntegers(element.isInteger(64) ? ElementType::kI64 : ElementType::kI32,
                                 matrix, isKept));
  return node.create<graph::MulOp>(input, factors, graph::Activation::None);
}

void registerTriangle(OpTable &table) {
  table.add("Trilu", importTrilu);
}

} // namespace tandem::onnx
