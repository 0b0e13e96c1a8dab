// RUN: tandem-opt %s --remove-dead-code | FileCheck %s

// CHECK-LABEL: func.func @chain_of_unread
// CHECK-NEXT:    %[[R:.+]] = graph.relu %arg0
// CHECK-NEXT:    return %[[R]]
func.func @chain_of_unread(%in: tensor<4xf32>) -> tensor<4xf32> {
  %c = graph.constant dense<1.0> : tensor<4xf32> : tensor<4xf32>
  %0 = graph.relu %in : (tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.add %0, %c : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = graph.exp %1 : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
