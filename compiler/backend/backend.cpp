#include "compiler/backend/backend.h"

#include "compiler/graph/types.h"

#include "llvm/ADT/STLExtras.h"

using namespace mlir;

namespace tandem {

llvm::Error Backend::checkSettings(const CompileOptions &options) const {
  if (options.settings.empty())
    return llvm::Error::success();
  return llvm::createStringError(name() + ": there is no option '" +
                                 options.settings.begin()->first + "', it has none");
}

Support askBackend(const Backend &backend, Operation *op, const Processor &processor) {
  Support support;
  auto refuse = [&](std::string reason) {
    if (!llvm::is_contained(support.reasons, reason))
      support.reasons.push_back(std::move(reason));
  };
  if (auto found = processor.refuses.find(op->getName().stripDialect().str());
      found != processor.refuses.end())
    refuse(found->second);
  auto checkType = [&](Value value) {
    std::optional<ElementType> type =
        graph::elementTypeOf(graph::tensorType(value).getElementType());
    if (type && !processor.types.empty() &&
        !llvm::is_contained(processor.types, backend.computedAs(*type, processor)))
      refuse("the " + processor.name + " does not compute in " +
             std::string(elementTypeName(*type)));
  };
  llvm::for_each(op->getOperands(), checkType);
  llvm::for_each(op->getResults(), checkType);
  for (std::string &reason : backend.supports(op, processor).reasons)
    refuse(std::move(reason));
  return support;
}

} // namespace tandem
