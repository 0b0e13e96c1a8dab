// RUN: tandem-opt %s | tandem-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip
// CHECK:         graph.equal %arg0, %arg1 : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi1>
// CHECK-NEXT:    graph.not_equal %arg0, %arg1 :
// CHECK-NEXT:    graph.less %arg0, %arg1 :
// CHECK-NEXT:    graph.less_equal %arg0, %arg1 :
// CHECK-NEXT:    graph.greater %arg0, %arg1 :
// CHECK-NEXT:    graph.greater_equal %arg2, %arg3 : (tensor<2x!quant.uniform<i8:f32, 5.000000e-01>>, tensor<2x!quant.uniform<i8:f32, 2.500000e-01:1>>) -> tensor<2xi1>
// CHECK-NEXT:    graph.logical_and %0, %arg4 : (tensor<2x3xi1>, tensor<3xi1>) -> tensor<2x3xi1>
// CHECK-NEXT:    graph.logical_or %0, %1 :
// CHECK-NEXT:    graph.logical_not %0 : (tensor<2x3xi1>) -> tensor<2x3xi1>
!q = !quant.uniform<i8:f32, 0.5>
!r = !quant.uniform<i8:f32, 0.25:1>
func.func @round_trip(%a: tensor<2x3xf32>, %b: tensor<3xf32>, %q: tensor<2x!q>, %r: tensor<2x!r>, %t: tensor<3xi1>) {
  %0 = graph.equal %a, %b : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi1>
  %1 = graph.not_equal %a, %b : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi1>
  %2 = graph.less %a, %b : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi1>
  %3 = graph.less_equal %a, %b : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi1>
  %4 = graph.greater %a, %b : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xi1>
  %5 = graph.greater_equal %q, %r : (tensor<2x!q>, tensor<2x!r>) -> tensor<2xi1>
  %6 = graph.logical_and %0, %t : (tensor<2x3xi1>, tensor<3xi1>) -> tensor<2x3xi1>
  %7 = graph.logical_or %0, %1 : (tensor<2x3xi1>, tensor<2x3xi1>) -> tensor<2x3xi1>
  %8 = graph.logical_not %0 : (tensor<2x3xi1>) -> tensor<2x3xi1>
  return
}
