#include "backends/cpu/test/runners.h"

#include "backends/cpu/run/processor.h"
#include "backends/cpu/test/backends.h"
#include "base/file.h"
#include "compiler/driver/compiler.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <gtest/gtest.h>
#include <unistd.h>

namespace tandem::test {
namespace {

/// A bundle of the module for one instruction set, gone with this object.
class Compiled {
public:
  Compiled(const std::string &text, const CodeRunner &runner, const char *precision) {
    std::filesystem::path folder = std::filesystem::temp_directory_path();
    std::string name = "tandem_cpu_test_" + std::to_string(getpid());
    model_ = folder / (name + ".mlir");
    bundle_ = folder / (name + ".tandem");
    CompileRequest request;
    request.modelPath = model_.string();
    request.backends = {"cpu"};
    request.isas = {runner.isa};
    request.options = {{"cpu.precision", precision}};
    for (const auto &[key, value] : runner.settings)
      request.options["cpu." + key] = value;
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

std::vector<Bytes> emulatedResults(const std::string &text, const CodeRunner &runner,
                                   const char *precision, const std::vector<Bytes> &inputs) {
  Compiled compiled(text, runner, precision);
  EmulatedMachine &machine = *runner.machine;
  Status status = machine.open(compiled.path());
  EXPECT_TRUE(status.ok()) << status.error().text();
  if (!status.ok())
    return {};
  for (size_t i = 0; i < inputs.size(); ++i)
    std::memcpy(machine.inputs()[i].data, inputs[i].data(), inputs[i].size());
  status = machine.run();
  EXPECT_TRUE(status.ok()) << status.error().text();
  std::vector<Bytes> results;
  for (const TensorView &output : machine.outputs())
    results.emplace_back(output.data, output.data + output.bytes);
  return results;
}

} // namespace

CompileOptions optionsFor(const char *isa, const char *precision) {
  CompileOptions options;
  options.isas = {isa};
  options.settings = {{"precision", precision}};
  return options;
}

std::vector<CodeRunner> runnersHere() {
  std::vector<CodeRunner> runners = {{"avx2"}, {"avx2-wide"}};
  if (cpu::processorHas("avx512vnni"))
    runners.push_back({"avx512"});
  if (cpu::processorHas("avx512bf16"))
    runners.push_back({"avx512bf16"});
  return runners;
}

const char *wideIsa() {
  return cpu::processorHas("avx512vnni") ? "avx512" : "avx2-wide";
}

std::vector<CodeRunner> runnersEmulated() {
  if (!canEmulate())
    return {};
  static EmulatedMachine plain("cortex-a72"), withF16("cortex-a76"), withAll("max");
  return {{"neon", &plain},
          {"dotprod", &withF16},
          {"fp16", &withF16},
          {"i8mm", &withAll},
          {"bf16", &withAll}};
}

std::vector<CodeRunner> runnersNamed(std::initializer_list<std::string_view> isas) {
  std::vector<CodeRunner> runners = runnersHere();
  for (const CodeRunner &runner : runnersEmulated())
    runners.push_back(runner);
  std::erase_if(runners, [&](const CodeRunner &runner) {
    return std::find(isas.begin(), isas.end(), runner.isa) == isas.end();
  });
  return runners;
}

std::vector<Bytes> inputsOf(const std::string &text) {
  return OneRegion(referenceBackend(), referenceDevice(), text).makeInputs();
}

std::vector<std::vector<Bytes>> resultsOf(const std::string &text, const CodeRunner &runner,
                                          const char *precision, const std::vector<Bytes> &inputs) {
  if (runner.machine)
    return {emulatedResults(text, runner, precision, inputs)};
  CompileOptions options = optionsFor(runner.isa, precision);
  options.settings.insert(runner.settings.begin(), runner.settings.end());
  OneRegion region(cpuBackend(), cpuDevice(), text, options);
  EXPECT_TRUE(region.ready()) << region.refusal();
  std::vector<std::vector<Bytes>> results;
  if (region.ready())
    for (int threads : {1, 3})
      results.push_back(region.run(inputs, threads));
  return results;
}

void expectAsReference(const std::string &text, std::span<const CodeRunner> runners,
                       double relativeToLargest, const char *precision) {
  SCOPED_TRACE(text.substr(0, 4000));
  OneRegion reference(referenceBackend(), referenceDevice(), text);
  ASSERT_TRUE(reference.ready()) << reference.refusal();
  std::vector<Bytes> inputs = reference.makeInputs(), expected = reference.run(inputs);
  for (const CodeRunner &runner : runners) {
    SCOPED_TRACE(std::string(runner.isa) + " " + precision);
    for (const std::vector<Bytes> &actual : resultsOf(text, runner, precision, inputs)) {
      ASSERT_EQ(actual.size(), expected.size());
      for (size_t i = 0; i < expected.size(); ++i)
        expectNear(reference.outputTypes()[i], actual[i], expected[i], relativeToLargest);
    }
    if (testing::Test::HasFailure())
      return;
  }
}

} // namespace tandem::test
