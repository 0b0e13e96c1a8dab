#include "compiler/driver/compile_module.h"

#include "base/closest.h"

#include "bundle/reader.h"
#include "compiler/codegen/isa.h"
#include "compiler/driver/bundle_model.h"
#include "compiler/driver/diagnostics.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace tandem {
namespace {

/// What the settings name, found.
struct Target {
  DeviceProfile device;
  std::vector<Candidate> candidates;
};

const Backend *findBackend(StringRef name) {
  auto found = llvm::find_if(backends(), [&](const Backend *b) { return b->name() == name; });
  return found == backends().end() ? nullptr : *found;
}

Error noBackend(StringRef name) {
  return Error(Code::kInvalidArgument, "", "no backend is called '", name.str(), "'",
               didYouMean(name, backendNames()), "; this build has ",
               llvm::join(backendNames(), ", "));
}

std::string nameOf(const Candidate &candidate) {
  return candidate.backend->name().str();
}

Result<Target> findTarget(const CompileSettings &settings) {
  TANDEM_ASSIGN_OR_RETURN(DeviceProfile device, findProfile(settings.device));
  Target target = {.device = std::move(device), .candidates = {}};
  for (const std::string &name :
       settings.backends.empty() ? target.device.backends() : settings.backends) {
    const Backend *backend = findBackend(name);
    if (!backend && settings.backends.empty()) // the profile names it, and not the user
      return Error(Code::kUnsupported, settings.device, "needs backend '", name,
                   "'; this build has ", llvm::join(backendNames(), ", "));
    if (!backend)
      return noBackend(name);
    const Processor *processor = target.device.processorOf(name);
    if (!processor)
      return Error(Code::kInvalidArgument, "", "device '", target.device.name,
                   "' has no processor for backend '", name, "', only for ",
                   llvm::join(target.device.backends(/*withOnRequest=*/true), ", "));
    target.candidates.push_back({backend, processor});
  }
  return target;
}

/// The settings of one backend out of those of all.
std::map<std::string, std::string> settingsOf(StringRef backend, const CompileSettings &settings) {
  std::map<std::string, std::string> own;
  for (const auto &[key, value] : settings.options)
    if (auto [owner, name] = StringRef(key).split('.'); owner == backend)
      own[name.str()] = value;
  return own;
}

Result<const codegen::Architecture *> architectureOf(const std::string &name) {
  if (const codegen::Architecture *found = codegen::findArchitecture(name))
    return found;
  std::string known;
  for (const codegen::Architecture &architecture : codegen::architectures())
    known += (known.empty() ? "" : ", ") + architecture.name.str();
  return Error(Code::kInvalidArgument, "", "no target is called '", name,
               "'; this build generates code for ", known);
}

/// Those asked for, or all of the targets.
std::vector<std::string> isasFor(const CompileSettings &settings) {
  if (!settings.isas.empty())
    return settings.isas;
  std::vector<std::string> isas;
  auto add = [&](const codegen::Architecture &architecture) {
    for (const codegen::Isa *isa : codegen::isasOf(architecture))
      if (!llvm::is_contained(isas, isa->name)) // a target may be named twice
        isas.push_back(isa->name.str());
  };
  for (const std::string &target : settings.targets)
    add(**architectureOf(target)); // checkSettings() has asked
  if (isas.empty())
    add(codegen::hostArchitecture());
  return isas;
}

CompileOptions optionsFor(const Candidate &candidate, const CompileSettings &settings) {
  return {.isas = isasFor(settings),
          .processor = candidate.processor,
          .settings = settingsOf(candidate.backend->name(), settings)};
}

Error noIsa(StringRef name) {
  return Error(Code::kInvalidArgument, "", "no instruction set is called '", name.str(),
               "'; this build generates code for ", codegen::isaNames());
}

/// Every option is of a backend that is used.
Status checkOwners(const CompileSettings &settings, const Target &target) {
  std::vector<std::string> used;
  for (const Candidate &candidate : target.candidates)
    used.push_back(candidate.backend->name().str());
  for (const auto &[key, value] : settings.options)
    if (!llvm::is_contained(used, StringRef(key).split('.').first.str()))
      return Error(Code::kInvalidArgument, "", "option '", key,
                   "' is of no backend that is used, only ", llvm::join(used, ", "),
                   " are; choose others by --backends or --device");
  return Status();
}

/// Compiles regions into the blobs of a bundle.
class RegionCompiler {
public:
  RegionCompiler(const ModelOrigin &origin, const CompileSettings &settings, const Target &target,
                 const DiagnosticCollector &diagnostics, bundle::Writer &writer)
      : origin_(origin), settings_(settings), target_(target), diagnostics_(diagnostics),
        writer_(writer) {}

