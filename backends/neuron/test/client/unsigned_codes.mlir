// A network of i8 codes on a processor that has u8 codes only: zero points and constants are shifted by 128, what
// crosses the border changes its sign there, filters quantized per channel stay signed.
// RUN: neuron_print %s --types u8,i32,f32 | FileCheck %s

!in = !quant.uniform<i8:f32, 0.5:3>
!filter = !quant.uniform<i8<-127:127>:f32, 0.25>
!per_channel = !quant.uniform<i8<-127:127>:f32:0, {0.5, 0.25}>

// CHECK-LABEL: @network
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_QUANT8_ASYMM 1x4x4x1 scale 0.5 zero point 131, i8 outside
// CHECK-NEXT: %5: TENSOR_QUANT8_ASYMM 1x4x4x2 scale 0.5 zero point 131 = CONV_2D(%0, [127, 130] scale 0.25 zero point 128, [7, 7] scale 0.125 zero point 0, 0, 0, 0, 0, 1, 1, 0) "conv"
// CHECK-NEXT: %7: TENSOR_QUANT8_ASYMM 1x4x4x2 scale 0.5 zero point 131 = ADD(%5, [0, 255] scale 0.5 zero point 131, 0) "add"
// CHECK-NEXT: output %7, i8 outside
func.func @network(%x: tensor<1x4x4x1x!in>) -> tensor<1x4x4x2x!in> {
  %f = graph.constant dense<[[[[-1]]], [[[2]]]]> : tensor<2x1x1x1xi8> : tensor<2x1x1x1x!filter>
  %b = graph.constant dense<7> : tensor<2xi32> : tensor<2xi32>
  %c = graph.conv_2d %x, %f, %b : (tensor<1x4x4x1x!in>, tensor<2x1x1x1x!filter>, tensor<2xi32>) -> tensor<1x4x4x2x!in> loc("conv")
  %y = graph.constant dense<[-128, 127]> : tensor<2xi8> : tensor<2x!in>
  %a = graph.add %c, %y : (tensor<1x4x4x2x!in>, tensor<2x!in>) -> tensor<1x4x4x2x!in> loc("add")
  return %a : tensor<1x4x4x2x!in>
}

// CHECK-LABEL: @per_channel
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_QUANT8_ASYMM 1x4x4x1 scale 0.5 zero point 131, i8 outside
// CHECK-NEXT: %5: TENSOR_QUANT8_ASYMM 1x4x4x2 scale 0.5 zero point 131 = CONV_2D(%0, [-1, 2] 2 scales along 0, [0, 0], 0, 0, 0, 0, 1, 1, 0) "conv"
// CHECK-NEXT: output %5, i8 outside
func.func @per_channel(%x: tensor<1x4x4x1x!in>) -> tensor<1x4x4x2x!in> {
  %f = graph.constant dense<[[[[-1]]], [[[2]]]]> : tensor<2x1x1x1xi8> : tensor<2x1x1x1x!per_channel>
  %c = graph.conv_2d %x, %f : (tensor<1x4x4x1x!in>, tensor<2x1x1x1x!per_channel>) -> tensor<1x4x4x2x!in> loc("conv")
  return %c : tensor<1x4x4x2x!in>
}

// The border of a network that was quantized after training: the same bytes inside.
// CHECK-LABEL: @border
// CHECK-NEXT: needs 5.0.0
// CHECK-NEXT: input %0: TENSOR_QUANT8_ASYMM 4 scale 0.5 zero point 128
// CHECK-NEXT: %2: TENSOR_QUANT8_ASYMM 4 scale 0.5 zero point 128 = RESHAPE(%0, [4]) "border"
// CHECK-NEXT: output %2, i8 outside
func.func @border(%x: tensor<4x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<4x!quant.uniform<i8:f32, 0.5:0>> {
  %q = graph.quantize %x : (tensor<4x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<4x!quant.uniform<i8:f32, 0.5:0>> loc("border")
  return %q : tensor<4x!quant.uniform<i8:f32, 0.5:0>>
}

// CHECK-LABEL: @pad
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_QUANT8_ASYMM 2 scale 0.5 zero point 131, i8 outside
// CHECK-NEXT: %3: TENSOR_QUANT8_ASYMM 3 scale 0.5 zero point 131 = PAD_V2(%0, [1, 0], 135) "pad"
// CHECK-NEXT: output %3, i8 outside
func.func @pad(%x: tensor<2x!in>) -> tensor<3x!in> {
  %r = graph.pad %x low [1] high [0] value 2.0 : (tensor<2x!in>) -> tensor<3x!in> loc("pad")
  return %r : tensor<3x!in>
}
