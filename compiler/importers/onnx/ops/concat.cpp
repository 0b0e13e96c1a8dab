#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/onnx/evaluate.h"
#include "compiler/importers/onnx/pieces.h"

#include "mlir/Dialect/Traits.h"

using namespace mlir;

namespace tandem::onnx {

static MaybeValue importConcat(OnnxNode &node) {
  FailureOr<Values> inputs = node.inputs();
  if (failed(inputs))
    return failure();
  int64_t axis = node.axis("axis", shapeOf(inputs->front()).size());
  if (node.failed())
    return failure();
  // A part without elements adds nothing, and has no kernel.
  Values parts(llvm::make_filter_range(*inputs, [&](Value part) {
    return axis >= static_cast<int64_t>(shapeOf(part).size()) || shapeOf(part)[axis] != 0;
  }));
  return concatAlong(node, parts.empty() ? *inputs : parts, axis);
}

static std::optional<Elements> evaluateConcat(OnnxNode &node, ArrayRef<Elements> in) {
  constexpr int64_t kMost = 1 << 16; // shapes are lists
  SmallVector<int64_t> values;
  for (const Elements &input : in) {
    if (input.isReal() || input.type() != in[0].type() || input.shape().size() != 1 ||
        input.count() > kMost)
      return std::nullopt;
    values.append(input.integers());
  }
  (void)node.axis("axis", 1);
  if (in.empty() || node.failed())
    return std::nullopt;
  return Elements::ofIntegers(in[0].type(), static_cast<int64_t>(values.size()),
                              [&](int64_t i) { return values[i]; });
}

/// Expand: dimensions of 1 repeat, on either side.
static MaybeValue importExpand(OnnxNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<SmallVector<int64_t>> given = node.ints(1, "the new shape");
  if (failed(input) || failed(given))
    return failure();
  SmallVector<int64_t> shape;
  if (!OpTrait::util::getBroadcastedShape(shapeOf(*input), *given, shape) || !hasSaneSize(shape))
    return node.invalid("a tensor of shape " + shapeText(shapeOf(*input)) +
                        " does not broadcast to " + shapeText(*given));
  if (!isa<FloatType, IntegerType>(getElementTypeOrSelf(*input)) ||
      getElementTypeOrSelf(*input).getIntOrFloatBitWidth() < 32)
    if (shapeOf(*input) != ArrayRef(shape))
      return node.unsupported("elements of less than 32 bits");
  return expandTo(node, input, shape);
}

/// Tile: each dimension as often as said, through dimensions of 1 that repeat.
static MaybeValue importTile(OnnxNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<SmallVector<int64_t>> repeats = node.ints(1, "the list of repeats");
  if (failed(input) || failed(repeats))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (repeats->size() != shape.size())
    return node.invalid(Twine(repeats->size()) + " repeats for a tensor of shape " +
                        shapeText(shape));
  Type element = getElementTypeOrSelf(*input);
  if (!isa<FloatType, IntegerType>(element) || element.getIntOrFloatBitWidth() < 32)
    return node.unsupported("elements of less than 32 bits");
  SmallVector<int64_t> split, expanded, result;
  for (auto [size, repeat] : llvm::zip(shape, *repeats)) {
    int64_t product = 0;
    if (repeat < 0 || __builtin_mul_overflow(size, repeat, &product))
      return node.invalid("a repeat of " + Twine(repeat));
    split.append({1, size});
    expanded.append({repeat, size});
    result.push_back(product);
  }
  if (!hasSaneSize(result))
    return node.invalid("a result of shape " + shapeText(result) + " is too large");
  return node.reshape(expandTo(node, node.reshape(input, split), expanded), result);
}

static std::optional<Elements> evaluateExpand(OnnxNode &, ArrayRef<Elements> in) {
  if (in.size() != 2 || in[1].isReal() || in[1].count() > 64)
    return std::nullopt;
  SmallVector<int64_t> shape;
  if (!OpTrait::util::getBroadcastedShape(in[0].shape(), in[1].integers(), shape) ||
      !hasSaneSize(shape) || !isWorthEvaluating(*elementCount(shape), in))
    return std::nullopt;
  return Elements::moved(in[0], shape,
                         [&](int64_t i) { return broadcastPlace(i, shape, in[0].shape()); });
}

void registerConcat(OpTable &table) {
  table.add("Concat", importConcat);
  table.add("Expand", importExpand);
  table.add("Tile", importTile);
  table.addEvaluation("Concat", evaluateConcat);
  table.addEvaluation("Expand", evaluateExpand);
}

} // namespace tandem::onnx
