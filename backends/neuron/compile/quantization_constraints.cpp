// Constraints on codes: scales, zero points, and the filters and biases of products.
#include "backends/neuron/compile/constraints.h"
#include "backends/neuron/compile/reduction_product.h"
#include "backends/neuron/compile/words.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/graph.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::neuron {
namespace {

Quantization codesOf(Value value) {
  return graph::quantizationOf(graph::tensorType(value).getElementType());
}
bool isCodes(Value value) {
  return kindOf(value) & kCodes;
}
std::string codesText(const Quantization &codes) {
  return say("scale ", number(codes.scales[0]), " and zero point ", codes.zeroPoints[0]);
}
/// As the library gets them: i8 ones are u8 where the target wants it.
Quantization inLibrary(Value value, const Target &target) {
  Quantization codes = codesOf(value);
  if (kindOf(value) == kI8 && target.unsignedCodes)
    codes.zeroPoints[0] += 128;
  return codes;
}
/// The value is constant, or absent.
bool isConstant(Value value) {
  return !value || graph::constantOf(value);
}
Value filterOf(Operation *op) {
  return op->getOperand(1);
}
Value biasOf(Operation *op) {
  return op->getNumOperands() > 2 ? op->getOperand(2) : Value();
}
bool isReal(Value value) {
  return kindOf(value) & kReals;
}
/// TFLite's hybrid form: reals times a quantized filter.
bool isHybrid(Operation *op) {
  return isReal(op->getOperand(0)) && graph::isQuantized(filterOf(op).getType());
}

std::string fixedResult(Operation *op, float scale, int32_t ofU8, int32_t ofI8) {
  Value result = op->getResult(0);
  if (!isCodes(result))
    return "";
  Quantization codes = codesOf(result);
  int32_t zeroPoint = kindOf(result) == kU8 ? ofU8 : ofI8;
  return codes.scales[0] == scale && codes.zeroPoints[0] == zeroPoint
             ? ""
             : say("the result must have scale ", number(scale), " and zero point ", zeroPoint,
                   ", has ", codesText(codes));
}

/// Or they are not both codes.
bool isScaleKept(Operation *op) {
  Value input = op->getOperand(0), result = op->getResult(0);
  if (!isCodes(input) || !isCodes(result))
    return true;
  Quantization from = codesOf(input), to = codesOf(result);
  return from.scales == to.scales && from.zeroPoints == to.zeroPoints;
}

} // namespace

const Form kSameScale = {"codes keep their scale", isScaleKept};
const Form kOtherScale = {"to codes of another scale",
                          [](Operation *op) { return !isScaleKept(op); }};

const Constraint kKeepsCodes = {
    "codes keep their scale", [](Operation *op, const Target &) -> std::string {
      return isScaleKept(op)
                 ? ""
                 : say("the result must have the input's ", codesText(codesOf(op->getOperand(0))),
                       ", has ", codesText(codesOf(op->getResult(0))));
    }};

const Constraint kScaleOf256th = {
    "codes of the result: scale 1/256 from the lowest code",
    [](Operation *op, const Target &) { return fixedResult(op, 1.0f / 256, 0, -128); }};
const Constraint kScaleOf128th = {
    "codes of the result: scale 1/128 around the middle code",
    [](Operation *op, const Target &) { return fixedResult(op, 1.0f / 128, 128, 0); }};

const Constraint kScaleAboveProduct = {
    "codes: result scale > lhs scale × rhs scale",
    [](Operation *op, const Target &) -> std::string {
      if (!llvm::all_of(op->getOperands(), isCodes) || !isCodes(op->getResult(0)))
        return "";
      float product = codesOf(op->getOperand(0)).scales[0] * codesOf(op->getOperand(1)).scales[0];
      float result = codesOf(op->getResult(0)).scales[0];
      return result > product ? ""
                              : say("the scale of the result must be above the product of the "
                                    "operands' scales, ",
                                    number(product), ", is ", number(result));
    }};

const Constraint kAlphaPositive = {
    "codes: alpha > 0", [](Operation *op, const Target &) -> std::string {
      double alpha = cast<graph::LeakyReluOp>(op).getAlpha().convertToDouble();
      return alpha > 0 || !isCodes(op->getOperand(0))
                 ? ""
                 : say("alpha must be positive for codes, is ", number(alpha));
    }};

// Between codes of one sign as the library gets them, a product with 1 rescales, and products of u8
// have results of a coarser scale (kScaleAboveFilter).
const Constraint kCoarserU8 = {
    "u8 to u8: result scale > input scale", [](Operation *op, const Target &target) -> std::string {
      Value input = op->getOperand(0), result = op->getResult(0);
      if (!isCodes(input) || !isCodes(result))
        return "";
      auto isU8 = [&](Value value) { return kindOf(value) == kU8 || target.unsignedCodes; };
      Quantization from = inLibrary(input, target), to = inLibrary(result, target);
      bool same = from.scales == to.scales && from.zeroPoints == to.zeroPoints;
      return !isU8(input) || !isU8(result) || same || to.scales[0] > from.scales[0]
                 ? ""
                 : say("the scale of a u8 result must be above that of u8 input, ",
                       number(from.scales[0]), ", is ", number(to.scales[0]));
    }};

