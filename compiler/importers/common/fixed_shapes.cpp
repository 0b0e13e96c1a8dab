#include "compiler/importers/common/fixed_shapes.h"

#include "llvm/ADT/StringExtras.h"

namespace tandem {

llvm::Error optionError(const llvm::Twine &message) {
  return llvm::createStringError(std::make_error_code(std::errc::invalid_argument), message);
}

llvm::Error checkFixedNames(const ImportOptions &options, llvm::ArrayRef<std::string> inputs) {
  auto check = [&](llvm::StringRef option, const auto &given) -> llvm::Error {
    for (const auto &fixed : given)
      if (!llvm::is_contained(inputs, fixed.getKey()))
        return optionError(option + " names '" + fixed.getKey() + "', the model's inputs are " +
                           llvm::join(inputs, ", "));
    return llvm::Error::success();
  };
  if (llvm::Error wrong = check("--shape", options.shapes))
    return wrong;
  return check("--value", options.values);
}

llvm::Expected<llvm::SmallVector<int64_t>> fixShape(const ImportOptions &options,
                                                    llvm::StringRef input, llvm::StringRef subject,
                                                    llvm::ArrayRef<int64_t> dims) {
  auto fixed = options.shapes.find(input);
  if (fixed == options.shapes.end())
    return llvm::SmallVector<int64_t>(dims);
  llvm::ArrayRef<int64_t> given = fixed->second;
  if (given.size() != dims.size())
    return optionError(subject + ": --shape gives " + llvm::Twine(given.size()) +
                       " dimensions, the model has " + llvm::Twine(dims.size()));
  for (size_t i = 0; i < dims.size(); ++i)
    if (dims[i] >= 0 && given[i] != dims[i])
      return optionError(subject + ": --shape gives dimension " + llvm::Twine(i) + " as " +
                         llvm::Twine(given[i]) + ", the model has " + llvm::Twine(dims[i]));
  return llvm::SmallVector<int64_t>(given);
}

std::string openDimension(llvm::StringRef input, llvm::ArrayRef<int64_t> dims, size_t index,
                          llvm::StringRef symbol) {
  std::string shape;
  for (int64_t size : dims)
    shape += (shape.empty() ? "" : "x") + (size < 0 ? "?" : std::to_string(size));
  return "dimension " + std::to_string(index) + " of " + shape + " is open" +
         (symbol.empty() ? "" : " (" + symbol.str() + ")") + ", fix it with --shape " +
         input.str() + "=DIMS";
}

} // namespace tandem
