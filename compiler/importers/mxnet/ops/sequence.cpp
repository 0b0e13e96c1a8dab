// Sequences [place, batch, ...], or with 'axis' 1 the other way round, of lengths that are known or
// all the same.
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/mxnet/node.h"

#include "compiler/graph/constants.h"

using namespace mlir;

namespace tandem::mxnet {

namespace {
struct Sequence {
  Value x;
  int64_t axis = 0;             ///< of the places
  MaybeValue lengths = Value(); ///< null: as long as there are places

  int64_t places() const { return shapeOf(x)[axis]; }
};

FailureOr<Sequence> readSequence(SymbolNode &node) {
  MaybeValue x = node.input(0);
  bool hasLengths = node.flag("use_sequence_length", false);
  int64_t axis = node.integer("axis", 0);
  if (node.failed() || failed(x))
    return failure();
  if (shapeOf(*x).size() < 2 || axis < 0 || axis > 1)
    return node.invalid("'axis' is " + Twine(axis) + " for an input of shape " +
                        shapeText(shapeOf(*x)));
  Sequence sequence{*x, axis};
  if (!hasLengths)
    return sequence;
  sequence.lengths = node.cast(node.input(1), node.builder().getI32Type());
  if (failed(sequence.lengths))
    return failure();
  if (shapeOf(*sequence.lengths) != ArrayRef<int64_t>(shapeOf(*x)[1 - axis]))
    return node.invalid("lengths of shape " + shapeText(shapeOf(*sequence.lengths)));
  return sequence;
}

/// A vector of what each batch entry has, in a shape that broadcasts to the sequence.
MaybeValue perEntry(SymbolNode &node, const Sequence &sequence, MaybeValue vector) {
  SmallVector<int64_t> shape(shapeOf(sequence.x).size(), 1);
  shape[1 - sequence.axis] = shapeOf(sequence.x)[1 - sequence.axis];
  return node.reshape(vector, shape);
}
} // namespace

/// SequenceMask: 'value' behind the end of each.
static MaybeValue importMask(SymbolNode &node) {
  FailureOr<Sequence> sequence = readSequence(node);
  double value = node.number("value", 0);
  if (failed(sequence) || node.failed())
    return failure();
  if (!*sequence->lengths)
    return sequence->x;
  auto rank = static_cast<int64_t>(shapeOf(sequence->x).size());
  MaybeValue places =
      countAlong(node, node.builder().getI32Type(), rank, sequence->axis, sequence->places());
  MaybeValue mask =
      node.compare<graph::LessOp>(places, perEntry(node, *sequence, sequence->lengths));
  return keepWhere(node, mask, sequence->x, value);
}

/// SequenceLast: the last place of each.
static MaybeValue importLast(SymbolNode &node) {
  FailureOr<Sequence> sequence = readSequence(node);
  if (failed(sequence))
    return failure();
  SmallVector<int64_t> shape(shapeOf(sequence->x));
  shape.erase(shape.begin() + sequence->axis);
  if (!*sequence->lengths)
    return node.reshape(sliceAlong(node, sequence->x, sequence->axis, sequence->places() - 1, 1),
                        shape);
  MaybeValue x = sequence->x;
  if (sequence->axis == 0) { // batch entries in front
    auto order = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*x).size()));
    std::swap(order[0], order[1]);
    x = node.transpose(x, order);
  }
  MaybeValue last = node.reshape(node.add(sequence->lengths, -1.0), {shape[0], 1});
  return gatherNd(node, x, last, /*batchDims=*/1);
}

/// SequenceReverse: the places of each backwards; what is behind its end stays. Lengths must be
/// known.
static MaybeValue importReverseSequence(SymbolNode &node) {
  FailureOr<Sequence> sequence = readSequence(node);
  if (failed(sequence))
    return failure();
  if (!*sequence->lengths)
    return reversed(node, sequence->x, sequence->axis);
  std::optional<SmallVector<int64_t>> known = knownIntegers(*sequence->lengths);
  if (!known)
    return node.unsupported("lengths that are computed at run time");
  return reverseStarts(node, sequence->x, *known, 1 - sequence->axis, sequence->axis);
}

void registerSequence(OpTable &table) {
  table.add("SequenceMask", importMask);
  table.add("SequenceLast", importLast);
  table.add("SequenceReverse", importReverseSequence);
}

} // namespace tandem::mxnet
