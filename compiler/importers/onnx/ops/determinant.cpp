#include "compiler/importers/common/pieces.h"
#include "compiler/importers/onnx/node.h"

#include "llvm/ADT/bit.h"

using namespace mlir;

namespace tandem::onnx {

/// Det of small matrices: from the last row upward, of every choice of as many columns as there are
/// rows, by the one of the row below.
static MaybeValue importDet(OnnxNode &node) {
  MaybeValue input = node.input(0);
  if (failed(input))
    return failure();
  constexpr int64_t kMostRows = 6;
  SmallVector<int64_t> shape(shapeOf(*input));
  auto rank = static_cast<int64_t>(shape.size());
  if (rank < 2 || shape[rank - 1] != shape[rank - 2])
    return node.invalid("an input of shape " + shapeText(shape));
  int64_t size = shape[rank - 1];
  if (size < 1 || size > kMostRows)
    return node.unsupported("a matrix of " + Twine(size) + "x" + Twine(size) + ", at most " +
                            Twine(kMostRows) + "x" + Twine(kMostRows) + " is");
  auto element = [&](int64_t row, int64_t column) {
    return sliceAlong(node, sliceAlong(node, input, rank - 2, row, 1), rank - 1, column, 1);
  };
  SmallVector<MaybeValue> minors(size_t(1) << size, MaybeValue(Value()));
  for (int64_t row = size - 1; row >= 0; --row)
    for (uint64_t columns = 1; columns < minors.size(); ++columns) {
      if (llvm::popcount(columns) != size - row)
        continue;
      MaybeValue sum = Value();
      bool isFirst = true, isNegative = false;
      for (int64_t column = 0; column < size; ++column) {
        uint64_t bit = uint64_t(1) << column;
        if (!(columns & bit))
          continue;
        MaybeValue product = element(row, column);
        if (columns != bit)
          product = node.multiply(product, minors[columns ^ bit]);
        sum = isFirst ? product : isNegative ? node.subtract(sum, product) : node.add(sum, product);
        isFirst = false;
        isNegative = !isNegative;
      }
      minors[columns] = sum;
    }
  return node.reshape(minors.back(), ArrayRef(shape).drop_back(2));
}

void registerDeterminant(OpTable &table) {
  table.add("Det", importDet, Takes::kReals);
}

} // namespace tandem::onnx
