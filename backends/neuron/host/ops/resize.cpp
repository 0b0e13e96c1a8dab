// RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR.

#include "backends/neuron/host/node.h"

using namespace mlir;

namespace tandem::neuron::host {
namespace {
/// The size, as (height, width): given as width and height, or as factors of them.
FailureOr<std::array<int64_t, 2>> readSize(Node &node, Value image) {
  bool factors = node.input(1).type != NEURON_INT32;
  std::array<int64_t, 2> size = {0, 0};
  for (int i = 0; i < 2; ++i) {
    size_t operand = 2 - static_cast<size_t>(i); // width comes first
    if (factors) {
      FailureOr<float> factor = node.real(operand);
      if (failed(factor))
        return failure();
      double wanted = double(shapeOf(image)[1 + i]) * *factor;
      if (!(wanted >= 1 && wanted <= INT32_MAX))
        return node.invalid() << "a factor of " << *factor;
      size[i] = static_cast<int64_t>(wanted);
    } else {
      FailureOr<int64_t> wanted = node.integer(operand);
      if (failed(wanted))
        return failure();
      size[i] = *wanted;
    }
    if (size[i] < 1)
      return node.invalid() << "a result of size " << size[i];
  }
  return size;
}

/// LiteRT's plugin gives height before width. That this is meant shows in the result's shape.
void swapIfMeant(Node &node, std::array<int64_t, 2> &size, bool channelsFirst) {
  std::optional<SmallVector<int64_t>> said = shapeOfOperand(node.output());
  if (!said || said->size() != 4)
    return;
  size_t first = channelsFirst ? 2 : 1;
  if ((*said)[first] == size[1] && (*said)[first + 1] == size[0])
    std::swap(size[0], size[1]);
}

template <typename OpT> LogicalResult writeResize(Node &node) {
  auto channelsFirst = node.flagOr(3, false);
  auto alignCorners = node.flagOr(4, false), halfPixels = node.flagOr(5, false);
  if (failed(channelsFirst) || failed(alignCorners) || failed(halfPixels))
    return failure();
  MaybeValue input = node.image(0, *channelsFirst);
  if (failed(input))
    return failure();
  auto size = readSize(node, *input);
  if (failed(size))
    return failure();
  swapIfMeant(node, *size, *channelsFirst);
  if (*alignCorners && *halfPixels)
    return node.invalid() << "aligned corners and half pixels exclude each other";
  return node.setImage(
      node.makeLike<OpT>(*input, ArrayRef<int64_t>(*size), *alignCorners, *halfPixels),
      *channelsFirst);
}
} // namespace

void registerResize(HandlerTable &table) {
  table.add(NEURON_RESIZE_BILINEAR, writeResize<graph::ResizeBilinearOp>);
  table.add(NEURON_RESIZE_NEAREST_NEIGHBOR, writeResize<graph::ResizeNearestOp>);
}

} // namespace tandem::neuron::host
