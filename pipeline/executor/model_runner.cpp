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
      if (std::find(names.begin(), names.end(), region.backend) != names.end())
        continue;
      names.push_back(region.backend);
      text += (text.empty() ? "" : ", ") + std::string(region.backend);
    }
    return text;
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
