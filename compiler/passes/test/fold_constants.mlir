// RUN: tandem-opt %s --fold-constants --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @half_weights
// CHECK:         %[[W:.+]] = graph.constant dense<{{\[\[}}1.500000e+00], [-2.000000e+00]]> : tensor<2x1xf32>
// CHECK:         graph.fully_connected %{{.+}}, %[[W]] :
func.func @half_weights(%in: tensor<1x1xf32>) -> tensor<1x2xf32> {
  %half = graph.constant dense<[[1.5], [-2.0]]> : tensor<2x1xf16> : tensor<2x1xf16>
  %w = graph.cast %half : (tensor<2x1xf16>) -> tensor<2x1xf32>
  %0 = graph.fully_connected %in, %w : (tensor<1x1xf32>, tensor<2x1xf32>) -> tensor<1x2xf32>
  return %0 : tensor<1x2xf32>
}

// -----

// Many stay as they are: what reads them makes them f32.
// CHECK-LABEL: func.func @many_half_weights
// CHECK:         %[[W:.+]] = graph.constant dense_resource<{{.+}}> : tensor<1x130xf16> : tensor<1x130xf32>
// CHECK:         graph.fully_connected %{{.+}}, %[[W]] :
func.func @many_half_weights(%in: tensor<1x130xf32>) -> tensor<1x1xf32> {
  %half = graph.constant dense_resource<halves> : tensor<130x1xf16> : tensor<130x1xf16>
  %w = graph.cast %half : (tensor<130x1xf16>) -> tensor<130x1xf32>
  %rows = graph.transpose %w permutation [1, 0] : (tensor<130x1xf32>) -> tensor<1x130xf32>
  %0 = graph.fully_connected %in, %rows : (tensor<1x130xf32>, tensor<1x130xf32>) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}
{-# dialect_resources: { builtin: { halves: "0x02000000003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E003E" } } #-}

// -----

// CHECK-LABEL: func.func @codes_per_channel
// CHECK:         %[[C:.+]] = graph.constant dense<{{\[\[}}2.000000e+00, 4.000000e+00], [-1.500000e+00, 0.000000e+00]]>
// CHECK:         return %[[C]]
!q = !quant.uniform<i8:f32:0, {2.0, 0.5:1}>
func.func @codes_per_channel() -> tensor<2x2xf32> {
  %codes = graph.constant dense<[[1, 2], [-2, 1]]> : tensor<2x2xi8> : tensor<2x2x!q>
  %0 = graph.dequantize %codes : (tensor<2x2x!q>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}

// -----

// CHECK-LABEL: func.func @chain
// CHECK:         %[[C:.+]] = graph.constant dense<{{\[\[}}1, 4]]> : tensor<1x2xi64>
// CHECK:         return %[[C]]
func.func @chain() -> tensor<1x2xi64> {
  %0 = graph.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32> : tensor<2x3xi32>
  %1 = graph.slice %0 begin [0, 0] size [2, 1] strides [1, 1] : (tensor<2x3xi32>) -> tensor<2x1xi32>
  %2 = graph.transpose %1 permutation [1, 0] : (tensor<2x1xi32>) -> tensor<1x2xi32>
  %3 = graph.cast %2 : (tensor<1x2xi32>) -> tensor<1x2xi64>
  return %3 : tensor<1x2xi64>
}

// -----

// What is not known at compile time stays.
// CHECK-LABEL: func.func @keep_arguments
// CHECK:         graph.cast
// CHECK-NEXT:    graph.transpose %{{.+}} permutation [1, 0]
func.func @keep_arguments(%in: tensor<2x3xf16>) -> tensor<3x2xf32> {
  %0 = graph.cast %in : (tensor<2x3xf16>) -> tensor<2x3xf32>
  %1 = graph.transpose %0 permutation [1, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32>
  return %1 : tensor<3x2xf32>
}
