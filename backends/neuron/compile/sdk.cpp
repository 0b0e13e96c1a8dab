#include "backends/neuron/compile/sdk.h"

#include "backends/neuron/client/network.h"
#include "backends/neuron/client/worker.h"

#include <cstdlib>
#include <optional>

namespace tandem::neuron {
namespace {

/// What the library works on. It has copies, since a library that hangs keeps it for ever.
struct Job {
  std::string artifact, region, sdkLibrary, soc, processor, wantedVersion;
  std::vector<std::byte> weights;
  std::vector<Buffer> buffers;
  std::optional<Result<std::unique_ptr<artifact::StoredNetworkT>>> result;
};

/// The weights, where the bundle will have them; values in the arena are of no concern here.
void copyBuffers(const ModelBuilder &builder, Job &job) {
  auto bytes = std::as_bytes(std::span(builder.weights().data(), builder.weights().size()));
  job.weights.assign(bytes.begin(), bytes.end());
  for (const ModelBuilder::BufferInfo &info : builder.buffers()) {
    Buffer buffer = {.size = info.size, .isConstant = info.constant};
    if (info.constant)
      buffer.data = job.weights.data() + info.weightsOffset;
    job.buffers.push_back(buffer);
  }
}

Result<std::unique_ptr<artifact::StoredNetworkT>> compile(const Job &job) {
  TANDEM_ASSIGN_OR_RETURN(std::shared_ptr<const Library> library, Library::open(job.sdkLibrary));
  Version version = library->version();
  if (std::optional<Version> wanted = Version::parse(job.wantedVersion);
      wanted && *wanted != version)
    return Error(Code::kUnavailable, job.sdkLibrary, "the library is Neuron ", version.text(),
                 ", the processor '", job.processor, "' of the device has ", wanted->text());
  Place place = {.path = library->path(), .region = job.region};
  TANDEM_ASSIGN_OR_RETURN(
      const artifact::Artifact *artifact,
      checkArtifact(std::as_bytes(std::span(job.artifact)), job.buffers, place));
  TANDEM_ASSIGN_OR_RETURN(Network network, compileNetwork(*library, *artifact, job.buffers, place));
  auto stored = std::make_unique<artifact::StoredNetworkT>();
  TANDEM_ASSIGN_OR_RETURN(stored->network, storeNetwork(*library, network, place));
  stored->version =
      std::make_unique<artifact::Version>(version.major, version.minor, version.patch);
  stored->soc = job.soc;
  return stored;
}

Result<std::unique_ptr<artifact::StoredNetworkT>>
compileInTime(std::shared_ptr<Job> job, std::chrono::microseconds deadline) {
  TANDEM_ASSIGN_OR_RETURN(Worker worker, Worker::start(job));
  auto work = [](void *context) {
    Job &mine = *static_cast<Job *>(context);
    mine.result = compile(mine);
  };
  if (!worker.run(work, deadline))
    return Error(Code::kUnavailable, job->sdkLibrary, "neuron: region '", job->region,
                 "': the library has not compiled it in ", deadline.count() / 1000,
                 " ms (--option neuron.load-deadline-ms=N gives it longer)");
  return std::move(*job->result);
}

} // namespace

llvm::Expected<std::unique_ptr<artifact::StoredNetworkT>>
compileWithSdk(llvm::StringRef artifact, llvm::StringRef region, const ModelBuilder &builder,
               const Settings &settings, const Processor &processor,
               std::chrono::microseconds deadline) {
  // How the vendor's own tools tell the kit's library what to compile for.
  if (!settings.soc.empty())
    setenv("MTKNN_ADAPTER_DLA_PLATFORM", settings.soc.c_str(), /*overwrite=*/0);
  auto job = std::make_shared<Job>();
  job->artifact = artifact.str();
  job->region = region.str();
  job->sdkLibrary = settings.sdkLibrary;
  job->soc = settings.soc;
  job->processor = processor.name;
  job->wantedVersion = processor.version;
  copyBuffers(builder, *job);
  auto stored = compileInTime(std::move(job), deadline);
  if (stored.ok())
    return std::move(stored).value();
  // The library is to blame, and no bug here.
  return llvm::createStringError(
      std::make_error_code(std::errc::no_such_device),
      (stored.error().subject.empty() ? "" : stored.error().subject + ": ") +
          stored.error().message);
}

} // namespace tandem::neuron
