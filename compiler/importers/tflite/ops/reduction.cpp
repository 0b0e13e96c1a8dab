#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

/// MEAN, SUM and the REDUCE_ ones: the second input names dimensions, in any order, from either
/// end.
template <typename OpT> static LogicalResult importReduction(Node &node) {
  auto options = node.options<schema::ReducerOptions>();
  FailureOr<Value> input = node.input(0);
  auto given = node.constantInts(1, "the list of dimensions");
  if (failed(options) || failed(input) || failed(given))
    return failure();
  SmallVector<int64_t> axes;
  for (int64_t value : *given) {
    FailureOr<int64_t> axis = node.axis(value, shapeOf(*input).size());
    if (failed(axis))
      return failure();
    axes.push_back(*axis);
  }
  llvm::sort(axes);
  axes.erase(llvm::unique(axes), axes.end()); // TFLite allows a dimension twice
  return node.emit<OpT>(*input, ArrayRef<int64_t>(axes), (*options)->keep_dims());
}

void registerReduction(OpTable &table) {
  using schema::BuiltinOperator;
  table.add(BuiltinOperator::MEAN, importReduction<graph::MeanOp>);
  table.add(BuiltinOperator::SUM, importReduction<graph::SumOp>);
  table.add(BuiltinOperator::REDUCE_MAX, importReduction<graph::ReduceMaxOp>);
  table.add(BuiltinOperator::REDUCE_MIN, importReduction<graph::ReduceMinOp>);
  table.add(BuiltinOperator::REDUCE_PROD, importReduction<graph::ReduceProdOp>);
  table.add(BuiltinOperator::REDUCE_ANY, importReduction<graph::ReduceAnyOp>);
  table.add(BuiltinOperator::REDUCE_ALL, importReduction<graph::ReduceAllOp>);
}

} // namespace tandem::tflite
