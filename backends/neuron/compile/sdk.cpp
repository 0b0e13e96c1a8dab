#include "backends/neuron/compile/sdk.h"

#include "backends/neuron/client/network.h"

#include <cstdlib>

namespace tandem::neuron {
namespace {

/// What the library is to blame for, and no bug here.
llvm::Error refuse(const std::string &message) {
  return llvm::createStringError(std::make_error_code(std::errc::no_such_device), message);
}
llvm::Error asError(const Error &error) {
  return refuse((error.subject.empty() ? "" : error.subject + ": ") + error.message);
}

/// The weights, where the bundle will have them; values in the arena are of no concern here.
std::vector<Buffer> buffersOf(const ModelBuilder &builder) {
  std::vector<Buffer> buffers;
  for (const ModelBuilder::BufferInfo &info : builder.buffers()) {
    Buffer buffer = {.size = info.size, .isConstant = info.constant};
    if (info.constant) // read only, though the ABI of buffers does not say so
      buffer.data = reinterpret_cast<std::byte *>(
          const_cast<char *>(builder.weights().data() + info.weightsOffset));
    buffers.push_back(buffer);
  }
  return buffers;
}

Result<std::unique_ptr<artifact::StoredNetworkT>>
compile(const Library &library, llvm::StringRef bytes, llvm::StringRef region,
        const ModelBuilder &builder, const Settings &settings) {
  Place place = {.path = library.path(), .region = region.str()};
  std::vector<Buffer> buffers = buffersOf(builder);
  TANDEM_ASSIGN_OR_RETURN(
      const artifact::Artifact *artifact,
      checkArtifact(std::as_bytes(std::span(bytes.data(), bytes.size())), buffers, place));
  TANDEM_ASSIGN_OR_RETURN(Network network, compileNetwork(library, *artifact, buffers, place));
  auto stored = std::make_unique<artifact::StoredNetworkT>();
  TANDEM_ASSIGN_OR_RETURN(stored->network, storeNetwork(library, network, place));
  Version version = library.version();
  stored->version =
      std::make_unique<artifact::Version>(version.major, version.minor, version.patch);
  stored->soc = settings.soc;
  return stored;
}

} // namespace

llvm::Expected<std::unique_ptr<artifact::StoredNetworkT>>
compileWithSdk(llvm::StringRef artifact, llvm::StringRef region, const ModelBuilder &builder,
               const Settings &settings, const Processor &processor) {
  // How the vendor's own tools tell the kit's library what to compile for.
  if (!settings.soc.empty())
    setenv("MTKNN_ADAPTER_DLA_PLATFORM", settings.soc.c_str(), /*overwrite=*/0);
  auto library = Library::open(settings.sdkLibrary);
  if (!library.ok())
    return asError(library.error());
  Version version = (*library)->version();
  if (std::optional<Version> wanted = Version::parse(processor.version);
      wanted && *wanted != version)
    return refuse(settings.sdkLibrary + ": the library is Neuron " + version.text() +
                  ", the processor '" + processor.name + "' of the device has " + wanted->text());
  auto stored = compile(**library, artifact, region, builder, settings);
  if (!stored.ok())
    return asError(stored.error());
  return std::move(stored).value();
}

} // namespace tandem::neuron
