#pragma once

#include "compiler/importers/keras/layer.h"

#include <map>
#include <utility>

namespace tandem::keras {

// A tensor of Keras may have a mask: truth values, [batch, place], of the places of a sequence that
// count. Layers hand it on, some read it:
// https://keras.io/guides/understanding_masking_and_padding/

/// Whether the layer reads a mask that its call is given under that name.
bool takesMaskArgument(llvm::StringRef className, llvm::StringRef argument);

/// The masks of a layer's results, null where there is none.
mlir::FailureOr<Values> resultMasks(Layer &layer, llvm::ArrayRef<mlir::Value> results);

/// Where the mask holds, and the rest as false: both may be null, which is all places.
MaybeValue bothMasks(NodeBuilder &build, MaybeValue a, MaybeValue b);

/// MultiHeadAttention of Keras 3 takes the masks of the tensors that it is given away from them: a
/// layer that runs after it sees none there, and in which order layers run is in the model.
class MaskRemovals {
public:
  MaskRemovals() = default;
  explicit MaskRemovals(const ModelConfig &model);

  /// Whether that use of a layer runs when the tensor's mask is gone.
  bool isGone(const TensorId &tensor, const LayerConfig &reader, int64_t use) const;

private:
  using Call = std::pair<std::string, int64_t>;
  using Order = std::pair<int64_t, int64_t>; ///< what has the greater one runs first

  TensorId origin(TensorId tensor) const;
  void orderCalls(const ModelConfig &model);

  std::map<Call, TensorId> handsOn_; ///< what gives its input itself
  std::map<Call, Order> orders_;
  std::map<TensorId, Order> removals_; ///< of a tensor the first
};

} // namespace tandem::keras
