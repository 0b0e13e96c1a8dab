// RUN: tandem-opt %s | tandem-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip
// CHECK:         graph.l2_normalization %arg0 axis 1 : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK-NEXT:    graph.local_response_norm %arg0 radius 2 bias 1.000000e+00 alpha 5.000000e-01 beta 7.500000e-01 :
func.func @round_trip(%a: tensor<2x3xf32>) {
  %0 = graph.l2_normalization %a axis 1 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = graph.local_response_norm %a radius 2 bias 1.0 alpha 0.5 beta 0.75 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}
