// RUN: neuron_print %s | FileCheck %s

// CHECK-LABEL: @conv_f32
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 1x4x6x2
// CHECK-NEXT: %7: TENSOR_FLOAT32 1x3x3x1 = CONV_2D(%0, float [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], float [0], 0, 1, 1, 0, 2, 1, 3) "conv"
// CHECK-NEXT: output %7
func.func @conv_f32(%x: tensor<1x4x6x2xf32>) -> tensor<1x3x3x1xf32> {
  %f = graph.constant dense<1.0> : tensor<1x3x2x2xf32> : tensor<1x3x2x2xf32>
  %r = graph.conv_2d %x, %f stride [1, 2] pad_low [1, 0] pad_high [0, 1] activation relu6 : (tensor<1x4x6x2xf32>, tensor<1x3x2x2xf32>) -> tensor<1x3x3x1xf32> loc("conv")
  return %r : tensor<1x3x3x1xf32>
}

// CHECK-LABEL: @dilated
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 1x8x8x2
// CHECK-NEXT: %7: TENSOR_FLOAT32 1x6x4x1 = CONV_2D(%0, float [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], float [0.5], 0, 0, 0, 0, 1, 1, 0, false, 2, 1) "dilated"
// CHECK-NEXT: output %7
func.func @dilated(%x: tensor<1x8x8x2xf32>) -> tensor<1x6x4x1xf32> {
  %f = graph.constant dense<1.0> : tensor<1x3x3x2xf32> : tensor<1x3x3x2xf32>
  %b = graph.constant dense<0.5> : tensor<1xf32> : tensor<1xf32>
  %r = graph.conv_2d %x, %f, %b dilation [1, 2] : (tensor<1x8x8x2xf32>, tensor<1x3x3x2xf32>, tensor<1xf32>) -> tensor<1x6x4x1xf32> loc("dilated")
  return %r : tensor<1x6x4x1xf32>
}

!in = !quant.uniform<i8:f32, 0.5:3>
!per_channel = !quant.uniform<i8<-127:127>:f32:0, {0.5, 0.25}>
!depthwise = !quant.uniform<i8<-127:127>:f32:3, {0.5, 0.25, 0.5, 0.125}>
!one_scale = !quant.uniform<i8<-127:127>:f32, 0.25>

// CHECK-LABEL: @per_channel
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_QUANT8_ASYMM_SIGNED 1x4x4x2 scale 0.5 zero point 3
// CHECK-NEXT: %5: TENSOR_QUANT8_ASYMM_SIGNED 1x4x4x2 scale 0.5 zero point 3 = CONV_2D(%0, [1, 2, 3, 4] 2 scales along 0, [5, 6], 0, 0, 0, 0, 1, 1, 0) "per_channel"
// CHECK-NEXT: output %5
func.func @per_channel(%x: tensor<1x4x4x2x!in>) -> tensor<1x4x4x2x!in> {
  %f = graph.constant dense<[[[[1, 2]]], [[[3, 4]]]]> : tensor<2x1x1x2xi8> : tensor<2x1x1x2x!per_channel>
  %b = graph.constant dense<[5, 6]> : tensor<2xi32> : tensor<2xi32>
  %r = graph.conv_2d %x, %f, %b : (tensor<1x4x4x2x!in>, tensor<2x1x1x2x!per_channel>, tensor<2xi32>) -> tensor<1x4x4x2x!in> loc("per_channel")
  return %r : tensor<1x4x4x2x!in>
}

// CHECK-LABEL: @grouped
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_QUANT8_ASYMM_SIGNED 1x4x4x4 scale 0.5 zero point 3
// CHECK-NEXT: %7: TENSOR_QUANT8_ASYMM_SIGNED 1x4x4x2 scale 0.5 zero point 3 = GROUPED_CONV_2D(%0, [1, 1, 1, 1] scale 0.25 zero point 0, [7, 7] scale 0.125 zero point 0, 0, 0, 0, 0, 1, 1, 2, 1, false) "grouped"
// CHECK-NEXT: output %7
func.func @grouped(%x: tensor<1x4x4x4x!in>) -> tensor<1x4x4x2x!in> {
  %f = graph.constant dense<1> : tensor<2x1x1x2xi8> : tensor<2x1x1x2x!one_scale>
  %b = graph.constant dense<7> : tensor<2xi32> : tensor<2xi32>
  %r = graph.conv_2d %x, %f, %b groups 2 activation relu : (tensor<1x4x4x4x!in>, tensor<2x1x1x2x!one_scale>, tensor<2xi32>) -> tensor<1x4x4x2x!in> loc("grouped")
  return %r : tensor<1x4x4x2x!in>
}

