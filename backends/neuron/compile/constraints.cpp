#include "backends/neuron/compile/constraints.h"
#include "backends/neuron/compile/words.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/graph.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::neuron {
namespace {

int64_t rankOf(Value value) {
  return graph::tensorType(value).getRank();
}
ArrayRef<int64_t> integers(Operation *op, StringRef attribute) {
  auto value = op->getAttrOfType<DenseI64ArrayAttr>(attribute);
  return value ? value.asArrayRef() : ArrayRef<int64_t>();
}
bool isOne(int64_t value) {
  return value == 1;
}
bool isZero(int64_t value) {
  return value == 0;
}
/// Pads of the window, all of them.
bool isPadded(graph::AveragePool2dOp pool) {
  return !llvm::all_of(pool.getPadLow(), isZero) || !llvm::all_of(pool.getPadHigh(), isZero);
}
bool countsPads(Operation *op) {
  auto pool = cast<graph::AveragePool2dOp>(op);
  return pool.getCountIncludePad() && isPadded(pool);
}
bool isGrouped(Operation *op) {
  return cast<graph::Conv2dOp>(op).getGroups() != 1;
}
bool isDilated(Operation *op) {
  return !llvm::all_of(cast<graph::Conv2dOp>(op).getDilation(), isOne);
}
bool isPerChannelOfCodes(Operation *op) {
  auto product = cast<graph::FullyConnectedOp>(op);
  Type filter = graph::tensorType(product.getFilter()).getElementType();
  return graph::isQuantized(product.getInput().getType()) && graph::isQuantized(filter) &&
         graph::quantizationOf(filter).perChannel();
}
bool hasValue(Operation *op) {
  return !cast<graph::PadOp>(op).getValue().isZero();
}
bool isConsecutive(Operation *op) {
  return llvm::all_of(cast<graph::SliceOp>(op).getStrides(), isOne);
}
bool isOfIntegers(Operation *op) {
  return kindOf(op->getOperand(0)) == kI32;
}
bool isCropped(Operation *op) {
  auto space = cast<graph::BatchToSpaceOp>(op);
  return !llvm::all_of(space.getCropLow(), isZero) || !llvm::all_of(space.getCropHigh(), isZero);
}
bool isFromCodes(Operation *op) {
  return graph::isQuantized(op->getOperand(0).getType());
}
bool isSignKept(Operation *op) {
  return isFromCodes(op) && kindOf(op->getOperand(0)) == kindOf(op->getResult(0));
}

} // namespace

const Form kUngrouped = {"one group", [](Operation *op) { return !isGrouped(op); }};
const Form kGrouped = {"several groups",
                       [](Operation *op) { return isGrouped(op) && !isDilated(op); }};
const Form kDilatedGroups = {"several groups, dilated",
                             [](Operation *op) { return isGrouped(op) && isDilated(op); }};
const Form kFilterOneScale = {"one filter scale",
                              [](Operation *op) { return !isPerChannelOfCodes(op); }};
const Form kFilterPerChannel = {"filter scales per channel", isPerChannelOfCodes};
const Form kPadsLeftOut = {"padding left out", [](Operation *op) { return !countsPads(op); }};
const Form kPadsCounted = {"padding counted", countsPads};
const Form kWithZero = {"with zero", [](Operation *op) { return !hasValue(op); }};
const Form kWithValue = {"with another value", hasValue};
const Form kConsecutive = {"strides are 1", isConsecutive};
const Form kWithStrides = {"with strides", [](Operation *op) { return !isConsecutive(op); }};
const Form kFromReals = {"from reals", [](Operation *op) { return !isFromCodes(op); }};
const Form kFromOtherSign = {"from codes of the other sign",
                             [](Operation *op) { return isFromCodes(op) && !isSignKept(op); }};
const Form kFromSameSign = {"from codes of the same sign", isSignKept};

const Form kOfIntegers = {"of integers", isOfIntegers};
const Form kOfReals = {"of reals", [](Operation *op) { return !isOfIntegers(op); }};
const Form kOfCodes = {"of codes", isFromCodes};
const Form kNotOfCodes = {"of reals", [](Operation *op) { return !isFromCodes(op); }};
const Form kUncropped = {"nothing cropped", [](Operation *op) { return !isCropped(op); }};
const Form kCropped = {"cropped", isCropped};

const Constraint kRankAtMost4 = {"rank ≤ 4", [](Operation *op, const Target &) -> std::string {
                                   int64_t rank = rankOf(op->getResult(0));
                                   for (Value operand : op->getOperands())
                                     rank = std::max(rank, rankOf(operand));
                                   return rank <= 4 ? "" : say("rank must be at most 4, is ", rank);
                                 }};

const Constraint kRank4 = {"rank 4", [](Operation *op, const Target &) -> std::string {
                             int64_t rank = rankOf(op->getOperand(0));
                             return rank == 4 ? "" : say("rank must be 4, is ", rank);
                           }};

const Constraint kHasAxes = {"there are axes", [](Operation *op, const Target &) -> std::string {
                               return integers(op, "axes").empty()
                                          ? "axes must be named, there are none"
                                          : "";
                             }};

const Constraint kBetaPositive = {
    "beta > 0", [](Operation *op, const Target &) -> std::string {
      double beta = cast<graph::SoftmaxOp>(op).getBeta().convertToDouble();
      return beta > 0 ? "" : say("beta must be positive, is ", number(beta));
    }};

const Constraint kParametersConstant = {
    "all parameters are constants", [](Operation *op, const Target &) -> std::string {
      for (Value parameter : llvm::drop_begin(op->getOperands()))
        if (!graph::constantOf(parameter))
          return "scale, offset, mean and variance must be constants";
      return "";
    }};

// Public clients add 128 to an i8 value, NNAPI says that none is added.
const Constraint kPadOfI8IsZero = {
    "not i8", [](Operation *op, const Target &target) -> std::string {
      return kindOf(op->getOperand(0)) == kI8 && !target.unsignedCodes
                 ? "the value must be 0 for i8 codes: public sources disagree about the code of "
                   "another"
                 : "";
    }};

// NNAPI's SELECT does not broadcast.
const Constraint kOneShape = {
    "all operands of one shape", [](Operation *op, const Target &) -> std::string {
      for (Value operand : op->getOperands())
        if (graph::tensorType(operand).getShape() != graph::tensorType(op->getResult(0)).getShape())
          return "all operands must have the shape of the result";
      return "";
    }};

const Constraint kIndicesAreI32 = {
    "indices of i32", [](Operation *op, const Target &) -> std::string {
      return kindOf(op->getOperand(1)) == kI32 ? "" : "the indices must be i32, are i64";
    }};

} // namespace tandem::neuron
