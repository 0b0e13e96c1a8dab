// RUN: tandem-opt %s --split-input-file --verify-diagnostics

func.func @constant_c1() {
  // expected-error @+1 {{constant_c1: value of type 'tensor<2xf32>' for a result of type 'tensor<3xf32>'}}
  %0 = graph.constant dense<1.0> : tensor<2xf32> : tensor<3xf32>
  return
}

// -----

!q = !quant.uniform<i8:f32, 0.5>
func.func @constant_c1_storage() {
  // expected-error @+1 {{constant_c1}}
  %0 = graph.constant dense<1> : tensor<2xi16> : tensor<2x!q>
  return
}

// -----

!wide = !quant.uniform<i32:f32, 0.5>
func.func @constant_c1_wide_codes() {
  // expected-error @+1 {{constant_c1}}
  %0 = graph.constant dense_resource<none> : tensor<2x!wide> : tensor<2xf32>
  return
}

// -----

// Codes stand for f32, or are no storage of it.
func.func @constant_c1_expressed() {
  // expected-error @+1 {{constant_c1}}
  %0 = graph.constant dense_resource<none> : tensor<2x!quant.uniform<i8:f16, 0.5>> : tensor<2xf32>
  return
}

// -----

func.func @constant_axis_of_codes() {
  // expected-error @+1 {{quantized dimension 1 is outside rank 1}}
  %0 = graph.constant dense_resource<none> : tensor<2x!quant.uniform<i8:f32:1, {2.0, 0.5}>> : tensor<2xf32>
  return
}

// -----

!three = !quant.uniform<i8:f32:0, {2.0, 0.5, 1.0}>
func.func @constant_scales_of_codes() {
  // expected-error @+1 {{has 3 scales for a dimension of 2}}
  %0 = graph.constant dense_resource<none> : tensor<2x!three> : tensor<2xf32>
  return
}

// -----

!three = !quant.uniform<i8:f32:0, {2.0, 0.5, 1.0}>
func.func @constant_scales() {
  // expected-error @+1 {{has 3 scales for a dimension of 2}}
  %0 = graph.constant dense<1> : tensor<2xi8> : tensor<2x!three>
  return
}

// -----

// Reals of 16 bits may stand for those of 32, and for nothing else.
func.func @constant_c1_narrow() {
  // expected-error @+1 {{constant_c1}}
  %0 = graph.constant dense<1.0> : tensor<2xf16> : tensor<2xbf16>
  return
}

// -----

func.func @reshape_c1(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{reshape_c1: 'tensor<2x3xf32>' does not have the elements of shape 4}}
  %0 = graph.reshape %a shape [4] : (tensor<2x3xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @reshape_c2(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{reshape_c2: element type 'f32' differs from 'i32'}}
  %0 = graph.reshape %a shape [6] : (tensor<2x3xf32>) -> tensor<6xi32>
  return
}

// -----

func.func @transpose_c1(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{transpose_c1: permutation must have every dimension once}}
  %0 = graph.transpose %a permutation [1, 1] : (tensor<2x3xf32>) -> tensor<3x3xf32>
  return
}

// -----

func.func @transpose_c1_count(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{transpose_c1: permutation must have every dimension once}}
  %0 = graph.transpose %a permutation [1] : (tensor<2x3xf32>) -> tensor<3xf32>
  return
}

// -----

!in = !quant.uniform<i8:f32:0, {0.5, 0.25}>
func.func @transpose_c2(%a: tensor<2x2x!in>) {
  // expected-error @+1 {{transpose_c2: the quantized axis does not move along}}
  %0 = graph.transpose %a permutation [1, 0] : (tensor<2x2x!in>) -> tensor<2x2x!in>
  return
}

// -----

