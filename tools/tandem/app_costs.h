#pragma once

#include "pipeline/plan/app_profile.h"
#include "tools/tandem/app_loading.h"

#include <string>
#include <vector>

namespace tandem {

/// The processor's name as the system has it, and its cores.
std::string machineName();

/// The application's costs on this machine: from `file`, else from the cache, else measured on
/// frames of `inputs` and kept in the cache; of those that the cache has, reading a frame is
/// measured on `inputs` all the same. Errors: kNotFound when there is nothing to measure with, and
/// those of measuring. `quickly`: what is not known is measured once on few frames, kept apart, and
/// for nothing but to see whether it would be worth more.
Result<AppProfile> costsHere(const OpenedApp &app, const StepTable &table, const std::string &file,
                             const std::vector<std::string> &inputs, bool quickly = false);
/// Where the cache keeps them.
Result<std::string> placeOfCosts(const OpenedApp &app, bool quickly = false);
/// Where it keeps what planWithBestSplit() found under these limits.
Result<std::string> placeOfSplit(const OpenedApp &app, const std::string &limits);
/// The costs, measured now.
Result<AppProfile> measureCosts(const OpenedApp &app, const StepTable &table,
                                const std::vector<std::string> &inputs, bool quickly = false);

} // namespace tandem
