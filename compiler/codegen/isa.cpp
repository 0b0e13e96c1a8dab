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
};

llvm::ArrayRef<Isa> isas() {
  return kIsas;
}

const Isa *findIsa(llvm::StringRef name) {
  for (const Isa &isa : kIsas)
    if (isa.name == name)
      return &isa;
  return nullptr;
}

} // namespace tandem::codegen
