// RUN: tandem-opt %s | tandem-opt | FileCheck %s

// CHECK-LABEL: func.func @round_trip
// CHECK:         graph.quantize %arg0 : (tensor<2xf32>) -> tensor<2x!quant.uniform<u8:f32, 5.000000e-01:128>>
// CHECK:         graph.quantize %{{.+}} : (tensor<2x!quant.uniform<u8:f32, 5.000000e-01:128>>) -> tensor<2x!quant.uniform<i8:f32, 5.000000e-01>>
// CHECK:         graph.dequantize %{{.+}} : (tensor<2x!quant.uniform<i8:f32, 5.000000e-01>>) -> tensor<2xf32>
// CHECK:         graph.cast %arg0 : (tensor<2xf32>) -> tensor<2xi64>
!u = !quant.uniform<u8:f32, 0.5:128>
!s = !quant.uniform<i8:f32, 0.5>
func.func @round_trip(%a: tensor<2xf32>) {
  %0 = graph.quantize %a : (tensor<2xf32>) -> tensor<2x!u>
  %1 = graph.quantize %0 : (tensor<2x!u>) -> tensor<2x!s>
  %2 = graph.dequantize %1 : (tensor<2x!s>) -> tensor<2xf32>
  %3 = graph.cast %a : (tensor<2xf32>) -> tensor<2xi64>
  return
}
