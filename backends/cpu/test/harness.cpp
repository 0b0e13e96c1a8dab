#include "backends/cpu/test/harness.h"

#include "compiler/backend/memory_plan.h"
#include "compiler/graph/graph.h"
#include "compiler/graph/types.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

#include <cmath>
#include <cstring>
#include <gtest/gtest.h>
#include <random>

using namespace mlir;

namespace tandem::test {

namespace {
constexpr size_t kGuard = 128; // bytes on both sides of a buffer; a multiple of 64
constexpr std::byte kFill{0xA5};

/// Ranges one after another: what threads would do, in an order that can be repeated.
class RangesPool final : public ThreadPool {
public:
  explicit RangesPool(int threads) : threads_(threads) {}
  int threads() const override { return threads_; }
  void parallelFor(int64_t units, Task task, void *context, int64_t) override {
    for (int64_t i = threads_ - 1; i >= 0; --i)
      if (int64_t begin = units * i / threads_, end = units * (i + 1) / threads_; begin < end)
        task(context, begin, end);
  }

private:
  int64_t threads_;
};

struct GuardedBuffer {
  std::unique_ptr<std::byte, void (*)(void *)> memory{nullptr, std::free};
  size_t size = 0;

  void allocate(size_t bytes) {
    size = bytes;
    size_t all = (bytes + 63) / 64 * 64 + 2 * kGuard;
    memory.reset(static_cast<std::byte *>(std::aligned_alloc(64, all)));
    std::memset(memory.get(), static_cast<int>(kFill), all);
  }
  std::byte *data() const { return memory.get() + kGuard; }
  bool intact() const {
    for (size_t i = 1; i <= kGuard; ++i)
      if (*(data() - i) != kFill || data()[size + i - 1] != kFill)
        return false;
    return true;
  }
};
} // namespace

struct OneRegion::State {
  MLIRContext context{MLIRContext::Threading::DISABLED};
  OwningOpRef<ModuleOp> module;
  std::string artifact;
  flatbuffers::FlatBufferBuilder manifest;
  std::vector<GuardedBuffer> buffers;
  std::vector<std::byte *> addresses;
  std::vector<BufferId> inputs, outputs;
  std::vector<RankedTensorType> inputTypes;
  std::vector<ElementType> outputTypes;
  std::unique_ptr<LoadedRegion> loaded;
  size_t steps = 0, variables = 0;
  uint64_t constantBytes = 0, arenaBytes = 0;
  std::string refusal;
  bool supported = true;

