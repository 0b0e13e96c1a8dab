#include "compiler/importers/tensorflow/joining.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::tensorflow {

/// Rows of every part in turn, where a row is all from `axis` on.
static Value joinConstants(TfNode &node, ArrayRef<graph::ConstantBytes> parts,
                           RankedTensorType type, int64_t axis) {
  int64_t rows = *elementCount(type.getShape().take_front(axis));
  std::vector<char> joined;
  for (int64_t row = 0; row < rows; ++row)
    for (const graph::ConstantBytes &part : parts) {
      size_t size = part.raw().size() / rows;
      ArrayRef<char> bytes = part.raw().slice(row * size, size);
      joined.insert(joined.end(), bytes.begin(), bytes.end());
    }
  return graph::createConstant(node.builder(), node.location(), type, ArrayRef<char>(joined));
}

MaybeValue join(TfNode &node, ArrayRef<Value> parts, int64_t axis) {
  MaybeValue joined = node.createTyped<graph::ConcatOp>(getElementTypeOrSelf(parts.front()),
                                                        ValueRange(parts), axis);
  if (failed(joined))
    return failure();
  SmallVector<graph::ConstantBytes> constants;
  for (Value part : parts)
    if (std::optional<graph::ConstantBytes> bytes = graph::constantOf(part))
      constants.push_back(std::move(*bytes));
  auto type = graph::tensorType(*joined);
  bool isSmall = constants.size() == parts.size() && type.getNumElements() > 0 &&
                 type.getNumElements() <= Numbers::kMost;
  return isSmall ? joinConstants(node, constants, type, axis) : *joined;
}

} // namespace tandem::tensorflow
