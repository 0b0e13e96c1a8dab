// Functions of keras.ops that numpy has, beyond those of functions.cpp, reduction_functions.cpp and
// shape_functions.cpp: https://keras.io/api/ops/numpy/.
#include "compiler/importers/common/array_functions.h"
#include "compiler/importers/common/error_function.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/common/unary.h"
#include "compiler/importers/keras/functions.h"
#include "compiler/importers/keras/layer.h"

#include <cmath>
#include <limits>

using namespace mlir;

namespace tandem::keras {

namespace {
template <UnaryFunction function> MaybeValue importUnary(Layer &layer) {
  return function(layer, layer.operand(0, "x"));
}
using BinaryFunction = MaybeValue (*)(NodeBuilder &, MaybeValue, MaybeValue);
template <BinaryFunction function> MaybeValue importBinary(Layer &layer) {
  return function(layer, layer.operand(0, "x1"), layer.operand(1, "x2"));
}

/// A power of a number.
template <int base> MaybeValue powerOf(NodeBuilder &build, MaybeValue x) {
  return build.create<graph::ExpOp>(build.multiply(x, std::log(static_cast<double>(base))));
}
template <int base> MaybeValue logarithmOf(NodeBuilder &build, MaybeValue x) {
  return build.multiply(build.create<graph::LogOp>(x), 1 / std::log(static_cast<double>(base)));
}
MaybeValue toRadians(NodeBuilder &build, MaybeValue x) {
  return build.multiply(x, M_PI / 180);
}
MaybeValue toDegrees(NodeBuilder &build, MaybeValue x) {
  return build.multiply(x, 180 / M_PI);
}
MaybeValue isFinite(NodeBuilder &build, MaybeValue x) {
  return build.compare<graph::LessOp>(build.create<graph::AbsOp>(x), INFINITY);
}
template <int sign> MaybeValue isInfinityOf(NodeBuilder &build, MaybeValue x) {
  return build.compare<graph::EqualOp>(x, sign * INFINITY);
}

MaybeValue importNanToNum(Layer &layer) {
  constexpr double kMost = std::numeric_limits<float>::max();
  MaybeValue x = layer.operand(0, "x");
  double nan = layer.number("nan", 0), high = layer.number("posinf", kMost),
         low = layer.number("neginf", -kMost);
  if (layer.failed() || failed(x))
    return failure();
  MaybeValue result = layer.select(isNan(layer, x), layer.scalarLike(*x, nan), x);
  result = layer.select(isInfinityOf<1>(layer, x), layer.scalarLike(*x, high), result);
  return layer.select(isInfinityOf<-1>(layer, x), layer.scalarLike(*x, low), result);
}

MaybeValue hypotenuse(NodeBuilder &build, MaybeValue x, MaybeValue y) {
  return build.create<graph::SqrtOp>(build.add(square(build, x), square(build, y)));
}
/// log(exp(x) + exp(y)), from the larger on so that nothing overflows.
MaybeValue logOfSum(NodeBuilder &build, MaybeValue x, MaybeValue y) {
  MaybeValue distance = build.create<graph::AbsOp>(build.subtract(x, y));
  MaybeValue rest =
      logOnePlus(build, build.create<graph::ExpOp>(build.create<graph::NegOp>(distance)));
  return build.add(build.create<graph::MaximumOp>(x, y), rest);
}
MaybeValue divideOrZero(NodeBuilder &build, MaybeValue x, MaybeValue y) {
  MaybeValue ratio = build.divide(x, y);
  if (failed(ratio))
    return failure();
  return build.select(build.compare<graph::EqualOp>(y, 0.0), build.scalarLike(*ratio, 0), ratio);
}
MaybeValue isEither(NodeBuilder &build, MaybeValue x, MaybeValue y) {
  return build.compare<graph::NotEqualOp>(x, y);
}
template <typename OpT> MaybeValue ofBits(NodeBuilder &build, MaybeValue x, MaybeValue y) {
  return build.create<OpT>(x, y);
}

MaybeValue flat(NodeBuilder &build, MaybeValue x) {
  return failed(x) ? x : build.reshape(x, *elementCount(shapeOf(*x)));
}
MaybeValue outerProduct(NodeBuilder &build, MaybeValue x, MaybeValue y) {
  return tensorProduct(build, flat(build, x), flat(build, y), {}, {});
}
MaybeValue innerProduct(NodeBuilder &build, MaybeValue x, MaybeValue y) {
  return tensorProduct(build, x, y, -1, -1);
}

MaybeValue importTensordot(Layer &layer) {
  MaybeValue x = layer.operand(0, "x1"), y = layer.operand(1, "x2");
  const Json *axes = layer.find("axes");
  std::optional<int64_t> count = axes ? asInt(*axes) : 2;
  if (failed(x) || failed(y))
    return failure();
  auto rank = static_cast<int64_t>(shapeOf(*x).size());
  if (count && *count >= 0 && *count <= rank)
    return tensorProduct(layer, x, y, llvm::to_vector(llvm::seq(rank - *count, rank)),
                         llvm::to_vector(llvm::seq<int64_t>(0, *count)));
  if (!axes || !axes->is_array() || axes->size() != 2)
    return layer.invalid("'axes' are not two lists");
  auto listOf = [](const Json &json) {
    std::optional<int64_t> one = asInt(json);
    return one ? std::optional(SmallVector<int64_t>{*one}) : asInts(json);
  };
  std::optional<SmallVector<int64_t>> left = listOf((*axes)[0]), right = listOf((*axes)[1]);
  if (!left || !right)
    return layer.invalid("'axes' are not two lists");
  return tensorProduct(layer, x, y, *left, *right);
}

template <int64_t element> MaybeValue importLike(Layer &layer) {
  MaybeValue x = layer.operand(0, "x");
  if (failed(x))
    return failure();
  StringRef dtype = layer.find("dtype") ? layer.string("dtype", "") : "";
  ArrayRef<int64_t> shape = shapeOf(*x);
  Type type = layer.builder().getF32Type();
  if (dtype == "bool") {
    type = layer.builder().getI1Type();
  } else if (dtype == "int32" || (dtype.empty() && !isa<FloatType>(getElementTypeOrSelf(*x)))) {
    type = dtype.empty() ? getElementTypeOrSelf(*x) : Type(layer.builder().getI32Type());
  } else if (!dtype.empty() && dtype != "float32") {
    return layer.unsupported("'dtype' " + dtype + ", only float32, int32 and bool are");
  }
  return layer.failed()
             ? MaybeValue(failure())
             : layer.cast(layer.fill(layer.builder().getF32Type(), shape, element), type);
}
MaybeValue importFullLike(Layer &layer) {
  MaybeValue x = layer.operand(0, "x"), value = layer.operand(1, "fill_value");
  if (failed(x) || failed(value))
    return failure();
  if (layer.find("dtype") && layer.string("dtype", "") != "float32")
    return layer.unsupported("of another 'dtype' than float32");
  return layer.failed() ? MaybeValue(failure()) : expandTo(layer, value, shapeOf(*x));
}

/// All and Any, which take numbers for truths.
template <typename OpT> MaybeValue importQuantifier(Layer &layer) {
  MaybeValue x = layer.operand(0, "x");
  if (failed(x))
    return failure();
  if (!getElementTypeOrSelf(*x).isInteger(1))
    x = layer.compare<graph::NotEqualOp>(x, 0.0);
  auto all = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*x).size()));
  FailureOr<SmallVector<int64_t>> axes = layer.axes("axis", all, shapeOf(*x));
  bool keepDims = layer.flag("keepdims", false);
  return failed(axes) || layer.failed() ? MaybeValue(failure())
                                        : layer.create<OpT>(x, *axes, keepDims);
}

