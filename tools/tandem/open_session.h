#pragma once

#include "runtime/session.h"

#include <memory>
#include <string>

namespace tandem {

/// A session on a model of a bundle, the first when `model` is empty. Errors: those of the bundle
/// and its devices; kInvalidArgument when it has no such model.
Result<std::unique_ptr<Session>>
openSession(const std::string &bundlePath, const std::string &model, const SessionOptions &options);

} // namespace tandem
