#include "compiler/importers/tflite/window.h"

using namespace mlir;

namespace tandem::tflite {

namespace {
struct Pool {
  Value input;
  Window window;
  Padding2d padding;
  graph::Activation activation;
};
} // namespace

static FailureOr<Pool> readPool(Node &node) {
  auto options = node.options<schema::Pool2DOptions>();
  FailureOr<Value> input = node.input(0);
  if (failed(options) || failed(input))
    return failure();
  auto image = imageSize(node, *input);
  auto activation = node.activation((*options)->fused_activation_function());
  if (failed(image) || failed(activation))
    return failure();
  Window window = {{(*options)->filter_height(), (*options)->filter_width()},
                   {(*options)->stride_h(), (*options)->stride_w()}};
  FailureOr<Padding2d> padding = paddingOf(node, (*options)->padding(), *image, window);
  if (failed(padding))
    return failure();
  return Pool{*input, window, *padding, *activation};
}

/// MAX_POOL_2D and L2_POOL_2D.
template <typename OpT> static LogicalResult importPool(Node &node) {
  FailureOr<Pool> pool = readPool(node);
  if (failed(pool))
    return failure();
  return node.emit<OpT>(pool->input, ArrayRef<int64_t>(pool->window.size),
                        ArrayRef<int64_t>(pool->window.stride),
                        ArrayRef<int64_t>(pool->padding.low), ArrayRef<int64_t>(pool->padding.high),
                        pool->activation);
}

/// TFLite divides by the number of elements inside the image.
static LogicalResult importAveragePool(Node &node) {
  FailureOr<Pool> pool = readPool(node);
  if (failed(pool))
    return failure();
  return node.emit<graph::AveragePool2dOp>(
      pool->input, ArrayRef<int64_t>(pool->window.size), ArrayRef<int64_t>(pool->window.stride),
      ArrayRef<int64_t>(pool->padding.low), ArrayRef<int64_t>(pool->padding.high),
      /*countIncludePad=*/false, pool->activation);
}

void registerPool2d(OpTable &table) {
  table.add(schema::BuiltinOperator::MAX_POOL_2D, importPool<graph::MaxPool2dOp>);
  table.add(schema::BuiltinOperator::L2_POOL_2D, importPool<graph::L2Pool2dOp>);
  table.add(schema::BuiltinOperator::AVERAGE_POOL_2D, importAveragePool);
}

} // namespace tandem::tflite
