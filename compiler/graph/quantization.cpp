#include "compiler/graph/inference.h"

#include "compiler/graph/folding.h"

using namespace mlir;

namespace tandem::graph {

LogicalResult QuantizeOp::inferReturnTypeComponents(MLIRContext *, Location, Adaptor adaptor,
                                                    Shapes &shapes) {
  return infer(shapes, shapeOf(adaptor.getInput()));
}
LogicalResult QuantizeOp::verify() {
  Type in = getElementTypeOrSelf(getInput());
  bool perTensor = isa<quant::UniformQuantizedType>(in);
  if ((!in.isF32() && !perTensor) || !isQuantized(getType()))
    return emitOpError("quantize_c1: takes f32 or a tensor quantized per tensor to a quantized "
                       "type, not ")
           << in << " to " << getElementTypeOrSelf(getType());
  return success();
}
OpFoldResult QuantizeOp::fold(FoldAdaptor) {
  return getInput().getType() == getType() ? OpFoldResult(getInput()) : OpFoldResult();
}

LogicalResult DequantizeOp::inferReturnTypeComponents(MLIRContext *, Location, Adaptor adaptor,
                                                      Shapes &shapes) {
  return infer(shapes, shapeOf(adaptor.getInput()));
}
LogicalResult DequantizeOp::verify() {
  if (!isQuantized(getInput().getType()) || !getElementTypeOrSelf(getType()).isF32())
    return emitOpError("dequantize_c1: takes a quantized tensor to f32");
  return success();
}
OpFoldResult DequantizeOp::fold(FoldAdaptor adaptor) {
  return foldDequantize(adaptor.getInput(), tensorType(getInput()),
                        cast<RankedTensorType>(getType()));
}

LogicalResult CastOp::inferReturnTypeComponents(MLIRContext *, Location, Adaptor adaptor,
                                                Shapes &shapes) {
  return infer(shapes, shapeOf(adaptor.getInput()));
}
LogicalResult CastOp::verify() {
  if (isQuantized(getInput().getType()) || isQuantized(getType()))
    return emitOpError("cast_c1: quantize and dequantize are for quantized tensors");
  return success();
}
OpFoldResult CastOp::fold(FoldAdaptor adaptor) {
  if (getInput().getType() == getType())
    return getInput();
  return foldCast(adaptor.getInput(), tensorType(getInput()), cast<RankedTensorType>(getType()));
}

} // namespace tandem::graph
