#include "compiler/importers/common/complex.h"

#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/tensorflow/node.h"

#include "mlir/Dialect/Traits.h"

using namespace mlir;

namespace tandem::tensorflow {

/// Complex: of a real and an imaginary part, which broadcast.
static MaybeValue importComplex(TfNode &node) {
  MaybeValue real = node.input(0), imaginary = node.input(1);
  if (failed(real) || failed(imaginary))
    return failure();
  SmallVector<int64_t> shape;
  if (!OpTrait::util::getBroadcastedShape(shapeOf(*real), shapeOf(*imaginary), shape))
    return node.invalid("parts of shape " + shapeText(shapeOf(*real)) + " and " +
                        shapeText(shapeOf(*imaginary)));
  return complexValue(node, {expandTo(node, real, shape), expandTo(node, imaginary, shape)});
}

static MaybeValue realPart(NodeBuilder &, const Complex &x) {
  return x.real;
}
/// Of a complex number a real one.
template <MaybeValue (*function)(NodeBuilder &, const Complex &)>
static MaybeValue importToReal(TfNode &node) {
  return function(node, partsOf(node.input(0)));
}

/// e^a (cos b + i sin b).
static Complex exponential(NodeBuilder &build, const Complex &x) {
  MaybeValue size = build.create<graph::ExpOp>(x.real), turn = imaginaryOf(build, x);
  return {build.multiply(size, build.create<graph::CosOp>(turn)),
          build.multiply(size, build.create<graph::SinOp>(turn))};
}
static Complex squared(NodeBuilder &build, const Complex &x) {
  return multiplyComplex(build, x, x);
}

template <Complex (*function)(NodeBuilder &, const Complex &)>
static MaybeValue importOne(TfNode &node) {
  return complexValue(node, function(node, partsOf(node.input(0))));
}
template <Complex (*function)(NodeBuilder &, const Complex &, const Complex &)>
static MaybeValue importTwo(TfNode &node) {
  return complexValue(node, function(node, partsOf(node.input(0)), partsOf(node.input(1))));
}

void registerComplex(OpTable &table) {
  auto add = [&](StringRef op, auto handler) {
    table.add(op, handler);
    table.addOfComplex(op, handler);
  };
  table.add("Complex", importComplex);
  add("Real", importToReal<realPart>);
  add("Imag", importToReal<imaginaryOf>);
  add("ComplexAbs", importToReal<magnitude>);
  add("Angle", importToReal<angle>);
  add("Conj", importOne<conjugate>);
  table.addOfComplex("Exp", importOne<exponential>);
  table.addOfComplex("Square", importOne<squared>);
  for (StringRef op : {"Add", "AddV2"})
    table.addOfComplex(op, importTwo<addComplex>);
  table.addOfComplex("Sub", importTwo<subtractComplex>);
  table.addOfComplex("Mul", importTwo<multiplyComplex>);
  for (StringRef op : {"Div", "RealDiv"})
    table.addOfComplex(op, importTwo<divideComplex>);
  for (StringRef op : {"Reshape", "Transpose", "Slice", "StridedSlice", "ExpandDims", "Squeeze",
                       "ConcatV2", "Pack", "Unpack", "Split", "SplitV", "Pad", "GatherV2", "Tile",
                       "BroadcastTo", "ReverseV2", "Neg", "Sum", "Mean"})
    table.addOfParts(op);
}

} // namespace tandem::tensorflow