/// Sums over axes, of numbers that a function makes.
template <UnaryFunction function> MaybeValue importSumOf(Layer &layer) {
  MaybeValue x = function(layer, layer.operand(0, "x"));
  if (failed(x))
    return failure();
  auto all = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*x).size()));
  FailureOr<SmallVector<int64_t>> axes = layer.axes("axis", all, shapeOf(*x));
  bool keepDims = layer.flag("keepdims", false);
  return failed(axes) || layer.failed() ? MaybeValue(failure())
                                        : layer.create<graph::SumOp>(x, *axes, keepDims);
}
MaybeValue isNotZero(NodeBuilder &build, MaybeValue x) {
  return build.cast(build.compare<graph::NotEqualOp>(x, 0.0), build.builder().getI32Type());
}
MaybeValue orZero(NodeBuilder &build, MaybeValue x) {
  return failed(x) ? x : build.select(isNan(build, x), build.scalarLike(*x, 0), x);
}

/// average: without weights the mean; with them the sum of products over theirs, which are those of
/// 'axis' where they are a vector.
MaybeValue importAverage(Layer &layer) {
  MaybeValue x = layer.operand(0, "x");
  if (failed(x))
    return failure();
  auto all = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*x).size()));
  FailureOr<SmallVector<int64_t>> axes = layer.axes("axis", all, shapeOf(*x));
  if (failed(axes))
    return failure();
  if (!layer.argument(1, "weights"))
    return layer.create<graph::MeanOp>(x, *axes, /*keepDims=*/false);
  MaybeValue weights = layer.operand(1, "weights");
  if (failed(weights))
    return failure();
  if (shapeOf(*weights).size() == 1 && axes->size() == 1) {
    SmallVector<int64_t> shape(all.size(), 1);
    shape[axes->front()] = shapeOf(*weights)[0];
    weights = layer.reshape(weights, shape);
  }
  auto summed = [&](MaybeValue values) {
    return layer.create<graph::SumOp>(values, *axes, /*keepDims=*/false);
  };
  return layer.divide(summed(layer.multiply(x, weights)),
                      summed(expandTo(layer, weights, shapeOf(*x))));
}

