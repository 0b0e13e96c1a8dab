#pragma once

#include "pipeline/executor/executor.h"

#include <string>
#include <vector>

namespace tandem {

/// Writes every tensor among the results, those of detections too, to a file of its own that begins
/// with `place`: "out/photo.png.mask.npy", "out/photo.png.faces-1.landmarks.npy". Says in each
/// where it is. Errors: kIo.
Status saveTensors(const std::string &place, std::vector<NamedResult> &results);

} // namespace tandem
