// Rows that belong together reduced to one each.
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/scatter.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

static constexpr int64_t kMostSegments = 1 << 12;

/// SegmentSum and its kin: rows, and the segment of each. `empty` is what a segment without rows
/// is. `unsorted`: a third input has the number of segments, and negative ones are left out.
template <typename OpT, bool unsorted> static MaybeValue reduceSegments(TfNode &node, float empty) {
  MaybeValue input = node.input(0);
  FailureOr<SmallVector<int64_t>> ids = node.integers(1, "the list of segments");
  if (failed(input) || failed(ids))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (shape.empty() || static_cast<int64_t>(ids->size()) != shape[0] || ids->empty())
    return node.unsupported(Twine(ids->size()) + " segments for rows of shape " + shapeText(shape) +
                            ", only one for each is");
  int64_t count = *llvm::max_element(*ids) + 1;
  if (unsorted) {
    FailureOr<int64_t> given = node.integer(2, "the number of segments");
    if (failed(given))
      return failure();
    if (*given < count)
      return node.invalid("segment " + Twine(count - 1) + " of " + Twine(*given));
    count = *given;
  }
  if (count > kMostSegments)
    return node.unsupported("more than " + Twine(kMostSegments) + " segments");
  SmallVector<SmallVector<int64_t>> rows(std::max<int64_t>(count, 0));
  for (auto [row, id] : llvm::enumerate(*ids)) {
    if (id < 0 && !unsorted)
      return node.invalid("segment " + Twine(id));
    if (id >= 0)
      rows[id].push_back(static_cast<int64_t>(row));
  }
  Values parts;
  SmallVector<int64_t> one(shape);
  one[0] = 1;
  Type type = getElementTypeOrSelf(*input);
  for (ArrayRef<int64_t> places : rows) {
    if (places.empty() && !isa<FloatType>(type))
      return node.unsupported("an empty segment of integers");
    MaybeValue part =
        places.empty() ? node.fill(type, one, empty)
                       : node.create<OpT>(pickAlong(node, input, 0, places), ArrayRef<int64_t>{0},
                                          /*keepDims=*/true);
    if (failed(part))
      return failure();
    parts.push_back(*part);
  }
  if (parts.empty())
    return node.unsupported("no segments");
  return concatAlong(node, parts, 0);
}

template <typename OpT> static MaybeValue importSegments(TfNode &node) {
  return reduceSegments<OpT, /*unsorted=*/false>(
      node, std::is_same_v<OpT, graph::ReduceProdOp> ? 1.0f : 0.0f);
}

/// Rows of segments whose numbers are computed at run time; those of none are left out.
template <graph::Reduction reduction> static MaybeValue scatterUnsorted(TfNode &node) {
  MaybeValue input = node.input(0), numbers = node.input(1);
  FailureOr<int64_t> segments = node.integer(2, "the number of segments");
  if (failed(input) || failed(numbers) || failed(segments))
    return failure();
  Type type = getElementTypeOrSelf(*input);
  SmallVector<int64_t> shape = {*segments};
  llvm::append_range(shape, shapeOf(*input).drop_front(
                                std::min(shapeOf(*numbers).size(), shapeOf(*input).size())));
  return scatterSegments(node, input, numbers,
                         filled(node, type, shape, neutralOf(reduction, type)), reduction);
}

template <typename OpT, graph::Reduction reduction> static MaybeValue importUnsorted(TfNode &node) {
  MaybeValue input = node.input(0), numbers = node.input(1);
  if (failed(input) || failed(numbers))
    return failure();
  if (!knownIntegers(*numbers))
    return scatterUnsorted<reduction>(node);
  return reduceSegments<OpT, /*unsorted=*/true>(
      node, static_cast<float>(neutralOf(reduction, getElementTypeOrSelf(*input))));
}

void registerSegment(OpTable &table) {
  table.add("SegmentSum", importSegments<graph::SumOp>);
  table.add("SegmentMean", importSegments<graph::MeanOp>);
  table.add("SegmentMax", importSegments<graph::ReduceMaxOp>);
  table.add("SegmentMin", importSegments<graph::ReduceMinOp>);
  table.add("SegmentProd", importSegments<graph::ReduceProdOp>);
  table.add("UnsortedSegmentSum", importUnsorted<graph::SumOp, graph::Reduction::Add>);
  table.add("UnsortedSegmentMax", importUnsorted<graph::ReduceMaxOp, graph::Reduction::Max>);
  table.add("UnsortedSegmentMin", importUnsorted<graph::ReduceMinOp, graph::Reduction::Min>);
  table.add("UnsortedSegmentProd", importUnsorted<graph::ReduceProdOp, graph::Reduction::Mul>);
}

} // namespace tandem::tensorflow
