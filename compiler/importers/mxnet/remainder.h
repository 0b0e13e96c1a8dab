#pragma once

#include "compiler/importers/mxnet/node.h"

namespace tandem::mxnet {

/// With the sign of the divisor; by 0 it is 0.
MaybeValue remainder(SymbolNode &node, MaybeValue x, MaybeValue divisor);

} // namespace tandem::mxnet
