#pragma once

#include "runtime/session.h"

#include <span>
#include <string>
#include <string_view>

namespace tandem {

/// Whether a library on this machine's own processor serves the backend in place of its device: the
/// chips that have such a device are all of another architecture.
bool isServedHere(std::string_view backend);

/// What is to be said beside times of regions that such a library ran, a line; empty: none did.
std::string standInText(std::span<const RegionProfile> regions);

/// The same of what was compiled for that device, and had nothing for an accelerator of it: whose
/// times these are. Empty: `device` may be this machine, as one with Arm's processor may.
std::string elsewhereText(std::string_view device);

} // namespace tandem
