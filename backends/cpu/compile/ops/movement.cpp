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
std::vector<int64_t> shapeOf(Value value) {
  return graph::tensorType(value).getShape().vec();
}

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
  std::vector<int64_t> in = denseStrides(shapeOf(transpose.getInput())), permuted;
  for (int64_t d : transpose.getPermutation())
    permuted.push_back(in[static_cast<size_t>(d)]);
  std::vector<int64_t> box = shapeOf(transpose.getResult());
  planCopy(transpose.getInput(), transpose.getResult(), box, {permuted}, {denseStrides(box)}, plan);
}

Support supportsConcat(Operation *op) {
  Type type = graph::tensorType(op->getResult(0)).getElementType();
  for (Value input : op->getOperands())
    if (graph::tensorType(input).getElementType() != type && !supportsSameCodes(op))
      return Support::no("concatenates tensors quantized differently, which only 8-bit codes "
                         "quantized per tensor have a kernel for");
  return Support::yes();
}

void planConcat(Operation *op, Plan &plan) {
  auto concat = cast<graph::ConcatOp>(op);
  size_t axis = static_cast<size_t>(concat.getAxis());
  std::vector<int64_t> out = denseStrides(shapeOf(concat.getResult()));
  int64_t done = 0;
  for (Value input : concat.getInputs()) {
    std::vector<int64_t> box = shapeOf(input);
    Side from{denseStrides(box)}, to{out, done * out[axis]};
    done += box[axis];
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
  std::vector<int64_t> in = denseStrides(shapeOf(slice.getInput())), strides = in;
  for (size_t d = 0; d < strides.size(); ++d)
    strides[d] *= slice.getStrides()[d];
  std::vector<int64_t> box = shapeOf(slice.getResult());
  planCopy(slice.getInput(), slice.getResult(), box, {strides, dot(in, slice.getBegin())},
           {denseStrides(box)}, plan);
}

void planPad(Operation *op, Plan &plan) {
  auto pad = cast<graph::PadOp>(op);
  planFill(plan.typed(pad.getResult()), storedAs(pad.getResult(), pad.getValue().convertToFloat()),
           plan);
  std::vector<int64_t> strides = denseStrides(shapeOf(pad.getResult()));
  std::vector<int64_t> box = shapeOf(pad.getInput());
  planCopy(pad.getInput(), pad.getResult(), box, {denseStrides(box)},
           {strides, dot(strides, pad.getLow())}, plan);
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
  table.add<graph::TransposeOp>({supportsAny, planTranspose});
  table.add<graph::ConcatOp>({supportsConcat, planConcat});
  table.add<graph::SliceOp>({supportsAny, planSlice});
  table.add<graph::PadOp>({supportsFill, planPad});
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
