#pragma once

#include "pipeline/executor/executor.h"

namespace tandem {

/// Draws every detection of a result onto its picture: a box, and on a background of the box's
/// colour what it is and what steps said about it; what is said of the whole picture in its corner.
/// Labels keep apart where there is room (label_places.h). Green and red are for what was judged
/// "live" or "fake"; every other class has a colour of its own.
void annotate(Image &image, const std::vector<NamedResult> &results);

/// "Cat 85%", or for a result without classes its name in the singular: "face 92%".
std::string titleOf(const std::string &resultName, const FoundItem &item);

} // namespace tandem
