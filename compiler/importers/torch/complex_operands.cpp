#include "compiler/importers/common/complex.h"
#include "compiler/importers/torch/in_place.h"
#include "compiler/importers/torch/node.h"
#include "compiler/importers/torch/unbatched.h"

using namespace mlir;

namespace tandem::torch {

using Results = FailureOr<SmallVector<Value>>;
using Operands = SmallVector<std::pair<std::string, Value>>;

static Operands complexOperands(const NodeRecord &record, const Environment &environment) {
  Operands operands;
  forEachRead(record, [&](const std::string &name) {
    auto tensor = environment.tensors.find(name);
    if (tensor != environment.tensors.end() && isComplex(tensor->second) &&
        !llvm::is_contained(llvm::make_first_range(operands), name))
      operands.emplace_back(name, tensor->second);
  });
  return operands;
}

/// The handler on the real parts of its operands, then on the imaginary ones; of each result both.
static Results ofParts(const OpTable::Entry &entry, OpBuilder &builder, const NodeRecord &record,
                       Environment &environment, const Operands &operands) {
  AtenNode node(builder, record, environment);
  bool areReal = llvm::all_of(llvm::make_second_range(operands),
                              [](Value value) { return !*partsOf(value).imaginary; });
  SmallVector<Value> results[2];
  for (bool isImaginary : {false, true}) {
    if (isImaginary && areReal)
      break;
    for (const auto &[name, value] : operands) {
      Complex whole = partsOf(value);
      environment.tensors[name] = isImaginary ? *imaginaryOf(node, whole) : *whole.real;
    }
    Results made = callHandler(node, entry);
    for (const auto &[name, value] : operands)
      environment.tensors[name] = value;
    if (failed(made))
      return failure();
    results[isImaginary] = std::move(*made);
  }
  for (auto [index, result] : llvm::enumerate(results[0]))
    result = *complexValue(node, {result, areReal ? Value() : results[1][index]});
  return results[0];
}

Results handled(const OpTable::Entry &entry, OpBuilder &builder, const NodeRecord &record,
                Environment &environment) {
  Operands operands = complexOperands(record, environment);
  AtenNode node(builder, record, environment);
  if (operands.empty())
    return callWithBatch(node, entry, environment);
  if (entry.isOfParts)
    return ofParts(entry, builder, record, environment, operands);
  if (entry.ofComplex)
    return entry.ofComplex(node);
  return Results(node.unsupported("complex numbers"));
}

} // namespace tandem::torch