  bool compile(const Backend &backend, const std::string &text, CompileOptions options,
               bundle::ModelT &model);
};

static std::unique_ptr<bundle::TensorT> describe(const ModelBuilder::TensorInfo &info) {
  auto tensor = std::make_unique<bundle::TensorT>();
  RankedTensorType type = graph::tensorType(info.value);
  tensor->name = info.name;
  tensor->type = static_cast<bundle::ElementType>(*graph::elementTypeOf(type.getElementType()));
  tensor->shape = type.getShape().vec();
  tensor->buffer = info.buffer;
  Quantization quantization = graph::quantizationOf(type.getElementType());
  if (!quantization.empty()) {
    tensor->quantization = std::make_unique<bundle::QuantizationT>();
    tensor->quantization->scales = quantization.scales;
    tensor->quantization->zero_points = quantization.zeroPoints;
    tensor->quantization->axis = quantization.axis;
  }
  return tensor;
}

bool OneRegion::State::compile(const Backend &backend, const std::string &text,
                               CompileOptions options, bundle::ModelT &model) {
  Processor plain;
  plain.name = "test";
  plain.backend = backend.name().str();
  if (!options.processor)
    options.processor = &plain;
  context.loadDialect<graph::GraphDialect, quant::QuantDialect, func::FuncDialect>();
  module = parseSourceString<ModuleOp>(text, &context);
  if (!module) {
    ADD_FAILURE() << "does not parse: " << text;
    return false;
  }
  auto function = *module->getOps<func::FuncOp>().begin();
  Region region;
  region.name = "whole";
  for (Operation &op : function.getBody().front())
    if (auto end = dyn_cast<func::ReturnOp>(op))
      region.outputs.assign(end.operand_begin(), end.operand_end());
    else if (!isa<graph::ConstantOp>(op))
      region.ops.push_back(&op);
  region.inputs.assign(function.args_begin(), function.args_end());
  for (Operation *op : region.ops)
    if (Support support = askBackend(backend, op, *options.processor); !support) {
      refusal = support.reasons.front();
      supported = false;
      return false;
    }

  ModelBuilder builder;
  llvm::Expected<std::string> made = backend.compile(region, builder, options);
  if (!made) {
    refusal = llvm::toString(made.takeError());
    return false;
  }
  artifact = std::move(*made);
  for (Value value : region.inputs) {
    inputs.push_back(builder.bufferOf(value));
    inputTypes.push_back(graph::tensorType(value));
  }
  for (Value value : region.outputs) {
    outputs.push_back(builder.bufferOf(value));
    outputTypes.push_back(*graph::elementTypeOf(graph::tensorType(value).getElementType()));
  }
  steps = static_cast<size_t>(builder.steps());
  for (BufferId id : inputs)
    builder.markLive(id, 0, builder.steps());
  for (BufferId id : outputs)
    builder.markLive(id, builder.steps(), builder.steps());
  arenaBytes = planMemory(builder.buffers()).arenaSize;
  for (const ModelBuilder::BufferInfo &info : builder.buffers()) {
    variables += !info.constant;
    constantBytes += info.constant ? info.size : 0;
    model.buffers.push_back(std::make_unique<bundle::BufferT>());
    model.buffers.back()->space = info.constant ? bundle::Space::Weights : bundle::Space::Arena;
    model.buffers.back()->size = info.size;
    buffers.emplace_back().allocate(info.size);
    addresses.push_back(buffers.back().data());
    if (info.constant)
      std::memcpy(addresses.back(), builder.weights().data() + info.weightsOffset, info.size);
  }
  for (const ModelBuilder::TensorInfo &info : builder.tensors())
    model.tensors.push_back(describe(info));
  return true;
}

OneRegion::OneRegion(const Backend &backend, const Device &device, const std::string &text,
                     CompileOptions options)
    : state_(std::make_unique<State>()) {
  bundle::ModelT model;
  if (!state_->compile(backend, text, options, model))
    return;
  model.regions.push_back(std::make_unique<bundle::RegionT>());
  model.regions.back()->name = "whole";
  state_->manifest.Finish(bundle::Model::Pack(state_->manifest, &model));
  const auto *packed = flatbuffers::GetRoot<bundle::Model>(state_->manifest.GetBufferPointer());
  RegionSource source{*packed, *packed->regions()->Get(0),
                      std::as_bytes(std::span(state_->artifact)), state_->addresses, "test"};
  auto loaded = device.load(source);
  if (!loaded)
    state_->refusal = loaded.error().text();
  else
    state_->loaded = std::move(*loaded);
}

OneRegion::~OneRegion() = default;
bool OneRegion::ready() const {
  return state_->loaded != nullptr;
}
bool OneRegion::supported() const {
  return state_->supported;
}
const std::string &OneRegion::refusal() const {
  return state_->refusal;
}
const std::vector<ElementType> &OneRegion::outputTypes() const {
  return state_->outputTypes;
}
size_t OneRegion::steps() const {
  return state_->steps;
}
size_t OneRegion::variables() const {
  return state_->variables;
}
uint64_t OneRegion::constantBytes() const {
  return state_->constantBytes;
}
uint64_t OneRegion::arenaBytes() const {
  return state_->arenaBytes;
}
const std::string &OneRegion::artifact() const {
  return state_->artifact;
}

std::vector<Bytes> OneRegion::makeInputs(uint32_t seed) const {
  std::mt19937 random(seed);
  std::vector<Bytes> inputs;
  for (RankedTensorType type : state_->inputTypes) {
    ElementType element = *graph::elementTypeOf(type.getElementType());
    size_t count = static_cast<size_t>(type.getNumElements());
    Bytes &bytes = inputs.emplace_back(count * elementSize(element));
    for (size_t i = 0; i < count; ++i) {
      float real = std::uniform_real_distribution<float>(-2, 2)(random);
      uint32_t code = random();
      if (element == ElementType::kBool)
        code &= 1;
      if (element == ElementType::kF32)
        std::memcpy(&bytes[i * 4], &real, 4);
      else
        std::memcpy(&bytes[i * elementSize(element)], &code,
                    std::min(sizeof code, elementSize(element)));
    }
  }
  return inputs;
}

std::vector<Bytes> OneRegion::run(const std::vector<Bytes> &inputs, int threads) {
  State &s = *state_;
  for (size_t i = 0; i < inputs.size(); ++i)
    std::memcpy(s.addresses[s.inputs[i]], inputs[i].data(), inputs[i].size());
  RangesPool pool(threads);
  Status status = s.loaded->run(pool);
  EXPECT_TRUE(status.ok());
  for (size_t i = 0; i < s.buffers.size(); ++i)
    EXPECT_TRUE(s.buffers[i].intact()) << "bytes beside buffer " << i << " were written";
  std::vector<Bytes> outputs;
  for (BufferId id : s.outputs)
    outputs.emplace_back(s.addresses[id], s.addresses[id] + s.buffers[id].size);
  return outputs;
}

static void compareFloats(const Bytes &gotBytes, const Bytes &wantBytes, double tolerance) {
  std::vector<float> got = as<float>(gotBytes), want = as<float>(wantBytes);
  double largest = 1e-30;
  for (float value : want)
    if (std::isfinite(value))
      largest = std::max<double>(largest, std::abs(value));
  for (size_t i = 0; i < want.size(); ++i)
    if (got[i] != want[i] && !(std::isnan(got[i]) && std::isnan(want[i])))
      ASSERT_LE(std::abs(got[i] - want[i]), tolerance * largest)
          << "element " << i << ": " << got[i] << ", expected " << want[i];
}

template <typename T> static void compareCodes(const Bytes &got, const Bytes &want, int steps) {
  std::vector<T> a = as<T>(got), b = as<T>(want);
  for (size_t i = 0; i < b.size(); ++i)
    ASSERT_LE(std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])), steps)
        << "element " << i << ": " << +a[i] << ", expected " << +b[i];
}

