// RUN: neuron_print %s | FileCheck %s

// CHECK-LABEL: @max_pool
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 1x6x8x1
// CHECK-NEXT: %5: TENSOR_FLOAT32 1x3x7x1 = MAX_POOL_2D(%0, 0, 0, 1, 0, 1, 2, 2, 3, 1) "max"
// CHECK-NEXT: output %5
func.func @max_pool(%x: tensor<1x6x8x1xf32>) -> tensor<1x3x7x1xf32> {
  %r = graph.max_pool_2d %x window [3, 2] stride [2, 1] pad_low [1, 0] activation relu : (tensor<1x6x8x1xf32>) -> tensor<1x3x7x1xf32> loc("max")
  return %r : tensor<1x3x7x1xf32>
}

// Cells of a PAD are counted like any other.
// CHECK-LABEL: @padding_counted
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 1x4x4x1
// CHECK-NEXT: %1: TENSOR_FLOAT32 1x7x6x1 = PAD(%0, [0, 0, 1, 2, 2, 0, 0, 0]) "average"
// CHECK-NEXT: %6: TENSOR_FLOAT32 1x5x4x1 = AVERAGE_POOL_2D(%1, 0, 0, 0, 0, 1, 1, 3, 3, 0) "average"
// CHECK-NEXT: output %6
func.func @padding_counted(%x: tensor<1x4x4x1xf32>) -> tensor<1x5x4x1xf32> {
  %r = graph.average_pool_2d %x window [3, 3] pad_low [1, 2] pad_high [2, 0] count_include_pad : (tensor<1x4x4x1xf32>) -> tensor<1x5x4x1xf32> loc("average")
  return %r : tensor<1x5x4x1xf32>
}

// CHECK-LABEL: @reductions
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 1x4x4x2
// CHECK-NEXT: %3: TENSOR_FLOAT32 1x1x1x2 = MEAN(%0, [1, 2], 1) "mean"
// CHECK-NEXT: %6: TENSOR_FLOAT32 1x4x4 = REDUCE_SUM(%0, [3], false) "sum"
// CHECK-NEXT: output %3
// CHECK-NEXT: output %6
func.func @reductions(%x: tensor<1x4x4x2xf32>) -> (tensor<1x1x1x2xf32>, tensor<1x4x4xf32>) {
  %r = graph.mean %x axes [1, 2] keep_dims : (tensor<1x4x4x2xf32>) -> tensor<1x1x1x2xf32> loc("mean")
  %s = graph.sum %x axes [3] : (tensor<1x4x4x2xf32>) -> tensor<1x4x4xf32> loc("sum")
  return %r, %s : tensor<1x1x1x2xf32>, tensor<1x4x4xf32>
}

// CHECK-LABEL: @arg_max
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 3x4
// CHECK-NEXT: %2: TENSOR_INT32 3 = ARGMAX(%0, 1) "removed"
// CHECK-NEXT: %3: TENSOR_INT32 3 = ARGMAX(%0, 1) "kept"
// CHECK-NEXT: %4: TENSOR_INT32 3x1 = EXPAND_DIMS(%3, 1) "kept"
// CHECK-NEXT: output %2
// CHECK-NEXT: output %4
func.func @arg_max(%x: tensor<3x4xf32>) -> (tensor<3xi32>, tensor<3x1xi32>) {
  %r = graph.arg_max %x axis 1 : (tensor<3x4xf32>) -> tensor<3xi32> loc("removed")
  %s = graph.arg_max %x axis 1 keep_dims : (tensor<3x4xf32>) -> tensor<3x1xi32> loc("kept")
  return %r, %s : tensor<3xi32>, tensor<3x1xi32>
}

