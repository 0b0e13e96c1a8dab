#include "compiler/importers/mxnet/inputs.h"

#include "compiler/graph/types.h"
#include "compiler/importers/common/fixed_shapes.h"
#include "compiler/importers/common/node_builder.h"
#include "compiler/importers/mxnet/attributes.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace tandem::mxnet {

static std::optional<StringRef> attribute(const NodeRecord &variable, std::string_view key) {
  auto found = variable.attributes.find(key);
  return found == variable.attributes.end() ? std::nullopt
                                            : std::optional<StringRef>(found->second);
}

/// The shape that the symbol has for a variable; nothing when it has none, negative where it is
/// open.
static std::optional<SmallVector<int64_t>> ownShape(const NodeRecord &variable) {
  std::optional<StringRef> text = attribute(variable, "__shape__");
  std::optional<SmallVector<int64_t>> shape = text ? parseIntegers(*text) : std::nullopt;
  if (!shape || shape->empty())
    return std::nullopt;
  for (int64_t &size : *shape)
    if (size < 1)
      size = ShapedType::kDynamic;
  return shape;
}

static llvm::Expected<Type> elementType(const NodeRecord &variable, MLIRContext &context) {
  std::optional<StringRef> text = attribute(variable, "__dtype__");
  std::optional<int64_t> flag = text ? parseInteger(*text) : std::nullopt;
  if (!flag || *flag < 0) // -1: unknown, so that it becomes float32
    return Float32Type::get(&context);
  std::optional<ElementType> type = elementTypeOfFlag(*flag);
  if (!type)
    return llvm::createStringError("input '" + variable.name + "': elements of type " +
                                   typeFlagName(*flag) + " are not supported");
  return graph::plainType(&context, *type);
}

/// "'a', 'b', ..."
static std::string quoted(ArrayRef<std::string> names) {
  constexpr size_t kShown = 5;
  std::string text;
  for (const std::string &name : names.take_front(kShown))
    text += (text.empty() ? "'" : ", '") + name + "'";
  return names.size() > kShown ? text + ", ..." : text;
}

/// What save_parameters() writes has names of the network's structure, which no symbol has.
static std::string whyParametersDoNotFit(const std::vector<std::string> &open,
                                         const Parameters &parameters) {
  if (open.size() < 2 || parameters.empty())
    return "";
  return "; the parameters are called otherwise, '" + parameters.begin()->first +
         "' for one: files of save_parameters() have no symbol, export() writes both";
}

static llvm::Error shapesMissing(const std::vector<std::string> &open, const Parameters &parameters,
                                 bool noneIsRead) {
  bool one = open.size() == 1;
  return llvm::createStringError(
      std::string(one ? "the variable " : "the variables ") + quoted(open) +
      (one ? " has" : " have") +
      " neither values in the parameters nor a shape; an input's is given " + "with --shape " +
      open.front() + "=DIMS" + (noneIsRead ? whyParametersDoNotFit(open, parameters) : ""));
}

llvm::Expected<std::vector<NamedType>> inputTypes(const std::vector<const NodeRecord *> &variables,
                                                  const Parameters &parameters,
                                                  const ImportOptions &options, bool noneIsRead,
                                                  MLIRContext &context) {
  std::vector<std::string> names, open;
  for (const NodeRecord *variable : variables)
    names.push_back(variable->name);
  if (llvm::Error wrong = checkFixedNames(options, names))
    return wrong;
  std::vector<NamedType> types;
  for (const NodeRecord *variable : variables) {
    std::string subject = "input '" + variable->name + "'";
    std::optional<SmallVector<int64_t>> dims = ownShape(*variable);
    auto given = options.shapes.find(variable->name);
    if (!dims && given == options.shapes.end()) {
      open.push_back(variable->name);
      continue;
    }
    if (!dims)
      dims.emplace(given->second.size(), ShapedType::kDynamic);
    llvm::Expected<SmallVector<int64_t>> fixed = fixShape(options, variable->name, subject, *dims);
    if (!fixed)
      return fixed.takeError();
    for (auto [index, size] : llvm::enumerate(*fixed))
      if (size < 0)
        return llvm::createStringError(subject + ": " +
                                       openDimension(variable->name, *fixed, index));
    if (!hasSaneSize(*fixed))
      return llvm::createStringError(subject + ": the shape " + shapeText(*fixed) +
                                     " is too large");
    llvm::Expected<Type> type = elementType(*variable, context);
    if (!type)
      return type.takeError();
    types.push_back({variable->name, RankedTensorType::get(*fixed, *type)});
  }
  if (!open.empty())
    return shapesMissing(open, parameters, noneIsRead);
  return types;
}

} // namespace tandem::mxnet
