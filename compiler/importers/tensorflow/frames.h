#pragma once

#include "compiler/importers/tensorflow/proto/graph.pb.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"

#include <vector>

namespace tandem::tensorflow {

/// A loop of TensorFlow 1: what Enter sends into a frame goes round from Merge to NextIteration
/// until the condition sends it to Exit.
struct Frame {
  struct Carried {
    const proto::NodeDef *merge, *enter, *next;
  };
  std::string name;
  llvm::SmallVector<Carried> carried;
  llvm::SmallVector<const proto::NodeDef *> invariants; ///< Enters of what every round sees alike
  llvm::SmallVector<std::pair<const proto::NodeDef *, int>> switches; ///< with the place carried
  const proto::NodeDef *condition = nullptr;                          ///< LoopCond
};

/// The nodes of a graph or of a function.
struct NodeList {
  using Nodes = google::protobuf::RepeatedPtrField<proto::NodeDef>;

  llvm::StringMap<const proto::NodeDef *> index;
  std::vector<Frame> frames;
  llvm::StringMap<std::pair<int, int>> exits; ///< name of an Exit to its frame and place carried

  /// Errors: edges, those of control among them, that lead back to where they come from other than
  /// by NextIteration.
  static llvm::Expected<NodeList> of(const Nodes &nodes);
};

} // namespace tandem::tensorflow
