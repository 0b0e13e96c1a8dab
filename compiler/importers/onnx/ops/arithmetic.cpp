#include "compiler/graph/types.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/onnx/evaluate.h"

#include <cmath>

using namespace mlir;

namespace tandem::onnx {

static constexpr auto kNone = graph::Activation::None;

/// Add, Sub, Mul, Div: NumPy's broadcasting, both operands of one type.
template <typename OpT> static MaybeValue importArithmetic(OnnxNode &node) {
  MaybeValue lhs = node.input(0), rhs = node.input(1);
  return node.create<OpT>(lhs, rhs, kNone);
}

/// The same of any number of operands, one after another.
template <typename OpT, typename... Extra>
static MaybeValue importVariadic(OnnxNode &node, const Extra &...extra) {
  FailureOr<Values> inputs = node.inputs();
  if (failed(inputs))
    return failure();
  MaybeValue result = inputs->front();
  for (Value input : ArrayRef(*inputs).drop_front())
    result = node.create<OpT>(result, input, extra...);
  return result;
}
static MaybeValue importSum(OnnxNode &node) {
  return importVariadic<graph::AddOp>(node, kNone);
}
static MaybeValue importMean(OnnxNode &node) {
  MaybeValue sum = importSum(node);
  if (failed(sum))
    return failure();
  return node.multiply(sum, 1.0 / static_cast<double>(node.inputCount()));
}
static MaybeValue importMax(OnnxNode &node) {
  return importVariadic<graph::MaximumOp>(node);
}
static MaybeValue importMin(OnnxNode &node) {
  return importVariadic<graph::MinimumOp>(node);
}

/// Mod: the sign of the divisor, or with 'fmod' that of the dividend.
static MaybeValue importMod(OnnxNode &node) {
  MaybeValue lhs = node.input(0), rhs = node.input(1);
  bool fmod = node.flag("fmod", false);
  if (node.failed())
    return failure();
  return fmod ? remainderOfDividend(node, lhs, rhs) : node.create<graph::FloorModOp>(lhs, rhs);
}

/// BitShift: 'direction' is LEFT or RIGHT.
static MaybeValue importBitShift(OnnxNode &node) {
  std::string direction = node.string("direction", "");
  MaybeValue lhs = node.input(0), rhs = node.input(1);
  if (node.failed())
    return failure();
  if (direction == "LEFT")
    return node.create<graph::ShiftLeftOp>(lhs, rhs);
  if (direction == "RIGHT")
    return node.create<graph::ShiftRightOp>(lhs, rhs);
  return node.invalid("'direction' is '" + direction + "', expected LEFT or RIGHT");
}

template <typename OpT> static MaybeValue importBits(OnnxNode &node) {
  return node.create<OpT>(node.input(0), node.input(1));
}
static MaybeValue importBitwiseNot(OnnxNode &node) {
  MaybeValue x = node.input(0);
  return failed(x) ? x : node.create<graph::BitwiseXorOp>(x, node.scalarLike(*x, -1));
}

/// Pow: the exponent may be of another type, and integers are computed in f32.
/// Of real exponents in f32, which is exact as far as it goes.
static MaybeValue importPowOfIntegers(OnnxNode &node, MaybeValue base) {
  MaybeValue exponent = node.input(1);
  if (failed(exponent))
    return failure();
  if (isa<IntegerType>(getElementTypeOrSelf(*exponent)))
    return powIntegers(node, base, exponent);
  Type real = node.builder().getF32Type();
  MaybeValue power = node.create<graph::PowOp>(node.cast(base, real), node.cast(exponent, real));
  return node.cast(node.create<graph::RoundOp>(power), getElementTypeOrSelf(*base));
}

static MaybeValue importPow(OnnxNode &node) {
  MaybeValue base = node.input(0);
  if (failed(base))
    return failure();
  Type type = getElementTypeOrSelf(*base);
  if (isa<IntegerType>(type))
    return importPowOfIntegers(node, base);
  if (std::optional<Elements> exponent = node.known(1);
      exponent && exponent->count() == 1 && exponent->shape().size() <= shapeOf(*base).size())
    return powScalar(node, base, exponent->real(0));
  return node.create<graph::PowOp>(base, node.cast(node.input(1), type));
}

// Of integers: wrapping, since that is what tensors of them do.
static int64_t addWrapping(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}
static int64_t subWrapping(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b));
}
static int64_t mulWrapping(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) * static_cast<uint64_t>(b));
}

using Known = ArrayRef<Elements>;

