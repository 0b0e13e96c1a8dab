// RUN: tandem-opt %s --fold-pad-into-conv --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @fold_spatial_zero
// CHECK-SAME:    (%[[IN:.+]]: tensor<1x8x8x3xf32>,
// CHECK-NOT:     graph.pad
// CHECK:         graph.conv_2d %[[IN]], %{{.+}} pad_low [1, 2] pad_high [2, 1]
func.func @fold_spatial_zero(%in: tensor<1x8x8x3xf32>, %filter: tensor<4x3x3x3xf32>) -> tensor<1x9x9x4xf32> {
  %0 = graph.pad %in low [0, 1, 1, 0] high [0, 2, 1, 0] : (tensor<1x8x8x3xf32>) -> tensor<1x11x10x3xf32>
  %1 = graph.conv_2d %0, %filter pad_low [0, 1] : (tensor<1x11x10x3xf32>, tensor<4x3x3x3xf32>) -> tensor<1x9x9x4xf32>
  return %1 : tensor<1x9x9x4xf32>
}

// -----

// A quantized pad stores the code of zero, which is what a quantized convolution pads with.
// CHECK-LABEL: func.func @fold_quantized_depthwise
// CHECK-NOT:     graph.pad
// CHECK:         graph.depthwise_conv_2d %arg0, %arg1 stride [2, 2] pad_high [1, 1]
!q = !quant.uniform<u8:f32, 0.5:128>
func.func @fold_quantized_depthwise(%in: tensor<1x4x4x2x!q>, %filter: tensor<1x3x3x2x!q>) -> tensor<1x2x2x2x!q> {
  %0 = graph.pad %in low [0, 0, 0, 0] high [0, 1, 1, 0] : (tensor<1x4x4x2x!q>) -> tensor<1x5x5x2x!q>
  %1 = graph.depthwise_conv_2d %0, %filter stride [2, 2] : (tensor<1x5x5x2x!q>, tensor<1x3x3x2x!q>) -> tensor<1x2x2x2x!q>
  return %1 : tensor<1x2x2x2x!q>
}

// -----

// The zeros count in the mean.
// CHECK-LABEL: func.func @fold_average_pool
// CHECK-NOT:     graph.pad
// CHECK:         graph.average_pool_2d %arg0 window [2, 2] stride [2, 2] pad_low [1, 1] pad_high [1, 1] count_include_pad
func.func @fold_average_pool(%in: tensor<1x4x4x1xf32>) -> tensor<1x3x3x1xf32> {
  %0 = graph.pad %in low [0, 1, 1, 0] high [0, 1, 1, 0] : (tensor<1x4x4x1xf32>) -> tensor<1x6x6x1xf32>
  %1 = graph.average_pool_2d %0 window [2, 2] stride [2, 2] : (tensor<1x6x6x1xf32>) -> tensor<1x3x3x1xf32>
  return %1 : tensor<1x3x3x1xf32>
}

// -----

// CHECK-LABEL: func.func @fold_max_pool_of_relu
// CHECK-NOT:     graph.pad
// CHECK:         graph.max_pool_2d %{{.+}} window [3, 3] stride [2, 2] pad_low [1, 1]
func.func @fold_max_pool_of_relu(%in: tensor<1x4x4x1xf32>) -> tensor<1x2x2x1xf32> {
  %0 = graph.relu %in : (tensor<1x4x4x1xf32>) -> tensor<1x4x4x1xf32>
  %1 = graph.pad %0 low [0, 1, 1, 0] high [0, 0, 0, 0] : (tensor<1x4x4x1xf32>) -> tensor<1x5x5x1xf32>
  %2 = graph.max_pool_2d %1 window [3, 3] stride [2, 2] : (tensor<1x5x5x1xf32>) -> tensor<1x2x2x1xf32>
  return %2 : tensor<1x2x2x1xf32>
}

// -----

// CHECK-LABEL: func.func @fold_lowest_into_max_pool
// CHECK-NOT:     graph.pad
func.func @fold_lowest_into_max_pool(%in: tensor<1x4x4x1xf32>) -> tensor<1x2x2x1xf32> {
  %0 = graph.pad %in low [0, 1, 1, 0] high [0, 0, 0, 0] value 0xFF800000 : (tensor<1x4x4x1xf32>) -> tensor<1x5x5x1xf32>
  %1 = graph.max_pool_2d %0 window [3, 3] stride [2, 2] : (tensor<1x5x5x1xf32>) -> tensor<1x2x2x1xf32>
  return %1 : tensor<1x2x2x1xf32>
}

// -----

// A zero may be the largest element of a window.
// CHECK-LABEL: func.func @keep_zero_before_max_pool
// CHECK:         graph.pad
func.func @keep_zero_before_max_pool(%in: tensor<1x4x4x1xf32>) -> tensor<1x2x2x1xf32> {
  %0 = graph.pad %in low [0, 1, 1, 0] high [0, 0, 0, 0] : (tensor<1x4x4x1xf32>) -> tensor<1x5x5x1xf32>
  %1 = graph.max_pool_2d %0 window [3, 3] stride [2, 2] : (tensor<1x5x5x1xf32>) -> tensor<1x2x2x1xf32>
  return %1 : tensor<1x2x2x1xf32>
}

// -----

// A window of padding alone is no window.
// CHECK-LABEL: func.func @keep_pad_as_wide_as_window
// CHECK:         graph.pad
func.func @keep_pad_as_wide_as_window(%in: tensor<1x4x4x1xf32>) -> tensor<1x4x4x1xf32> {
  %0 = graph.pad %in low [0, 2, 2, 0] high [0, 2, 2, 0] : (tensor<1x4x4x1xf32>) -> tensor<1x8x8x1xf32>
  %1 = graph.average_pool_2d %0 window [2, 2] stride [2, 2] : (tensor<1x8x8x1xf32>) -> tensor<1x4x4x1xf32>
  return %1 : tensor<1x4x4x1xf32>
}

