#include "compiler/backend/work.h"

#include "compiler/backend/backend.h"
#include "compiler/graph/cost.h"
#include "compiler/graph/graph.h"
#include "compiler/graph/types.h"

#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace tandem {

uint64_t storedBytes(Value value) {
  RankedTensorType type = graph::tensorType(value);
  std::optional<ElementType> element = graph::elementTypeOf(type.getElementType());
  return element ? elementSize(*element) * static_cast<uint64_t>(type.getNumElements()) : 0;
}

static WorkKind kindOf(Operation *op) {
  if (isa<graph::Conv2dOp, graph::TransposeConv2dOp>(op))
    return WorkKind::kConvolution;
  if (isa<graph::DepthwiseConv2dOp>(op))
    return WorkKind::kDepthwise;
  if (isa<graph::FullyConnectedOp, graph::BatchMatmulOp>(op))
    return WorkKind::kMatrix;
  if (isa<graph::ReshapeOp>(op))
    return WorkKind::kFree;
  if (isa<graph::TransposeOp, graph::ConcatOp, graph::SliceOp, graph::PadOp, graph::ResizeNearestOp,
          graph::SpaceToDepthOp, graph::DepthToSpaceOp, graph::SpaceToBatchOp,
          graph::BatchToSpaceOp, graph::MirrorPadOp, graph::TileOp, graph::GatherOp,
          graph::ScatterOp>(op))
    return WorkKind::kDataMovement;
  if (isa<graph::ExpOp, graph::LogOp, graph::PowOp, graph::SigmoidOp, graph::TanhOp, graph::GeluOp,
          graph::EluOp, graph::SinOp, graph::CosOp, graph::SoftmaxOp, graph::LogSoftmaxOp,
          graph::LocalResponseNormOp>(op))
    return WorkKind::kTranscendental;
  return WorkKind::kElementwise;
}

/// Elements that the op goes through: pools and reductions look at all of their input.
static uint64_t elementsOf(Operation *op) {
  uint64_t elements = graph::resultElements(op);
  for (Value operand : op->getOperands())
    elements =
        std::max(elements, static_cast<uint64_t>(graph::tensorType(operand).getNumElements()));
  auto window = op->getAttrOfType<DenseI64ArrayAttr>("window");
  if (window)
    elements = std::max(elements,
                        graph::resultElements(op) * static_cast<uint64_t>(window[0] * window[1]));
  return elements;
}

Work workOf(Operation *op) {
  Work work;
  work.kind = kindOf(op);
  Value first = op->getNumOperands() ? op->getOperand(0) : op->getResult(0);
  if (auto type = graph::elementTypeOf(graph::tensorType(first).getElementType()))
    work.type = *type;
  work.macs = graph::macCount(op);
  work.elements = elementsOf(op);
  for (Value operand : op->getOperands())
    work.bytes += storedBytes(operand);
  for (Value result : op->getResults())
    work.bytes += storedBytes(result);
  return work;
}

static void print(llvm::raw_ostream &out, ValueRange values) {
  llvm::interleave(
      values, out,
      [&](Value value) {
        RankedTensorType type = graph::tensorType(value);
        llvm::interleave(type.getShape(), out, "x");
        if (auto element = graph::elementTypeOf(type.getElementType()))
          out << ":" << elementTypeName(*element);
      },
      " ");
}

std::string costKey(Operation *op, StringRef backend) {
  std::string key;
  llvm::raw_string_ostream out(key);
  out << backend << " " << op->getName().stripDialect() << " ";
  print(out, op->getOperands());
  out << " -> ";
  print(out, op->getResults());
  return key;
}

static std::optional<double> measuredUs(Operation *op, const Processor &processor,
                                        const DeviceProfile &device) {
  auto found = device.measuredUs.find(costKey(op, processor.backend));
  return found != device.measuredUs.end() ? std::optional(found->second) : std::nullopt;
}

double costUs(Operation *op, const Processor &processor, const DeviceProfile &device) {
  std::optional<double> measured = measuredUs(op, processor, device);
  return measured ? *measured : predictedUs(workOf(op), processor);
}

double costUs(Operation *op, const Backend &backend, const Processor &processor,
              const DeviceProfile &device) {
  if (std::optional<double> measured = measuredUs(op, processor, device))
    return *measured;
  Work work = workOf(op);
  Work pass = {.kind = WorkKind::kElementwise,
               .type = work.type,
               .elements = work.elements,
               .bytes = 2 * storedBytes(op->getResult(0))};
  return predictedUs(work, processor) +
         (backend.operationsFor(op) - 1) * predictedUs(pass, processor);
}

} // namespace tandem
