#include "pipeline/plan/cut_models.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tandem {
namespace {

/// A frame's work over the longest piece: enough for cores to be evenly loaded, few enough that
/// plans stay quick to make.
constexpr double kPiecesOfAFrame = 6;
constexpr double kLeastPieceUs = 200; ///< some fifty times what handing it on takes

double sum(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

} // namespace

std::vector<size_t> chooseCuts(const RegionSteps &steps, size_t pieces) {
  std::vector<size_t> cuts;
  double all = sum(steps.us);
  double piece = all / static_cast<double>(std::max<size_t>(1, pieces));
  constexpr double kSlack = 0.25; // of a piece, to either side
  for (size_t i = 1; i < pieces; ++i) {
    double wanted = piece * static_cast<double>(i), before = 0, least = INFINITY;
    size_t best = 0;
    for (size_t step = 1; step < steps.us.size(); ++step) {
      before += steps.us[step - 1];
      double off = std::abs(before - wanted) / (piece * kSlack);
      if (off > 1 || (!cuts.empty() && step <= cuts.back()))
        continue;
      // The bytes decide; of cuts that few cross, the most even one.
      double cost = steps.bytesBefore[step] * (1 + off / 4);
      if (cost < least)
        least = cost, best = step;
    }
    if (best > 0)
      cuts.push_back(best);
  }
  return cuts;
}

Result<std::map<std::string, ModelCuts>>
cutModels(const Application &app, std::span<const std::unique_ptr<ModelRunner>> runners,
          std::span<const double> stepUs) {
  double most = std::max(kLeastPieceUs, sum(stepUs) / kPiecesOfAFrame);
  std::map<std::string, ModelCuts> all;
  for (size_t i = 0; i < app.steps.size(); ++i) {
    const AppStep &step = app.steps[i];
    if (step.model < 0 || step.forEach || stepUs[i] < 1.5 * most)
      continue;
    ModelRunner &runner = *runners[static_cast<size_t>(step.model)];
    const std::string &name = app.models[static_cast<size_t>(step.model)].name;
    if (all.contains(name))
      continue;
    TANDEM_ASSIGN_OR_RETURN(std::vector<RegionSteps> regions, runner.measureSteps());
    ModelCuts cuts;
    for (const RegionSteps &region : regions)
      cuts.push_back(chooseCuts(region, static_cast<size_t>(std::ceil(sum(region.us) / most))));
    TANDEM_RETURN_IF_ERROR(runner.cut(cuts));
    if (!std::ranges::all_of(cuts, &std::vector<size_t>::empty))
      all[name] = std::move(cuts);
  }
  return all;
}

Status cutModelsAs(const std::map<std::string, ModelCuts> &cuts, const Application &app,
                   std::span<const std::unique_ptr<ModelRunner>> runners) {
  for (size_t i = 0; i < app.models.size(); ++i) {
    auto found = cuts.find(app.models[i].name);
    TANDEM_RETURN_IF_ERROR(runners[i]->cut(found == cuts.end() ? ModelCuts() : found->second));
  }
  return {};
}

} // namespace tandem
