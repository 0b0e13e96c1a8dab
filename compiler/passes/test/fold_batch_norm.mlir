// RUN: tandem-opt %s --fold-batch-norm --split-input-file | FileCheck %s

// factor = scale / sqrt(variance + epsilon) = [1, 3]; offset - mean * factor = [9, 14].
// CHECK-LABEL: func.func @into_conv
// CHECK-DAG:     %[[W:.+]] = graph.constant dense<{{\[}}{{\[\[\[}}1.000000e+00, 2.000000e+00]]], {{\[\[\[}}9.000000e+00, 1.200000e+01]]]]>
// CHECK-DAG:     %[[B:.+]] = graph.constant dense<[1.000000e+01, 2.000000e+01]>
// CHECK:         %[[CONV:.+]] = graph.conv_2d %arg0, %[[W]], %[[B]]
// CHECK-NEXT:    return %[[CONV]]
func.func @into_conv(%in: tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32> {
  %w = graph.constant dense<[[[[1.0, 2.0]]], [[[3.0, 4.0]]]]> : tensor<2x1x1x2xf32> : tensor<2x1x1x2xf32>
  %b = graph.constant dense<[1.0, 2.0]> : tensor<2xf32> : tensor<2xf32>
  %scale = graph.constant dense<[2.0, 3.0]> : tensor<2xf32> : tensor<2xf32>
  %offset = graph.constant dense<[10.0, 20.0]> : tensor<2xf32> : tensor<2xf32>
  %mean = graph.constant dense<[1.0, 2.0]> : tensor<2xf32> : tensor<2xf32>
  %variance = graph.constant dense<[3.0, 0.0]> : tensor<2xf32> : tensor<2xf32>
  %0 = graph.conv_2d %in, %w, %b : (tensor<1x2x2x2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
  %1 = graph.batch_norm %0, %scale, %offset, %mean, %variance epsilon 1.0
    : (tensor<1x2x2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
  return %1 : tensor<1x2x2x2xf32>
}

// -----

// A bias is made where there was none; the channels of a depthwise filter are its last dimension.
// CHECK-LABEL: func.func @into_depthwise
// CHECK-DAG:     %[[W:.+]] = graph.constant dense<{{\[\[\[}}[2.000000e+00, 6.000000e+00], [6.000000e+00, 1.200000e+01]]]]>
// CHECK-DAG:     %[[B:.+]] = graph.constant dense<[5.000000e-01, -5.000000e-01]>
// CHECK:         graph.depthwise_conv_2d %arg0, %[[W]], %[[B]] stride [2, 2]
func.func @into_depthwise(%in: tensor<1x2x2x2xf32>) -> tensor<1x1x1x2xf32> {
  %w = graph.constant dense<[[[[1.0, 2.0], [3.0, 4.0]]]]> : tensor<1x1x2x2xf32> : tensor<1x1x2x2xf32>
  %scale = graph.constant dense<[2.0, 3.0]> : tensor<2xf32> : tensor<2xf32>
  %offset = graph.constant dense<[0.5, -0.5]> : tensor<2xf32> : tensor<2xf32>
  %zero = graph.constant dense<0.0> : tensor<2xf32> : tensor<2xf32>
  %one = graph.constant dense<1.0> : tensor<2xf32> : tensor<2xf32>
  %0 = graph.depthwise_conv_2d %in, %w stride [2, 2] : (tensor<1x2x2x2xf32>, tensor<1x1x2x2xf32>) -> tensor<1x1x1x2xf32>
  %1 = graph.batch_norm %0, %scale, %offset, %zero, %one epsilon 0.0
    : (tensor<1x1x1x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x1x1x2xf32>
  return %1 : tensor<1x1x1x2xf32>
}

// -----

// A batch norm written out, and its activation.
// CHECK-LABEL: func.func @mul_add_into_fully_connected
// CHECK-DAG:     %[[W:.+]] = graph.constant dense<{{\[\[}}2.000000e+00], [6.000000e+00]]>
// CHECK-DAG:     %[[B:.+]] = graph.constant dense<[1.000000e+00, 5.000000e+00]>
// CHECK:         %[[FC:.+]] = graph.fully_connected %arg0, %[[W]], %[[B]] activation relu
// CHECK-NEXT:    return %[[FC]]
func.func @mul_add_into_fully_connected(%in: tensor<1x1xf32>) -> tensor<1x2xf32> {
  %w = graph.constant dense<[[1.0], [2.0]]> : tensor<2x1xf32> : tensor<2x1xf32>
  %factor = graph.constant dense<[2.0, 3.0]> : tensor<2xf32> : tensor<2xf32>
  %offset = graph.constant dense<[[1.0, 5.0]]> : tensor<1x2xf32> : tensor<1x2xf32>
  %0 = graph.fully_connected %in, %w : (tensor<1x1xf32>, tensor<2x1xf32>) -> tensor<1x2xf32>
  %1 = graph.mul %0, %factor : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %2 = graph.add %1, %offset activation relu : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  return %2 : tensor<1x2xf32>
}

// -----

// CHECK-LABEL: func.func @alone_becomes_mul_add
// CHECK-DAG:     %[[F:.+]] = graph.constant dense<[2.000000e+00, 3.000000e+00]>
// CHECK-DAG:     %[[O:.+]] = graph.constant dense<[-1.000000e+00, -2.000000e+00]>
// CHECK:         %[[MUL:.+]] = graph.mul %arg0, %[[F]]
// CHECK-NEXT:    graph.add %[[MUL]], %[[O]]
func.func @alone_becomes_mul_add(%in: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %scale = graph.constant dense<[2.0, 3.0]> : tensor<2xf32> : tensor<2xf32>
  %offset = graph.constant dense<[1.0, 1.0]> : tensor<2xf32> : tensor<2xf32>
  %one = graph.constant dense<1.0> : tensor<2xf32> : tensor<2xf32>
  %0 = graph.batch_norm %in, %scale, %offset, %one, %one epsilon 0.0
    : (tensor<4x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}

// -----

// CHECK-LABEL: func.func @keep_conv_with_second_reader
// CHECK:         %[[CONV:.+]] = graph.conv_2d %arg0, %{{.+}} : (
// CHECK:         graph.mul %[[CONV]]
func.func @keep_conv_with_second_reader(%in: tensor<1x1x1x1xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) {
  %w = graph.constant dense<2.0> : tensor<1x1x1x1xf32> : tensor<1x1x1x1xf32>
  %two = graph.constant dense<2.0> : tensor<f32> : tensor<f32>
  %0 = graph.conv_2d %in, %w : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32>
  %1 = graph.mul %0, %two : (tensor<1x1x1x1xf32>, tensor<f32>) -> tensor<1x1x1x1xf32>
  return %0, %1 : tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>
}

// -----

// CHECK-LABEL: func.func @keep_behind_activation
// CHECK:         graph.conv_2d %{{.+}} activation relu
// CHECK:         graph.mul
func.func @keep_behind_activation(%in: tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32> {
  %w = graph.constant dense<2.0> : tensor<1x1x1x1xf32> : tensor<1x1x1x1xf32>
  %two = graph.constant dense<2.0> : tensor<f32> : tensor<f32>
  %0 = graph.conv_2d %in, %w activation relu : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32>
  %1 = graph.mul %0, %two : (tensor<1x1x1x1xf32>, tensor<f32>) -> tensor<1x1x1x1xf32>
  return %1 : tensor<1x1x1x1xf32>
}

// -----

// CHECK-LABEL: func.func @keep_offset_per_row
// CHECK:         graph.add
func.func @keep_offset_per_row(%in: tensor<2x1xf32>) -> tensor<2x2xf32> {
  %w = graph.constant dense<[[1.0], [2.0]]> : tensor<2x1xf32> : tensor<2x1xf32>
  %rows = graph.constant dense<[[1.0], [2.0]]> : tensor<2x1xf32> : tensor<2x1xf32>
  %0 = graph.fully_connected %in, %w : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x2xf32>
  %1 = graph.add %0, %rows : (tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x2xf32>
  return %1 : tensor<2x2xf32>
}

// -----

// Weights that are stored as codes stay so behind an addition, which goes into the bias, and become f32 behind a factor.
// CHECK-LABEL: func.func @codes
// CHECK-DAG:     %[[CODES:.+]] = graph.constant dense_resource<codes> : tensor<2x2x!quant.uniform<i8:f32:0, {2.000000e+00,5.000000e-01:1}>> : tensor<2x2xf32>
// CHECK-DAG:     %[[B:.+]] = graph.constant dense<[1.000000e+01, 2.000000e+01]> : tensor<2xf32>
// CHECK-DAG:     %[[W:.+]] = graph.constant dense<{{\[\[}}2.000000e+01, 4.000000e+01], [2.000000e+01, 3.000000e+01]]> : tensor<2x2xf32> : tensor<2x2xf32>
// CHECK-DAG:     graph.fully_connected %arg0, %[[CODES]], %[[B]]
// CHECK-DAG:     graph.fully_connected %arg0, %[[W]],
func.func @codes(%in: tensor<1x2xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  %w = graph.constant dense_resource<codes> : tensor<2x2x!quant.uniform<i8:f32:0, {2.0, 0.5:1}>> : tensor<2x2xf32>
  %b = graph.constant dense<[10.0, 20.0]> : tensor<2xf32> : tensor<2xf32>
  %0 = graph.fully_connected %in, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %1 = graph.add %0, %b : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  %2 = graph.fully_connected %in, %w : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<1x2xf32>
  %3 = graph.mul %2, %b : (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %1, %3 : tensor<1x2xf32>, tensor<1x2xf32>
}
{-# dialect_resources: { builtin: { codes: "0x0100000001020304" } } #-}
