#include "compiler/codegen/isa.h"

namespace tandem::codegen {

static constexpr Isa kIsas[] = {
    {.name = "avx512",
     .triple = "x86_64-unknown-linux-gnu",
     .cpu = "x86-64-v4",
     .features = "+avx512vnni",
     .linkEmulation = "elf_x86_64",
     .required = "avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512vnni,avx2,fma,bmi2",
     .vectorBits = 512,
     .registers = 32,
     .vectorsPerCycle = 1,
     .maskedStores = true,
     .pairDot = PairDot::kVnni},
    {.name = "avx2",
     .triple = "x86_64-unknown-linux-gnu",
     .cpu = "x86-64-v3",
     .features = "",
     .linkEmulation = "elf_x86_64",
     .required = "avx2,fma,bmi2",
     .vectorBits = 256,
     .registers = 16,
     .vectorsPerCycle = 2,
     .maskedStores = false,
     .pairDot = PairDot::kMultiplyThenAdd},
    // The loops of avx512 in pairs of AVX2 registers: no faster than avx2, and there so that they
    // can be tested on processors without AVX-512.
    {.name = "avx2-wide",
     .triple = "x86_64-unknown-linux-gnu",
     .cpu = "x86-64-v3",
     .features = "",
     .linkEmulation = "elf_x86_64",
     .required = "avx2,fma,bmi2",
     .vectorBits = 512,
     .registers = 32,
     .vectorsPerCycle = 1,
     .maskedStores = true,
     .pairDot = PairDot::kMultiplyThenAdd},
};
constexpr size_t kDefaults = 2;

llvm::ArrayRef<Isa> isas() {
  return llvm::ArrayRef(kIsas).take_front(kDefaults);
}

const Isa *findIsa(llvm::StringRef name) {
  for (const Isa &isa : kIsas)
    if (isa.name == name)
      return &isa;
  return nullptr;
}

} // namespace tandem::codegen
