#include "compiler/importers/common/fourier.h"

#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/padding.h"
#include "compiler/importers/common/pieces.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/graph.h"

#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/xxhash.h"

#include <cmath>
#include <complex>

using namespace mlir;

namespace tandem {

namespace {
/// The numbers exp(-+ 2 pi i s / size), made in double from s modulo size. At quarters of the
/// circle they are exact: sums that are 0 come out as that.
class Circle {
public:
  explicit Circle(const Transform &transform) {
    int64_t size = transform.size;
    for (int64_t s = 0; s < size; ++s) {
      double turn = 2 * M_PI * static_cast<double>(s) / static_cast<double>(size);
      double sine = 2 * s % size == 0 ? 0 : std::sin(turn);
      points_.emplace_back(4 * s % size == 0 && 2 * s % size != 0 ? 0 : std::cos(turn),
                           transform.inverse ? sine : -sine);
    }
  }
  std::complex<double> at(int64_t step) const {
    return points_[static_cast<size_t>(step) % points_.size()];
  }

private:
  std::vector<std::complex<double>> points_;
};

/// What a number of the input adds to one of the result: from its real or imaginary part, to the
/// real or the imaginary part, for a factor on the circle.
double entry(const Circle &circle, int64_t step, bool fromImaginary, bool toImaginary) {
  std::complex<double> factor = circle.at(step);
  if (fromImaginary == toImaginary)
    return factor.real();
  return fromImaginary ? -factor.imag() : factor.imag();
}

/// size = outer * inner: x[inner * a + b] is first transformed over a, then over b.
struct Split {
  int64_t outer = 0, inner = 0;
};

// Work of one row, in products of a number and a matrix's entry. Measured on the cpu backend with
// 500 and 1000 rows of 400, 512, 1024 and 2048 real numbers: moving a number costs as much as 30
// products, and a matrix as if its columns were a multiple of 16.
constexpr int64_t kMove = 30, kColumns = 16;

int64_t wholeCost(const Transform &t, int64_t parts) {
  return 2 * parts * t.size * t.bins;
}
int64_t columnsOf(const Transform &t, const Split &split) {
  bool hasLoneLast = t.bins > split.outer && t.bins % split.outer == 1;
  return hasLoneLast ? t.bins / split.outer : llvm::divideCeil(t.bins, split.outer);
}
int64_t splitCost(const Transform &t, int64_t parts, const Split &split) {
  auto padded = [](int64_t columns) { return llvm::alignTo(columns, kColumns); };
  int64_t moved = 3 * parts * t.size + 2 * t.size + 4 * t.bins;
  return parts * t.size * padded(2 * split.outer) + 4 * t.size * padded(columnsOf(t, split)) +
         kMove * moved;
}

/// The way that is cheapest; nothing where that is one matrix.
std::optional<Split> bestSplit(const Transform &t, int64_t parts) {
  std::optional<Split> best;
  int64_t least = wholeCost(t, parts);
  constexpr int64_t kFewest = 4; // a shorter step is no matrix product
  for (int64_t outer = kFewest; outer <= t.size / kFewest; ++outer) {
    Split split{outer, t.size / outer};
    if (t.size % outer != 0 || splitCost(t, parts, split) >= least)
      continue;
    best = split;
    least = splitCost(t, parts, split);
  }
  return best;
}

/// What a constant is for. All of one function stand at its front, each once, whatever many
/// transforms need: their names are their locations.
struct Matrices {
  NodeBuilder &build;
  const Transform &t;
  Split split = {};

  /// More numbers than that are asked for by no real model, in one matrix and in all of them.
  static constexpr int64_t kMostEntries = int64_t(1) << 22, kMostInAll = int64_t(1) << 27;

  std::string nameOf(StringRef kind, ArrayRef<int64_t> shape) const {
    std::string window(reinterpret_cast<const char *>(t.window.data()),
                       t.window.size() * sizeof(double));
    return llvm::formatv("Fourier matrix {0} {1} of {2}, {3}, {4}, {5}, {6}, {7:x}", kind,
                         shapeText(shape), t.size, t.bins, t.inverse, t.scale, split.outer,
                         llvm::xxh3_64bits(window))
        .str();
  }

