// RUN: tandem-opt %s --split-input-file --verify-diagnostics

func.func @comparison_c1(%a: tensor<2x3xf32>, %b: tensor<2xf32>) {
  // expected-error @+1 {{comparison_c1: shapes of 'tensor<2x3xf32>' and 'tensor<2xf32>' do not broadcast}}
  %0 = graph.less %a, %b : (tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x3xi1>
  return
}

// -----

func.func @comparison_c2(%a: tensor<2xf32>, %b: tensor<2xi32>) {
  // expected-error @+1 {{comparison_c2: element type 'f32' does not go with 'i32'}}
  %0 = graph.equal %a, %b : (tensor<2xf32>, tensor<2xi32>) -> tensor<2xi1>
  return
}

// -----

func.func @comparison_c3(%a: tensor<2xf32>) {
  // expected-error @+1 {{result #0 must be statically shaped tensor of 1-bit signless integer values}}
  %0 = graph.greater %a, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @logical_c1(%a: tensor<2x3xi1>, %b: tensor<2xi1>) {
  // expected-error @+1 {{logical_c1: shapes of 'tensor<2x3xi1>' and 'tensor<2xi1>' do not broadcast}}
  %0 = graph.logical_or %a, %b : (tensor<2x3xi1>, tensor<2xi1>) -> tensor<2x3xi1>
  return
}

// -----

func.func @logical_c2(%a: tensor<2xf32>) {
  // expected-error @+1 {{operand #0 must be statically shaped tensor of 1-bit signless integer values}}
  %0 = graph.logical_not %a : (tensor<2xf32>) -> tensor<2xi1>
  return
}
