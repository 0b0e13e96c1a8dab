#include "compiler/importers/torch/script/archive.h"

namespace tandem::torch::script {

namespace {

/// The folder that all files of an archive are in: "resnet18/".
std::string rootOf(const ZipFile &zip) {
  for (const auto &[name, index] : zip.entries()) {
    llvm::StringRef path = name;
    if (path.consume_back("data.pkl") && (path.empty() || path.count('/') == 1))
      return path.str();
  }
  return "";
}

/// Files of mobile archives may have a tensor of the module among the constants.
llvm::Expected<Bytes> readStorage(const ZipFile &zip, const std::string &root,
                                  llvm::StringRef folder, const std::string &storage) {
  for (llvm::StringRef each : {folder, llvm::StringRef("data/"), llvm::StringRef("constants/")})
    if (zip.has(root + each.str() + storage))
      return zip.read(root + each.str() + storage);
  return zip.read(root + folder.str() + storage);
}

llvm::Expected<PickleFile> readPickleFile(const ZipFile &zip, const std::string &root,
                                          const std::string &name, llvm::StringRef folder) {
  llvm::Expected<Bytes> bytes = zip.read(root + name);
  if (!bytes)
    return bytes.takeError();
  llvm::Expected<Pickle> pickle = readPickle(**bytes);
  if (!pickle)
    return llvm::createStringError("'" + name + "': " + llvm::toString(pickle.takeError()));
  PickleFile file{std::move(*pickle), {}};
  for (const PickledValue &value : file.pickle.values) {
    if (value.kind != PickledValue::kTensor)
      continue;
    auto [storage, isNew] = file.storages.try_emplace(value.tensor->storage);
    if (!isNew)
      continue;
    llvm::Expected<Bytes> data = readStorage(zip, root, folder, value.tensor->storage);
    if (!data)
      return data.takeError();
    storage->second = std::move(*data);
  }
  return file;
}

llvm::Error checkByteOrder(const ZipFile &zip, const std::string &root) {
  if (!zip.has(root + "byteorder"))
    return llvm::Error::success();
  llvm::Expected<Bytes> order = zip.read(root + "byteorder");
  if (!order)
    return order.takeError();
  if (**order != "little")
    return llvm::createStringError("the archive has byte order '" + **order +
                                   "', only 'little' is supported");
  return llvm::Error::success();
}

bool isCode(llvm::StringRef path) {
  return path.ends_with(".py") && (path.starts_with("code/") || path.contains("/code/"));
}

} // namespace

bool hasCode(const ZipFile &zip) {
  return llvm::any_of(zip.entries(), [](const auto &entry) { return isCode(entry.first); });
}

llvm::Expected<Archive> readArchive(const ZipFile &zip) {
  std::string root = rootOf(zip);
  if (llvm::Error error = checkByteOrder(zip, root))
    return error;
  Archive archive;
  for (const auto &[name, index] : zip.entries()) {
    llvm::StringRef path = name;
    if (!isCode(path) || !path.consume_front(root))
      continue;
    llvm::Expected<Bytes> code = zip.read(name);
    if (!code)
      return code.takeError();
    archive.code.emplace(path.str(), std::move(*code));
  }
  llvm::Expected<PickleFile> module = readPickleFile(zip, root, "data.pkl", "data/");
  if (!module)
    return module.takeError();
  archive.module = std::move(*module);
  if (zip.has(root + "constants.pkl")) {
    llvm::Expected<PickleFile> constants = readPickleFile(zip, root, "constants.pkl", "constants/");
    if (!constants)
      return constants.takeError();
    archive.constants = std::move(*constants);
  } else {
    archive.constants.pickle.values.push_back({PickledValue::kTuple});
  }
  if (zip.has(root + "traced_inputs.pkl")) {
    llvm::Expected<Bytes> bytes = zip.read(root + "traced_inputs.pkl");
    if (!bytes)
      return bytes.takeError();
    llvm::Expected<Pickle> inputs = readPickle(**bytes);
    if (inputs) // without them the shapes are asked for
      archive.inputs = std::move(*inputs);
    else
      llvm::consumeError(inputs.takeError());
  }
  for (const PickleFile *file : {&archive.module, &archive.constants})
    for (const auto &[name, bytes] : file->storages)
      archive.storedBytes += bytes->size();
  return archive;
}

} // namespace tandem::torch::script
