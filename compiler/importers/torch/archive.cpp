#include "compiler/importers/torch/archive.h"

#include "compiler/importers/torch/torch_save.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/Twine.h"

namespace tandem::torch {

namespace {
using Tensors = std::map<std::string, StoredTensor>;

constexpr llvm::StringLiteral kOldProgram = "serialized_exported_program.json";
constexpr llvm::StringLiteral kModelsFolder = "models/";

/// The programs of an archive, as paths. One is usual.
llvm::SmallVector<std::string> programPaths(const ZipFile &zip) {
  llvm::SmallVector<std::string> paths;
  for (const auto &[path, index] : zip.entries()) {
    llvm::StringRef name = path;
    size_t folder = name.find(kModelsFolder);
    bool isInModels = folder == 0 || (folder != llvm::StringRef::npos && name[folder - 1] == '/');
    if (name == kOldProgram || (isInModels && name.ends_with(".json")))
      paths.push_back(path);
  }
  return paths;
}

llvm::Expected<Tensors> readSaved(const ZipFile &zip, const std::string &path) {
  llvm::Expected<Bytes> bytes = zip.read(path);
  if (!bytes)
    return bytes.takeError();
  if ((*bytes)->empty()) // nothing was to be saved
    return Tensors();
  return readTorchSave(**bytes, "'" + path + "'");
}

/// A tensor saved by itself, as subclasses of torch.Tensor are.
llvm::Expected<StoredTensor> readSavedTensor(const ZipFile &zip, const std::string &path) {
  llvm::Expected<Tensors> tensors = readSaved(zip, path);
  if (!tensors)
    return tensors.takeError();
  auto tensor = tensors->find("");
  if (tensor == tensors->end())
    return llvm::createStringError("'" + path + "' does not hold a tensor");
  return std::move(tensor->second);
}

/// {"config": {"conv.weight": {"path_name": "weight_0", "tensor_meta": {...}, ...}}}
llvm::Expected<Tensors> readConfigured(const ZipFile &zip, const std::string &folder,
                                       const std::string &configPath) {
  llvm::Expected<Bytes> text = zip.read(configPath);
  if (!text)
    return text.takeError();
  llvm::Expected<Json> config = parseJson(**text, "'" + configPath + "'");
  if (!config)
    return config.takeError();
  const Json *entries = member(*config, "config");
  if (!entries || !entries->is_object())
    return llvm::createStringError("'" + configPath + "' has no 'config'");
  std::map<std::string, Bytes> files; // tensors that share memory share a file
  Tensors tensors;
  for (const auto &[name, entry] : entries->items()) {
    std::string file = stringMember(entry, "path_name").str();
    const Json *usesPickle = member(entry, "use_pickle");
    if (usesPickle && asBool(*usesPickle).value_or(false)) {
      llvm::Expected<StoredTensor> tensor = readSavedTensor(zip, folder + file);
      if (!tensor)
        return tensor.takeError();
      tensors.emplace(name, std::move(*tensor));
      continue;
    }
    const Json *metaJson = member(entry, "tensor_meta");
    if (!metaJson) // an object that is no tensor; missed when a node asks for it
      continue;
    std::optional<TensorMeta> meta = parseTensorMeta(*metaJson);
    if (!meta || file.empty())
      return llvm::createStringError("'" + configPath + "' describes '" + name +
                                     "' in an unknown form");
    auto [bytes, isNew] = files.try_emplace(file);
    if (isNew) {
      llvm::Expected<Bytes> read = zip.read(folder + file);
      if (!read)
        return read.takeError();
      bytes->second = std::move(*read);
    }
    tensors[name] = {meta->type, meta->sizes, meta->strides, meta->offset, bytes->second};
  }
  return tensors;
}

/// `kind` is "weights" or "constants".
llvm::Expected<Tensors> readTensors(const ZipFile &zip, const std::string &root,
                                    const std::string &model, const std::string &kind) {
  std::string folder = root + "data/" + kind + "/";
  if (zip.has(folder + model + ".pt"))
    return readSaved(zip, folder + model + ".pt");
  return readConfigured(zip, folder, folder + model + "_" + kind + "_config.json");
}

llvm::Error checkSchema(const Json &program) {
  constexpr int64_t kMajor = 8;
  const Json *version = member(program, "schema_version");
  const Json *major = version ? member(*version, "major") : nullptr;
  std::optional<int64_t> number = major ? asInt(*major) : std::nullopt;
  if (!number)
    return llvm::createStringError("the program has no schema version: it is not of torch.export");
  if (*number != kMajor)
    return llvm::createStringError("the program has schema version " + llvm::Twine(*number) +
                                   ", only " + llvm::Twine(kMajor) +
                                   " of PyTorch 2.6 and later is supported");
  return llvm::Error::success();
}
} // namespace

/// What torch.save() and torch.jit.save() write has a pickle in a folder of the archive's name.
static bool hasPickle(const ZipFile &zip) {
  return llvm::any_of(zip.entries(), [](const auto &entry) {
    return llvm::StringRef(entry.first).ends_with("/data.pkl");
  });
}

bool isTorchArchive(std::string_view bytes) {
  if (!ZipFile::hasSignature(bytes))
    return false;
  llvm::Expected<ZipFile> zip = ZipFile::open(bytes, "the archive");
  if (!zip) {
    llvm::consumeError(zip.takeError());
    return false;
  }
  return !programPaths(*zip).empty() || hasPickle(*zip);
}

bool isPickle(std::string_view bytes) {
  constexpr char kProtocol = '\x80', kNewest = 5;
  return bytes.size() > 1 && bytes[0] == kProtocol && bytes[1] >= 2 && bytes[1] <= kNewest;
}

llvm::Error refusePickle() {
  return llvm::createStringError(
      "it holds weights alone, or a model pickled by torch.save: save the model with "
      "torch.export.save(torch.export.export(model, inputs), 'm.pt2'), or by torch.jit.trace and "
      "torch.jit.save");
}

llvm::Expected<Archive> readArchive(std::string_view bytes, const std::function<void()> &release) {
  llvm::Expected<ZipFile> zip = ZipFile::open(bytes, "the archive", release);
  if (!zip)
    return zip.takeError();
  llvm::SmallVector<std::string> paths = programPaths(*zip);
  if (paths.empty() && hasPickle(*zip))
    return refusePickle();
  if (paths.empty())
    return llvm::createStringError("the zip archive has no program of torch.export in it");
  if (paths.size() > 1)
    return llvm::createStringError("the archive has " + llvm::Twine(paths.size()) +
                                   " programs, only one is supported: '" + paths[0] + "', '" +
                                   paths[1] + "'" + (paths.size() > 2 ? ", ..." : ""));
  const std::string &path = paths.front();
  llvm::Expected<Bytes> text = zip->read(path);
  if (!text)
    return text.takeError();
  llvm::Expected<Json> program = parseJson(**text, "'" + path + "'");
  if (!program)
    return program.takeError();
  if (llvm::Error error = checkSchema(*program))
    return error;

  bool isOld = path == kOldProgram;
  std::string root, model;
  if (!isOld) {
    size_t folder = path.rfind(kModelsFolder);
    root = path.substr(0, folder);
    model = llvm::StringRef(path).substr(folder + kModelsFolder.size()).drop_back(5).str();
  }
  llvm::Expected<Tensors> weights = isOld ? readSaved(*zip, "serialized_state_dict.pt")
                                          : readTensors(*zip, root, model, "weights");
  if (!weights)
    return weights.takeError();
  llvm::Expected<Tensors> constants = isOld ? readSaved(*zip, "serialized_constants.pt")
                                            : readTensors(*zip, root, model, "constants");
  if (!constants)
    return constants.takeError();
  return Archive{std::move(*program), std::move(*weights), std::move(*constants)};
}

} // namespace tandem::torch
