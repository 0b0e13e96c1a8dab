// RUN: tandem-opt %s --sink-transposes --split-input-file | FileCheck %s

// An NCHW import: each convolution has a transpose on both sides.
// CHECK-LABEL: func.func @between_convolutions
// CHECK-SAME:    (%[[IN:.+]]: tensor<1x2x8x8xf32>,
// CHECK:         %[[SLOPE:.+]] = graph.constant {{.*}} : tensor<1x1x1x2xf32>
// CHECK:         %[[FIRST:.+]] = graph.transpose %[[IN]] permutation [0, 2, 3, 1]
// CHECK-NEXT:    %[[A:.+]] = graph.conv_2d %[[FIRST]]
// CHECK-NEXT:    %[[B:.+]] = graph.prelu %[[A]], %[[SLOPE]]
// CHECK-NEXT:    %[[C:.+]] = graph.conv_2d %[[B]]
// CHECK-NEXT:    %[[D:.+]] = graph.add %[[C]], %[[B]] activation relu
// CHECK-NEXT:    %[[LAST:.+]] = graph.transpose %[[D]] permutation [0, 3, 1, 2]
// CHECK-NEXT:    return %[[LAST]]
func.func @between_convolutions(%in: tensor<1x2x8x8xf32>, %filter: tensor<2x1x1x2xf32>) -> tensor<1x2x8x8xf32> {
  %slope = graph.constant dense<[[[0.1]], [[0.2]]]> : tensor<2x1x1xf32> : tensor<2x1x1xf32>
  %0 = graph.transpose %in permutation [0, 2, 3, 1] : (tensor<1x2x8x8xf32>) -> tensor<1x8x8x2xf32>
  %1 = graph.conv_2d %0, %filter : (tensor<1x8x8x2xf32>, tensor<2x1x1x2xf32>) -> tensor<1x8x8x2xf32>
  %2 = graph.transpose %1 permutation [0, 3, 1, 2] : (tensor<1x8x8x2xf32>) -> tensor<1x2x8x8xf32>
  %3 = graph.prelu %2, %slope : (tensor<1x2x8x8xf32>, tensor<2x1x1xf32>) -> tensor<1x2x8x8xf32>
  %4 = graph.transpose %3 permutation [0, 2, 3, 1] : (tensor<1x2x8x8xf32>) -> tensor<1x8x8x2xf32>
  %5 = graph.conv_2d %4, %filter : (tensor<1x8x8x2xf32>, tensor<2x1x1x2xf32>) -> tensor<1x8x8x2xf32>
  %6 = graph.transpose %5 permutation [0, 3, 1, 2] : (tensor<1x8x8x2xf32>) -> tensor<1x2x8x8xf32>
  %7 = graph.add %6, %3 activation relu : (tensor<1x2x8x8xf32>, tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
  return %7 : tensor<1x2x8x8xf32>
}

// -----

// Attributes that name dimensions follow.
// CHECK-LABEL: func.func @attributes
// CHECK:         graph.pad %arg0 low [0, 1, 2, 0] high [0, 3, 4, 0]
// CHECK-NEXT:    graph.concat %{{.+}}, %{{.+}} axis 3 : {{.*}} -> tensor<1x8x10x4xf32>
// CHECK-NEXT:    graph.slice %{{.+}} begin [0, 1, 0, 1] size [1, 3, 5, 3] strides [1, 2, 1, 1]
// CHECK-NEXT:    graph.softmax %{{.+}} axis 3
// CHECK-NEXT:    graph.transpose %{{.+}} permutation [0, 3, 1, 2]
func.func @attributes(%in: tensor<1x4x4x2xf32>) -> tensor<1x3x3x5xf32> {
  %0 = graph.transpose %in permutation [0, 3, 1, 2] : (tensor<1x4x4x2xf32>) -> tensor<1x2x4x4xf32>
  %1 = graph.pad %0 low [0, 0, 1, 2] high [0, 0, 3, 4] : (tensor<1x2x4x4xf32>) -> tensor<1x2x8x10xf32>
  %2 = graph.concat %1, %1 axis 1 : (tensor<1x2x8x10xf32>, tensor<1x2x8x10xf32>) -> tensor<1x4x8x10xf32>
  %3 = graph.slice %2 begin [0, 1, 1, 0] size [1, 3, 3, 5] strides [1, 1, 2, 1] : (tensor<1x4x8x10xf32>) -> tensor<1x3x3x5xf32>
  %4 = graph.softmax %3 axis 1 : (tensor<1x3x3x5xf32>) -> tensor<1x3x3x5xf32>
  return %4 : tensor<1x3x3x5xf32>
}

// -----

// Global mean: the dimensions that are left are in order, and nothing of the transpose remains.
// CHECK-LABEL: func.func @mean_of_height_and_width
// CHECK-NEXT:    %[[M:.+]] = graph.mean %arg0 axes [1, 2] :
// CHECK-NEXT:    return %[[M]]
func.func @mean_of_height_and_width(%in: tensor<2x4x4x3xf32>) -> tensor<2x3xf32> {
  %0 = graph.transpose %in permutation [0, 3, 1, 2] : (tensor<2x4x4x3xf32>) -> tensor<2x3x4x4xf32>
  %1 = graph.mean %0 axes [2, 3] : (tensor<2x3x4x4xf32>) -> tensor<2x3xf32>
  return %1 : tensor<2x3xf32>
}

// -----

// CHECK-LABEL: func.func @max_of_channels
// CHECK-NEXT:    %[[M:.+]] = graph.reduce_max %arg0 axes [3] : (tensor<2x4x5x3xf32>) -> tensor<2x4x5xf32>
// CHECK-NEXT:    %[[T:.+]] = graph.transpose %[[M]] permutation [0, 2, 1]
// CHECK-NEXT:    return %[[T]]
func.func @max_of_channels(%in: tensor<2x4x5x3xf32>) -> tensor<2x5x4xf32> {
  %0 = graph.transpose %in permutation [0, 3, 2, 1] : (tensor<2x4x5x3xf32>) -> tensor<2x3x5x4xf32>
  %1 = graph.reduce_max %0 axes [1] : (tensor<2x3x5x4xf32>) -> tensor<2x5x4xf32>
  return %1 : tensor<2x5x4xf32>
}

// -----

// Squeeze and excite: the factor per channel has unit dimensions, so its transposes are reshapes.
// CHECK-LABEL: func.func @squeeze_and_excite
// CHECK-SAME:    (%[[IN:.+]]: tensor<1x4x4x2xf32>,
// CHECK:         %[[M:.+]] = graph.mean %[[IN]] axes [1, 2] keep_dims
// CHECK-NEXT:    %[[CONV:.+]] = graph.conv_2d %[[M]]
// CHECK-NEXT:    %[[S:.+]] = graph.sigmoid %[[CONV]]
// CHECK-NEXT:    %[[MUL:.+]] = graph.mul %[[IN]], %[[S]]
// CHECK-NEXT:    return %[[MUL]]
func.func @squeeze_and_excite(%in: tensor<1x4x4x2xf32>, %filter: tensor<2x1x1x2xf32>) -> tensor<1x4x4x2xf32> {
  %0 = graph.transpose %in permutation [0, 3, 1, 2] : (tensor<1x4x4x2xf32>) -> tensor<1x2x4x4xf32>
  %1 = graph.mean %0 axes [2, 3] keep_dims : (tensor<1x2x4x4xf32>) -> tensor<1x2x1x1xf32>
  %2 = graph.transpose %1 permutation [0, 2, 3, 1] : (tensor<1x2x1x1xf32>) -> tensor<1x1x1x2xf32>
  %3 = graph.conv_2d %2, %filter : (tensor<1x1x1x2xf32>, tensor<2x1x1x2xf32>) -> tensor<1x1x1x2xf32>
  %4 = graph.transpose %3 permutation [0, 3, 1, 2] : (tensor<1x1x1x2xf32>) -> tensor<1x2x1x1xf32>
  %5 = graph.sigmoid %4 : (tensor<1x2x1x1xf32>) -> tensor<1x2x1x1xf32>
  %6 = graph.mul %0, %5 : (tensor<1x2x4x4xf32>, tensor<1x2x1x1xf32>) -> tensor<1x2x4x4xf32>
  %7 = graph.transpose %6 permutation [0, 2, 3, 1] : (tensor<1x2x4x4xf32>) -> tensor<1x4x4x2xf32>
  return %7 : tensor<1x4x4x2xf32>
}

// -----

// One transpose either way, but none left on the larger side: the reader undoes it.
// CHECK-LABEL: func.func @other_side_takes_it
// CHECK-NEXT:    %[[T:.+]] = graph.transpose %arg1 permutation [0, 2, 3, 1]
// CHECK-NEXT:    %[[ADD:.+]] = graph.add %arg0, %[[T]]
// CHECK-NEXT:    return %[[ADD]]
func.func @other_side_takes_it(%a: tensor<1x4x4x2xf32>, %b: tensor<1x2x4x4xf32>) -> tensor<1x4x4x2xf32> {
  %0 = graph.transpose %a permutation [0, 3, 1, 2] : (tensor<1x4x4x2xf32>) -> tensor<1x2x4x4xf32>
  %1 = graph.add %0, %b : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %2 = graph.transpose %1 permutation [0, 2, 3, 1] : (tensor<1x2x4x4xf32>) -> tensor<1x4x4x2xf32>
  return %2 : tensor<1x4x4x2xf32>
}

// -----

// Sinking would transpose the other side instead, for nothing.
// CHECK-LABEL: func.func @keep_when_other_side_is_not_free
// CHECK-NEXT:    graph.transpose %arg0 permutation [0, 3, 1, 2]
// CHECK-NEXT:    graph.add
// CHECK-NEXT:    return
func.func @keep_when_other_side_is_not_free(%a: tensor<1x4x4x2xf32>, %b: tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32> {
  %0 = graph.transpose %a permutation [0, 3, 1, 2] : (tensor<1x4x4x2xf32>) -> tensor<1x2x4x4xf32>
  %1 = graph.add %0, %b : (tensor<1x2x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  return %1 : tensor<1x2x4x4xf32>
}

// -----

// A volume's convolution is one of its images: what is done to each channel meets it.
// CHECK-LABEL: func.func @images_of_a_volume
// CHECK:         %[[CONV:.+]] = graph.conv_2d
// CHECK-NEXT:    %[[NORM:.+]] = graph.batch_norm %[[CONV]],
// CHECK-NEXT:    %[[SUM:.+]] = graph.add %[[NORM]], %{{.+}} : (tensor<3x4x4x2xf32>, tensor<2xf32>)
// CHECK-NEXT:    %[[RELU:.+]] = graph.relu %[[SUM]]
// CHECK-NEXT:    graph.reshape %[[RELU]] shape [1, 3, 4, 4, 2]
func.func @images_of_a_volume(%a: tensor<3x4x4x1xf32>, %f: tensor<2x1x1x1xf32>, %p: tensor<2xf32>) -> tensor<1x3x4x4x2xf32> {
  %c = graph.constant dense<[1.0, 2.0]> : tensor<2xf32> : tensor<2xf32>
  %0 = graph.conv_2d %a, %f : (tensor<3x4x4x1xf32>, tensor<2x1x1x1xf32>) -> tensor<3x4x4x2xf32>
  %1 = graph.reshape %0 shape [1, 3, 4, 4, 2] : (tensor<3x4x4x2xf32>) -> tensor<1x3x4x4x2xf32>
  %2 = graph.batch_norm %1, %p, %p, %p, %p epsilon 1.0e-03 : (tensor<1x3x4x4x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x3x4x4x2xf32>
  %3 = graph.add %2, %c : (tensor<1x3x4x4x2xf32>, tensor<2xf32>) -> tensor<1x3x4x4x2xf32>
  %4 = graph.relu %3 : (tensor<1x3x4x4x2xf32>) -> tensor<1x3x4x4x2xf32>
  return %4 : tensor<1x3x4x4x2xf32>
}

// -----

// CHECK-LABEL: func.func @keep_another_last_dimension
// CHECK:         graph.reshape
// CHECK-NEXT:    graph.add
func.func @keep_another_last_dimension(%a: tensor<1x4x4x2xf32>, %f: tensor<2x1x1x2xf32>) -> tensor<1x4x2x4xf32> {
  %c = graph.constant dense<1.0> : tensor<4xf32> : tensor<4xf32>
  %0 = graph.conv_2d %a, %f : (tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>) -> tensor<1x4x4x2xf32>
  %1 = graph.reshape %0 shape [1, 4, 2, 4] : (tensor<1x4x4x2xf32>) -> tensor<1x4x2x4xf32>
  %2 = graph.add %1, %c : (tensor<1x4x2x4xf32>, tensor<4xf32>) -> tensor<1x4x2x4xf32>
  return %2 : tensor<1x4x2x4xf32>
}

// -----

// CHECK-LABEL: func.func @keep_before_reshape
// CHECK-NEXT:    graph.transpose
// CHECK-NEXT:    graph.reshape
func.func @keep_before_reshape(%a: tensor<1x4x4x2xf32>) -> tensor<1x32xf32> {
  %0 = graph.transpose %a permutation [0, 3, 1, 2] : (tensor<1x4x4x2xf32>) -> tensor<1x2x4x4xf32>
  %1 = graph.reshape %0 shape [1, 32] : (tensor<1x2x4x4xf32>) -> tensor<1x32xf32>
  return %1 : tensor<1x32xf32>
}

// -----

// CHECK-LABEL: func.func @dimensions_of_the_newer_ops
// CHECK-NEXT:    %[[PAD:.+]] = graph.mirror_pad %arg0 low [0, 1, 2, 0] high [0, 3, 0, 0]
// CHECK-NEXT:    %[[NORM:.+]] = graph.l2_normalization %[[PAD]] axis 3
// CHECK-NEXT:    %[[PRODUCT:.+]] = graph.reduce_prod %[[NORM]] axes [1, 2]
// CHECK-NEXT:    return %[[PRODUCT]] : tensor<1x2xf32>
func.func @dimensions_of_the_newer_ops(%a: tensor<1x4x4x2xf32>) -> tensor<1x2xf32> {
  %0 = graph.transpose %a permutation [0, 3, 1, 2] : (tensor<1x4x4x2xf32>) -> tensor<1x2x4x4xf32>
  %1 = graph.mirror_pad %0 low [0, 0, 1, 2] high [0, 0, 3, 0] : (tensor<1x2x4x4xf32>) -> tensor<1x2x8x6xf32>
  %2 = graph.l2_normalization %1 axis 1 : (tensor<1x2x8x6xf32>) -> tensor<1x2x8x6xf32>
  %3 = graph.reduce_prod %2 axes [2, 3] : (tensor<1x2x8x6xf32>) -> tensor<1x2xf32>
  return %3 : tensor<1x2xf32>
}

// -----

// Copies would be turned round one by one.
// CHECK-LABEL: func.func @keep_before_tile
// CHECK-NEXT:    graph.transpose
// CHECK-NEXT:    graph.tile
func.func @keep_before_tile(%a: tensor<1x4x4x2xf32>) -> tensor<1x2x8x8xf32> {
  %0 = graph.transpose %a permutation [0, 3, 1, 2] : (tensor<1x4x4x2xf32>) -> tensor<1x2x4x4xf32>
  %1 = graph.tile %0 multiples [1, 1, 2, 2] : (tensor<1x2x4x4xf32>) -> tensor<1x2x8x8xf32>
  return %1 : tensor<1x2x8x8xf32>
}

// -----

// A rotary embedding, whose concatenation would be worth moving both ways: once, and there is an end.
// CHECK-LABEL: func.func @rotary_embedding
// CHECK-NOT:     graph.transpose
// CHECK:         return
func.func @rotary_embedding(%x: tensor<2x3x4x8xf32>, %c: tensor<2x4x4xf32>, %s: tensor<2x4x4xf32>) -> (tensor<2x3x4x8xf32>) {
  %0 = graph.transpose %x permutation [0, 2, 1, 3] : (tensor<2x3x4x8xf32>) -> tensor<2x4x3x8xf32>
  %x1 = graph.slice %0 begin [0, 0, 0, 0] size [2, 4, 3, 4] strides [1, 1, 1, 1] : (tensor<2x4x3x8xf32>) -> tensor<2x4x3x4xf32>
  %x2 = graph.slice %0 begin [0, 0, 0, 4] size [2, 4, 3, 4] strides [1, 1, 1, 1] : (tensor<2x4x3x8xf32>) -> tensor<2x4x3x4xf32>
  %c4 = graph.reshape %c shape [2, 4, 1, 4] : (tensor<2x4x4xf32>) -> tensor<2x4x1x4xf32>
  %s4 = graph.reshape %s shape [2, 4, 1, 4] : (tensor<2x4x4xf32>) -> tensor<2x4x1x4xf32>
  %a = graph.mul %c4, %x1 : (tensor<2x4x1x4xf32>, tensor<2x4x3x4xf32>) -> tensor<2x4x3x4xf32>
  %b = graph.mul %s4, %x2 : (tensor<2x4x1x4xf32>, tensor<2x4x3x4xf32>) -> tensor<2x4x3x4xf32>
  %r = graph.sub %a, %b : (tensor<2x4x3x4xf32>, tensor<2x4x3x4xf32>) -> tensor<2x4x3x4xf32>
  %d = graph.mul %s4, %x1 : (tensor<2x4x1x4xf32>, tensor<2x4x3x4xf32>) -> tensor<2x4x3x4xf32>
  %e = graph.mul %c4, %x2 : (tensor<2x4x1x4xf32>, tensor<2x4x3x4xf32>) -> tensor<2x4x3x4xf32>
  %i = graph.add %d, %e : (tensor<2x4x3x4xf32>, tensor<2x4x3x4xf32>) -> tensor<2x4x3x4xf32>
  %k = graph.concat %r, %i axis 3 : (tensor<2x4x3x4xf32>, tensor<2x4x3x4xf32>) -> tensor<2x4x3x8xf32>
  %4 = graph.transpose %k permutation [0, 2, 1, 3] : (tensor<2x4x3x8xf32>) -> tensor<2x3x4x8xf32>
  return %4 : tensor<2x3x4x8xf32>
}
