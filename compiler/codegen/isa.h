#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>

namespace tandem::codegen {

/// How two 16-bit products are added to a 32-bit lane.
enum class PairDot {
  kMultiplyThenAdd, ///< pmaddwd, paddd
  kVnni,            ///< vpdpwssd
};

/// An instruction set that code is generated for: all that differs between them, as data.
struct Isa {
  llvm::StringLiteral name;
  llvm::StringLiteral triple, cpu, features; ///< for LLVM
  llvm::StringLiteral linkEmulation;         ///< lld's -m
  /// What a processor must have, comma-separated, as GCC's __builtin_cpu_supports names it.
  llvm::StringLiteral required;
  int64_t vectorBits;
  int64_t registers;       ///< vector registers
  int64_t vectorsPerCycle; ///< multiply-adds, and as well loads, of full width
  bool maskedStores;       ///< at the price of an ordinary store
  PairDot pairDot;

  int64_t lanes() const { return vectorBits / 32; }
};

/// Those that are compiled for unless others are asked for, best first.
llvm::ArrayRef<Isa> isas();
/// Of these and of those for tests; null when there is none of that name.
const Isa *findIsa(llvm::StringRef name);

} // namespace tandem::codegen