  /// All regions, in order of execution.
  Result<std::vector<bundle::RegionT>> compile(const Partition &partition) {
    std::vector<bundle::RegionT> entries;
    for (const PlacedRegion &placed : partition.regions) {
      if (settings_.progress)
        settings_.progress("compiling " + placed.region.name,
                           0.3 + 0.6 * static_cast<double>(entries.size()) /
                                     static_cast<double>(partition.regions.size()));
      // The fallback comes first: it may give values of the region a common buffer, which has to be
      // known before anyone asks for it. Both use the region's inputs and outputs, so these live as
      // long as both.
      TANDEM_ASSIGN_OR_RETURN(auto fallback, compileFallback(placed));
      TANDEM_ASSIGN_OR_RETURN(bundle::RegionT entry,
                              compileOne(placed.region, {placed.backend, placed.processor}));
      entry.fallback = std::move(fallback);
      entry.predicted_us =
          static_cast<float>(placed.computeUs + placed.cost.dispatchUs + placed.cost.transferUs);
      entries.push_back(std::move(entry));
    }
    return entries;
  }

  ModelBuilder &builder() { return builder_; }

private:
  Result<bundle::RegionT> compileOne(const Region &region, const Candidate &candidate) {
    auto artifact = candidate.backend->compile(region, builder_, optionsFor(candidate, settings_));
    if (!artifact)
      return diagnostics_.error(origin_.path, Code::kInternal, artifact.takeError());
    return describeRegion(region, *candidate.backend, writer_.addBlob(*artifact));
  }

  /// By the candidates that cannot fail, if there are any, with the help of the device's others
  /// that cannot: a frame is worth more than a choice of backends. None when they do not run all of
  /// it.
  Result<std::vector<std::unique_ptr<bundle::RegionT>>>
  compileFallback(const PlacedRegion &placed) {
    std::vector<std::unique_ptr<bundle::RegionT>> entries;
    if (!placed.backend->mayFail())
      return entries;
    std::vector<Candidate> safe;
    for (const Candidate &candidate : target_.candidates)
      if (!candidate.backend->mayFail())
        safe.push_back(candidate);
    if (safe.empty())
      return entries;
    for (const std::string &name : target_.device.backends()) {
      const Backend *backend = findBackend(name);
      bool isThere = llvm::any_of(safe, [&](const Candidate &c) { return c.backend == backend; });
      if (backend && !backend->mayFail() && !isThere)
        safe.push_back({backend, target_.device.processorOf(name)});
    }
    llvm::Expected<std::vector<SubRegion>> parts = splitRegion(placed.region, safe);
    if (!parts) {
      llvm::consumeError(parts.takeError()); // then there is none, which the bundle says
      return entries;
    }
    for (SubRegion &part : *parts) {
      part.region.name = placed.region.name + "/" + part.region.name;
      TANDEM_ASSIGN_OR_RETURN(bundle::RegionT entry, compileOne(part.region, part.candidate));
      entries.push_back(std::make_unique<bundle::RegionT>(std::move(entry)));
    }
    return entries;
  }

  const ModelOrigin &origin_;
  const CompileSettings &settings_;
  const Target &target_;
  const DiagnosticCollector &diagnostics_;
  bundle::Writer &writer_;
  ModelBuilder builder_;
};

/// Inputs stay as the user wrote them, for the next run too; results stay until the end.
void keepBordersAlive(func::FuncOp function, ModelBuilder &builder) {
  int64_t end = builder.steps();
  for (BlockArgument argument : function.getArguments())
    builder.markLive(builder.bufferOf(argument), 0, end);
  for (Value result : function.getBody().front().getTerminator()->getOperands())
    builder.markLive(builder.bufferOf(result), end, end);
}

/// A bundle that no reader would take is never written: opened as a session would.
Status checkOwnBundle(const std::vector<std::byte> &bytes, const std::string &path) {
  constexpr size_t kAlignment = 64; // as a mapped file has it
  llvm::SmallVector<std::byte> padded(bytes.size() + kAlignment);
  size_t skip = llvm::offsetToAlignedAddr(padded.data(), llvm::Align(kAlignment));
  llvm::copy(bytes, padded.begin() + skip);
  auto reader = bundle::Reader::openBytes({padded.data() + skip, bytes.size()}, path);
  if (!reader.ok())
    return Error(Code::kInternal, path, "the bundle made of it does not open: it ",
                 reader.error().message);
  return Status();
}

CompiledModel describePartition(const Partition &partition) {
  CompiledModel result;
  result.reportTable = reportTable(partition);
  result.reportJson = reportJson(partition);
  result.ops = partition.placements.size();
  result.regions = partition.regions.size();
  return result;
}

/// Whether the partition reaches what is required, else every op that is elsewhere and why.
Status checkCoverage(const Partition &partition, const CoverageRequirement &required,
                     const std::string &path) {
  Coverage coverage = coverageOf(partition, required.backend);
  double percent = 100 * (required.ofMacs ? coverage.macs : coverage.ops);
  if (percent >= required.percent)
    return Status();
  std::string text = llvm::formatv(
      "{0:f1} % of the {1} are on {2}, {3:f1} % are required; elsewhere: ", percent,
      required.ofMacs ? "multiply-accumulates" : "ops", required.backend, required.percent);
  llvm::raw_string_ostream out(text);
  llvm::ListSeparator comma;
  for (const Placement &placement : partition.placements)
    if (placement.chosen.backend->name() != required.backend)
      out << comma << describeRefusal(placement, required.backend, partition.policy);
  return Error(Code::kUnsupported, path, text);
}

Result<Partition> placed(func::FuncOp function, const ModelOrigin &origin,
                         const CompileSettings &settings, const Target &target,
                         const DiagnosticCollector &diagnostics) {
  auto result =
      partition(function, target.candidates, target.device,
                settings.placement == CompileSettings::Placement::kCost ? PlacementPolicy::kCost
                                                                        : PlacementPolicy::kGreedy,
                settings.acceleratorPart);
  if (!result)
    return diagnostics.error(origin.path, Code::kUnsupported, result.takeError());
  for (const CoverageRequirement &required : settings.require)
    TANDEM_RETURN_IF_ERROR(checkCoverage(*result, required, origin.path));
  return std::move(*result);
}

} // namespace

