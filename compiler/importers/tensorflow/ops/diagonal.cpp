// Diagonals of the last two dimensions: bands kept, vectors put on one, and taken off one.
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"
#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

namespace {
/// One diagonal: column - row of its elements, and the matrices that it is in.
struct Diagonal {
  int64_t offset = 0, rows = 0, columns = 0;

  int64_t length() const {
    return std::min(rows + std::min<int64_t>(offset, 0), columns - std::max<int64_t>(offset, 0));
  }
  int64_t firstRow() const { return std::max<int64_t>(-offset, 0); }
  bool isSane() const {
    return rows > 0 && columns > 0 && rows <= NodeBuilder::kMaxFill / columns &&
           std::abs(offset) < std::max(rows, columns) && length() > 0;
  }
};

/// Truths of a matrix where `holds` says so of a row and a column.
template <typename Holds>
MaybeValue maskOf(TfNode &node, int64_t rows, int64_t columns, Holds holds) {
  if (columns > 0 && rows > NodeBuilder::kMaxFill / columns)
    return node.unsupported("a matrix of " + Twine(rows) + "x" + Twine(columns));
  SmallVector<int64_t> truths;
  for (int64_t i = 0; i < rows * columns; ++i)
    truths.push_back(holds(i / columns, i % columns));
  return node.integerConstant(node.builder().getI1Type(), {rows, columns}, truths);
}

/// 'k' of the later forms, which is input `index` where there is one: a single diagonal.
FailureOr<int64_t> offsetFrom(TfNode &node, size_t index) {
  if (node.inputCount() <= index)
    return 0;
  FailureOr<SmallVector<int64_t>> list = node.integers(index, "the diagonal");
  if (failed(list))
    return failure();
  if (list->size() == 2 && (*list)[0] == (*list)[1])
    list->pop_back();
  if (list->size() != 1)
    return node.unsupported("several diagonals");
  return list->front();
}

/// Matrices with `vectors` on a diagonal, and `elsewhere` otherwise.
MaybeValue onDiagonal(TfNode &node, MaybeValue vectors, const Diagonal &diagonal,
                      MaybeValue elsewhere) {
  if (failed(vectors))
    return failure();
  SmallVector<int64_t> places, shape(shapeOf(*vectors).drop_back());
  for (int64_t row = 0; row < diagonal.rows; ++row)
    for (int64_t column = 0; column < diagonal.columns; ++column)
      places.push_back(column - row == diagonal.offset ? row - diagonal.firstRow() : 0);
  shape.append({diagonal.rows, diagonal.columns});
  auto last = static_cast<int64_t>(shapeOf(*vectors).size()) - 1;
  MaybeValue indices =
      node.integerConstant(node.builder().getI64Type(), {diagonal.rows, diagonal.columns}, places);
  MaybeValue mask = maskOf(node, diagonal.rows, diagonal.columns, [&](int64_t row, int64_t column) {
    return column - row == diagonal.offset;
  });
  return node.select(mask, takeAlong(node, vectors, indices, last), elsewhere);
}
} // namespace

/// MatrixBandPart: zeros beyond so many diagonals below and above the main one; all, where
/// negative.
static MaybeValue importBandPart(TfNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<int64_t> below = node.integer(1, "the number of diagonals"),
                     above = node.integer(2, "the number of diagonals");
  if (failed(input) || failed(below) || failed(above))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (shape.size() < 2)
    return node.invalid("an input of shape " + shapeText(shape));
  MaybeValue mask =
      maskOf(node, shape[shape.size() - 2], shape.back(), [&](int64_t row, int64_t column) {
        return (*below < 0 || row - column <= *below) && (*above < 0 || column - row <= *above);
      });
  return keepWhere(node, mask, input, 0);
}

/// MatrixDiag and its later forms: vectors, 'k', rows, columns (-1: as many as are needed, of
/// both: a square) and what is elsewhere.
static MaybeValue importMatrixDiag(TfNode &node) {
  MaybeValue vectors = node.input(0);
  FailureOr<int64_t> offset = offsetFrom(node, 1);
  if (failed(vectors) || failed(offset))
    return failure();
  if (shapeOf(*vectors).empty())
    return node.invalid("its input is a scalar");
  if (std::abs(*offset) > NodeBuilder::kMaxFill)
    return node.invalid("diagonal " + Twine(*offset));
  int64_t length = shapeOf(*vectors).back();
  Diagonal diagonal{*offset, length + std::max<int64_t>(-*offset, 0),
                    length + std::max<int64_t>(*offset, 0)};
  MaybeValue elsewhere = node.scalarLike(*vectors, 0);
  if (node.inputCount() > 4) {
    FailureOr<int64_t> rows = node.integer(2, "the number of rows"),
                       columns = node.integer(3, "the number of columns");
    if (failed(rows) || failed(columns))
      return failure();
    bool isSquare = *rows == -1 && *columns == -1;
    int64_t side = std::max(diagonal.rows, diagonal.columns);
    diagonal.rows = isSquare ? side : *rows == -1 ? diagonal.rows : *rows;
    diagonal.columns = isSquare ? side : *columns == -1 ? diagonal.columns : *columns;
    elsewhere = node.input(4);
  }
  if (!diagonal.isSane() || diagonal.length() != length)
    return node.invalid("a diagonal of " + Twine(length) + " in a matrix of " +
                        Twine(diagonal.rows) + "x" + Twine(diagonal.columns));
  return onDiagonal(node, vectors, diagonal, elsewhere);
}

