#include "backends/neuron/host/pair.h"

#include "mlir/Dialect/Traits.h"

using namespace mlir;

namespace tandem::neuron::host {

FailureOr<std::pair<Value, Value>> readPair(Node &node) {
  MaybeValue lhs = node.value(0), rhs = node.value(1);
  if (failed(lhs) || failed(rhs))
    return failure();
  SmallVector<int64_t> result;
  if (!OpTrait::util::getBroadcastedShape(shapeOf(*lhs), shapeOf(*rhs), result))
    return node.invalid() << "shapes " << shapeText(shapeOf(*lhs)) << " and "
                          << shapeText(shapeOf(*rhs)) << " do not broadcast";
  return std::pair(*lhs, *rhs);
}

} // namespace tandem::neuron::host
