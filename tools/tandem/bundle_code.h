#pragma once

#include "bundle/reader.h"

#include <set>
#include <string>
#include <vector>

namespace tandem {

/// Code that was generated for a region.
struct GeneratedCode {
  std::string target, isa; ///< "x86-64", "avx512"
};

/// Of one region, best first; none where its backend generates no code.
std::vector<GeneratedCode> codeOf(const bundle::Reader &reader, const bundle::Region &region);
/// "x86-64 (avx512, avx2), aarch64 (neon)"; "": there is none.
std::string codeText(const std::vector<GeneratedCode> &code);

/// Of all regions and their fallbacks.
std::set<std::string> targetsIn(const bundle::Reader &reader);
/// Of all of them the operations that have a schedule, as a tuning log names them.
std::set<std::string> tunableOperationsIn(const bundle::Reader &reader);

} // namespace tandem