void expectNear(ElementType type, const Bytes &got, const Bytes &want, double tolerance,
                int steps) {
  ASSERT_EQ(got.size(), want.size());
  switch (type) {
  case ElementType::kF32:
    return compareFloats(got, want, tolerance);
  case ElementType::kI8:
    return compareCodes<int8_t>(got, want, steps);
  case ElementType::kU8:
    return compareCodes<uint8_t>(got, want, steps);
  case ElementType::kI32:
    return compareCodes<int32_t>(got, want, steps);
  default:
    EXPECT_EQ(got, want);
  }
}

void expectSame(const std::string &text, const Backend &backend, const Device &device,
                const Backend &oracle, const Device &oracleDevice, CompileOptions options,
                double tolerance, int steps) {
  SCOPED_TRACE(text);
  OneRegion got(backend, device, text, options);
  ASSERT_TRUE(got.supported()) << got.refusal();
  OneRegion want(oracle, oracleDevice, text);
  ASSERT_TRUE(got.ready()) << got.refusal();
  ASSERT_TRUE(want.ready()) << want.refusal();
  std::vector<Bytes> inputs = got.makeInputs(), expected = want.run(inputs);
  for (int threads : {1, 3}) {
    std::vector<Bytes> outputs = got.run(inputs, threads);
    ASSERT_EQ(outputs.size(), expected.size());
    for (size_t i = 0; i < outputs.size(); ++i)
      expectNear(want.outputTypes()[i], outputs[i], expected[i], tolerance, steps);
    if (testing::Test::HasFailure())
      return;
  }
}

} // namespace tandem::test
