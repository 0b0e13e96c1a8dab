#pragma once

#include "compiler/importers/tensorflow/proto/graph.pb.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace tandem::tensorflow {

/// One output of a node of a FlatGraph.
struct Edge {
  int node = -1;
  int output = 0;
};

/// A node once function calls are gone.
struct FlatNode {
  enum Kind {
    kOperator, ///< `record` says what it does
    kAlias,    ///< the value of its one input: an argument or a result of a function
    kChoice,   ///< inputs are a condition, the value if it holds, and the value if not
    kFed,      ///< an input of the model
  };
  Kind kind = kOperator;
  const proto::NodeDef *record = nullptr; ///< null for an alias
  std::string name;                       ///< "call/node" inside a function
  llvm::SmallVector<Edge, 3> inputs;
  /// Nodes that decide whether this one is alive: ends of the control edges by which constants hang
  /// on a branch of a TensorFlow 1 condition.
  llvm::SmallVector<int, 1> pivots;
};

/// What the wanted values need of a graph and of the functions that it calls. Edges may form
/// cycles.
struct FlatGraph {
  std::vector<FlatNode> nodes;
  std::vector<int> fed;                            ///< per fed node, or -1: nothing needs it
  std::vector<llvm::SmallVector<Edge, 1>> fetched; ///< per wanted value
};

struct FlattenRequest {
  const proto::GraphDef &graph;
  llvm::ArrayRef<std::string> fed;     ///< names of nodes
  llvm::ArrayRef<std::string> fetched; ///< "node:1"; "node" for all results of a call, or output 0
  /// The place of a named output of an operator among its outputs; 0 when not known.
  llvm::function_ref<int(llvm::StringRef op, llvm::StringRef output)> outputPlace;
};

/// Errors name the node: a reference to a node that is not there, a function that calls itself or
/// is not in the library, more nodes than any model has.
llvm::Expected<FlatGraph> flatten(const FlattenRequest &request);

/// The operators that flatten() replaces by what they call.
llvm::ArrayRef<llvm::StringRef> callOperators();

/// "node" of "node:1", "^node" and "node:output:1".
llvm::StringRef nodeOf(llvm::StringRef reference);

} // namespace tandem::tensorflow
