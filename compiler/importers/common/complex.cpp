#include "compiler/importers/common/complex.h"

#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"

#include "compiler/graph/graph.h"

#include "mlir/IR/BuiltinOps.h"

using namespace mlir;

namespace tandem {

static bool hasFailed(const Complex &x) {
  return failed(x.real) || failed(x.imaginary);
}
static bool isReal(const Complex &x) {
  return !*x.imaginary;
}

bool isComplex(Value value) {
  return value && isa<ComplexType>(getElementTypeOrSelf(value));
}

/// Of its parts, or of the real one where all numbers are real.
static UnrealizedConversionCastOp castOf(Value value) {
  auto cast = value ? value.getDefiningOp<UnrealizedConversionCastOp>() : nullptr;
  return cast && cast.getNumOperands() > 0 ? cast : nullptr;
}
bool hasParts(Value value) {
  return isComplex(value) && castOf(value);
}

MaybeValue complexValue(NodeBuilder &build, const Complex &parts) {
  if (hasFailed(parts))
    return failure();
  RankedTensorType part = graph::tensorType(*parts.real);
  auto type = RankedTensorType::get(part.getShape(), ComplexType::get(part.getElementType()));
  SmallVector<Value> operands = {*parts.real};
  if (!isReal(parts))
    operands.push_back(*parts.imaginary);
  return UnrealizedConversionCastOp::create(build.builder(), build.location(), type, operands)
      .getResult(0);
}

Complex partsOf(MaybeValue value) {
  if (failed(value) || !isComplex(*value))
    return {value, Value()};
  UnrealizedConversionCastOp cast = castOf(*value);
  if (!cast)
    return {};
  return {Value(cast.getOperand(0)),
          cast.getNumOperands() == 2 ? Value(cast.getOperand(1)) : Value()};
}

MaybeValue imaginaryOf(NodeBuilder &build, const Complex &x) {
  return hasFailed(x) || !isReal(x) ? x.imaginary : build.multiply(x.real, 0.0);
}

Complex ofEachPart(const Complex &x, llvm::function_ref<MaybeValue(MaybeValue)> function) {
  if (hasFailed(x))
    return {};
  return {function(x.real), isReal(x) ? x.imaginary : function(x.imaginary)};
}

MaybeValue squaredMagnitude(NodeBuilder &build, const Complex &x) {
  if (hasFailed(x))
    return failure();
  MaybeValue real = square(build, x.real);
  return isReal(x) ? real : build.add(real, square(build, x.imaginary));
}
MaybeValue magnitude(NodeBuilder &build, const Complex &x) {
  return build.create<graph::SqrtOp>(squaredMagnitude(build, x));
}
MaybeValue angle(NodeBuilder &build, const Complex &x) {
  return arcTangent(build, imaginaryOf(build, x), x.real);
}
Complex conjugate(NodeBuilder &build, const Complex &x) {
  if (hasFailed(x) || isReal(x))
    return x;
  return {x.real, build.create<graph::NegOp>(x.imaginary)};
}

Complex addComplex(NodeBuilder &build, const Complex &a, const Complex &b) {
  if (hasFailed(a) || hasFailed(b))
    return {};
  MaybeValue real = build.add(a.real, b.real);
  if (failed(real) || (isReal(a) && isReal(b)))
    return {real, Value()};
  // The part of one operand alone takes the shape that both broadcast to.
  if (isReal(a) || isReal(b))
    return {real, expandTo(build, isReal(a) ? b.imaginary : a.imaginary, shapeOf(*real))};
  return {real, build.add(a.imaginary, b.imaginary)};
}
Complex subtractComplex(NodeBuilder &build, const Complex &a, const Complex &b) {
  if (hasFailed(a) || hasFailed(b))
    return {};
  return addComplex(
      build, a, ofEachPart(b, [&](MaybeValue part) { return build.create<graph::NegOp>(part); }));
}

Complex multiplyComplex(NodeBuilder &build, const Complex &a, const Complex &b) {
  if (hasFailed(a) || hasFailed(b))
    return {};
  if (isReal(b))
    return ofEachPart(a, [&](MaybeValue part) { return build.multiply(part, b.real); });
  if (isReal(a))
    return multiplyComplex(build, b, a);
  return {build.subtract(build.multiply(a.real, b.real), build.multiply(a.imaginary, b.imaginary)),
          build.add(build.multiply(a.real, b.imaginary), build.multiply(a.imaginary, b.real))};
}

Complex divideComplex(NodeBuilder &build, const Complex &a, const Complex &b) {
  if (hasFailed(a) || hasFailed(b))
    return {};
  MaybeValue divisor = isReal(b) ? b.real : squaredMagnitude(build, b);
  Complex dividend = isReal(b) ? a : multiplyComplex(build, conjugate(build, b), a);
  return ofEachPart(dividend, [&](MaybeValue part) { return build.divide(part, divisor); });
}

static MaybeValue withLastOne(NodeBuilder &build, MaybeValue part) {
  if (failed(part))
    return failure();
  SmallVector<int64_t> shape(shapeOf(*part));
  shape.push_back(1);
  return build.reshape(part, shape);
}

MaybeValue pairsOf(NodeBuilder &build, const Complex &parts) {
  MaybeValue real = withLastOne(build, parts.real),
             imaginary = withLastOne(build, imaginaryOf(build, parts));
  if (failed(real) || failed(imaginary))
    return failure();
  return concatAlong(build, {*real, *imaginary}, static_cast<int64_t>(shapeOf(*parts.real).size()));
}

/// What pairsOf() has put side by side; null for other values.
static graph::ConcatOp madeOfParts(Value value) {
  auto concat = value.getDefiningOp<graph::ConcatOp>();
  bool isOfPairs = concat && concat.getInputs().size() == 2 &&
                   concat.getAxis() + 1 == shapeOf(value).size() && shapeOf(value).back() == 2 &&
                   shapeOf(concat.getInputs()[0]).back() == 1;
  return isOfPairs ? concat : nullptr;
}

/// A slice that takes the whole of the last dimension; null for other values.
static graph::SliceOp sliceOfPairs(Value value) {
  auto slice = value.getDefiningOp<graph::SliceOp>();
  bool isOfPairs = slice && !slice.getSize().empty() && slice.getSize().back() == 2 &&
                   slice.getStrides().back() == 1 && shapeOf(slice.getInput()).back() == 2;
  return isOfPairs ? slice : nullptr;
}

bool isMadeOfPairs(Value value) {
  if (graph::SliceOp slice = sliceOfPairs(value))
    return isMadeOfPairs(slice.getInput());
  return madeOfParts(value) != nullptr;
}

Complex fromPairs(NodeBuilder &build, MaybeValue pairs) {
  if (failed(pairs))
    return {};
  ArrayRef<int64_t> shape = shapeOf(*pairs);
  if (shape.empty() || shape.back() != 2)
    return {build.error() << "a tensor of shape " << shapeText(shape)
                          << " has no last dimension of 2, for complex numbers",
            failure()};
  auto part = [&](MaybeValue whole) { return build.reshape(whole, shape.drop_back()); };
  if (graph::ConcatOp concat = madeOfParts(*pairs))
    return {part(Value(concat.getInputs()[0])), part(Value(concat.getInputs()[1]))};
  graph::SliceOp slice = sliceOfPairs(*pairs);
  if (slice && isMadeOfPairs(slice.getInput())) {
    Complex whole = fromPairs(build, Value(slice.getInput()));
    auto taken = [&](MaybeValue part) {
      return build.create<graph::SliceOp>(part, slice.getBegin().drop_back(),
                                          slice.getSize().drop_back(),
                                          slice.getStrides().drop_back());
    };
    return {taken(whole.real), taken(whole.imaginary)};
  }
  auto last = static_cast<int64_t>(shape.size()) - 1;
  return {part(sliceAlong(build, pairs, last, 0, 1)), part(sliceAlong(build, pairs, last, 1, 1))};
}

} // namespace tandem
