#pragma once

#include "compiler/importers/torch/archive.h"

#include <string>
#include <vector>

namespace tandem::torch {

/// One call of an operator. Views into the program's JSON, which must outlive it.
struct NodeRecord {
  std::string target;                            ///< "torch.ops.aten.conv2d.default"
  std::string name;                              ///< of its first result
  std::map<std::string, const Json *> arguments; ///< name in the operator's schema to Argument
  std::vector<std::string> outputs;              ///< names; of a list, its elements'
  std::string place = {};                        ///< in TorchScript's code, for messages
};

struct InputRecord {
  enum Kind { kUser, kWeight, kConstant } kind;
  std::string name;   ///< in the graph
  std::string stored; ///< in the archive, when it is not given by the user
};

/// The graph of a program, checked for what cannot be imported as a whole.
struct GraphRecord {
  std::vector<NodeRecord> nodes;
  std::vector<InputRecord> inputs;
  std::vector<std::string> outputs;
  std::map<std::string, TensorMeta> tensors;
};

llvm::Expected<GraphRecord> parseGraph(const Json &program);

} // namespace tandem::torch
