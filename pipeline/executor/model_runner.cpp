#include "pipeline/executor/model_runner.h"

#include <algorithm>

namespace tandem {
namespace {

class SessionRunner final : public ModelRunner {
public:
  explicit SessionRunner(std::unique_ptr<Session> session) : session_(std::move(session)) {}

  std::span<const TensorView> inputs() const override { return session_->inputs(); }
  std::span<const TensorView> outputs() const override { return session_->outputs(); }
  Status run() override { return session_->run(); }

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

  std::span<const RegionProfile> regions() const override { return session_->profile(); }
  std::vector<std::string> notices() const override {
    return {session_->notices().begin(), session_->notices().end()};
  }

private:
  std::unique_ptr<Session> session_;
};

} // namespace

Result<std::unique_ptr<ModelRunner>> openModelRunner(const std::string &bundlePath, int threads) {
  TANDEM_ASSIGN_OR_RETURN(auto bundle, Bundle::open(bundlePath));
  SessionOptions options;
  options.threads = threads;
  TANDEM_ASSIGN_OR_RETURN(auto session, Session::create(std::move(bundle), "", options));
  return std::unique_ptr<ModelRunner>(std::make_unique<SessionRunner>(std::move(session)));
}

} // namespace tandem
