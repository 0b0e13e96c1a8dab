#include "compiler/importers/torch/unbatched.h"

using namespace mlir;

namespace tandem::torch {

/// How many dimensions an image has for a convolution or a pool; 0 for another operator.
static size_t imageRank(StringRef target) {
  StringRef operation = target.split('.').second.split('.').first;
  bool isPool = operation.contains("pool"), isConvolution = operation.contains("conv");
  if (!isPool && !isConvolution)
    return 0;
  return operation.contains("1d") ? 1 : operation.contains("2d") ? 2 : 0;
}

/// The name of an image that comes without a batch; "" where none does.
static std::string imageAlone(const NodeRecord &record, const Environment &environment) {
  size_t rank = imageRank(AtenNode::shortTarget(record.target));
  for (const char *name : {"input", "self"}) {
    auto argument = record.arguments.find(name);
    const Json *tensor =
        argument == record.arguments.end() ? nullptr : member(*argument->second, "as_tensor");
    auto value =
        environment.tensors.find(tensor ? std::string_view(stringMember(*tensor, "name")) : "");
    if (rank > 0 && value != environment.tensors.end() && shapeOf(value->second).size() == rank + 1)
      return value->first;
  }
  return "";
}

FailureOr<SmallVector<Value>> callWithBatch(AtenNode &node, const OpTable::Entry &entry,
                                            Environment &environment) {
  std::string alone = imageAlone(node.record(), environment);
  if (alone.empty())
    return callHandler(node, entry);
  Value image = environment.tensors[alone];
  SmallVector<int64_t> shape = {1};
  llvm::append_range(shape, shapeOf(image));
  MaybeValue batch = node.reshape(image, shape);
  if (failed(batch))
    return failure();
  environment.tensors[alone] = *batch;
  FailureOr<SmallVector<Value>> results = callHandler(node, entry);
  environment.tensors[alone] = image;
  for (size_t i = 0; succeeded(results) && i < results->size(); ++i) {
    MaybeValue result = node.reshape((*results)[i], shapeOf((*results)[i]).drop_front());
    if (failed(result))
      return failure();
    (*results)[i] = *result;
  }
  return results;
}

} // namespace tandem::torch
