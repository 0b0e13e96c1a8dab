// Tensors that no input has a part in: sequences, windows of signals, matrices with ones.
#include "compiler/importers/mxnet/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::mxnet {

namespace {
/// A constant of 'dtype', which whole numbers are in where that is an integer's.
MaybeValue numbersOf(SymbolNode &node, ArrayRef<int64_t> shape, ArrayRef<double> values,
                     StringRef absent = "float32") {
  std::optional<Type> type = node.dtype(absent);
  if (node.failed() || !type)
    return failure();
  if (isa<FloatType>(*type))
    return node.constant(*type, shape, SmallVector<float>(values.begin(), values.end()));
  return node.integerConstant(*type, shape, SmallVector<int64_t>(values.begin(), values.end()));
}

bool isSaneCount(SymbolNode &node, int64_t count) {
  if (count >= 1 && count <= NodeBuilder::kMaxFill)
    return true;
  if (!node.failed())
    (void)node.invalid(Twine(count) + " numbers, expected 1 to " + Twine(NodeBuilder::kMaxFill));
  return false;
}

/// linspace and logspace: 'num' numbers from 'start' to 'stop', which without 'endpoint' would come
/// next; of the latter powers of 'base'.
template <bool isPower> MaybeValue importSpace(SymbolNode &node) {
  double start = node.number("start"), stop = node.number("stop"), base = node.number("base", 10);
  int64_t count = node.integer("num", 50);
  bool hasEnd = node.flag("endpoint", true);
  if (node.failed() || !isSaneCount(node, count))
    return failure();
  double steps = static_cast<double>(hasEnd ? count - 1 : count);
  SmallVector<double> values;
  for (int64_t i = 0; i < count; ++i) {
    double value = count == 1 ? start : start + (stop - start) * static_cast<double>(i) / steps;
    values.push_back(isPower ? std::pow(base, value) : value);
  }
  return numbersOf(node, count, values);
}

MaybeValue ones(SymbolNode &node, int64_t rows, int64_t columns, int64_t diagonal) {
  if (rows < 1 || columns < 1 || rows > NodeBuilder::kMaxFill / columns)
    return node.invalid("a matrix of " + Twine(rows) + "x" + Twine(columns));
  SmallVector<double> values(rows * columns, 0);
  for (int64_t i = 0; i < rows * columns; ++i)
    values[i] = i % columns - i / columns == diagonal;
  return numbersOf(node, {rows, columns}, values);
}
/// eye: ones on diagonal 'k'; as many columns as rows where 'M' is not said.
MaybeValue importEye(SymbolNode &node) {
  int64_t rows = node.integer("N"), columns = node.integer("M", 0), k = node.integer("k", 0);
  return node.failed() ? MaybeValue(failure()) : ones(node, rows, columns > 0 ? columns : rows, k);
}
MaybeValue importIdentityMatrix(SymbolNode &node) {
  Ints shape = node.integers("shape");
  if (node.failed())
    return failure();
  if (shape.size() != 2)
    return node.invalid("'shape' is " + node.string("shape", ""));
  return ones(node, shape[0], shape[1], 0);
}

/// Windows of 'M' places, symmetrical: sums of cosines with these factors.
template <int first, int second, int third> MaybeValue importWindow(SymbolNode &node) {
  int64_t count = node.integer("M");
  if (node.failed() || !isSaneCount(node, count))
    return failure();
  SmallVector<double> values;
  for (int64_t i = 0; i < count; ++i) {
    double turn = 2 * M_PI * static_cast<double>(i) / static_cast<double>(count - 1);
    double value = first - second * std::cos(turn) + third * std::cos(2 * turn);
    values.push_back(count == 1 ? 1 : value / 100);
  }
  return numbersOf(node, count, values);
}

/// The places of each element along dimensions of `shape`: [shape..., axes], or in front.
MaybeValue placesIn(SymbolNode &node, ArrayRef<int64_t> shape, ArrayRef<int64_t> axes, bool inFront,
                    StringRef absentType) {
  std::optional<int64_t> count = elementCount(shape);
  auto width = static_cast<int64_t>(axes.size());
  if (!count || width < 1 || *count > NodeBuilder::kMaxFill / width)
    return node.unsupported("places in a shape of " + shapeText(shape));
  SmallVector<double> values(*count * width, 0);
  for (int64_t i = 0; i < *count; ++i)
    for (int64_t a = 0; a < width; ++a) {
      std::optional<int64_t> behind = elementCount(shape.drop_front(axes[a] + 1));
      double place = static_cast<double>(i / *behind % shape[axes[a]]);
      values[inFront ? a * *count + i : i * width + a] = place;
    }
  SmallVector<int64_t> result(shape);
  result.insert(inFront ? result.begin() : result.end(), width);
  return numbersOf(node, result, values, absentType);
}
MaybeValue importIndexArray(SymbolNode &node) {
  FailureOr<Ints> shape = node.shape(0);
  if (failed(shape))
    return failure();
  auto rank = static_cast<int64_t>(shape->size());
  Ints axes = node.integers("axes", llvm::to_vector(llvm::seq<int64_t>(0, rank)));
  for (int64_t &axis : axes) {
    std::optional<int64_t> normal = normalizedAxis(axis, rank);
    if (!normal)
      return node.invalid("'axes' has " + Twine(axis) + ", outside a tensor of " + Twine(rank) +
                          " dimensions");
    axis = *normal;
  }
  return node.failed() ? MaybeValue(failure())
                       : placesIn(node, *shape, axes, /*inFront=*/false, "int64");
}
MaybeValue importIndices(SymbolNode &node) {
  Ints shape = node.integers("dimensions");
  if (node.failed())
    return failure();
  return placesIn(node, shape, llvm::to_vector(llvm::seq<int64_t>(0, shape.size())),
                  /*inFront=*/true, "int32");
}

MaybeValue importFullLike(SymbolNode &node) {
  FailureOr<Ints> shape = node.shape(0);
  double value = node.number("fill_value");
  if (node.failed() || failed(shape))
    return failure();
  std::optional<int64_t> count = elementCount(*shape);
  if (!count || !isSaneCount(node, *count))
    return failure();
  if (node.has("dtype"))
    return numbersOf(node, *shape, SmallVector<double>(*count, value));
  MaybeValue like = node.input(0);
  if (failed(like))
    return failure();
  Type type = getElementTypeOrSelf(*like);
  return isa<FloatType>(type)
             ? node.fill(type, *shape, static_cast<float>(value))
             : node.integerConstant(type, *shape,
                                    SmallVector<int64_t>(*count, static_cast<int64_t>(value)));
}
} // namespace

void registerKnownNumbers(OpTable &table) {
  for (StringRef op : {"_linspace", "_npi_linspace"})
    table.add(op, importSpace<false>);
  table.add("_npi_logspace", importSpace<true>);
  for (StringRef op : {"_eye", "_npi_eye"})
    table.add(op, importEye);
  table.add("_npi_identity", importIdentityMatrix);
  table.add("_npi_hanning", importWindow<50, 50, 0>);
  table.add("_npi_hamming", importWindow<54, 46, 0>);
  table.add("_npi_blackman", importWindow<42, 50, 8>);
  table.add("_contrib_index_array", importIndexArray);
  table.add("_npi_indices", importIndices);
  table.add("_npi_full_like", importFullLike);
}

} // namespace tandem::mxnet
