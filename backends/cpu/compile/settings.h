#pragma once

#include "backends/cpu/compile/tuning.h"
#include "compiler/backend/backend.h"

#include <memory>
#include <optional>

namespace tandem::cpu {

/// What products of floats are made of.
enum class Precision {
  kF32,
  kBf16, ///< both factors rounded to bf16, their sums in f32
  kF16,  ///< weights rounded to f16, computed in f32; or both factors (Settings::inF16)
};

/// What users can ask of this backend: `--option cpu.KEY=VALUE`.
struct Settings {
  /// 3×3 convolutions in f32 by Winograd where it pays: `winograd=on|off`.
  bool winograd = true;
  /// Convolutions and depthwise ones by bands of rows where what is between two of them has more
  /// bytes: `bands=on|off|KIB`. Nothing: it is chosen by the caches (bands.cpp).
  std::optional<int64_t> bandBytes;
  /// Bytes of the processor's second cache, by its profile.
  int64_t secondCache = 1 << 20;
  /// Of products of f32: `precision=f32|bf16|f16`.
  Precision precision = Precision::kF32;
  /// Whether both factors of products by `precision=f16` are in f16, and values between them: where
  /// there is code for an instruction set that multiplies f16.
  bool inF16 = false;
  /// Schedules that were measured: `tuning=FILE`, of this machine or of the one that
  /// `tuned-for=NAME` says; or `candidate=N`, for `tandem tune`. Never null.
  std::shared_ptr<const Tuning> tuning = std::make_shared<Tuning>();
};

/// "f32", "bf16", "f16".
llvm::StringRef precisionName(Precision precision);

llvm::Expected<Settings> parseSettings(const CompileOptions &options);
/// The property `l2_kb` of a profile's processor; 1 MB where it has none.
llvm::Expected<int64_t> secondCacheOf(const Processor &processor);

} // namespace tandem::cpu
