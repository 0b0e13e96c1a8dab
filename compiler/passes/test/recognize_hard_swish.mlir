// RUN: tandem-opt %s --recognize-hard-swish --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @divided_last
// CHECK-NEXT:    %[[SWISH:.+]] = graph.hard_swish %arg0 : (tensor<2x4xf32>) -> tensor<2x4xf32>
// CHECK-NEXT:    return %[[SWISH]]
func.func @divided_last(%x: tensor<2x4xf32>) -> tensor<2x4xf32> {
  %three = graph.constant dense<3.0> : tensor<f32> : tensor<f32>
  %six = graph.constant dense<6.0> : tensor<1xf32> : tensor<1xf32>
  %0 = graph.add %x, %three : (tensor<2x4xf32>, tensor<f32>) -> tensor<2x4xf32>
  %1 = graph.relu6 %0 : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %2 = graph.mul %x, %1 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %3 = graph.div %2, %six : (tensor<2x4xf32>, tensor<1xf32>) -> tensor<2x4xf32>
  return %3 : tensor<2x4xf32>
}

// -----

// The clamp is the addition's own, the factors are the other way round.
// CHECK-LABEL: func.func @divided_in_the_middle
// CHECK-NEXT:    %[[SWISH:.+]] = graph.hard_swish %arg0
// CHECK-NEXT:    return %[[SWISH]]
func.func @divided_in_the_middle(%x: tensor<4xf32>) -> tensor<4xf32> {
  %three = graph.constant dense<3.0> : tensor<4xf32> : tensor<4xf32>
  %sixth = graph.constant dense<0.166666672> : tensor<f32> : tensor<f32>
  %0 = graph.add %three, %x activation relu6 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.mul %sixth, %0 : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = graph.mul %1, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %2 : tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @gate_alone
// CHECK-NEXT:    %[[GATE:.+]] = graph.hard_sigmoid %arg0
// CHECK-NEXT:    %[[SCALED:.+]] = graph.mul %arg1, %[[GATE]]
// CHECK-NEXT:    return %[[SCALED]]
func.func @gate_alone(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
  %three = graph.constant dense<3.0> : tensor<f32> : tensor<f32>
  %six = graph.constant dense<6.0> : tensor<f32> : tensor<f32>
  %0 = graph.add %x, %three : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = graph.relu6 %0 : (tensor<4xf32>) -> tensor<4xf32>
  %2 = graph.div %1, %six : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %3 = graph.mul %y, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %3 : tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @other_numbers
// CHECK-NOT:     hard_
func.func @other_numbers(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %two = graph.constant dense<2.0> : tensor<f32> : tensor<f32>
  %mixed = graph.constant dense<[3.0, 3.0, 3.0, 4.0]> : tensor<4xf32> : tensor<4xf32>
  %six = graph.constant dense<6.0> : tensor<f32> : tensor<f32>
  %0 = graph.add %x, %two activation relu6 : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = graph.div %0, %six : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %2 = graph.add %x, %mixed activation relu6 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = graph.div %2, %six : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return %1, %3 : tensor<4xf32>, tensor<4xf32>
}

// -----

// x + 3 has the shape of more than x; 6 / x is no sixth.
// CHECK-LABEL: func.func @broadcasting
// CHECK-NOT:     hard_
func.func @broadcasting(%x: tensor<1xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %three = graph.constant dense<3.0> : tensor<4xf32> : tensor<4xf32>
  %six = graph.constant dense<6.0> : tensor<f32> : tensor<f32>
  %0 = graph.add %x, %three activation relu6 : (tensor<1xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.div %0, %six : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %2 = graph.add %y, %three activation relu6 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = graph.div %six, %2 : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  return %1, %3 : tensor<4xf32>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func.func @codes
// CHECK-NOT:     hard_
!q = !quant.uniform<i8:f32, 0.05>
func.func @codes(%x: tensor<4x!q>) -> tensor<4x!q> {
  %three = graph.constant dense<60> : tensor<1xi8> : tensor<1x!q>
  %sixth = graph.constant dense<3> : tensor<1xi8> : tensor<1x!q>
  %0 = graph.add %x, %three activation relu6 : (tensor<4x!q>, tensor<1x!q>) -> tensor<4x!q>
  %1 = graph.mul %0, %sixth : (tensor<4x!q>, tensor<1x!q>) -> tensor<4x!q>
  %2 = graph.mul %1, %x : (tensor<4x!q>, tensor<4x!q>) -> tensor<4x!q>
  return %2 : tensor<4x!q>
}
