#include "compiler/driver/bundle_model.h"

#include "compiler/graph/cost.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem {

static std::vector<std::string> namesOf(size_t count, StringRef fallback,
                                        llvm::function_ref<Attribute(unsigned)> attribute) {
  std::vector<std::string> names;
  for (unsigned i = 0; i < count; ++i) {
    auto name = dyn_cast_or_null<StringAttr>(attribute(i));
    names.push_back(name ? name.str() : (fallback + Twine(i)).str());
  }
  return names;
}

std::vector<std::string> inputNames(func::FuncOp function) {
  return namesOf(function.getNumArguments(), "input_",
                 [&](unsigned i) { return function.getArgAttr(i, "graph.name"); });
}

std::vector<std::string> outputNames(func::FuncOp function) {
  return namesOf(function.getNumResults(), "output_",
                 [&](unsigned i) { return function.getResultAttr(i, "graph.name"); });
}

static std::unique_ptr<bundle::QuantizationT> describe(const Quantization &quantization) {
  if (quantization.empty())
    return nullptr;
  auto result = std::make_unique<bundle::QuantizationT>();
  result->scales = quantization.scales;
  result->zero_points = quantization.zeroPoints;
  result->axis = quantization.axis;
  return result;
}

static std::unique_ptr<bundle::TensorT> describe(const ModelBuilder::TensorInfo &info) {
  RankedTensorType type = graph::tensorType(info.value);
  auto result = std::make_unique<bundle::TensorT>();
  result->name = info.name;
  result->type = static_cast<bundle::ElementType>(*graph::elementTypeOf(type.getElementType()));
  result->shape.assign(type.getShape().begin(), type.getShape().end());
  result->quantization = describe(graph::quantizationOf(type.getElementType()));
  result->buffer = info.buffer;
  return result;
}

bundle::RegionT describeRegion(const Region &region, const Backend &backend, uint32_t artifact) {
  bundle::RegionT result;
  result.name = region.name;
  result.backend = backend.name().str();
  result.artifact = artifact;
  result.op_count = static_cast<uint32_t>(region.ops.size());
  for (Operation *op : region.ops) {
    result.macs += graph::macCount(op);
    result.ops.push_back(op->getName().stripDialect().str() + " " + graph::nodeName(op));
  }
  return result;
}

bundle::ModelT describeModel(func::FuncOp function, ModelBuilder &builder, const MemoryPlan &plan,
                             std::vector<bundle::RegionT> regions) {
  bundle::ModelT model;
  for (auto [argument, name] : llvm::zip_equal(function.getArguments(), inputNames(function)))
    model.inputs.push_back(builder.namedTensor(argument, name));
  Operation *terminator = function.getBody().front().getTerminator();
  for (auto [result, name] : llvm::zip_equal(terminator->getOperands(), outputNames(function)))
    model.outputs.push_back(builder.namedTensor(result, name));
  for (const ModelBuilder::TensorInfo &tensor : builder.tensors())
    model.tensors.push_back(describe(tensor));
  for (size_t i = 0; i < builder.buffers().size(); ++i) {
    const ModelBuilder::BufferInfo &info = builder.buffers()[i];
    auto buffer = std::make_unique<bundle::BufferT>();
    buffer->space = info.constant ? bundle::Space::Weights : bundle::Space::Arena;
    buffer->offset = info.constant ? info.weightsOffset : plan.offsets[i];
    buffer->size = info.firstUse < 0 && !info.constant ? 0 : info.size;
    model.buffers.push_back(std::move(buffer));
  }
  for (bundle::RegionT &region : regions)
    model.regions.push_back(std::make_unique<bundle::RegionT>(std::move(region)));
  model.arena_size = plan.arenaSize;
  return model;
}

} // namespace tandem
