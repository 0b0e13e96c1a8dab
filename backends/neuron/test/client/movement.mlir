// RUN: neuron_print %s | FileCheck %s

!u8 = !quant.uniform<u8:f32, 0.5:100>

// CHECK-LABEL: @shapes
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 2x6
// CHECK-NEXT: %2: TENSOR_FLOAT32 4x3 = RESHAPE(%0, [4, 3]) "reshape"
// CHECK-NEXT: %4: TENSOR_FLOAT32 6x2 = TRANSPOSE(%0, [1, 0]) "transpose"
// CHECK-NEXT: %6: TENSOR_FLOAT32 4x6 = CONCATENATION(%0, %0, 0) "concat"
// CHECK-NEXT: output %2
// CHECK-NEXT: output %4
// CHECK-NEXT: output %6
func.func @shapes(%x: tensor<2x6xf32>) -> (tensor<4x3xf32>, tensor<6x2xf32>, tensor<4x6xf32>) {
  %r = graph.reshape %x shape [4, 3] : (tensor<2x6xf32>) -> tensor<4x3xf32> loc("reshape")
  %s = graph.transpose %x permutation [1, 0] : (tensor<2x6xf32>) -> tensor<6x2xf32> loc("transpose")
  %t = graph.concat %x, %x axis 0 : (tensor<2x6xf32>, tensor<2x6xf32>) -> tensor<4x6xf32> loc("concat")
  return %r, %s, %t : tensor<4x3xf32>, tensor<6x2xf32>, tensor<4x6xf32>
}

// Backwards to the first element there is no end to name: bit 1 of the mask.
// CHECK-LABEL: @slices
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 6x5
// CHECK-NEXT: %3: TENSOR_FLOAT32 2x5 = SLICE(%0, [1, 0], [2, 5]) "plain"
// CHECK-NEXT: %9: TENSOR_FLOAT32 3x3 = STRIDED_SLICE(%0, [0, 4], [5, 0], [2, -2], 0, 2, 0) "strided"
// CHECK-NEXT: output %3
// CHECK-NEXT: output %9
func.func @slices(%x: tensor<6x5xf32>) -> (tensor<2x5xf32>, tensor<3x3xf32>) {
  %r = graph.slice %x begin [1, 0] size [2, 5] strides [1, 1] : (tensor<6x5xf32>) -> tensor<2x5xf32> loc("plain")
  %s = graph.slice %x begin [0, 4] size [3, 3] strides [2, -2] : (tensor<6x5xf32>) -> tensor<3x3xf32> loc("strided")
  return %r, %s : tensor<2x5xf32>, tensor<3x3xf32>
}

// CHECK-LABEL: @pads
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 2
// CHECK-NEXT: input %5: TENSOR_QUANT8_ASYMM 2 scale 0.5 zero point 100
// CHECK-NEXT: %2: TENSOR_FLOAT32 5 = PAD(%0, [1, 2]) "zero"
// CHECK-NEXT: %4: TENSOR_FLOAT32 5 = PAD_V2(%0, [1, 2], float -1.5) "value"
// CHECK-NEXT: %8: TENSOR_QUANT8_ASYMM 3 scale 0.5 zero point 100 = PAD_V2(%5, [1, 0], 104) "codes"
// CHECK-NEXT: output %2
// CHECK-NEXT: output %4
// CHECK-NEXT: output %8
func.func @pads(%x: tensor<2xf32>, %y: tensor<2x!u8>) -> (tensor<5xf32>, tensor<5xf32>, tensor<3x!u8>) {
  %r = graph.pad %x low [1] high [2] : (tensor<2xf32>) -> tensor<5xf32> loc("zero")
  %s = graph.pad %x low [1] high [2] value -1.5 : (tensor<2xf32>) -> tensor<5xf32> loc("value")
  %t = graph.pad %y low [1] high [0] value 2.0 : (tensor<2x!u8>) -> tensor<3x!u8> loc("codes")
  return %r, %s, %t : tensor<5xf32>, tensor<5xf32>, tensor<3x!u8>
}

// Width before height.
// CHECK-LABEL: @resize
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 1x2x3x1
// CHECK-NEXT: %4: TENSOR_FLOAT32 1x4x9x1 = RESIZE_NEAREST_NEIGHBOR(%0, 9, 4, false) "nearest"
// CHECK-NEXT: %8: TENSOR_FLOAT32 1x5x7x1 = RESIZE_BILINEAR(%0, 7, 5, false, false, true) "bilinear"
// CHECK-NEXT: output %4
// CHECK-NEXT: output %8
func.func @resize(%x: tensor<1x2x3x1xf32>) -> (tensor<1x4x9x1xf32>, tensor<1x5x7x1xf32>) {
  %r = graph.resize_nearest %x size [4, 9] : (tensor<1x2x3x1xf32>) -> tensor<1x4x9x1xf32> loc("nearest")
  %s = graph.resize_bilinear %x size [5, 7] half_pixel_centers : (tensor<1x2x3x1xf32>) -> tensor<1x5x7x1xf32> loc("bilinear")
  return %r, %s : tensor<1x4x9x1xf32>, tensor<1x5x7x1xf32>
}

// CHECK-LABEL: @blocks
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 1x4x4x1
// CHECK-NEXT: %2: TENSOR_FLOAT32 1x2x2x4 = SPACE_TO_DEPTH(%0, 2) "down"
// CHECK-NEXT: %3: TENSOR_FLOAT32 1x4x4x1 = DEPTH_TO_SPACE(%2, 2) "up"
// CHECK-NEXT: output %3
func.func @blocks(%x: tensor<1x4x4x1xf32>) -> tensor<1x4x4x1xf32> {
  %r = graph.space_to_depth %x block 2 : (tensor<1x4x4x1xf32>) -> tensor<1x2x2x4xf32> loc("down")
  %s = graph.depth_to_space %r block 2 : (tensor<1x2x2x4xf32>) -> tensor<1x4x4x1xf32> loc("up")
  return %s : tensor<1x4x4x1xf32>
}
