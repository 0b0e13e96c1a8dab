#include "backends/neuron/abi/neuron_adapter.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <type_traits>

extern "C" size_t neuronFunctionCountInC(void);

namespace {

#define TANDEM_CHECK(condition) static_assert(condition)
#if UINTPTR_MAX == UINT64_MAX
#include "layout.inc"
#endif

// The two ways to give options differ in the order of their parameters only.
static_assert(
    std::is_same_v<decltype(NeuronCompilation_createV2),
                   int(NeuronModel *, CompilationType, const char *, NeuronCompilation **)>);
static_assert(std::is_same_v<decltype(NeuronCompilation_createWithOptions),
                             int(NeuronModel *, NeuronCompilation **, const char *)>);
// The same of the two questions for what is supported.
static_assert(std::is_same_v<decltype(NeuronModel_getSupportedOperations),
                             int(NeuronModel *, bool *, uint32_t)>);
static_assert(std::is_same_v<decltype(NeuronCompilation_getSupportedOperations),
                             int(NeuronCompilation *, uint32_t, bool *)>);

TEST(NeuronAbi, DeclaresEveryPublicFunctionOnce) {
  std::set<std::string> names;
#define NEURON_FUNCTION(name) names.insert(#name);
#include "backends/neuron/abi/functions.inc"
#undef NEURON_FUNCTION
  EXPECT_EQ(names.size(), 86u) << "85 of the vendor's public header and getNeuroPilotMagicNumber";
  EXPECT_EQ(neuronFunctionCountInC(), names.size());
}

} // namespace
