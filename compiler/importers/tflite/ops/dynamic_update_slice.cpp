#include "compiler/importers/common/integer_folding.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

namespace {
MaybeValue folded(NodeBuilder &build, MaybeValue value) {
  return failed(value) ? value : foldIntegers(build.builder(), *value);
}

/// The place that the update begins at along a dimension, [1]: never so that it would end outside.
MaybeValue beginAlong(NodeBuilder &build, MaybeValue starts, int64_t axis, int64_t room) {
  MaybeValue given = folded(build, sliceAlong(build, starts, 0, axis, 1));
  if (failed(given))
    return failure();
  if (auto known = knownIntegers(*given))
    return build.integerConstant(getElementTypeOrSelf(*given), 1,
                                 std::clamp<int64_t>(known->front(), 0, room));
  MaybeValue high = build.create<graph::MinimumOp>(given, build.scalarLike(*given, double(room)));
  return failed(high) ? high : build.create<graph::MaximumOp>(high, build.scalarLike(*high, 0));
}

/// DYNAMIC_UPDATE_SLICE: a tensor with another in the place of a part, which may begin anywhere.
/// Along each dimension the result reads the update at its own place less the begin, where that is
/// inside.
LogicalResult importDynamicUpdateSlice(Node &node) {
  FailureOr<Value> input = node.input(0), update = node.input(1), starts = node.input(2);
  if (failed(input) || failed(update) || failed(starts))
    return failure();
  SmallVector<int64_t> whole(shapeOf(*input)), part(shapeOf(*update));
  auto rank = static_cast<int64_t>(whole.size());
  bool fits = part.size() == whole.size() && shapeOf(*starts) == ArrayRef<int64_t>(rank);
  for (int64_t d = 0; fits && d < rank; ++d)
    fits = part[d] <= whole[d];
  if (!fits)
    return node.invalid() << "an update of shape " << shapeText(part) << " at "
                          << shapeText(shapeOf(*starts)) << " places of shape " << shapeText(whole);
  if (llvm::is_contained(part, 0))
    return node.setOutput(input);
  NodeBuilder &build = node.build();
  Type type = getElementTypeOrSelf(*starts);
  MaybeValue moved = update, isInside = Value();
  for (int64_t d = 0; d < rank; ++d) {
    if (part[d] == whole[d])
      continue; // it can only begin at 0
    MaybeValue begin = beginAlong(build, starts, d, whole[d] - part[d]);
    MaybeValue places =
        folded(build, build.subtract(countAlong(build, type, 1, 0, whole[d]), begin));
    if (failed(places))
      return failure();
    SmallVector<int64_t> aligned(rank, 1);
    aligned[d] = whole[d];
    MaybeValue along =
        build.reshape(build.create<graph::LogicalAndOp>(
                          build.compare<graph::GreaterEqualOp>(places, 0.0),
                          build.compare<graph::LessOp>(places, static_cast<double>(part[d]))),
                      aligned);
    isInside =
        failed(isInside) || *isInside ? build.create<graph::LogicalAndOp>(isInside, along) : along;
    moved = build.create<graph::GatherOp>(moved, places, d);
  }
  if (failed(isInside) || failed(moved))
    return failure();
  return node.setOutput(*isInside ? build.select(isInside, moved, input) : moved);
}
} // namespace

void registerDynamicUpdateSlice(OpTable &table) {
  table.add(schema::BuiltinOperator::DYNAMIC_UPDATE_SLICE, importDynamicUpdateSlice);
}

} // namespace tandem::tflite
