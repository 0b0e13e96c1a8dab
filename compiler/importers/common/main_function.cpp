#include "compiler/importers/common/main_function.h"

#include "compiler/graph/graph.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;

namespace tandem {

static constexpr llvm::StringLiteral kNameAttribute = "graph.name";

namespace {
/// Makes names differ: inputs are told apart by them, and so are outputs.
class UniqueNames {
public:
  std::string of(const std::string &name) {
    std::string unique = name;
    for (int use = 1; !taken_.insert(unique).second; ++use)
      unique = name + ":" + std::to_string(use);
    return unique;
  }

private:
  llvm::StringSet<> taken_;
};
} // namespace

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
  UniqueNames names;
  for (auto [index, input] : llvm::enumerate(inputs)) {
    auto name = builder.getStringAttr(names.of(input.name));
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
  UniqueNames names;
  for (auto [index, output] : llvm::enumerate(outputs))
    function.setResultAttr(index, kNameAttribute, builder.getStringAttr(names.of(output.name)));

  Block &body = function.getBody().front();
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (isOpTriviallyDead(&op))
      op.erase();
  return verify(*module);
}

} // namespace tandem
