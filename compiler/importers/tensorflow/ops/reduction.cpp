#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

static bool keepsDims(TfNode &node) {
  return node.flag("keep_dims", false);
}

/// Mean, Sum, Max, Min: the second input names dimensions; none at all leaves the input as it is.
template <typename OpT> static MaybeValue importReduction(TfNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  FailureOr<SmallVector<int64_t>> axes = node.axes(1, shapeOf(*input).size());
  bool keep = keepsDims(node);
  if (node.failed() || failed(axes))
    return failure();
  if (axes->empty())
    return input;
  return node.create<OpT>(input, *axes, keep);
}

/// EuclideanNorm: the root of the sum of squares.
static MaybeValue importEuclideanNorm(TfNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  FailureOr<SmallVector<int64_t>> axes = node.axes(1, shapeOf(*input).size());
  bool keep = keepsDims(node);
  if (node.failed() || failed(axes))
    return failure();
  if (axes->empty())
    return node.create<graph::AbsOp>(input);
  return node.create<graph::SqrtOp>(node.create<graph::SumOp>(square(node, input), *axes, keep));
}

namespace {
struct Product {
  static constexpr int64_t kFirst = 1;
  static int64_t of(int64_t a, int64_t b) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
  }
};
struct Sum {
  static constexpr int64_t kFirst = 0;
  static int64_t of(int64_t a, int64_t b) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
  }
};
struct Largest {
  static constexpr int64_t kFirst = INT64_MIN;
  static int64_t of(int64_t a, int64_t b) { return std::max(a, b); }
};
struct Smallest {
  static constexpr int64_t kFirst = INT64_MAX;
  static int64_t of(int64_t a, int64_t b) { return std::min(a, b); }
};

/// Of sizes and indices.
template <typename F> std::optional<Numbers> foldReduction(TfNode &node, ArrayRef<Numbers> inputs) {
  if (inputs.size() != 2 || inputs[0].isReal() || inputs[1].isReal())
    return std::nullopt;
  auto rank = static_cast<int64_t>(inputs[0].shape.size());
  SmallVector<int64_t> kept(inputs[0].shape), shape;
  SmallVector<bool> isReduced(rank, false);
  for (int64_t given : inputs[1].integers) {
    FailureOr<int64_t> axis = node.axis(given, rank);
    if (failed(axis))
      return std::nullopt;
    kept[*axis] = 1;
    isReduced[*axis] = true;
  }
  for (int64_t d = 0; d < rank; ++d)
    if (!isReduced[d] || keepsDims(node))
      shape.push_back(kept[d]);
  Numbers result = Numbers::zeros(inputs[0].type, shape);
  llvm::fill(result.integers, F::kFirst);
  std::vector<size_t> places = broadcastPlaces(kept, inputs[0].shape);
  for (size_t i = 0; i < places.size(); ++i)
    result.integers[places[i]] = F::of(result.integers[places[i]], inputs[0].integers[i]);
  return result;
}
} // namespace

/// ArgMax and ArgMin: the second input is the dimension.
template <typename OpT> static MaybeValue importArg(TfNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  FailureOr<int64_t> given = node.integer(1, "the dimension");
  FailureOr<Type> type = node.has("output_type") ? node.elementType("output_type")
                                                 : FailureOr<Type>(node.builder().getI64Type());
  if (failed(given) || failed(type))
    return failure();
  FailureOr<int64_t> axis = node.axis(*given, shapeOf(*input).size());
  if (failed(axis))
    return failure();
  return node.createTyped<OpT>(*type, input, *axis, /*keepDims=*/false);
}

void registerReduction(OpTable &table) {
  table.add("Mean", importReduction<graph::MeanOp>);
  table.add("Sum", importReduction<graph::SumOp>);
  table.addFold("Sum", foldReduction<Sum>);
  table.add("Max", importReduction<graph::ReduceMaxOp>);
  table.addFold("Max", foldReduction<Largest>);
  table.add("Min", importReduction<graph::ReduceMinOp>);
  table.addFold("Min", foldReduction<Smallest>);
  table.add("Prod", importReduction<graph::ReduceProdOp>);
  table.addFold("Prod", foldReduction<Product>);
  table.add("EuclideanNorm", importEuclideanNorm);
  table.add("ArgMax", importArg<graph::ArgMaxOp>);
  table.add("ArgMin", importArg<graph::ArgMinOp>);
}

} // namespace tandem::tensorflow
