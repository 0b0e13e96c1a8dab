#pragma once

#include "base/result.h"

#include <string>

namespace tandem {

/// The partitioned graph as a picture, from a placement report (docs/report.schema.json): an op a
/// box in its device's colour, values that cross between regions dashed. Errors: kCorruptData,
/// naming `path`, when the text is no such report.
Result<std::string> reportAsDot(const std::string &path, const std::string &report);
/// The same laid out top to bottom as an SVG picture; needs no other program.
Result<std::string> reportAsSvg(const std::string &path, const std::string &report);

} // namespace tandem
