#include "compiler/importers/mxnet/model_files.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/Twine.h"

#include <algorithm>
#include <filesystem>
#include <vector>

namespace tandem::mxnet {

namespace fs = std::filesystem;
static constexpr llvm::StringLiteral kSymbolSuffix = "-symbol.json", kJson = ".json",
                                     kParameters = ".params";
static constexpr size_t kEpochDigits = 4;

static bool isFile(const fs::path &path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

/// "name" of "name-0012"; nothing when there is no epoch at the end.
static std::optional<llvm::StringRef> withoutEpoch(llvm::StringRef stem) {
  auto [name, epoch] = stem.rsplit('-');
  if (epoch.size() != kEpochDigits || !llvm::all_of(epoch, llvm::isDigit))
    return std::nullopt;
  return name;
}

/// Files "name-NNNN.params" of a folder, sorted.
static std::vector<std::string> epochsOf(const fs::path &folder, llvm::StringRef name) {
  std::vector<std::string> found;
  std::error_code stop; // a folder that cannot be read holds nothing for us
  for (fs::directory_iterator entry(folder.empty() ? "." : folder, stop), end;
       !stop && entry != end; entry.increment(stop)) {
    std::string file = entry->path().filename().string();
    llvm::StringRef stem = file;
    if (stem.consume_back(kParameters) && withoutEpoch(stem) == name)
      found.push_back(file);
  }
  std::sort(found.begin(), found.end());
  return found;
}

llvm::Expected<std::string> parametersBeside(llvm::StringRef symbolPath) {
  fs::path path(symbolPath.str()), folder = path.parent_path();
  std::string file = path.filename().string();
  llvm::StringRef name = file;
  if (!name.consume_back(kSymbolSuffix))
    name.consume_back(kJson);
  std::vector<std::string> epochs = epochsOf(folder, name);
  if (epochs.size() == 1)
    return (folder / epochs.front()).string();
  if (epochs.size() > 1)
    return llvm::createStringError("several files have its parameters, name the one to take: " +
                                   llvm::join(epochs, ", "));
  if (fs::path plain = folder / (name + kParameters).str(); isFile(plain))
    return plain.string();
  return llvm::createStringError("the parameters '" + name + "-0000" + kParameters +
                                 "' (or another epoch's) are not beside it");
}

llvm::Expected<std::string> symbolBeside(llvm::StringRef parametersPath) {
  fs::path path(parametersPath.str()), folder = path.parent_path();
  std::string file = path.filename().string();
  llvm::StringRef stem = file;
  stem.consume_back(kParameters);
  llvm::StringRef name = withoutEpoch(stem).value_or(stem);
  for (llvm::StringRef suffix : {kSymbolSuffix, kJson})
    if (fs::path symbol = folder / (name + suffix).str(); isFile(symbol))
      return symbol.string();
  return llvm::createStringError("the symbol '" + name + kSymbolSuffix + "' is not beside it");
}

} // namespace tandem::mxnet
