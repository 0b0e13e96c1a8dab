#pragma once

#include "pipeline/executor/executor.h"

namespace tandem {

/// What both executors say of steps. Internal to pipeline/executor.

/// A step's entry in a frame's timings, its time still 0. `runner` is null where it runs no model.
StageTiming describeStage(const Application &app, const AppStep &step, const ModelRunner *runner);

/// Adds up what the runners of one model, in all slots, say.
void addProfile(const ModelRunner &runner, ModelProfile &profile);

/// What the runner says beyond the first `told` notices, which then counts them too; `of` is where.
void addNewNotices(const ModelRunner &runner, size_t &told, const DeviceNotice &of,
                   std::vector<DeviceNotice> &into);

/// An error of a step's run, with step, frame and the application's line.
Error stepError(const Application &app, const AppStep &step, int64_t frame, const Error &error);

} // namespace tandem