// -----

// The pool's own padding does not count, that of the pad op would.
// CHECK-LABEL: func.func @keep_mixed_average_pool
// CHECK:         graph.pad
func.func @keep_mixed_average_pool(%in: tensor<1x4x4x1xf32>) -> tensor<1x3x3x1xf32> {
  %0 = graph.pad %in low [0, 1, 1, 0] high [0, 1, 1, 0] : (tensor<1x4x4x1xf32>) -> tensor<1x6x6x1xf32>
  %1 = graph.average_pool_2d %0 window [3, 3] stride [2, 2] pad_low [1, 1] : (tensor<1x6x6x1xf32>) -> tensor<1x3x3x1xf32>
  return %1 : tensor<1x3x3x1xf32>
}

// -----

// CHECK-LABEL: func.func @keep_nonzero_value
// CHECK:         graph.pad
func.func @keep_nonzero_value(%in: tensor<1x4x4x1xf32>, %filter: tensor<1x3x3x1xf32>) -> tensor<1x4x4x1xf32> {
  %0 = graph.pad %in low [0, 1, 1, 0] high [0, 1, 1, 0] value 1.0 : (tensor<1x4x4x1xf32>) -> tensor<1x6x6x1xf32>
  %1 = graph.conv_2d %0, %filter : (tensor<1x6x6x1xf32>, tensor<1x3x3x1xf32>) -> tensor<1x4x4x1xf32>
  return %1 : tensor<1x4x4x1xf32>
}

// -----

// CHECK-LABEL: func.func @keep_channels
// CHECK:         graph.pad
func.func @keep_channels(%in: tensor<1x4x4x1xf32>, %filter: tensor<1x1x1x2xf32>) -> tensor<1x4x4x1xf32> {
  %0 = graph.pad %in low [0, 0, 0, 0] high [0, 0, 0, 1] : (tensor<1x4x4x1xf32>) -> tensor<1x4x4x2xf32>
  %1 = graph.conv_2d %0, %filter : (tensor<1x4x4x2xf32>, tensor<1x1x1x2xf32>) -> tensor<1x4x4x1xf32>
  return %1 : tensor<1x4x4x1xf32>
}

// -----

// An NCHW input is transposed after its pad.
// CHECK-LABEL: func.func @fold_pad_before_transpose
// CHECK-NEXT:    %[[T:.+]] = graph.transpose %arg0 permutation [0, 2, 3, 1]
// CHECK-NEXT:    graph.conv_2d %[[T]], %arg1 pad_low [1, 2]
func.func @fold_pad_before_transpose(%in: tensor<1x2x4x4xf32>, %filter: tensor<1x1x1x2xf32>) -> tensor<1x5x6x1xf32> {
  %0 = graph.pad %in low [0, 0, 1, 2] high [0, 0, 0, 0] : (tensor<1x2x4x4xf32>) -> tensor<1x2x5x6xf32>
  %1 = graph.transpose %0 permutation [0, 2, 3, 1] : (tensor<1x2x5x6xf32>) -> tensor<1x5x6x2xf32>
  %2 = graph.conv_2d %1, %filter : (tensor<1x5x6x2xf32>, tensor<1x1x1x2xf32>) -> tensor<1x5x6x1xf32>
  return %2 : tensor<1x5x6x1xf32>
}

// -----

// Windows of many columns do not pad.
// CHECK-LABEL: func.func @pad_before_wide_conv
// CHECK:         %[[PADDED:.+]] = graph.pad %arg0 low [0, 0, 35, 0] high [0, 0, 34, 0]
// CHECK:         graph.conv_2d %[[PADDED]], %arg1 pad_low [1, 0] :
func.func @pad_before_wide_conv(%in: tensor<1x4x80x2xf32>, %filter: tensor<4x3x70x2xf32>) -> tensor<1x3x80x4xf32> {
  %0 = graph.conv_2d %in, %filter pad_low [1, 35] pad_high [0, 34] : (tensor<1x4x80x2xf32>, tensor<4x3x70x2xf32>) -> tensor<1x3x80x4xf32>
  return %0 : tensor<1x3x80x4xf32>
}

// -----

// Nor do those of many rows over a column, which is a row for the backends; over an image they do.
// CHECK-LABEL: func.func @pad_before_tall_conv
// CHECK:         %[[PADDED:.+]] = graph.pad %arg0 low [0, 35, 0, 0] high [0, 34, 0, 0]
// CHECK:         graph.conv_2d %[[PADDED]], %arg2 :
// CHECK:         graph.conv_2d %arg1, %arg2 pad_low [35, 0] pad_high [34, 0]
func.func @pad_before_tall_conv(%column: tensor<1x80x1x2xf32>, %image: tensor<1x80x8x2xf32>, %filter: tensor<4x70x1x2xf32>) -> (tensor<1x80x1x4xf32>, tensor<1x80x8x4xf32>) {
  %0 = graph.conv_2d %column, %filter pad_low [35, 0] pad_high [34, 0] : (tensor<1x80x1x2xf32>, tensor<4x70x1x2xf32>) -> tensor<1x80x1x4xf32>
  %1 = graph.conv_2d %image, %filter pad_low [35, 0] pad_high [34, 0] : (tensor<1x80x8x2xf32>, tensor<4x70x1x2xf32>) -> tensor<1x80x8x4xf32>
  return %0, %1 : tensor<1x80x1x4xf32>, tensor<1x80x8x4xf32>
}
