// RUN: neuron_print %s | FileCheck %s

!in = !quant.uniform<i8:f32, 0.5:3>

// CHECK-LABEL: @broadcast
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 1x4x4x2
// CHECK-NEXT: %3: TENSOR_FLOAT32 1x4x4x2 = MUL(%0, float [2.5], 2) "mul"
// CHECK-NEXT: output %3
func.func @broadcast(%x: tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32> {
  %c = graph.constant dense<2.5> : tensor<f32> : tensor<f32>
  %r = graph.mul %x, %c activation relu_n1_to_1 : (tensor<1x4x4x2xf32>, tensor<f32>) -> tensor<1x4x4x2xf32> loc("mul")
  return %r : tensor<1x4x4x2xf32>
}

// CHECK-LABEL: @leaky_relu
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 4
// CHECK-NEXT: input %3: TENSOR_QUANT8_ASYMM_SIGNED 4 scale 0.5 zero point 3
// CHECK-NEXT: %2: TENSOR_FLOAT32 4 = PRELU(%0, float [0.25]) "real"
// CHECK-NEXT: %5: TENSOR_QUANT8_ASYMM_SIGNED 4 scale 0.5 zero point 3 = PRELU(%3, [1] scale 0.25 zero point 0) "codes"
// CHECK-NEXT: output %2
// CHECK-NEXT: output %5
func.func @leaky_relu(%x: tensor<4xf32>, %y: tensor<4x!in>) -> (tensor<4xf32>, tensor<4x!in>) {
  %r = graph.leaky_relu %x alpha 0.25 : (tensor<4xf32>) -> tensor<4xf32> loc("real")
  %s = graph.leaky_relu %y alpha 0.25 : (tensor<4x!in>) -> tensor<4x!in> loc("codes")
  return %r, %s : tensor<4xf32>, tensor<4x!in>
}

// CHECK-LABEL: @hard_sigmoid
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT16 4
// CHECK-NEXT: %1: TENSOR_FLOAT16 4 = ADD(%0, half 3, 3) "sigmoid"
// CHECK-NEXT: %6: TENSOR_FLOAT16 4 = MUL(%1, half 0.166626, 0) "sigmoid"
// CHECK-NEXT: output %6
func.func @hard_sigmoid(%x: tensor<4xf16>) -> tensor<4xf16> {
  %r = graph.hard_sigmoid %x : (tensor<4xf16>) -> tensor<4xf16> loc("sigmoid")
  return %r : tensor<4xf16>
}

// scale / sqrt(variance + epsilon) = 2 / sqrt(4) and offset - mean * that.
// CHECK-LABEL: @batch_norm
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %1: TENSOR_FLOAT32 1x2x2x1
// CHECK-NEXT: %2: TENSOR_FLOAT32 1x2x2x1 = MUL(%1, float [1], 0) "norm"
// CHECK-NEXT: %5: TENSOR_FLOAT32 1x2x2x1 = ADD(%2, float [-2.5], 0) "norm"
// CHECK-NEXT: output %5
func.func @batch_norm(%x: tensor<1x2x2x1xf32>) -> tensor<1x2x2x1xf32> {
  %scale = graph.constant dense<2.0> : tensor<1xf32> : tensor<1xf32>
  %offset = graph.constant dense<0.5> : tensor<1xf32> : tensor<1xf32>
  %mean = graph.constant dense<3.0> : tensor<1xf32> : tensor<1xf32>
  %variance = graph.constant dense<3.0> : tensor<1xf32> : tensor<1xf32>
  %r = graph.batch_norm %x, %scale, %offset, %mean, %variance epsilon 1.0 : (tensor<1x2x2x1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x2x2x1xf32> loc("norm")
  return %r : tensor<1x2x2x1xf32>
}

// CHECK-LABEL: @softmax
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 2x3
// CHECK-NEXT: %2: TENSOR_FLOAT32 2x3 = SOFTMAX(%0, float 0.5) "last"
// CHECK-NEXT: %5: TENSOR_FLOAT32 2x3 = SOFTMAX(%2, float 1, 0) "first"
// CHECK-NEXT: output %2
// CHECK-NEXT: output %5
func.func @softmax(%x: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>) {
  %r = graph.softmax %x axis 1 beta 0.5 : (tensor<2x3xf32>) -> tensor<2x3xf32> loc("last")
  %s = graph.softmax %r axis 0 : (tensor<2x3xf32>) -> tensor<2x3xf32> loc("first")
  return %r, %s : tensor<2x3xf32>, tensor<2x3xf32>
}

// CHECK-LABEL: @squared_difference
// CHECK-NEXT: needs 5.0.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 2x3
// CHECK-NEXT: input %1: TENSOR_FLOAT32 3
// CHECK-NEXT: %2: TENSOR_FLOAT32 2x3 = MTKEXT_SQUARED_DIFFERENCE(%0, %1) "difference"
// CHECK-NEXT: output %2
func.func @squared_difference(%x: tensor<2x3xf32>, %y: tensor<3xf32>) -> tensor<2x3xf32> {
  %r = graph.squared_difference %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32> loc("difference")
  return %r : tensor<2x3xf32>
}

// CHECK-LABEL: @conversions
// CHECK-NEXT: needs 5.0.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 4
// CHECK-NEXT: %1: TENSOR_QUANT8_ASYMM_SIGNED 4 scale 0.5 zero point 3 = QUANTIZE(%0) "quantize"
// CHECK-NEXT: %2: TENSOR_QUANT8_ASYMM 4 scale 0.5 zero point 131 = requantizemtk(%1) "requantize"
// CHECK-NEXT: %3: TENSOR_FLOAT32 4 = DEQUANTIZE(%2) "dequantize"
// CHECK-NEXT: %4: TENSOR_INT32 4 = CAST(%3) "cast"
// CHECK-NEXT: output %2
// CHECK-NEXT: output %4
func.func @conversions(%x: tensor<4xf32>) -> (tensor<4x!quant.uniform<u8:f32, 0.5:131>>, tensor<4xi32>) {
  %q = graph.quantize %x : (tensor<4xf32>) -> tensor<4x!in> loc("quantize")
  %r = graph.quantize %q : (tensor<4x!in>) -> tensor<4x!quant.uniform<u8:f32, 0.5:131>> loc("requantize")
  %d = graph.dequantize %r : (tensor<4x!quant.uniform<u8:f32, 0.5:131>>) -> tensor<4xf32> loc("dequantize")
  %i = graph.cast %d : (tensor<4xf32>) -> tensor<4xi32> loc("cast")
  return %r, %i : tensor<4x!quant.uniform<u8:f32, 0.5:131>>, tensor<4xi32>
}

// CHECK-LABEL: @codes_of_16_bits
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 4
// CHECK-NEXT: %1: TENSOR_QUANT16_SYMM 4 scale 0.5 zero point 0 = QUANTIZE(%0) "quantize"
// CHECK-NEXT: %2: TENSOR_FLOAT32 4 = DEQUANTIZE(%1) "dequantize"
// CHECK-NEXT: output %2
func.func @codes_of_16_bits(%x: tensor<4xf32>) -> tensor<4xf32> {
  %q = graph.quantize %x : (tensor<4xf32>) -> tensor<4x!quant.uniform<i16:f32, 0.5>> loc("quantize")
  %r = graph.dequantize %q : (tensor<4x!quant.uniform<i16:f32, 0.5>>) -> tensor<4xf32> loc("dequantize")
  return %r : tensor<4xf32>
}
