#pragma once

#include "compiler/importers/torch/graph.h"
#include "compiler/importers/torch/node.h"
#include "compiler/importers/torch/sharing.h"

namespace tandem::torch {

/// Calls `each` with the name of every tensor that a node reads.
void forEachRead(const NodeRecord &node, llvm::function_ref<void(const std::string &)> each);

/// Which tensors of a program look at the same memory, and where each is read last. The graph's
/// values never change: a node that writes to a tensor makes a value, which those get that read the
/// tensor afterwards. This tells whose value changes with it.
class Aliases {
public:
  /// Both must outlive it.
  Aliases(const GraphRecord &graph, const OpTable &table);

  /// What has another value once a node has changed its operand.
  struct Written {
    /// That tensor, the one that it looks into, and so on to one that some node has made for
    /// itself.
    llvm::SmallVector<std::string> chain;
    /// What else looks into one of these and is read afterwards, in the order of the nodes that
    /// made it.
    llvm::SmallVector<const NodeRecord *> views;
  };
  /// Nothing when the operand is, or looks into, an input or a weight, or when what it looks into
  /// is read afterwards and PyTorch alone knows whether it is a view.
  std::optional<Written> written(const NodeRecord &node) const;

  /// Why a node that changes an input of the model or a tensor of the module is refused; "" of one
  /// that changes neither.
  std::string changedForOthers(const NodeRecord &node) const;
  /// Why a node that changes its operand is refused, when `written` has nothing of it.
  std::string whyNotWritten(const NodeRecord &node) const;

  const NodeRecord *maker(const std::string &name) const;
  /// Whether neither a later node nor an output reads the tensor.
  bool isLastRead(const std::string &name, const NodeRecord &node) const;
  Sharing sharing(const NodeRecord &node) const;

private:
  bool isInPlace(const NodeRecord &node) const;
  bool collectViews(const std::string &name, size_t at, Written &written) const;
  bool isReadAfter(const std::string &name, size_t at, size_t madeAt,
                   llvm::StringRef except = "") const;
  bool isWholeReadAfter(const std::string &part, size_t at) const;
  size_t placeOf(const NodeRecord &node) const { return &node - graph_.nodes.data(); }

  const GraphRecord &graph_;
  const OpTable &table_;
  std::map<std::string, const NodeRecord *> makers_;
  std::map<std::string, std::vector<const NodeRecord *>> views_; ///< of a tensor
  std::map<std::string, size_t> lastRead_;                       ///< place of the node
};

/// Why a model is refused that leaves something of its module to the next run.
std::string changesState(llvm::StringRef name);

/// The operand of a node by its usual name, or "".
std::string selfOf(const NodeRecord &node);
/// What a result of a view looks into: of a list, the tensor in its place there; "" of none.
std::string lookedInto(const NodeRecord &node, llvm::StringRef result);

} // namespace tandem::torch