Results importMoments(Layer &layer) {
  MaybeValue x = layer.operand(0, "x");
  if (failed(x))
    return failure();
  FailureOr<SmallVector<int64_t>> axes = layer.axes("axes", {}, shapeOf(*x));
  bool keepDims = layer.flag("keepdims", false);
  if (failed(axes) || layer.failed())
    return failure();
  MaybeValue wide = layer.create<graph::MeanOp>(x, *axes, /*keepDims=*/true);
  MaybeValue mean = layer.create<graph::MeanOp>(x, *axes, keepDims);
  MaybeValue variance =
      layer.create<graph::MeanOp>(square(layer, layer.subtract(x, wide)), *axes, keepDims);
  if (failed(mean) || failed(variance))
    return failure();
  return Values{*mean, *variance};
}

MaybeValue importDiagonal(Layer &layer) {
  MaybeValue x = layer.operand(0, "x");
  int64_t offset = layer.integer("offset", 0), first = layer.integer("axis1", 0),
          second = layer.integer("axis2", 1);
  if (layer.failed())
    return failure();
  return layer.className() == "ops.Trace" ? traceOf(layer, x, offset, first, second)
                                          : diagonalOf(layer, x, offset, first, second);
}
template <bool isLower> MaybeValue importTriangle(Layer &layer) {
  int64_t offset = layer.integer("k", 0);
  return layer.failed() ? MaybeValue(failure())
                        : triangleOf(layer, layer.operand(0, "x"), offset, isLower);
}

/// An axis of `x` by its name; the last where there is none.
FailureOr<int64_t> readAxis(Layer &layer, MaybeValue x) {
  int64_t given = layer.integer("axis", -1);
  if (layer.failed() || failed(x))
    return failure();
  std::optional<int64_t> axis = normalizedAxis(given, static_cast<int64_t>(shapeOf(*x).size()));
  if (!axis)
    return layer.invalid("'axis' is " + Twine(given));
  return *axis;
}

MaybeValue importDiff(Layer &layer) {
  MaybeValue x = layer.operand(0, "a");
  int64_t times = layer.integer("n", 1);
  FailureOr<int64_t> axis = readAxis(layer, x);
  return failed(axis) ? MaybeValue(failure()) : differences(layer, x, *axis, times);
}

template <bool ofPlaces> MaybeValue importSort(Layer &layer) {
  MaybeValue x = layer.operand(0, "x");
  if (!layer.find("axis"))
    x = flat(layer, x);
  FailureOr<int64_t> axis = readAxis(layer, x);
  if (failed(axis))
    return failure();
  TopK all = topK(layer, x, shapeOf(*x)[*axis], *axis, /*largest=*/false);
  return ofPlaces ? all.indices : all.values;
}

