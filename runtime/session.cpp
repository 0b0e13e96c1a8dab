#include "runtime/session.h"

#include "runtime/thread_pool.h"

namespace tandem {
namespace {
Error about(const Error &error, const std::string &path, const auto &...prefix) {
  return Error(error.code, path, prefix..., error.message);
}
} // namespace

Result<std::unique_ptr<Session>> Session::create(std::shared_ptr<const Bundle> bundle,
                                                 std::string_view model,
                                                 const SessionOptions &options) {
  TANDEM_ASSIGN_OR_RETURN(const bundle::Model *entry, bundle->model(model));
  return make(std::move(bundle), entry, options, nullptr);
}

Result<std::unique_ptr<Session>> Session::another() const {
  return make(bundle_, model_, options_, this);
}

Result<std::unique_ptr<Session>> Session::make(std::shared_ptr<const Bundle> bundle,
                                               const bundle::Model *entry,
                                               const SessionOptions &options, const Session *like) {
  std::unique_ptr<Session> session(new Session(std::move(bundle), entry, options));
  const std::string &path = session->bundle_->path();
  Result<Arena> arena = Arena::create(entry->arena_size());
  if (!arena.ok())
    return about(arena.error(), path, "model '", entry->name()->string_view(), "': ");
  session->arena_ = std::move(arena).value();
  session->pool_ = options.pool;
  if (!session->pool_) {
    auto pool = ForkJoinPool::create(options.threads);
    if (!pool.ok())
      return about(pool.error(), path);
    session->pool_ = std::move(pool).value();
  }
  session->placeBuffers();
  for (uint32_t tensor : *entry->inputs())
    session->inputs_.push_back(session->view(tensor));
  for (uint32_t tensor : *entry->outputs())
    session->outputs_.push_back(session->view(tensor));
  TANDEM_RETURN_IF_ERROR(session->loadRegions(like));
  return session;
}

void Session::placeBuffers() {
  // Weights are mapped read-only; no backend writes to them, and only TensorView has a use for
  // that.
  auto *weights = const_cast<std::byte *>(bundle_->blob(model_->weights()).data());
  buffers_.reserve(model_->buffers()->size());
  for (const bundle::Buffer *buffer : *model_->buffers())
    buffers_.push_back((buffer->space() == bundle::Space::Weights ? weights : arena_.data()) +
                       buffer->offset());
}

TensorView Session::view(uint32_t tensor) const {
  const bundle::Tensor &entry = *model_->tensors()->Get(tensor);
  TensorView view;
  view.name = entry.name()->string_view();
  view.type = static_cast<ElementType>(entry.type());
  view.shape.assign(entry.shape()->begin(), entry.shape()->end());
  if (const bundle::Quantization *quantization = entry.quantization()) {
    view.quantization.scales.assign(quantization->scales()->begin(), quantization->scales()->end());
    view.quantization.zeroPoints.assign(quantization->zero_points()->begin(),
                                        quantization->zero_points()->end());
    view.quantization.axis = quantization->axis();
  }
  view.data = buffers_[entry.buffer()];
  view.bytes = static_cast<size_t>(*elementCount(view.shape)) * elementSize(view.type);
  return view;
}

Status Session::loadRegions(const Session *like) {
  for (const bundle::Region *region : *model_->regions()) {
    TANDEM_ASSIGN_OR_RETURN(PlacedRegion loaded,
                            PlacedRegion::load(bundle_, *model_, *region, buffers_, options_.faults,
                                               options_.timesSteps,
                                               like ? &like->regions_[regions_.size()] : nullptr));
    profile_.push_back(loaded.profile());
    collectNotices(loaded);
    regions_.push_back(std::move(loaded));
    // The code that runs is a copy of its own; that of other processors is not looked at.
    bundle_->release(region->artifact());
    if (region->fallback())
      for (const bundle::Region *part : *region->fallback())
        bundle_->release(part->artifact());
  }
  return Status();
}

Status Session::run() {
  for (size_t i = 0; i < regions_.size(); ++i)
    TANDEM_RETURN_IF_ERROR(runRegion(i));
  return Status();
}

Status Session::runRegion(size_t region, RegionWay way) {
  Status status = regions_[region].run(*pool_, way);
  profile_[region] = regions_[region].profile();
  collectNotices(regions_[region]);
  return status;
}

Status Session::runSteps(size_t region, size_t first, size_t last) {
  Status status = regions_[region].runSteps(*pool_, first, last);
  profile_[region] = regions_[region].profile();
  collectNotices(regions_[region]);
  return status;
}

void Session::collectNotices(PlacedRegion &region) {
  if (!region.hasNotices())
    return;
  for (std::string &notice : region.takeNotices())
    notices_.push_back(std::move(notice));
}

Result<const TensorView *> Session::find(std::string_view what, std::span<const TensorView> tensors,
                                         std::string_view name) const {
  std::string known;
  for (const TensorView &tensor : tensors) {
    if (tensor.name == name)
      return &tensor;
    ((known += known.empty() ? "'" : ", '") += tensor.name) += "'";
  }
  return Error(Code::kNotFound, bundle_->path(), "model '", model_->name()->string_view(),
               "' has no ", what, " '", name, "', only ", known);
}

Result<const TensorView *> Session::input(std::string_view name) const {
  return find("input", inputs_, name);
}
Result<const TensorView *> Session::output(std::string_view name) const {
  return find("output", outputs_, name);
}

} // namespace tandem
