// RUN: tandem-opt %s | tandem-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip
// CHECK:         graph.max_pool_2d %arg0 window [3, 2] stride [2, 1] pad_low [1, 0] pad_high [2, 1] activation relu :
// CHECK:         graph.average_pool_2d %arg0 window [2, 2] :
// CHECK:         graph.average_pool_2d %arg0 window [2, 2] pad_low [1, 1] count_include_pad :
// CHECK:         graph.mean %arg0 axes [1, 2] keep_dims : (tensor<1x4x4x2xf32>) -> tensor<1x1x1x2xf32>
// CHECK:         graph.sum %arg0 axes [3] : (tensor<1x4x4x2xf32>) -> tensor<1x4x4xf32>
// CHECK:         graph.reduce_max %arg0 axes [0, 1, 2, 3] : (tensor<1x4x4x2xf32>) -> tensor<f32>
// CHECK:         graph.reduce_min %arg0 axes [1] :
// CHECK:         graph.arg_max %arg0 axis 3 keep_dims : (tensor<1x4x4x2xf32>) -> tensor<1x4x4x1xi64>
func.func @round_trip(%in: tensor<1x4x4x2xf32>) {
  %0 = graph.max_pool_2d %in window [3, 2] stride [2, 1] pad_low [1, 0] pad_high [2, 1] activation relu
    : (tensor<1x4x4x2xf32>) -> tensor<1x3x4x2xf32>
  %1 = graph.average_pool_2d %in window [2, 2] : (tensor<1x4x4x2xf32>) -> tensor<1x3x3x2xf32>
  %2 = graph.average_pool_2d %in window [2, 2] pad_low [1, 1] count_include_pad : (tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  %3 = graph.mean %in axes [1, 2] keep_dims : (tensor<1x4x4x2xf32>) -> tensor<1x1x1x2xf32>
  %4 = graph.sum %in axes [3] : (tensor<1x4x4x2xf32>) -> tensor<1x4x4xf32>
  %5 = graph.reduce_max %in axes [0, 1, 2, 3] : (tensor<1x4x4x2xf32>) -> tensor<f32>
  %6 = graph.reduce_min %in axes [1] : (tensor<1x4x4x2xf32>) -> tensor<1x4x2xf32>
  %7 = graph.arg_max %in axis 3 keep_dims : (tensor<1x4x4x2xf32>) -> tensor<1x4x4x1xi64>
  return
}
