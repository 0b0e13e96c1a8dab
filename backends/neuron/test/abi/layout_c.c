#include "backends/neuron/abi/neuron_adapter.h"

#define TANDEM_JOIN_(a, b) a##b
#define TANDEM_JOIN(a, b) TANDEM_JOIN_(a, b)
/* C99 has no _Static_assert: a condition that fails is an array of a negative size. */
#define TANDEM_CHECK(condition)                                                                    \
  typedef char TANDEM_JOIN(check_, __LINE__)[(condition) ? 1 : -1] __attribute__((unused))

#if UINTPTR_MAX == UINT64_MAX
#include "layout.inc"
#endif

/* How many names of functions.inc are functions of the header: all, or it does not compile. */
size_t neuronFunctionCountInC(void) {
  return 0
#define NEURON_FUNCTION(name) +(sizeof(&(name)) == sizeof(void (*)(void)))
#include "backends/neuron/abi/functions.inc"
#undef NEURON_FUNCTION
      ;
}
