// A client to be run with the library's environment set: the library reads it once a process.
//
//   neuron_probe call FUNCTION      calls it with nothing but zeros, prints the result code
//   neuron_probe sum COUNT          adds two tensors so many times, prints each result or the code
//   neuron_probe async              the same by an event
//   neuron_probe inflight           binds, and frees, while another thread computes
//   neuron_probe support            whether RELU and TANH are supported, and on f32, f16, u8, i8
//   neuron_probe store FILE         the compiled network of the sum
//   neuron_probe restore FILE       prints the code, and a sum when it is 0
//   neuron_probe cached FOLDER      compiles with a cache, prints whether the network can be stored
//   neuron_probe identity           version, L1 size, device names
#include "backends/neuron/test/host/client.h"

#include <chrono>
#include <cstdio>
#include <dlfcn.h>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <thread>

namespace tandem::neuron::test {
namespace {
const std::vector<float> kA = {1, 2}, kB = {10, 20};

/// One line for what a call says: its name and the code, when it fails.
bool failed(const char *name, int code) {
  if (code)
    std::cout << name << " " << code << "\n";
  return code != NEURON_NO_ERROR;
}

/// A client of its own, without the expectations of tests.
struct Sum {
  NeuronModel *model = nullptr;
  NeuronCompilation *compilation = nullptr;
  NeuronExecution *execution = nullptr;
  std::vector<float> output = {0, 0};

  ~Sum() {
    api().NeuronExecution_free(execution);
    api().NeuronCompilation_free(compilation);
    api().NeuronModel_free(model);
  }

  bool build() {
    const uint32_t shape[] = {2}, inputs[] = {0, 1}, operands[] = {0, 1, 2}, outputs[] = {3};
    const int32_t fuse = 0;
    NeuronOperandType tensor = {NEURON_TENSOR_FLOAT32, 1, shape, 0, 0};
    NeuronOperandType number = {NEURON_INT32, 0, nullptr, 0, 0};
    if (failed("NeuronModel_create", api().NeuronModel_create(&model)))
      return false;
    for (const NeuronOperandType *type : {&tensor, &tensor, &number, &tensor})
      if (failed("NeuronModel_addOperand", api().NeuronModel_addOperand(model, type)))
        return false;
    return !failed("NeuronModel_setOperandValue",
                   api().NeuronModel_setOperandValue(model, 2, &fuse, sizeof fuse)) &&
           !failed("NeuronModel_addOperation",
                   api().NeuronModel_addOperation(model, NEURON_ADD, 3, operands, 1, outputs)) &&
           !failed("NeuronModel_identifyInputsAndOutputs",
                   api().NeuronModel_identifyInputsAndOutputs(model, 2, inputs, 1, outputs)) &&
           !failed("NeuronModel_finish", api().NeuronModel_finish(model));
  }

  bool compile(const char *cache = nullptr) {
    const uint8_t token[NEURON_BYTE_SIZE_OF_CACHE_TOKEN] = {1, 2, 255};
    if (!build() ||
        failed("NeuronCompilation_create", api().NeuronCompilation_create(model, &compilation)))
      return false;
    if (cache && failed("NeuronCompilation_setCaching",
                        api().NeuronCompilation_setCaching(compilation, cache, token)))
      return false;
    return !failed("NeuronCompilation_finish", api().NeuronCompilation_finish(compilation));
  }

  bool prepare() {
    return !failed("NeuronExecution_create",
                   api().NeuronExecution_create(compilation, &execution)) &&
           !failed("NeuronExecution_setInput",
                   api().NeuronExecution_setInput(execution, 0, nullptr, kA.data(), 8)) &&
           !failed("NeuronExecution_setInput",
                   api().NeuronExecution_setInput(execution, 1, nullptr, kB.data(), 8)) &&
           !failed("NeuronExecution_setOutput",
                   api().NeuronExecution_setOutput(execution, 0, nullptr, output.data(), 8));
  }

