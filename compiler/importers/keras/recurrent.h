#pragma once

#include "compiler/importers/common/recurrent.h"
#include "compiler/importers/keras/layer.h"

namespace tandem::keras {

/// What a layer gives of a sequence in one direction.
struct Direction {
  MaybeValue result = mlir::failure();
  llvm::SmallVector<MaybeValue> states; ///< of all cells behind the last place
};

/// The function that the configuration has under that key; `layer` must outlive it.
RecurrentLayer::Function functionOf(Layer &layer, llvm::StringRef key);
/// Refuses what is not computed here, by name.
mlir::LogicalResult checkForm(Layer &layer);
/// The sequence, of `rank` dimensions, and the states that its first place begins with: none, or
/// that many.
mlir::FailureOr<Values> sequenceAndStates(Layer &layer, size_t states, size_t rank);
/// Failed when one is.
Results resultsOf(llvm::ArrayRef<MaybeValue> values);

/// Runs a ConvLSTM layer over its sequence. Keras leaves the results of a layer that goes backwards
/// in the order of computing; with `keepsPlaces` they stay where their inputs are.
Direction runConvLstm(Layer &layer, const Json &config, bool keepsPlaces);

} // namespace tandem::keras
