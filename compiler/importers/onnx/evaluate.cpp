#include "compiler/importers/onnx/evaluate.h"

#include "mlir/Dialect/Traits.h"

using namespace mlir;

namespace tandem::onnx {

bool isWorthEvaluating(int64_t count, ArrayRef<Elements> inputs) {
  int64_t largest = NodeBuilder::kMaxFill;
  for (const Elements &input : inputs)
    if (!input.isSplat())
      largest = std::max(largest, input.count());
  return count <= largest;
}

std::optional<SmallVector<int64_t>> evaluatedShape(ArrayRef<Elements> inputs) {
  SmallVector<int64_t> shape;
  for (const Elements &input : inputs) {
    SmallVector<int64_t> both;
    if (!OpTrait::util::getBroadcastedShape(shape, input.shape(), both))
      return std::nullopt;
    shape = both;
  }
  if (!hasSaneSize(shape) || !isWorthEvaluating(*elementCount(shape), inputs))
    return std::nullopt;
  return shape;
}

int64_t broadcastPlace(int64_t index, ArrayRef<int64_t> result, ArrayRef<int64_t> shape) {
  int64_t place = 0, step = 1;
  size_t offset = result.size() - shape.size();
  for (size_t d = result.size(); d-- > 0;) {
    int64_t at = index % result[d];
    index /= result[d];
    if (d < offset)
      continue;
    if (shape[d - offset] != 1)
      place += at * step;
    step *= shape[d - offset];
  }
  return place;
}

} // namespace tandem::onnx
