#pragma once

#include "compiler/driver/compiler.h"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace tandem {

/// A bundle of one op, to be timed by itself.
struct OpProbe {
  std::string key; ///< of DeviceProfile::measuredUs
  std::string op, node;
  std::vector<std::byte> bundle;
  size_t count = 1; ///< ops of the model that have this key
};

/// A probe for every distinct op of the model that the backend runs, constants and reshapes left
/// out, and those whose key is not `wanted`, where that is given. `request.backends` is not looked
/// at. Errors: those of compileModel().
Result<std::vector<OpProbe>>
opProbes(const CompileRequest &request, const std::string &backend,
         const std::function<bool(const std::string &key)> &wanted = nullptr);

} // namespace tandem
