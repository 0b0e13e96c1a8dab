#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

static MaybeValue importIdentity(SymbolNode &node) {
  return node.input(0);
}

static MaybeValue importDropout(SymbolNode &node) {
  if (node.string("mode", "training") == "always")
    return node.unsupported("'mode' 'always', which is random");
  return node.input(0);
}

static MaybeValue importCast(SymbolNode &node) {
  MaybeValue input = node.input(0);
  std::optional<Type> type = node.dtype();
  if (failed(input) || !type)
    return failure();
  if (*type == getElementTypeOrSelf(*input))
    return input;
  return node.createTyped<graph::CastOp>(*type, input);
}

void registerIdentity(OpTable &table) {
  for (StringRef op : {"_copy", "identity", "BlockGrad", "stop_gradient", "MakeLoss", "make_loss",
                       "_identity_with_attr_like_rhs", "IdentityAttachKLSparseReg", "_copyto",
                       "_CrossDeviceCopy", "_contrib_gradientmultiplier"})
    table.add(op, importIdentity);
  table.add("Dropout", importDropout);
  for (StringRef op : {"Cast", "cast", "amp_cast"})
    table.add(op, importCast);
}

} // namespace tandem::mxnet
