#include "compiler/importers/common/einsum.h"

#include "compiler/importers/onnx/node.h"

using namespace mlir;

namespace tandem::onnx {

static MaybeValue importEinsum(OnnxNode &node) {
  std::string equation = node.string("equation", "");
  FailureOr<Values> operands = node.inputs();
  if (node.failed() || failed(operands))
    return failure();
  MaybeValue result = einsum(node, equation, *operands);
  if (succeeded(result) && !*result)
    return node.unsupported("'equation' '" + equation +
                            "', which has a letter twice in an operand");
  return result;
}

void registerEinsum(OpTable &table) {
  table.add("Einsum", importEinsum, Takes::kReals);
}

} // namespace tandem::onnx
