#include "backends/cpu/run/processor.h"

#if defined(__aarch64__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace tandem::cpu {

#if defined(__x86_64__)

std::string_view architectureHere() {
  return "x86-64";
}

bool processorHas(std::string_view feature) {
  // The builtin takes literals only.
#define TANDEM_FEATURE(name)                                                                       \
  if (feature == name)                                                                             \
  return __builtin_cpu_supports(name) != 0
  TANDEM_FEATURE("avx2");
  TANDEM_FEATURE("fma");
  TANDEM_FEATURE("bmi2");
  TANDEM_FEATURE("avx512f");
  TANDEM_FEATURE("avx512bw");
  TANDEM_FEATURE("avx512cd");
  TANDEM_FEATURE("avx512dq");
  TANDEM_FEATURE("avx512vl");
  TANDEM_FEATURE("avx512vnni");
  TANDEM_FEATURE("avx512bf16");
#undef TANDEM_FEATURE
  return false;
}

#elif defined(__aarch64__)

std::string_view architectureHere() {
  return "aarch64";
}

bool processorHas(std::string_view feature) {
  unsigned long capabilities = getauxval(AT_HWCAP);
  if (feature == "asimd")
    return (capabilities & HWCAP_ASIMD) != 0;
  if (feature == "asimddp")
    return (capabilities & HWCAP_ASIMDDP) != 0;
  if (feature == "asimdhp")
    return (capabilities & HWCAP_ASIMDHP) != 0;
  if (feature == "i8mm")
    return (getauxval(AT_HWCAP2) & HWCAP2_I8MM) != 0;
  if (feature == "bf16")
    return (getauxval(AT_HWCAP2) & HWCAP2_BF16) != 0;
  return false;
}

#else
#error "the cpu backend makes code for x86-64 and aarch64 only"
#endif

} // namespace tandem::cpu
