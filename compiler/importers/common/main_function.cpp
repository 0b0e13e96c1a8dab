#include "compiler/importers/common/main_function.h"

#include "compiler/importers/common/complex.h"

#include "compiler/graph/graph.h"
#include "compiler/importers/common/fixed_values.h"

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
  size_t count() const { return taken_.size(); }
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

llvm::Expected<MainFunction> MainFunction::create(MLIRContext &context,
                                                  const std::vector<NamedType> &inputs,
                                                  const ImportOptions &options) {
  context.loadDialect<func::FuncDialect, graph::GraphDialect>();
  OpBuilder builder(&context);
  Location location = builder.getUnknownLoc();
  MainFunction result;
  result.module = ModuleOp::create(location);
  builder.setInsertionPointToEnd(result.module->getBody());

  SmallVector<Type> types;
  for (const NamedType &input : inputs)
    if (!options.values.contains(input.name))
      types.push_back(input.type);
  result.function =
      func::FuncOp::create(builder, location, "main", builder.getFunctionType(types, {}));
  Block *body = result.function.addEntryBlock();
  builder.setInsertionPointToEnd(body);
  UniqueNames names;
  for (const NamedType &input : inputs) {
    llvm::Expected<Value> value = fixedValue(options, input.name, input.type, builder);
    if (!value)
      return value.takeError();
    if (!*value) {
      BlockArgument argument = body->getArgument(names.count());
      auto name = builder.getStringAttr(names.of(input.name));
      result.function.setArgAttr(argument.getArgNumber(), kNameAttribute, name);
      argument.setLoc(NameLoc::get(name));
      *value = argument;
    }
    result.inputs.push_back(*value);
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
    if (isComplex(output.value))
      return emitError(builder.getUnknownLoc())
             << "output '" << output.name
             << "' has complex numbers, which is not supported: let the model return its real and "
                "its imaginary part";
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
