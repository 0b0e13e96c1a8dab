// RUN: tandem-opt %s | tandem-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip
// CHECK:         graph.mirror_pad %arg0 low [0, 2] high [1, 1] : (tensor<2x3xf32>) -> tensor<3x6xf32>
// CHECK-NEXT:    graph.mirror_pad %arg0 low [2, 0] high [0, 3] symmetric : (tensor<2x3xf32>) -> tensor<4x6xf32>
// CHECK-NEXT:    graph.tile %arg0 multiples [3, 2] : (tensor<2x3xf32>) -> tensor<6x6xf32>
// CHECK-NEXT:    graph.space_to_batch %arg1 block [2, 3] pad_low [1, 0] pad_high [1, 2] : (tensor<1x4x4x4xf32>) -> tensor<6x3x2x4xf32>
// CHECK-NEXT:    graph.batch_to_space %3 block [2, 3] crop_low [1, 0] crop_high [1, 2] : (tensor<6x3x2x4xf32>) -> tensor<1x4x4x4xf32>
// CHECK-NEXT:    graph.l2_pool_2d %arg1 window [2, 2] stride [2, 2] activation relu6 :
// CHECK-NEXT:    graph.reduce_prod %arg0 axes [0] :
// CHECK-NEXT:    graph.reduce_any %arg2 axes [1] keep_dims : (tensor<2x3xi1>) -> tensor<2x1xi1>
// CHECK-NEXT:    graph.reduce_all %arg2 axes [0, 1] : (tensor<2x3xi1>) -> tensor<i1>
// CHECK-NEXT:    graph.arg_min %arg0 axis 1 : (tensor<2x3xf32>) -> tensor<2xi32>
func.func @round_trip(%a: tensor<2x3xf32>, %image: tensor<1x4x4x4xf32>, %t: tensor<2x3xi1>) {
  %0 = graph.mirror_pad %a low [0, 2] high [1, 1] : (tensor<2x3xf32>) -> tensor<3x6xf32>
  %1 = graph.mirror_pad %a low [2, 0] high [0, 3] symmetric : (tensor<2x3xf32>) -> tensor<4x6xf32>
  %2 = graph.tile %a multiples [3, 2] : (tensor<2x3xf32>) -> tensor<6x6xf32>
  %3 = graph.space_to_batch %image block [2, 3] pad_low [1, 0] pad_high [1, 2] : (tensor<1x4x4x4xf32>) -> tensor<6x3x2x4xf32>
  %4 = graph.batch_to_space %3 block [2, 3] crop_low [1, 0] crop_high [1, 2] : (tensor<6x3x2x4xf32>) -> tensor<1x4x4x4xf32>
  %5 = graph.l2_pool_2d %image window [2, 2] stride [2, 2] activation relu6 : (tensor<1x4x4x4xf32>) -> tensor<1x2x2x4xf32>
  %6 = graph.reduce_prod %a axes [0] : (tensor<2x3xf32>) -> tensor<3xf32>
  %7 = graph.reduce_any %t axes [1] keep_dims : (tensor<2x3xi1>) -> tensor<2x1xi1>
  %8 = graph.reduce_all %t axes [0, 1] : (tensor<2x3xi1>) -> tensor<i1>
  %9 = graph.arg_min %a axis 1 : (tensor<2x3xf32>) -> tensor<2xi32>
  return
}

// CHECK-LABEL: func.func @elementwise
// CHECK:         graph.floor_div %arg0, %arg1 : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
// CHECK-NEXT:    graph.floor_mod %arg0, %arg1 :
// CHECK-NEXT:    graph.ceil %arg2
// CHECK-NEXT:    graph.round %arg2
// CHECK-NEXT:    graph.sin %arg2
// CHECK-NEXT:    graph.cos %arg2
// CHECK-NEXT:    graph.atan %arg2
// CHECK-NEXT:    graph.erf %arg2
// CHECK-NEXT:    graph.bitwise_and %arg0, %arg1 : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
// CHECK-NEXT:    graph.bitwise_or %arg0, %arg1 :
// CHECK-NEXT:    graph.bitwise_xor %arg0, %arg1 :
// CHECK-NEXT:    graph.shift_left %arg0, %arg1 :
// CHECK-NEXT:    graph.shift_right %arg0, %arg1 :
func.func @elementwise(%a: tensor<2x3xi32>, %b: tensor<3xi32>, %x: tensor<2xf32>) {
  %0 = graph.floor_div %a, %b : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  %1 = graph.floor_mod %a, %b : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  %2 = graph.ceil %x : (tensor<2xf32>) -> tensor<2xf32>
  %3 = graph.round %x : (tensor<2xf32>) -> tensor<2xf32>
  %4 = graph.sin %x : (tensor<2xf32>) -> tensor<2xf32>
  %5 = graph.cos %x : (tensor<2xf32>) -> tensor<2xf32>
  %6 = graph.atan %x : (tensor<2xf32>) -> tensor<2xf32>
  %7 = graph.erf %x : (tensor<2xf32>) -> tensor<2xf32>
  %8 = graph.bitwise_and %a, %b : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  %9 = graph.bitwise_or %a, %b : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  %10 = graph.bitwise_xor %a, %b : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  %11 = graph.shift_left %a, %b : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  %12 = graph.shift_right %a, %b : (tensor<2x3xi32>, tensor<3xi32>) -> tensor<2x3xi32>
  return
}
