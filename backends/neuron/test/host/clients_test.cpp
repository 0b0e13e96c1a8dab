// The orders of calls that public clients use, as they are coded.
#include "backends/neuron/test/host/oracle.h"

#include <sys/mman.h>
#include <unistd.h>

namespace tandem::neuron::test {
namespace {
using ::testing::ElementsAre;
using Floats = std::vector<float>;

#define EXPECT_OK(call) EXPECT_EQ(call, NEURON_NO_ERROR)

/// A convolution of 1x1, with its bias and activation, and a second input to add: what all of them
/// send in one form or another. Doubles the input, adds 1 and the second input.
struct Network {
  Client client;
  uint32_t x, other, y;

  explicit Network(bool explicitPadding = false)
      : x(client.input(f32({1, 2, 2, 1}))), other(client.input(f32({1, 2, 2, 1}))),
        y(client.output(f32({1, 2, 2, 1}))) {
    auto conv = client.temporary(f32({1, 2, 2, 1}));
    std::vector<uint32_t> inputs = {x, client.constant(f32({1, 1, 1, 1}), Floats{2}),
                                    client.constant(f32({1}), Floats{1})};
    for (int32_t value : explicitPadding ? std::vector<int32_t>{0, 0, 0, 0, 1, 1, 0}
                                         : std::vector<int32_t>{NEURON_PADDING_SAME, 1, 1, 0})
      inputs.push_back(client.scalar(value));
    inputs.push_back(client.flag(false));
    inputs.push_back(client.scalar(1));
    inputs.push_back(client.scalar(1));
    client.operation(NEURON_CONV_2D, inputs, {conv});
    client.operation(NEURON_ADD, {conv, other, client.scalar(none())}, {y});
  }
};

TEST(Clients, TfliteDelegate) {
  Network network;
  NeuronModel *model = network.client.model();
  const uint32_t inputs[] = {network.x, network.other}, outputs[] = {network.y};
  EXPECT_OK(api().NeuronModel_identifyInputsAndOutputs(model, 2, inputs, 1, outputs));
  EXPECT_OK(api().NeuronModel_relaxComputationFloat32toFloat16(model, false));
  EXPECT_OK(api().NeuronModel_finish(model));

  uint32_t count = 0, l1 = 0;
  EXPECT_OK(api().Neuron_getDeviceCount(&count));
  ASSERT_GE(count, 1u);
  NeuronDevice *device = nullptr;
  EXPECT_OK(api().Neuron_getDevice(0, &device));
  NeuronCompilation *made = nullptr;
  EXPECT_OK(api().NeuronCompilation_createForDevices(model, &device, 1, &made));
  Owned<NeuronCompilation> compilation(made);
  EXPECT_OK(api().NeuronCompilation_setPreference(made, NEURON_PREFER_TURBO_BOOST));
  EXPECT_OK(api().NeuronCompilation_setPriority(made, NEURON_PRIORITY_HIGH));
  EXPECT_OK(api().NeuronCompilation_setOptimizationString(made, "--opt-accuracy --opt 3"));
  EXPECT_OK(api().NeuronCompilation_setOptimizationHint(made, NEURON_OPTIMIZATION_LOW_LATENCY));
  EXPECT_OK(api().NeuronCompilation_setOptimizationString(made, "--opt-footprint"));
  EXPECT_OK(api().Neuron_getL1MemorySizeKb(&l1));
  EXPECT_OK(api().NeuronCompilation_setL1MemorySizeKb(made, l1));
  EXPECT_OK(api().NeuronCompilation_finish(made));
  NeuronExecution *run = nullptr;
  EXPECT_OK(api().NeuronExecution_create(made, &run));
  Owned<NeuronExecution> execution(run);
  // Buffers padded to 128 bytes, bound again at every inference.
  alignas(128) float x[32] = {1, 2, 3, 4}, other[32] = {10, 20, 30, 40}, y[32] = {};
  for (int i = 0; i < 2; ++i) {
    x[0] = static_cast<float>(i);
    EXPECT_OK(api().NeuronExecution_setInput(run, 0, nullptr, x, sizeof x));
    EXPECT_OK(api().NeuronExecution_setInput(run, 1, nullptr, other, sizeof other));
    EXPECT_OK(api().NeuronExecution_setOutput(run, 0, nullptr, y, sizeof y));
    EXPECT_OK(api().NeuronExecution_setBoostHint(run, 80));
    EXPECT_OK(api().NeuronExecution_compute(run));
    EXPECT_THAT(Floats(y, y + 4), ElementsAre(11.0f + 2 * static_cast<float>(i), 25, 37, 49));
  }
}

/// Compiled by LiteRT's plugin, with options at the creation: the bytes that it keeps.
Bytes compileAsLiteRt() {
  Client client;
  NeuronModel *model = client.model();
  EXPECT_OK(api().NeuronModel_setName(model, "partition_0"));
  auto x = client.addOperand(f32({1, 2, 2, 1})), y = client.addOperand(f32({1, 1, 1, 1}));
  EXPECT_OK(api().NeuronModel_identifyInputsAndOutputs(model, 1, &x, 1, &y));
  client.operation(NEURON_MEAN, {x, client.ints({1, 2}), client.scalar(int32_t(1))}, {y});
  EXPECT_OK(api().NeuronModel_finish(model));
  EXPECT_OK(api().NeuronModel_relaxComputationFloat32toFloat16(model, true));
  NeuronCompilation *made = nullptr;
  EXPECT_OK(api().NeuronCompilation_createWithOptions(
      model, &made, R"(--apusys-config "{ \"import_forever\": true }")"));
  Owned<NeuronCompilation> compilation(made);
  EXPECT_OK(api().NeuronCompilation_setPriority(made, NEURON_PRIORITY_HIGH));
  EXPECT_OK(api().NeuronCompilation_setPreference(made, NEURON_PREFER_SUSTAINED_SPEED));
  EXPECT_OK(api().NeuronCompilation_setOptimizationHint(made, NEURON_OPTIMIZATION_NORMAL));
  EXPECT_OK(api().NeuronCompilation_setOptimizationString(made, ""));
  bool supported = false;
  EXPECT_OK(api().NeuronCompilation_getSupportedOperations(made, 1, &supported));
  EXPECT_TRUE(supported);
  EXPECT_OK(api().NeuronCompilation_finish(made));
  size_t size = 0;
  EXPECT_OK(api().NeuronCompilation_getCompiledNetworkSize(made, &size));
  Bytes bytes(size);
  EXPECT_OK(api().NeuronCompilation_storeCompiledNetwork(made, bytes.data(), size));
  return bytes;
}

/// Two tensors in the memory of one descriptor: input at 0, output at 4096.
class SharedTensors {
public:
  SharedTensors() : fd_(memfd_create("tensors", 0)) {
    EXPECT_EQ(ftruncate(fd_, kSize), 0);
    data_ = static_cast<float *>(mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0));
    NeuronMemory *input = nullptr, *output = nullptr;
    EXPECT_OK(api().NeuronMemory_createFromFd(4096, PROT_READ | PROT_WRITE, fd_, 0, &input));
    EXPECT_OK(api().NeuronMemory_createFromFd(4096, PROT_READ | PROT_WRITE, fd_, 4096, &output));
    input_.reset(input);
    output_.reset(output);
  }
  ~SharedTensors() {
    munmap(data_, kSize);
    close(fd_);
  }
  float *input() { return data_; }
  float *output() { return data_ + 1024; }
  NeuronMemory *inputMemory() { return input_.get(); }
  NeuronMemory *outputMemory() { return output_.get(); }

private:
  static constexpr size_t kSize = 8192;
  int fd_;
  float *data_ = nullptr;
  Owned<NeuronMemory> input_, output_;
};

TEST(Clients, LiteRt) {
  Bytes bytes = compileAsLiteRt();
  NeuronModel *model = nullptr;
  NeuronCompilation *restored = nullptr;
  EXPECT_OK(
      api().NeuronModel_restoreFromCompiledNetwork(&model, &restored, bytes.data(), bytes.size()));
  Owned<NeuronModel> keepsModel(model);
  Owned<NeuronCompilation> compilation(restored);
  std::fill(bytes.begin(), bytes.end(), std::byte(0)); // whoever restores need not keep them
  NeuronExecution *run = nullptr;
  EXPECT_OK(api().NeuronExecution_create(restored, &run));
  Owned<NeuronExecution> execution(run);
  EXPECT_OK(api().NeuronExecution_setBoostHint(run, 100));
  size_t inputSize = 0, outputSize = 0;
  uint32_t dimensions[4] = {};
  EXPECT_OK(api().NeuronCompilation_getInputPaddedSize(restored, 0, &inputSize));
  EXPECT_OK(api().NeuronCompilation_getOutputPaddedSize(restored, 0, &outputSize));
  EXPECT_OK(api().NeuronCompilation_getInputPaddedDimensions(restored, 0, dimensions));
  EXPECT_THAT(dimensions, ElementsAre(1, 2, 2, 1));
  SharedTensors tensors;
  EXPECT_OK(api().NeuronExecution_setInputFromMemory(run, 0, nullptr, tensors.inputMemory(), 0,
                                                     inputSize));
  EXPECT_OK(api().NeuronExecution_setOutputFromMemory(run, 0, nullptr, tensors.outputMemory(), 0,
                                                      outputSize));
  for (float first : {1.0f, 5.0f}) { // bound once, computed repeatedly
    std::copy_n(Floats{first, 2, 3, 4}.data(), 4, tensors.input());
    EXPECT_OK(api().NeuronExecution_compute(run));
    EXPECT_EQ(tensors.output()[0], (first + 9) / 4);
  }
}

TEST(Clients, PaddleLite) {
  Network network(/*explicitPadding=*/true);
  NeuronModel *model = network.client.model();
  const uint32_t inputs[] = {network.x, network.other}, outputs[] = {network.y};
  EXPECT_OK(api().NeuronModel_identifyInputsAndOutputs(model, 2, inputs, 1, outputs));
  EXPECT_OK(api().NeuronModel_relaxComputationFloat32toFloat16(model, true));
  EXPECT_OK(api().NeuronModel_finish(model));
  NeuronCompilation *made = nullptr;
  EXPECT_OK(api().NeuronCompilation_create(model, &made));
  Owned<NeuronCompilation> compilation(made);
  EXPECT_OK(api().NeuronCompilation_finish(made));
  size_t size = 0;
  EXPECT_OK(api().NeuronCompilation_getCompiledNetworkSize(made, &size));
  Bytes bytes(size);
  EXPECT_OK(api().NeuronCompilation_storeCompiledNetwork(made, bytes.data(), size));
  std::vector<Bytes> given = {bytesOf(Floats{1, 2, 3, 4}), bytesOf(Floats{10, 20, 30, 40})};
  std::vector<Bytes> results = execute(made, given, 1);
  ASSERT_EQ(results.size(), 1u);
  EXPECT_THAT(valuesOf<float>(results[0]), ElementsAre(13, 25, 37, 49));

  NeuronModel *again = nullptr;
  NeuronCompilation *restored = nullptr;
  EXPECT_OK(
      api().NeuronModel_restoreFromCompiledNetwork(&again, &restored, bytes.data(), bytes.size()));
  Owned<NeuronModel> keepsModel(again);
  Owned<NeuronCompilation> keepsCompilation(restored);
  EXPECT_EQ(execute(restored, given, 1), results);
}

TEST(Clients, PaddleLiteSetsValuesBeforeChannels) {
  Client client;
  auto x = client.input(u8({1, 1, 1, 2}, 0.5f, 0)), y = client.output(u8({1, 1, 1, 2}, 1, 0));
  auto filter = client.constant({NEURON_TENSOR_QUANT8_SYMM_PER_CHANNEL, {2, 1, 1, 2}},
                                std::vector<int8_t>{1, 1, 2, 2});
  client.channels(filter, 0, {1.0f, 0.5f});
  auto bias = client.constant(i32({2}), std::vector<int32_t>{0, 4});
  std::vector<uint32_t> inputs = {x, filter, bias};
  for (int32_t value : {0, 0, 0, 0, 1, 1, 0})
    inputs.push_back(client.scalar(value));
  client.operation(NEURON_CONV_2D, inputs, {y});
  // Channel 0: 0.5 * (4 + 6); channel 1: 0.25 * (2 * (4 + 6) + 4).
  EXPECT_THAT(client.compute<uint8_t>(std::vector<uint8_t>{4, 6}), ElementsAre(5, 6));
}

TEST(Clients, ExecuTorch) {
  Bytes bytes = compileAsLiteRt();
  const char *extension = NEURON_EXTENSION_COMPILED_NETWORK;
  Client client;
  NeuronModel *model = client.model();
  Type fake; // without dimensions: they are the network's
  auto x = client.input(fake), y = client.output(fake);
  int32_t operandType = 0, operationType = 0;
  EXPECT_OK(api().NeuronModel_getExtensionOperandType(
      model, extension, NEURON_EXTENSION_OPERAND_COMPILED_NETWORK, &operandType));
  EXPECT_OK(api().NeuronModel_getExtensionOperationType(model, extension, 0, &operationType));
  auto network = client.constantBytes({operandType, {}}, bytes);
  client.operation(operationType, {x, network}, {y});
  EXPECT_OK(client.finishModel());
  NeuronCompilation *made = nullptr;
  EXPECT_OK(api().NeuronCompilation_createWithOptions(
      model, &made, R"(--apusys-config "{ \"high_addr\": true }")"));
  Owned<NeuronCompilation> compilation(made);
  EXPECT_OK(api().NeuronCompilation_setPreference(made, NEURON_PREFER_TURBO_BOOST));
  EXPECT_OK(api().NeuronCompilation_setPriority(made, NEURON_PRIORITY_HIGH));
  EXPECT_OK(api().NeuronCompilation_finish(made));
  std::vector<Bytes> results = execute(made, {bytesOf(Floats{1, 2, 3, 6})}, 1);
  ASSERT_EQ(results.size(), 1u);
  EXPECT_THAT(valuesOf<float>(results[0]), ElementsAre(3));
}

} // namespace
} // namespace tandem::neuron::test
