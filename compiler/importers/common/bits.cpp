#include "compiler/importers/common/bits.h"

#include "compiler/graph/constants.h"
#include "compiler/graph/graph.h"

using namespace mlir;

namespace tandem {

std::optional<MaybeValue> bitsAs(NodeBuilder &build, Value x, Type type) {
  std::optional<ElementType> from = graph::elementTypeOf(getElementTypeOrSelf(x)),
                             to = graph::elementTypeOf(type);
  bool isPlain = !graph::isQuantized(x.getType()) && !graph::isQuantized(type);
  // A truth value of other bits than 0 and 1 is none.
  if (!from || !to || !isPlain || elementSize(*from) != elementSize(*to) ||
      (*to == ElementType::kBool && *from != *to))
    return std::nullopt;
  if (std::optional<graph::ConstantBytes> bytes = graph::constantOf(x))
    return graph::createConstant(build.builder(), build.location(),
                                 RankedTensorType::get(shapeOf(x), type), bytes->raw());
  bool areIntegers = isa<IntegerType>(getElementTypeOrSelf(x)) && isa<IntegerType>(type);
  return areIntegers ? std::optional(build.cast(x, type)) : std::nullopt;
}

} // namespace tandem
