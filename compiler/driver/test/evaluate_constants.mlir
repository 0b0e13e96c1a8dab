// RUN: tandem import %s | FileCheck %s

// What constants alone determine is computed on import: weights that are put together, sums of them.
// A result that is far larger than what it is made of is left to the run.

// CHECK-LABEL: func.func @main
// CHECK-SAME:    (%[[IN:.+]]: tensor<1x2xf32>)
// CHECK-DAG:     %[[FILTER:.+]] = graph.constant dense<{{\[}}[1.000000e+00, 2.000000e+00], [3.000000e+00, 4.000000e+00], [5.000000e+00, 6.000000e+00]]>
// CHECK-DAG:     %[[BIAS:.+]] = graph.constant dense<[0.000000e+00, 2.000000e+00, 1.000000e+00]>
// CHECK-NOT:     graph.concat
// CHECK-NOT:     graph.add
// CHECK:         graph.fully_connected %[[IN]], %[[FILTER]], %[[BIAS]]
// CHECK-NEXT:    graph.tile
func.func @main(%in: tensor<1x2xf32>) -> (tensor<1x3xf32>, tensor<1024x1024xf32>) {
  %first = graph.constant dense<[[1.0, 2.0]]> : tensor<1x2xf32> : tensor<1x2xf32>
  %rest = graph.constant dense<[[3.0, 4.0], [5.0, 6.0]]> : tensor<2x2xf32> : tensor<2x2xf32>
  %filter = graph.concat %first, %rest axis 0 : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<3x2xf32>
  %bias = graph.constant dense<[-1.0, 1.0, 0.0]> : tensor<3xf32> : tensor<3xf32>
  %one = graph.constant dense<1.0> : tensor<1xf32> : tensor<1xf32>
  %sum = graph.add %bias, %one : (tensor<3xf32>, tensor<1xf32>) -> tensor<3xf32>
  %product = graph.fully_connected %in, %filter, %sum : (tensor<1x2xf32>, tensor<3x2xf32>, tensor<3xf32>) -> tensor<1x3xf32>
  %corner = graph.constant dense<1.0> : tensor<1x1xf32> : tensor<1x1xf32>
  %tiled = graph.tile %corner multiples [1024, 1024] : (tensor<1x1xf32>) -> tensor<1024x1024xf32>
  return %product, %tiled : tensor<1x3xf32>, tensor<1024x1024xf32>
}

// Nor is one that is large because it has the same part twice.
// CHECK-LABEL: func.func @twice
func.func @twice(%x: tensor<2x524288xf32>) -> tensor<2x524288xf32> {
  // CHECK: graph.concat
  %c = graph.constant dense<1.5> : tensor<1x524288xf32> : tensor<1x524288xf32>
  %n = graph.neg %c : (tensor<1x524288xf32>) -> tensor<1x524288xf32>
  %two = graph.concat %n, %n axis 0 : (tensor<1x524288xf32>, tensor<1x524288xf32>) -> tensor<2x524288xf32>
  %y = graph.add %x, %two : (tensor<2x524288xf32>, tensor<2x524288xf32>) -> tensor<2x524288xf32>
  return %y : tensor<2x524288xf32>
}
