#include "compiler/importers/common/recurrent.h"

#include "compiler/graph/graph.h"
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/selections.h"

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

MaybeValue times(NodeBuilder &build, const RecurrentLayer &layer, MaybeValue state,
                 MaybeValue weights, MaybeValue bias = Value()) {
  if (layer.product)
    return layer.product(state, weights, bias);
  return build.create<graph::FullyConnectedOp>(state, weights, bias, graph::Activation::None);
}
} // namespace

/// h = f(x + R h).
void stepRnn(NodeBuilder &build, RecurrentLayer &layer, MaybeValue input) {
  layer.state =
      layer.candidate(build.add(input, times(build, layer, layer.state, layer.recurrent)));
}

namespace {
bool isGiven(const MaybeValue &value) {
  return failed(value) || *value;
}

/// The sum of gate `index` of an LSTM: with what it sees of the cell, and normalized.
MaybeValue lstmSum(NodeBuilder &build, const RecurrentLayer &layer, MaybeValue sums,
                   int64_t index) {
  MaybeValue sum = gateOf(build, sums, layer.gates[index], layer.width);
  if (isGiven(layer.peepholes[index]))
    sum = build.add(sum, build.multiply(layer.cell, layer.peepholes[index]));
  if (!isGiven(layer.factors[index]))
    return sum;
  constexpr double kEpsilon = 1e-8;
  MaybeValue even = normalizeOver(build, sum, 1, kEpsilon).result;
  return build.add(build.multiply(even, layer.factors[index]), layer.offsets[index]);
}
} // namespace

/// c' = f * c + i * g; h = P (o * tanh(c')).
void stepLstm(NodeBuilder &build, RecurrentLayer &layer, MaybeValue input) {
  MaybeValue sums = build.add(input, times(build, layer, layer.state, layer.recurrent));
  auto part = [&](int64_t index, const RecurrentLayer::Function &function) {
    return function(lstmSum(build, layer, sums, index));
  };
  MaybeValue forget = part(1, layer.gate);
  MaybeValue taken =
      layer.isCoupled ? build.add(build.create<graph::NegOp>(forget), 1) : part(0, layer.gate);
  MaybeValue candidate = part(2, layer.candidate);
  layer.cell = build.add(build.multiply(forget, layer.cell), build.multiply(taken, candidate));
  if (layer.cellClip > 0)
    layer.cell = clampBetween(build, layer.cell, -layer.cellClip, layer.cellClip);
  layer.state = build.multiply(part(3, layer.gate), layer.output(layer.cell));
  if (!isGiven(layer.projection))
    return;
  layer.state = times(build, layer, layer.state, layer.projection, layer.projectionBias);
  if (layer.projectionClip > 0)
    layer.state = clampBetween(build, layer.state, -layer.projectionClip, layer.projectionClip);
}

/// h' = (1 - z) * g + z * h.
void stepGru(NodeBuilder &build, RecurrentLayer &layer, MaybeValue input) {
  int64_t width = layer.width;
  auto weights = [&](int64_t begin, int64_t count) {
    return sliceAlong(build, layer.recurrent, 0, begin * width, count * width);
  };
  MaybeValue both = build.add(sliceAlong(build, input, 1, 0, 2 * width),
                              times(build, layer, layer.state, weights(0, 2)));
  MaybeValue reset = layer.gate(gateOf(build, both, layer.resetGate, width));
  MaybeValue update = layer.gate(gateOf(build, both, 1 - layer.resetGate, width));
  MaybeValue before = layer.resetsAfterProduct
                          ? build.multiply(reset, times(build, layer, layer.state, weights(2, 1),
                                                        layer.candidateBias))
                          : times(build, layer, build.multiply(reset, layer.state), weights(2, 1));
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

/// Whether `place` counts in each sequence, [batch, 1]; null: it does in all.
static MaybeValue countsAt(NodeBuilder &build, const RecurrentLayer &layer, int64_t place) {
  if (isGiven(layer.counts)) {
    MaybeValue row = sliceAlong(build, layer.counts, 0, place, 1);
    return failed(row) ? row : build.reshape(row, {shapeOf(*row)[1], 1});
  }
  auto reaches =
      llvm::map_to_vector(layer.lengths, [&](int64_t size) { return int64_t(place < size); });
  if (llvm::all_of(reaches, [](int64_t isThere) { return isThere; }))
    return Value();
  return build.integerConstant(build.builder().getI1Type(),
                               {static_cast<int64_t>(reaches.size()), 1}, reaches);
}

/// Takes back what the step did to sequences in which `place` does not count; what it gives there.
static MaybeValue keepEnded(NodeBuilder &build, RecurrentLayer &layer, int64_t place,
                            MaybeValue stateBefore, MaybeValue cellBefore,
                            MaybeValue resultBefore) {
  MaybeValue mask = countsAt(build, layer, place);
  if (!isGiven(mask))
    return layer.state;
  MaybeValue result = layer.state;
  if (succeeded(result)) {
    bool repeats = layer.repeatsResults && isGiven(resultBefore);
    result = build.select(mask, result, repeats ? resultBefore : build.scalarLike(*result, 0));
  }
  layer.state = build.select(mask, layer.state, stateBefore);
  if (failed(layer.cell) || *layer.cell)
    layer.cell = build.select(mask, layer.cell, cellBefore);
  return result;
}

SmallVector<MaybeValue> runRecurrent(NodeBuilder &build, RecurrentLayer &layer,
                                     SmallVector<MaybeValue> *cells) {
  if (failed(layer.projected))
    return {failure()};
  int64_t places = shapeOf(*layer.projected)[0];
  SmallVector<MaybeValue> states(places, failure());
  if (cells)
    cells->assign(places, failure());
  MaybeValue result = Value();
  for (int64_t i = 0; i < places; ++i) {
    int64_t place = layer.isReversed ? places - 1 - i : i;
    MaybeValue state = layer.state, cell = layer.cell;
    layer.step(build, layer, atPlace(build, layer, place));
    states[place] = result = keepEnded(build, layer, place, state, cell, result);
    if (cells)
      (*cells)[place] = layer.cell;
  }
  return states;
}

MaybeValue countsOf(NodeBuilder &build, MaybeValue lengths, int64_t places) {
  if (failed(lengths))
    return failure();
  MaybeValue place =
      countAlong(build, getElementTypeOrSelf(*lengths), /*rank=*/3, /*axis=*/0, places);
  return build.compare<graph::LessOp>(place, build.reshape(lengths, {1, shapeOf(*lengths)[0], 1}));
}

StackOfLayers
runLayers(NodeBuilder &build, MaybeValue sequence, int64_t layers, int64_t directions,
          function_ref<FailureOr<RecurrentLayer>(int64_t index, MaybeValue input)> layerOf) {
  StackOfLayers stack;
  for (int64_t below = 0; below < layers * directions; below += directions) {
    SmallVector<Value> sides;
    for (int64_t index = below; index < below + directions; ++index) {
      FailureOr<RecurrentLayer> layer = layerOf(index, sequence);
      if (failed(layer))
        return {};
      layer->isReversed = index > below;
      MaybeValue side = stackAlong(build, runRecurrent(build, *layer), 0);
      if (failed(side))
        return {};
      sides.push_back(*side);
      stack.states.push_back(layer->state);
      stack.cells.push_back(layer->cell);
    }
    sequence = concatAlong(build, sides, 2);
  }
  stack.sequence = sequence;
  return stack;
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
