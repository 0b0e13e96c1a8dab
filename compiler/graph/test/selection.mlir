// RUN: tandem-opt %s | tandem-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip
// CHECK:         graph.select %arg0, %arg1, %arg2 : (tensor<2x1xi1>, tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
// CHECK-NEXT:    graph.gather %arg1, %arg3 axis 1 : (tensor<2x3xf32>, tensor<4x5xi32>) -> tensor<2x4x5xf32>
// CHECK-NEXT:    graph.gather %arg1, %arg4 axis 0 : (tensor<2x3xf32>, tensor<i64>) -> tensor<3xf32>
// CHECK-NEXT:    graph.scatter %arg1, %arg5, %arg2 : (tensor<2x3xf32>, tensor<1xi32>, tensor<3xf32>) -> tensor<2x3xf32>
// CHECK-NEXT:    graph.scatter %arg1, %arg6, %arg7 reduction max : (tensor<2x3xf32>, tensor<4x2xi64>, tensor<4xf32>) -> tensor<2x3xf32>
// CHECK-NEXT:    graph.top_k_values %arg1 k 2 : (tensor<2x3xf32>) -> tensor<2x2xf32>
// CHECK-NEXT:    graph.top_k_indices %arg1 k 3 : (tensor<2x3xf32>) -> tensor<2x3xi32>
func.func @round_trip(%c: tensor<2x1xi1>, %a: tensor<2x3xf32>, %b: tensor<3xf32>, %i: tensor<4x5xi32>, %j: tensor<i64>, %k: tensor<1xi32>, %l: tensor<4x2xi64>, %d: tensor<4xf32>) {
  %0 = graph.select %c, %a, %b : (tensor<2x1xi1>, tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %1 = graph.gather %a, %i axis 1 : (tensor<2x3xf32>, tensor<4x5xi32>) -> tensor<2x4x5xf32>
  %2 = graph.gather %a, %j axis 0 : (tensor<2x3xf32>, tensor<i64>) -> tensor<3xf32>
  %5 = graph.scatter %a, %k, %b : (tensor<2x3xf32>, tensor<1xi32>, tensor<3xf32>) -> tensor<2x3xf32>
  %6 = graph.scatter %a, %l, %d reduction max : (tensor<2x3xf32>, tensor<4x2xi64>, tensor<4xf32>) -> tensor<2x3xf32>
  %3 = graph.top_k_values %a k 2 : (tensor<2x3xf32>) -> tensor<2x2xf32>
  %4 = graph.top_k_indices %a k 3 : (tensor<2x3xf32>) -> tensor<2x3xi32>
  return
}
