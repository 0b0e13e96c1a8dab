#include "compiler/importers/onnx/external_files.h"

#include "compiler/importers/common/excerpt.h"

#include <filesystem>

namespace tandem::onnx {

ExternalFiles::ExternalFiles(llvm::StringRef modelPath)
    : folder_(std::filesystem::path(modelPath.str()).parent_path().string()) {}

/// A path that stays below the folder it starts from, as it is written: symbolic links are the
/// user's own, and caches of models consist of them.
static bool staysBelow(const std::filesystem::path &path) {
  if (path.empty() || path.is_absolute() || path.has_root_path())
    return false;
  return std::none_of(path.begin(), path.end(), [](const auto &part) { return part == ".."; });
}

llvm::Expected<llvm::ArrayRef<char>> ExternalFiles::map(const std::string &location) {
  if (location.find('\0') != std::string::npos || !staysBelow(location))
    return llvm::createStringError("its elements are in the file '" +
                                   excerpt(location, kMostOfPhrase) +
                                   "', which is not below the model's folder");
  auto known = files_.find(location);
  if (known == files_.end()) {
    Result<MappedFile> file =
        MappedFile::open((std::filesystem::path(folder_) / location).string());
    if (!file.ok())
      return llvm::createStringError("its elements are in another file: " + file.error().text());
    known = files_.emplace(location, std::move(*file)).first;
  }
  return llvm::ArrayRef<char>(known->second.text().data(), known->second.text().size());
}

llvm::Expected<llvm::ArrayRef<char>> ExternalFiles::read(const proto::TensorProto &tensor) {
  std::string location;
  uint64_t offset = 0, length = UINT64_MAX; // to the end
  for (const proto::StringStringEntryProto &entry : tensor.external_data()) {
    llvm::StringRef value = entry.value();
    if (entry.key() == "location")
      location = entry.value();
    else if ((entry.key() == "offset" && value.getAsInteger(10, offset)) ||
             (entry.key() == "length" && value.getAsInteger(10, length)))
      return llvm::createStringError("'" + entry.key() + "' of its external data is '" +
                                     value.take_front(40) + "', expected a number");
  }
  llvm::Expected<llvm::ArrayRef<char>> bytes = map(location);
  if (!bytes)
    return bytes.takeError();
  if (offset > bytes->size() || (length != UINT64_MAX && length > bytes->size() - offset))
    return llvm::createStringError("its external data is " + llvm::Twine(length) + " bytes at " +
                                   llvm::Twine(offset) + ", the file '" + location + "' has " +
                                   llvm::Twine(bytes->size()));
  return bytes->drop_front(offset).take_front(length);
}

} // namespace tandem::onnx
