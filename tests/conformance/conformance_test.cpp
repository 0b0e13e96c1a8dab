// Every backend against the reference backend, op by op: codes must be equal, reals nearly.

#include "compiler/driver/compiler.h"
#include "tests/conformance/run_case.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <map>

namespace tandem::test {
namespace {

/// Sums are taken in another order and functions by other polynomials; both stay below this part of
/// the largest value.
constexpr double kRelativeToLargest = 1e-5;

/// Hybrid sums are of integers, in whatever order, and scaled back in one order only.
double toleranceOf(const OpCase &opCase) {
  return opCase.type == "hybrid" ? 0 : kRelativeToLargest;
}

float floatAt(const CaseOutput &output, size_t i) {
  float value = 0;
  std::memcpy(&value, output.data.data() + i * sizeof value, sizeof value);
  return value;
}

/// What is not finite is the same in both.
void expectNear(const CaseOutput &expected, const CaseOutput &actual, double relativeToLargest) {
  size_t count = expected.data.size() / sizeof(float);
  double largest = 0;
  for (size_t i = 0; i < count; ++i)
    if (double value = floatAt(expected, i); std::isfinite(value))
      largest = std::max(largest, std::abs(value));
  for (size_t i = 0; i < count; ++i) {
    double want = floatAt(expected, i), got = floatAt(actual, i);
    bool isSame = want == got || (std::isnan(want) && std::isnan(got));
    ASSERT_TRUE(isSame || std::abs(want - got) <= relativeToLargest * largest)
        << "element " << i << ": " << got << ", expected " << want;
  }
}

void expectEqual(const CaseOutput &expected, const CaseOutput &actual) {
  ASSERT_EQ(expected.data.size(), actual.data.size());
  for (size_t i = 0; i < expected.data.size(); ++i)
    ASSERT_EQ(int(expected.data[i]), int(actual.data[i])) << "byte " << i;
}

/// What a backend runs its code on: the cpu one once for each instruction set that it has code for,
/// since by itself it takes the best of them.
struct Target {
  std::string backend, isa = {};
  EmulatedMachine *machine = nullptr; ///< where it is none of this one's

  std::string name() const { return isa.empty() ? backend : backend + " " + isa; }
};
/// Whether dotprod and i8mm have other code for it than neon.
bool multipliesCodes(const OpCase &opCase) {
  bool multiplies = opCase.op.find("conv") != std::string::npos || opCase.op == "fully_connected" ||
                    opCase.op == "batch_matmul";
  return multiplies && (opCase.type == "i8" || opCase.type == "u8");
}

std::vector<Target> targets(const OpCase &opCase) {
  static EmulatedMachine withoutDotProducts("cortex-a72"), withDotProducts("cortex-a76"),
      withMatrices("max");
  std::vector<Target> all;
  for (const std::string &backend : backendNames()) {
    if (backend == "cpu") {
      for (const char *isa : {"avx512", "avx2"})
        all.push_back({backend, isa});
      if (canEmulate())
        all.push_back({backend, "neon", &withoutDotProducts});
      if (canEmulate() && multipliesCodes(opCase)) {
        all.push_back({backend, "dotprod", &withDotProducts});
        all.push_back({backend, "i8mm", &withMatrices});
      }
    } else if (backend != "reference") {
      all.push_back({backend});
    }
  }
  return all;
}

class Conformance : public ::testing::TestWithParam<OpCase> {
protected:
  /// What was not run, and why; nothing is left out without a line.
  static void TearDownTestSuite() {
    if (!canEmulate())
      std::printf(
          "[ NOT RUN  ] aarch64: this machine has no emulator or no cross compiler for it\n");
    for (const auto &[what, count] : notRun())
      std::printf("[ NOT RUN  ] %s: %d cases\n", what.c_str(), count);
  }
  static std::map<std::string, int> &notRun() {
    static std::map<std::string, int> counts;
    return counts;
  }

  /// Whether a target may leave the case out. The cpu backend runs whatever the reference runs;
  /// accelerators may refuse (docs/generated/operators.md has what).
  void skip(const Target &target, const Error &error) {
    const OpCase &one = GetParam();
    if (error.code == Code::kUnsupported && target.backend != "cpu")
      ++notRun()[target.name() + " refuses " + one.op + " " + one.type];
    else if (error.code == Code::kUnavailable && !target.isa.empty() && !target.machine)
      ++notRun()[target.name() + " is not on this processor"];
    else
      FAIL() << error.text();
  }
};

TEST_P(Conformance, EveryBackendAgreesWithTheReference) {
  auto expected = runCase(GetParam(), "reference");
  ASSERT_TRUE(expected.ok()) << expected.error().text() << "\n" << GetParam().mlir;
  for (const Target &target : targets(GetParam())) {
    SCOPED_TRACE(target.name());
    auto actual = runCase(GetParam(), target.backend, target.isa, target.machine);
    if (!actual.ok()) {
      skip(target, actual.error());
      continue;
    }
    ASSERT_EQ(actual->size(), expected->size());
    for (size_t i = 0; i < expected->size(); ++i)
      if ((*expected)[i].type == ElementType::kF32)
        expectNear((*expected)[i], (*actual)[i], toleranceOf(GetParam()));
      else
        expectEqual((*expected)[i], (*actual)[i]);
  }
}

std::string caseName(const ::testing::TestParamInfo<OpCase> &info) {
  return info.param.op + "_" + info.param.type + "_" + info.param.variant;
}
INSTANTIATE_TEST_SUITE_P(Ops, Conformance, ::testing::ValuesIn(allCases()), caseName);

} // namespace
} // namespace tandem::test
