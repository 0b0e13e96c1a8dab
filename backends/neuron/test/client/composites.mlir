// RUN: neuron_print %s | FileCheck %s

// relu(x) - |x| * (1 - erf(|x| / sqrt(2))) / 2: p / sqrt(2), and the five coefficients halved.
// CHECK-LABEL: @gelu
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 1x4
// CHECK-NEXT: %1: TENSOR_FLOAT32 1x4 = ABS(%0) "gelu"
// CHECK-NEXT: %5: TENSOR_FLOAT32 1x4 = MUL(%1, float [0.231642], 0) "gelu"
// CHECK-NEXT: %6: TENSOR_FLOAT32 1x4 = ADD(%5, float [1], 0) "gelu"
// CHECK-NEXT: %7: TENSOR_FLOAT32 1x4 = DIV(float [1], %6, 0) "gelu"
// CHECK-NEXT: %9: TENSOR_FLOAT32 1x4 = MUL(%7, float [0.530703], 0) "gelu"
// CHECK-NEXT: %11: TENSOR_FLOAT32 1x4 = ADD(%9, float [-0.726576], 0) "gelu"
// CHECK-NEXT: %12: TENSOR_FLOAT32 1x4 = MUL(%11, %7, 0) "gelu"
// CHECK-NEXT: %14: TENSOR_FLOAT32 1x4 = ADD(%12, float [0.710707], 0) "gelu"
// CHECK-NEXT: %15: TENSOR_FLOAT32 1x4 = MUL(%14, %7, 0) "gelu"
// CHECK-NEXT: %17: TENSOR_FLOAT32 1x4 = ADD(%15, float [-0.142248], 0) "gelu"
// CHECK-NEXT: %18: TENSOR_FLOAT32 1x4 = MUL(%17, %7, 0) "gelu"
// CHECK-NEXT: %20: TENSOR_FLOAT32 1x4 = ADD(%18, float [0.127415], 0) "gelu"
// CHECK-NEXT: %21: TENSOR_FLOAT32 1x4 = MUL(%20, %7, 0) "gelu"
// CHECK-NEXT: %22: TENSOR_FLOAT32 1x4 = MUL(%0, %0, 0) "gelu"
// CHECK-NEXT: %24: TENSOR_FLOAT32 1x4 = MUL(%22, float [-0.5], 0) "gelu"
// CHECK-NEXT: %25: TENSOR_FLOAT32 1x4 = EXP(%24) "gelu"
// CHECK-NEXT: %26: TENSOR_FLOAT32 1x4 = MUL(%21, %25, 0) "gelu"
// CHECK-NEXT: %27: TENSOR_FLOAT32 1x4 = RELU(%0) "gelu"
// CHECK-NEXT: %28: TENSOR_FLOAT32 1x4 = MUL(%1, %26, 0) "gelu"
// CHECK-NEXT: %29: TENSOR_FLOAT32 1x4 = SUB(%27, %28, 0) "gelu"
// CHECK-NEXT: output %29
func.func @gelu(%x: tensor<1x4xf32>) -> tensor<1x4xf32> {
  %r = graph.gelu %x : (tensor<1x4xf32>) -> tensor<1x4xf32> loc("gelu")
  return %r : tensor<1x4xf32>
}

