#include "compiler/graph/graph.h"

#include "compiler/graph/inference.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

#include "compiler/graph/graph_dialect.cpp.inc"
#include "compiler/graph/graph_enums.cpp.inc"
#define GET_ATTRDEF_CLASSES
#include "compiler/graph/graph_attrs.cpp.inc"
#define GET_OP_CLASSES
#include "compiler/graph/graph_ops.cpp.inc"

using namespace mlir;

namespace tandem::graph {

void GraphDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "compiler/graph/graph_attrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "compiler/graph/graph_ops.cpp.inc"
      >();
}

Operation *GraphDialect::materializeConstant(OpBuilder &builder, Attribute value, Type type,
                                             mlir::Location location) {
  auto elements = dyn_cast<ElementsAttr>(value);
  return elements ? ConstantOp::create(builder, location, type, elements) : nullptr;
}

LogicalResult verifyQuantizedAxis(Operation *op, RankedTensorType type) {
  auto perAxis = dyn_cast<quant::UniformQuantizedPerAxisType>(type.getElementType());
  if (!perAxis)
    return success();
  int64_t axis = perAxis.getQuantizedDimension();
  auto scales = static_cast<int64_t>(perAxis.getScales().size());
  if (axis >= type.getRank())
    return op->emitOpError("quantized dimension ") << axis << " is outside rank " << type.getRank();
  if (type.getDimSize(axis) != scales)
    return op->emitOpError("has ")
           << scales << " scales for a dimension of " << type.getDimSize(axis);
  return success();
}

LogicalResult verifyInferredShape(Operation *op) {
  SmallVector<ShapedTypeComponents> shapes;
  auto interface = cast<InferShapedTypeOpInterface>(op);
  if (failed(interface.inferReturnTypeComponents(
          op->getContext(), op->getLoc(), op->getOperands(), op->getDiscardableAttrDictionary(),
          op->getPropertiesStorage(), op->getRegions(), shapes)))
    return failure();
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  if (type.getShape() != ArrayRef(shapes[0].getDims())) {
    InFlightDiagnostic error = op->emitOpError("result has shape ");
    error << type << ", expected dimensions [";
    llvm::interleaveComma(shapes[0].getDims(), error);
    return error << "]";
  }
  return verifyQuantizedAxis(op, type);
}

} // namespace tandem::graph
