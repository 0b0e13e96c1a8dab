// RUN: tandem-opt %s | tandem-opt | FileCheck %s

// CHECK-LABEL: func.func @binary
// CHECK:         graph.add %arg0, %arg1 activation relu : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
// CHECK:         graph.sub %arg1, %arg2 : (tensor<3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
// CHECK:         graph.mul %arg0, %arg0 activation relu6 :
// CHECK:         graph.div %arg0, %arg0 activation relu_n1_to_1 :
// CHECK:         graph.maximum %arg0, %arg1 :
// CHECK:         graph.minimum %arg0, %arg1 :
// CHECK:         graph.pow %arg0, %arg1 :
// CHECK:         graph.squared_difference %arg0, %arg1 :
// CHECK:         graph.prelu %arg0, %arg1 :
// CHECK:         graph.add %arg3, %arg4 : (tensor<2x!quant.uniform<i8:f32, 5.000000e-01>>, tensor<2x!quant.uniform<i8:f32, 2.500000e-01:1>>) -> tensor<2x!quant.uniform<i8:f32, 5.000000e-01>>
!q = !quant.uniform<i8:f32, 0.5>
!r = !quant.uniform<i8:f32, 0.25:1>
func.func @binary(%a: tensor<2x3xf32>, %b: tensor<3xf32>, %c: tensor<2x1xf32>, %q: tensor<2x!q>, %r: tensor<2x!r>) {
  %0 = graph.add %a, %b activation relu : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %1 = graph.sub %b, %c : (tensor<3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  %2 = graph.mul %a, %a activation relu6 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %3 = graph.div %a, %a activation relu_n1_to_1 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %4 = graph.maximum %a, %b : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %5 = graph.minimum %a, %b : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %6 = graph.pow %a, %b : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %7 = graph.squared_difference %a, %b : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %8 = graph.prelu %a, %b : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %9 = graph.add %q, %r : (tensor<2x!q>, tensor<2x!r>) -> tensor<2x!q>
  return
}

// CHECK-LABEL: func.func @unary
// CHECK:         graph.relu %arg0
// CHECK-NEXT:    graph.relu6 %arg0
// CHECK-NEXT:    graph.relu_n1_to_1 %arg0
// CHECK-NEXT:    graph.sigmoid %arg0
// CHECK-NEXT:    graph.tanh %arg0
// CHECK-NEXT:    graph.hard_swish %arg0
// CHECK-NEXT:    graph.hard_sigmoid %arg0
// CHECK-NEXT:    graph.gelu %arg0
// CHECK-NEXT:    graph.exp %arg0
// CHECK-NEXT:    graph.log %arg0
// CHECK-NEXT:    graph.sqrt %arg0
// CHECK-NEXT:    graph.rsqrt %arg0
// CHECK-NEXT:    graph.abs %arg0
// CHECK-NEXT:    graph.neg %arg0
// CHECK-NEXT:    graph.floor %arg0
// CHECK-NEXT:    graph.leaky_relu %arg0 alpha 1.250000e-01
// CHECK-NEXT:    graph.elu %arg0 :
// CHECK-NEXT:    graph.elu %arg0 alpha 5.000000e-01
// CHECK-NEXT:    graph.softmax %arg0 axis 1 beta 2.000000e+00
// CHECK-NEXT:    graph.log_softmax %arg0 axis 0
// CHECK-NEXT:    graph.batch_norm %arg0, %arg1, %arg1, %arg1, %arg1 epsilon 1.000000e-03
func.func @unary(%a: tensor<2x3xf32>, %p: tensor<3xf32>) {
  %0 = graph.relu %a : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = graph.relu6 %a : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %2 = graph.relu_n1_to_1 %a : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %3 = graph.sigmoid %a : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %4 = graph.tanh %a : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %5 = graph.hard_swish %a : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %6 = graph.hard_sigmoid %a : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %7 = graph.gelu %a : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %8 = graph.exp %a : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %9 = graph.log %a : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %10 = graph.sqrt %a : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %11 = graph.rsqrt %a : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %12 = graph.abs %a : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %13 = graph.neg %a : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %14 = graph.floor %a : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %15 = graph.leaky_relu %a alpha 0.125 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %16 = graph.elu %a : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %17 = graph.elu %a alpha 0.5 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %18 = graph.softmax %a axis 1 beta 2.0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %19 = graph.log_softmax %a axis 0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %20 = graph.batch_norm %a, %p, %p, %p, %p epsilon 0.001
    : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return
}