  MaybeValue make(StringRef kind, ArrayRef<int64_t> shape,
                  llvm::function_ref<double(ArrayRef<int64_t>)> at) const {
    std::optional<int64_t> count = elementCount(shape);
    if (!count || *count > kMostEntries)
      return build.error() << "a Fourier transform by a matrix of shape " << shapeText(shape)
                           << " is too large";
    Location name = NameLoc::get(build.builder().getStringAttr(nameOf(kind, shape)));
    Block &block = *build.builder().getInsertionBlock();
    auto place = block.begin();
    for (int64_t all = *count; place != block.end(); ++place) {
      auto made = dyn_cast<graph::ConstantOp>(*place);
      auto location = dyn_cast<NameLoc>(place->getLoc());
      if (!made || !location || !location.getName().strref().starts_with("Fourier matrix "))
        break;
      if (location == name)
        return made.getResult();
      all += made.getType().getNumElements();
      if (all > kMostInAll)
        return build.error() << "its Fourier transforms and those before it are too large";
    }
    std::vector<float> entries(static_cast<size_t>(*count));
    SmallVector<int64_t> index(shape.size(), 0);
    for (float &entry : entries) {
      entry = static_cast<float>(at(index));
      for (size_t d = shape.size(); d-- > 0;) {
        if (++index[d] < shape[d])
          break;
        index[d] = 0;
      }
    }
    auto type = RankedTensorType::get(shape, build.builder().getF32Type());
    OpBuilder atFront(&block, place);
    return graph::ConstantOp::create(atFront, name, type,
                                     graph::takeElements(type, std::move(entries)))
        .getResult();
  }
};

bool hasFailed(const Complex &x) {
  return failed(x.real) || failed(x.imaginary);
}
bool isReal(const Complex &x) {
  return !*x.imaginary;
}
int64_t lastOf(Value value) {
  return static_cast<int64_t>(shapeOf(value).size()) - 1;
}

/// The parts side by side in the last dimension; of real numbers they alone.
MaybeValue joined(NodeBuilder &build, const Complex &x) {
  if (hasFailed(x))
    return failure();
  if (isReal(x))
    return x.real;
  return concatAlong(build, {*x.real, *x.imaginary}, lastOf(*x.real));
}

SmallVector<int64_t> withLast(Value value, ArrayRef<int64_t> last) {
  SmallVector<int64_t> shape(shapeOf(value).drop_back());
  llvm::append_range(shape, last);
  return shape;
}

/// One part of the result by one matrix, which has the window in it.
struct WholeMatrix {
  NodeBuilder &build;
  const Transform &t;
  Circle circle{t};

  double at(int64_t bin, int64_t place, bool toImaginary) const {
    int64_t m = place % t.size;
    double factor = t.window.empty() ? t.scale : t.scale * t.window[m];
    return factor * entry(circle, bin * m, place >= t.size, toImaginary);
  }
  MaybeValue filter(int64_t columns, bool toImaginary) const {
    return Matrices{build, t}.make(toImaginary ? "to imaginary" : "to real", {t.bins, columns},
                                   [&](auto index) { return at(index[0], index[1], toImaginary); });
  }
  MaybeValue part(MaybeValue rows, bool toImaginary) const {
    if (failed(rows))
      return failure();
    return multiplyRows(build, rows, filter(shapeOf(*rows).back(), toImaginary), Value());
  }
};

/// The two steps of a split. Rows are all that is not transformed.
struct TwoSteps {
  NodeBuilder &build;
  const Transform &t;
  Split split;
  int64_t rows;
  Circle circle{t};
  Matrices matrices{build, t, split};

  /// [rows, inner, outer]: what the first step sums over comes last.
  MaybeValue turned(MaybeValue part) const {
    if (failed(part) || !*part)
      return part;
    if (!t.window.empty())
      part = build.multiply(
          part, matrices.make("window", t.size, [&](auto m) { return t.window[m[0]]; }));
    return build.transpose(build.reshape(part, {rows, split.outer, split.inner}), {0, 2, 1});
  }

  /// [outer, rows, (b, part)].
  MaybeValue first(const Complex &x) const {
    MaybeValue columns = joined(build, {turned(x.real), turned(x.imaginary)});
    if (failed(columns))
      return failure();
    MaybeValue filter =
        matrices.make("first", {split.outer * 2, shapeOf(*columns).back()}, [&](auto index) {
          int64_t a = index[1] % split.outer;
          return entry(circle, split.inner * a * (index[0] / 2), index[1] >= split.outer,
                       index[0] % 2 == 1);
        });
    MaybeValue product = build.reshape(multiplyRows(build, columns, filter, Value()),
                                       {rows, split.inner, split.outer, 2});
    return build.reshape(build.transpose(product, {2, 0, 1, 3}),
                         {split.outer, rows, split.inner * 2});
  }

  /// What (b, part) of the first step adds to a part of a bin, with the twiddle factor in it.
  double at(int64_t place, int64_t bin, bool toImaginary) const {
    return t.scale * entry(circle, place / 2 * bin, place % 2 == 1, toImaginary);
  }

