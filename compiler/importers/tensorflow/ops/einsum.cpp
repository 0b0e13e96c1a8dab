#include "compiler/importers/common/einsum.h"

#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

static MaybeValue importEinsum(TfNode &node) {
  StringRef equation = node.string("equation", "");
  FailureOr<Values> operands = node.inputs(0, node.inputCount());
  if (node.failed() || failed(operands))
    return failure();
  return einsum(node, equation, *operands);
}

void registerEinsum(OpTable &table) {
  table.add("Einsum", importEinsum);
}

} // namespace tandem::tensorflow
