#include "backends/cpu/test/precision.h"

#include "backends/cpu/artifact_generated.h"
#include "backends/cpu/run/processor.h"
#include "backends/cpu/test/backends.h"
#include "base/element_type.h"
#include "base/file.h"
#include "compiler/codegen/isa.h"
#include "compiler/driver/compiler.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <gtest/gtest.h>
#include <unistd.h>

namespace tandem::test {
namespace {

float ofHex(const std::string &digits) {
  return std::bit_cast<float>(
      __builtin_bswap32(static_cast<uint32_t>(std::stoul(digits, nullptr, 16))));
}
std::string hexOf(float real) {
  char digits[9];
  std::snprintf(digits, sizeof digits, "%08X", __builtin_bswap32(std::bit_cast<uint32_t>(real)));
  return digits;
}

float magnitude(float real) {
  return std::abs(real);
}
/// The module without its activation.
std::string linear(std::string text) {
  constexpr std::string_view kActivation = "activation ";
  size_t at = text.find(kActivation) + kActivation.size();
  return text.replace(at, text.find(' ', at) - at, "none");
}

/// A bundle of the module for one instruction set, gone with this object.
class Compiled {
public:
  Compiled(const std::string &text, const char *isa, const char *precision) {
    std::filesystem::path folder = std::filesystem::temp_directory_path();
    std::string name = "tandem_precision_" + std::to_string(getpid());
    model_ = folder / (name + ".mlir");
    bundle_ = folder / (name + ".tandem");
    CompileRequest request;
    request.modelPath = model_.string();
    request.backends = {"cpu"};
    request.isas = {isa};
    request.options = {{"cpu.precision", precision}};
    Status written = writeFileAtomically(request.modelPath, text);
    EXPECT_TRUE(written.ok());
    auto compiled = compileModel(request, bundle_.string());
    EXPECT_TRUE(compiled.ok()) << compiled.error().text();
  }
  ~Compiled() {
    std::filesystem::remove(model_);
    std::filesystem::remove(bundle_);
  }
  std::string path() const { return bundle_.string(); }

private:
  std::filesystem::path model_, bundle_;
};

std::vector<float> emulatedResult(const std::string &text, const CodeRunner &runner,
                                  const char *precision, const std::vector<Bytes> &inputs) {
  Compiled compiled(text, runner.isa, precision);
  EmulatedMachine &machine = *runner.machine;
  Status status = machine.open(compiled.path());
  EXPECT_TRUE(status.ok()) << status.error().text();
  if (!status.ok())
    return {};
  for (size_t i = 0; i < inputs.size(); ++i)
    std::memcpy(machine.inputs()[i].data, inputs[i].data(), inputs[i].size());
  status = machine.run();
  EXPECT_TRUE(status.ok()) << status.error().text();
  const TensorView &output = machine.outputs()[0];
  return as<float>(Bytes(output.data, output.data + output.bytes));
}

} // namespace

CompileOptions optionsFor(const char *isa, const char *precision) {
  CompileOptions options;
  options.isas = {isa};
  options.settings = {{"precision", precision}};
  return options;
}

std::string withRounded(std::string text, float (*round)(float)) {
  constexpr std::string_view kBegin = "dense<\"0x";
  for (size_t at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin, at))
    for (at += kBegin.size(); text[at] != '"'; at += 8)
      text.replace(at, 8, hexOf(round(ofHex(text.substr(at, 8)))));
  return text;
}

std::vector<Bytes> roundedInputs(std::vector<Bytes> inputs, float (*round)(float)) {
  for (Bytes &bytes : inputs) {
    std::vector<float> reals = as<float>(bytes);
    for (float &real : reals)
      real = round(real);
    std::memcpy(bytes.data(), reals.data(), bytes.size());
  }
  return inputs;
}

std::vector<Bytes> inputsOf(const std::string &text) {
  return OneRegion(referenceBackend(), referenceDevice(), text).makeInputs();
}

float roundedToF16(float real) {
  return halfToFloat(floatToHalf(real));
}

