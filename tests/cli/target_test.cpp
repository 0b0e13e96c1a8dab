// Bundles for other machines, and the runner that needs no compiler.

#include "tests/cli/small_model.h"

#include <gmock/gmock.h>

#include <cstring>

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

namespace tandem::test {
namespace {

class Targets : public SmallModel {
protected:
  void compileFor(const std::string &option, const std::string &value) {
    Outcome outcome = runTandem(
        {"compile", path("m.mlir"), "-o", path("m.tandem"), "--backends", "cpu", option, value});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  }

  /// tandem-run of this machine, with what SmallModel gives `tandem run`.
  Outcome runHere(const std::vector<std::string> &more = {}) {
    return runProgram(withInputs({TANDEM_RUN}, more));
  }
  /// That of aarch64, on an emulated processor.
  Outcome runEmulated(const std::string &processor, const std::vector<std::string> &more = {},
                      const Surroundings &around = {}) {
    return runProgram(withInputs({TANDEM_EMULATOR, "-cpu", processor, TANDEM_RUN_AARCH64}, more),
                      around);
  }

  /// left + right of 1, 2, 3, 4 and itself, as --save leaves it.
  void expectSum(const std::string &folder) {
    auto sum = readNpy(folder + "/sum.npy");
    ASSERT_TRUE(sum.ok()) << sum.error().text();
    std::vector<float> values(sum->data.size() / sizeof(float));
    std::memcpy(values.data(), sum->data.data(), sum->data.size());
    EXPECT_THAT(values, ElementsAre(2, 4, 6, 8));
  }

private:
  std::vector<std::string> withInputs(std::vector<std::string> program,
                                      const std::vector<std::string> &more) {
    const float numbers[] = {1, 2, 3, 4};
    EXPECT_TRUE(
        writeNpy(path("a.npy"), ElementType::kF32, Shape{1, 4}, std::as_bytes(std::span(numbers)))
            .ok());
    for (const std::string &argument :
         {path("m.tandem"), std::string("--input"), "left=" + path("a.npy"), std::string("--input"),
          "right=" + path("a.npy")})
      program.push_back(argument);
    program.insert(program.end(), more.begin(), more.end());
    return program;
  }
};

TEST_F(Targets, TheRunnerRunsABundle) {
  compileFor("--target", "x86-64");
  Outcome outcome = runHere({"--save", path("out")});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_THAT(outcome.out, StartsWith("sum  f32 1x4  min 2  max 8  first [2, 4, 6, 8]\n"));
  expectSum(path("out"));
}

TEST_F(Targets, TheRunnerMeasuresABundle) {
  compile();
  Outcome outcome = runProgram({TANDEM_RUN, path("m.tandem"), "--bench", "--seconds", "0.01"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_THAT(outcome.out, HasSubstr("m.tandem: median "));
}

TEST_F(Targets, TheRunnerSaysWhatIsWrongWithItsCommandLine) {
  compile();
  Outcome both = runHere({"--bench"});
  EXPECT_EQ(both.exitCode, 2);
  EXPECT_EQ(both.err, "tandem-run: --input does not go with --bench; see 'tandem-run --help'\n");
  Outcome nothing = runProgram({TANDEM_RUN});
  EXPECT_EQ(nothing.exitCode, 2);
  EXPECT_EQ(nothing.err, "tandem-run: BUNDLE is required; see 'tandem-run --help'\n");
}

TEST_F(Targets, ABundleForAnotherMachineSaysForWhich) {
  compileFor("--target", "aarch64");
  Outcome outcome = runHere();
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_THAT(outcome.err,
              HasSubstr("m.tandem: error: region 'cpu_0' has code for aarch64, this machine is "
                        "x86-64: compile it with 'tandem compile --target x86-64'\n"));
}

TEST_F(Targets, CodeForAnotherMachineThanTheDeviceIsSaid) {
  auto warningsOf = [&](const std::vector<std::string> &more) {
    std::vector<std::string> arguments = {"compile",        path("m.mlir"), "-o",
                                          path("m.tandem"), "--device",     "mt6873"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    Outcome outcome = runTandem(arguments);
    EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
    size_t at = outcome.err.find(path("m.tandem") + ": warning: ");
    return at == std::string::npos ? "" : outcome.err.substr(at);
  };
  EXPECT_EQ(warningsOf({}), path("m.tandem") +
                                ": warning: has code for x86-64, and device 'mt6873' is aarch64: "
                                "compile it with --target aarch64, or for both with --target "
                                "x86-64,aarch64\n");
  EXPECT_EQ(warningsOf({"--target", "aarch64"}), "");
  EXPECT_EQ(warningsOf({"--target", "aarch64,x86-64"}), "");
}

TEST_F(Targets, InstructionSetsThatGainNothingAreSaid) {
  auto warningsOf = [&](const std::string &isas, const std::string &precision) {
    Outcome outcome = runTandem({"compile", path("m.mlir"), "-o", path("m.tandem"), "--isa", isas,
                                 "--option", "cpu.precision=" + precision});
    EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
    size_t at = outcome.err.find("--isa ");
    return at == std::string::npos ? "" : outcome.err.substr(at);
  };
  EXPECT_EQ(warningsOf("avx512bf16", "f32"),
            "--isa avx512bf16: warning: has no code of its own for precision f32, it is for "
            "--option cpu.precision=bf16\n");
  EXPECT_THAT(warningsOf("avx2,fp16", "bf16"), StartsWith("--isa fp16: warning: "));
  EXPECT_EQ(warningsOf("avx512bf16,avx2", "bf16"), "");
}

TEST_F(Targets, InspectSaysWhatABundleHasCodeFor) {
  compileFor("--target", "x86-64,aarch64");
  EXPECT_THAT(runTandem({"inspect", path("m.tandem")}).out,
              HasSubstr(", code for x86-64 (avx512, avx2), aarch64 (i8mm, dotprod, neon)\n"));
}

TEST_F(Targets, RefusesATargetThatThereIsNot) {
  Outcome outcome =
      runTandem({"compile", path("m.mlir"), "-o", path("x.tandem"), "--target", "x86-64,sparc"});
  EXPECT_EQ(outcome.exitCode, 2);
  EXPECT_EQ(outcome.err, "tandem compile: no target is called 'sparc'; this build generates code "
                         "for x86-64, aarch64; see 'tandem compile --help'\n");
  EXPECT_THAT(folder_.names(), ElementsAre("m.mlir"));
}

class EmulatedTargets : public Targets {
protected:
  void SetUp() override {
    if (std::strlen(TANDEM_EMULATOR) == 0)
      GTEST_SKIP() << "no emulator of aarch64, or no cross compiler for it, is on this machine";
    Targets::SetUp();
  }
};

TEST_F(EmulatedTargets, OneBundleServesSeveralMachines) {
  compileFor("--target", "arm64,x86-64");
  Outcome here = runHere({"--save", path("here")});
  ASSERT_EQ(here.exitCode, 0) << here.err;
  expectSum(path("here"));
  Outcome there = runEmulated("cortex-a72", {"--save", path("there")});
  ASSERT_EQ(there.exitCode, 0) << there.err;
  expectSum(path("there"));
}

TEST_F(EmulatedTargets, TakeTheCodeThatTheProcessorCanRun) {
  compileFor("--isa", "dotprod");
  Outcome with = runEmulated("cortex-a76");
  EXPECT_EQ(with.exitCode, 0) << with.err;
  Outcome without = runEmulated("cortex-a72");
  EXPECT_EQ(without.exitCode, 1);
  EXPECT_THAT(without.err, HasSubstr("region 'cpu_0' has no code that this processor can run: "
                                     "dotprod needs asimddp\n"));
}

TEST_F(EmulatedTargets, SayForWhichMachineABundleIs) {
  compileFor("--target", "x86-64");
  Outcome outcome = runEmulated("cortex-a76");
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_THAT(outcome.err, HasSubstr("has code for x86-64, this machine is aarch64: compile it "
                                     "with 'tandem compile --target aarch64'\n"));
}

} // namespace
} // namespace tandem::test
