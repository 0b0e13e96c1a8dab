// RUN: tandem-opt %s --split-input-file --verify-diagnostics

func.func @quantize_c1(%a: tensor<2xf32>) {
  // expected-error @+1 {{quantize_c1: takes f32 or a tensor quantized per tensor to a quantized type, not 'f32' to 'i8'}}
  %0 = graph.quantize %a : (tensor<2xf32>) -> tensor<2xi8>
  return
}

// -----

!w = !quant.uniform<i8:f32:0, {0.5, 0.25}>
!q = !quant.uniform<i8:f32, 0.5>
func.func @quantize_c1_per_axis(%a: tensor<2x!w>) {
  // expected-error @+1 {{quantize_c1}}
  %0 = graph.quantize %a : (tensor<2x!w>) -> tensor<2x!q>
  return
}

// -----

func.func @dequantize_c1(%a: tensor<2xi8>) {
  // expected-error @+1 {{dequantize_c1: takes a quantized tensor to f32}}
  %0 = graph.dequantize %a : (tensor<2xi8>) -> tensor<2xf32>
  return
}

// -----

!q = !quant.uniform<i8:f32, 0.5>
func.func @dequantize_c1_result(%a: tensor<2x!q>) {
  // expected-error @+1 {{dequantize_c1}}
  %0 = graph.dequantize %a : (tensor<2x!q>) -> tensor<2xf16>
  return
}

// -----

!q = !quant.uniform<i8:f32, 0.5>
func.func @cast_c1(%a: tensor<2x!q>) {
  // expected-error @+1 {{cast_c1: quantize and dequantize are for quantized tensors}}
  %0 = graph.cast %a : (tensor<2x!q>) -> tensor<2xf32>
  return
}
