// How many numbers are below others, and how often each comes.
#include "compiler/importers/common/selections.h"
#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

/// In how many places of the last dimension the truth values hold.
static MaybeValue countTruths(TfNode &node, MaybeValue truths, Type type) {
  if (failed(truths))
    return failure();
  auto last = static_cast<int64_t>(shapeOf(*truths).size()) - 1;
  MaybeValue count = node.create<graph::SumOp>(node.cast(truths, node.builder().getF32Type()),
                                               ArrayRef<int64_t>{last}, /*keepDims=*/false);
  return node.cast(count, type);
}

static LogicalResult checkSize(TfNode &node, ArrayRef<int64_t> numbers, int64_t others) {
  std::optional<int64_t> count = elementCount(numbers);
  if (count && others >= 1 && *count <= NodeBuilder::kMaxFill * 16 / others)
    return success();
  return node.unsupported(Twine(others) + " for each number of shape " + shapeText(numbers));
}

/// With a last dimension of 1.
static MaybeValue apart(TfNode &node, MaybeValue x) {
  if (failed(x))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*x));
  shape.push_back(1);
  return node.reshape(x, shape);
}

/// Bucketize: how many of 'boundaries' are not above each number.
static MaybeValue importBucketize(TfNode &node) {
  MaybeValue x = node.cast(node.input(0), node.builder().getF32Type());
  SmallVector<float> boundaries = node.numberList("boundaries");
  if (node.failed() || failed(x))
    return failure();
  auto count = static_cast<int64_t>(boundaries.size());
  if (count == 0)
    return node.unsupported("no 'boundaries'");
  if (failed(checkSize(node, shapeOf(*x), count)))
    return failure();
  MaybeValue steps = node.NodeBuilder::constant(node.builder().getF32Type(), {count}, boundaries);
  return countTruths(node, node.compare<graph::GreaterEqualOp>(apart(node, x), steps),
                     node.builder().getI32Type());
}

/// LowerBound and UpperBound: how many numbers of a sorted row are below each value of the same
/// row, or not above it.
template <typename OpT> static MaybeValue importBound(TfNode &node) {
  MaybeValue sorted = node.input(0), values = node.input(1);
  FailureOr<Type> type = node.has("out_type") ? node.elementType("out_type")
                                              : FailureOr<Type>(node.builder().getI32Type());
  if (failed(sorted) || failed(values) || failed(type))
    return failure();
  SmallVector<int64_t> rows(shapeOf(*sorted));
  if (rows.size() != 2 || shapeOf(*values).size() != 2 || shapeOf(*values)[0] != rows[0])
    return node.invalid("rows of shapes " + shapeText(rows) + " and " +
                        shapeText(shapeOf(*values)));
  if (failed(checkSize(node, shapeOf(*values), rows[1])))
    return failure();
  rows.insert(rows.begin() + 1, 1);
  return countTruths(node, node.compare<OpT>(node.reshape(sorted, rows), apart(node, values)),
                     *type);
}

/// Bincount and DenseBincount: how often each number below the size comes in all, or in each row;
/// with weights their sum; with 'binary_output' whether it comes.
static MaybeValue importBincount(TfNode &node) {
  MaybeValue numbers = node.input(0);
  FailureOr<int64_t> size = node.integer(1, "the size");
  FailureOr<SmallVector<int64_t>> weightShape = node.inputShape(2);
  FailureOr<Type> type = node.elementType("T");
  bool isBinary = node.flag("binary_output", false);
  if (node.failed() || failed(numbers) || failed(size) || failed(weightShape) || failed(type))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*numbers));
  bool isWeighted = !llvm::is_contained(*weightShape, 0);
  if (node.op() == "Bincount") // of all, whatever the shape is
    shape = {*elementCount(shape)};
  if (shape.empty() || shape.size() > 2 || (isWeighted && !isa<FloatType>(*type)))
    return node.unsupported("numbers of shape " + shapeText(shape) +
                            ", or weights that are integers");
  if (failed(checkSize(node, shape, *size)))
    return failure();
  numbers = apart(node, node.reshape(numbers, shape));
  if (failed(numbers))
    return failure();
  auto last = static_cast<int64_t>(shape.size());
  Type f32 = node.builder().getF32Type();
  MaybeValue isThere = node.compare<graph::EqualOp>(
      numbers, countAlong(node, getElementTypeOrSelf(*numbers), last + 1, last, *size));
  if (isBinary)
    return node.cast(
        node.create<graph::ReduceAnyOp>(isThere, ArrayRef<int64_t>{last - 1}, /*keepDims=*/false),
        *type);
  MaybeValue counted = node.cast(isThere, f32);
  if (isWeighted)
    counted = node.multiply(counted, apart(node, node.reshape(node.input(2), shape)));
  return node.cast(
      node.create<graph::SumOp>(counted, ArrayRef<int64_t>{last - 1}, /*keepDims=*/false), *type);
}

void registerCounting(OpTable &table) {
  table.add("Bucketize", importBucketize);
  table.add("LowerBound", importBound<graph::LessOp>);
  table.add("UpperBound", importBound<graph::LessEqualOp>);
  for (StringRef op : {"Bincount", "DenseBincount"})
    table.add(op, importBincount);
}

} // namespace tandem::tensorflow
