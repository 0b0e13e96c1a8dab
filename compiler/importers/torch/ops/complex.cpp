#include "compiler/importers/common/complex.h"
#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

/// aten.complex: of a real and an imaginary part.
static MaybeValue importComplex(AtenNode &node) {
  return complexValue(node, {node.tensor("real"), node.tensor("imag")});
}

/// aten.polar: of a magnitude and an angle.
static MaybeValue importPolar(AtenNode &node) {
  MaybeValue size = node.tensor("abs"), turn = node.tensor("angle");
  return complexValue(node, {node.multiply(size, node.create<graph::CosOp>(turn)),
                             node.multiply(size, node.create<graph::SinOp>(turn))});
}

static MaybeValue importViewAsComplex(AtenNode &node) {
  return complexValue(node, fromPairs(node, node.tensor("self")));
}
static MaybeValue importViewAsReal(AtenNode &node) {
  return pairsOf(node, partsOf(node.tensor("self")));
}

static MaybeValue realPart(NodeBuilder &, const Complex &x) {
  return x.real;
}
/// Of a complex number a real one.
template <MaybeValue (*function)(NodeBuilder &, const Complex &)>
static MaybeValue importToReal(AtenNode &node) {
  return function(node, partsOf(node.tensor("self")));
}
static MaybeValue importConjugate(AtenNode &node) {
  return complexValue(node, conjugate(node, partsOf(node.tensor("self"))));
}
static MaybeValue importSame(AtenNode &node) {
  return node.tensor("self");
}

/// An operand, which may be a number or a real tensor of another type.
static Complex operand(AtenNode &node, StringRef name, StringRef like) {
  Complex other = partsOf(node.tensor(node.isTensor(like) ? like : name));
  if (node.isTensor(name)) {
    MaybeValue tensor = node.tensor(name);
    if (failed(tensor) || failed(other.real) || isComplex(*tensor))
      return partsOf(tensor);
    return {node.cast(tensor, getElementTypeOrSelf(*other.real)), Value()};
  }
  double number = node.number(name);
  if (node.failed() || failed(other.real))
    return {};
  return {node.scalarLike(*other.real, number), Value()};
}

template <Complex (*function)(NodeBuilder &, const Complex &, const Complex &)>
static MaybeValue importTwo(AtenNode &node) {
  Complex lhs = operand(node, "self", "other"), rhs = operand(node, "other", "self");
  double alpha = node.number("alpha", 1);
  if (node.has("rounding_mode"))
    return node.unsupported("'rounding_mode' of complex numbers");
  rhs = ofEachPart(rhs, [&](MaybeValue part) { return node.multiply(part, alpha); });
  return node.failed() ? MaybeValue(failure()) : complexValue(node, function(node, lhs, rhs));
}

void registerComplex(OpTable &table) {
  table.add("aten.complex.default", importComplex);
  table.add("aten.polar.default", importPolar);
  table.addView("aten.view_as_complex.default", importViewAsComplex);
  table.addView("aten.view_as_real.default", importViewAsReal);
  table.addOfComplex("aten.view_as_real.default", importViewAsReal);
  table.addView("aten.real.default", importToReal<realPart>);
  table.addOfComplex("aten.real.default", importToReal<realPart>);
  table.addView("aten.imag.default", importToReal<imaginaryOf>);
  table.addOfComplex("aten.imag.default", importToReal<imaginaryOf>);
  table.addOfComplex("aten.abs.default", importToReal<magnitude>);
  table.add("aten.angle.default", importToReal<angle>);
  table.addOfComplex("aten.angle.default", importToReal<angle>);
  for (StringRef target : {"aten._conj.default", "aten.conj.default", "aten.conj_physical.default",
                           "aten._conj_physical.default"}) {
    table.addView(target, importSame); // of real numbers
    table.addOfComplex(target, importConjugate);
  }
  for (StringRef target : {"aten.resolve_conj.default", "aten.resolve_neg.default"}) {
    table.addView(target, importSame);
    table.addOfParts(target);
  }
  for (StringRef overload : {"Tensor", "Scalar"}) {
    table.addOfComplex(("aten.add." + overload).str(), importTwo<addComplex>);
    table.addOfComplex(("aten.sub." + overload).str(), importTwo<subtractComplex>);
    table.addOfComplex(("aten.mul." + overload).str(), importTwo<multiplyComplex>);
    table.addOfComplex(("aten.div." + overload).str(), importTwo<divideComplex>);
  }
  for (StringRef target : {"aten.view.default",
                           "aten._unsafe_view.default",
                           "aten.reshape.default",
                           "aten.flatten.using_ints",
                           "aten.squeeze.default",
                           "aten.squeeze.dim",
                           "aten.squeeze.dims",
                           "aten.unsqueeze.default",
                           "aten.permute.default",
                           "aten.transpose.int",
                           "aten.t.default",
                           "aten.expand.default",
                           "aten.slice.Tensor",
                           "aten.select.int",
                           "aten.narrow.default",
                           "aten.clone.default",
                           "aten.contiguous.default",
                           "aten.detach.default",
                           "aten.alias.default",
                           "aten.cat.default",
                           "aten.stack.default",
                           "aten.neg.default",
                           "aten.index_select.default",
                           "aten.index.Tensor",
                           "aten.flip.default",
                           "aten.roll.default",
                           "aten.split.Tensor",
                           "aten.unbind.int",
                           "aten.sum.dim_IntList",
                           "aten.mean.dim"})
    table.addOfParts(target);
}

} // namespace tandem::torch
