#pragma once

#include "compiler/importers/common/node_builder.h"

namespace tandem {

/// The bits of elements as elements of another type of the same size: between integers, and of
/// constants. Nothing where the graph cannot say it.
std::optional<MaybeValue> bitsAs(NodeBuilder &build, mlir::Value x, mlir::Type type);

} // namespace tandem
