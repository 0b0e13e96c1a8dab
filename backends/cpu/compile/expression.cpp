#include "backends/cpu/compile/expression.h"

#include "backends/cpu/compile/reals.h"

using namespace mlir;

namespace tandem::cpu {

Value Expression::evaluate(codegen::KernelBuilder &k, Load load) const {
  SmallVector<Value> values;
  for (const Node &node : nodes_) {
    if (!node.combine) {
      values.push_back(load(node.leaf));
      continue;
    }
    SmallVector<Value> operands;
    for (unsigned operand : node.operands)
      operands.push_back(values[operand]);
    // As if it had been stored and loaded again: 16 bits are rounded to, and computed with as f32.
    values.push_back(widenReals(k, node.combine(k, operands)));
  }
  return values.back();
}

} // namespace tandem::cpu
