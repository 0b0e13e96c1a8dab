#pragma once

#include "compiler/importers/common/recurrent.h"
#include "compiler/importers/tflite/node.h"

namespace tandem::tflite {

// What recurrent operators have in common. The state is a variable of the file, which every run
// begins with zeros: LiteRT too begins so, but keeps it from one invocation to the next.

/// The function that an activation is; null for one that no recurrent operator has.
RecurrentLayer::Function functionOf(NodeBuilder &build, schema::ActivationFunctionType type);

/// How an operator of a sequence is to be read.
struct SequenceForm {
  bool isTimeMajor = false;  ///< places before the batch
  bool isAsymmetric = false; ///< of rows that are brought to 8 bits for weights in codes
  bool isSingleStep = false; ///< whose state is kept from one run to the next
};

/// An input with its places in front: [place, batch, depth]; of a single step the file has
/// [batch, depth].
mlir::FailureOr<mlir::Value> placesFirst(Node &node, size_t index, const SequenceForm &form);

/// Weights or biases of float32, or of i8 codes, of that shape where it is known (-1: any size).
mlir::FailureOr<mlir::Value> weights(Node &node, size_t index, llvm::ArrayRef<int64_t> expected);
/// The same of inputs one behind another that form one matrix.
mlir::FailureOr<mlir::Value> joinedWeights(Node &node, llvm::ArrayRef<size_t> indices,
                                           llvm::ArrayRef<int64_t> expected);
/// The reals of weights: those of codes too.
mlir::FailureOr<mlir::Value> realWeights(Node &node, size_t index,
                                         llvm::ArrayRef<int64_t> expected);

/// All places times weights, with a bias or none (null).
MaybeValue projected(NodeBuilder &build, MaybeValue places, MaybeValue weights, MaybeValue bias,
                     const SequenceForm &form);
/// How the layer multiplies its state.
void setProduct(NodeBuilder &build, RecurrentLayer &layer, const SequenceForm &form);

/// A state before the first place: the variable's zeros, or a value that is given.
mlir::FailureOr<mlir::Value> stateOf(Node &node, size_t index, llvm::ArrayRef<int64_t> shape,
                                     const SequenceForm &form);

/// The states behind each place, in the order of the file.
MaybeValue statesOf(NodeBuilder &build, RecurrentLayer &layer, const SequenceForm &form);

/// Results of both directions: side by side in one output, or each in its own.
mlir::LogicalResult setDirections(Node &node, MaybeValue forward, MaybeValue backward,
                                  bool areMerged);

} // namespace tandem::tflite
