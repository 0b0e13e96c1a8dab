// tile, mirror_pad, space_to_batch and batch_to_space: boxes of elements that are copied.

#include "backends/cpu/compile/copy.h"
#include "backends/cpu/compile/handlers.h"
#include "backends/cpu/compile/strided.h"

using namespace mlir;

namespace tandem::cpu {

namespace {
/// A copy over (repetition, index) of each dimension; repetitions read the same elements again.
void planTile(Operation *op, Plan &plan) {
  auto tile = cast<graph::TileOp>(op);
  std::vector<int64_t> in = dimensionsOf(tile.getInput()), inStrides = denseStrides(in);
  std::vector<int64_t> outStrides = denseStrides(dimensionsOf(tile.getResult()));
  std::vector<int64_t> box;
  Side from, to;
  for (size_t d = 0; d < in.size(); ++d) {
    box.insert(box.end(), {tile.getMultiples()[d], in[d]});
    from.strides.insert(from.strides.end(), {0, inStrides[d]});
    to.strides.insert(to.strides.end(), {in[d] * outStrides[d], outStrides[d]});
  }
  planCopy(tile.getInput(), tile.getResult(), box, from, to, plan);
}

/// The input into the middle of the result; then dimension after dimension what mirrors it there,
/// across all that is finished in the dimensions before.
void planMirrorPad(Operation *op, Plan &plan) {
  auto pad = cast<graph::MirrorPadOp>(op);
  std::vector<int64_t> box = dimensionsOf(pad.getInput()), out = dimensionsOf(pad.getResult());
  std::vector<int64_t> strides = denseStrides(out);
  int64_t leftOut = pad.getSymmetric() ? 0 : 1; // of the elements at the border
  Side middle{strides};
  for (size_t d = 0; d < box.size(); ++d)
    middle.offset += pad.getLow()[d] * strides[d];
  planCopy(pad.getInput(), pad.getResult(), box, {denseStrides(box)}, middle, plan);
  for (size_t d = 0; d < box.size(); ++d) {
    int64_t low = pad.getLow()[d], size = box[d], stride = strides[d];
    std::vector<int64_t> mirrored = strides;
    mirrored[d] = -stride;
    // From the border outwards, of the element before it or behind it.
    auto mirror = [&](int64_t count, int64_t source, int64_t target, bool outwardsIsUp) {
      if (count == 0)
        return;
      box[d] = count;
      Side up{strides, middle.offset}, down{mirrored, middle.offset};
      Side from = outwardsIsUp ? down : up, to = outwardsIsUp ? up : down;
      from.offset += (source - low) * stride;
      to.offset += (target - low) * stride;
      planCopyWithin(pad.getResult(), box, from, to, plan);
    };
    mirror(low, low + leftOut, low - 1, false);
    mirror(pad.getHigh()[d], low + size - 1 - leftOut, low + size, true);
    box[d] = out[d];
    middle.offset -= low * stride;
  }
}

/// The image that blocks divide evenly, pads or crops included.
struct Blocks {
  std::vector<int64_t> image, strides; ///< NHWC
  std::vector<int64_t> box;            ///< y and x in the block, batch, block, channel
  Side inImage, inBatch;
  std::vector<int64_t> low;

  Blocks(Value wide, Value batched, ArrayRef<int64_t> block, ArrayRef<int64_t> low) : low(low) {
    std::vector<int64_t> small = dimensionsOf(batched);
    int64_t batch = dimensionsOf(wide)[0];
    image = {batch, small[1] * block[0], small[2] * block[1], small[3]};
    strides = denseStrides(image);
    box = {block[0], block[1], batch, small[1], small[2], small[3]};
    inImage = {
        {strides[1], strides[2], strides[0], block[0] * strides[1], block[1] * strides[2], 1}};
    inBatch = {denseStrides(box)};
  }
  bool isWhole(Value wide) const { return image == dimensionsOf(wide); }
  /// Where the wide tensor lies in the image.
  Side window() const { return {strides, low[0] * strides[1] + low[1] * strides[2]}; }
  codegen::BufferType type(Value wide, Plan &plan) const {
    return {plan.typeOf(wide).element, image[0] * strides[0]};
  }
};

void planSpaceToBatch(Operation *op, Plan &plan) {
  auto space = cast<graph::SpaceToBatchOp>(op);
  Value input = space.getInput();
  Blocks blocks(input, space.getResult(), space.getBlock(), space.getPadLow());
  TypedBuffer image = plan.typed(input), result = plan.typed(space.getResult());
  if (!blocks.isWhole(input)) {
    image = plan.scratch(blocks.type(input, plan));
    planFill(image, storedAs(input, 0), plan);
    planCopy(plan.typed(input), image, dimensionsOf(input), {denseStrides(dimensionsOf(input))},
             blocks.window(), plan);
  }
  planCopy(image, result, blocks.box, blocks.inImage, blocks.inBatch, plan);
}

void planBatchToSpace(Operation *op, Plan &plan) {
  auto batch = cast<graph::BatchToSpaceOp>(op);
  Value wide = batch.getResult();
  Blocks blocks(wide, batch.getInput(), batch.getBlock(), batch.getCropLow());
  TypedBuffer input = plan.typed(batch.getInput()), result = plan.typed(wide);
  if (blocks.isWhole(wide))
    return planCopy(input, result, blocks.box, blocks.inBatch, blocks.inImage, plan);
  TypedBuffer image = plan.scratch(blocks.type(wide, plan));
  planCopy(input, image, blocks.box, blocks.inBatch, blocks.inImage, plan);
  planCopy(image, result, dimensionsOf(wide), blocks.window(), {denseStrides(dimensionsOf(wide))},
           plan);
}
} // namespace

void registerRearrangement(HandlerTable &table) {
  table.add<graph::TileOp>({supportsAny, planTile});
  table.add<graph::MirrorPadOp>({supportsAny, planMirrorPad});
  table.add<graph::SpaceToBatchOp>({supportsFill, planSpaceToBatch});
  table.add<graph::BatchToSpaceOp>({supportsAny, planBatchToSpace});
}

} // namespace tandem::cpu
