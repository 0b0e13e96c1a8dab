// RUN: tandem-opt %s --split-input-file --verify-diagnostics

func.func @binary_c1(%a: tensor<2x3xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{binary_c1: shapes of 'tensor<2x3xf32>' and 'tensor<2xf32>' do not broadcast}}
  %0 = graph.add %a, %b : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  return
}

// -----

!q = !quant.uniform<i8:f32, 0.5>
func.func @binary_c2(%a: tensor<2x!q>, %b: tensor<2xf32>) {
  // expected-error @+1 {{binary_c2: element type 'f32' does not go with '!quant.uniform<i8:f32, 5.000000e-01>'}}
  %0 = graph.mul %a, %b : (tensor<2x!q>, tensor<2xf32>) -> tensor<2x!q>
  return
}

// -----

func.func @binary_c2_result(%a: tensor<2xf32>) {
  // expected-error @+1 {{binary_c2: element type 'f32' does not go with 'i32'}}
  %0 = graph.maximum %a, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi32>
  return
}

// -----

func.func @bits_c1(%a: tensor<2xi32>, %b: tensor<2xi8>) {
  // expected-error @+1 {{bits_c1: element type 'i8' differs from 'i32'}}
  %0 = graph.shift_left %a, %b : (tensor<2xi32>, tensor<2xi8>) -> tensor<2xi32>
  return
}

// -----

func.func @prelu_broadcast(%a: tensor<1x2x2x3xf32>, %slope: tensor<2xf32>) {
  // expected-error @+1 {{binary_c1}}
  %0 = graph.prelu %a, %slope : (tensor<1x2x2x3xf32>, tensor<2xf32>) -> tensor<1x2x2x3xf32>
  return
}

// -----

func.func @unary_c1(%a: tensor<2xf32>) {
  // expected-error @+1 {{unary_c1: element type 'f32' does not go with 'f16'}}
  %0 = graph.tanh %a : (tensor<2xf32>) -> tensor<2xf16>
  return
}

// -----

func.func @softmax_c1(%a: tensor<2xf32>) {
  // expected-error @+1 {{softmax_c1: axis 1 is outside rank 1}}
  %0 = graph.softmax %a axis 1 : (tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @log_softmax_c1(%a: tensor<2xf32>) {
  // expected-error @+1 {{log_softmax_c1: axis}}
  %0 = graph.log_softmax %a axis -1 : (tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @batch_norm_c1(%a: tensor<2x3xf32>, %p: tensor<2xf32>) {
  // expected-error @+1 {{batch_norm_c1: parameters must have as many entries as the last dimension of the input}}
  %0 = graph.batch_norm %a, %p, %p, %p, %p epsilon 0.001
    : (tensor<2x3xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @batch_norm_c2(%a: tensor<2x3xf16>, %p: tensor<3xf32>) {
  // expected-error @+1 {{batch_norm_c2}}
  %0 = graph.batch_norm %a, %p, %p, %p, %p epsilon 0.001
    : (tensor<2x3xf16>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf16>
  return
}

// -----

func.func @dynamic_shape(%a: tensor<?x3xf32>) {
  // expected-error @+1 {{'graph.relu' op operand #0 must be statically shaped tensor}}
  %0 = graph.relu %a : (tensor<?x3xf32>) -> tensor<?x3xf32>
  return
}
