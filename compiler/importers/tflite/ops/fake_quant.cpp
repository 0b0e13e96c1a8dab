#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/tflite/node.h"

#include <cmath>

using namespace mlir;

namespace tandem::tflite {

/// FAKE_QUANT: reals rounded to what codes of a range would hold. The range is moved so that zero
/// is one of them. LiteRT refuses a narrow range, which is for weights, as well.
static LogicalResult importFakeQuant(Node &node) {
  auto options = node.options<schema::FakeQuantOptions>();
  FailureOr<Value> input = node.input(0);
  if (failed(options) || failed(input))
    return failure();
  float low = (*options)->min(), high = (*options)->max();
  int bits = (*options)->num_bits();
  if (!(low <= 0 && high >= 0 && high > low) || !std::isfinite(high - low) || bits < 2 || bits > 16)
    return node.invalid() << bits << " bits from " << low << " to " << high;
  if ((*options)->narrow_range())
    return node.unsupported() << "a narrow range";
  auto highest = static_cast<float>((1 << bits) - 1);
  float scale = (high - low) / highest;
  float zero = std::clamp(std::round(-low / scale), 0.0f, highest);
  float least = -zero * scale, most = (highest - zero) * scale;
  NodeBuilder &build = node.build();
  MaybeValue inside = clampBetween(build, input, least, most);
  // Nothing is negative here, where half away from zero is half upward.
  MaybeValue steps = build.create<graph::FloorOp>(
      build.add(build.multiply(build.add(inside, -least), 1 / scale), 0.5));
  return node.setOutput(build.add(build.multiply(steps, scale), least));
}

void registerFakeQuant(OpTable &table) {
  table.add(schema::BuiltinOperator::FAKE_QUANT, importFakeQuant);
}

} // namespace tandem::tflite
