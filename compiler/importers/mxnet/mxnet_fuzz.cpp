// Whatever the bytes: a module or an error, no crash, and no more memory than they account for. A
// model is two files; by its first byte an input is a symbol, with the parameters that it needs
// made up, or parameters, for the small symbol that kSymbol is.
#include "compiler/importers/mxnet/graph_import.h"

#include "mlir/IR/MLIRContext.h"

using namespace tandem;
using namespace tandem::mxnet;

namespace {

template <typename T> void drop(llvm::Expected<T> result) {
  if (!result)
    llvm::consumeError(result.takeError());
}

constexpr std::string_view kSymbol = R"j({"nodes": [
  {"op": "null", "name": "data", "attrs": {"__shape__": "(1, 2, 4, 4)"}, "inputs": []},
  {"op": "null", "name": "weight", "inputs": []},
  {"op": "null", "name": "bias", "inputs": []},
  {"op": "Convolution", "name": "conv", "attrs": {"kernel": "(3, 3)", "num_filter": "2"},
   "inputs": [[0, 0, 0], [1, 0, 0], [2, 0, 0]]},
  {"op": "null", "name": "slope", "inputs": []},
  {"op": "LeakyReLU", "name": "prelu", "attrs": {"act_type": "prelu"}, "inputs": [[3, 0, 0], [4, 0, 0]]}],
  "heads": [[5, 0, 0]]})j";

/// For variables with an attribute "__stored__", which no model has: "8833" is 8x8x3x3.
Parameters madeUpParameters(const Symbol &symbol, std::string_view zeros) {
  Parameters parameters;
  for (const NodeRecord &node : symbol.nodes) {
    auto digits = node.attributes.find(std::string_view("__stored__"));
    if (!node.isVariable() || digits == node.attributes.end())
      continue;
    StoredArray array;
    for (char digit : digits->second)
      array.shape.push_back(digit >= '0' && digit <= '9' ? digit - '0' : 1);
    std::optional<int64_t> count = elementCount(array.shape);
    if (!count || static_cast<uint64_t>(*count) > zeros.size() / sizeof(float))
      continue;
    array.bytes = zeros.substr(0, *count * sizeof(float));
    parameters[node.name] = array;
  }
  return parameters;
}

void importWith(const Symbol &symbol, const Parameters &parameters) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  drop(importSymbol(symbol, parameters, {}, context));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  constexpr size_t kMost = 1 << 18; // larger inputs say nothing new and take longer
  if (size == 0 || size > kMost)
    return 0;
  std::string_view bytes(reinterpret_cast<const char *>(data), size);
  bool isSymbol = bytes.front() == '{';
  llvm::Expected<Symbol> symbol = parseSymbol(isSymbol ? bytes : kSymbol);
  if (!symbol) {
    llvm::consumeError(symbol.takeError());
    return 0;
  }
  static const std::string zeros(1 << 16, '\0');
  if (isSymbol) {
    importWith(*symbol, madeUpParameters(*symbol, zeros));
    return 0;
  }
  llvm::Expected<Parameters> parameters = readParameters(bytes);
  if (!parameters)
    llvm::consumeError(parameters.takeError());
  else
    importWith(*symbol, *parameters);
  return 0;
}