  /// [rows, bins].
  MaybeValue second(MaybeValue firstStep, bool toImaginary) const {
    int64_t columns = columnsOf(t, split), many = columns * split.outer;
    MaybeValue filters =
        matrices.make(toImaginary ? "second to imaginary" : "second to real",
                      {split.outer, split.inner * 2, columns}, [&](auto index) {
                        return at(index[1], index[0] + split.outer * index[2], toImaginary);
                      });
    MaybeValue product = build.create<graph::BatchMatmulOp>(firstStep, filters, false, false);
    MaybeValue result = build.reshape(build.transpose(product, {1, 2, 0}), {rows, many});
    if (failed(result) || many == t.bins)
      return result;
    if (many > t.bins)
      return sliceAlong(build, result, 1, 0, t.bins);
    // One more is of the first matrix, where it would be a column of all.
    MaybeValue filter =
        matrices.make(toImaginary ? "last to imaginary" : "last to real", {1, split.inner * 2},
                      [&](auto index) { return at(index[1], t.bins - 1, toImaginary); });
    MaybeValue front =
        build.reshape(sliceAlong(build, firstStep, 0, 0, 1), {rows, split.inner * 2});
    MaybeValue last = multiplyRows(build, front, filter, Value());
    return failed(last) ? last : concatAlong(build, {*result, *last}, 1);
  }
};
} // namespace

bool isOneMatrix(const Transform &t) {
  return !bestSplit(t, 1);
}
MaybeValue matrixOf(NodeBuilder &build, const Transform &t, bool toImaginary) {
  return WholeMatrix{build, t}.filter(t.size, toImaginary);
}

Complex fourier(NodeBuilder &build, const Complex &x, const Transform &t) {
  if (hasFailed(x))
    return {};
  std::optional<Split> split = bestSplit(t, isReal(x) ? 1 : 2);
  if (!split) {
    WholeMatrix whole{build, t};
    MaybeValue rows = joined(build, x);
    return {whole.part(rows, false), whole.part(rows, true)};
  }
  SmallVector<int64_t> shape = withLast(*x.real, t.bins);
  TwoSteps steps{build, t, *split, *elementCount(shapeOf(*x.real).drop_back())};
  MaybeValue firstStep = steps.first(x);
  return {build.reshape(steps.second(firstStep, false), shape),
          build.reshape(steps.second(firstStep, true), shape)};
}

/// The dimension as the last one, and back.
static MaybeValue exchanged(NodeBuilder &build, MaybeValue x, int64_t axis) {
  if (failed(x) || !*x || axis == lastOf(*x))
    return x;
  auto order = llvm::to_vector(llvm::seq<int64_t>(0, shapeOf(*x).size()));
  std::swap(order[axis], order.back());
  return build.transpose(x, order);
}

Complex fourierAlong(NodeBuilder &build, const Complex &x, int64_t axis,
                     const Transform &transform) {
  Complex result = fourier(
      build, {exchanged(build, x.real, axis), exchanged(build, x.imaginary, axis)}, transform);
  return {exchanged(build, result.real, axis), exchanged(build, result.imaginary, axis)};
}

/// The numbers behind the half are its own, conjugate, from its end back to its second.
static MaybeValue mirrored(NodeBuilder &build, MaybeValue half, int64_t size, bool isImaginary) {
  int64_t behind = size - (size / 2 + 1);
  MaybeValue back = sliceAlong(build, half, lastOf(*half), behind, behind, -1);
  if (isImaginary)
    back = build.create<graph::NegOp>(back);
  return failed(back) ? back : concatAlong(build, {*half, *back}, lastOf(*half));
}

MaybeValue inverseRealFourier(NodeBuilder &build, const Complex &given, int64_t axis, int64_t size,
                              double scale) {
  int64_t bins = size / 2 + 1;
  Complex fitting = resized(build, given, axis, bins);
  Complex half = {exchanged(build, fitting.real, axis), exchanged(build, fitting.imaginary, axis)};
  if (hasFailed(half))
    return failure();
  Transform full{size, size, true, scale};
  if (size > 2 && bestSplit(full, 2)) {
    Complex all = {mirrored(build, half.real, size, false),
                   mirrored(build, half.imaginary, size, true)};
    return exchanged(build, fourier(build, all, full).real, axis);
  }
  Circle circle(full);
  MaybeValue filter = Matrices{build, full}.make("of half", {size, 2 * bins}, [&](auto index) {
    int64_t bin = index[1] % bins;
    double times = bin == 0 || 2 * bin == size ? 1 : 2; // itself, and its mirror image
    return scale * times * entry(circle, bin * index[0], index[1] >= bins, false);
  });
  return exchanged(build, multiplyRows(build, joined(build, half), filter, Value()), axis);
}

MaybeValue resized(NodeBuilder &build, MaybeValue x, int64_t axis, int64_t size) {
  if (failed(x) || !*x || shapeOf(*x)[axis] == size)
    return x;
  SmallVector<int64_t> low(shapeOf(*x).size(), 0), high(low);
  high[axis] = size - shapeOf(*x)[axis];
  return padOrCrop(build, x, low, high, 0);
}
Complex resized(NodeBuilder &build, const Complex &x, int64_t axis, int64_t size) {
  return {resized(build, x.real, axis, size), resized(build, x.imaginary, axis, size)};
}

} // namespace tandem
