#pragma once

#include "compiler/importers/keras/model_config.h"

namespace tandem::keras {

/// ["conv2d", 0, 0] or ["conv2d", 0, 0, {keyword arguments}].
std::optional<TensorId> parseTensorId(const Json &value);

/// One entry of "inbound_nodes", in the form of Keras 3 or of those before; nothing when it is in
/// neither.
std::optional<LayerCall> parseCall(const Json &call);

} // namespace tandem::keras
