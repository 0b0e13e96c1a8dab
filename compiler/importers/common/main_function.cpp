#include "compiler/importers/common/main_function.h"

#include "compiler/graph/graph.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;

namespace tandem {

static constexpr llvm::StringLiteral kNameAttribute = "graph.name";

MainFunction MainFunction::create(MLIRContext &context, const std::vector<NamedType> &inputs) {
  context.loadDialect<func::FuncDialect, graph::GraphDialect>();
  OpBuilder builder(&context);
  Location location = builder.getUnknownLoc();
  MainFunction result;
  result.module = ModuleOp::create(location);
  builder.setInsertionPointToEnd(result.module->getBody());

  SmallVector<Type> types;
  for (const NamedType &input : inputs)
    types.push_back(input.type);
  result.function =
      func::FuncOp::create(builder, location, "main", builder.getFunctionType(types, {}));
  Block *body = result.function.addEntryBlock();
  for (auto [index, input] : llvm::enumerate(inputs)) {
    auto name = builder.getStringAttr(input.name);
    result.function.setArgAttr(index, kNameAttribute, name);
    body->getArgument(index).setLoc(NameLoc::get(name));
  }
  return result;
}

llvm::Expected<OwningOpRef<ModuleOp>> MainFunction::take(std::vector<NamedValue> outputs,
                                                         ErrorCapture &errors) {
  errors.setSubject("");
  if (failed(finish(std::move(outputs))))
    return llvm::createStringError(errors.message());
  return std::move(module);
}

LogicalResult MainFunction::finish(std::vector<NamedValue> outputs) {
  OpBuilder builder(function.getContext());
  builder.setInsertionPointToEnd(&function.getBody().front());
  SmallVector<Value> values;
  SmallVector<Type> types;
  for (const NamedValue &output : outputs) {
    values.push_back(output.value);
    types.push_back(output.value.getType());
  }
  func::ReturnOp::create(builder, builder.getUnknownLoc(), values);
  function.setType(builder.getFunctionType(function.getArgumentTypes(), types));
  llvm::StringMap<int> uses;
  for (auto [index, output] : llvm::enumerate(outputs)) {
    int use = uses[output.name]++;
    std::string name = use ? output.name + ":" + std::to_string(use) : output.name;
    function.setResultAttr(index, kNameAttribute, builder.getStringAttr(name));
  }

  Block &body = function.getBody().front();
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (isOpTriviallyDead(&op))
      op.erase();
  return verify(*module);
}

} // namespace tandem
