#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/unary.h"
#include "compiler/importers/tensorflow/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::tensorflow {

static constexpr auto kNone = graph::Activation::None;

// What is known is computed here, in the type's own arithmetic: float32 in float32, integers with
// wrap-around (by unsigned arithmetic, where overflow is defined).
namespace {
using Wide = uint64_t;
struct Add {
  static float of(float a, float b) { return a + b; }
  static int64_t of(int64_t a, int64_t b) { return static_cast<int64_t>(Wide(a) + Wide(b)); }
};
struct Sub {
  static float of(float a, float b) { return a - b; }
  static int64_t of(int64_t a, int64_t b) { return static_cast<int64_t>(Wide(a) - Wide(b)); }
};
struct Mul {
  static float of(float a, float b) { return a * b; }
  static int64_t of(int64_t a, int64_t b) { return static_cast<int64_t>(Wide(a) * Wide(b)); }
};
/// Toward zero for integers. Callers have refused a divisor of 0.
struct Div {
  static float of(float a, float b) { return a / b; }
  static int64_t of(int64_t a, int64_t b) { return b == -1 ? Sub::of(0, a) : a / b; }
};
struct FloorDiv {
  static float of(float a, float b) { return std::floor(a / b); }
  static int64_t of(int64_t a, int64_t b) {
    int64_t quotient = Div::of(a, b);
    return b != -1 && a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
  }
};
struct FloorMod {
  static float of(float a, float b) { return a - std::floor(a / b) * b; }
  static int64_t of(int64_t a, int64_t b) { return Sub::of(a, Mul::of(FloorDiv::of(a, b), b)); }
};
struct Maximum {
  static float of(float a, float b) { return std::max(a, b); }
  static int64_t of(int64_t a, int64_t b) { return std::max(a, b); }
};
struct Minimum {
  static float of(float a, float b) { return std::min(a, b); }
  static int64_t of(int64_t a, int64_t b) { return std::min(a, b); }
};

template <typename F, bool Divides = false>
std::optional<Numbers> foldBinary(TfNode &node, ArrayRef<Numbers> inputs) {
  if (inputs.size() != 2 || inputs[0].type != inputs[1].type)
    return std::nullopt;
  const Numbers &a = inputs[0], &b = inputs[1];
  auto shape = broadcastShape(a.shape, b.shape);
  if (!shape)
    return std::nullopt; // the op says what is wrong
  if (Divides && llvm::is_contained(b.integers, 0)) {
    (void)node.invalid("a division by zero");
    return std::nullopt;
  }
  Numbers result = Numbers::zeros(a.type, *shape);
  std::vector<size_t> left = broadcastPlaces(a.shape, *shape),
                      right = broadcastPlaces(b.shape, *shape);
  for (size_t i = 0; i < result.count(); ++i) {
    if (result.isReal())
      result.reals[i] = F::of(a.reals[left[i]], b.reals[right[i]]);
    else
      result.integers[i] = F::of(a.integers[left[i]], b.integers[right[i]]);
  }
  return result;
}
} // namespace

template <typename OpT> static MaybeValue importActivated(TfNode &node) {
  return node.create<OpT>(node.input(0), node.input(1), kNone);
}
template <typename OpT> static MaybeValue importPlain(TfNode &node) {
  return node.create<OpT>(node.input(0), node.input(1));
}

static MaybeValue importAtan2(TfNode &node) {
  return arcTangent(node, node.input(0), node.input(1));
}

/// The remainder with the sign of the dividend.
static MaybeValue importTruncateMod(TfNode &node) {
  return remainderOfDividend(node, node.input(0), node.input(1));
}

/// MulNoNan and DivNoNan are 0 where the right side is, Xlogy and Xdivy where the left side is,
/// whatever the other side is.
template <MaybeValue (*function)(TfNode &), size_t zero>
static MaybeValue importOrZero(TfNode &node) {
  MaybeValue result = function(node);
  if (failed(result))
    return failure();
  MaybeValue isZero = node.compare<graph::EqualOp>(node.input(zero), 0.0);
  return node.select(isZero, node.scalarLike(*result, 0), result);
}
template <UnaryFunction logarithm> static MaybeValue multiplyByLog(TfNode &node) {
  return node.multiply(node.input(0), logarithm(node, node.input(1)));
}

/// Cross: of vectors of three numbers in the last dimension.
static MaybeValue importCross(TfNode &node) {
  MaybeValue a = node.input(0), b = node.input(1);
  if (failed(a) || failed(b))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*a);
  if (shape.empty() || shape.back() != 3 || shape != shapeOf(*b))
    return node.invalid("vectors of shapes " + shapeText(shape) + " and " + shapeText(shapeOf(*b)));
  auto last = static_cast<int64_t>(shape.size()) - 1;
  auto next = [&](MaybeValue x) { return rolled(node, x, last, -1); };
  auto previous = [&](MaybeValue x) { return rolled(node, x, last, 1); };
  return node.subtract(node.multiply(next(a), previous(b)), node.multiply(previous(a), next(b)));
}

