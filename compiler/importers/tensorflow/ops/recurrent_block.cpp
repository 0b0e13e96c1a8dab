// Recurrent cells that are one operator each, and the LSTM over a whole sequence: what TensorFlow
// 1's LSTMBlockCell, LSTMBlockFusedCell and GRUBlockCell are, and Keras on some processors. The
// weights of the input stand above those of the state; outputs that only training reads are not
// made.
#include "compiler/importers/common/decompositions.h"
#include "compiler/importers/common/pieces.h"
#include "compiler/importers/common/recurrent.h"
#include "compiler/importers/tensorflow/node.h"

using namespace mlir;

namespace tandem::tensorflow {

namespace {
template <typename OpT> MaybeValue through(TfNode &node, MaybeValue x) {
  return node.create<OpT>(x);
}

/// Input `index`, [input + state, gates], as filters.
struct Weights {
  MaybeValue ofInput = failure(), ofState = failure();
};
FailureOr<Weights> readWeights(TfNode &node, size_t index, int64_t inputs, int64_t states,
                               int64_t gates) {
  FailureOr<SmallVector<int64_t>> shape = node.inputShape(index);
  if (failed(shape))
    return failure();
  SmallVector<int64_t> expected = {inputs + states, gates};
  if (*shape != expected)
    return node.invalid("weights of shape " + shapeText(*shape) + ", expected " +
                        shapeText(expected));
  MaybeValue filter = node.transposed(index, {1, 0});
  return Weights{sliceAlong(node, filter, 1, 0, inputs),
                 sliceAlong(node, filter, 1, inputs, states)};
}

/// Of a node whose inputs are x, the cell, the state, the weights, three peepholes and the bias
/// from input `first` on. Rows of x are [places, batch, input].
FailureOr<RecurrentLayer> readLstm(TfNode &node, size_t first, MaybeValue x, bool isIfco) {
  RecurrentLayer layer;
  layer.cell = node.input(first + 1);
  layer.state = node.input(first + 2);
  MaybeValue bias = node.input(first + 7);
  double forgetBias = node.number("forget_bias", isIfco ? 0 : 1);
  layer.cellClip = node.number("cell_clip", isIfco ? 0 : 3);
  bool hasPeepholes = node.flag("use_peephole", false);
  if (node.failed() || failed(x) || failed(layer.cell) || failed(layer.state) || failed(bias))
    return failure();
  layer.width = shapeOf(*layer.state).back();
  if (shapeOf(*layer.state).size() != 2 || shapeOf(*layer.cell) != shapeOf(*layer.state) ||
      layer.width < 1 || shapeOf(*bias) != ArrayRef<int64_t>{4 * layer.width})
    return node.invalid("states of shape " + shapeText(shapeOf(*layer.state)) +
                        " and a bias of shape " + shapeText(shapeOf(*bias)));
  FailureOr<Weights> weights =
      readWeights(node, first + 3, shapeOf(*x).back(), layer.width, 4 * layer.width);
  if (failed(weights))
    return failure();
  layer.gates = isIfco ? std::array<int64_t, 4>{0, 1, 2, 3} : std::array<int64_t, 4>{0, 2, 1, 3};
  SmallVector<float> added(4 * layer.width, 0.0f);
  llvm::fill(MutableArrayRef(added).slice(layer.gates[1] * layer.width, layer.width),
             static_cast<float>(forgetBias));
  bias = node.add(bias, node.NodeBuilder::constant(getElementTypeOrSelf(*bias),
                                                   static_cast<int64_t>(added.size()), added));
  layer.projected = multiplyRows(node, x, weights->ofInput, bias);
  layer.recurrent = weights->ofState;
  if (hasPeepholes)
    layer.peepholes = {node.input(first + 4), node.input(first + 5), Value(),
                       node.input(first + 6)};
  layer.gate = [&node](MaybeValue sum) { return through<graph::SigmoidOp>(node, sum); };
  layer.candidate =
      layer.output = [&node](MaybeValue sum) { return through<graph::TanhOp>(node, sum); };
  layer.step = stepLstm;
  return layer;
}

/// The seven outputs, of which inference reads the cell and the state.
FailureOr<Values> cellAndState(MaybeValue cell, MaybeValue state) {
  if (failed(cell) || failed(state))
    return failure();
  return Values{Value(), *cell, Value(), Value(), Value(), Value(), *state};
}
} // namespace

static FailureOr<Values> importLstmCell(TfNode &node) {
  MaybeValue x = node.input(0);
  FailureOr<RecurrentLayer> layer = readLstm(node, 0, x, /*isIfco=*/false);
  if (failed(layer))
    return failure();
  layer->step(node, *layer, layer->projected);
  return cellAndState(layer->cell, layer->state);
}

/// BlockLSTM and V2, which has the gates in another order: how many places count, then x as
/// [places, batch, input]. Behind them there are zeros.
template <bool isIfco> static FailureOr<Values> importBlockLstm(TfNode &node) {
  FailureOr<int64_t> given = node.integer(0, "the number of places");
  MaybeValue x = node.input(1);
  if (failed(given) || failed(x))
    return failure();
  if (shapeOf(*x).size() != 3)
    return node.invalid("a sequence of shape " + shapeText(shapeOf(*x)));
  int64_t all = shapeOf(*x)[0], places = std::min(*given, all);
  if (places < 1 || places > kMostPlaces)
    return node.unsupported("a sequence of " + Twine(places) + " places");
  FailureOr<RecurrentLayer> layer = readLstm(node, 1, sliceAlong(node, x, 0, 0, places), isIfco);
  if (failed(layer))
    return failure();
  SmallVector<MaybeValue> cells;
  SmallVector<MaybeValue> states = runRecurrent(node, *layer, &cells);
  auto filledUp = [&](ArrayRef<MaybeValue> parts) {
    MaybeValue sequence = stackAlong(node, parts, 0);
    if (failed(sequence) || places == all)
      return sequence;
    SmallVector<int64_t> none(3, 0), behind = {all - places, 0, 0};
    return node.create<graph::PadOp>(sequence, none, behind, llvm::APFloat(0.0f));
  };
  return cellAndState(filledUp(cells), filledUp(states));
}

/// GRUBlockCell: x, the state, the weights of reset and update, those of the candidate, which is
/// reset before the product, and their biases.
static FailureOr<Values> importGruCell(TfNode &node) {
  RecurrentLayer layer;
  MaybeValue x = node.input(0);
  layer.state = node.input(1);
  auto biases = node.inputs(4, 6);
  if (failed(x) || failed(layer.state) || failed(biases))
    return failure();
  ArrayRef<int64_t> shape = shapeOf(*layer.state);
  if (shape.size() != 2 || shapeOf(*x).size() != 2)
    return node.invalid("a state of shape " + shapeText(shape));
  layer.width = shape[1];
  int64_t inputs = shapeOf(*x)[1];
  auto gates = readWeights(node, 2, inputs, layer.width, 2 * layer.width),
       candidate = readWeights(node, 3, inputs, layer.width, layer.width);
  if (failed(gates) || failed(candidate))
    return failure();
  auto joint = [&](MaybeValue above, MaybeValue below) -> MaybeValue {
    if (failed(above) || failed(below))
      return failure();
    return concatWeights(node, {*above, *below});
  };
  layer.projected = multiplyRows(node, x, joint(gates->ofInput, candidate->ofInput),
                                 joint((*biases)[0], (*biases)[1]));
  layer.recurrent = joint(gates->ofState, candidate->ofState);
  layer.resetGate = 0;
  layer.gate = [&node](MaybeValue sum) { return through<graph::SigmoidOp>(node, sum); };
  layer.candidate = [&node](MaybeValue sum) { return through<graph::TanhOp>(node, sum); };
  stepGru(node, layer, layer.projected);
  if (failed(layer.state))
    return failure();
  return Values{Value(), Value(), Value(), *layer.state};
}

void registerRecurrentBlock(OpTable &table) {
  table.addList("LSTMBlockCell", importLstmCell);
  table.addList("BlockLSTM", importBlockLstm<false>);
  table.addList("BlockLSTMV2", importBlockLstm<true>);
  for (StringRef op : {"LSTMBlockCell", "BlockLSTM", "BlockLSTMV2"})
    table.nameOutputs(op, {"i", "cs", "f", "o", "ci", "co", "h"});
  table.addList("GRUBlockCell", importGruCell);
  table.nameOutputs("GRUBlockCell", {"r", "u", "c", "h"});
}

} // namespace tandem::tensorflow
