// RUN: tandem-opt %s --fold-transpose-into-fully-connected --split-input-file | FileCheck %s

// Columns were (channel, y, x) and become (y, x, channel).
// CHECK-LABEL: func.func @columns_follow
// CHECK-DAG:     %[[W:.+]] = graph.constant dense<{{\[\[}}0.000000e+00, 3.000000e+00, 1.000000e+00, 4.000000e+00, 2.000000e+00, 5.000000e+00]]> : tensor<1x6xf32>
// CHECK-DAG:     %[[R:.+]] = graph.reshape %arg0 shape [4, 6] : (tensor<4x1x3x2xf32>) -> tensor<4x6xf32>
// CHECK:         %[[FC:.+]] = graph.fully_connected %[[R]], %[[W]] activation relu
// CHECK-NEXT:    return %[[FC]]
func.func @columns_follow(%in: tensor<4x1x3x2xf32>) -> tensor<4x1xf32> {
  %w = graph.constant dense<[[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]]> : tensor<1x6xf32> : tensor<1x6xf32>
  %0 = graph.transpose %in permutation [0, 3, 1, 2] : (tensor<4x1x3x2xf32>) -> tensor<4x2x1x3xf32>
  %1 = graph.reshape %0 shape [4, 6] : (tensor<4x2x1x3xf32>) -> tensor<4x6xf32>
  %2 = graph.fully_connected %1, %w activation relu : (tensor<4x6xf32>, tensor<1x6xf32>) -> tensor<4x1xf32>
  return %2 : tensor<4x1xf32>
}

// -----

// CHECK-LABEL: func.func @codes_per_row_stay_with_their_rows
// CHECK:         graph.constant dense<{{\[\[}}1, 3, 2, 4], [5, 7, 6, 8]]> : tensor<2x4xi8> : tensor<2x4x!quant.uniform<i8:f32:0, {5.000000e-01,2.500000e-01}>>
// CHECK-NOT:     graph.transpose
!q = !quant.uniform<i8:f32, 0.5>
!w = !quant.uniform<i8:f32:0, {0.5, 0.25}>
func.func @codes_per_row_stay_with_their_rows(%in: tensor<1x2x2x!q>) -> tensor<1x2x!q> {
  %w = graph.constant dense<[[1, 2, 3, 4], [5, 6, 7, 8]]> : tensor<2x4xi8> : tensor<2x4x!w>
  %0 = graph.transpose %in permutation [0, 2, 1] : (tensor<1x2x2x!q>) -> tensor<1x2x2x!q>
  %1 = graph.reshape %0 shape [1, 4] : (tensor<1x2x2x!q>) -> tensor<1x4x!q>
  %2 = graph.fully_connected %1, %w : (tensor<1x4x!q>, tensor<2x4x!w>) -> tensor<1x2x!q>
  return %2 : tensor<1x2x!q>
}

// -----

// The first dimension is turned too: a row gathers from several.
// CHECK-LABEL: func.func @keep_turned_rows
// CHECK:         graph.transpose
func.func @keep_turned_rows(%in: tensor<2x1x2xf32>) -> tensor<2x1xf32> {
  %w = graph.constant dense<[[1.0, 2.0]]> : tensor<1x2xf32> : tensor<1x2xf32>
  %0 = graph.transpose %in permutation [2, 1, 0] : (tensor<2x1x2xf32>) -> tensor<2x1x2xf32>
  %1 = graph.reshape %0 shape [2, 2] : (tensor<2x1x2xf32>) -> tensor<2x2xf32>
  %2 = graph.fully_connected %1, %w : (tensor<2x2xf32>, tensor<1x2xf32>) -> tensor<2x1xf32>
  return %2 : tensor<2x1xf32>
}

// -----

// CHECK-LABEL: func.func @keep_other_rows
// CHECK:         graph.transpose
func.func @keep_other_rows(%in: tensor<2x2x3xf32>) -> tensor<4x1xf32> {
  %w = graph.constant dense<[[1.0, 2.0, 3.0]]> : tensor<1x3xf32> : tensor<1x3xf32>
  %0 = graph.transpose %in permutation [0, 2, 1] : (tensor<2x2x3xf32>) -> tensor<2x3x2xf32>
  %1 = graph.reshape %0 shape [4, 3] : (tensor<2x3x2xf32>) -> tensor<4x3xf32>
  %2 = graph.fully_connected %1, %w : (tensor<4x3xf32>, tensor<1x3xf32>) -> tensor<4x1xf32>
  return %2 : tensor<4x1xf32>
}

// -----

// CHECK-LABEL: func.func @keep_filter_of_run_time
// CHECK:         graph.transpose
func.func @keep_filter_of_run_time(%in: tensor<1x2x2xf32>, %w: tensor<1x4xf32>) -> tensor<1x1xf32> {
  %0 = graph.transpose %in permutation [0, 2, 1] : (tensor<1x2x2xf32>) -> tensor<1x2x2xf32>
  %1 = graph.reshape %0 shape [1, 4] : (tensor<1x2x2xf32>) -> tensor<1x4xf32>
  %2 = graph.fully_connected %1, %w : (tensor<1x4xf32>, tensor<1x4xf32>) -> tensor<1x1xf32>
  return %2 : tensor<1x1xf32>
}
