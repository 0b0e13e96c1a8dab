#include "compiler/importers/common/complex.h"
#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

static MaybeValue importCast(TfNode &node) {
  MaybeValue input = node.input(0);
  if (node.isComplexType("DstT")) {
    Complex parts = {node.cast(input, node.builder().getF32Type()), Value()};
    return complexValue(node, parts);
  }
  FailureOr<Type> type = node.elementType("DstT");
  if (failed(input) || failed(type))
    return failure();
  if (getElementTypeOrSelf(*input) == *type)
    return input;
  return node.createTyped<graph::CastOp>(*type, input);
}

/// To real numbers: the imaginary part is dropped.
static MaybeValue importCastOfComplex(TfNode &node) {
  if (node.isComplexType("DstT"))
    return node.input(0);
  FailureOr<Type> type = node.elementType("DstT");
  return failed(type) ? MaybeValue(failure()) : node.cast(partsOf(node.input(0)).real, *type);
}

void registerCast(OpTable &table) {
  table.add("Cast", importCast);
  table.addOfComplex("Cast", importCastOfComplex);
}

} // namespace tandem::tensorflow
