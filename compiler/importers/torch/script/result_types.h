#pragma once

#include "compiler/importers/torch/script/signatures.h"
#include "compiler/importers/torch/stored_tensor.h"

namespace tandem::torch::script {

/// PyTorch's name for the graph's element type.
ScalarType scalarTypeOf(mlir::Type type);
/// The same by the numbers that TorchScript's code has; nothing for one that is not supported.
std::optional<ScalarType> scalarTypeOfCode(int64_t number);
/// The number that the code has for it.
int64_t codeOf(ScalarType type);

/// The element type that PyTorch gives an operator's result where its operands alone do not say it:
/// an archive of torch.export has it written down, and the handlers ask for it. `types` are the
/// element types of the tensors among the arguments, lists included, in order.
std::optional<ScalarType> resultType(const Signature &signature,
                                     llvm::ArrayRef<const Item *> arguments,
                                     llvm::ArrayRef<ScalarType> types);

} // namespace tandem::torch::script
