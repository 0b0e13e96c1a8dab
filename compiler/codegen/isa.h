#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <string>

namespace tandem::codegen {

/// A family of processors that machine code is for; one bundle may hold code for several.
struct Architecture {
  llvm::StringLiteral name;                  ///< as users and bundles say it: "aarch64"
  llvm::StringLiteral otherNames;            ///< that others give it, comma-separated
  llvm::StringLiteral triple, linkEmulation; ///< for LLVM, and lld's -m
};

/// All of them.
llvm::ArrayRef<Architecture> architectures();
/// By its name or another that it has; null when there is none of that name.
const Architecture *findArchitecture(llvm::StringRef name);
/// That of this program.
const Architecture &hostArchitecture();

/// How two 16-bit products are added to a 32-bit lane.
enum class PairDot {
  kMultiplyThenAdd, ///< pmaddwd, paddd
  kVnni,            ///< vpdpwssd
  kWiden,           ///< smull, addp, add
};

/// How four products of an unsigned by a signed byte are added to a 32-bit lane.
enum class ByteDot {
  kPairs, ///< even and odd bytes, each as pairs of 16 bits
  kVnni,  ///< vpdpbusd
  kSdot,  ///< of two signed bytes: the unsigned one less 128
  kUsdot, ///< usdot, sudot
  kSmull, ///< the same by products and pairs of 16 bits: smull, addp, sadalp
};

/// How two products of bf16 are added to a lane of f32, and f32 is rounded to bf16.
enum class Bf16Dot {
  kNone,      ///< by f32
  kVdpbf16ps, ///< and vcvtneps2bf16
  kBfdot,     ///< and bfcvtn
};

/// An instruction set that code is generated for: all that differs between them, as data.
struct Isa {
  llvm::StringLiteral name;
  const Architecture &architecture;
  llvm::StringLiteral cpu, features; ///< for LLVM
  /// What a processor must have, comma-separated: on x86-64 as GCC's __builtin_cpu_supports names
  /// it, on aarch64 as Linux does in /proc/cpuinfo.
  llvm::StringLiteral required;
  int64_t vectorBits;
  int64_t registers;       ///< vector registers
  int64_t vectorsPerCycle; ///< multiply-adds, and as well loads, of full width
  bool maskedStores;       ///< at the price of an ordinary store
  /// Whether a product takes one lane of a register as a factor: then a vector of activations is
  /// loaded at once, and no broadcast is needed.
  bool laneFactors;
  bool roundsFixedPoint; ///< sqrdmulh and srshl: the steps of gemmlowp's arithmetic
  PairDot pairDot;
  ByteDot byteDot = ByteDot::kPairs;
  bool roundsByInstruction = false; ///< each float instruction may say how it rounds
  /// Whether half of a vector may be faster to compute with than all of it, and is never slower.
  bool halfVectors = false;
  bool maximumKeepsNan = false; ///< the larger of two floats, or NaN, is one instruction
  Bf16Dot bf16Dot = Bf16Dot::kNone;
  /// Whether eight bytes of two pixels are multiplied by those of two channels by an instruction,
  /// usmmla: twice the products of a dot product.
  bool byteMatrices = false;
  /// Whether f16 is multiplied and added in lanes of its own, twice as many as of f32.
  bool f16Arithmetic = false;
  /// The precision of products that it is for; of another it gives the code of one behind it. "":
  /// of any.
  llvm::StringLiteral onlyFor = "";

  int64_t lanes() const { return vectorBits / 32; }
  /// Whether byteDot() takes 128 off its unsigned bytes.
  bool takesOff128() const { return byteDot == ByteDot::kSdot || byteDot == ByteDot::kSmull; }
  /// Whether four products of bf16 of two pixels by two channels are an instruction, bfmmla.
  bool bf16Matrices() const { return byteMatrices && bf16Dot == Bf16Dot::kBfdot; }
  int64_t activationsPerLoad() const { return laneFactors ? lanes() : 1; }
};

/// Those that are compiled for an architecture unless others are asked for, best first.
llvm::SmallVector<const Isa *> isasOf(const Architecture &architecture);
/// Of all of these and of those for tests; null when there is none of that name.
const Isa *findIsa(llvm::StringRef name);
/// Names of all that isasOf() gives, for messages: "avx512bf16, avx512, avx2, bf16,
/// i8mm, fp16, dotprod, neon".
std::string isaNames();

} // namespace tandem::codegen
