// Whole models against what their own frameworks compute (README.md beside this file).

#include "compiler/driver/compiler.h"
#include "runtime/session.h"
#include "tests/emulated/machine.h"
#include "tests/models/golden_models.h"
#include "tools/tandem/npy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <functional>
#include <set>
#include <unistd.h>

namespace tandem::test {
namespace {

struct Setting {
  const char *name;
  std::vector<std::string> backends;
  const char *isa;                 ///< for TANDEM_CPU_ISA; null: what the machine has
  const char *npu = nullptr;       ///< the Neuron library that serves the NPU; null: there is none
  const char *processor = nullptr; ///< of the emulated machine that runs it; null: this one runs it
  const char *precision = nullptr; ///< cpu.precision; null: f32
};

/// What a factor loses that is rounded, at most, as a part of itself.
double roundingOf(const Setting &setting) {
  return setting.precision == std::string_view("bf16") ? 0x1p-8 : 0x1p-11;
}

std::ostream &operator<<(std::ostream &out, const Setting &setting) {
  return out << setting.name;
}

template <typename T> T elementAt(const std::byte *data, size_t i) {
  T value;
  std::memcpy(&value, data + i * sizeof value, sizeof value);
  return value;
}

void expectFloats(const NpyArray &expected, const TensorView &actual, double relativeToLargest) {
  size_t count = actual.bytes / sizeof(float);
  double largest = 0, worst = 0;
  for (size_t i = 0; i < count; ++i) {
    double want = elementAt<float>(expected.data.data(), i);
    double difference = std::abs(elementAt<float>(actual.data, i) - want);
    largest = std::max(largest, std::abs(want));
    worst = std::isnan(difference) ? INFINITY : std::max(worst, difference);
  }
  EXPECT_LE(worst, relativeToLargest * largest) << actual.name << ": largest output " << largest;
}

/// How far results may be from those in f32, as a part of the largest, when the factors of `ops`
/// operations are rounded: each sum gets 2 * rounding of itself at most, errors of one operation
/// after another add up as the root of their number. Probabilities are of a softmax, which turns
/// what its inputs are off by into at most half as much; their logarithms say how large those are.
double boundInPrecision(const NpyArray &expected, double rounding, size_t ops) {
  double smallest = INFINITY, largest = 0, sum = 0;
  for (size_t i = 0; i < expected.data.size() / sizeof(float); ++i) {
    double value = elementAt<float>(expected.data.data(), i);
    smallest = std::min(smallest, value);
    largest = std::max(largest, std::abs(value));
    sum += value;
  }
  double relative = 2 * rounding * std::sqrt(static_cast<double>(ops));
  bool isSoftmax = smallest > 0 && std::abs(sum - 1) < 1e-3;
  return isSoftmax ? relative / 2 * std::log(largest / smallest) / largest : relative;
}

void expectCodes(const NpyArray &expected, const TensorView &actual, double steps) {
  double worst = 0;
  size_t differing = 0;
  for (size_t i = 0; i < actual.bytes; ++i) {
    bool isSigned = actual.type == ElementType::kI8;
    int want = isSigned ? elementAt<int8_t>(expected.data.data(), i)
                        : elementAt<uint8_t>(expected.data.data(), i);
    int have = isSigned ? elementAt<int8_t>(actual.data, i) : elementAt<uint8_t>(actual.data, i);
    worst = std::max<double>(worst, std::abs(want - have));
    differing += want != have;
  }
  EXPECT_LE(worst, steps) << actual.name << ": " << differing << " of " << actual.bytes
                          << " codes differ";
}

/// How far float results may be from these, as a part of the largest.
using Bound = std::function<double(const NpyArray &expected)>;

class Models : public ::testing::TestWithParam<std::tuple<GoldenModel, Setting>> {
protected:
  void SetUp() override {
    bundle_ = std::filesystem::temp_directory_path() /
              ("tandem_models_" + std::to_string(getpid()) + ".tandem");
  }
  void TearDown() override {
    std::filesystem::remove(bundle_);
    unsetenv("TANDEM_CPU_ISA");
    unsetenv("TANDEM_NEURON_LIBRARY");
  }

  /// Of a Session, or what is used like one.
  template <typename SessionT>
  void runGolden(SessionT &session, const GoldenModel &model, const GoldenModel::Golden &golden,
                 const Bound &relativeToLargest) {
    SCOPED_TRACE("seed " + std::to_string(golden.seed));
    for (size_t i = 0; i < model.inputs.size(); ++i) {
      auto input = session.input(model.inputs[i].name);
      ASSERT_TRUE(input.ok()) << input.error().text();
      ASSERT_EQ((*input)->shape, model.inputs[i].shape);
      fillPattern(golden.seed, model, model.inputs[i], (*input)->type,
                  {(*input)->data, (*input)->bytes});
    }
    Status status = session.run();
    ASSERT_TRUE(status.ok()) << status.error().text();
    for (size_t i = 0; i < model.outputs.size(); ++i) {
      auto output = session.output(model.outputs[i].name);
      ASSERT_TRUE(output.ok()) << output.error().text();
      auto expected = readNpy(goldenFolder() + "/" + golden.outputs[i]);
      ASSERT_TRUE(expected.ok()) << expected.error().text();
      ASSERT_EQ(expected->shape, (*output)->shape);
      ASSERT_EQ(expected->type, (*output)->type);
      if (expected->type == ElementType::kF32)
        expectFloats(*expected, **output, relativeToLargest(*expected));
      else
        expectCodes(*expected, **output, model.steps);
    }
  }

  void runOnEmulatedMachine(const GoldenModel &model, const char *processor, const Bound &bound) {
    EmulatedMachine machine(processor);
    Status opened = machine.open(bundle_.string());
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    for (const GoldenModel::Golden &golden : model.goldens)
      runGolden(machine, model, golden, bound);
  }

