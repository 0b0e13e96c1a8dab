#pragma once

#include "compiler/importers/mxnet/node.h"

#include <utility>

namespace tandem::mxnet {

/// With the sign of the divisor; by 0 it is 0.
MaybeValue remainder(SymbolNode &node, MaybeValue x, MaybeValue divisor);

/// To whole numbers, halves away from zero.
MaybeValue roundedAway(NodeBuilder &build, MaybeValue x);

/// Both sides in the wider of their types, as numpy's operators have it: a truth value beside a
/// number is 0 or 1.
std::pair<MaybeValue, MaybeValue> alike(SymbolNode &node, MaybeValue left, MaybeValue right);

} // namespace tandem::mxnet
