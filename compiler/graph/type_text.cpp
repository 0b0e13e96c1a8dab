#include "compiler/graph/type_text.h"

#include "compiler/graph/types.h"

#include "llvm/Support/raw_ostream.h"

namespace tandem::graph {

std::string typeText(mlir::Type type) {
  std::string text;
  if (std::optional<ElementType> stored = elementTypeOf(type))
    text = elementTypeName(*stored);
  else
    llvm::raw_string_ostream(text) << type;
  if (!isQuantized(type))
    return text;
  return text + (quantizationOf(type).perChannel() ? " codes per channel" : " codes");
}

} // namespace tandem::graph
