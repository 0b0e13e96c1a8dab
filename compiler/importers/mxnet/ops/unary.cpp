#include "compiler/importers/common/unary.h"
#include "compiler/importers/mxnet/node.h"

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

/// NumPy's names of old: "arcsin", not "asin".
static std::string spelled(StringRef name) {
  if (name == "neg")
    return "negative";
  if (name == "round") // MXNet's own "round" has halves away from zero
    return "rint";
  return name != "abs" && name.consume_front("a") ? "arc" + name.str() : name.str();
}

void registerUnary(OpTable &table) {
  auto add = [&]<UnaryFunction function>(StringRef name, UnaryTakes takes) {
    table.add(spelled(name), takes == UnaryTakes::kReals
                                 ? importUnary<function, UnaryTakes::kReals>
                                 : importUnary<function, UnaryTakes::kNumbers>);
  };
  forEachUnary(add);
  forEachFusedUnary(add);
  add.operator()<oneOp<graph::ReluOp>>("relu", UnaryTakes::kReals);
  table.add("logical_not", importLogicalNot);
}

} // namespace tandem::mxnet
