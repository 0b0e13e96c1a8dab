// Ops that move elements: reshape, transpose, concat, slice, pad, space_to_depth, depth_to_space.

#include "backends/cpu/compile/copy.h"
#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/strided.h"
#include "backends/cpu/compile/table.h"
#include "compiler/graph/types.h"

using namespace mlir;

namespace tandem::cpu {

using codegen::KernelBuilder;

namespace {
int64_t dot(ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  int64_t sum = 0;
  for (auto [x, y] : llvm::zip_equal(a, b))
    sum += x * y;
  return sum;
}

void planReshape(Operation *op, Plan &plan) {
  plan.alias(op->getResult(0), op->getOperand(0));
}

void planTranspose(Operation *op, Plan &plan) {
  auto transpose = cast<graph::TransposeOp>(op);
  std::vector<int64_t> in = plan.stridesOf(transpose.getInput()), permuted;
  for (int64_t d : transpose.getPermutation())
    permuted.push_back(in[static_cast<size_t>(d)]);
  std::vector<int64_t> box = dimensionsOf(transpose.getResult());
  planCopy(transpose.getInput(), transpose.getResult(), box, {permuted},
           {plan.stridesOf(transpose.getResult())}, plan);
}

Support supportsConcat(Operation *op) {
  Type type = graph::tensorType(op->getResult(0)).getElementType();
  for (Value input : op->getOperands())
    if (graph::tensorType(input).getElementType() != type && !supportsSameCodes(op))
      return Support::no("concatenates tensors quantized differently, which only 8-bit codes "
                         "quantized per tensor have a kernel for");
  return Support::yes();
}

/// Whether the value lies there already, so many elements behind the beginning of `whole`.
bool liesIn(Value value, Value whole, int64_t elements, Plan &plan) {
  TypedBuffer own = plan.typed(value), there = plan.typed(whole);
  there.offset += elements * static_cast<int64_t>(elementSize(there.type.element));
  return own.place() == there.place();
}

void planConcat(Operation *op, Plan &plan) {
  auto concat = cast<graph::ConcatOp>(op);
  size_t axis = static_cast<size_t>(concat.getAxis());
  std::vector<int64_t> out = plan.stridesOf(concat.getResult());
  int64_t done = 0;
  for (Value input : concat.getInputs()) {
    std::vector<int64_t> box = dimensionsOf(input);
    Side from{plan.stridesOf(input)}, to{out, done * out[axis]};
    done += box[axis];
    if (liesIn(input, concat.getResult(), to.offset, plan))
      continue;
    if (graph::tensorType(input).getElementType() ==
        graph::tensorType(concat.getResult()).getElementType()) {
      planCopy(input, concat.getResult(), box, from, to, plan);
      continue;
    }
    Buffers buffers = copyBuffers(input, concat.getResult(), plan);
    unsigned table =
        addTable(concatTable(codeTypeOf(input), codeTypeOf(concat.getResult())), buffers, plan);
    planCopy(std::move(buffers), box, from, to, plan,
             [=](KernelBuilder &k, Value code) { return lookUp(k, table, code); });
  }
}

void planSlice(Operation *op, Plan &plan) {
  auto slice = cast<graph::SliceOp>(op);
  std::vector<int64_t> in = plan.stridesOf(slice.getInput()), strides = in;
  for (size_t d = 0; d < strides.size(); ++d)
    strides[d] *= slice.getStrides()[d];
  std::vector<int64_t> box = dimensionsOf(slice.getResult());
  Side from{strides, dot(in, slice.getBegin())};
  if (!liesIn(slice.getResult(), slice.getInput(), from.offset, plan))
    planCopy(slice.getInput(), slice.getResult(), box, from, {plan.stridesOf(slice.getResult())},
             plan);
}

void planPad(Operation *op, Plan &plan) {
  auto pad = cast<graph::PadOp>(op);
  TypedBuffer result = plan.typed(pad.getResult());
  double value = storedAs(pad.getResult(), pad.getValue().convertToFloat());
  std::vector<int64_t> strides = plan.stridesOf(pad.getResult());
  std::vector<int64_t> inside = dimensionsOf(pad.getInput()), box = dimensionsOf(pad.getResult());
  // Before and behind the input in one dimension after another, across all that is left.
  Side side{strides};
  for (size_t d = 0; d < box.size(); ++d) {
    auto fill = [&](int64_t first, int64_t count) {
      box[d] = count;
      if (count > 0)
        planFill(result, value, box, {strides, side.offset + first * strides[d]}, plan);
    };
    fill(0, pad.getLow()[d]);
    fill(pad.getLow()[d] + inside[d], pad.getHigh()[d]);
    box[d] = inside[d];
    side.offset += pad.getLow()[d] * strides[d];
  }
  if (!liesIn(pad.getInput(), pad.getResult(), side.offset, plan))
    planCopy(pad.getInput(), pad.getResult(), inside, {plan.stridesOf(pad.getInput())}, side, plan);
}

/// A block op as a copy over (batch, y, y in block, x, x in block, channel) of the smaller image.
void planBlocks(Value input, Value output, Value small, int64_t block, bool toDepth, Plan &plan) {
  ArrayRef<int64_t> coarse = graph::tensorType(small).getShape();
  int64_t channels = coarse[3] / (block * block);
  std::vector<int64_t> box = {coarse[0], coarse[1], block, coarse[2], block, channels};
  int64_t pixel = coarse[3], row = coarse[2] * pixel;
  Side fine{denseStrides(box)};
  Side deep{{coarse[1] * row, row, block * channels, pixel, channels, 1}};
  planCopy(input, output, box, toDepth ? fine : deep, toDepth ? deep : fine, plan);
}
} // namespace

void registerMovement(HandlerTable &table) {
  table.add<graph::ReshapeOp>({supportsAny, planReshape});
  table.add<graph::TransposeOp>({supportsAny, planTranspose, ofAll});
  table.add<graph::ConcatOp>({supportsConcat, planConcat, ofAll});
  table.add<graph::SliceOp>({supportsAny, planSlice, ofAll});
  table.add<graph::PadOp>({supportsFill, planPad, ofAll});
  table.add<graph::SpaceToDepthOp>({supportsAny, [](Operation *op, Plan &plan) {
                                      auto blocks = cast<graph::SpaceToDepthOp>(op);
                                      planBlocks(blocks.getInput(), blocks.getResult(),
                                                 blocks.getResult(), blocks.getBlock(), true, plan);
                                    }});
  table.add<graph::DepthToSpaceOp>({supportsAny, [](Operation *op, Plan &plan) {
                                      auto blocks = cast<graph::DepthToSpaceOp>(op);
                                      planBlocks(blocks.getInput(), blocks.getResult(),
                                                 blocks.getInput(), blocks.getBlock(), false, plan);
                                    }});
}

} // namespace tandem::cpu
