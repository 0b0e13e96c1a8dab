// RUN: tandem-opt %s --fuse-activation --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @each_producer
// CHECK:         %[[CONV:.+]] = graph.conv_2d %arg0, %arg1 activation relu6
// CHECK-NEXT:    %[[DW:.+]] = graph.depthwise_conv_2d %[[CONV]], %arg2 activation relu
// CHECK-NEXT:    %[[ADD:.+]] = graph.add %[[DW]], %[[CONV]] activation relu_n1_to_1
// CHECK-NEXT:    %[[POOL:.+]] = graph.max_pool_2d %[[ADD]] window [2, 2] activation relu
// CHECK-NEXT:    return %[[POOL]]
func.func @each_producer(%in: tensor<1x4x4x2xf32>, %filter: tensor<2x1x1x2xf32>, %dw: tensor<1x1x1x2xf32>) -> tensor<1x3x3x2xf32> {
  %0 = graph.conv_2d %in, %filter : (tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>) -> tensor<1x4x4x2xf32>
  %1 = graph.relu6 %0 : (tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  %2 = graph.depthwise_conv_2d %1, %dw : (tensor<1x4x4x2xf32>, tensor<1x1x1x2xf32>) -> tensor<1x4x4x2xf32>
  %3 = graph.relu %2 : (tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  %4 = graph.add %3, %1 : (tensor<1x4x4x2xf32>, tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  %5 = graph.relu_n1_to_1 %4 : (tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  %6 = graph.max_pool_2d %5 window [2, 2] : (tensor<1x4x4x2xf32>) -> tensor<1x3x3x2xf32>
  %7 = graph.relu %6 : (tensor<1x3x3x2xf32>) -> tensor<1x3x3x2xf32>
  return %7 : tensor<1x3x3x2xf32>
}

// -----

// CHECK-LABEL: func.func @quantized_alike
// CHECK:         graph.mul %arg0, %arg0 activation relu
// CHECK-NEXT:    return
!q = !quant.uniform<i8:f32, 0.5>
func.func @quantized_alike(%in: tensor<4x!q>) -> tensor<4x!q> {
  %0 = graph.mul %in, %in : (tensor<4x!q>, tensor<4x!q>) -> tensor<4x!q>
  %1 = graph.relu %0 : (tensor<4x!q>) -> tensor<4x!q>
  return %1 : tensor<4x!q>
}

// -----

// The relu rounds a second time, into its own scale.
// CHECK-LABEL: func.func @keep_requantizing_relu
// CHECK:         graph.relu
!q = !quant.uniform<i8:f32, 0.5>
!r = !quant.uniform<i8:f32, 0.25:-128>
func.func @keep_requantizing_relu(%in: tensor<4x!q>) -> tensor<4x!r> {
  %0 = graph.add %in, %in : (tensor<4x!q>, tensor<4x!q>) -> tensor<4x!q>
  %1 = graph.relu %0 : (tensor<4x!q>) -> tensor<4x!r>
  return %1 : tensor<4x!r>
}

// -----

// CHECK-LABEL: func.func @keep_second_reader
// CHECK:         graph.relu
func.func @keep_second_reader(%in: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = graph.add %in, %in : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.relu %0 : (tensor<4xf32>) -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @keep_second_activation
// CHECK:         graph.add %arg0, %arg0 activation relu
// CHECK-NEXT:    graph.relu6
func.func @keep_second_activation(%in: tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.add %in, %in activation relu : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.relu6 %0 : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @keep_after_maximum
// CHECK:         graph.relu
func.func @keep_after_maximum(%in: tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.maximum %in, %in : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.relu %0 : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
