#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

// Arithmetic on sizes: they are numbers here, since --shape has fixed every dimension.

static FailureOr<SmallVector<Value>> importSymSize(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  int64_t dim = node.dim("dim", *input);
  if (node.failed())
    return failure();
  node.defineSymbol(shapeOf(*input)[dim]);
  return SmallVector<Value>();
}

static FailureOr<SmallVector<Value>> importSymNumel(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  node.defineSymbol(*elementCount(shapeOf(*input)));
  return SmallVector<Value>();
}

enum class Operation { kAdd, kSub, kMul, kFloorDiv };
template <Operation operation>
static FailureOr<SmallVector<Value>> importOperation(AtenNode &node) {
  int64_t a = node.integer("a"), b = node.integer("b"), result = 0;
  if (node.failed())
    return failure();
  bool isBad = false;
  switch (operation) {
  case Operation::kAdd:
    isBad = __builtin_add_overflow(a, b, &result);
    break;
  case Operation::kSub:
    isBad = __builtin_sub_overflow(a, b, &result);
    break;
  case Operation::kMul:
    isBad = __builtin_mul_overflow(a, b, &result);
    break;
  case Operation::kFloorDiv: // of sizes: neither is negative
    isBad = a < 0 || b < 1;
    result = isBad ? 0 : a / b;
    break;
  }
  if (isBad)
    return node.invalid("its result for " + Twine(a) + " and " + Twine(b) + " is no size");
  node.defineSymbol(result);
  return SmallVector<Value>();
}

void registerSymbol(OpTable &table) {
  table.addList("aten.sym_size.int", importSymSize);
  table.addList("aten.sym_numel.default", importSymNumel);
  table.addList("_operator.add", importOperation<Operation::kAdd>);
  table.addList("_operator.sub", importOperation<Operation::kSub>);
  table.addList("_operator.mul", importOperation<Operation::kMul>);
  table.addList("_operator.floordiv", importOperation<Operation::kFloorDiv>);
}

} // namespace tandem::torch
