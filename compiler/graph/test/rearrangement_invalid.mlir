// RUN: tandem-opt %s --split-input-file --verify-diagnostics

func.func @mirror_pad_c1(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{mirror_pad_c1: low and high must have 2 entries}}
  %0 = graph.mirror_pad %a low [1] high [0, 0] : (tensor<2x3xf32>) -> tensor<3x3xf32>
  return
}

// -----

func.func @mirror_pad_c1_negative(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{mirror_pad_c1: entries must not be negative}}
  %0 = graph.mirror_pad %a low [1, -1] high [0, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32>
  return
}

// -----

func.func @mirror_pad_c2(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{mirror_pad_c2: dimension 0 has 1 elements to mirror, not 2}}
  %0 = graph.mirror_pad %a low [2, 0] high [0, 0] : (tensor<2x3xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @mirror_pad_c2_symmetric(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{mirror_pad_c2: dimension 1 has 3 elements to mirror, not 4}}
  %0 = graph.mirror_pad %a low [2, 0] high [0, 4] symmetric : (tensor<2x3xf32>) -> tensor<4x7xf32>
  return
}

// -----

func.func @mirror_pad_c3(%a: tensor<2xf32>) {
  // expected-error @+1 {{mirror_pad_c3}}
  %0 = graph.mirror_pad %a low [1] high [0] : (tensor<2xf32>) -> tensor<3xf16>
  return
}

// -----

func.func @tile_c1(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{tile_c1: multiples must have 2 entries}}
  %0 = graph.tile %a multiples [2] : (tensor<2x3xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @tile_c1_zero(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{tile_c1: multiples must be positive and below 2^31, not 0}}
  %0 = graph.tile %a multiples [1, 0] : (tensor<2x3xf32>) -> tensor<2x0xf32>
  return
}

// -----

!perChannel = !quant.uniform<i8:f32:0, {0.5, 0.25}>
func.func @tile_c2(%a: tensor<2x3x!perChannel>) {
  // expected-error @+1 {{tile_c2: a tensor quantized per channel}}
  %0 = graph.tile %a multiples [1, 2] : (tensor<2x3x!perChannel>) -> tensor<2x6x!perChannel>
  return
}

// -----

func.func @batch_block_c1(%a: tensor<4x4x3xf32>) {
  // expected-error @+1 {{batch_block_c1: input must have rank 4, block must be positive, pads and crops not negative}}
  %0 = graph.space_to_batch %a block [2, 2] : (tensor<4x4x3xf32>) -> tensor<4x2x2x3xf32>
  return
}

// -----

func.func @batch_block_c1_crop(%a: tensor<4x2x2x3xf32>) {
  // expected-error @+1 {{batch_block_c1}}
  %0 = graph.batch_to_space %a block [2, 2] crop_low [-1, 0] : (tensor<4x2x2x3xf32>) -> tensor<1x4x4x3xf32>
  return
}

// -----

func.func @batch_block_c2(%a: tensor<1x4x4x3xf32>) {
  // expected-error @+1 {{batch_block_c2: a block of 2 does not divide 5}}
  %0 = graph.space_to_batch %a block [2, 2] pad_high [0, 1] : (tensor<1x4x4x3xf32>) -> tensor<4x2x2x3xf32>
  return
}

// -----

func.func @batch_block_c2_images(%a: tensor<3x2x2x3xf32>) {
  // expected-error @+1 {{batch_block_c2: 4 places do not divide 3 images}}
  %0 = graph.batch_to_space %a block [2, 2] : (tensor<3x2x2x3xf32>) -> tensor<1x4x4x3xf32>
  return
}

// -----

func.func @batch_block_c3(%a: tensor<4x2x2x3xf32>) {
  // expected-error @+1 {{batch_block_c3}}
  %0 = graph.batch_to_space %a block [2, 2] : (tensor<4x2x2x3xf32>) -> tensor<1x4x4x3xf16>
  return
}

// -----

func.func @batch_block_c4(%a: tensor<4x2x2x3xf32>) {
  // expected-error @+1 {{batch_block_c4: crops of 3 and 1 leave nothing of 4}}
  %0 = graph.batch_to_space %a block [2, 2] crop_low [3, 0] crop_high [1, 0] : (tensor<4x2x2x3xf32>) -> tensor<1x0x4x3xf32>
  return
}

// -----

func.func @l2_pool_2d_c1(%a: tensor<1x4x4x1xi32>) {
  // expected-error @+1 {{operand #0 must be statically shaped tensor of f32, f16 or bf16 values}}
  %0 = graph.l2_pool_2d %a window [2, 2] : (tensor<1x4x4x1xi32>) -> tensor<1x3x3x1xi32>
  return
}

// -----

func.func @reduction_c3(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{operand #0 must be statically shaped tensor of 1-bit signless integer values}}
  %0 = graph.reduce_all %a axes [1] : (tensor<2x3xf32>) -> tensor<2xi1>
  return
}

// -----

func.func @arg_c1_smallest(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{arg_c1: axis 2 is outside rank 2}}
  %0 = graph.arg_min %a axis 2 : (tensor<2x3xf32>) -> tensor<2xi32>
  return
}
