#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/onnx/evaluate.h"

using namespace mlir;

namespace tandem::onnx {

/// TopK: how many is an attribute before opset 10. Its indices are i64.
static FailureOr<Values> importTopK(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  int64_t axis = node.axis("axis", shapeOf(*input).size(), -1);
  bool largest = node.flag("largest", true);
  FailureOr<int64_t> k = node.opset() < 10 ? FailureOr<int64_t>(node.integer("k"))
                                           : node.scalarInt(1, "the number of elements");
  if (node.failed() || failed(k))
    return failure();
  TopK best = topK(node, input, *k, axis, largest);
  MaybeValue indices = node.cast(best.indices, node.builder().getI64Type());
  if (failed(best.values) || failed(indices))
    return failure();
  return Values{*best.values, *indices};
}

/// Hardmax: 1 at the largest along 'axis', 0 elsewhere; before opset 13 of the dimensions from
/// 'axis' on as if they were one.
static MaybeValue importHardmax(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*input));
  bool flattens = node.opset() < 13;
  int64_t axis = node.axis("axis", shape.size(), flattens ? 1 : -1);
  if (node.failed())
    return failure();
  MaybeValue x = input;
  if (flattens) {
    x = node.reshape(input, {*elementCount(ArrayRef(shape).take_front(axis)),
                             *elementCount(ArrayRef(shape).drop_front(axis))});
    axis = 1;
  }
  if (failed(x))
    return failure();
  Type index = node.builder().getI32Type();
  MaybeValue largest = node.createTyped<graph::ArgMaxOp>(index, x, axis, /*keepDims=*/true);
  MaybeValue places = countAlong(node, index, shapeOf(*x).size(), axis, shapeOf(*x)[axis]);
  MaybeValue isLargest = node.compare<graph::EqualOp>(places, largest);
  return node.reshape(node.cast(isLargest, getElementTypeOrSelf(*input)), shape);
}

/// OneHot: in a new dimension the second value where the index is, the first elsewhere.
static MaybeValue importOneHot(OnnxNode &node) {
  MaybeValue indices = node.input(0), values = node.input(2);
  FailureOr<double> classes = node.scalar(1, "the number of classes"); // of any type
  if (failed(indices) || failed(values) || failed(classes))
    return failure();
  constexpr double kMostClasses = 1 << 24;
  if (!(*classes >= 1 && *classes <= kMostClasses))
    return node.invalid(Twine("the number of classes is not from 1 to ") +
                        Twine(int64_t(kMostClasses)));
  auto depth = static_cast<int64_t>(*classes);
  auto rank = static_cast<int64_t>(shapeOf(*indices).size());
  int64_t axis = node.axis("axis", rank + 1, -1);
  if (node.failed())
    return failure();
  if (shapeOf(*values) != ArrayRef<int64_t>(2))
    return node.invalid("values of shape " + shapeText(shapeOf(*values)) + ", expected 2");
  MaybeValue index = node.cast(indices, node.builder().getI64Type());
  index = node.select(node.compare<graph::LessOp>(index, 0.0),
                      node.add(index, static_cast<double>(depth)), index);
  auto value = [&](int64_t place) { return sliceAlong(node, values, 0, place, 1); };
  return oneHot(node, index, depth, axis, value(1), value(0));
}

static MaybeValue importCumulation(OnnxNode &node, bool multiplies) {
  MaybeValue input = node.input(0);
  FailureOr<int64_t> given = node.scalarInt(1, "the dimension");
  bool exclusive = node.flag("exclusive", false), backwards = node.flag("reverse", false);
  if (failed(input) || failed(given) || node.failed())
    return failure();
  FailureOr<SmallVector<int64_t>> axis = node.normalized(*given, shapeOf(*input).size());
  if (failed(axis))
    return failure();
  return cumulate(node, input, {axis->front(), exclusive, backwards, multiplies});
}
static MaybeValue importCumSum(OnnxNode &node) {
  return importCumulation(node, /*multiplies=*/false);
}
static MaybeValue importCumProd(OnnxNode &node) {
  return importCumulation(node, /*multiplies=*/true);
}

/// Compress: what a list of truth values keeps of a dimension, or of all elements.
static MaybeValue importCompress(OnnxNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<Elements> condition = node.constant(1, "the condition");
  if (failed(input) || failed(condition))
    return failure();
  int64_t axis = 0;
  if (node.hasAttribute("axis"))
    axis = node.axis("axis", shapeOf(*input).size());
  else
    input = node.reshape(input, *elementCount(shapeOf(*input)));
  if (node.failed() || failed(input))
    return failure();
  SmallVector<int64_t> kept;
  for (int64_t i = 0, end = std::min(condition->count(), shapeOf(*input)[axis]); i < end; ++i)
    if (condition->integer(i) != 0)
      kept.push_back(i);
  if (kept.empty())
    return node.unsupported("a result without elements");
  return takeAlong(node, input, node.constantOf(Elements::ofShape(kept)), axis);
}

