#include "compiler/graph/cost.h"

#include "compiler/graph/graph.h"
#include "compiler/graph/types.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace tandem::graph {

uint64_t resultElements(Operation *op) {
  uint64_t count = 0;
  for (Value result : op->getResults())
    count += static_cast<uint64_t>(tensorType(result).getNumElements());
  return count;
}

uint64_t macCount(Operation *op) {
  auto dim = [](Value value, int index) {
    return static_cast<uint64_t>(tensorType(value).getDimSize(index));
  };
  uint64_t results = resultElements(op);
  return llvm::TypeSwitch<Operation *, uint64_t>(op)
      .Case<Conv2dOp>([&](auto conv) {
        Value filter = conv.getFilter();
        return results * dim(filter, 1) * dim(filter, 2) * dim(filter, 3);
      })
      .Case<DepthwiseConv2dOp>(
          [&](auto conv) { return results * dim(conv.getFilter(), 1) * dim(conv.getFilter(), 2); })
      .Case<TransposeConv2dOp>([&](auto conv) {
        Value filter = conv.getFilter();
        return static_cast<uint64_t>(tensorType(conv.getInput()).getNumElements()) *
               dim(filter, 0) * dim(filter, 1) * dim(filter, 2);
      })
      .Case<FullyConnectedOp>([&](auto product) { return results * dim(product.getFilter(), 1); })
      .Case<BatchMatmulOp>([&](auto product) {
        int64_t rank = tensorType(product.getLhs()).getRank();
        return results * dim(product.getLhs(), product.getTransposeLhs() ? rank - 2 : rank - 1);
      })
      .Default([](Operation *) { return uint64_t(0); });
}

std::string nodeName(Location location) {
  std::string name;
  location->walk([&](Location part) {
    auto named = dyn_cast<NameLoc>(part);
    if (!named)
      return WalkResult::advance();
    name = named.getName().str();
    return WalkResult::interrupt();
  });
  return name;
}

std::string nodeName(Operation *op) {
  return nodeName(op->getLoc());
}

} // namespace tandem::graph
