// What optimize_for_mobile makes of convolutions and linear layers: calls of XNNPACK with an object
// of C++, which has been saved as a tuple of weights, options, and two numbers that hold the
// result.
#include "compiler/importers/torch/script/builtins.h"

namespace tandem::torch::script {

namespace {
using Items = std::vector<Item>;

MaybeItem callPlainly(BuiltinCall &call, llvm::StringRef operation, const Items &arguments) {
  return call.calls.call(operation, arguments, std::vector<std::string>(arguments.size()),
                         call.place);
}

/// `places`: where the operator's arguments behind the first are in the tuple; `size`: of that.
MaybeItem callPacked(BuiltinCall &call, llvm::StringRef operation, llvm::ArrayRef<size_t> places,
                     size_t size) {
  Instance *const *packed = std::get_if<Instance *>(&call[1]);
  Tuple *const *saved = packed ? std::get_if<Tuple *>(&(*packed)->saved) : nullptr;
  if (!saved || (*saved)->items.size() != size)
    return call.fail("packed weights are " + textOf(call[1]));
  const Items &all = (*saved)->items;
  Items arguments = {call[0]};
  for (size_t place : places)
    arguments.push_back(all[place]);
  MaybeItem result = callPlainly(call, operation, arguments);
  const Item &low = all[size - 2], &high = all[size - 1];
  if (failed(result) || is<Unknown>(*result) || (is<None>(low) && is<None>(high)))
    return result;
  return callPlainly(call, "clamp", {*result, low, high});
}

MaybeItem convolve(BuiltinCall &call) { // weight, bias, stride, padding, dilation, groups
  return callPacked(call, "conv2d", {0, 1, 2, 3, 4, 5}, 8);
}
MaybeItem convolveTransposed(BuiltinCall &call) { // with the output's padding behind the other
  return callPacked(call, "conv_transpose2d", {0, 1, 2, 3, 4, 6, 5}, 9);
}
MaybeItem multiply(BuiltinCall &call) {
  return callPacked(call, "linear", {0, 1}, 4);
}
} // namespace

void registerPrepacked(BuiltinTable &table) {
  table.add("prepacked.conv2d_clamp_run", {convolve, 2, Builtin::kAlways});
  table.add("prepacked.conv2d_transpose_clamp_run", {convolveTransposed, 2, Builtin::kAlways});
  table.add("prepacked.linear_clamp_run", {multiply, 2, Builtin::kAlways});
}

} // namespace tandem::torch::script
