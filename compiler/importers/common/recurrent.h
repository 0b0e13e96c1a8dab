#pragma once

#include "compiler/importers/common/node_builder.h"

#include <array>
#include <functional>

namespace tandem {

/// One direction of a recurrent layer. The weights of its gates are one behind another: an LSTM's
/// in the order of `gates`; a GRU's two gates, of which `resetGate` resets, then the candidate.
struct RecurrentLayer {
  using Function = std::function<MaybeValue(MaybeValue)>;

  MaybeValue projected =
      mlir::failure(); ///< inputs times weights, with biases: [place, batch, gates]
  MaybeValue recurrent = mlir::failure();   ///< weights of the state, [gates, state]
  MaybeValue candidateBias = mlir::Value(); ///< of what a GRU resets after the product, or null
  MaybeValue state = mlir::failure(); ///< before the first place, [batch, state]; then the last
  MaybeValue cell = mlir::Value();    ///< of an LSTM, likewise, [batch, width]
  /// Of the gates, of the candidate (LSTM: the cell's input), and of an LSTM's cell on its way out.
  Function gate, candidate, output;
  int64_t width = 0;
  bool isReversed = false;
  // Of a GRU.
  int64_t resetGate = 1;
  bool resetsAfterProduct =
      false; ///< the candidate is input + reset * (R h + b), not R (reset * h)
  // Of an LSTM.
  std::array<int64_t, 4> gates = {0, 1, 2, 3}; ///< where input, forget, cell and output are
  bool isCoupled = false; ///< there is no input gate: it is one less the forget gate
  double cellClip = 0, projectionClip = 0; ///< cell and projection are held within; 0: they are not
  MaybeValue projection =
      mlir::Value(); ///< [state, width] from the cell's output to the state, or null
  MaybeValue projectionBias = mlir::Value();
  /// Weights of the cell, [width], that go into the gates at these places of `gates`, or null: the
  /// input and forget gates see the cell before, the output gate the one behind.
  std::array<MaybeValue, 4> peepholes = {mlir::Value(), mlir::Value(), mlir::Value(),
                                         mlir::Value()};
  /// The sums of each gate are normalized over the width, times its factors, with its offsets; or
  /// null.
  std::array<MaybeValue, 4> factors = peepholes, offsets = peepholes;

  /// Rows times weights; null: a plain fully_connected.
  std::function<MaybeValue(MaybeValue rows, MaybeValue weights, MaybeValue bias)> product;

  /// Places that each sequence of the batch has; empty: all of them. States stay as they are behind
  /// a sequence's last place, and what runRecurrent() gives there is 0.
  llvm::SmallVector<int64_t> lengths;
  /// The same known at run time only: truth values of the places that count, which need not be the
  /// first, [place, batch, 1]; null: all of them. What is given elsewhere is 0, or repeats what is
  /// given before it (0 before the first).
  MaybeValue counts = mlir::Value();
  bool repeatsResults = false;

  using Step = void (*)(NodeBuilder &, RecurrentLayer &, MaybeValue input);
  Step step = nullptr; ///< one of those below
};

void stepRnn(NodeBuilder &build, RecurrentLayer &layer, MaybeValue input);
void stepGru(NodeBuilder &build, RecurrentLayer &layer, MaybeValue input);
void stepLstm(NodeBuilder &build, RecurrentLayer &layer, MaybeValue input);

/// RecurrentLayer::counts for sequences whose lengths [batch] are integers known at run time.
MaybeValue countsOf(NodeBuilder &build, MaybeValue lengths, int64_t places);

/// Places are written out one by one: a layer over more of them is too long a graph.
inline constexpr int64_t kMostPlaces = 512;

/// Runs a layer over all places of `projected`, at least one; its state behind each, [batch,
/// state], and where `cells` is not null its cell.
llvm::SmallVector<MaybeValue> runRecurrent(NodeBuilder &build, RecurrentLayer &layer,
                                           llvm::SmallVector<MaybeValue> *cells = nullptr);

/// What layers one on another give: a sequence [place, batch, state], and the last state and cell
/// of every layer and direction. All are failed when one layer is.
struct StackOfLayers {
  MaybeValue sequence = mlir::failure();
  llvm::SmallVector<MaybeValue> states, cells;
};
/// Runs `layers` layers, each on what the one below gives; those of two directions run both ways,
/// and give both results side by side. `layerOf` makes layer and direction `index`.
StackOfLayers runLayers(
    NodeBuilder &build, MaybeValue sequence, int64_t layers, int64_t directions,
    llvm::function_ref<mlir::FailureOr<RecurrentLayer>(int64_t index, MaybeValue input)> layerOf);

/// Tensors of one shape side by side in a new dimension.
MaybeValue stackAlong(NodeBuilder &build, llvm::ArrayRef<MaybeValue> parts, int64_t axis);

} // namespace tandem
