#pragma once

#include "bundle/writer.h"

#include <string>
#include <vector>

namespace tandem::bundle {

/// A small manifest that has one of everything: an i8 tensor quantized per tensor, f32 weights
/// quantized per channel, one region. Blob 0 must be the weights, blob 1 the artifact.
ManifestT sampleManifest();
/// Its two blobs, in a writer.
Writer sampleWriter();

} // namespace tandem::bundle
