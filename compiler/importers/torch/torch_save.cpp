#include "compiler/importers/torch/torch_save.h"

#include "compiler/importers/torch/pickle.h"

namespace tandem::torch {

llvm::Expected<std::map<std::string, StoredTensor>> readTorchSave(std::string_view bytes,
                                                                  llvm::StringRef what) {
  llvm::Expected<ZipFile> zip = ZipFile::open(bytes, what);
  if (!zip)
    return zip.takeError();
  std::string root;
  for (const auto &[name, index] : zip->entries())
    if (llvm::StringRef(name).ends_with("/data.pkl"))
      root = name.substr(0, name.size() - strlen("data.pkl"));
  llvm::Expected<Bytes> pickle = zip->read(root + "data.pkl");
  if (!pickle)
    return pickle.takeError();
  if (zip->has(root + "byteorder")) {
    llvm::Expected<Bytes> order = zip->read(root + "byteorder");
    if (!order)
      return order.takeError();
    if (**order != "little")
      return llvm::createStringError(what + " has byte order '" + **order +
                                     "', only 'little' is supported");
  }
  llvm::Expected<std::map<std::string, PickledTensor>> pickled = readTensorPickle(**pickle);
  if (!pickled)
    return llvm::createStringError(what + ": " + llvm::toString(pickled.takeError()));

  std::map<std::string, Bytes> storages; // several tensors may share one
  std::map<std::string, StoredTensor> tensors;
  for (auto &[name, tensor] : *pickled) {
    auto [storage, isNew] = storages.try_emplace(tensor.storage);
    if (isNew) {
      llvm::Expected<Bytes> data = zip->read(root + "data/" + tensor.storage);
      if (!data)
        return data.takeError();
      storage->second = std::move(*data);
    }
    tensors[name] = {tensor.type, tensor.sizes, tensor.strides, tensor.offset, storage->second};
  }
  return tensors;
}

} // namespace tandem::torch
