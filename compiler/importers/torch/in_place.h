#pragma once

#include "compiler/importers/torch/graph.h"
#include "compiler/importers/torch/node.h"

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

  /// Of a node that changes its operand: that tensor, the one that it is a slice of, and so on to
  /// one that some node has made for itself. Nothing when it is an input, a weight or another kind
  /// of view, or when a view from before is read afterwards.
  std::optional<llvm::SmallVector<std::string>> written(const NodeRecord &node) const;

  /// Why a node that changes an input of the model or a tensor of the module is refused; "" of one
  /// that changes neither.
  std::string changedForOthers(const NodeRecord &node) const;
  /// Why a node that changes its operand is refused, when `written` has nothing of it.
  std::string whyNotWritten(const NodeRecord &node) const;

  const NodeRecord *maker(const std::string &name) const;
  /// Whether neither a later node nor an output reads the tensor.
  bool isLastRead(const std::string &name, const NodeRecord &node) const;
  /// Whether the result is another name of the operand, which the node may have changed.
  bool isSameTensor(const NodeRecord &node) const;

private:
  bool isInPlace(const NodeRecord &node) const;
  bool isReadAfter(const std::string &name, size_t at, size_t madeAt) const;
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

} // namespace tandem::torch
