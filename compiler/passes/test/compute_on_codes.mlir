// RUN: tandem-opt %s --compute-on-codes --split-input-file | FileCheck %s

!act = !quant.uniform<u8:f32, 0.5:3>
!sum = !quant.uniform<u8:f32, 0.25:7>
!filter = !quant.uniform<i8:f32:0, {0.5, 2.0}>

// The bias is at the scale of the sums, 0.5 * 0.5 and 0.5 * 2: 3.0 is 12 of the first, 4.0 is 4 of the second.
// CHECK-LABEL: func.func @conv_with_relu
// CHECK-NOT:     graph.codes_between_quantize
// CHECK-DAG:     %[[BIAS:.+]] = graph.constant dense<[12, 4]> : tensor<2xi32>
// CHECK-DAG:     %[[FILTER:.+]] = graph.transpose %{{.+}} permutation [0, 2, 3, 1] : (tensor<2x1x1x1x!quant.uniform<i8:f32:0, {5.000000e-01,2.000000e+00}>>) -> tensor<2x1x1x1x!quant.uniform<i8:f32:0, {5.000000e-01,2.000000e+00}>>
// CHECK:         graph.conv_2d %arg0, %[[FILTER]], %[[BIAS]] activation relu : {{.*}} -> tensor<1x4x4x2x!quant.uniform<u8:f32, 2.500000e-01:7>>
// CHECK-NEXT:    return
func.func @conv_with_relu(%in: tensor<1x4x4x1x!act>) -> tensor<1x4x4x2x!sum> attributes {graph.codes_between_quantize} {
  %codes = graph.constant dense<[[[[1]]], [[[2]]]]> : tensor<2x1x1x1xi8> : tensor<2x1x1x1x!filter>
  %bias = graph.constant dense<[3.0, 4.0]> : tensor<2xf32> : tensor<2xf32>
  %0 = graph.dequantize %in : (tensor<1x4x4x1x!act>) -> tensor<1x4x4x1xf32>
  %1 = graph.dequantize %codes : (tensor<2x1x1x1x!filter>) -> tensor<2x1x1x1xf32>
  %2 = graph.transpose %1 permutation [0, 2, 3, 1] : (tensor<2x1x1x1xf32>) -> tensor<2x1x1x1xf32>
  %3 = graph.conv_2d %0, %2, %bias : (tensor<1x4x4x1xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x4x4x2xf32>
  %4 = graph.relu %3 : (tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  %5 = graph.quantize %4 : (tensor<1x4x4x2xf32>) -> tensor<1x4x4x2x!sum>
  return %5 : tensor<1x4x4x2x!sum>
}

// -----

!l = !quant.uniform<u8:f32, 0.5:3>

// The transposes of an NCHW model stand between an op and its activation.
// CHECK-LABEL: func.func @through_layout
// CHECK:         graph.add %arg0, %arg0 activation relu6
// CHECK-NEXT:    graph.transpose
// CHECK-NEXT:    return
func.func @through_layout(%in: tensor<1x4x4x2x!l>) -> tensor<1x2x4x4x!l> attributes {graph.codes_between_quantize} {
  %0 = graph.dequantize %in : (tensor<1x4x4x2x!l>) -> tensor<1x4x4x2xf32>
  %1 = graph.add %0, %0 : (tensor<1x4x4x2xf32>, tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32>
  %2 = graph.transpose %1 permutation [0, 3, 1, 2] : (tensor<1x4x4x2xf32>) -> tensor<1x2x4x4xf32>
  %3 = graph.relu6 %2 : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %4 = graph.quantize %3 : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4x!l>
  return %4 : tensor<1x2x4x4x!l>
}

// -----

!a = !quant.uniform<i8:f32, 0.5>
!b = !quant.uniform<i8:f32, 0.25>

// CHECK-LABEL: func.func @what_moves_elements
// CHECK:         %[[LHS:.+]] = graph.reshape %arg0
// CHECK:         %[[RHS:.+]] = graph.max_pool_2d %[[LHS]]
// CHECK:         graph.add %[[RHS]], %[[RHS]] : {{.*}} -> tensor<1x2x2x1x!quant.uniform<i8:f32, 2.500000e-01>>
// CHECK-NOT:     graph.dequantize
// CHECK:         return
func.func @what_moves_elements(%in: tensor<16x!a>) -> tensor<4x!b> attributes {graph.codes_between_quantize} {
  %0 = graph.dequantize %in : (tensor<16x!a>) -> tensor<16xf32>
  %1 = graph.reshape %0 shape [1, 4, 4, 1] : (tensor<16xf32>) -> tensor<1x4x4x1xf32>
  %2 = graph.max_pool_2d %1 window [2, 2] stride [2, 2] : (tensor<1x4x4x1xf32>) -> tensor<1x2x2x1xf32>
  %3 = graph.add %2, %2 : (tensor<1x2x2x1xf32>, tensor<1x2x2x1xf32>) -> tensor<1x2x2x1xf32>
  %4 = graph.reshape %3 shape [4] : (tensor<1x2x2x1xf32>) -> tensor<4xf32>
  %5 = graph.quantize %4 : (tensor<4xf32>) -> tensor<4x!b>
  return %5 : tensor<4x!b>
}

// -----

!c = !quant.uniform<i8:f32, 0.5>

// A value that something else reads in f32, an op without a form on codes, and one whose other operand is f32.
// CHECK-LABEL: func.func @stays_float
// CHECK:         graph.dequantize
// CHECK:         graph.add {{.*}}xf32>
// CHECK:         graph.exp {{.*}}xf32>
// CHECK:         graph.mul {{.*}}xf32>
func.func @stays_float(%in: tensor<4x!c>, %real: tensor<4xf32>) -> (tensor<4x!c>, tensor<4x!c>, tensor<4x!c>, tensor<4xf32>) attributes {graph.codes_between_quantize} {
  %0 = graph.dequantize %in : (tensor<4x!c>) -> tensor<4xf32>
  %1 = graph.add %0, %0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = graph.quantize %1 : (tensor<4xf32>) -> tensor<4x!c>
  %3 = graph.exp %0 : (tensor<4xf32>) -> tensor<4xf32>
  %4 = graph.quantize %3 : (tensor<4xf32>) -> tensor<4x!c>
  %5 = graph.mul %0, %real : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %6 = graph.quantize %5 : (tensor<4xf32>) -> tensor<4x!c>
  return %2, %4, %6, %1 : tensor<4x!c>, tensor<4x!c>, tensor<4x!c>, tensor<4xf32>
}

// -----

!d = !quant.uniform<i8:f32, 0.5>

// Without the mark it is left alone.
// CHECK-LABEL: func.func @unmarked
// CHECK:         graph.dequantize
// CHECK-NEXT:    graph.add {{.*}}xf32>
// CHECK-NEXT:    graph.quantize
func.func @unmarked(%in: tensor<4x!d>) -> tensor<4x!d> {
  %0 = graph.dequantize %in : (tensor<4x!d>) -> tensor<4xf32>
  %1 = graph.add %0, %0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = graph.quantize %1 : (tensor<4xf32>) -> tensor<4x!d>
  return %2 : tensor<4x!d>
}