  std::filesystem::path bundle_;
};

TEST_P(Models, AgreeWithTheirOwnFramework) {
  const auto &[model, setting] = GetParam();
  std::optional<std::string> path = locate(model);
  if (!path)
    GTEST_SKIP() << model.file << " is not on this machine";
  if (setting.isa)
    setenv("TANDEM_CPU_ISA", setting.isa, /*overwrite=*/1);
  if (setting.npu)
    setenv("TANDEM_NEURON_LIBRARY", setting.npu, /*overwrite=*/1);
  CompileRequest request;
  request.modelPath = *path;
  request.backends = setting.backends;
  if (setting.npu) // all that the NPU can, whether it pays or not
    request.placement = CompileSettings::Placement::kGreedy;
  if (setting.isa)
    request.isas = {setting.isa};
  if (setting.processor)
    request.targets = {"aarch64"};
  if (setting.precision)
    request.options = {{"cpu.precision", setting.precision}};
  auto compiled = compileModel(request, bundle_.string());
  ASSERT_TRUE(compiled.ok()) << compiled.error().text();

  auto bound = [&](const NpyArray &expected) {
    double inPrecision =
        setting.precision ? boundInPrecision(expected, roundingOf(setting), compiled->ops) : 0;
    return std::max(model.relativeToLargest, inPrecision);
  };
  if (setting.processor)
    return runOnEmulatedMachine(model, setting.processor, bound);
  auto bundle = Bundle::open(bundle_.string());
  ASSERT_TRUE(bundle.ok()) << bundle.error().text();
  SessionOptions options;
  options.threads = setting.isa ? 1 : 2; // both ways of running, without a third setting
  auto session = Session::create(*bundle, "", options);
  ASSERT_TRUE(session.ok()) << session.error().text();
  for (const GoldenModel::Golden &golden : model.goldens)
    runGolden(**session, model, golden, bound);
  EXPECT_THAT((*session)->notices(), ::testing::IsEmpty()) << "no device may have failed";
}

std::string nameOf(const ::testing::TestParamInfo<Models::ParamType> &info) {
  return std::get<0>(info.param).name + "_" + std::get<1>(info.param).name;
}

INSTANTIATE_TEST_SUITE_P(
    All, Models,
    ::testing::Combine(
        ::testing::ValuesIn(goldenModels()),
        ::testing::Values(Setting{"reference", {"reference"}, nullptr},
                          // Alone: not one op of these models may need the reference's loops.
                          Setting{"cpu", {"cpu"}, nullptr}, Setting{"avx2", {"cpu"}, "avx2"}
#ifdef NEURON_LIBRARY
                          ,
                          Setting{"neuron", {"neuron", "cpu", "reference"}, nullptr, NEURON_LIBRARY}
#endif
                          )),
    nameOf);

std::vector<GoldenModel> modelsOfFloats() {
  std::vector<GoldenModel> models;
  for (const GoldenModel &model : goldenModels())
    if (model.relativeToLargest > 0)
      models.push_back(model);
  return models;
}
INSTANTIATE_TEST_SUITE_P(
    InPrecision, Models,
    ::testing::Combine(
        ::testing::ValuesIn(modelsOfFloats()),
        ::testing::Values(
            Setting{.name = "bf16", .backends = {"cpu"}, .isa = nullptr, .precision = "bf16"},
            Setting{.name = "f16", .backends = {"cpu"}, .isa = nullptr, .precision = "f16"})),
    nameOf);

/// Few, since emulation is slow: of each kind of arithmetic those of the repository, and one of
/// ../shared.
std::vector<GoldenModel> emulatedModels() {
  const std::set<std::string> kNames = {
      "liveness",     "onnx_transformer", "tensorflow_mobile_frozen",
      "onnx_cnn_qdq", "vww_96_int8",      "mobilenet_v1_quant"};
  std::vector<GoldenModel> models;
  for (const GoldenModel &model : goldenModels())
    if (canEmulate() && kNames.contains(model.name))
      models.push_back(model);
  return models;
}
INSTANTIATE_TEST_SUITE_P(
    OnAarch64, Models,
    ::testing::Combine(::testing::ValuesIn(emulatedModels()),
                       ::testing::Values(Setting{"neon", {"cpu"}, nullptr, nullptr, "cortex-a72"},
                                         Setting{
                                             "dotprod", {"cpu"}, nullptr, nullptr, "cortex-a76"},
                                         Setting{"i8mm", {"cpu"}, nullptr, nullptr, "max"})),
    nameOf);

/// Products in 16 bits: on processors that multiply so, and on one that does it in f32.
std::vector<GoldenModel> emulatedModelsOfFloats() {
  std::vector<GoldenModel> models = emulatedModels();
  std::erase_if(models, [](const GoldenModel &model) {
    return model.name != "liveness" && model.name != "tensorflow_mobile_frozen";
  });
  return models;
}
Setting emulated(const char *name, const char *processor, const char *precision) {
  return {.name = name,
          .backends = {"cpu"},
          .isa = nullptr,
          .processor = processor,
          .precision = precision};
}
INSTANTIATE_TEST_SUITE_P(
    InPrecisionOnAarch64, Models,
    ::testing::Combine(::testing::ValuesIn(emulatedModelsOfFloats()),
                       ::testing::Values(emulated("bf16_by_f32", "cortex-a72", "bf16"),
                                         emulated("bf16", "max", "bf16"),
                                         emulated("f16_by_f32", "cortex-a72", "f16"),
                                         emulated("f16", "cortex-a76", "f16"))),
    nameOf);

} // namespace
} // namespace tandem::test
