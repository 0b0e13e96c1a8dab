#include "runtime/placed_region.h"

#include "base/elapsed.h"

#include <chrono>

namespace tandem {
namespace {

Result<std::unique_ptr<LoadedRegion>> loadOne(const std::shared_ptr<const Bundle> &bundle,
                                              const bundle::Model &model,
                                              const bundle::Region &region,
                                              std::span<std::byte *const> buffers, bool timesSteps,
                                              const LoadedRegion *like) {
  Result<const Device *> device = findDevice(region.backend()->string_view());
  if (!device.ok())
    return Error(device.error().code, bundle->path(), "region '", region.name()->string_view(),
                 "': ", device.error().message);
  RegionSource source{.model = model,
                      .region = region,
                      .artifact = bundle->blob(region.artifact()),
                      .buffers = buffers,
                      .path = bundle->path(),
                      .owner = bundle,
                      .timesSteps = timesSteps};
  if (like) {
    TANDEM_ASSIGN_OR_RETURN(std::unique_ptr<LoadedRegion> shared, like->another(source));
    if (shared)
      return shared;
  }
  return (*device)->load(source);
}

} // namespace

Result<PlacedRegion> PlacedRegion::load(const std::shared_ptr<const Bundle> &bundle,
                                        const bundle::Model &model, const bundle::Region &region,
                                        std::span<std::byte *const> buffers,
                                        const FaultPolicy &policy, bool timesSteps,
                                        const PlacedRegion *like) {
  PlacedRegion placed;
  placed.policy_ = policy;
  placed.profile_.name = region.name()->string_view();
  placed.profile_.backend = region.backend()->string_view();
  placed.profile_.predictedUs = region.predicted_us();
  if (region.fallback())
    for (const bundle::Region *part : *region.fallback()) {
      const LoadedRegion *twin = like ? like->fallback_[placed.fallback_.size()].get() : nullptr;
      TANDEM_ASSIGN_OR_RETURN(std::unique_ptr<LoadedRegion> loaded,
                              loadOne(bundle, model, *part, buffers, false, twin));
      placed.fallback_.push_back(std::move(loaded));
      if (placed.fallback_.size() == 1)
        placed.fallbackBackend_ = placed.profile_.fallback = part->backend()->string_view();
    }
  if (!policy.triesDevice && !placed.fallback_.empty())
    return placed;
  Result<std::unique_ptr<LoadedRegion>> own =
      loadOne(bundle, model, region, buffers, timesSteps, like ? like->own_.get() : nullptr);
  if (own.ok()) {
    placed.own_ = std::move(own).value();
    placed.profile_.steps = placed.own_->stepTimes();
    if (std::string notice = placed.own_->notice(); !notice.empty())
      placed.notices_.push_back(std::move(notice));
  } else {
    if (placed.fallback_.empty())
      return own.error();
    ++placed.profile_.faults;
    placed.note(own.error(), "it runs on ");
  }
  return placed;
}

Status PlacedRegion::runFallback(ThreadPool &pool) {
  for (const std::unique_ptr<LoadedRegion> &part : fallback_)
    TANDEM_RETURN_IF_ERROR(part->run(pool));
  return Status();
}

Status PlacedRegion::run(ThreadPool &pool, RegionWay way) {
  auto start = std::chrono::steady_clock::now();
  bool triesOwn = own_ && (way == RegionWay::kOwn || fallback_.empty());
  Status status = triesOwn ? own_->run(pool) : Status();
  bool usesFallback = !triesOwn || (!status.ok() && !fallback_.empty());
  profile_.copies = triesOwn ? own_->copies() : DeviceCopies();
  if (!status.ok())
    recordFault(status.error());
  else if (triesOwn)
    faultsInARow_ = 0;
  if (usesFallback)
    status = runFallback(pool);
  profile_.ranOn = usesFallback ? fallbackBackend_ : profile_.backend;
  profile_.lastUs = microsecondsSince(start);
  ++profile_.runs;
  return status;
}

Status PlacedRegion::runSteps(ThreadPool &pool, size_t first, size_t last) {
  if (first == 0 && last >= steps())
    return run(pool);
  auto start = std::chrono::steady_clock::now();
  Status status = own_->runSteps(pool, first, last);
  double us = microsecondsSince(start);
  if (!status.ok())
    recordFault(status.error());
  profile_.ranOn = profile_.backend;
  profile_.lastUs = first == 0 ? us : profile_.lastUs + us;
  profile_.runs += last >= steps();
  return status;
}

void PlacedRegion::recordFault(const Error &error) {
  ++profile_.faults;
  if (fallback_.empty())
    return; // the caller gets the error itself
  ++faultsInARow_;
  if (!std::exchange(toldOfFault_, true))
    note(error, "this run goes on on ");
  if (policy_.giveUpAfter > 0 && faultsInARow_ >= policy_.giveUpAfter) {
    profile_.steps = {};
    own_.reset();
    note(Error(error.code, error.subject, profile_.backend, " failed ", faultsInARow_,
               " times in a row in region '", profile_.name, "' and is given up"),
         "from now on it runs on ");
  }
}

void PlacedRegion::note(const Error &error, std::string_view consequence) {
  notices_.push_back(error.message + "; " + std::string(consequence) +
                     std::string(fallbackBackend_));
}

} // namespace tandem
