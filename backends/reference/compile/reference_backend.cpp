#include "backends/reference/abi/artifact_generated.h"
#include "backends/reference/abi/rules.h"
#include "compiler/backend/backend.h"
#include "compiler/graph/graph.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem {
namespace reference {
namespace {

/// "conv_2d": the op's name without its dialect's.
StringRef kindOf(Operation *op) {
  return op->getName().stripDialect();
}

/// The name that the importer gave the op's location.
std::string nodeOf(Location location) {
  if (auto name = dyn_cast<NameLoc>(location))
    return name.getName().str();
  if (auto fused = dyn_cast<FusedLoc>(location))
    for (Location part : fused.getLocations())
      if (std::string name = nodeOf(part); !name.empty())
        return name;
  return "";
}

std::optional<TensorFacts> factsOf(Value value) {
  Type element = graph::tensorType(value).getElementType();
  std::optional<ElementType> type = graph::elementTypeOf(element);
  if (!type)
    return std::nullopt;
  return TensorFacts{*type, graph::quantizationOf(element)};
}

std::unique_ptr<abi::AttributeT> attributeOf(StringRef name, Attribute value) {
  auto entry = std::make_unique<abi::AttributeT>();
  entry->name = name.str();
  if (auto integers = dyn_cast<DenseI64ArrayAttr>(value))
    entry->ints.assign(integers.asArrayRef().begin(), integers.asArrayRef().end());
  else if (auto integer = dyn_cast<IntegerAttr>(value))
    entry->ints = {integer.getInt()};
  else if (isa<UnitAttr>(value))
    entry->ints = {1};
  else if (auto real = dyn_cast<FloatAttr>(value))
    entry->reals = {static_cast<float>(real.getValueAsDouble())};
  else if (auto activation = dyn_cast<graph::ActivationAttr>(value))
    entry->keyword = graph::stringifyActivation(activation.getValue()).str();
  else if (auto reduction = dyn_cast<graph::ReductionAttr>(value))
    entry->keyword = graph::stringifyReduction(reduction.getValue()).str();
  else
    return nullptr;
  return entry;
}

llvm::Expected<std::unique_ptr<abi::OpT>> opOf(Operation *op, ModelBuilder &builder) {
  auto entry = std::make_unique<abi::OpT>();
  entry->name = kindOf(op).str();
  entry->node = nodeOf(op->getLoc());
  for (Value operand : op->getOperands())
    entry->operands.push_back(builder.tensorOf(operand));
  entry->result = builder.tensorOf(op->getResult(0));
  for (NamedAttribute attribute : op->getAttrDictionary()) {
    // Bookkeeping of MLIR and of other dialects ("graph.name") is not the op's own.
    if (!op->getInherentAttr(attribute.getName().getValue()).value_or(Attribute()))
      continue;
    auto value = attributeOf(attribute.getName(), attribute.getValue());
    if (!value)
      return llvm::createStringError("node '%s' (%s): attribute '%s' is of a kind that the "
                                     "reference backend does not write",
                                     entry->node.c_str(), entry->name.c_str(),
                                     attribute.getName().str().c_str());
    entry->attributes.push_back(std::move(value));
  }
  return entry;
}

int64_t elementsOf(Value value) {
  return graph::tensorType(value).getNumElements();
}

class ReferenceBackend final : public Backend {
public:
  StringRef name() const override { return "reference"; }

  Support supports(Operation *op, const Processor &) const override {
    if (op->getDialect() != op->getContext()->getLoadedDialect<graph::GraphDialect>() ||
        op->getNumResults() != 1)
      return Support::no("it is no operation of the graph dialect");
    SmallVector<TensorFacts> operands;
    for (Value operand : op->getOperands()) {
      std::optional<TensorFacts> facts = factsOf(operand);
      if (!facts || elementsOf(operand) == 0)
        return Support::no("an operand has no elements, or of a type that has no storage");
      operands.push_back(*facts);
    }
    std::optional<TensorFacts> result = factsOf(op->getResult(0));
    if (!result || elementsOf(op->getResult(0)) == 0)
      return Support::no("the result has no elements, or of a type that has no storage");
    std::string reason = whyNot(kindOf(op), operands, *result);
    return reason.empty() ? Support::yes() : Support::no(std::move(reason));
  }

  llvm::Expected<std::string> compile(const Region &region, ModelBuilder &builder,
                                      const CompileOptions &) const override {
    abi::ArtifactT artifact;
    for (Operation *op : region.ops) {
      llvm::Expected<std::unique_ptr<abi::OpT>> entry = opOf(op, builder);
      if (!entry)
        return entry.takeError();
      artifact.ops.push_back(std::move(*entry));
      SmallVector<BufferId> uses;
      for (Value operand : op->getOperands())
        uses.push_back(builder.bufferOf(operand));
      uses.push_back(builder.bufferOf(op->getResult(0)));
      builder.step(uses);
    }
    flatbuffers::FlatBufferBuilder bytes;
    abi::FinishArtifactBuffer(bytes, abi::CreateArtifact(bytes, &artifact));
    return std::string(reinterpret_cast<const char *>(bytes.GetBufferPointer()), bytes.GetSize());
  }
};

} // namespace
} // namespace reference

const Backend &referenceBackend() {
  static const reference::ReferenceBackend kBackend;
  return kBackend;
}

} // namespace tandem
