#pragma once

#include "compiler/importers/common/node_builder.h"

namespace tandem {

/// 1 - erf(x), also where that is small.
MaybeValue complementaryError(NodeBuilder &build, MaybeValue x);

} // namespace tandem
