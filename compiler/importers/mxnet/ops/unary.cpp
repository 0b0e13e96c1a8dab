#include "compiler/importers/common/unary.h"
#include "compiler/importers/common/array_functions.h"
#include "compiler/importers/mxnet/arithmetic.h"

#include <cmath>

using namespace mlir;

namespace tandem::mxnet {

template <UnaryFunction function, UnaryTakes takes>
static MaybeValue importUnary(SymbolNode &node) {
  MaybeValue x = node.input(0);
  if (failed(x) || (takes == UnaryTakes::kReals && failed(node.checkIsReal(*x))))
    return failure();
  return function(node, x);
}

static MaybeValue importLogicalNot(SymbolNode &node) { // its result has the input's type
  MaybeValue x = node.input(0);
  if (failed(x))
    return failure();
  return node.cast(node.compare<graph::EqualOp>(x, 0.0), getElementTypeOrSelf(*x));
}

/// Halves away from zero.
MaybeValue roundedAway(NodeBuilder &build, MaybeValue x) {
  MaybeValue size = build.create<graph::FloorOp>(build.add(build.create<graph::AbsOp>(x), 0.5));
  return build.multiply(size, sign(build, x));
}
/// Halves to the lower integer: -2.5 to -3 and 2.5 to 2.
static MaybeValue roundedDown(NodeBuilder &build, MaybeValue x) {
  MaybeValue below = build.create<graph::FloorOp>(x), above = build.create<graph::CeilOp>(x);
  return build.select(
      build.compare<graph::LessEqualOp>(build.subtract(x, below), build.subtract(above, x)), below,
      above);
}
static MaybeValue reciprocalCubeRoot(NodeBuilder &build, MaybeValue x) {
  return reciprocal(build, cubeRoot(build, x));
}
static MaybeValue logTwo(NodeBuilder &build, MaybeValue x) {
  return build.multiply(build.create<graph::LogOp>(x), 1 / std::log(2.0));
}
static MaybeValue logTen(NodeBuilder &build, MaybeValue x) {
  return build.multiply(build.create<graph::LogOp>(x), 1 / std::log(10.0));
}
static MaybeValue toDegrees(NodeBuilder &build, MaybeValue x) {
  return build.multiply(x, 180 / M_PI);
}
static MaybeValue toRadians(NodeBuilder &build, MaybeValue x) {
  return build.multiply(x, M_PI / 180);
}

/// NumPy's names of old: "arcsin", not "asin".
static std::string spelled(StringRef name) {
  if (name == "neg")
    return "negative";
  return name != "abs" && name.consume_front("a") ? "arc" + name.str() : name.str();
}

void registerUnary(OpTable &table) {
  auto add = [&]<UnaryFunction function>(StringRef name, UnaryTakes takes) {
    auto *handler = takes == UnaryTakes::kReals ? importUnary<function, UnaryTakes::kReals>
                                                : importUnary<function, UnaryTakes::kNumbers>;
    if (name == "round") // halves to even, as no function of MXNet has it
      return;
    for (StringRef prefix : {"", "_npi_", "_npx_"})
      table.add(prefix.str() + spelled(name), handler);
  };
  forEachUnary(add);
  forEachFusedUnary(add);
  add.operator()<oneOp<graph::ReluOp>>("relu", UnaryTakes::kReals);
  add.operator()<truncated>("trunc", UnaryTakes::kReals);
  add.operator()<truncated>("fix", UnaryTakes::kReals);
  add.operator()<roundedDown>("rint", UnaryTakes::kReals);
  add.operator()<cubeRoot>("cbrt", UnaryTakes::kReals);
  add.operator()<reciprocalCubeRoot>("rcbrt", UnaryTakes::kReals);
  add.operator()<logTwo>("log2", UnaryTakes::kReals);
  add.operator()<logTen>("log10", UnaryTakes::kReals);
  add.operator()<toDegrees>("degrees", UnaryTakes::kReals);
  add.operator()<toRadians>("radians", UnaryTakes::kReals);
  for (StringRef op : {"round", "_contrib_round_ste"})
    table.add(op, importUnary<roundedAway, UnaryTakes::kReals>);
  table.add("_contrib_sign_ste", importUnary<sign, UnaryTakes::kReals>);
  table.add("logical_not", importLogicalNot);
}

} // namespace tandem::mxnet
