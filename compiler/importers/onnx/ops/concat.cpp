#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/onnx/evaluate.h"

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
  if (!OpTrait::util::getBroadcastedShape(shapeOf(*input), *given, shape))
    return node.invalid("a tensor of shape " + shapeText(shapeOf(*input)) +
                        " does not broadcast to " + shapeText(*given));
  constexpr int64_t kMostRepeats = INT32_MAX;
  if (!hasSaneSize(shape) || llvm::any_of(shape, [](int64_t size) { return size > kMostRepeats; }))
    return node.unsupported("a result of shape " + shapeText(shape) + ", which is too large");
  if (*elementCount(shape) == 0 && shapeOf(*input) != ArrayRef(shape))
    return node.unsupported("a result of shape " + shapeText(shape) + ", which has no elements");
  return expandTo(node, input, shape);
}

static MaybeValue importTile(OnnxNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<SmallVector<int64_t>> repeats = node.ints(1, "the list of repeats");
  if (failed(input) || failed(repeats))
    return failure();
  return node.create<graph::TileOp>(input, *repeats);
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
