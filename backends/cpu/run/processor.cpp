#include "backends/cpu/run/processor.h"

namespace tandem::cpu {

bool processorHas(std::string_view feature) {
#if defined(__x86_64__)
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
#undef TANDEM_FEATURE
#endif
  (void)feature;
  return false;
}

} // namespace tandem::cpu
