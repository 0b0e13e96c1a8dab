#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

/// BUCKETIZE: how many of the boundaries, which ascend, are not above each element.
static LogicalResult importBucketize(Node &node) {
  auto options = node.options<schema::BucketizeOptions>();
  FailureOr<Value> input = node.input(0);
  if (failed(options) || failed(input))
    return failure();
  SmallVector<float> boundaries;
  if (auto *given = (*options)->boundaries())
    boundaries.append(given->begin(), given->end());
  if (!llvm::is_sorted(boundaries))
    return node.invalid() << "its boundaries do not ascend";
  NodeBuilder &build = node.build();
  Type f32 = node.builder().getF32Type(), i32 = node.builder().getI32Type();
  SmallVector<int64_t> apart(shapeOf(*input));
  auto last = static_cast<int64_t>(apart.size());
  if (boundaries.empty())
    return node.setOutput(build.fill(i32, apart, 0));
  apart.push_back(1);
  MaybeValue limits = build.constant(f32, static_cast<int64_t>(boundaries.size()), boundaries);
  MaybeValue reached =
      build.compare<graph::GreaterEqualOp>(build.reshape(build.cast(input, f32), apart), limits);
  return node.setOutput(build.create<graph::SumOp>(build.cast(reached, i32),
                                                   ArrayRef<int64_t>{last}, /*keepDims=*/false));
}

void registerBucketize(OpTable &table) {
  table.add(schema::BuiltinOperator::BUCKETIZE, importBucketize);
}

} // namespace tandem::tflite
