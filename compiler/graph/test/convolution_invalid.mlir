// RUN: tandem-opt %s --split-input-file --verify-diagnostics

func.func @conv_2d_c1(%in: tensor<8x8x4xf32>, %w: tensor<2x3x3x4xf32>) {
  // expected-error @+1 {{conv_2d_c1: input and filter must have rank 4}}
  %0 = graph.conv_2d %in, %w : (tensor<8x8x4xf32>, tensor<2x3x3x4xf32>) -> tensor<1x6x6x2xf32>
  return
}

// -----

func.func @conv_2d_c2(%in: tensor<1x8x8x4xf32>, %w: tensor<2x3x3x3xf32>) {
  // expected-error @+1 {{conv_2d_c2: filter of 3 input and 2 output channels does not fit 4 channels in 1 groups}}
  %0 = graph.conv_2d %in, %w : (tensor<1x8x8x4xf32>, tensor<2x3x3x3xf32>) -> tensor<1x6x6x2xf32>
  return
}

// -----

func.func @conv_2d_c2_output_channels(%in: tensor<1x8x8x4xf32>, %w: tensor<3x3x3x2xf32>) {
  // expected-error @+1 {{conv_2d_c2: filter of 2 input and 3 output channels does not fit 4 channels in 2 groups}}
  %0 = graph.conv_2d %in, %w groups 2 : (tensor<1x8x8x4xf32>, tensor<3x3x3x2xf32>) -> tensor<1x6x6x3xf32>
  return
}

// -----

func.func @conv_2d_c3(%in: tensor<1x8x8x4xf32>, %w: tensor<2x3x3x4xf32>, %b: tensor<3xf32>) {
  // expected-error @+1 {{conv_2d_c3: bias must have 2 entries}}
  %0 = graph.conv_2d %in, %w, %b : (tensor<1x8x8x4xf32>, tensor<2x3x3x4xf32>, tensor<3xf32>) -> tensor<1x6x6x2xf32>
  return
}

// -----

func.func @conv_2d_c4(%in: tensor<1x8x8x4xf32>, %w: tensor<2x3x3x4xf32>) {
  // expected-error @+1 {{conv_2d_c4: stride and dilation must be positive, pads not negative}}
  %0 = graph.conv_2d %in, %w stride [0, 1] : (tensor<1x8x8x4xf32>, tensor<2x3x3x4xf32>) -> tensor<1x6x6x2xf32>
  return
}

// -----

func.func @conv_2d_c5(%in: tensor<1x8x8x4xf32>, %w: tensor<2x3x3x4xf32>) {
  // expected-error @+1 {{conv_2d_c5: a filter of 3x3 does not fit into an input of 8x8}}
  %0 = graph.conv_2d %in, %w dilation [4, 4] : (tensor<1x8x8x4xf32>, tensor<2x3x3x4xf32>) -> tensor<1x1x1x2xf32>
  return
}

// -----

func.func @conv_2d_c6(%in: tensor<1x8x8x4xf32>, %w: tensor<2x3x3x4xf16>) {
  // expected-error @+1 {{conv_2d_c6: element types f32, f16 -> f32 are no combination that it has}}
  %0 = graph.conv_2d %in, %w : (tensor<1x8x8x4xf32>, tensor<2x3x3x4xf16>) -> tensor<1x6x6x2xf32>
  return
}

// -----

!q = !quant.uniform<i8:f32, 0.5>
func.func @conv_2d_c6_bias(%in: tensor<1x1x1x1x!q>, %w: tensor<1x1x1x1x!q>, %b: tensor<1xf32>) {
  // expected-error @+1 {{conv_2d_c6}}
  %0 = graph.conv_2d %in, %w, %b : (tensor<1x1x1x1x!q>, tensor<1x1x1x1x!q>, tensor<1xf32>) -> tensor<1x1x1x1x!q>
  return
}

// -----

!q = !quant.uniform<i8:f32, 0.5>
!w = !quant.uniform<i8:f32:3, {0.5, 0.25}>
func.func @conv_2d_c7(%in: tensor<1x1x1x2x!q>, %w: tensor<2x1x1x2x!w>) {
  // expected-error @+1 {{conv_2d_c7: filter is quantized along dimension 3, expected 0}}
  %0 = graph.conv_2d %in, %w : (tensor<1x1x1x2x!q>, tensor<2x1x1x2x!w>) -> tensor<1x1x1x2x!q>
  return
}

// -----

