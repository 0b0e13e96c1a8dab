#include "pipeline/executor/model_runner.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace tandem {
namespace {

class SessionRunner final : public ModelRunner {
public:
  static Result<std::unique_ptr<ModelRunner>> create(std::shared_ptr<const Bundle> bundle,
                                                     const SessionOptions &options) {
    TANDEM_ASSIGN_OR_RETURN(auto session, Session::create(bundle, "", options));
    return std::unique_ptr<ModelRunner>(
        new SessionRunner(std::move(bundle), options, std::move(session)));
  }

  std::span<const TensorView> inputs() const override { return session_->inputs(); }
  std::span<const TensorView> outputs() const override { return session_->outputs(); }
  Status run() override { return session_->run(); }
  size_t regionCount() const override { return std::max<size_t>(1, session_->profile().size()); }
  Status runRegion(size_t region, RegionWay way) override {
    if (session_->profile().empty()) // a model that only passes its inputs on
      return {};
    return session_->runRegion(region, way);
  }
  Result<std::unique_ptr<ModelRunner>> another() const override {
    return create(bundle_, options_);
  }

  std::string format() const override {
    const auto *format = session_->model().source_format();
    return format ? format->str() : std::string();
  }

  std::string devices() const override {
    std::vector<std::string_view> names;
    std::string text;
    for (const RegionProfile &region : session_->profile()) {
      std::string_view device = region.ranOn.empty() ? region.backend : region.ranOn;
      if (std::find(names.begin(), names.end(), device) != names.end())
        continue;
      names.push_back(device);
      text += (text.empty() ? "" : ", ") + std::string(device);
    }
    return text;
  }

  size_t memoryBytes() const override { return session_->model().arena_size(); }
  std::span<const RegionProfile> regions() const override { return session_->profile(); }
  RegionBorder borderOf(size_t region) const override {
    using Json = nlohmann::json;
    Json report = Json::parse(bundle_->manifest().report()->string_view(), nullptr,
                              /*allow_exceptions=*/false);
    const Json *regions =
        report.is_object() && report.contains("regions") ? &report["regions"] : nullptr;
    if (!regions || !regions->is_array() || regions->size() != session_->profile().size())
      return {}; // of another model, or by a stranger
    auto number = [&](const char *key) {
      const Json &entry = (*regions)[region];
      double value = entry.is_object() && entry.contains(key) && entry[key].is_number()
                         ? entry[key].get<double>()
                         : 0;
      return std::isfinite(value) ? std::max(0.0, value) : 0.0;
    };
    return {number("transfer_us"), number("bytes_out")};
  }
  std::vector<std::string> notices() const override {
    return {session_->notices().begin(), session_->notices().end()};
  }

private:
  SessionRunner(std::shared_ptr<const Bundle> bundle, const SessionOptions &options,
                std::unique_ptr<Session> session)
      : bundle_(std::move(bundle)), options_(options), session_(std::move(session)) {}

  std::shared_ptr<const Bundle> bundle_; ///< shared by all runners of the model: so are its weights
  SessionOptions options_;
  std::unique_ptr<Session> session_;
};

} // namespace

Result<std::unique_ptr<ModelRunner>> ModelRunner::another() const {
  return Error(Code::kUnsupported, "", "this model can run only one frame at a time");
}

Result<std::unique_ptr<ModelRunner>> openModelRunner(const std::string &bundlePath,
                                                     const SessionOptions &options) {
  TANDEM_ASSIGN_OR_RETURN(auto bundle, Bundle::open(bundlePath));
  return SessionRunner::create(std::move(bundle), options);
}

} // namespace tandem