static std::optional<Elements> evaluateAdd(OnnxNode &, Known in) {
  return in.size() != 2 ? std::nullopt
                        : evaluateBinary(in[0], in[1], std::plus<double>(), addWrapping);
}
static std::optional<Elements> evaluateSub(OnnxNode &, Known in) {
  return in.size() != 2 ? std::nullopt
                        : evaluateBinary(in[0], in[1], std::minus<double>(), subWrapping);
}
static std::optional<Elements> evaluateMul(OnnxNode &, Known in) {
  return in.size() != 2 ? std::nullopt
                        : evaluateBinary(in[0], in[1], std::multiplies<double>(), mulWrapping);
}

/// Division toward zero; one by zero, or without a result, is left alone.
static std::optional<Elements> evaluateDiv(OnnxNode &node, Known in) {
  if (in.size() != 2)
    return std::nullopt;
  if (!in[1].isReal() && llvm::is_contained(in[1].integers(), 0)) {
    (void)node.invalid("it divides integers by 0");
    return std::nullopt;
  }
  return evaluateBinary(in[0], in[1], std::divides<double>(),
                        [](int64_t a, int64_t b) { return b == -1 ? subWrapping(0, a) : a / b; });
}

/// Mod: the sign of the divisor, or with 'fmod' that of the dividend.
static std::optional<Elements> evaluateMod(OnnxNode &node, Known in) {
  if (in.size() != 2 || in[0].isReal())
    return std::nullopt;
  bool fmod = node.flag("fmod", false);
  for (int64_t divisor : in[1].integers())
    if (divisor == 0 || divisor == -1)
      return std::nullopt;
  return evaluateBinary(
      in[0], in[1], [](double a, double b) { return std::fmod(a, b); },
      [fmod](int64_t a, int64_t b) {
        int64_t rest = a % b;
        return !fmod && rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
      });
}

template <typename Choose> static std::optional<Elements> evaluateChoice(Known in, Choose choose) {
  std::optional<Elements> result = in.empty() ? std::nullopt : std::optional(in.front());
  for (const Elements &input : in.drop_front(in.empty() ? 0 : 1))
    if (result)
      result = evaluateBinary(*result, input, choose, choose);
  return result;
}
static std::optional<Elements> evaluateMax(OnnxNode &, Known in) {
  return evaluateChoice(in, [](auto a, auto b) { return std::max(a, b); });
}
static std::optional<Elements> evaluateMin(OnnxNode &, Known in) {
  return evaluateChoice(in, [](auto a, auto b) { return std::min(a, b); });
}

static std::optional<Elements> evaluatePow(OnnxNode &, Known in) {
  if (in.size() != 2 || in[0].isReal() != in[1].isReal())
    return std::nullopt;
  return evaluateBinary(
      in[0], in[1].cast(in[0].type()), [](double a, double b) { return std::pow(a, b); },
      [](int64_t a, int64_t b) {
        double power = std::pow(static_cast<double>(a), static_cast<double>(b));
        return std::abs(power) < 9e15 ? static_cast<int64_t>(power) : 0;
      });
}

void registerArithmetic(OpTable &table) {
  table.add("Add", importArithmetic<graph::AddOp>, Takes::kNumbers);
  table.add("Sub", importArithmetic<graph::SubOp>, Takes::kNumbers);
  table.add("Mul", importArithmetic<graph::MulOp>, Takes::kNumbers);
  table.add("Div", importArithmetic<graph::DivOp>, Takes::kNumbers);
  table.add("Sum", importSum, Takes::kNumbers);
  table.add("Mean", importMean, Takes::kReals);
  table.add("Max", importMax, Takes::kNumbers);
  table.add("Min", importMin, Takes::kNumbers);
  table.add("Pow", importPow, Takes::kNumbers);
  table.add("Mod", importMod, Takes::kNumbers);
  table.add("BitShift", importBitShift);
  table.add("BitwiseAnd", importBits<graph::BitwiseAndOp>);
  table.add("BitwiseOr", importBits<graph::BitwiseOrOp>);
  table.add("BitwiseXor", importBits<graph::BitwiseXorOp>);
  table.add("BitwiseNot", importBitwiseNot);
  table.addEvaluation("Add", evaluateAdd);
  table.addEvaluation("Sub", evaluateSub);
  table.addEvaluation("Mul", evaluateMul);
  table.addEvaluation("Div", evaluateDiv);
  table.addEvaluation("Mod", evaluateMod);
  table.addEvaluation("Max", evaluateMax);
  table.addEvaluation("Min", evaluateMin);
  table.addEvaluation("Pow", evaluatePow);
}

} // namespace tandem::onnx
