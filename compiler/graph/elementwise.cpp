#include "compiler/graph/inference.h"

#include "mlir/Dialect/Traits.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;

namespace tandem::graph {

LogicalResult verifySameKind(Operation *op, StringRef rule) {
  Type result = getElementTypeOrSelf(op->getResult(0));
  for (Value operand : op->getOperands()) {
    Type type = getElementTypeOrSelf(operand);
    if (type != result && !(isQuantized(type) && isQuantized(result)))
      return op->emitOpError() << rule << ": element type " << type << " does not go with "
                               << result;
  }
  return success();
}

LogicalResult verifySameElementType(Operation *op, StringRef rule) {
  Type result = getElementTypeOrSelf(op->getResult(0));
  for (Value operand : op->getOperands())
    if (getElementTypeOrSelf(operand) != result)
      return op->emitOpError() << rule << ": element type " << getElementTypeOrSelf(operand)
                               << " differs from " << result;
  return success();
}

LogicalResult verifyMoved(Operation *op, unsigned first, unsigned count, StringRef rule) {
  Type result = getElementTypeOrSelf(op->getResult(0));
  if (isa<quant::UniformQuantizedPerAxisType>(result))
    return op->emitOpError() << rule << ": a tensor quantized per channel";
  for (Value operand : op->getOperands().slice(first, count))
    if (getElementTypeOrSelf(operand) != result)
      return op->emitOpError() << rule << ": element type " << getElementTypeOrSelf(operand)
                               << " differs from " << result;
  return success();
}

LogicalResult inferBroadcast(Location location, Value lhs, Value rhs, StringRef rule,
                             Shapes &shapes) {
  SmallVector<int64_t> result;
  if (!OpTrait::util::getBroadcastedShape(shapeOf(lhs), shapeOf(rhs), result))
    return refuse(location, rule, ": shapes of ", lhs.getType(), " and ", rhs.getType(),
                  " do not broadcast");
  return infer(shapes, result);
}

#define TANDEM_BINARY_OF(OP, VERIFY, RULE)                                                         \
  LogicalResult OP::inferReturnTypeComponents(MLIRContext *, Location location, Adaptor adaptor,   \
                                              Shapes &shapes) {                                    \
    return inferBroadcast(location, adaptor.getOperands()[0], adaptor.getOperands()[1],            \
                          "binary_c1", shapes);                                                    \
  }                                                                                                \
  LogicalResult OP::verify() {                                                                     \
    return VERIFY(*this, RULE);                                                                    \
  }
#define TANDEM_BINARY(OP) TANDEM_BINARY_OF(OP, verifySameKind, "binary_c2")
#define TANDEM_BITS(OP) TANDEM_BINARY_OF(OP, verifySameElementType, "bits_c1")
TANDEM_BINARY(AddOp)
TANDEM_BINARY(SubOp)
TANDEM_BINARY(MulOp)
TANDEM_BINARY(DivOp)
TANDEM_BINARY(MaximumOp)
TANDEM_BINARY(MinimumOp)
TANDEM_BINARY(PowOp)
TANDEM_BINARY(SquaredDifferenceOp)
TANDEM_BINARY(FloorDivOp)
TANDEM_BINARY(FloorModOp)
TANDEM_BINARY(PreluOp)
TANDEM_BITS(BitwiseAndOp)
TANDEM_BITS(BitwiseOrOp)
TANDEM_BITS(BitwiseXorOp)
TANDEM_BITS(ShiftLeftOp)
TANDEM_BITS(ShiftRightOp)
#undef TANDEM_BITS
#undef TANDEM_BINARY
#undef TANDEM_BINARY_OF

#define TANDEM_UNARY(OP)                                                                           \
  LogicalResult OP::inferReturnTypeComponents(MLIRContext *, Location, Adaptor adaptor,            \
                                              Shapes &shapes) {                                    \
    return infer(shapes, shapeOf(adaptor.getInput()));                                             \
  }                                                                                                \
  LogicalResult OP::verify() {                                                                     \
    return verifySameKind(*this, "unary_c1");                                                      \
  }
TANDEM_UNARY(ReluOp)
TANDEM_UNARY(Relu6Op)
TANDEM_UNARY(ReluN1To1Op)
TANDEM_UNARY(SigmoidOp)
TANDEM_UNARY(TanhOp)
TANDEM_UNARY(HardSwishOp)
TANDEM_UNARY(HardSigmoidOp)
TANDEM_UNARY(GeluOp)
TANDEM_UNARY(ErfOp)
TANDEM_UNARY(ExpOp)
TANDEM_UNARY(LogOp)
TANDEM_UNARY(SqrtOp)
TANDEM_UNARY(RsqrtOp)
TANDEM_UNARY(AbsOp)
TANDEM_UNARY(NegOp)
TANDEM_UNARY(FloorOp)
TANDEM_UNARY(CeilOp)
TANDEM_UNARY(RoundOp)
TANDEM_UNARY(SinOp)
TANDEM_UNARY(CosOp)
TANDEM_UNARY(AtanOp)
TANDEM_UNARY(LeakyReluOp)
TANDEM_UNARY(EluOp)
#undef TANDEM_UNARY

#define TANDEM_ALONG_AXIS(OP, NAME)                                                                \
  LogicalResult OP::inferReturnTypeComponents(MLIRContext *, Location location, Adaptor adaptor,   \
                                              Shapes &shapes) {                                    \
    ArrayRef<int64_t> input = shapeOf(adaptor.getInput());                                         \
    if (adaptor.getAxis() >= input.size())                                                         \
      return refuse(location, NAME "_c1: axis ", adaptor.getAxis(), " is outside rank ",           \
                    input.size());                                                                 \
    return infer(shapes, input);                                                                   \
  }                                                                                                \
  LogicalResult OP::verify() {                                                                     \
    return verifySameKind(*this, "unary_c1");                                                      \
  }
TANDEM_ALONG_AXIS(SoftmaxOp, "softmax")
TANDEM_ALONG_AXIS(LogSoftmaxOp, "log_softmax")
#undef TANDEM_ALONG_AXIS

namespace {
struct ReluOfRelu : OpRewritePattern<ReluOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReluOp op, PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<ReluOp>();
    if (!inner || inner.getType() != op.getType())
      return rewriter.notifyMatchFailure(op, "input is not a relu of the same type");
    rewriter.replaceOp(op, inner.getResult());
    return success();
  }
};
} // namespace

void ReluOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<ReluOfRelu>(context);
}

LogicalResult BatchNormOp::inferReturnTypeComponents(MLIRContext *, Location location,
                                                     Adaptor adaptor, Shapes &shapes) {
  ArrayRef<int64_t> input = shapeOf(adaptor.getInput());
  for (Value parameter : adaptor.getOperands().drop_front())
    if (input.empty() || shapeOf(parameter) != input.take_back(1))
      return refuse(location, "batch_norm_c1: parameters must have as many entries as the last "
                              "dimension of the input");
  return infer(shapes, input);
}
LogicalResult BatchNormOp::verify() {
  return verifySameElementType(*this, "batch_norm_c2");
}

} // namespace tandem::graph
