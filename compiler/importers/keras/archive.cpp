#include "compiler/importers/keras/archive.h"

namespace tandem::keras {

static constexpr llvm::StringLiteral kConfig = "config.json", kMetadata = "metadata.json",
                                     kWeights = "model.weights.h5";

bool isKerasArchive(std::string_view bytes) {
  if (!ZipFile::hasSignature(bytes))
    return false;
  llvm::Expected<ZipFile> zip = ZipFile::open(bytes, "the file");
  if (!zip) {
    llvm::consumeError(zip.takeError());
    return false;
  }
  return zip->has(kConfig) && zip->has(kMetadata);
}

static llvm::Expected<Json> readJson(const ZipFile &zip, llvm::StringRef name) {
  llvm::Expected<Bytes> text = zip.read(name);
  if (!text)
    return text.takeError();
  return parseJson(**text, ("'" + name + "'").str());
}

llvm::Expected<Archive> readArchive(std::string_view bytes) {
  llvm::Expected<ZipFile> zip = ZipFile::open(bytes, "the .keras file");
  if (!zip)
    return zip.takeError();
  llvm::Expected<Json> config = readJson(*zip, kConfig);
  if (!config)
    return config.takeError();
  llvm::Expected<Json> metadata = readJson(*zip, kMetadata);
  if (!metadata)
    return metadata.takeError();
  Archive archive;
  archive.config = std::move(*config);
  (void)stringMember(*metadata, "keras_version")
      .split('.')
      .first.getAsInteger(10, archive.kerasMajor);
  if (!zip->has(kWeights))
    return archive;
  archive.weights = zip->inPlace(kWeights);
  if (archive.weights)
    return archive;
  llvm::Expected<Bytes> weights = zip->read(kWeights);
  if (!weights)
    return weights.takeError();
  archive.unpacked = std::move(*weights);
  archive.weights = *archive.unpacked;
  return archive;
}

} // namespace tandem::keras
