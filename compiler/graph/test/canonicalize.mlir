// RUN: tandem-opt %s --canonicalize --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @no_change_is_dropped
// CHECK-NEXT:    return %arg0, %arg0, %arg0, %arg0, %arg0
func.func @no_change_is_dropped(%a: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) {
  %0 = graph.reshape %a shape [2, 3] : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = graph.transpose %a permutation [0, 1] : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %2 = graph.slice %a begin [0, 0] size [2, 3] strides [1, 1] : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %3 = graph.pad %a low [0, 0] high [0, 0] value 7.0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %4 = graph.concat %a axis 0 : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return %0, %1, %2, %3, %4 : tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>
}

// -----

// What has no elements adds nothing to a concatenation; of one part that is the part.
// CHECK-LABEL: func.func @concat_leaves_out_what_is_empty
// CHECK-SAME:      %[[A:.*]]: tensor<2x3xf32>, %[[B:.*]]: tensor<2x1xf32>, %[[NONE:.*]]: tensor<2x0xf32>
// CHECK-NEXT:    %[[C:.*]] = graph.concat %[[A]], %[[B]] axis 1
// CHECK-NEXT:    return %[[C]], %[[A]] :
func.func @concat_leaves_out_what_is_empty(%a: tensor<2x3xf32>, %b: tensor<2x1xf32>, %none: tensor<2x0xf32>) -> (tensor<2x4xf32>, tensor<2x3xf32>) {
  %0 = graph.concat %none, %a, %none, %b axis 1 : (tensor<2x0xf32>, tensor<2x3xf32>, tensor<2x0xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %1 = graph.slice %b begin [0, 0] size [2, 0] strides [1, 1] : (tensor<2x1xf32>) -> tensor<2x0xf32>
  %2 = graph.concat %a, %1 axis 1 : (tensor<2x3xf32>, tensor<2x0xf32>) -> tensor<2x3xf32>
  return %0, %2 : tensor<2x4xf32>, tensor<2x3xf32>
}

// -----

// One part stays where none has elements.
// CHECK-LABEL: func.func @concat_of_nothing
// CHECK-NEXT:    return %arg0
func.func @concat_of_nothing(%a: tensor<0x3xf32>, %b: tensor<0x3xf32>) -> tensor<0x3xf32> {
  %0 = graph.concat %a, %b axis 0 : (tensor<0x3xf32>, tensor<0x3xf32>) -> tensor<0x3xf32>
  return %0 : tensor<0x3xf32>
}

// -----

// A part of other codes than the result is brought to its own, also when it is the only one left.
// CHECK-LABEL: func.func @concat_of_one_in_other_codes
// CHECK:         graph.concat %arg0 axis 0 :
func.func @concat_of_one_in_other_codes(%a: tensor<2x!quant.uniform<i8:f32, 0.5>>, %none: tensor<0x!quant.uniform<i8:f32, 0.25>>) -> tensor<2x!quant.uniform<i8:f32, 0.25>> {
  %0 = graph.concat %a, %none axis 0 : (tensor<2x!quant.uniform<i8:f32, 0.5>>, tensor<0x!quant.uniform<i8:f32, 0.25>>) -> tensor<2x!quant.uniform<i8:f32, 0.25>>
  return %0 : tensor<2x!quant.uniform<i8:f32, 0.25>>
}

// -----

// A slice of the whole, backwards, is a change.
// CHECK-LABEL: func.func @keep_reversal
// CHECK:         graph.slice
func.func @keep_reversal(%a: tensor<3xf32>) -> tensor<3xf32> {
  %0 = graph.slice %a begin [2] size [3] strides [-1] : (tensor<3xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// -----

// CHECK-LABEL: func.func @transposes_merge
// CHECK-NEXT:    %[[T:.+]] = graph.transpose %arg0 permutation [2, 0, 1]
// CHECK-NEXT:    return %[[T]], %arg0
func.func @transposes_merge(%a: tensor<2x3x4xf32>) -> (tensor<4x2x3xf32>, tensor<2x3x4xf32>) {
  %0 = graph.transpose %a permutation [1, 2, 0] : (tensor<2x3x4xf32>) -> tensor<3x4x2xf32>
  %1 = graph.transpose %0 permutation [1, 2, 0] : (tensor<3x4x2xf32>) -> tensor<4x2x3xf32>
  %2 = graph.transpose %1 permutation [1, 2, 0] : (tensor<4x2x3xf32>) -> tensor<2x3x4xf32>
  return %1, %2 : tensor<4x2x3xf32>, tensor<2x3x4xf32>
}

// -----

// CHECK-LABEL: func.func @unit_dimensions_move_no_data
// CHECK-NEXT:    %[[R:.+]] = graph.reshape %arg0 shape [1, 3, 1, 4]
// CHECK-NEXT:    return %[[R]]
func.func @unit_dimensions_move_no_data(%a: tensor<1x1x3x4xf32>) -> tensor<1x3x1x4xf32> {
  %0 = graph.transpose %a permutation [0, 2, 1, 3] : (tensor<1x1x3x4xf32>) -> tensor<1x3x1x4xf32>
  return %0 : tensor<1x3x1x4xf32>
}

// -----

// CHECK-LABEL: func.func @reshapes_merge
// CHECK-NEXT:    %[[R:.+]] = graph.reshape %arg0 shape [6]
// CHECK-NEXT:    return %[[R]]
func.func @reshapes_merge(%a: tensor<2x3xf32>) -> tensor<6xf32> {
  %0 = graph.reshape %a shape [3, 2] : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %1 = graph.reshape %0 shape [6] : (tensor<3x2xf32>) -> tensor<6xf32>
  return %1 : tensor<6xf32>
}

// -----

// CHECK-LABEL: func.func @relu_of_relu
// CHECK-NEXT:    %[[R:.+]] = graph.relu %arg0
// CHECK-NEXT:    return %[[R]]
func.func @relu_of_relu(%a: tensor<2xf32>) -> tensor<2xf32> {
  %0 = graph.relu %a : (tensor<2xf32>) -> tensor<2xf32>
  %1 = graph.relu %0 : (tensor<2xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}

// -----

// CHECK-LABEL: func.func @constants_move
// CHECK-DAG:     graph.constant dense<{{\[\[}}1, 4], [2, 5], [3, 6]]> : tensor<3x2xi32>
// CHECK-DAG:     graph.constant dense<{{\[\[}}6, 4]]> : tensor<1x2xi32>
// CHECK-DAG:     graph.constant dense<[1, 2, 3, 4, 5, 6]> : tensor<6xi32>
// CHECK-NOT:     graph.transpose
// CHECK-NOT:     graph.slice
// CHECK-NOT:     graph.reshape
func.func @constants_move() -> (tensor<3x2xi32>, tensor<1x2xi32>, tensor<6xi32>) {
  %c = graph.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32> : tensor<2x3xi32>
  %0 = graph.transpose %c permutation [1, 0] : (tensor<2x3xi32>) -> tensor<3x2xi32>
  %1 = graph.slice %c begin [1, 2] size [1, 2] strides [1, -2] : (tensor<2x3xi32>) -> tensor<1x2xi32>
  %2 = graph.reshape %c shape [6] : (tensor<2x3xi32>) -> tensor<6xi32>
  return %0, %1, %2 : tensor<3x2xi32>, tensor<1x2xi32>, tensor<6xi32>
}

// -----

// Reals that are stored in 16 bits stay so where they are only moved; what computes gets f32.
// CHECK-LABEL: func.func @narrow_constants_move
// CHECK-DAG:     graph.constant dense<{{\[\[}}1.000000e+00, 3.000000e+00], [2.000000e+00, 4.000000e+00]]> : tensor<2x2xf16> : tensor<2x2xf32>
// CHECK-DAG:     graph.constant dense<{{\[\[}}3.000000e+00, 4.000000e+00]]> : tensor<1x2xf16> : tensor<1x2xf32>
// CHECK-DAG:     graph.constant dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]> : tensor<4xf16> : tensor<4xf32>
// CHECK-DAG:     graph.constant dense<[-1.500000e+00, 2.500000e+00]> : tensor<2xbf16> : tensor<2xf32>
func.func @narrow_constants_move() -> (tensor<2x2xf32>, tensor<1x2xf32>, tensor<4xf32>, tensor<2xf32>) {
  %c = graph.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf16> : tensor<2x2xf32>
  %i = graph.constant dense<1> : tensor<1xi32> : tensor<1xi32>
  %b = graph.constant dense<[[-1.5, 2.5]]> : tensor<1x2xbf16> : tensor<1x2xf32>
  %0 = graph.transpose %c permutation [1, 0] : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = graph.gather %c, %i axis 0 : (tensor<2x2xf32>, tensor<1xi32>) -> tensor<1x2xf32>
  %2 = graph.reshape %c shape [4] : (tensor<2x2xf32>) -> tensor<4xf32>
  %3 = graph.reshape %b shape [2] : (tensor<1x2xf32>) -> tensor<2xf32>
  return %0, %1, %2, %3 : tensor<2x2xf32>, tensor<1x2xf32>, tensor<4xf32>, tensor<2xf32>
}

// -----

// Many codes stay what they are where a constant becomes f32, and channels keep their scales where they move. Few become
// the numbers that they stand for, and so do channels that a move spreads.
// CHECK-LABEL: func.func @codes_move
// CHECK-DAG:     graph.constant dense_resource<{{.+}}> : tensor<2x140x!quant.uniform<i8:f32:0, {2.000000e+00,5.000000e-01:1}>> : tensor<2x140xf32>
// CHECK-DAG:     graph.constant dense_resource<{{.+}}> : tensor<140x2x!quant.uniform<i8:f32:1, {2.000000e+00,5.000000e-01:1}>> : tensor<140x2xf32>
// CHECK-DAG:     graph.constant dense_resource<{{.+}}> : tensor<1x2x10x14x!quant.uniform<i8:f32:1, {2.000000e+00,5.000000e-01:1}>> : tensor<1x2x10x14xf32>
// CHECK-DAG:     graph.constant dense_resource<{{.+}}> : tensor<280xf32> : tensor<280xf32>
// CHECK-DAG:     graph.constant dense<{{\[\[}}-1.500000e+00, -1.000000e+00]]> : tensor<1x2xf32> : tensor<1x2xf32>
func.func @codes_move() -> (tensor<2x140xf32>, tensor<140x2xf32>, tensor<1x2x10x14xf32>, tensor<280xf32>, tensor<1x2xf32>) {
  %codes = graph.constant dense_resource<codes> : tensor<2x140xi8> : tensor<2x140x!quant.uniform<i8:f32:0, {2.0, 0.5:1}>>
  %c = graph.dequantize %codes : (tensor<2x140x!quant.uniform<i8:f32:0, {2.0, 0.5:1}>>) -> tensor<2x140xf32>
  %0 = graph.transpose %c permutation [1, 0] : (tensor<2x140xf32>) -> tensor<140x2xf32>
  %1 = graph.reshape %c shape [1, 2, 10, 14] : (tensor<2x140xf32>) -> tensor<1x2x10x14xf32>
  %2 = graph.reshape %c shape [280] : (tensor<2x140xf32>) -> tensor<280xf32>
  %3 = graph.slice %c begin [1, 0] size [1, 2] strides [1, 1] : (tensor<2x140xf32>) -> tensor<1x2xf32>
  return %c, %0, %1, %2, %3 : tensor<2x140xf32>, tensor<140x2xf32>, tensor<1x2x10x14xf32>, tensor<280xf32>, tensor<1x2xf32>
}
{-# dialect_resources: { builtin: { codes: "0x01000000FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102" } } #-}

// -----

// Channels that are taken out, in whatever order, have their own scales, and those beside them keep theirs.
// CHECK-LABEL: func.func @channels_are_taken
// CHECK-DAG:     graph.constant dense_resource<{{.+}}> : tensor<3x140x!quant.uniform<i8:f32:0, {5.000000e-01:1,5.000000e-01:1,2.000000e+00}>> : tensor<3x140xf32>
// CHECK-DAG:     graph.constant dense_resource<{{.+}}> : tensor<2x3x50x!quant.uniform<i8:f32:0, {2.000000e+00,5.000000e-01:1}>> : tensor<2x3x50xf32>
// CHECK-DAG:     graph.constant dense_resource<{{.+}}> : tensor<3x50x2x!quant.uniform<i8:f32:2, {2.000000e+00,5.000000e-01:1}>> : tensor<3x50x2xf32>
// CHECK-DAG:     graph.constant dense_resource<{{.+}}> : tensor<1x2x140xf32> : tensor<1x2x140xf32>
// CHECK-DAG:     graph.constant dense_resource<{{.+}}> : tensor<2x140x!quant.uniform<i8:f32:0, {5.000000e-01:1,2.000000e+00}>> : tensor<2x140xf32>
// CHECK-DAG:     graph.constant dense<{{\[\[}}-4.000000e+00], [-1.500000e+00]]> : tensor<2x1xf32> : tensor<2x1xf32>
func.func @channels_are_taken() -> (tensor<3x140xf32>, tensor<2x3x50xf32>, tensor<3x50x2xf32>, tensor<1x2x140xf32>, tensor<2x140xf32>, tensor<2x1xf32>) {
  %c = graph.constant dense_resource<codes> : tensor<2x140x!quant.uniform<i8:f32:0, {2.0, 0.5:1}>> : tensor<2x140xf32>
  %t = graph.transpose %c permutation [1, 0] : (tensor<2x140xf32>) -> tensor<140x2xf32>
  %rows = graph.constant dense<[1, 5, 0]> : tensor<3xi32> : tensor<3xi32>
  %table = graph.constant dense<5> : tensor<3x50xi32> : tensor<3x50xi32>
  %pair = graph.constant dense<[[1, 0]]> : tensor<1x2xi32> : tensor<1x2xi32>
  %one = graph.constant dense<0> : tensor<1xi32> : tensor<1xi32>
  %0 = graph.gather %c, %rows axis 0 : (tensor<2x140xf32>, tensor<3xi32>) -> tensor<3x140xf32>
  %1 = graph.gather %c, %table axis 1 : (tensor<2x140xf32>, tensor<3x50xi32>) -> tensor<2x3x50xf32>
  %2 = graph.gather %t, %table axis 0 : (tensor<140x2xf32>, tensor<3x50xi32>) -> tensor<3x50x2xf32>
  %3 = graph.gather %c, %pair axis 0 : (tensor<2x140xf32>, tensor<1x2xi32>) -> tensor<1x2x140xf32>
  %4 = graph.slice %c begin [1, 0] size [2, 140] strides [-1, 1] : (tensor<2x140xf32>) -> tensor<2x140xf32>
  %5 = graph.gather %c, %one axis 1 : (tensor<2x140xf32>, tensor<1xi32>) -> tensor<2x1xf32>
  return %0, %1, %2, %3, %4, %5 : tensor<3x140xf32>, tensor<2x3x50xf32>, tensor<3x50x2xf32>, tensor<1x2x140xf32>, tensor<2x140xf32>, tensor<2x1xf32>
}
{-# dialect_resources: { builtin: { codes: "0x01000000FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102" } } #-}

// -----

// One scale for all goes anywhere; codes of 8 bits without a sign, and of 16, are smaller than f32, those of 32 are not.
// CHECK-LABEL: func.func @storages
// CHECK-DAG:     graph.constant dense_resource<{{.+}}> : tensor<280x!quant.uniform<u8:f32, 5.000000e-01:128>> : tensor<280xf32>
// CHECK-DAG:     graph.constant dense_resource<{{.+}}> : tensor<14x10x!quant.uniform<i16:f32, 5.000000e-01>> : tensor<14x10xf32>
// CHECK-DAG:     graph.constant dense_resource<{{.+}}> : tensor<70xf32> : tensor<70xf32>
func.func @storages() -> (tensor<280xf32>, tensor<14x10xf32>, tensor<70xf32>) {
  %bytes = graph.constant dense_resource<codes> : tensor<2x140xi8> : tensor<2x140x!quant.uniform<u8:f32, 0.5:128>>
  %shorts = graph.constant dense_resource<codes> : tensor<10x14xi16> : tensor<10x14x!quant.uniform<i16:f32, 0.5>>
  %words = graph.constant dense_resource<codes> : tensor<70xi32> : tensor<70x!quant.uniform<i32:f32, 0.5>>
  %0 = graph.dequantize %bytes : (tensor<2x140x!quant.uniform<u8:f32, 0.5:128>>) -> tensor<2x140xf32>
  %1 = graph.dequantize %shorts : (tensor<10x14x!quant.uniform<i16:f32, 0.5>>) -> tensor<10x14xf32>
  %2 = graph.dequantize %words : (tensor<70x!quant.uniform<i32:f32, 0.5>>) -> tensor<70xf32>
  %3 = graph.reshape %0 shape [280] : (tensor<2x140xf32>) -> tensor<280xf32>
  %4 = graph.transpose %1 permutation [1, 0] : (tensor<10x14xf32>) -> tensor<14x10xf32>
  return %3, %4, %2 : tensor<280xf32>, tensor<14x10xf32>, tensor<70xf32>
}
{-# dialect_resources: { builtin: { codes: "0x01000000FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102FEFF000102" } } #-}

// -----

// CHECK-LABEL: func.func @no_change_of_the_newer_ops_is_dropped
// CHECK-NEXT:    return %arg0, %arg0, %arg0, %arg1
func.func @no_change_of_the_newer_ops_is_dropped(%a: tensor<2x3xf32>, %t: tensor<2x3xi1>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xi1>) {
  %0 = graph.tile %a multiples [1, 1] : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = graph.mirror_pad %a low [0, 0] high [0, 0] : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %2 = graph.select %t, %a, %a : (tensor<2x3xi1>, tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %3 = graph.logical_not %t : (tensor<2x3xi1>) -> tensor<2x3xi1>
  %4 = graph.logical_not %3 : (tensor<2x3xi1>) -> tensor<2x3xi1>
  return %0, %1, %2, %4 : tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xi1>
}

// -----

// A selection that broadcasts is a change, whatever it chooses.
// CHECK-LABEL: func.func @keep_broadcasting_select
// CHECK:         graph.select
func.func @keep_broadcasting_select(%a: tensor<3xf32>, %t: tensor<2x1xi1>) -> tensor<2x3xf32> {
  %0 = graph.select %t, %a, %a : (tensor<2x1xi1>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// -----

// Rows 2 and 0, and what is outside: the last and the first.
// CHECK-LABEL: func.func @gather_of_constants
// CHECK{LITERAL}: graph.constant dense<[[5, 6], [1, 2], [5, 6], [1, 2]]> : tensor<4x2xi32>
// CHECK{LITERAL}: graph.constant dense<[[[2]], [[4]], [[6]]]> : tensor<3x1x1xi32>
func.func @gather_of_constants() -> (tensor<4x2xi32>, tensor<3x1x1xi32>) {
  %a = graph.constant dense<[[1, 2], [3, 4], [5, 6]]> : tensor<3x2xi32> : tensor<3x2xi32>
  %i = graph.constant dense<[2, 0, 9, -1]> : tensor<4xi32> : tensor<4xi32>
  %j = graph.constant dense<[[1]]> : tensor<1x1xi64> : tensor<1x1xi64>
  %0 = graph.gather %a, %i axis 0 : (tensor<3x2xi32>, tensor<4xi32>) -> tensor<4x2xi32>
  %1 = graph.gather %a, %j axis 1 : (tensor<3x2xi32>, tensor<1x1xi64>) -> tensor<3x1x1xi32>
  return %0, %1 : tensor<4x2xi32>, tensor<3x1x1xi32>
}

// -----

// The last of equal places stays, what is outside is left out; sums are in the order of the indices.
// CHECK-LABEL: func.func @scatter_of_constants
// CHECK{LITERAL}: graph.constant dense<[[1, 2], [9, 10], [5, 6]]> : tensor<3x2xi32>
// CHECK{LITERAL}: graph.constant dense<[[1.000000e+00, 6.500000e+00]]> : tensor<1x2xf32>
// CHECK:         return {{.*}}, %arg0 :
func.func @scatter_of_constants(%x: tensor<2xf32>) -> (tensor<3x2xi32>, tensor<1x2xf32>, tensor<2xf32>) {
  %a = graph.constant dense<[[1, 2], [3, 4], [5, 6]]> : tensor<3x2xi32> : tensor<3x2xi32>
  %i = graph.constant dense<[[1], [3], [1]]> : tensor<3x1xi32> : tensor<3x1xi32>
  %u = graph.constant dense<[[7, 8], [0, 0], [9, 10]]> : tensor<3x2xi32> : tensor<3x2xi32>
  %b = graph.constant dense<[[1.0, 2.0]]> : tensor<1x2xf32> : tensor<1x2xf32>
  %j = graph.constant dense<[[0, 1], [0, -1], [0, 1]]> : tensor<3x2xi64> : tensor<3x2xi64>
  %v = graph.constant dense<[0.5, 8.0, 4.0]> : tensor<3xf32> : tensor<3xf32>
  %none = graph.constant dense<> : tensor<0x1xi32> : tensor<0x1xi32>
  %empty = graph.constant dense<> : tensor<0xf32> : tensor<0xf32>
  %0 = graph.scatter %a, %i, %u : (tensor<3x2xi32>, tensor<3x1xi32>, tensor<3x2xi32>) -> tensor<3x2xi32>
  %1 = graph.scatter %b, %j, %v reduction add : (tensor<1x2xf32>, tensor<3x2xi64>, tensor<3xf32>) -> tensor<1x2xf32>
  %2 = graph.scatter %x, %none, %empty : (tensor<2xf32>, tensor<0x1xi32>, tensor<0xf32>) -> tensor<2xf32>
  return %0, %1, %2 : tensor<3x2xi32>, tensor<1x2xf32>, tensor<2xf32>
}

// -----

// As at run time: an integer is rounded once (it is halfway between two floats in f64), and wraps.
// CHECK-LABEL: func.func @cast_of_constants
// CHECK{LITERAL}: graph.constant dense<[1.15292164E+18, 3.000000e+00]> : tensor<2xf32>
// CHECK{LITERAL}: graph.constant dense<[1, -1]> : tensor<2xi32>
func.func @cast_of_constants() -> (tensor<2xf32>, tensor<2xi32>) {
  %a = graph.constant dense<[1152921573326323713, 3]> : tensor<2xi64> : tensor<2xi64>
  %b = graph.constant dense<[4294967297, 9223372036854775807]> : tensor<2xi64> : tensor<2xi64>
  %0 = graph.cast %a : (tensor<2xi64>) -> tensor<2xf32>
  %1 = graph.cast %b : (tensor<2xi64>) -> tensor<2xi32>
  return %0, %1 : tensor<2xf32>, tensor<2xi32>
}

// -----

// A slice that takes one part of a concatenation back is that part; others stay.
// CHECK-LABEL: func.func @slice_of_a_part
// CHECK-SAME:      %[[A:.*]]: tensor<2x3xf32>, %[[B:.*]]: tensor<2x1xf32>
// CHECK:         %[[C:.*]] = graph.concat %[[A]], %[[B]] axis 1
// CHECK-NEXT:    %[[MIDDLE:.*]] = graph.slice %[[C]] begin [0, 2] size [2, 1]
// CHECK-NEXT:    return %[[A]], %[[B]], %[[MIDDLE]] :
func.func @slice_of_a_part(%a: tensor<2x3xf32>, %b: tensor<2x1xf32>) -> (tensor<2x3xf32>, tensor<2x1xf32>, tensor<2x1xf32>) {
  %0 = graph.concat %a, %b axis 1 : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  %1 = graph.slice %0 begin [0, 0] size [2, 3] strides [1, 1] : (tensor<2x4xf32>) -> tensor<2x3xf32>
  %2 = graph.slice %0 begin [0, 3] size [2, 1] strides [1, 1] : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %3 = graph.slice %0 begin [0, 2] size [2, 1] strides [1, 1] : (tensor<2x4xf32>) -> tensor<2x1xf32>
  return %1, %2, %3 : tensor<2x3xf32>, tensor<2x1xf32>, tensor<2x1xf32>
}
