// RUN: tandem-opt %s --split-input-file | tandem-opt --split-input-file | FileCheck %s

// Defaults are not printed, all else comes back as it was.
// CHECK-LABEL: func.func @conv_2d
// CHECK:         graph.conv_2d %arg0, %arg1 : (tensor<1x8x8x4xf32>, tensor<2x3x3x4xf32>) -> tensor<1x6x6x2xf32>
// CHECK:         graph.conv_2d %arg0, %arg2, %arg3 stride [2, 1] dilation [2, 3] pad_low [1, 2] pad_high [3, 0] groups 2 activation relu6 :
func.func @conv_2d(%in: tensor<1x8x8x4xf32>, %w: tensor<2x3x3x4xf32>, %half: tensor<2x3x3x2xf32>, %b: tensor<2xf32>) {
  %0 = graph.conv_2d %in, %w : (tensor<1x8x8x4xf32>, tensor<2x3x3x4xf32>) -> tensor<1x6x6x2xf32>
  %1 = graph.conv_2d %in, %half, %b stride [2, 1] dilation [2, 3] pad_low [1, 2] pad_high [3, 0] groups 2 activation relu6
    : (tensor<1x8x8x4xf32>, tensor<2x3x3x2xf32>, tensor<2xf32>) -> tensor<1x4x4x2xf32>
  return
}

// -----

// CHECK-LABEL: func.func @conv_2d_quantized
// CHECK:         -> tensor<1x1x1x2x!quant.uniform<u8:f32, 5.000000e-01:128>>
// CHECK:         (tensor<1x1x1x1xf32>, tensor<2x1x1x1x!quant.uniform<i8:f32:0, {2.500000e-01,1.250000e-01}>>, tensor<2xf32>) -> tensor<1x1x1x2xf32>
!a = !quant.uniform<u8:f32, 0.5:128>
!w = !quant.uniform<i8:f32:0, {0.25, 0.125}>
func.func @conv_2d_quantized(%in: tensor<1x1x1x1x!a>, %real: tensor<1x1x1x1xf32>, %w: tensor<2x1x1x1x!w>, %b: tensor<2xi32>, %rb: tensor<2xf32>) {
  %0 = graph.conv_2d %in, %w, %b : (tensor<1x1x1x1x!a>, tensor<2x1x1x1x!w>, tensor<2xi32>) -> tensor<1x1x1x2x!a>
  %1 = graph.conv_2d %real, %w, %rb : (tensor<1x1x1x1xf32>, tensor<2x1x1x1x!w>, tensor<2xf32>) -> tensor<1x1x1x2xf32>
  return
}

// -----

// CHECK-LABEL: func.func @others
// CHECK:         graph.depthwise_conv_2d %arg0, %arg1 stride [2, 2] pad_high [1, 1] activation relu :
// CHECK:         graph.transpose_conv_2d %arg0, %arg2 stride [2, 2] pad_low [0, 1] activation relu_n1_to_1 :
// CHECK:         graph.fully_connected %arg3, %arg4, %arg5 activation relu :
// CHECK:         graph.batch_matmul %arg6, %arg6 transpose_rhs :
func.func @others(%in: tensor<1x4x4x2xf32>, %dw: tensor<1x3x3x4xf32>, %tc: tensor<3x2x2x2xf32>,
                  %row: tensor<1x4xf32>, %w: tensor<2x4xf32>, %b: tensor<2xf32>, %batch: tensor<2x3x4xf32>) {
  %0 = graph.depthwise_conv_2d %in, %dw stride [2, 2] pad_high [1, 1] activation relu
    : (tensor<1x4x4x2xf32>, tensor<1x3x3x4xf32>) -> tensor<1x2x2x4xf32>
  %1 = graph.transpose_conv_2d %in, %tc stride [2, 2] pad_low [0, 1] activation relu_n1_to_1
    : (tensor<1x4x4x2xf32>, tensor<3x2x2x2xf32>) -> tensor<1x8x7x3xf32>
  %2 = graph.fully_connected %row, %w, %b activation relu : (tensor<1x4xf32>, tensor<2x4xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %3 = graph.batch_matmul %batch, %batch transpose_rhs : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x3xf32>
  return
}
