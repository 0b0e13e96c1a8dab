// RUN: tandem-opt %s --graph-pipeline | FileCheck %s

// What a PyTorch block becomes: the pad, the batch norm with its transposes, and the activation all
// end in one convolution.
// CHECK-LABEL: func.func @block
// CHECK-SAME:    (%[[IN:.+]]: tensor<1x2x4x4xf32>
// CHECK-DAG:     %[[W:.+]] = graph.constant dense<{{.*}}4.000000e+00{{.*}}> : tensor<1x1x1x2xf32>
// CHECK-DAG:     %[[B:.+]] = graph.constant dense<1.000000e+00> : tensor<1xf32>
// CHECK:         %[[T:.+]] = graph.transpose %[[IN]] permutation [0, 2, 3, 1]
// CHECK-NEXT:    %[[CONV:.+]] = graph.conv_2d %[[T]], %[[W]], %[[B]] stride [2, 2] pad_low [1, 1] activation relu
// CHECK-NEXT:    %[[OUT:.+]] = graph.reshape %[[CONV]] shape [1, 1, 3, 3]
// CHECK-NEXT:    return %[[OUT]]
func.func @block(%in: tensor<1x2x4x4xf32>) -> tensor<1x1x3x3xf32> {
  %w = graph.constant dense<[[[[2.0, 3.0]]]]> : tensor<1x1x1x2xf16> : tensor<1x1x1x2xf16>
  %filter = graph.cast %w : (tensor<1x1x1x2xf16>) -> tensor<1x1x1x2xf32>
  %one = graph.constant dense<1.0> : tensor<1xf32> : tensor<1xf32>
  %two = graph.constant dense<2.0> : tensor<1xf32> : tensor<1xf32>
  %zero = graph.constant dense<0.0> : tensor<1xf32> : tensor<1xf32>
  %0 = graph.pad %in low [0, 0, 1, 1] high [0, 0, 0, 0] : (tensor<1x2x4x4xf32>) -> tensor<1x2x5x5xf32>
  %1 = graph.transpose %0 permutation [0, 2, 3, 1] : (tensor<1x2x5x5xf32>) -> tensor<1x5x5x2xf32>
  %2 = graph.conv_2d %1, %filter stride [2, 2] : (tensor<1x5x5x2xf32>, tensor<1x1x1x2xf32>) -> tensor<1x3x3x1xf32>
  %3 = graph.transpose %2 permutation [0, 3, 1, 2] : (tensor<1x3x3x1xf32>) -> tensor<1x1x3x3xf32>
  %4 = graph.transpose %3 permutation [0, 2, 3, 1] : (tensor<1x1x3x3xf32>) -> tensor<1x3x3x1xf32>
  %5 = graph.batch_norm %4, %two, %one, %zero, %one epsilon 0.0
    : (tensor<1x3x3x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x3x3x1xf32>
  %6 = graph.transpose %5 permutation [0, 3, 1, 2] : (tensor<1x3x3x1xf32>) -> tensor<1x1x3x3xf32>
  %7 = graph.relu %6 : (tensor<1x1x3x3xf32>) -> tensor<1x1x3x3xf32>
  return %7 : tensor<1x1x3x3xf32>
}
