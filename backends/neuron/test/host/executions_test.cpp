// Executions at the same time, what is refused with reasons, and what a debug compilation reports.
#include "backends/neuron/test/host/oracle.h"

#include <filesystem>
#include <fstream>
#include <thread>

namespace tandem::neuron::test {
namespace {
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Floats = std::vector<float>;

/// y = tanh(x) + x, of so many elements.
struct Sum {
  Client client;
  explicit Sum(uint32_t count) {
    auto x = client.input(f32({count})), between = client.temporary(f32({count}));
    client.operation(NEURON_TANH, {x}, {between});
    client.operation(NEURON_ADD, {between, x, client.scalar(none())},
                     {client.output(f32({count}))});
  }
};

TEST(Executions, OfOneCompilationRunAtTheSameTime) {
  constexpr size_t kCount = 1000;
  Sum sum(kCount);
  ASSERT_EQ(sum.client.compile(), NEURON_NO_ERROR);
  std::vector<std::thread> threads;
  std::vector<int> wrong(8, 0);
  for (size_t i = 0; i < wrong.size(); ++i)
    threads.emplace_back([&, i] {
      auto x = static_cast<float>(i);
      Floats expected(kCount, std::tanh(x) + x);
      for (int run = 0; run < 20; ++run) {
        std::vector<Bytes> results =
            execute(sum.client.compilation(), {bytesOf(Floats(kCount, x))}, 1);
        for (float y : valuesOf<float>(results.at(0)))
          wrong[i] += std::abs(y - expected[0]) > 1e-5f;
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_THAT(wrong, Each(0));
}

TEST(Executions, OfSeveralModelsAreBuiltAndRunAtTheSameTime) {
  std::vector<std::thread> threads;
  std::vector<float> results(4, 0);
  for (size_t i = 0; i < results.size(); ++i)
    threads.emplace_back([&, i] {
      Sum sum(3);
      results[i] = sum.client.compute<float>(Floats{static_cast<float>(i), 0, 0}).at(0);
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_THAT(results,
              IsCloseTo(Floats{0, std::tanh(1.0f) + 1, std::tanh(2.0f) + 2, std::tanh(3.0f) + 3}));
}

TEST(Executions, ChainByEvents) {
  Sum sum(4);
  ASSERT_EQ(sum.client.compile(), NEURON_NO_ERROR);
  constexpr int kLinks = 16;
  std::vector<Floats> values(kLinks + 1, Floats(4, 0.25f));
  std::vector<Owned<NeuronExecution>> executions;
  std::vector<Owned<NeuronEvent>> events;
  for (int i = 0; i < kLinks; ++i) {
    NeuronExecution *execution = nullptr;
    ASSERT_EQ(api().NeuronExecution_create(sum.client.compilation(), &execution), 0);
    executions.emplace_back(execution);
    ASSERT_EQ(api().NeuronExecution_setInput(execution, 0, nullptr, values[i].data(), 16), 0);
    ASSERT_EQ(api().NeuronExecution_setOutput(execution, 0, nullptr, values[i + 1].data(), 16), 0);
    const NeuronEvent *before[] = {events.empty() ? nullptr : events.back().get()};
    NeuronEvent *event = nullptr;
    ASSERT_EQ(api().NeuronExecution_startComputeWithDependencies(execution, before,
                                                                 events.empty() ? 0 : 1, 0, &event),
              0);
    events.emplace_back(event);
  }
  EXPECT_EQ(api().NeuronEvent_wait(events.back().get()), NEURON_NO_ERROR);
  float expected = 0.25f;
  for (int i = 0; i < kLinks; ++i)
    expected += std::tanh(expected);
  EXPECT_THAT(values.back(), IsCloseTo(Floats(4, expected)));
}

TEST(Support, IsToldOperationByOperation) {
  Client client;
  auto x = client.input(f32({4})), between = client.temporary(f32({4}));
  auto y = client.output(f32({4})), heat = client.input(f32({1, 2, 2, 1}));
  auto boxes = client.input(f32({1, 4}));
  client.operation(NEURON_SIN, {x}, {between}); // no version has it
  client.operation(NEURON_TANH, {between}, {y});
  client.operation(NEURON_HEATMAP_MAX_KEYPOINT, {heat, boxes, client.flag(false)},
                   {client.output(f32({1, 1})), client.output(f32({1, 1, 2}))}); // graph has none
  std::vector<bool> supported = client.supported();
  supported.resize(3);
  EXPECT_THAT(supported, ElementsAre(false, true, false));
  NeuronCompilation *made = nullptr;
  ASSERT_EQ(api().NeuronCompilation_create(client.model(), &made), NEURON_NO_ERROR);
  Owned<NeuronCompilation> compilation(made);
  EXPECT_EQ(api().NeuronCompilation_finish(made), NEURON_UNMAPPABLE);
  EXPECT_EQ(api().NeuronCompilation_finish(made), NEURON_BAD_STATE);
  NeuronExecution *execution = nullptr;
  EXPECT_EQ(api().NeuronExecution_create(made, &execution), NEURON_BAD_STATE);
}

TEST(Support, NeedsConstantsWhereTheGraphDoes) {
  Client client;
  auto x = client.input(f32({2, 2})), shape = client.input(i32({1}));
  client.operation(NEURON_RESHAPE, {x, shape}, {client.output(f32({4}))});
  EXPECT_FALSE(client.supported()[0]);
}

TEST(Support, OfModelsInModelsIsNone) {
  Client branch;
  auto a = branch.input(f32({2}));
  branch.operation(NEURON_RELU, {a}, {branch.output(f32({2}))});
  ASSERT_EQ(branch.finishModel(), NEURON_NO_ERROR);
  Client client;
  auto condition = client.input(bool8({1})), x = client.input(f32({2}));
  auto yes = client.addOperand({NEURON_MODEL, {}}), no = client.addOperand({NEURON_MODEL, {}});
  for (uint32_t operand : {yes, no})
    EXPECT_EQ(api().NeuronModel_setOperandValueFromModel(
                  client.model(), static_cast<int32_t>(operand), branch.model()),
              NEURON_NO_ERROR);
  client.operation(NEURON_IF, {condition, yes, no, x}, {client.output(f32({2}))});
  EXPECT_FALSE(client.supported()[0]);
}

TEST(Shapes, ThatContradictEachOtherAreRefused) {
  {
    Client client; // 2x3 and 2x2 do not broadcast
    auto a = client.input(f32({2, 3})), b = client.input(f32({2, 2}));
    client.operation(NEURON_ADD, {a, b, client.scalar(none())}, {client.output(f32({2, 3}))});
    EXPECT_EQ(client.finishModel(), NEURON_BAD_DATA);
  }
  {
    Client client; // a filter for 3 channels on 2
    auto x = client.input(f32({1, 2, 2, 2}));
    std::vector<uint32_t> inputs = {x, client.constant(f32({1, 1, 1, 3}), Floats{1, 1, 1}),
                                    client.constant(f32({1}), Floats{0})};
    for (int32_t value : {1, 1, 1, 0})
      inputs.push_back(client.scalar(value));
    client.operation(NEURON_CONV_2D, inputs, {client.output(f32({1, 2, 2, 1}))});
    EXPECT_EQ(client.finishModel(), NEURON_BAD_DATA);
  }
  Client client; // five elements out of six
  auto x = client.input(f32({2, 3}));
  client.operation(NEURON_RESHAPE, {x, client.ints({5})}, {client.output(f32({5}))});
  EXPECT_EQ(client.finishModel(), NEURON_BAD_DATA);
}

TEST(DebugCompilation, WritesItsReport) {
  std::string path = ::testing::TempDir() + "neuron_report.json";
  std::filesystem::remove(path);
  Sum sum(4);
  EXPECT_EQ(api().NeuronDebug_setReportPath(sum.client.model(), path.c_str()), NEURON_NO_ERROR);
  ASSERT_EQ(sum.client.finishModel(), NEURON_NO_ERROR);
  NeuronCompilation *made = nullptr;
  ASSERT_EQ(api().NeuronCompilation_createForDebug(sum.client.model(), &made), NEURON_NO_ERROR);
  Owned<NeuronCompilation> compilation(made);
  ASSERT_EQ(api().NeuronCompilation_finish(made), NEURON_NO_ERROR);
  std::ifstream file(path);
  std::string report{std::istreambuf_iterator<char>(file), {}};
  EXPECT_THAT(report, HasSubstr("TANH 0"));
}

} // namespace
} // namespace tandem::neuron::test