/// L2Loss: half the sum of squares.
static MaybeValue importL2Loss(TfNode &node) {
  MaybeValue x = node.input(0);
  if (failed(x))
    return failure();
  auto all = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*x).size()));
  return node.multiply(node.create<graph::SumOp>(square(node, x), all, /*keepDims=*/false), 0.5);
}

/// Invert: every bit of an integer the other way.
static MaybeValue importInvert(TfNode &node) {
  MaybeValue x = node.input(0);
  return failed(x) ? x : node.create<graph::BitwiseXorOp>(x, node.scalarLike(*x, -1));
}

static MaybeValue importAddN(TfNode &node) {
  MaybeValue sum = node.input(0);
  for (size_t i = 1; i < node.inputCount(); ++i)
    sum = node.create<graph::AddOp>(sum, node.input(i), kNone);
  return sum;
}

/// BiasAdd: one number for each channel, which come second in NCHW, whatever the rank.
static MaybeValue importBiasAdd(TfNode &node) {
  MaybeValue input = node.input(0), bias = node.input(1);
  bool isFirst = node.isChannelsFirst();
  if (node.failed() || failed(input) || failed(bias))
    return failure();
  size_t rank = shapeOf(*input).size();
  if (!isFirst && rank != 4)
    return importActivated<graph::AddOp>(node);
  if (rank == 4)
    return node.fromNhwc(node.create<graph::AddOp>(node.toNhwc(input), bias, kNone));
  if (rank < 3)
    return node.unsupported("'data_format' NCHW of an input of shape " +
                            shapeText(shapeOf(*input)));
  SmallVector<int64_t> shape(rank - 1, 1);
  shape.front() = *elementCount(shapeOf(*bias));
  return node.add(input, node.reshape(bias, shape));
}

void registerArithmetic(OpTable &table) {
  for (StringRef op : {"Add", "AddV2"}) {
    table.add(op, importActivated<graph::AddOp>);
    table.addFold(op, foldBinary<Add>);
  }
  for (StringRef op : {"BiasAdd", "BiasAddV1"})
    table.add(op, importBiasAdd);
  for (StringRef op : {"AddN", "AccumulateNV2"})
    table.add(op, importAddN);
  table.add("Sub", importActivated<graph::SubOp>);
  table.addFold("Sub", foldBinary<Sub>);
  table.add("Mul", importActivated<graph::MulOp>);
  table.addFold("Mul", foldBinary<Mul>);
  for (StringRef op : {"RealDiv", "Div", "TruncateDiv"}) {
    table.add(op, importActivated<graph::DivOp>);
    table.addFold(op, foldBinary<Div, /*Divides=*/true>);
  }
  table.add("FloorDiv", importPlain<graph::FloorDivOp>);
  table.addFold("FloorDiv", foldBinary<FloorDiv, /*Divides=*/true>);
  table.add("FloorMod", importPlain<graph::FloorModOp>);
  table.addFold("FloorMod", foldBinary<FloorMod, /*Divides=*/true>);
  table.add("Maximum", importPlain<graph::MaximumOp>);
  table.addFold("Maximum", foldBinary<Maximum>);
  table.add("Minimum", importPlain<graph::MinimumOp>);
  table.addFold("Minimum", foldBinary<Minimum>);
  for (StringRef op : {"TruncateMod", "Mod"})
    table.add(op, importTruncateMod);
  table.add("Atan2", importAtan2);
  table.add("BitwiseAnd", importPlain<graph::BitwiseAndOp>);
  table.add("BitwiseOr", importPlain<graph::BitwiseOrOp>);
  table.add("BitwiseXor", importPlain<graph::BitwiseXorOp>);
  table.add("LeftShift", importPlain<graph::ShiftLeftOp>);
  table.add("RightShift", importPlain<graph::ShiftRightOp>);
  table.add("SquaredDifference", importPlain<graph::SquaredDifferenceOp>);
  table.add("MulNoNan", importOrZero<importActivated<graph::MulOp>, 1>);
  table.add("DivNoNan", importOrZero<importActivated<graph::DivOp>, 1>);
  table.add("Xdivy", importOrZero<importActivated<graph::DivOp>, 0>);
  table.add("Xlogy", importOrZero<multiplyByLog<oneOp<graph::LogOp>>, 0>);
  table.add("Xlog1py", importOrZero<multiplyByLog<logOnePlus>, 0>);
  table.add("Cross", importCross);
  table.add("L2Loss", importL2Loss);
  table.add("Invert", importInvert);
}

} // namespace tandem::tensorflow
