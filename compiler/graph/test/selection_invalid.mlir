// RUN: tandem-opt %s --split-input-file --verify-diagnostics

func.func @select_c1(%c: tensor<3x1xi1>, %a: tensor<2x3xf32>) {
  // expected-error @+1 {{select_c1: shapes of 'tensor<3x1xi1>', 'tensor<2x3xf32>' and 'tensor<2x3xf32>' do not broadcast}}
  %0 = graph.select %c, %a, %a : (tensor<3x1xi1>, tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @select_c2(%c: tensor<2xi1>, %a: tensor<2x!quant.uniform<i8:f32, 0.5>>, %b: tensor<2x!quant.uniform<i8:f32, 0.25>>) {
  // expected-error @+1 {{select_c2: element type '!quant.uniform<i8:f32, 2.500000e-01>' differs from '!quant.uniform<i8:f32, 5.000000e-01>'}}
  %0 = graph.select %c, %a, %b : (tensor<2xi1>, tensor<2x!quant.uniform<i8:f32, 0.5>>, tensor<2x!quant.uniform<i8:f32, 0.25>>) -> tensor<2x!quant.uniform<i8:f32, 0.5>>
  return
}

// -----

func.func @gather_c1(%a: tensor<2x3xf32>, %i: tensor<1xi32>) {
  // expected-error @+1 {{gather_c1: axis 2 is outside rank 2 or empty}}
  %0 = graph.gather %a, %i axis 2 : (tensor<2x3xf32>, tensor<1xi32>) -> tensor<2x1xf32>
  return
}

// -----

func.func @gather_c1_empty(%a: tensor<0x3xf32>, %i: tensor<1xi32>) {
  // expected-error @+1 {{gather_c1: axis 0 is outside rank 2 or empty}}
  %0 = graph.gather %a, %i axis 0 : (tensor<0x3xf32>, tensor<1xi32>) -> tensor<1x3xf32>
  return
}

// -----

!perChannel = !quant.uniform<i8:f32:0, {0.5, 0.25}>
func.func @gather_c2(%a: tensor<2x3x!perChannel>, %i: tensor<2xi32>) {
  // expected-error @+1 {{gather_c2: a tensor quantized per channel}}
  %0 = graph.gather %a, %i axis 0 : (tensor<2x3x!perChannel>, tensor<2xi32>) -> tensor<2x3x!perChannel>
  return
}

// -----

func.func @gather_c3(%a: tensor<2xf32>) {
  // expected-error @+1 {{operand #1 must be statically shaped tensor of 32-bit signless integer or 64-bit signless integer values}}
  %0 = graph.gather %a, %a axis 0 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @scatter_c1(%a: tensor<2x3xf32>, %i: tensor<4x3xi32>, %u: tensor<4xf32>) {
  // expected-error @+1 {{scatter_c1: 3 indices for a place in a tensor of rank 2}}
  %0 = graph.scatter %a, %i, %u : (tensor<2x3xf32>, tensor<4x3xi32>, tensor<4xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @scatter_c1_none(%a: tensor<2x3xf32>, %i: tensor<i32>, %u: tensor<2x3xf32>) {
  // expected-error @+1 {{scatter_c1: 0 indices for a place in a tensor of rank 2}}
  %0 = graph.scatter %a, %i, %u : (tensor<2x3xf32>, tensor<i32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @scatter_c2(%a: tensor<2x3xf32>, %i: tensor<4x1xi32>, %u: tensor<4x2xf32>) {
  // expected-error @+1 {{scatter_c2: updates of shape 4x2, expected 4x3}}
  %0 = graph.scatter %a, %i, %u : (tensor<2x3xf32>, tensor<4x1xi32>, tensor<4x2xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @scatter_c3(%a: tensor<2xf32>, %i: tensor<1x1xi32>, %u: tensor<1xi32>) {
  // expected-error @+1 {{scatter_c3: element type 'i32' of the updates differs from 'f32'}}
  %0 = graph.scatter %a, %i, %u : (tensor<2xf32>, tensor<1x1xi32>, tensor<1xi32>) -> tensor<2xf32>
  return
}

// -----

func.func @scatter_c4(%a: tensor<2xf16>, %i: tensor<1x1xi32>, %u: tensor<1xf16>) {
  // expected-error @+1 {{scatter_c4: elements of type 'f16' are only replaced}}
  %0 = graph.scatter %a, %i, %u reduction add : (tensor<2xf16>, tensor<1x1xi32>, tensor<1xf16>) -> tensor<2xf16>
  return
}

// -----

func.func @scatter_c5(%a: tensor<2xf32>, %u: tensor<1xf32>, %i: tensor<1x1xf32>) {
  // expected-error @+1 {{operand #1 must be statically shaped tensor of 32-bit signless integer or 64-bit signless integer values}}
  %0 = graph.scatter %a, %i, %u : (tensor<2xf32>, tensor<1x1xf32>, tensor<1xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @top_k_c1(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{top_k_c1: the rows of 'tensor<2x3xf32>' have no 4 largest elements}}
  %0 = graph.top_k_values %a k 4 : (tensor<2x3xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @top_k_c1_none(%a: tensor<2x3xf32>) {
  // expected-error @+1 {{top_k_c1}}
  %0 = graph.top_k_indices %a k 0 : (tensor<2x3xf32>) -> tensor<2x0xi32>
  return
}

// -----

func.func @top_k_c2(%a: tensor<3xf32>) {
  // expected-error @+1 {{top_k_c2: element type 'f32' differs from 'f16'}}
  %0 = graph.top_k_values %a k 1 : (tensor<3xf32>) -> tensor<1xf16>
  return
}