func.func @result_shape(%in: tensor<1x8x8x4xf32>, %w: tensor<2x3x3x4xf32>) {
  // expected-error @+1 {{'graph.conv_2d' op result has shape 'tensor<1x8x8x2xf32>', expected dimensions [1, 6, 6, 2]}}
  %0 = graph.conv_2d %in, %w : (tensor<1x8x8x4xf32>, tensor<2x3x3x4xf32>) -> tensor<1x8x8x2xf32>
  return
}

// -----

func.func @depthwise_conv_2d_c1(%in: tensor<1x8x8x4xf32>, %w: tensor<2x3x3x4xf32>) {
  // expected-error @+1 {{depthwise_conv_2d_c1: input must be NHWC and filter 1HWC}}
  %0 = graph.depthwise_conv_2d %in, %w : (tensor<1x8x8x4xf32>, tensor<2x3x3x4xf32>) -> tensor<1x6x6x4xf32>
  return
}

// -----

func.func @depthwise_conv_2d_c2(%in: tensor<1x8x8x4xf32>, %w: tensor<1x3x3x6xf32>) {
  // expected-error @+1 {{depthwise_conv_2d_c2: 6 filters are no multiple of 4 channels}}
  %0 = graph.depthwise_conv_2d %in, %w : (tensor<1x8x8x4xf32>, tensor<1x3x3x6xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @depthwise_conv_2d_c3(%in: tensor<1x8x8x4xf32>, %w: tensor<1x3x3x4xf32>, %b: tensor<1x4xf32>) {
  // expected-error @+1 {{depthwise_conv_2d_c3: bias must have 4 entries}}
  %0 = graph.depthwise_conv_2d %in, %w, %b : (tensor<1x8x8x4xf32>, tensor<1x3x3x4xf32>, tensor<1x4xf32>) -> tensor<1x6x6x4xf32>
  return
}

// -----

func.func @depthwise_conv_2d_c4(%in: tensor<1x8x8x4xf32>, %w: tensor<1x3x3x4xf32>) {
  // expected-error @+1 {{depthwise_conv_2d_c4}}
  %0 = graph.depthwise_conv_2d %in, %w pad_low [-1, 0] : (tensor<1x8x8x4xf32>, tensor<1x3x3x4xf32>) -> tensor<1x6x6x4xf32>
  return
}

// -----

func.func @depthwise_conv_2d_c5(%in: tensor<1x2x8x4xf32>, %w: tensor<1x3x3x4xf32>) {
  // expected-error @+1 {{depthwise_conv_2d_c5}}
  %0 = graph.depthwise_conv_2d %in, %w : (tensor<1x2x8x4xf32>, tensor<1x3x3x4xf32>) -> tensor<1x1x6x4xf32>
  return
}

// -----

!q = !quant.uniform<i8:f32, 1.0>
func.func @conv_2d_c6_sums(%in: tensor<1x1x1x1xui8>, %w: tensor<1x1x1x1x!q>) {
  // expected-error @+1 {{conv_2d_c6: element types u8, }}
  %0 = graph.conv_2d %in, %w activation relu : (tensor<1x1x1x1xui8>, tensor<1x1x1x1x!q>) -> tensor<1x1x1x1xi32>
  return
}

// -----

!q = !quant.uniform<i8:f32, 1.0>
func.func @depthwise_conv_2d_c6_sums(%in: tensor<1x1x1x1xui8>, %w: tensor<1x1x1x1x!q>) {
  // expected-error @+1 {{depthwise_conv_2d_c6: element types u8, }}
  %0 = graph.depthwise_conv_2d %in, %w : (tensor<1x1x1x1xui8>, tensor<1x1x1x1x!q>) -> tensor<1x1x1x1xi32>
  return
}

// -----

func.func @depthwise_conv_2d_c6(%in: tensor<1x8x8x4xi32>, %w: tensor<1x3x3x4xi32>) {
  // expected-error @+1 {{depthwise_conv_2d_c6}}
  %0 = graph.depthwise_conv_2d %in, %w : (tensor<1x8x8x4xi32>, tensor<1x3x3x4xi32>) -> tensor<1x6x6x4xi32>
  return
}

// -----

!q = !quant.uniform<i8:f32, 0.5>
!w = !quant.uniform<i8:f32:1, {0.5, 0.25}>
func.func @depthwise_conv_2d_c7(%in: tensor<1x2x1x2x!q>, %w: tensor<1x2x1x2x!w>) {
  // expected-error @+1 {{depthwise_conv_2d_c7: filter is quantized along dimension 1, expected 3}}
  %0 = graph.depthwise_conv_2d %in, %w : (tensor<1x2x1x2x!q>, tensor<1x2x1x2x!w>) -> tensor<1x1x1x2x!q>
  return
}

// -----

func.func @transpose_conv_2d_c1(%in: tensor<1x4x4x2xf32>, %w: tensor<3x2x2x1xf32>) {
  // expected-error @+1 {{transpose_conv_2d_c1: input must be NHWC and filter OHWI}}
  %0 = graph.transpose_conv_2d %in, %w : (tensor<1x4x4x2xf32>, tensor<3x2x2x1xf32>) -> tensor<1x5x5x3xf32>
  return
}

// -----

func.func @transpose_conv_2d_c2(%in: tensor<1x4x4x2xf32>, %w: tensor<3x2x2x2xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{transpose_conv_2d_c2: bias must have 3 entries}}
  %0 = graph.transpose_conv_2d %in, %w, %b : (tensor<1x4x4x2xf32>, tensor<3x2x2x2xf32>, tensor<2xf32>) -> tensor<1x5x5x3xf32>
  return
}

// -----

func.func @transpose_conv_2d_c3(%in: tensor<1x4x4x2xf32>, %w: tensor<3x2x2x2xf32>) {
  // expected-error @+1 {{transpose_conv_2d_c3: stride and output size must be positive}}
  %0 = graph.transpose_conv_2d %in, %w pad_low [5, 0] : (tensor<1x4x4x2xf32>, tensor<3x2x2x2xf32>) -> tensor<1x5x5x3xf32>
  return
}

// -----

!q = !quant.uniform<i8:f32, 0.5>
func.func @transpose_conv_2d_c4(%in: tensor<1x1x1x1xf32>, %w: tensor<1x1x1x1x!q>) {
  // expected-error @+1 {{transpose_conv_2d_c4: element types f32, i8 codes -> f32 are no}}
  %0 = graph.transpose_conv_2d %in, %w : (tensor<1x1x1x1xf32>, tensor<1x1x1x1x!q>) -> tensor<1x1x1x1xf32>
  return
}

// -----

func.func @fully_connected_c1(%in: tensor<1x3xf32>, %w: tensor<2x4xf32>) {
  // expected-error @+1 {{fully_connected_c1: input must be [M,K] and filter [N,K]}}
  %0 = graph.fully_connected %in, %w : (tensor<1x3xf32>, tensor<2x4xf32>) -> tensor<1x2xf32>
  return
}

// -----

func.func @fully_connected_c2(%in: tensor<1x4xf32>, %w: tensor<2x4xf32>, %b: tensor<4xf32>) {
  // expected-error @+1 {{fully_connected_c2: bias must have 2 entries}}
  %0 = graph.fully_connected %in, %w, %b : (tensor<1x4xf32>, tensor<2x4xf32>, tensor<4xf32>) -> tensor<1x2xf32>
  return
}

// -----

func.func @fully_connected_c3(%in: tensor<1x4xf32>, %w: tensor<2x4xf32>, %b: tensor<2xi32>) {
  // expected-error @+1 {{fully_connected_c3}}
  %0 = graph.fully_connected %in, %w, %b : (tensor<1x4xf32>, tensor<2x4xf32>, tensor<2xi32>) -> tensor<1x2xf32>
  return
}

// -----

func.func @batch_matmul_c1(%a: tensor<2x3x4xf32>, %b: tensor<3x4x5xf32>) {
  // expected-error @+1 {{batch_matmul_c1: leading dimensions must be equal}}
  %0 = graph.batch_matmul %a, %b : (tensor<2x3x4xf32>, tensor<3x4x5xf32>) -> tensor<2x3x5xf32>
  return
}

// -----

func.func @batch_matmul_c2(%a: tensor<2x3x4xf32>, %b: tensor<2x5x4xf32>) {
  // expected-error @+1 {{batch_matmul_c2: inner dimensions differ}}
  %0 = graph.batch_matmul %a, %b : (tensor<2x3x4xf32>, tensor<2x5x4xf32>) -> tensor<2x3x5xf32>
  return
}

// -----

!w = !quant.uniform<i8:f32:0, {0.5, 0.25, 1.0}>
func.func @scales_of_a_result(%in: tensor<2x1xf32>) {
  // expected-error @+1 {{has 3 scales for a dimension of 2}}
  %0 = graph.quantize %in : (tensor<2x1xf32>) -> tensor<2x1x!w>
  return
}

// -----

!w = !quant.uniform<i8:f32:4, {0.5, 0.25}>
func.func @axis_of_a_result(%in: tensor<2x1xf32>) {
  // expected-error @+1 {{quantized dimension 4 is outside rank 2}}
  %0 = graph.quantize %in : (tensor<2x1xf32>) -> tensor<2x1x!w>
  return
}