const Constraint kProductWithOnes = {
    "neighbouring axes; the product rounds every sum as TFLite does",
    [](Operation *op, const Target &target) -> std::string {
      bool isKnown = isCodes(op->getOperand(0)) &&
                     kindOf(op->getOperand(0)) == kindOf(op->getResult(0)) &&
                     !op->getAttrOfType<DenseI64ArrayAttr>("axes").empty();
      return isKnown ? reductionProduct(op, target).problem : ""; // else said by others
    }};

const Constraint kPlainI32 = {
    "i32: no activation", [](Operation *op, const Target &) -> std::string {
      auto activation = op->getAttrOfType<graph::ActivationAttr>("activation");
      bool none = !activation || activation.getValue() == graph::Activation::None;
      return none || kindOf(op->getOperand(0)) != kI32
                 ? ""
                 : say("activation must be none for i32, is ",
                       graph::stringifyActivation(activation.getValue()));
    }};

const Constraint kI16Symmetric = {
    "i16: zero point 0", [](Operation *op, const Target &) -> std::string {
      for (Value value : {op->getOperand(0), Value(op->getResult(0))})
        if (kindOf(value) == kI16 && codesOf(value).zeroPoints[0] != 0)
          return say("the zero point of i16 codes must be 0, is ", codesOf(value).zeroPoints[0]);
      return "";
    }};

const Constraint kNotHybrid = {
    "no quantized filter on reals", [](Operation *op, const Target &) -> std::string {
      return isHybrid(op) ? "the input is f32 and the filter quantized: TFLite's hybrid form "
                            "quantizes the input on the fly, which Neuron has not"
                          : "";
    }};

const Constraint kFilterFits = {
    "filter constant, of the input's type or symmetric i8 codes per channel",
    [](Operation *op, const Target &) -> std::string {
      Value input = op->getOperand(0), filter = filterOf(op);
      if (isHybrid(op))
        return ""; // said by kNotHybrid
      if (!isConstant(filter))
        return "the filter must be a constant";
      if (kindOf(filter) == kindOf(input))
        return "";
      Quantization codes = codesOf(filter);
      bool isI8 =
          graph::elementTypeOf(graph::tensorType(filter).getElementType()) == ElementType::kI8;
      if (!isCodes(input) || !codes.perChannel() || !isI8)
        return "the filter must be of the input's type or i8 codes per channel";
      return llvm::all_of(codes.zeroPoints, [](int32_t zeroPoint) { return zeroPoint == 0; })
                 ? ""
                 : "the zero points of a filter quantized per channel must be 0";
    }};

const Constraint kRoundsTwice = {
    "not i8, where TFLite rounds otherwise than CONV_2D",
    [](Operation *op, const Target &) -> std::string {
      return kindOf(op->getOperand(0)) == kI8
                 ? "a filter with one scale for each channel needs CONV_2D, which rounds i8 codes "
                   "otherwise than TFLite's fully connected layers"
                 : "";
    }};

const Constraint kBiasFits = {
    "bias constant, of the input's type or i32 for codes",
    [](Operation *op, const Target &) -> std::string {
      Value bias = biasOf(op);
      if (!isConstant(bias))
        return "the bias must be a constant";
      bool isI32 = bias && graph::elementTypeOf(graph::tensorType(bias).getElementType()) ==
                               ElementType::kI32;
      if (!bias || isHybrid(op) || (isCodes(op->getOperand(0)) && isI32) ||
          (isReal(op->getOperand(0)) && kindOf(bias) == kindOf(op->getOperand(0))))
        return "";
      return "the bias must be of the input's type, or i32 for codes";
    }};

// NNAPI dropped this rule for u8 later; a public client of the vendor's still keeps it.
const Constraint kScaleAboveFilter = {
    "u8: result scale > input scale × filter scale",
    [](Operation *op, const Target &target) -> std::string {
      Value input = op->getOperand(0), filter = filterOf(op), result = op->getResult(0);
      bool asU8 = kindOf(input) == kU8 || (kindOf(input) == kI8 && target.unsignedCodes);
      if (!asU8 || !isCodes(filter) || !isCodes(result))
        return "";
      float product = codesOf(input).scales[0] * codesOf(filter).scales[0];
      float scale = codesOf(result).scales[0];
      return scale > product ? ""
                             : say("the scale of a u8 result must be above the product of input "
                                   "and filter scale, ",
                                   number(product), ", is ", number(scale));
    }};

} // namespace tandem::neuron
