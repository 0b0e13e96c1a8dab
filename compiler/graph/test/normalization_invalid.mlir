// RUN: tandem-opt %s --split-input-file --verify-diagnostics

func.func @l2_normalization_c1(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{l2_normalization_c1: axis 2 is outside rank 2}}
  %0 = graph.l2_normalization %a axis 2 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @l2_normalization_c2(%a: tensor<2xf32>) {
  // expected-error @+1 {{l2_normalization_c2: element type 'f32' does not go with 'i32'}}
  %0 = graph.l2_normalization %a axis 0 : (tensor<2xf32>) -> tensor<2xi32>
  return
}

// -----

func.func @local_response_norm_c1(%a: tensor<f32>) {
  // expected-error @+1 {{local_response_norm_c1: needs a last dimension, and a radius that is not negative, nor beyond 2^31}}
  %0 = graph.local_response_norm %a radius 2 bias 1.0 alpha 0.5 beta 0.75 : (tensor<f32>) -> tensor<f32>
  return
}

// -----

func.func @local_response_norm_c2(%a: tensor<2xf32>) {
  // expected-error @+1 {{local_response_norm_c2: element type 'f32' differs from 'f16'}}
  %0 = graph.local_response_norm %a radius 2 bias 1.0 alpha 0.5 beta 0.75 : (tensor<2xf32>) -> tensor<2xf16>
  return
}