Status checkSettings(const CompileSettings &settings) {
  TANDEM_ASSIGN_OR_RETURN(Target target, findTarget(settings));
  for (const std::string &name : settings.targets)
    TANDEM_RETURN_IF_ERROR(architectureOf(name).status());
  for (const std::string &name : settings.isas)
    if (!codegen::findIsa(name))
      return noIsa(name);
  for (const CoverageRequirement &required : settings.require)
    if (!findBackend(required.backend))
      return noBackend(required.backend);
    else if (llvm::none_of(target.candidates, [&](const Candidate &candidate) {
               return candidate.backend->name() == required.backend;
             }))
      return Error(Code::kInvalidArgument, "", "--require names '", required.backend,
                   "', which is not among the backends: add --backends ", required.backend, ",",
                   llvm::join(llvm::map_range(target.candidates, nameOf), ","));
  TANDEM_RETURN_IF_ERROR(checkOwners(settings, target));
  for (const Candidate &candidate : target.candidates)
    if (llvm::Error wrong = candidate.backend->checkSettings(optionsFor(candidate, settings)))
      return Error(Code::kInvalidArgument, "", toString(std::move(wrong)));
  return Status();
}

Result<CompiledModule> compileModule(func::FuncOp function, const ModelOrigin &origin,
                                     const CompileSettings &settings) {
  TANDEM_ASSIGN_OR_RETURN(Target target, findTarget(settings));
  DiagnosticCollector diagnostics(*function.getContext());
  if (settings.progress)
    settings.progress("partitioning", 0.25);
  TANDEM_ASSIGN_OR_RETURN(Partition partition,
                          placed(function, origin, settings, target, diagnostics));

  bundle::Writer writer;
  RegionCompiler compiler(origin, settings, target, diagnostics, writer);
  TANDEM_ASSIGN_OR_RETURN(std::vector<bundle::RegionT> regions, compiler.compile(partition));
  ModelBuilder &builder = compiler.builder();
  keepBordersAlive(function, builder);
  MemoryPlan plan = planMemory(builder.buffers());

  bundle::ManifestT manifest;
  manifest.producer = "tandem " TANDEM_VERSION;
  manifest.report = reportJson(partition);
  auto entry =
      std::make_unique<bundle::ModelT>(describeModel(function, builder, plan, std::move(regions)));
  entry->name = origin.name;
  entry->source_file = origin.file;
  entry->source_format = origin.format;
  entry->weights =
      writer.addBlob(std::string_view(builder.weights().data(), builder.weights().size()));
  manifest.models.push_back(std::move(entry));

  CompiledModule result = {.bundle = writer.bytes(std::move(manifest)),
                           .summary = describePartition(partition)};
  TANDEM_RETURN_IF_ERROR(checkOwnBundle(result.bundle, origin.path));
  result.summary.arenaBytes = plan.arenaSize;
  result.summary.arenaLowerBound = plan.lowerBound;
  result.summary.weightBytes = builder.weights().size();
  result.summary.bundleBytes = result.bundle.size();
  return result;
}

Result<CompiledModel> placeModule(func::FuncOp function, const ModelOrigin &origin,
                                  const CompileSettings &settings) {
  TANDEM_ASSIGN_OR_RETURN(Target target, findTarget(settings));
  DiagnosticCollector diagnostics(*function.getContext());
  TANDEM_ASSIGN_OR_RETURN(Partition partition,
                          placed(function, origin, settings, target, diagnostics));
  return describePartition(partition);
}

// Here rather than beside the importers, so that whoever compiles graphs alone links without them.
std::vector<std::string> backendNames() {
  std::vector<std::string> names;
  for (const Backend *backend : backends())
    names.push_back(backend->name().str());
  return names;
}

} // namespace tandem
