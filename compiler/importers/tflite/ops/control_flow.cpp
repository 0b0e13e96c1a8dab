#include "compiler/importers/tflite/node.h"

#include "compiler/graph/constants.h"

using namespace mlir;

namespace tandem::tflite {

/// A truth value that is known.
static FailureOr<bool> known(Node &node, Value condition) {
  std::optional<graph::ConstantBytes> bytes = graph::constantOf(condition);
  if (!getElementTypeOrSelf(condition).isInteger(1) || (bytes && bytes->raw().size() != 1))
    return node.invalid() << "its condition is not one truth value";
  if (!bytes)
    return node.unsupported() << "a condition that is computed at run time";
  return bytes->raw().front() != 0;
}

static LogicalResult importIf(Node &node) {
  auto options = node.options<schema::IfOptions>();
  FailureOr<SmallVector<Value>> inputs = node.inputs();
  if (failed(options) || failed(inputs))
    return failure();
  if (inputs->empty())
    return node.invalid() << "has no condition";
  FailureOr<bool> condition = known(node, inputs->front());
  if (failed(condition))
    return failure();
  auto results = node.importSubgraph(*condition ? (*options)->then_subgraph_index()
                                                : (*options)->else_subgraph_index(),
                                     ArrayRef(*inputs).drop_front());
  return failed(results) ? failure() : node.setOutputs(*results);
}

/// Round after round, as long as the condition is known.
static LogicalResult importWhile(Node &node) {
  auto options = node.options<schema::WhileOptions>();
  FailureOr<SmallVector<Value>> values = node.inputs();
  if (failed(options) || failed(values))
    return failure();
  constexpr int kMostRounds = 1 << 14;
  for (int round = 0; round < kMostRounds; ++round) {
    auto condition = node.importSubgraph((*options)->cond_subgraph_index(), *values);
    if (failed(condition))
      return failure();
    if (condition->size() != 1)
      return node.invalid() << "its condition has " << condition->size() << " outputs";
    FailureOr<bool> goesOn = known(node, condition->front());
    if (failed(goesOn))
      return failure();
    if (!*goesOn)
      return node.setOutputs(*values);
    values = node.importSubgraph((*options)->body_subgraph_index(), *values);
    if (failed(values))
      return failure();
  }
  return node.unsupported() << "a loop of more than " << kMostRounds << " rounds";
}

/// The operators of a subgraph in this one's place; LiteRT has no kernel for it.
static LogicalResult importCall(Node &node) {
  auto options = node.options<schema::CallOptions>();
  FailureOr<SmallVector<Value>> inputs = node.inputs();
  if (failed(options) || failed(inputs))
    return failure();
  auto results = node.importSubgraph((*options)->subgraph(), *inputs);
  return failed(results) ? failure() : node.setOutputs(*results);
}

void registerControlFlow(OpTable &table) {
  table.add(schema::BuiltinOperator::IF, importIf);
  table.add(schema::BuiltinOperator::WHILE, importWhile);
  table.add(schema::BuiltinOperator::CALL, importCall);
}

} // namespace tandem::tflite
