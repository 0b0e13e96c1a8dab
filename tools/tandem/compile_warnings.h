#pragma once

#include "compiler/backend/tuning_log.h"
#include "compiler/driver/compiler.h"

#include <optional>
#include <string>
#include <vector>

namespace tandem {

/// The log of schedules that a request names, read; nothing where it names none. Errors: those of
/// the file, which is at fault where the option is not.
Result<std::optional<TuningLog>> tuningLogOf(const CompileRequest &request);

/// What was asked for and had no effect, or another one than it seems: a log (`tuningLogOf()`) of
/// which nothing was used, code for another machine than the device. One sentence each, "FILE:
/// warning: ..."; `bundle` is the file that was made. Errors: those of opening it.
Result<std::vector<std::string>> warningsAbout(const CompileRequest &request,
                                               const std::optional<TuningLog> &log,
                                               const std::string &bundle);

} // namespace tandem
