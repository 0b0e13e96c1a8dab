#pragma once

#include "compiler/graph/graph.h"
#include "compiler/importers/common/node_builder.h"

namespace tandem {

/// What is made of an element that is there and one that comes.
using Combine = MaybeValue (*)(NodeBuilder &build, MaybeValue there, MaybeValue comes);

inline MaybeValue addUp(NodeBuilder &build, MaybeValue there, MaybeValue comes) {
  return build.add(there, comes);
}
inline MaybeValue multiplyBy(NodeBuilder &build, MaybeValue there, MaybeValue comes) {
  return build.multiply(there, comes);
}
inline MaybeValue takeLarger(NodeBuilder &build, MaybeValue there, MaybeValue comes) {
  return build.create<graph::MaximumOp>(there, comes);
}
inline MaybeValue takeSmaller(NodeBuilder &build, MaybeValue there, MaybeValue comes) {
  return build.create<graph::MinimumOp>(there, comes);
}

} // namespace tandem
