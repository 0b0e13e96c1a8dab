#pragma once

#include "pipeline/app/application.h"
#include "pipeline/executor/model_runner.h"

#include <map>
#include <span>
#include <string>

namespace tandem {

/// Cuts a region into up to `pieces` of nearly equal time: near where even pieces would end, before
/// the step that least crosses the border of. Gives the steps before which it is cut, rising.
std::vector<size_t> chooseCuts(const RegionSteps &steps, size_t pieces);

/// Cuts the models that are much of a frame's work, so that several cores can have a part of each:
/// those that steps outside of for_each run. `stepUs`: what each of app.steps takes. By model's
/// name. Errors: of running their steps.
Result<std::map<std::string, ModelCuts>>
cutModels(const Application &app, std::span<const std::unique_ptr<ModelRunner>> runners,
          std::span<const double> stepUs);

/// As cutModels() did when the costs were measured. Errors: kInvalidArgument, when the models are
/// others now.
Status cutModelsAs(const std::map<std::string, ModelCuts> &cuts, const Application &app,
                   std::span<const std::unique_ptr<ModelRunner>> runners);

} // namespace tandem
