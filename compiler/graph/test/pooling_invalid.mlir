// RUN: tandem-opt %s --split-input-file --verify-diagnostics

func.func @pool_2d_c1(%in: tensor<4x4x2xf32>) {
  // expected-error @+1 {{pool_2d_c1: input must have rank 4}}
  %0 = graph.max_pool_2d %in window [2, 2] : (tensor<4x4x2xf32>) -> tensor<3x3x2xf32>
  return
}

// -----

func.func @pool_2d_c2_window(%in: tensor<1x4x4x2xf32>) {
  // expected-error @+1 {{pool_2d_c2: window and stride must be positive, pads within the window}}
  %0 = graph.max_pool_2d %in window [0, 2] : (tensor<1x4x4x2xf32>) -> tensor<1x3x3x2xf32>
  return
}

// -----

func.func @pool_2d_c2_pad(%in: tensor<1x4x4x2xf32>) {
  // expected-error @+1 {{pool_2d_c2}}
  %0 = graph.average_pool_2d %in window [2, 2] pad_low [2, 0] : (tensor<1x4x4x2xf32>) -> tensor<1x5x3x2xf32>
  return
}

// -----

func.func @pool_2d_c3(%in: tensor<1x4x4x2xf32>) {
  // expected-error @+1 {{pool_2d_c3: a window of 5 does not fit into 4}}
  %0 = graph.max_pool_2d %in window [5, 2] : (tensor<1x4x4x2xf32>) -> tensor<1x1x3x2xf32>
  return
}

// -----

!q = !quant.uniform<i8:f32, 0.5>
!r = !quant.uniform<i8:f32, 0.25>
func.func @pool_2d_c4(%in: tensor<1x4x4x2x!q>) {
  // expected-error @+1 {{pool_2d_c4}}
  %0 = graph.max_pool_2d %in window [2, 2] : (tensor<1x4x4x2x!q>) -> tensor<1x3x3x2x!r>
  return
}

// -----

func.func @reduction_c1(%in: tensor<2x3xf32>) {
  // expected-error @+1 {{reduction_c1: axis 2 is outside rank 2 or out of order}}
  %0 = graph.mean %in axes [2] : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @reduction_c1_order(%in: tensor<2x3xf32>) {
  // expected-error @+1 {{reduction_c1: axis 0 is outside rank 2 or out of order}}
  %0 = graph.sum %in axes [1, 0] : (tensor<2x3xf32>) -> tensor<f32>
  return
}

// -----

func.func @reduction_c2(%in: tensor<2x3xf32>) {
  // expected-error @+1 {{expected dimensions [2, 1]}}
  %0 = graph.reduce_max %in axes [1] keep_dims : (tensor<2x3xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @arg_c1(%in: tensor<2x3xf32>) {
  // expected-error @+1 {{arg_c1: axis 2 is outside rank 2}}
  %0 = graph.arg_max %in axis 2 : (tensor<2x3xf32>) -> tensor<2xi32>
  return
}

// -----

func.func @arg_c2(%in: tensor<2x3xf32>) {
  // expected-error @+1 {{result #0 must be statically shaped tensor of 32-bit signless integer or 64-bit signless integer values}}
  %0 = graph.arg_max %in axis 1 : (tensor<2x3xf32>) -> tensor<2xf32>
  return
}