// CHECK-LABEL: @erf
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT16 4
// CHECK-NEXT: %1: TENSOR_FLOAT16 4 = ABS(%0) "erf"
// CHECK-NEXT: %5: TENSOR_FLOAT16 4 = MUL(%1, half 0.327637, 0) "erf"
// CHECK-NEXT: %6: TENSOR_FLOAT16 4 = ADD(%5, half 1, 0) "erf"
// CHECK-NEXT: %7: TENSOR_FLOAT16 4 = DIV(half 1, %6, 0) "erf"
// CHECK-NEXT: %9: TENSOR_FLOAT16 4 = MUL(%7, half 1.06152, 0) "erf"
// CHECK-NEXT: %11: TENSOR_FLOAT16 4 = ADD(%9, half -1.45312, 0) "erf"
// CHECK-NEXT: %12: TENSOR_FLOAT16 4 = MUL(%11, %7, 0) "erf"
// CHECK-NEXT: %14: TENSOR_FLOAT16 4 = ADD(%12, half 1.42188, 0) "erf"
// CHECK-NEXT: %15: TENSOR_FLOAT16 4 = MUL(%14, %7, 0) "erf"
// CHECK-NEXT: %17: TENSOR_FLOAT16 4 = ADD(%15, half -0.284424, 0) "erf"
// CHECK-NEXT: %18: TENSOR_FLOAT16 4 = MUL(%17, %7, 0) "erf"
// CHECK-NEXT: %20: TENSOR_FLOAT16 4 = ADD(%18, half 0.254883, 0) "erf"
// CHECK-NEXT: %21: TENSOR_FLOAT16 4 = MUL(%20, %7, 0) "erf"
// CHECK-NEXT: %22: TENSOR_FLOAT16 4 = MUL(%0, %0, 0) "erf"
// CHECK-NEXT: %24: TENSOR_FLOAT16 4 = MUL(%22, half -1, 0) "erf"
// CHECK-NEXT: %25: TENSOR_FLOAT16 4 = EXP(%24) "erf"
// CHECK-NEXT: %26: TENSOR_FLOAT16 4 = MUL(%21, %25, 0) "erf"
// CHECK-NEXT: %27: TENSOR_FLOAT16 4 = SUB(half 1, %26, 0) "erf"
// CHECK-NEXT: %28: TENSOR_BOOL8 4 = LESS(%0, half 0) "erf"
// CHECK-NEXT: %30: TENSOR_FLOAT16 4 = NEG(%27) "erf"
// CHECK-NEXT: %31: TENSOR_FLOAT16 4 = SELECT(%28, %30, %27) "erf"
// CHECK-NEXT: output %31
func.func @erf(%x: tensor<4xf16>) -> tensor<4xf16> {
  %r = graph.erf %x : (tensor<4xf16>) -> tensor<4xf16> loc("erf")
  return %r : tensor<4xf16>
}

// CHECK-LABEL: @elu
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 4
// CHECK-NEXT: %2: TENSOR_FLOAT32 4 = MINIMUM(%0, float [0]) "half"
// CHECK-NEXT: %3: TENSOR_FLOAT32 4 = EXP(%2) "half"
// CHECK-NEXT: %6: TENSOR_FLOAT32 4 = ADD(%3, float [-1], 0) "half"
// CHECK-NEXT: %8: TENSOR_FLOAT32 4 = MUL(%6, float [0.5], 0) "half"
// CHECK-NEXT: %9: TENSOR_FLOAT32 4 = RELU(%0) "half"
// CHECK-NEXT: %10: TENSOR_FLOAT32 4 = ADD(%9, %8, 0) "half"
// CHECK-NEXT: %11: TENSOR_FLOAT32 4 = MINIMUM(%0, float [0]) "one"
// CHECK-NEXT: %12: TENSOR_FLOAT32 4 = EXP(%11) "one"
// CHECK-NEXT: %13: TENSOR_FLOAT32 4 = ADD(%12, float [-1], 0) "one"
// CHECK-NEXT: %14: TENSOR_FLOAT32 4 = RELU(%0) "one"
// CHECK-NEXT: %15: TENSOR_FLOAT32 4 = ADD(%14, %13, 0) "one"
// CHECK-NEXT: output %10
// CHECK-NEXT: output %15
func.func @elu(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %r = graph.elu %x alpha 0.5 : (tensor<4xf32>) -> tensor<4xf32> loc("half")
  %s = graph.elu %x : (tensor<4xf32>) -> tensor<4xf32> loc("one")
  return %r, %s : tensor<4xf32>, tensor<4xf32>
}

// A band of alphas, and the bias.
// CHECK-LABEL: @local_response_norm
// CHECK-NEXT: needs 4.1.0
// CHECK-NEXT: input %0: TENSOR_FLOAT32 1x2x2x3
// CHECK-NEXT: %2: TENSOR_FLOAT32 1x2x2x3 = MUL(%0, %0, 0) "norm"
// CHECK-NEXT: %6: TENSOR_FLOAT32 1x2x2x3 = CONV_2D(%2, float [0.5, 0.5, 0, 0.5, 0.5, 0.5, 0, 0.5, 0.5], float [2, 2, 2], 0, 0, 0, 0, 1, 1, 0) "norm"
// CHECK-NEXT: %8: TENSOR_FLOAT32 1x2x2x3 = POW(%6, float [-0.75]) "norm"
// CHECK-NEXT: %9: TENSOR_FLOAT32 1x2x2x3 = MUL(%0, %8, 0) "norm"
// CHECK-NEXT: output %9
func.func @local_response_norm(%x: tensor<1x2x2x3xf32>) -> tensor<1x2x2x3xf32> {
  %r = graph.local_response_norm %x radius 1 bias 2.0 alpha 0.5 beta 0.75 : (tensor<1x2x2x3xf32>) -> tensor<1x2x2x3xf32> loc("norm")
  return %r : tensor<1x2x2x3xf32>
}
