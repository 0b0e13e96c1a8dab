// The loops of avx512 with every buffer by itself, so that what is written beside it is seen:
// tests/conformance has all buffers in one arena. Where the processor has no AVX-512, in AVX2
// registers.

#include "backends/cpu/run/processor.h"
#include "backends/cpu/test/backends.h"
#include "backends/cpu/test/harness.h"
#include "tests/conformance/cases.h"

#include "llvm/ADT/STLExtras.h"

#include <gtest/gtest.h>

namespace tandem::test {
namespace {

class WideKernels : public ::testing::TestWithParam<OpCase> {};

TEST_P(WideKernels, AgreeWithTheReferenceAndStayInTheirBuffers) {
  const char *isa = cpu::processorHas("avx512vnni") ? "avx512" : "avx2-wide";
  expectSame(GetParam().mlir, cpuBackend(), cpuDevice(), referenceBackend(), referenceDevice(),
             {{isa}}, GetParam().type == "hybrid" ? 0 : 1e-5);
}

/// Those whose code depends on the width of vectors.
std::vector<OpCase> vectorCases() {
  std::vector<OpCase> cases = allCases();
  llvm::erase_if(cases, [](const OpCase &one) {
    return !llvm::is_contained({"conv_2d", "depthwise_conv_2d", "fully_connected",
                                "transpose_conv_2d", "batch_matmul", "max_pool_2d",
                                "average_pool_2d", "mean", "sum", "reduce_max", "reduce_min"},
                               one.op);
  });
  return cases;
}

std::string caseName(const ::testing::TestParamInfo<OpCase> &info) {
  return info.param.op + "_" + info.param.type + "_" + info.param.variant;
}
INSTANTIATE_TEST_SUITE_P(Ops, WideKernels, ::testing::ValuesIn(vectorCases()), caseName);

} // namespace
} // namespace tandem::test
