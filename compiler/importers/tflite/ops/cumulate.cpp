#include "compiler/importers/common/selections.h"
#include "compiler/importers/tflite/node.h"

using namespace mlir;

namespace tandem::tflite {

static LogicalResult importCumsum(Node &node) {
  auto options = node.options<schema::CumsumOptions>();
  FailureOr<Value> input = node.input(0);
  FailureOr<int64_t> given = node.constantInt(1, "the dimension");
  if (failed(options) || failed(input) || failed(given))
    return failure();
  FailureOr<int64_t> axis = node.axis(*given, shapeOf(*input).size());
  if (failed(axis))
    return failure();
  return node.setOutput(cumulate(
      node.build(), input,
      {.axis = *axis, .exclusive = (*options)->exclusive(), .backwards = (*options)->reverse()}));
}

void registerCumulate(OpTable &table) {
  table.add(schema::BuiltinOperator::CUMSUM, importCumsum);
}

} // namespace tandem::tflite
