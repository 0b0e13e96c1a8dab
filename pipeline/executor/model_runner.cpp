#include "pipeline/executor/model_runner.h"

#include "base/elapsed.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>

namespace tandem {
namespace {

class SessionRunner final : public ModelRunner {
public:
  static Result<std::unique_ptr<ModelRunner>> create(std::shared_ptr<const Bundle> bundle,
                                                     const SessionOptions &options) {
    TANDEM_ASSIGN_OR_RETURN(auto session, Session::create(bundle, "", options));
    return std::unique_ptr<ModelRunner>(new SessionRunner(std::move(bundle), std::move(session)));
  }

  std::span<const TensorView> inputs() const override { return session_->inputs(); }
  std::span<const TensorView> outputs() const override { return session_->outputs(); }
  Status run() override { return session_->run(); }
  size_t regionCount() const override { return std::max<size_t>(1, regions().size()); }
  Status runRegion(size_t region, RegionWay way) override {
    if (session_->profile().empty()) // a model that only passes its inputs on
      return {};
    return pieces_.empty() ? session_->runRegion(region, way) : runPiece(region, way);
  }
  Result<std::unique_ptr<ModelRunner>> another() const override {
    TANDEM_ASSIGN_OR_RETURN(auto session, session_->another());
    std::unique_ptr<SessionRunner> runner(new SessionRunner(bundle_, std::move(session)));
    TANDEM_RETURN_IF_ERROR(runner->cut(cuts_));
    return std::unique_ptr<ModelRunner>(std::move(runner));
  }

  std::string format() const override {
    const auto *format = session_->model().source_format();
    return format ? format->str() : std::string();
  }

  std::vector<std::string> devices() const override {
    std::vector<std::string> names;
    for (const RegionProfile &region : session_->profile()) {
      std::string_view device = region.ranOn.empty() ? region.backend : region.ranOn;
      if (std::find(names.begin(), names.end(), device) == names.end())
        names.emplace_back(device);
    }
    return names;
  }

  size_t memoryBytes() const override { return session_->model().arena_size(); }
  std::span<const RegionProfile> regions() const override {
    return pieces_.empty() ? session_->profile() : profiles_;
  }

  RegionBorder borderOf(size_t region) const override {
    if (pieces_.empty())
      return borderOfWhole(region);
    const Piece &piece = pieces_[region];
    if (piece.last < session_->stepsOf(piece.region))
      return {.transferUs = 0,
              .bytesOut = static_cast<double>(session_->bytesBefore(piece.region, piece.last))};
    return borderOfWhole(piece.region);
  }

  Result<std::vector<RegionSteps>> measureSteps() override {
    constexpr int kRounds = 7;
    std::vector<RegionSteps> regions(session_->profile().size());
    for (int round = 0; round < kRounds; ++round)
      for (size_t region = 0; region < regions.size(); ++region) {
        RegionSteps &steps = regions[region];
        for (size_t step = 0; step < session_->stepsOf(region); ++step) {
          auto start = std::chrono::steady_clock::now();
          TANDEM_RETURN_IF_ERROR(session_->runSteps(region, step, step + 1));
          double us = microsecondsSince(start);
          if (round == 0) {
            steps.us.push_back(us);
            steps.bytesBefore.push_back(static_cast<double>(session_->bytesBefore(region, step)));
          }
          steps.us[step] = std::min(steps.us[step], us);
        }
      }
    return regions;
  }

  Status cut(const ModelCuts &cuts) override;

  std::vector<std::string> notices() const override {
    return {session_->notices().begin(), session_->notices().end()};
  }

private:
  /// Steps of a region.
  struct Piece {
    size_t region = 0, first = 0, last = 0;
    std::string name;
  };

  SessionRunner(std::shared_ptr<const Bundle> bundle, std::unique_ptr<Session> session)
      : bundle_(std::move(bundle)), session_(std::move(session)) {}

  Status runPiece(size_t index, RegionWay way);
  RegionBorder borderOfWhole(size_t region) const {
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

  std::shared_ptr<const Bundle> bundle_; ///< shared by all runners of the model: so are its weights
  std::unique_ptr<Session> session_;
  ModelCuts cuts_;
  std::vector<Piece> pieces_;           ///< empty: the regions themselves
  std::vector<RegionProfile> profiles_; ///< beside the pieces, whose names they look at
};

Status SessionRunner::cut(const ModelCuts &cuts) {
  pieces_.clear();
  profiles_.clear();
  cuts_ = cuts;
  if (std::ranges::all_of(cuts, &std::vector<size_t>::empty))
    return {};
  auto wrong = [&] {
    return Error(Code::kInvalidArgument, bundle_->path(),
                 "it cannot be cut where the profile says, profile the application again");
  };
  std::span<const RegionProfile> regions = session_->profile();
  if (cuts.size() != regions.size())
    return wrong();
  for (size_t region = 0; region < regions.size(); ++region) {
    size_t steps = session_->stepsOf(region), first = 0;
    for (size_t i = 0; i <= cuts[region].size(); ++i) {
      size_t last = i < cuts[region].size() ? cuts[region][i] : steps;
      if (last <= first || last > steps)
        return wrong();
      std::string name(regions[region].name);
      if (!cuts[region].empty())
        name += " " + std::to_string(i + 1) + "/" + std::to_string(cuts[region].size() + 1);
      pieces_.push_back({region, first, last, std::move(name)});
      first = last;
    }
  }
  for (const Piece &piece : pieces_) {
    RegionProfile &profile = profiles_.emplace_back(regions[piece.region]);
    profile.name = piece.name;
    if (!cuts[piece.region].empty())
      profile.predictedUs = 0; // nobody said that of pieces
  }
  return {};
}

Status SessionRunner::runPiece(size_t index, RegionWay way) {
  const Piece &piece = pieces_[index];
  RegionProfile &profile = profiles_[index];
  auto start = std::chrono::steady_clock::now();
  bool whole = cuts_[piece.region].empty();
  Status status = whole ? session_->runRegion(piece.region, way)
                        : session_->runSteps(piece.region, piece.first, piece.last);
  const RegionProfile &region = session_->profile()[piece.region];
  profile.ranOn = region.ranOn;
  profile.faults = region.faults;
  profile.copies = region.copies;
  profile.lastUs = microsecondsSince(start);
  ++profile.runs;
  return status;
}

} // namespace

Status ModelRunner::cut(const ModelCuts &cuts) {
  if (std::ranges::all_of(cuts, &std::vector<size_t>::empty))
    return {};
  return Error(Code::kInvalidArgument, "", "this model cannot be cut");
}

Result<std::unique_ptr<ModelRunner>> ModelRunner::another() const {
  return Error(Code::kUnsupported, "", "this model can run only one frame at a time");
}

Result<std::unique_ptr<ModelRunner>> openModelRunner(const std::string &bundlePath,
                                                     const SessionOptions &options) {
  TANDEM_ASSIGN_OR_RETURN(auto bundle, Bundle::open(bundlePath));
  return SessionRunner::create(std::move(bundle), options);
}

} // namespace tandem