MaybeValue importTakeAlong(Layer &layer) {
  MaybeValue x = layer.operand(0, "x"), indices = layer.operand(1, "indices");
  if (!layer.find("axis"))
    return layer.unsupported("without 'axis'");
  FailureOr<int64_t> axis = readAxis(layer, x);
  if (failed(axis) || failed(indices))
    return failure();
  if (isa<FloatType>(getElementTypeOrSelf(*indices)))
    indices = layer.cast(indices, layer.builder().getI32Type());
  return gatherElements(layer, x, indices, *axis);
}

MaybeValue importRot90(Layer &layer) {
  int64_t quarters = layer.integer("k", 1);
  SmallVector<int64_t> axes = layer.oneOrMore("axes", {0, 1});
  if (layer.failed())
    return failure();
  if (axes.size() != 2)
    return layer.invalid("'axes' are " + Twine(axes.size()) + ", not 2");
  return turned(layer, layer.operand(0, "array"), quarters, axes[0], axes[1]);
}
MaybeValue importRoll(Layer &layer) {
  SmallVector<int64_t> shifts = layer.oneOrMore("shift", {}), axes = layer.oneOrMore("axis", {});
  return layer.failed() ? MaybeValue(failure())
                        : rolledAlong(layer, layer.operand(0, "x"), shifts, axes);
}
MaybeValue importMoveaxis(Layer &layer) {
  MaybeValue x = layer.operand(0, "x");
  SmallVector<int64_t> source = layer.oneOrMore("source", {}),
                       destination = layer.oneOrMore("destination", {});
  if (layer.failed() || failed(x))
    return failure();
  auto order = orderMoving(source, destination, static_cast<int64_t>(shapeOf(*x).size()));
  if (!order)
    return layer.invalid("'source' and 'destination' do not fit an input of shape " +
                         shapeText(shapeOf(*x)));
  return layer.transpose(x, *order);
}
template <int64_t axis> MaybeValue importFlipped(Layer &layer) {
  MaybeValue x = layer.operand(0, "x");
  if (failed(x))
    return failure();
  if (static_cast<int64_t>(shapeOf(*x).size()) <= axis)
    return layer.invalid("an input of shape " + shapeText(shapeOf(*x)));
  return reversed(layer, x, axis);
}
template <int64_t axis, int64_t least> MaybeValue importStacked(Layer &layer) {
  Values parts = layer.tensorsIn(layer.argument(0, "xs"));
  if (parts.empty() || parts.size() != layer.inputs().size())
    return layer.unsupported("of other things than tensors");
  return stackedRows(layer, parts, axis, least);
}
MaybeValue importAppend(Layer &layer) {
  MaybeValue x = layer.operand(0, "x1"), y = layer.operand(1, "x2");
  if (!layer.find("axis")) {
    x = flat(layer, x);
    y = flat(layer, y);
  }
  FailureOr<int64_t> axis = readAxis(layer, x);
  if (failed(axis) || failed(y))
    return failure();
  return concatAlong(layer, {*x, *y}, *axis);
}
MaybeValue importSparsemax(Layer &layer) {
  MaybeValue x = layer.operand(0, "x");
  FailureOr<int64_t> axis = readAxis(layer, x);
  return failed(axis) ? MaybeValue(failure()) : sparseMax(layer, x, *axis);
}
/// ops.slice: a part of that shape, from known places on.
MaybeValue importSlice(Layer &layer) {
  MaybeValue x = layer.operand(0, "inputs");
  const Json *begin = layer.argument(1, "start_indices");
  std::optional<SmallVector<int64_t>> places = begin ? asInts(*begin) : std::nullopt;
  SmallVector<int64_t> sizes = layer.integers("shape");
  if (layer.failed() || failed(x))
    return failure();
  if (!places)
    return layer.unsupported("from places that are computed at run time");
  if (places->size() != shapeOf(*x).size() || sizes.size() != places->size())
    return layer.invalid("a part of shape " + shapeText(sizes) + " of an input of shape " +
                         shapeText(shapeOf(*x)));
  SmallVector<int64_t> steps(sizes.size(), 1);
  return layer.create<graph::SliceOp>(x, *places, sizes, steps);
}

