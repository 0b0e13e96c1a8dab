#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

static MaybeValue importCast(TfNode &node) {
  MaybeValue input = node.input(0);
  FailureOr<Type> type = node.elementType("DstT");
  if (failed(input) || failed(type))
    return failure();
  if (getElementTypeOrSelf(*input) == *type)
    return input;
  return node.createTyped<graph::CastOp>(*type, input);
}

void registerCast(OpTable &table) {
  table.add("Cast", importCast);
}

} // namespace tandem::tensorflow
