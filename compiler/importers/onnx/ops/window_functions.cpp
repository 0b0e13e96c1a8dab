#include "compiler/graph/types.h"
#include "compiler/importers/onnx/evaluate.h"

#include <cmath>

using namespace mlir;

namespace tandem::onnx {

/// A weighted sum of cosines: of none, of one turn over the window, and of two.
struct Cosines {
  double constant, one, two;
};

/// A window as long as the input says; a periodic one ends where the next begins.
static MaybeValue importWindow(OnnxNode &node, Cosines weights) {
  FailureOr<int64_t> size = node.scalarInt(0, "the size");
  bool isPeriodic = node.flag("periodic", true);
  FailureOr<Type> type = node.elementType("output_datatype", Type(node.builder().getF32Type()));
  if (failed(size) || failed(type) || node.failed())
    return failure();
  if (*size < 0 || *size > NodeBuilder::kMaxFill)
    return node.invalid("the size is " + Twine(*size));
  double turn = 2 * M_PI / static_cast<double>(std::max<int64_t>(*size - (isPeriodic ? 0 : 1), 1));
  return node.constantOf(Elements::ofReals(ElementType::kF32, *size, [&](int64_t i) {
                           double angle = static_cast<double>(i) * turn;
                           return weights.constant + weights.one * std::cos(angle) +
                                  weights.two * std::cos(2 * angle);
                         }).cast(*graph::elementTypeOf(*type)));
}

static MaybeValue importHann(OnnxNode &node) {
  return importWindow(node, {0.5, -0.5, 0});
}
static MaybeValue importHamming(OnnxNode &node) {
  return importWindow(node, {25.0 / 46, -21.0 / 46, 0});
}
static MaybeValue importBlackman(OnnxNode &node) {
  return importWindow(node, {0.42, -0.5, 0.08});
}

void registerWindowFunctions(OpTable &table) {
  table.add("HannWindow", importHann);
  table.add("HammingWindow", importHamming);
  table.add("BlackmanWindow", importBlackman);
}

} // namespace tandem::onnx
