#pragma once

#include "compiler/graph/graph.h"

#include "mlir/IR/Builders.h"

namespace tandem::graph {

/// Creates an op whose result shape follows from its operands and attributes, and whose element
/// type (quantized or not) is given. `arguments` are those of the op's builder after the result
/// type. When the operands do not fit, emits the op's own error at `location` and returns failure.
template <typename OpT, typename... Arguments>
mlir::FailureOr<mlir::Value> createInferred(mlir::OpBuilder &builder, mlir::Location location,
                                            mlir::Type elementType, Arguments &&...arguments) {
  mlir::OperationState state(location, OpT::getOperationName());
  OpT::build(builder, state, mlir::RankedTensorType::get({}, elementType),
             std::forward<Arguments>(arguments)...);
  llvm::SmallVector<mlir::ShapedTypeComponents> shapes;
  if (failed(OpT::inferReturnTypeComponents(builder.getContext(), location,
                                            mlir::ValueRange(state.operands),
                                            state.attributes.getDictionary(builder.getContext()),
                                            state.getRawProperties(), state.regions, shapes)))
    return mlir::failure();
  state.types.assign({mlir::RankedTensorType::get(shapes[0].getDims(), elementType)});
  return builder.create(state)->getResult(0);
}

} // namespace tandem::graph