/// ReverseSequence: of each batch entry the first so many places backwards.
static MaybeValue importReverseSequence(OnnxNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<SmallVector<int64_t>> lengths = node.ints(1, "the list of lengths");
  int64_t batch = node.integer("batch_axis", 1), time = node.integer("time_axis", 0);
  if (failed(input) || failed(lengths) || node.failed())
    return failure();
  bool isKnown = (batch == 0 && time == 1) || (batch == 1 && time == 0);
  if (!isKnown || shapeOf(*input).size() < 2)
    return node.invalid("dimensions " + Twine(batch) + " and " + Twine(time) +
                        " of an input of shape " + shapeText(shapeOf(*input)));
  return reverseStarts(node, input, *lengths, batch, time);
}

/// EyeLike: ones on a diagonal, of the input's shape.
static MaybeValue importEyeLike(OnnxNode &node) {
  MaybeValue input = node.input(0);
  int64_t diagonal = node.integer("k", 0);
  if (failed(input) || node.failed())
    return failure();
  SmallVector<int64_t> shape(shapeOf(*input));
  if (shape.size() != 2 || *elementCount(shape) > NodeBuilder::kMaxFill)
    return node.invalid("an input of shape " + shapeText(shape));
  FailureOr<Type> type = node.elementType("dtype", getElementTypeOrSelf(*input));
  if (failed(type))
    return failure();
  return node.cast(node.constantOf(Elements::ofIntegers(
                       ElementType::kBool, shape,
                       [&](int64_t i) { return i % shape[1] - i / shape[1] == diagonal; })),
                   *type);
}

/// CenterCropPad: the middle of the dimensions named, or zeros around it.
static MaybeValue importCenterCropPad(OnnxNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<SmallVector<int64_t>> sizes = node.ints(1, "the new shape");
  if (failed(input) || failed(sizes))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*input)), begin(shape.size(), 0), low(begin), high(begin),
      strides(shape.size(), 1), axes = llvm::to_vector(llvm::seq<int64_t>(0, shape.size()));
  if (node.hasAttribute("axes")) {
    FailureOr<SmallVector<int64_t>> given = node.normalized(node.integers("axes"), shape.size());
    if (failed(given))
      return failure();
    axes = *given;
  }
  if (node.failed() || sizes->size() != axes.size())
    return node.invalid(Twine(sizes->size()) + " sizes for " + Twine(axes.size()) + " dimensions");
  for (auto [axis, size] : llvm::zip(axes, *sizes)) {
    int64_t beyond = size - shape[axis];
    if (size < 1)
      return node.invalid("a size of " + Twine(size));
    if (beyond < 0) {
      begin[axis] = -beyond / 2;
      shape[axis] = size;
    } else {
      low[axis] = beyond / 2;
      high[axis] = beyond - low[axis];
    }
  }
  return node.create<graph::PadOp>(node.create<graph::SliceOp>(input, begin, shape, strides), low,
                                   high, llvm::APFloat(0.0f));
}

/// NonZero of what is known: a row of places for each dimension.
static std::optional<Elements> evaluateNonZero(OnnxNode &, ArrayRef<Elements> in) {
  if (in.size() != 1 || in[0].count() > NodeBuilder::kMaxFill)
    return std::nullopt;
  SmallVector<int64_t> places;
  for (int64_t i = 0, end = in[0].count(); i < end; ++i)
    if (in[0].real(i) != 0)
      places.push_back(i);
  ArrayRef<int64_t> shape = in[0].shape();
  auto count = static_cast<int64_t>(places.size()), rank = static_cast<int64_t>(shape.size());
  return Elements::ofIntegers(ElementType::kI64, {rank, count}, [&](int64_t i) {
    int64_t d = i / count;
    return places[i % count] / *elementCount(shape.drop_front(d + 1)) % shape[d];
  });
}

void registerSelection(OpTable &table) {
  table.addList("TopK", importTopK, Takes::kNumbers);
  table.add("Hardmax", importHardmax, Takes::kReals);
  table.add("OneHot", importOneHot);
  table.add("CumSum", importCumSum, Takes::kNumbers);
  table.add("CumProd", importCumProd, Takes::kNumbers);
  table.add("Compress", importCompress);
  table.add("ReverseSequence", importReverseSequence);
  table.add("EyeLike", importEyeLike);
  table.add("CenterCropPad", importCenterCropPad);
  table.addEvaluation("NonZero", evaluateNonZero);
}

} // namespace tandem::onnx
