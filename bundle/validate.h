#pragma once

#include "base/result.h"
#include "bundle/manifest_generated.h"

#include <string_view>

namespace tandem::bundle {

/// What FORMAT.md demands of the models beyond the schema: every index, offset, size, shape and
/// scale. `manifest` is past FlatBuffers' verifier and its blobs are checked; `manifestSize` bounds
/// the work.
Status validateModels(const Manifest &manifest, size_t manifestSize, std::string_view path);

} // namespace tandem::bundle
