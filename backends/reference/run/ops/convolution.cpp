// conv_2d and depthwise_conv_2d.
#include "backends/reference/run/product.h"

namespace tandem::reference {
namespace {

/// How often a window fits; 0 when it does not. 128 bits, since all of it may come from a hostile
/// file.
int64_t slidingSize(int64_t input, int64_t window, int64_t stride, int64_t dilation, int64_t padLow,
                    int64_t padHigh) {
  __int128 room = __int128(input) + padLow + padHigh - (__int128(window - 1) * dilation + 1);
  return room < 0 ? 0 : static_cast<int64_t>(room / stride + 1);
}

/// What does not depend on the filter's layout.
Result<ProductShape> windowShape(const Op &op) {
  const Shape &in = op.operand(0).shape, &filter = op.operand(1).shape, &out = op.result().shape;
  if (in.size() != 4 || filter.size() != 4 || out.size() != 4)
    return op.wrongShape();
  ProductShape shape = {};
  shape.batches = in[kBatch];
  shape.inHeight = in[kHeight];
  shape.inWidth = in[kWidth];
  shape.inChannels = in[kChannel];
  shape.outHeight = out[kHeight];
  shape.outWidth = out[kWidth];
  shape.outChannels = out[kChannel];
  shape.kernelHeight = filter[1];
  shape.kernelWidth = filter[2];
  TANDEM_ASSIGN_OR_RETURN(shape.stride, op.pair("stride", 1, 1));
  TANDEM_ASSIGN_OR_RETURN(shape.dilation, op.pair("dilation", 1, 1));
  TANDEM_ASSIGN_OR_RETURN(shape.padLow, op.pair("pad_low", 0, 0));
  TANDEM_ASSIGN_OR_RETURN(Op::Pair padHigh, op.pair("pad_high", 0, 0));
  bool fits = out[kBatch] == in[kBatch];
  for (int i = 0; i < 2; ++i)
    fits &= out[kHeight + i] == slidingSize(in[kHeight + i], filter[1 + i], shape.stride[i],
                                            shape.dilation[i], shape.padLow[i], padHigh[i]);
  if (!fits)
    return op.wrongShape();
  return shape;
}

/// u8 is the older scheme, with one scale a filter.
ProductRounding roundingOf(const Op &op) {
  return {.once = false, .productInFloat = op.operand(0).type == ElementType::kU8};
}

Result<Kernel> prepareConv2d(const Op &op) {
  TANDEM_ASSIGN_OR_RETURN(ProductShape shape, windowShape(op));
  TANDEM_ASSIGN_OR_RETURN(shape.groups, op.integer("groups", 1, INT32_MAX, 1));
  const Shape &filter = op.operand(1).shape; // OHWI
  if (shape.inChannels % shape.groups || shape.outChannels % shape.groups ||
      filter[0] != shape.outChannels || filter[3] != shape.inChannels / shape.groups)
    return op.wrongShape();
  shape.channelsOfGroup = filter[3];
  shape.filterTapStep = filter[3];
  shape.filterOutStep = filter[1] * filter[2] * filter[3];
  return prepareProduct(op, shape, roundingOf(op));
}

Result<Kernel> prepareDepthwise(const Op &op) {
  TANDEM_ASSIGN_OR_RETURN(ProductShape shape, windowShape(op));
  const Shape &filter = op.operand(1).shape; // 1HWC
  if (filter[0] != 1 || filter[3] != shape.outChannels || shape.outChannels % shape.inChannels)
    return op.wrongShape();
  shape.groups = shape.inChannels;
  shape.channelsOfGroup = 1;
  shape.filterTapStep = filter[3];
  shape.filterOutStep = 1;
  return prepareProduct(op, shape, roundingOf(op));
}
} // namespace

void registerConvolution(KernelTable &table) {
  table.add("conv_2d", prepareConv2d);
  table.add("depthwise_conv_2d", prepareDepthwise);
}

} // namespace tandem::reference
