#pragma once

#include "compiler/graph/graph.h"
#include "compiler/importers/common/selections.h"

namespace tandem {

// What scattered() makes of an element that is there and an update.

inline MaybeValue addUp(NodeBuilder &build, MaybeValue there, MaybeValue update) {
  return build.add(there, update);
}
inline MaybeValue takeAway(NodeBuilder &build, MaybeValue there, MaybeValue update) {
  return build.subtract(there, update);
}
inline MaybeValue multiplyBy(NodeBuilder &build, MaybeValue there, MaybeValue update) {
  return build.multiply(there, update);
}
inline MaybeValue takeLarger(NodeBuilder &build, MaybeValue there, MaybeValue update) {
  return build.create<graph::MaximumOp>(there, update);
}
inline MaybeValue takeSmaller(NodeBuilder &build, MaybeValue there, MaybeValue update) {
  return build.create<graph::MinimumOp>(there, update);
}

} // namespace tandem
