// RUN: tandem-opt %s | tandem-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip
// CHECK:         graph.constant dense<[1, -2]> : tensor<2xi8> : tensor<2x!quant.uniform<i8:f32, 5.000000e-01:3>>
// CHECK:         graph.constant dense_resource<codes> : tensor<2x2x!quant.uniform<u8:f32:1, {5.000000e-01:3,2.500000e-01:4}>> : tensor<2x2xf32>
// CHECK:         graph.reshape %arg0 shape [3, 2] :
// CHECK:         graph.transpose %arg0 permutation [1, 0] :
// CHECK:         graph.concat %arg0, %arg0 axis 1 :
// CHECK:         graph.slice %arg0 begin [1, 2] size [1, 2] strides [1, -2] :
// CHECK:         graph.pad %arg0 low [0, 1] high [2, 0] :
// CHECK:         graph.pad %arg0 low [0, 1] high [2, 0] value 1.500000e+00 :
// CHECK:         graph.resize_bilinear %arg1 size [8, 6] half_pixel_centers :
// CHECK:         graph.resize_nearest %arg1 size [8, 6] align_corners :
// CHECK:         graph.space_to_depth %arg1 block 2 : (tensor<1x4x4x4xf32>) -> tensor<1x2x2x16xf32>
// CHECK:         graph.depth_to_space %arg1 block 2 : (tensor<1x4x4x4xf32>) -> tensor<1x8x8x1xf32>
// CHECK:         codes: "0x0100000001020304"
!q = !quant.uniform<i8:f32, 0.5:3>
func.func @round_trip(%a: tensor<2x3xf32>, %image: tensor<1x4x4x4xf32>) {
  %c = graph.constant dense<[1, -2]> : tensor<2xi8> : tensor<2x!q>
  %codes = graph.constant dense_resource<codes> : tensor<2x2x!quant.uniform<u8:f32:1, {0.5:3, 0.25:4}>> : tensor<2x2xf32>
  %0 = graph.reshape %a shape [3, 2] : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %1 = graph.transpose %a permutation [1, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %2 = graph.concat %a, %a axis 1 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x6xf32>
  %3 = graph.slice %a begin [1, 2] size [1, 2] strides [1, -2] : (tensor<2x3xf32>) -> tensor<1x2xf32>
  %4 = graph.pad %a low [0, 1] high [2, 0] : (tensor<2x3xf32>) -> tensor<4x4xf32>
  %5 = graph.pad %a low [0, 1] high [2, 0] value 1.5 : (tensor<2x3xf32>) -> tensor<4x4xf32>
  %6 = graph.resize_bilinear %image size [8, 6] half_pixel_centers : (tensor<1x4x4x4xf32>) -> tensor<1x8x6x4xf32>
  %7 = graph.resize_nearest %image size [8, 6] align_corners : (tensor<1x4x4x4xf32>) -> tensor<1x8x6x4xf32>
  %8 = graph.space_to_depth %image block 2 : (tensor<1x4x4x4xf32>) -> tensor<1x2x2x16xf32>
  %9 = graph.depth_to_space %image block 2 : (tensor<1x4x4x4xf32>) -> tensor<1x8x8x1xf32>
  return
}
{-# dialect_resources: { builtin: { codes: "0x0100000001020304" } } #-}