// A tensor without dimensions would be one of unknown rank.
// CHECK-LABEL: @all
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 4
// CHECK-NEXT: %3: TENSOR_FLOAT32 1 = REDUCE_MAX(%0, [0], false) "all"
// CHECK-NEXT: output %3
func.func @all(%x: tensor<4xf32>) -> tensor<f32> {
  %r = graph.reduce_max %x axes [0] : (tensor<4xf32>) -> tensor<f32> loc("all")
  return %r : tensor<f32>
}

!in = !quant.uniform<i8:f32, 0.5:3>
!u8 = !quant.uniform<u8:f32, 0.5:3>
!out = !quant.uniform<i8:f32, 0.75:-2>
!coarse = !quant.uniform<u8:f32, 3.0:0>

// Ones at scale 1/8 over a window of 2 x 4.
// CHECK-LABEL: @mean_of_an_image
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_QUANT8_ASYMM_SIGNED 1x2x4x3 scale 0.5 zero point 3
// CHECK-NEXT: %7: TENSOR_QUANT8_ASYMM_SIGNED 1x1x1x3 scale 0.75 zero point -2 = DEPTHWISE_CONV_2D(%0, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] scale 0.125 zero point 0, [0, 0, 0] scale 0.0625 zero point 0, 0, 0, 0, 0, 4, 2, 1, 0) "mean"
// CHECK-NEXT: %9: TENSOR_QUANT8_ASYMM_SIGNED 1x3 scale 0.75 zero point -2 = RESHAPE(%7, [1, 3]) "mean"
// CHECK-NEXT: output %9
func.func @mean_of_an_image(%x: tensor<1x2x4x3x!in>) -> tensor<1x3x!out> {
  %r = graph.mean %x axes [1, 2] : (tensor<1x2x4x3x!in>) -> tensor<1x3x!out> loc("mean")
  return %r : tensor<1x3x!out>
}

// CHECK-LABEL: @mean_kept
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_QUANT8_ASYMM_SIGNED 1x2x4x3 scale 0.5 zero point 3
// CHECK-NEXT: %7: TENSOR_QUANT8_ASYMM_SIGNED 1x1x1x3 scale 0.75 zero point -2 = DEPTHWISE_CONV_2D(%0, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] scale 0.125 zero point 0, [0, 0, 0] scale 0.0625 zero point 0, 0, 0, 0, 0, 4, 2, 1, 0) "mean"
// CHECK-NEXT: output %7
func.func @mean_kept(%x: tensor<1x2x4x3x!in>) -> tensor<1x1x1x3x!out> {
  %r = graph.mean %x axes [1, 2] keep_dims : (tensor<1x2x4x3x!in>) -> tensor<1x1x1x3x!out> loc("mean")
  return %r : tensor<1x1x1x3x!out>
}

// As an image of the rows, ones at scale 1.
// CHECK-LABEL: @sum_of_rows
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_QUANT8_ASYMM 5x2x3 scale 0.5 zero point 3
// CHECK-NEXT: %1: TENSOR_QUANT8_ASYMM 5x1x2x3 scale 0.5 zero point 3 = RESHAPE(%0, [5, 1, 2, 3]) "sum"
// CHECK-NEXT: %8: TENSOR_QUANT8_ASYMM 5x1x1x3 scale 3 zero point 0 = DEPTHWISE_CONV_2D(%1, [1, 1, 1, 1, 1, 1] scale 1 zero point 0, [0, 0, 0] scale 0.5 zero point 0, 0, 0, 0, 0, 2, 1, 1, 0) "sum"
// CHECK-NEXT: %10: TENSOR_QUANT8_ASYMM 5x3 scale 3 zero point 0 = RESHAPE(%8, [5, 3]) "sum"
// CHECK-NEXT: output %10
func.func @sum_of_rows(%x: tensor<5x2x3x!u8>) -> tensor<5x3x!coarse> {
  %r = graph.sum %x axes [1] : (tensor<5x2x3x!u8>) -> tensor<5x3x!coarse> loc("sum")
  return %r : tensor<5x3x!coarse>
}
