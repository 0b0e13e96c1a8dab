#include "compiler/codegen/isa.h"

namespace tandem::codegen {

static constexpr Architecture kArchitectures[] = {
    {.name = "x86-64",
     .otherNames = "x86_64,amd64",
     .triple = "x86_64-unknown-linux-gnu",
     .linkEmulation = "elf_x86_64"},
    {.name = "aarch64",
     .otherNames = "arm64,arm64-v8a",
     .triple = "aarch64-unknown-linux-gnu",
     .linkEmulation = "aarch64linux"},
};
static constexpr const Architecture &kX86_64 = kArchitectures[0], &kAarch64 = kArchitectures[1];

static constexpr Isa kAvx512 = {
    .name = "avx512",
    .architecture = kX86_64,
    .cpu = "x86-64-v4",
    .features = "+avx512vnni",
    .required = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vnni,avx2,fma,bmi2",
    .vectorBits = 512,
    .registers = 32,
    .vectorsPerCycle = 1,
    .maskedStores = true,
    .laneFactors = false,
    .roundsFixedPoint = false,
    .pairDot = PairDot::kVnni,
    .byteDot = ByteDot::kVnni,
    .roundsByInstruction = true,
    .halfVectors = true,
};

/// Where products of bf16 are an instruction, too.
static constexpr Isa avx512WithBf16() {
  Isa isa = kAvx512;
  isa.name = "avx512bf16";
  isa.features = "+avx512vnni,+avx512bf16";
  isa.required = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vnni,avx512bf16,avx2,fma,bmi2";
  isa.bf16Dot = Bf16Dot::kVdpbf16ps;
  isa.onlyFor = "bf16";
  return isa;
}

/// What every aarch64 processor has.
static constexpr Isa kNeon = {
    .name = "neon",
    .architecture = kAarch64,
    .cpu = "generic",
    .features = "",
    .required = "asimd",
    .vectorBits = 128,
    .registers = 32,
    .vectorsPerCycle = 2,
    .maskedStores = false,
    .laneFactors = true,
    .roundsFixedPoint = true,
    .pairDot = PairDot::kWiden,
    .byteDot = ByteDot::kSmull,
    .maximumKeepsNan = true,
};

/// Armv8.2 with its optional dot products: phones since about 2018.
static constexpr Isa neonWithDotProducts() {
  Isa isa = kNeon;
  isa.name = "dotprod";
  isa.features = "+v8.2a,+dotprod";
  isa.required = "asimd,asimddp";
  isa.byteDot = ByteDot::kSdot;
  return isa;
}

/// The same with its optional arithmetic in f16, which about all of these processors have.
static constexpr Isa neonWithF16() {
  Isa isa = neonWithDotProducts();
  isa.name = "fp16";
  isa.features = "+v8.2a,+dotprod,+fullfp16";
  isa.required = "asimd,asimddp,asimdhp";
  isa.f16Arithmetic = true;
  isa.onlyFor = "f16";
  return isa;
}

/// Armv8.6, or Armv8.2 with its optional products of byte matrices: phones since about 2021. All of
/// them have arithmetic in f16.
static constexpr Isa neonWithByteMatrices() {
  Isa isa = neonWithF16();
  isa.name = "i8mm";
  isa.features = "+v8.2a,+dotprod,+fullfp16,+i8mm";
  isa.required = "asimd,asimddp,asimdhp,i8mm";
  isa.byteDot = ByteDot::kUsdot;
  isa.byteMatrices = true;
  isa.onlyFor = "";
  return isa;
}

/// Where products of bf16 are instructions, too: Armv8.6, the same phones.
static constexpr Isa neonWithBf16() {
  Isa isa = neonWithByteMatrices();
  isa.name = "bf16";
  isa.features = "+v8.2a,+dotprod,+fullfp16,+i8mm,+bf16";
  isa.required = "asimd,asimddp,asimdhp,i8mm,bf16";
  isa.bf16Dot = Bf16Dot::kBfdot;
  isa.onlyFor = "bf16";
  return isa;
}

static constexpr Isa kIsas[] = {
    avx512WithBf16(),
    kAvx512,
    {.name = "avx2",
     .architecture = kX86_64,
     .cpu = "x86-64-v3",
     .features = "",
     .required = "avx2,fma,bmi2",
     .vectorBits = 256,
     .registers = 16,
     .vectorsPerCycle = 2,
     .maskedStores = false,
     .laneFactors = false,
     .roundsFixedPoint = false,
     .pairDot = PairDot::kMultiplyThenAdd},
    neonWithBf16(),
    neonWithByteMatrices(),
    neonWithF16(),
    neonWithDotProducts(),
    kNeon,
    // The loops of avx512 in pairs of AVX2 registers: no faster than avx2, and there so that they
    // can be tested on processors without AVX-512.
    {.name = "avx2-wide",
     .architecture = kX86_64,
     .cpu = "x86-64-v3",
     .features = "",
     .required = "avx2,fma,bmi2",
     .vectorBits = 512,
     .registers = 32,
     .vectorsPerCycle = 1,
     .maskedStores = true,
     .laneFactors = false,
     .roundsFixedPoint = false,
     .pairDot = PairDot::kMultiplyThenAdd,
     .halfVectors = true},
};
constexpr size_t kForUsers = 8; // the first of them; those behind are for tests

llvm::ArrayRef<Architecture> architectures() {
  return kArchitectures;
}

const Architecture *findArchitecture(llvm::StringRef name) {
  for (const Architecture &architecture : kArchitectures) {
    llvm::SmallVector<llvm::StringRef> names;
    architecture.otherNames.split(names, ',');
    if (architecture.name == name || llvm::is_contained(names, name))
      return &architecture;
  }
  return nullptr;
}

const Architecture &hostArchitecture() {
#if defined(__aarch64__)
  return kAarch64;
#else
  return kX86_64;
#endif
}

static llvm::ArrayRef<Isa> forUsers() {
  return llvm::ArrayRef(kIsas).take_front(kForUsers);
}

llvm::SmallVector<const Isa *> isasOf(const Architecture &architecture) {
  llvm::SmallVector<const Isa *> isas;
  for (const Isa &isa : forUsers())
    if (&isa.architecture == &architecture)
      isas.push_back(&isa);
  return isas;
}

const Isa *findIsa(llvm::StringRef name) {
  for (const Isa &isa : kIsas)
    if (isa.name == name)
      return &isa;
  return nullptr;
}

std::string isaNames() {
  std::string names;
  for (const Isa &isa : forUsers())
    names += (names.empty() ? "" : ", ") + isa.name.str();
  return names;
}

} // namespace tandem::codegen
