#pragma once

#include "mlir/IR/Types.h"

#include <string>

namespace tandem::graph {

/// An element type as messages name it: "f32", "i8 codes", "i8 codes per channel"; no scales.
std::string typeText(mlir::Type elementType);

} // namespace tandem::graph
