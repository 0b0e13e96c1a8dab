#include "compiler/importers/common/selections.h"
#include "compiler/importers/onnx/node.h"

using namespace mlir;

namespace tandem::onnx {

/// Trilu: zeros above or below a diagonal of the last two dimensions, by a mask.
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
  if (columns > 0 && rows > NodeBuilder::kMaxFill / columns)
    return node.unsupported("a matrix of " + Twine(rows) + "x" + Twine(columns));
  MaybeValue mask = node.constantOf(
      Elements::ofIntegers(ElementType::kBool, {rows, columns}, [&](int64_t i) -> int64_t {
        int64_t beyond = i % columns - i / columns;
        return isUpper ? beyond >= diagonal : beyond <= diagonal;
      }));
  return keepWhere(node, mask, input, 0);
}

void registerTriangle(OpTable &table) {
  table.add("Trilu", importTrilu);
}

} // namespace tandem::onnx
