#include "compiler/importers/common/recurrent.h"

#include "compiler/graph/graph.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"

using namespace mlir;

namespace tandem {

namespace {
/// Part `index` of `width` of the last dimension.
MaybeValue gateOf(NodeBuilder &build, MaybeValue gates, int64_t index, int64_t width) {
  if (failed(gates))
    return failure();
  return sliceAlong(build, gates, static_cast<int64_t>(shapeOf(*gates).size()) - 1, index * width,
                    width);
}

MaybeValue times(NodeBuilder &build, MaybeValue state, MaybeValue weights,
                 MaybeValue bias = Value()) {
  return build.create<graph::FullyConnectedOp>(state, weights, bias, graph::Activation::None);
}
} // namespace

/// h = f(x + R h).
void stepRnn(NodeBuilder &build, RecurrentLayer &layer, MaybeValue input) {
  layer.state = layer.candidate(build.add(input, times(build, layer.state, layer.recurrent)));
}

/// c' = f * c + i * g; h = P (o * tanh(c')).
void stepLstm(NodeBuilder &build, RecurrentLayer &layer, MaybeValue input) {
  MaybeValue gates = build.add(input, times(build, layer.state, layer.recurrent));
  auto part = [&](int64_t index, const RecurrentLayer::Function &function) {
    return function(gateOf(build, gates, layer.gates[index], layer.width));
  };
  MaybeValue kept = build.multiply(part(1, layer.gate), layer.cell);
  layer.cell = build.add(kept, build.multiply(part(0, layer.gate), part(2, layer.candidate)));
  if (layer.cellClip > 0)
    layer.cell = clampBetween(build, layer.cell, -layer.cellClip, layer.cellClip);
  layer.state = build.multiply(part(3, layer.gate), layer.output(layer.cell));
  if (failed(layer.projection) || *layer.projection)
    layer.state = times(build, layer.state, layer.projection, layer.projectionBias);
}

/// h' = (1 - z) * g + z * h.
void stepGru(NodeBuilder &build, RecurrentLayer &layer, MaybeValue input) {
  int64_t width = layer.width;
  auto weights = [&](int64_t begin, int64_t count) {
    return sliceAlong(build, layer.recurrent, 0, begin * width, count * width);
  };
  MaybeValue both = build.add(sliceAlong(build, input, 1, 0, 2 * width),
                              times(build, layer.state, weights(0, 2)));
  MaybeValue reset = layer.gate(gateOf(build, both, layer.resetGate, width));
  MaybeValue update = layer.gate(gateOf(build, both, 1 - layer.resetGate, width));
  MaybeValue before =
      layer.resetsAfterProduct
          ? build.multiply(reset, times(build, layer.state, weights(2, 1), layer.candidateBias))
          : times(build, build.multiply(reset, layer.state), weights(2, 1));
  MaybeValue next = layer.candidate(build.add(gateOf(build, input, 2, width), before));
  MaybeValue difference = build.subtract(layer.state, next);
  layer.state = build.add(next, build.multiply(update, difference));
}

/// What is there of a step's input, [batch, gates].
static MaybeValue atPlace(NodeBuilder &build, const RecurrentLayer &layer, int64_t place) {
  MaybeValue row = sliceAlong(build, layer.projected, 0, place, 1);
  if (failed(row))
    return failure();
  return build.reshape(row, {shapeOf(*row)[1], shapeOf(*row)[2]});
}

SmallVector<MaybeValue> runRecurrent(NodeBuilder &build, RecurrentLayer &layer) {
  if (failed(layer.projected))
    return {failure()};
  int64_t places = shapeOf(*layer.projected)[0];
  SmallVector<MaybeValue> states(places, failure());
  for (int64_t i = 0; i < places; ++i) {
    int64_t place = layer.isReversed ? places - 1 - i : i;
    layer.step(build, layer, atPlace(build, layer, place));
    states[place] = layer.state;
  }
  return states;
}

MaybeValue stackAlong(NodeBuilder &build, ArrayRef<MaybeValue> parts, int64_t axis) {
  SmallVector<Value> values;
  for (MaybeValue part : parts) {
    if (failed(part))
      return failure();
    SmallVector<int64_t> shape(shapeOf(*part));
    shape.insert(shape.begin() + axis, 1);
    MaybeValue apart = build.reshape(part, shape);
    if (failed(apart))
      return failure();
    values.push_back(*apart);
  }
  return concatAlong(build, values, axis);
}

} // namespace tandem
