// space_to_batch and batch_to_space.
#include "backends/reference/run/elements.h"

#include <cstring>

namespace tandem::reference {
namespace {

/// Pixels of a wide image and, for each, the one of a batch of small images that it goes with.
struct BatchBlocks {
  Shape wide, batched;
  Op::Pair block, low; ///< pads or crops before row and column 0

  /// Calls `visit(pixel of the wide image, pixel of the batch)`.
  template <typename Visit> void forEachPixel(Visit visit) const {
    int64_t pixel = 0;
    for (int64_t n = 0; n < wide[kBatch]; ++n)
      for (int64_t y = low[0]; y < wide[kHeight] + low[0]; ++y)
        for (int64_t x = low[1]; x < wide[kWidth] + low[1]; ++x, ++pixel) {
          int64_t place = y % block[0] * block[1] + x % block[1];
          int64_t image = place * wide[kBatch] + n;
          visit(pixel, (image * batched[kHeight] + y / block[0]) * batched[kWidth] + x / block[1]);
        }
  }
};

Result<BatchBlocks> blocksOf(const Op &op, const Shape &wide, const Shape &batched,
                             const char *lowName, const char *highName) {
  if (wide.size() != 4 || batched.size() != 4 || wide[kChannel] != batched[kChannel])
    return op.wrongShape();
  BatchBlocks blocks = {.wide = wide, .batched = batched, .block = {}, .low = {}};
  TANDEM_ASSIGN_OR_RETURN(std::vector<int64_t> block, op.integers("block", 2, 1, INT16_MAX));
  TANDEM_ASSIGN_OR_RETURN(blocks.low, op.pair(lowName, 0, 0));
  TANDEM_ASSIGN_OR_RETURN(Op::Pair high, op.pair(highName, 0, 0));
  for (size_t i = 0; i < 2; ++i) {
    blocks.block[i] = block[i];
    if (blocks.low[i] + wide[kHeight + i] + high[i] != batched[kHeight + i] * block[i])
      return op.wrongShape();
  }
  if (batched[kBatch] != wide[kBatch] * block[0] * block[1])
    return op.wrongShape();
  return blocks;
}

size_t pixelBytes(const Op &op) {
  return static_cast<size_t>(op.result().dim(kChannel)) * elementSize(op.result().type);
}

Result<Kernel> prepareSpaceToBatch(const Op &op) {
  TANDEM_ASSIGN_OR_RETURN(BatchBlocks blocks, blocksOf(op, op.operand(0).shape, op.result().shape,
                                                       "pad_low", "pad_high"));
  size_t elementBytes = elementSize(op.result().type);
  return Kernel([=, zero = elementOf(op.result(), 0), bytes = pixelBytes(op),
                 count = op.result().count(), from = op.operand(0).data, to = op.result().data] {
    for (int64_t i = 0; i < count; ++i) // what no pixel goes to is padding
      std::memcpy(to + i * elementBytes, zero.data(), elementBytes);
    blocks.forEachPixel([&](int64_t pixel, int64_t batched) {
      std::memcpy(to + batched * bytes, from + pixel * bytes, bytes);
    });
  });
}

Result<Kernel> prepareBatchToSpace(const Op &op) {
  TANDEM_ASSIGN_OR_RETURN(BatchBlocks blocks, blocksOf(op, op.result().shape, op.operand(0).shape,
                                                       "crop_low", "crop_high"));
  return Kernel([=, bytes = pixelBytes(op), from = op.operand(0).data, to = op.result().data] {
    blocks.forEachPixel([&](int64_t pixel, int64_t batched) {
      std::memcpy(to + pixel * bytes, from + batched * bytes, bytes);
    });
  });
}
} // namespace

void registerBatchBlocks(KernelTable &table) {
  table.add("space_to_batch", prepareSpaceToBatch);
  table.add("batch_to_space", prepareBatchToSpace);
}

} // namespace tandem::reference