func.func @concat_c1(%a: tensor<2x3xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{concat_c1: inputs must have the same rank}}
  %0 = graph.concat %a, %b axis 0 : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @concat_c2(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{concat_c2: axis 2 is outside rank 2}}
  %0 = graph.concat %a, %a axis 2 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @concat_c2_others(%a: tensor<2x3xf32>, %b: tensor<2x4xf32>) {
  // expected-error @+1 {{concat_c2: inputs must be equal but for dimension 0}}
  %0 = graph.concat %a, %b axis 0 : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @slice_c1(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{slice_c1: begin, size and strides must have 2 entries}}
  %0 = graph.slice %a begin [0] size [1] strides [1] : (tensor<2x3xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @slice_c1_stride(%a: tensor<2xf32>) {
  // expected-error @+1 {{slice_c1: strides must not be zero, sizes not negative}}
  %0 = graph.slice %a begin [0] size [1] strides [0] : (tensor<2xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @slice_c2(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{slice_c2: dimension 1 of 3 has no elements 1 to 3}}
  %0 = graph.slice %a begin [0, 1] size [2, 3] strides [1, 1] : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @slice_c3(%a: tensor<2xf32>) {
  // expected-error @+1 {{slice_c3}}
  %0 = graph.slice %a begin [0] size [2] strides [1] : (tensor<2xf32>) -> tensor<2xf16>
  return
}

// -----

func.func @pad_c1(%a: tensor<2xf32>) {
  // expected-error @+1 {{pad_c1}}
  %0 = graph.pad %a low [0] high [1] : (tensor<2xf32>) -> tensor<3xf16>
  return
}

// -----

func.func @pad_c2(%a: tensor<2xf32>) {
  // expected-error @+1 {{pad_c2: entries must not be negative}}
  %0 = graph.pad %a low [0] high [-1] : (tensor<2xf32>) -> tensor<1xf32>
  return
}

// -----

func.func @pad_c2_count(%a: tensor<2xf32>) {
  // expected-error @+1 {{pad_c2: low and high must have 1 entries}}
  %0 = graph.pad %a low [0, 0] high [1] : (tensor<2xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @resize_c1(%a: tensor<4x4x1xf32>) {
  // expected-error @+1 {{resize_c1: input must have rank 4, size must be positive}}
  %0 = graph.resize_bilinear %a size [8, 8] : (tensor<4x4x1xf32>) -> tensor<8x8x1xf32>
  return
}

// -----

func.func @resize_c2(%a: tensor<1x4x4x1xf32>) {
  // expected-error @+1 {{resize_c2: align_corners and half_pixel_centers exclude each other}}
  %0 = graph.resize_nearest %a size [8, 8] align_corners half_pixel_centers : (tensor<1x4x4x1xf32>) -> tensor<1x8x8x1xf32>
  return
}

// -----

func.func @resize_c3(%a: tensor<1x4x4x1xf32>) {
  // expected-error @+1 {{resize_c3}}
  %0 = graph.resize_nearest %a size [8, 8] : (tensor<1x4x4x1xf32>) -> tensor<1x8x8x1xf16>
  return
}

// -----

func.func @block_c1_space(%a: tensor<1x4x3x1xf32>) {
  // expected-error @+1 {{block_c1: block must divide height and width}}
  %0 = graph.space_to_depth %a block 2 : (tensor<1x4x3x1xf32>) -> tensor<1x2x1x4xf32>
  return
}

// -----

func.func @block_c1_depth(%a: tensor<1x4x4x6xf32>) {
  // expected-error @+1 {{block_c1: the square of block must divide the channels}}
  %0 = graph.depth_to_space %a block 2 : (tensor<1x4x4x6xf32>) -> tensor<1x8x8x1xf32>
  return
}

// -----

func.func @block_c2(%a: tensor<1x4x4x4xf32>) {
  // expected-error @+1 {{block_c2}}
  %0 = graph.depth_to_space %a block 2 : (tensor<1x4x4x4xf32>) -> tensor<1x8x8x1xf16>
  return
}

// -----

func.func @concat_c1_empty() {
  // expected-error @+1 {{concat_c1: needs at least one input}}
  %0 = "graph.concat"() <{axis = 0 : i64}> : () -> tensor<1xf32>
  return
}