void registerElements(LayerTable &table) {
  table.add("ops.Fabs", importUnary<oneOp<graph::AbsOp>>);
  table.add("ops.Exp2", importUnary<powerOf<2>>);
  table.add("ops.Log2", importUnary<logarithmOf<2>>);
  table.add("ops.Log10", importUnary<logarithmOf<10>>);
  table.add("ops.Cbrt", importUnary<cubeRoot>);
  table.add("ops.Trunc", importUnary<truncated>);
  table.add("ops.Deg2rad", importUnary<toRadians>);
  table.add("ops.Rad2deg", importUnary<toDegrees>);
  table.add("ops.Erfc", importUnary<complementaryError>);
  table.add("ops.Isnan", importUnary<isNan>);
  table.add("ops.Isinf", importUnary<isInfinite>);
  table.add("ops.Isfinite", importUnary<isFinite>);
  table.add("ops.Isposinf", importUnary<isInfinityOf<1>>);
  table.add("ops.Isneginf", importUnary<isInfinityOf<-1>>);
  table.add("ops.NanToNum", importNanToNum);
  table.add("ops.Arctan2", importBinary<arcTangent>);
  table.add("ops.Hypot", importBinary<hypotenuse>);
  table.add("ops.Logaddexp", importBinary<logOfSum>);
  table.add("ops.Fmod", importBinary<remainderOfDividend>);
  table.add("ops.DivideNoNan", importBinary<divideOrZero>);
  table.add("ops.LogicalXor", importBinary<isEither>, Takes::kIntegers);
  table.add("ops.BitwiseAnd", importBinary<ofBits<graph::BitwiseAndOp>>, Takes::kIntegers);
  table.add("ops.BitwiseOr", importBinary<ofBits<graph::BitwiseOrOp>>, Takes::kIntegers);
  table.add("ops.BitwiseXor", importBinary<ofBits<graph::BitwiseXorOp>>, Takes::kIntegers);
  table.add("ops.OnesLike", importLike<1>, Takes::kIntegers);
  table.add("ops.ZerosLike", importLike<0>, Takes::kIntegers);
  table.add("ops.FullLike", importFullLike);
}
} // namespace

void registerNumpyFunctions(LayerTable &table) {
  registerElements(table);
  table.add("ops.All", importQuantifier<graph::ReduceAllOp>, Takes::kIntegers);
  table.add("ops.Any", importQuantifier<graph::ReduceAnyOp>, Takes::kIntegers);
  table.add("ops.CountNonzero", importSumOf<isNotZero>, Takes::kIntegers);
  table.add("ops.Nansum", importSumOf<orZero>);
  table.add("ops.Average", importAverage);
  table.addMany("ops.Moments", importMoments);
  for (StringRef name : {"ops.Diagonal", "ops.Trace"})
    table.add(name, importDiagonal);
  table.add("ops.Tril", importTriangle<true>);
  table.add("ops.Triu", importTriangle<false>);
  table.add("ops.Diff", importDiff);
  table.add("ops.Sort", importSort<false>);
  table.add("ops.Argsort", importSort<true>);
  table.add("ops.TakeAlongAxis", importTakeAlong, Takes::kIntegers);
  table.add("ops.Rot90", importRot90);
  table.add("ops.Roll", importRoll, Takes::kIntegers);
  table.add("ops.Moveaxis", importMoveaxis, Takes::kIntegers);
  table.add("ops.Flipud", importFlipped<0>, Takes::kIntegers);
  table.add("ops.Fliplr", importFlipped<1>, Takes::kIntegers);
  table.add("ops.Vstack", importStacked<0, 2>, Takes::kIntegers);
  table.add("ops.Hstack", importStacked<1, 1>, Takes::kIntegers);
  table.add("ops.Dstack", importStacked<2, 3>, Takes::kIntegers);
  table.add("ops.Append", importAppend, Takes::kIntegers);
  table.add("ops.Ravel", importUnary<flat>, Takes::kIntegers);
  table.add("ops.Slice", importSlice, Takes::kIntegers);
  table.add("ops.Outer", importBinary<outerProduct>);
  table.add("ops.Inner", importBinary<innerProduct>);
  table.add("ops.Tensordot", importTensordot);
  table.add("ops.Sparsemax", importSparsemax);
}

} // namespace tandem::keras