  void compute() {
    if (!failed("NeuronExecution_compute", api().NeuronExecution_compute(execution)))
      std::cout << output[0] << " " << output[1] << "\n";
  }
};

// Through one type for all of them, which UBSan would rightly not have.
__attribute__((no_sanitize("function"))) int call(const std::string &name) {
  using Plain = int (*)(void *, void *, void *, void *, void *, void *, void *, void *);
  std::map<std::string, void *> functions;
#define NEURON_FUNCTION(function) functions[#function] = reinterpret_cast<void *>(api().function);
#include "backends/neuron/abi/functions.inc"
#undef NEURON_FUNCTION
  // Zeros in all registers that any of the functions takes its arguments from.
  std::cout << reinterpret_cast<Plain>(functions.at(name))(nullptr, nullptr, nullptr, nullptr,
                                                           nullptr, nullptr, nullptr, nullptr)
            << "\n";
  return 0;
}

int sum(const std::string &count) {
  Sum client;
  if (!client.compile() || !client.prepare())
    return 1;
  for (int i = 0; i < std::stoi(count); ++i)
    client.compute();
  return 0;
}

int async(const std::string &) {
  Sum client;
  NeuronEvent *event = nullptr;
  if (!client.compile() || !client.prepare() ||
      failed("NeuronExecution_startComputeWithDependencies",
             api().NeuronExecution_startComputeWithDependencies(client.execution, nullptr, 0, 0,
                                                                &event)))
    return 1;
  if (!failed("NeuronEvent_wait", api().NeuronEvent_wait(event)))
    std::cout << client.output[0] << " " << client.output[1] << "\n";
  api().NeuronEvent_free(event);
  return 0;
}

int inflight(const std::string &) {
  Sum client;
  if (!client.compile() || !client.prepare())
    return 1;
  std::thread other([&] { client.compute(); });
  std::this_thread::sleep_for(std::chrono::milliseconds(200)); // of the second that it hangs
  failed("NeuronExecution_setInput",
         api().NeuronExecution_setInput(client.execution, 0, nullptr, kA.data(), 8));
  api().NeuronExecution_free(client.execution);
  other.join();
  return 0;
}

bool supports(int32_t operation, const Type &type) {
  Client client;
  auto x = client.input(type), y = client.output(type);
  client.operation(operation, {x}, {y});
  return client.supported()[0];
}

int support(const std::string &) {
  std::cout << "relu " << supports(NEURON_RELU, f32({2})) << "\n"
            << "tanh " << supports(NEURON_TANH, f32({2})) << "\n"
            << "f16 " << supports(NEURON_RELU, f16({2})) << "\n"
            << "u8 " << supports(NEURON_RELU, u8({2}, 1, 0)) << "\n"
            << "i8 " << supports(NEURON_RELU, s8({2}, 1, 0)) << "\n";
  return 0;
}

int store(const std::string &path) {
  Sum client;
  size_t size = 0;
  if (!client.compile() ||
      failed("NeuronCompilation_getCompiledNetworkSize",
             api().NeuronCompilation_getCompiledNetworkSize(client.compilation, &size)))
    return 1;
  std::vector<char> bytes(size);
  if (failed("NeuronCompilation_storeCompiledNetwork",
             api().NeuronCompilation_storeCompiledNetwork(client.compilation, bytes.data(), size)))
    return 1;
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(size));
  return 0;
}

int restore(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  Sum client;
  if (failed("NeuronModel_restoreFromCompiledNetwork",
             api().NeuronModel_restoreFromCompiledNetwork(&client.model, &client.compilation,
                                                          bytes.data(), bytes.size())) ||
      !client.prepare())
    return 1;
  client.compute();
  return 0;
}

int cached(const std::string &folder) {
  Sum client;
  size_t size = 0;
  if (!client.compile(folder.c_str()))
    return 1;
  bool fresh = api().NeuronCompilation_getCompiledNetworkSize(client.compilation, &size) == 0;
  std::cout << (fresh ? "compiled" : "cached") << "\n";
  if (client.prepare())
    client.compute();
  return 0;
}

int identity(const std::string &) {
  NeuronRuntimeVersion version = {};
  uint32_t l1 = 0, count = 0;
  api().Neuron_getVersion(&version);
  api().Neuron_getL1MemorySizeKb(&l1);
  api().Neuron_getDeviceCount(&count);
  std::cout << int(version.major) << "." << int(version.minor) << "." << int(version.patch) << " "
            << l1 << "\n";
  for (uint32_t i = 0; i < count; ++i) {
    NeuronDevice *device = nullptr;
    const char *name = "";
    api().Neuron_getDevice(i, &device);
    api().NeuronDevice_getName(device, &name);
    std::cout << name << "\n";
  }
  return 0;
}

const std::map<std::string, int (*)(const std::string &)> kActions = {
    {"call", call},         {"sum", sum},         {"async", async},
    {"inflight", inflight}, {"support", support}, {"store", store},
    {"restore", restore},   {"cached", cached},   {"identity", identity}};
} // namespace
} // namespace tandem::neuron::test

int main(int argc, char **argv) {
  using tandem::neuron::test::kActions;
  auto action = kActions.find(argc > 1 ? argv[1] : "");
  if (action == kActions.end())
    return 2;
  return action->second(argc > 2 ? argv[2] : "");
}
