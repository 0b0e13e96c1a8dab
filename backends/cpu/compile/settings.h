#pragma once

#include "compiler/backend/backend.h"

namespace tandem::cpu {

/// What users can ask of this backend: `--option cpu.KEY=VALUE`.
struct Settings {
  /// 3×3 convolutions in f32 by Winograd where it pays: `winograd=on|off`.
  bool winograd = true;
};

llvm::Expected<Settings> parseSettings(const CompileOptions &options);

} // namespace tandem::cpu
