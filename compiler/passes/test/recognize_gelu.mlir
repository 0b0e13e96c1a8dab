// RUN: tandem-opt %s --recognize-gelu --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @half_first
// CHECK-NEXT:    %[[GELU:.+]] = graph.gelu %arg0 : (tensor<2x4xf32>) -> tensor<2x4xf32>
// CHECK-NEXT:    return %[[GELU]]
func.func @half_first(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %root = graph.constant dense<1.41421354> : tensor<f32> : tensor<f32>
  %one = graph.constant dense<1.0> : tensor<f32> : tensor<f32>
  %half = graph.constant dense<0.5> : tensor<1xf32> : tensor<1xf32>
  %0 = graph.div %x, %root : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %1 = graph.erf %0 : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %2 = graph.add %1, %one : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %3 = graph.mul %x, %half : (tensor<2x4xf32>, tensor<1xf32>) -> tensor<2x4xf32>
  %4 = graph.mul %3, %2 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %4 : tensor<2x4xf32>
}

// -----

// CHECK-LABEL: func.func @half_last
// CHECK-NEXT:    graph.gelu %arg0
func.func @half_last(%x: tensor<4xf32>) -> tensor<4xf32> {
  %factor = graph.constant dense<0.707106769> : tensor<f32> : tensor<f32>
  %one = graph.constant dense<1.0> : tensor<4xf32> : tensor<4xf32>
  %half = graph.constant dense<0.5> : tensor<f32> : tensor<f32>
  %0 = graph.mul %factor, %x : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.erf %0 : (tensor<4xf32>) -> tensor<4xf32>
  %2 = graph.add %one, %1 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = graph.mul %2, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %4 = graph.mul %half, %3 : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  return %4 : tensor<4xf32>
}

// -----

// Of another x, by another factor, or not halved, it is something else.
// CHECK-LABEL: func.func @others
// CHECK-NOT:     graph.gelu
func.func @others(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %root = graph.constant dense<1.41421354> : tensor<f32> : tensor<f32>
  %two = graph.constant dense<2.0> : tensor<f32> : tensor<f32>
  %one = graph.constant dense<1.0> : tensor<f32> : tensor<f32>
  %half = graph.constant dense<0.5> : tensor<f32> : tensor<f32>
  %0 = graph.div %x, %root : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = graph.erf %0 : (tensor<4xf32>) -> tensor<4xf32>
  %2 = graph.add %1, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %3 = graph.mul %y, %half : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %4 = graph.mul %3, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %5 = graph.div %x, %two : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %6 = graph.erf %5 : (tensor<4xf32>) -> tensor<4xf32>
  %7 = graph.add %6, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %8 = graph.mul %x, %half : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %9 = graph.mul %8, %7 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %10 = graph.mul %x, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %4, %9, %10 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}
