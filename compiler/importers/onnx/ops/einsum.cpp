#include "compiler/importers/common/einsum.h"

#include "compiler/importers/onnx/node.h"

using namespace mlir;

namespace tandem::onnx {

static MaybeValue importEinsum(OnnxNode &node) {
  std::string equation = node.string("equation", "");
  FailureOr<Values> operands = node.inputs();
  if (node.failed() || failed(operands))
    return failure();
  return einsum(node, equation, *operands);
}

void registerEinsum(OpTable &table) {
  table.add("Einsum", importEinsum, Takes::kReals);
}

} // namespace tandem::onnx
