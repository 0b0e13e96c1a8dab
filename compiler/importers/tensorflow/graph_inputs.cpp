#include "compiler/graph/types.h"
#include "compiler/importers/common/fixed_shapes.h"
#include "compiler/importers/tensorflow/graph_import.h"

using namespace mlir;

namespace tandem::tensorflow {

llvm::Expected<RankedTensorType> GraphImport::inputType(const ModelInput &input) const {
  std::string subject = "input '" + input.name + "'";
  auto refuse = [&](const Twine &what) { return llvm::createStringError(subject + ": " + what); };
  std::optional<ElementType> type = graphElementType(input.type);
  if (!type || input.type == static_cast<int32_t>(DataType::kDouble))
    return refuse("a tensor of " + typeName(input.type) + " is not supported");
  SmallVector<int64_t> dims;
  auto fixed = options_.shapes.find(input.name);
  if (!input.shape && fixed == options_.shapes.end())
    return refuse("its shape is open, fix it with --shape " + input.name + "=DIMS");
  if (!input.shape) {
    dims.assign(fixed->second.begin(), fixed->second.end());
  } else {
    llvm::Expected<SmallVector<int64_t>> given =
        fixShape(options_, input.name, subject, *input.shape);
    if (!given)
      return given.takeError();
    dims = std::move(*given);
  }
  for (auto [index, size] : llvm::enumerate(dims))
    if (size < 0)
      return refuse(openDimension(input.name, dims, index));
  if (!hasSaneSize(dims))
    return refuse("the shape " + shapeText(dims) + " is too large");
  return RankedTensorType::get(dims, graph::plainType(&context_, *type));
}

llvm::Error GraphImport::makeInputs() {
  std::vector<NamedType> types;
  std::vector<std::string> names;
  std::vector<int> places;
  for (auto [input, place] : llvm::zip(model_.inputs, flat_.fed))
    if (place >= 0 || model_.keepsUnusedInputs)
      names.push_back(input.name);
  if (llvm::Error wrong = checkFixedNames(options_, names))
    return wrong;
  for (auto [input, place] : llvm::zip(model_.inputs, flat_.fed)) {
    if (place < 0 && !model_.keepsUnusedInputs)
      continue;
    llvm::Expected<RankedTensorType> type = inputType(input);
    if (!type)
      return type.takeError();
    types.push_back({input.name, *type});
    places.push_back(place);
  }
  llvm::Expected<MainFunction> main = MainFunction::create(context_, types, options_);
  if (!main)
    return main.takeError();
  main_ = std::move(*main);
  for (auto [place, value] : llvm::zip(places, main_.inputs)) {
    if (place < 0)
      continue;
    states_[place].progress = State::kDone;
    states_[place].outputs = {{Slot::kValue, value}};
  }
  return llvm::Error::success();
}

} // namespace tandem::tensorflow