/// The diagonal of the matrices of input 0 that input `index` names.
static FailureOr<Diagonal> diagonalOf(TfNode &node, size_t index) {
  MaybeValue input = node.input(0);
  FailureOr<int64_t> offset = offsetFrom(node, index);
  if (failed(input) || failed(offset))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  if (shape.size() < 2)
    return node.invalid("an input of shape " + shapeText(shape));
  Diagonal diagonal{*offset, shape[shape.size() - 2], shape.back()};
  if (!diagonal.isSane())
    return node.invalid("diagonal " + Twine(*offset) + " of matrices of shape " + shapeText(shape));
  return diagonal;
}

static MaybeValue importMatrixDiagPart(TfNode &node) {
  FailureOr<Diagonal> diagonal = diagonalOf(node, 1);
  if (failed(diagonal))
    return failure();
  MaybeValue input = node.input(0);
  SmallVector<int64_t> shape(shapeOf(*input).drop_back(2)), places;
  shape.push_back(diagonal->rows * diagonal->columns);
  for (int64_t i = 0; i < diagonal->length(); ++i) {
    int64_t row = diagonal->firstRow() + i;
    places.push_back(row * diagonal->columns + row + diagonal->offset);
  }
  MaybeValue indices =
      node.integerConstant(node.builder().getI64Type(), diagonal->length(), places);
  return takeAlong(node, node.reshape(input, shape), indices,
                   static_cast<int64_t>(shape.size()) - 1);
}

static MaybeValue importMatrixSetDiag(TfNode &node) {
  FailureOr<Diagonal> diagonal = diagonalOf(node, 2);
  MaybeValue vectors = node.input(1);
  if (failed(diagonal) || failed(vectors))
    return failure();
  if (shapeOf(*vectors).empty() || shapeOf(*vectors).back() != diagonal->length())
    return node.invalid("a diagonal of shape " + shapeText(shapeOf(*vectors)) + ", expected " +
                        Twine(diagonal->length()) + " elements");
  return onDiagonal(node, vectors, *diagonal, node.input(0));
}

/// Diag: a tensor of all its elements, row by row, on the diagonal of a matrix, whose rows and
/// columns are dimensions as the tensor's.
static MaybeValue importDiag(TfNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*input));
  int64_t count = *elementCount(shape);
  Diagonal diagonal{0, count, count};
  if (!diagonal.isSane())
    return node.unsupported("a diagonal of shape " + shapeText(shape));
  shape.append(shapeOf(*input).begin(), shapeOf(*input).end());
  return node.reshape(
      onDiagonal(node, node.reshape(input, {count}), diagonal, node.scalarLike(*input, 0)), shape);
}

/// DiagPart: the inverse of Diag.
static MaybeValue importDiagPart(TfNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*input);
  size_t half = shape.size() / 2;
  if (shape.empty() || shape.take_front(half) != shape.drop_front(half))
    return node.invalid("an input of shape " + shapeText(shape));
  int64_t count = *elementCount(shape.take_front(half));
  MaybeValue flat = node.reshape(input, {count * count});
  SmallVector<int64_t> result(shape.take_front(half));
  return node.reshape(sliceAlong(node, flat, 0, 0, count, count + 1), result);
}

void registerDiagonal(OpTable &table) {
  for (StringRef op : {"MatrixBandPart", "BatchMatrixBandPart"})
    table.add(op, importBandPart);
  for (StringRef op : {"MatrixDiag", "MatrixDiagV2", "MatrixDiagV3", "BatchMatrixDiag"})
    table.add(op, importMatrixDiag);
  for (StringRef op :
       {"MatrixDiagPart", "MatrixDiagPartV2", "MatrixDiagPartV3", "BatchMatrixDiagPart"})
    table.add(op, importMatrixDiagPart);
  for (StringRef op : {"MatrixSetDiag", "MatrixSetDiagV2", "MatrixSetDiagV3", "BatchMatrixSetDiag"})
    table.add(op, importMatrixSetDiag);
  table.add("Diag", importDiag);
  table.add("DiagPart", importDiagPart);
}

} // namespace tandem::tensorflow