std::vector<std::string> variantsFor(const char *architecture, const char *precision) {
  CompileOptions options;
  for (const codegen::Isa *isa : codegen::isasOf(*codegen::findArchitecture(architecture)))
    options.isas.push_back(isa->name.str());
  options.settings = {{"precision", precision}};
  OneRegion region(cpuBackend(), cpuDevice(), productsAround("nothing"), options);
  EXPECT_TRUE(region.supported()) << region.refusal();
  std::vector<std::string> names;
  for (const cpu::Variant *variant : *cpu::GetArtifact(region.artifact().data())->variants())
    names.push_back(variant->isa()->str());
  return names;
}

std::vector<CodeRunner> runnersHere() {
  std::vector<CodeRunner> runners = {{"avx2"}, {"avx2-wide"}};
  if (cpu::processorHas("avx512vnni"))
    runners.push_back({"avx512"});
  if (cpu::processorHas("avx512bf16"))
    runners.push_back({"avx512bf16"});
  return runners;
}

std::vector<CodeRunner> runnersEmulated() {
  if (!canEmulate())
    return {};
  static EmulatedMachine plain("cortex-a72"), withF16("cortex-a76"), withAll("max");
  return {{"neon", &plain}, {"fp16", &withF16}, {"bf16", &withAll}};
}

std::vector<CodeRunner> allRunners() {
  std::vector<CodeRunner> runners = runnersHere();
  for (const CodeRunner &runner : runnersEmulated())
    runners.push_back(runner);
  return runners;
}

std::vector<std::vector<float>> resultsOf(const std::string &text, const CodeRunner &runner,
                                          const char *precision, const std::vector<Bytes> &inputs) {
  if (runner.machine)
    return {emulatedResult(text, runner, precision, inputs)};
  OneRegion region(cpuBackend(), cpuDevice(), text, optionsFor(runner.isa, precision));
  EXPECT_TRUE(region.ready()) << region.refusal();
  std::vector<std::vector<float>> results;
  if (region.ready())
    for (int threads : {1, 3})
      results.push_back(as<float>(region.run(inputs, threads)[0]));
  return results;
}

Bounded::Bounded(const std::string &text, const std::vector<Bytes> &inputs) {
  OneRegion reference(referenceBackend(), referenceDevice(), text);
  OneRegion bounds(referenceBackend(), referenceDevice(), linear(withRounded(text, magnitude)));
  expected = as<float>(reference.run(inputs)[0]);
  largest = as<float>(bounds.run(roundedInputs(inputs, magnitude))[0]);
}

void expectWithin(const std::string &text, const char *precision, const std::vector<Bytes> &inputs,
                  double part) {
  SCOPED_TRACE(text.substr(0, 2000));
  Bounded bounded(text, inputs);
  for (const CodeRunner &runner : allRunners()) {
    SCOPED_TRACE(runner.isa);
    for (const std::vector<float> &actual : resultsOf(text, runner, precision, inputs)) {
      ASSERT_EQ(actual.size(), bounded.expected.size());
      for (size_t i = 0; i < actual.size(); ++i)
        ASSERT_LE(std::abs(actual[i] - bounded.expected[i]), part * bounded.largest[i]) << i;
    }
  }
}

void expectNearReference(const std::string &text, const char *precision, double relativeToLargest) {
  SCOPED_TRACE(text.substr(0, 2000));
  for (const CodeRunner &runner : runnersHere()) { // with every byte around its buffers watched
    SCOPED_TRACE(runner.isa);
    expectSame(text, cpuBackend(), cpuDevice(), referenceBackend(), referenceDevice(),
               optionsFor(runner.isa, precision), relativeToLargest);
  }
  std::vector<Bytes> inputs = inputsOf(text);
  std::vector<float> expected =
      as<float>(OneRegion(referenceBackend(), referenceDevice(), text).run(inputs)[0]);
  float largest = 0;
  for (float value : expected)
    largest = std::max(largest, std::abs(value));
  for (const CodeRunner &runner : runnersEmulated()) {
    SCOPED_TRACE(runner.isa);
    std::vector<float> actual = resultsOf(text, runner, precision, inputs).at(0);
    ASSERT_EQ(actual.size(), expected.size());
    for (size_t i = 0; i < actual.size(); ++i)
      ASSERT_LE(std::abs(actual[i] - expected[i]), relativeToLargest * largest) << i;
  }
}

} // namespace tandem::test