// CHECK-LABEL: @depthwise
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_QUANT8_ASYMM_SIGNED 1x4x4x2 scale 0.5 zero point 3
// CHECK-NEXT: %6: TENSOR_QUANT8_ASYMM_SIGNED 1x4x4x4 scale 0.5 zero point 3 = DEPTHWISE_CONV_2D(%0, [1, 1, 1, 1] 4 scales along 3, [0, 0, 0, 0], 0, 0, 0, 0, 1, 1, 2, 0) "depthwise"
// CHECK-NEXT: output %6
func.func @depthwise(%x: tensor<1x4x4x2x!in>) -> tensor<1x4x4x4x!in> {
  %f = graph.constant dense<1> : tensor<1x1x1x4xi8> : tensor<1x1x1x4x!depthwise>
  %r = graph.depthwise_conv_2d %x, %f : (tensor<1x4x4x2x!in>, tensor<1x1x1x4x!depthwise>) -> tensor<1x4x4x4x!in> loc("depthwise")
  return %r : tensor<1x4x4x4x!in>
}

// CHECK-LABEL: @transposed
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 1x2x3x1
// CHECK-NEXT: %7: TENSOR_FLOAT32 1x4x7x1 = TRANSPOSE_CONV_2D(%0, float [1, 1, 1, 1, 1, 1, 1, 1, 1], float [0], 0, 0, 1, 0, 2, 2, 0, false) "transposed"
// CHECK-NEXT: output %7
func.func @transposed(%x: tensor<1x2x3x1xf32>) -> tensor<1x4x7x1xf32> {
  %f = graph.constant dense<1.0> : tensor<1x3x3x1xf32> : tensor<1x3x3x1xf32>
  %r = graph.transpose_conv_2d %x, %f stride [2, 2] pad_low [1, 0] : (tensor<1x2x3x1xf32>, tensor<1x3x3x1xf32>) -> tensor<1x4x7x1xf32> loc("transposed")
  return %r : tensor<1x4x7x1xf32>
}

// Weights that do not fit into the operand itself stay in the bundle's.
// CHECK-LABEL: @fully_connected
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT16 1x64
// CHECK-NEXT: %4: TENSOR_FLOAT16 1x2 = FULLY_CONNECTED(%0, weights TENSOR_FLOAT16 2x64, half 0, 0, 0) "dense"
// CHECK-NEXT: output %4
func.func @fully_connected(%x: tensor<1x64xf16>) -> tensor<1x2xf16> {
  %f = graph.constant dense<1.0> : tensor<2x64xf16> : tensor<2x64xf16>
  %r = graph.fully_connected %x, %f : (tensor<1x64xf16>, tensor<2x64xf16>) -> tensor<1x2xf16> loc("dense")
  return %r : tensor<1x2xf16>
}

// CHECK-LABEL: @batch_matmul
// CHECK-NEXT: needs 5.1.2
// CHECK-NEXT: input %0: TENSOR_FLOAT32 2x3x4
// CHECK-NEXT: input %1: TENSOR_FLOAT32 2x5x4
// CHECK-NEXT: %4: TENSOR_FLOAT32 2x3x5 = BATCH_MATMUL(%0, %1, false, true) "matmul"
// CHECK-NEXT: output %4
func.func @batch_matmul(%x: tensor<2x3x4xf32>, %y: tensor<2x5x4xf32>) -> tensor<2x3x5xf32> {
  %r = graph.batch_matmul %x, %y transpose_rhs : (tensor<2x3x4xf32>, tensor<2x5x4xf32>) -> tensor<2x3x5xf32> loc("matmul")
  return %r : tensor<2x3x5xf32>
}

