#pragma once

#include "compiler/codegen/kernel_builder.h"

#include <functional>
#include <vector>

namespace tandem::cpu {

/// The result's element as stored, from one of each operand: floats of any width as f32, other
/// types as stored.
using Combine =
    std::function<mlir::Value(codegen::KernelBuilder &k, llvm::ArrayRef<mlir::Value> elements)>;

/// What an op does to single elements, where it works on one at a time, whatever its place.
struct ElementCode {
  Combine combine = nullptr; ///< null: it does not
  bool onVectors = false;    ///< takes vectors of f32 too
  bool isLong = false;       ///< of dozens of instructions: a function by a polynomial
  /// It does not, but reads each element of its only operand once, which may be computed there, by
  /// ops that take vectors.
  bool readsOnce = false;
};

/// Ops on single elements, one behind another, in one loop: what is between them is stored nowhere.
/// Plain data.
class Expression {
public:
  /// Gives the element of a leaf; asked once for each.
  using Load = llvm::function_ref<mlir::Value(unsigned leaf)>;

  /// Each gives a number, by which later nodes take what it gives.
  unsigned addLeaf(unsigned leaf) { return add({nullptr, {}, leaf}); }
  unsigned add(Combine combine, llvm::ArrayRef<unsigned> operands) {
    return add({std::move(combine), {operands.begin(), operands.end()}, 0});
  }
  size_t size() const { return nodes_.size(); }
  /// Forgets those behind the first `size`.
  void truncate(size_t size) { nodes_.resize(size); }

  /// What the last node gives.
  mlir::Value evaluate(codegen::KernelBuilder &k, Load load) const;

private:
  struct Node {
    Combine combine; ///< null: a leaf
    llvm::SmallVector<unsigned, 3> operands;
    unsigned leaf;
  };
  unsigned add(Node node) {
    nodes_.push_back(std::move(node));
    return static_cast<unsigned>(nodes_.size() - 1);
  }
  std::vector<Node> nodes_;
};

} // namespace tandem::cpu
