#include "compiler/importers/common/complex.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/torch/node.h"

using namespace mlir;

namespace tandem::torch {

static MaybeValue importIdentity(AtenNode &node) {
  return node.tensor("self");
}

static MaybeValue importDropout(AtenNode &node) {
  if (node.flag("train", false))
    return node.unsupported("in training mode, call eval() before the export");
  return node.tensor(node.has("self") ? "self" : "input");
}

/// Reals of 16 bits become others by way of f32, which holds them all.
static MaybeValue converted(AtenNode &node, MaybeValue value, Type type) {
  bool isWide = type.getIntOrFloatBitWidth() == 32;
  if (failed(value) || isWide || getElementTypeOrSelf(*value) == type)
    return node.cast(value, type);
  bool meetsHalf = false;
  for (Type each : {getElementTypeOrSelf(*value), type})
    meetsHalf |= each.isF16() || each.isBF16();
  return node.cast(meetsHalf ? node.cast(value, node.builder().getF32Type()) : value, type);
}

/// aten.to and aten._to_copy: to another element type when they say so; devices and layouts of
/// memory mean nothing here.
static MaybeValue importTo(AtenNode &node) {
  MaybeValue input = node.tensor("self");
  if (failed(input))
    return failure();
  if (node.isComplexDtype())
    return complexValue(node, {node.cast(input, node.builder().getF32Type()), Value()});
  std::optional<Type> type = node.resultType();
  if (!type)
    type = node.dtype();
  if (node.failed())
    return failure();
  return converted(node, input, type.value_or(getElementTypeOrSelf(*input)));
}

/// Of complex numbers: as they are, since their imaginary parts are not to be dropped unseen.
static MaybeValue importToOfComplex(AtenNode &node) {
  if (node.has("dtype") && !node.isComplexDtype())
    return node.unsupported("complex numbers to others");
  return node.tensor("self");
}

/// aten.copy: the source in the shape and the type of what it is copied over.
static MaybeValue importCopy(AtenNode &node) {
  MaybeValue input = node.tensor("self"), source = node.tensor("src");
  if (failed(input) || failed(source))
    return failure();
  return expandTo(node, converted(node, source, getElementTypeOrSelf(*input)), shapeOf(*input));
}

/// Checks of types and sizes that are true of any archive that torch.export made, and of numbers.
static FailureOr<SmallVector<Value>> importNothing(AtenNode &) {
  return SmallVector<Value>();
}

void registerIdentity(OpTable &table) {
  for (StringRef target : {"aten.contiguous.default", "aten.detach.default", "aten.detach_.default",
                           "aten.alias.default", "aten.lift_fresh.default"})
    table.addView(target, importIdentity);
  table.addView("aten.positive.default", importIdentity);
  // Copies always have memory of their own.
  for (StringRef target :
       {"aten.clone.default", "aten.lift_fresh_copy.default", "aten.alias_copy.default"})
    table.addMove(target, importIdentity);
  // Those in place change nothing either.
  for (StringRef target : {"aten.dropout.default", "aten.dropout_.default",
                           "aten.feature_dropout.default", "aten.feature_dropout_.default",
                           "aten.alpha_dropout.default", "aten.alpha_dropout_.default"})
    table.addView(target, importDropout);
  for (StringRef target :
       {"aten.to.dtype", "aten.to.dtype_layout", "aten.to.device", "aten.to.other",
        "aten.type_as.default", "aten.to.prim_Device", "aten.to.prim_dtype", "aten.to.prim_other"})
    table.addView(target, importTo);
  for (StringRef target : {"aten.to.dtype", "aten.to.dtype_layout", "aten._to_copy.default"})
    table.addOfComplex(target, importToOfComplex);
  table.addMove("aten._to_copy.default", importTo);
  table.addMove("aten.copy.default", importCopy);
  table.addList("aten._assert_tensor_metadata.default", importNothing);
  table.addList("aten._assert_scalar.default", importNothing);
  table.addList("aten._assert_async.default", importNothing);
  table.addList("aten._assert_async.msg", importNothing);
  table.addList("aten.sym_constrain_range_for_size.default", importNothing);
}

} // namespace tandem::torch
