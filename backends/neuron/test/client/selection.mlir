// RUN: neuron_print %s | FileCheck %s

!i8 = !quant.uniform<i8:f32, 0.5:3>
!coarse = !quant.uniform<i8:f32, 0.75:-2>

// CHECK-LABEL: @truths
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 2x3
// CHECK-NEXT: input %1: TENSOR_FLOAT32 3
// CHECK-NEXT: input %4: TENSOR_FLOAT32 2x3
// CHECK-NEXT: %2: TENSOR_BOOL8 2x3 = LESS(%0, %1) "less"
// CHECK-NEXT: %3: TENSOR_BOOL8 2x3 = LOGICAL_NOT(%2) "not"
// CHECK-NEXT: %5: TENSOR_FLOAT32 2x3 = SELECT(%3, %0, %4) "select"
// CHECK-NEXT: output %5
func.func @truths(%x: tensor<2x3xf32>, %y: tensor<3xf32>, %z: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %l = graph.less %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi1> loc("less")
  %n = graph.logical_not %l : (tensor<2x3xi1>) -> tensor<2x3xi1> loc("not")
  %r = graph.select %n, %x, %z : (tensor<2x3xi1>, tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32> loc("select")
  return %r : tensor<2x3xf32>
}

// The axis comes between elements and indices.
// CHECK-LABEL: @gather
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 2x3
// CHECK-NEXT: %3: TENSOR_FLOAT32 2x2 = GATHER(%0, 1, [2, 0]) "gather"
// CHECK-NEXT: output %3
func.func @gather(%x: tensor<2x3xf32>) -> tensor<2x2xf32> {
  %i = graph.constant dense<[2, 0]> : tensor<2xi32> : tensor<2xi32>
  %r = graph.gather %x, %i axis 1 : (tensor<2x3xf32>, tensor<2xi32>) -> tensor<2x2xf32> loc("gather")
  return %r : tensor<2x2xf32>
}

// Backwards, and counted from the end: NNAPI has the larger index of equal elements first.
// CHECK-LABEL: @top_k
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 2x5
// CHECK-NEXT: %2: TENSOR_FLOAT32 2x3, %3: TENSOR_INT32 2x3 = TOPK_V2(%0, 3) "values"
// CHECK-NEXT: %4: TENSOR_FLOAT32 2x5 = STRIDED_SLICE(%0, [0, 4], [2, 0], [1, -1], 0, 2, 0) "indices"
// CHECK-NEXT: %10: TENSOR_FLOAT32 2x3, %11: TENSOR_INT32 2x3 = TOPK_V2(%4, 3) "indices"
// CHECK-NEXT: %13: TENSOR_INT32 2x3 = SUB([4], %11, 0) "indices"
// CHECK-NEXT: output %2
// CHECK-NEXT: output %13
func.func @top_k(%x: tensor<2x5xf32>) -> (tensor<2x3xf32>, tensor<2x3xi32>) {
  %v = graph.top_k_values %x k 3 : (tensor<2x5xf32>) -> tensor<2x3xf32> loc("values")
  %i = graph.top_k_indices %x k 3 : (tensor<2x5xf32>) -> tensor<2x3xi32> loc("indices")
  return %v, %i : tensor<2x3xf32>, tensor<2x3xi32>
}

// CHECK-LABEL: @division
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_INT32 4
// CHECK-NEXT: input %5: TENSOR_FLOAT32 4
// CHECK-NEXT: %2: TENSOR_INT32 4 = DIV(%0, %0, 0) "mod"
// CHECK-NEXT: %3: TENSOR_INT32 4 = MUL(%2, %0, 0) "mod"
// CHECK-NEXT: %4: TENSOR_INT32 4 = SUB(%0, %3, 0) "mod"
// CHECK-NEXT: %6: TENSOR_FLOAT32 4 = DIV(%5, %5, 0) "div"
// CHECK-NEXT: %7: TENSOR_FLOAT32 4 = FLOOR(%6) "div"
// CHECK-NEXT: %8: TENSOR_FLOAT32 4 = NEG(%5) "ceil"
// CHECK-NEXT: %9: TENSOR_FLOAT32 4 = FLOOR(%8) "ceil"
// CHECK-NEXT: %10: TENSOR_FLOAT32 4 = NEG(%9) "ceil"
// CHECK-NEXT: output %4
// CHECK-NEXT: output %7
// CHECK-NEXT: output %10
func.func @division(%x: tensor<4xi32>, %y: tensor<4xf32>) -> (tensor<4xi32>, tensor<4xf32>, tensor<4xf32>) {
  %m = graph.floor_mod %x, %x : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32> loc("mod")
  %d = graph.floor_div %y, %y : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32> loc("div")
  %c = graph.ceil %y : (tensor<4xf32>) -> tensor<4xf32> loc("ceil")
  return %m, %d, %c : tensor<4xi32>, tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: @rearranged
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 1x4x4x1
// CHECK-NEXT: %3: TENSOR_FLOAT32 4x3x2x1 = SPACE_TO_BATCH_ND(%0, [2, 2], [1, 1, 0, 0]) "batch"
// CHECK-NEXT: %4: TENSOR_FLOAT32 1x6x4x1 = BATCH_TO_SPACE_ND(%3, [2, 2]) "space"
// CHECK-NEXT: %7: TENSOR_FLOAT32 1x3x4x1 = SLICE(%4, [0, 1, 0, 0], [1, 3, 4, 1]) "space"
// CHECK-NEXT: %9: TENSOR_FLOAT32 2x3x8x1 = TILE(%7, [2, 1, 2, 1]) "tile"
// CHECK-NEXT: output %7
// CHECK-NEXT: output %9
func.func @rearranged(%x: tensor<1x4x4x1xf32>) -> (tensor<1x3x4x1xf32>, tensor<2x3x8x1xf32>) {
  %s = graph.space_to_batch %x block [2, 2] pad_low [1, 0] pad_high [1, 0] : (tensor<1x4x4x1xf32>) -> tensor<4x3x2x1xf32> loc("batch")
  %b = graph.batch_to_space %s block [2, 2] crop_low [1, 0] crop_high [2, 0] : (tensor<4x3x2x1xf32>) -> tensor<1x3x4x1xf32> loc("space")
  %t = graph.tile %b multiples [2, 1, 2, 1] : (tensor<1x3x4x1xf32>) -> tensor<2x3x8x1xf32> loc("tile")
  return %b, %t : tensor<1x3x4x1xf32>, tensor<2x3x8x1xf32>
}

// CHECK-LABEL: @mirror_pad
// CHECK-NEXT: needs 5.0.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 2x3
// CHECK-NEXT: %3: TENSOR_FLOAT32 2x5 = mirrorpadmtk(%0, [0, 0, 2, 0], 1) "reflect"
// CHECK-NEXT: %6: TENSOR_FLOAT32 4x3 = mirrorpadmtk(%0, [2, 0, 0, 0], 2) "symmetric"
// CHECK-NEXT: output %3
// CHECK-NEXT: output %6
func.func @mirror_pad(%x: tensor<2x3xf32>) -> (tensor<2x5xf32>, tensor<4x3xf32>) {
  %r = graph.mirror_pad %x low [0, 2] high [0, 0] : (tensor<2x3xf32>) -> tensor<2x5xf32> loc("reflect")
  %s = graph.mirror_pad %x low [2, 0] high [0, 0] symmetric : (tensor<2x3xf32>) -> tensor<4x3xf32> loc("symmetric")
  return %r, %s : tensor<2x5xf32>, tensor<4x3xf32>
}

// Products with 1 at scale 1.
// CHECK-LABEL: @rescaled
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_QUANT8_ASYMM_SIGNED 2x3 scale 0.5 zero point 3
// CHECK-NEXT: %1: TENSOR_QUANT8_ASYMM_SIGNED 1x1x2x3 scale 0.5 zero point 3 = RESHAPE(%0, [1, 1, 2, 3]) "rescale"
// CHECK-NEXT: %7: TENSOR_QUANT8_ASYMM_SIGNED 1x1x2x3 scale 0.75 zero point -2 = DEPTHWISE_CONV_2D(%1, [1, 1, 1] scale 1 zero point 0, [0, 0, 0] scale 0.5 zero point 0, 0, 0, 0, 0, 1, 1, 1, 0) "rescale"
// CHECK-NEXT: %9: TENSOR_QUANT8_ASYMM_SIGNED 2x3 scale 0.75 zero point -2 = RESHAPE(%7, [2, 3]) "rescale"
// CHECK-NEXT: output %9
func.func @rescaled(%x: tensor<2x3x!i8>) -> tensor<2x3x!coarse> {
  %r = graph.quantize %x : (tensor<2x3x!i8>) -> tensor<2x3x!coarse> loc("rescale")
  return %r : tensor<2x3x!coarse>
}