!codes = !quant.uniform<u8:f32, 0.5:3>

// CHECK-LABEL: @fully_connected_per_channel
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %2: TENSOR_QUANT8_ASYMM 3x2 scale 0.5 zero point 3
// CHECK-NEXT: %0: TENSOR_QUANT8_ASYMM 3x1x1x2 scale 0.5 zero point 3 = RESHAPE(%2, [3, 1, 1, 2]) "product"
// CHECK-NEXT: %1: TENSOR_QUANT8_ASYMM 3x1x1x2 scale 0.5 zero point 3 = CONV_2D(%0, [1, 2, 3, 4] 2 scales along 0, [5, 6], 0, 0, 0, 0, 1, 1, 1) "product"
// CHECK-NEXT: %8: TENSOR_QUANT8_ASYMM 3x2 scale 0.5 zero point 3 = RESHAPE(%1, [3, 2]) "product"
// CHECK-NEXT: output %8
func.func @fully_connected_per_channel(%x: tensor<3x2x!codes>) -> tensor<3x2x!codes> {
  %f = graph.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi8> : tensor<2x2x!per_channel>
  %b = graph.constant dense<[5, 6]> : tensor<2xi32> : tensor<2xi32>
  %r = graph.fully_connected %x, %f, %b activation relu : (tensor<3x2x!codes>, tensor<2x2x!per_channel>, tensor<2xi32>) -> tensor<3x2x!codes> loc("product")
  return %r : tensor<3x2x!codes>
}

// CHECK-LABEL: @dilated_groups
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %1: TENSOR_QUANT8_ASYMM_SIGNED 1x3x3x4 scale 0.5 zero point 3
// CHECK-NEXT: %0: TENSOR_QUANT8_ASYMM_SIGNED 1x3x3x2 scale 0.5 zero point 3 = SLICE(%1, [0, 0, 0, 0], [1, 3, 3, 2]) "groups"
// CHECK-NEXT: %10: TENSOR_QUANT8_ASYMM_SIGNED 1x1x1x1 scale 0.5 zero point 3 = CONV_2D(%0, [1, 2, 3, 4, 5, 6, 7, 8] 1 scales along 0, [17], 0, 0, 0, 0, 1, 1, 0, false, 2, 2) "groups"
// CHECK-NEXT: %11: TENSOR_QUANT8_ASYMM_SIGNED 1x3x3x2 scale 0.5 zero point 3 = SLICE(%1, [0, 0, 0, 2], [1, 3, 3, 2]) "groups"
// CHECK-NEXT: %15: TENSOR_QUANT8_ASYMM_SIGNED 1x1x1x1 scale 0.5 zero point 3 = CONV_2D(%11, [9, 10, 11, 12, 13, 14, 15, 16] 1 scales along 0, [18], 0, 0, 0, 0, 1, 1, 0, false, 2, 2) "groups"
// CHECK-NEXT: %17: TENSOR_QUANT8_ASYMM_SIGNED 1x1x1x2 scale 0.5 zero point 3 = CONCATENATION(%10, %15, 3) "groups"
// CHECK-NEXT: output %17
func.func @dilated_groups(%x: tensor<1x3x3x4x!in>) -> tensor<1x1x1x2x!in> {
  %f = graph.constant dense<[[[[1, 2], [3, 4]], [[5, 6], [7, 8]]], [[[9, 10], [11, 12]], [[13, 14], [15, 16]]]]> : tensor<2x2x2x2xi8> : tensor<2x2x2x2x!per_channel>
  %b = graph.constant dense<[17, 18]> : tensor<2xi32> : tensor<2xi32>
  %r = graph.conv_2d %x, %f, %b dilation [2, 2] groups 2 : (tensor<1x3x3x4x!in>, tensor<2x2x2x2x!per_channel>, tensor<2xi32>) -> tensor<1x1x1x2x!in> loc("groups")
  return %r : tensor<1x1x1x2x!in>
}
