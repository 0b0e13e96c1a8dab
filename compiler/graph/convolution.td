// Convolutions and matrix products.
#ifndef TANDEM_GRAPH_CONVOLUTION_TD
#define TANDEM_GRAPH_CONVOLUTION_TD

include "graph_base.td"

def Graph_Conv2dOp : Graph_Op<"conv_2d"> {
  let summary = "two-dimensional convolution";
  let description = [{
    `out[n,y,x,o] = activation(bias[o] + sum input[n, y*sh + i*dh - padLow, x*sw + j*dw - padLow, g]
    * filter[o,i,j,g])`, positions outside the input counting as real zero.

    Quantized: i32 accumulation of (code - zero point) products, `bias` in i32 at scale
    input*filter, then TFLite's requantization. An f32 input with a quantized filter is TFLite's
    hybrid form: the input is quantized to 8 bits on the fly, per batch entry. A plain input of 8 bits
    with a quantized filter and an i32 result is the form without scales: the sums of input * (code -
    zero point) themselves, for inputs whose scale is known at run time only.

    - conv_2d_c1: `input` is NHWC, `filter` is OHWI, both of rank 4.
    - conv_2d_c2: `groups` divides the input and output channels; filter I = input C / groups.
    - conv_2d_c3: `bias`, when given, has one entry per output channel.
    - conv_2d_c4: strides and dilations are positive, pads are not negative.
    - conv_2d_c5: the dilated filter fits into the padded input.
    - conv_2d_c6: element types: all float and the same; or quantized input, filter and result with
      i32 bias; or f32 input, bias and result with a quantized filter (hybrid); or i8 or ui8 input, i32
      bias and result with a quantized filter, and no activation (sums).
    - conv_2d_c7: a filter quantized per channel is so along O.
  }];
  let arguments = (ins Graph_Tensor:$input, Graph_Tensor:$filter, Optional<Graph_Tensor>:$bias,
      Graph_UnitPair:$stride, Graph_UnitPair:$dilation, Graph_ZeroPair:$pad_low,
      Graph_ZeroPair:$pad_high, DefaultValuedAttr<I64Attr, "1">:$groups,
      Graph_FusedActivation:$activation);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = [{
    $input `,` $filter (`,` $bias^)? (`stride` $stride^)? (`dilation` $dilation^)?
    (`pad_low` $pad_low^)? (`pad_high` $pad_high^)? (`groups` $groups^)?
    (`activation` $activation^)? attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Graph_DepthwiseConv2dOp : Graph_Op<"depthwise_conv_2d"> {
  let summary = "one filter per channel";
  let description = [{
    Output channel `c` reads input channel `c / multiplier`, where the multiplier is the quotient of
    output and input channels. Quantization as in conv_2d.

    - depthwise_conv_2d_c1: `input` is NHWC, `filter` is 1HWC, both of rank 4.
    - depthwise_conv_2d_c2: filter C is a multiple of input C.
    - depthwise_conv_2d_c3: `bias`, when given, has one entry per output channel.
    - depthwise_conv_2d_c4: strides and dilations are positive, pads are not negative.
    - depthwise_conv_2d_c5: the dilated filter fits into the padded input.
    - depthwise_conv_2d_c6: element types as conv_2d_c6, without sums.
    - depthwise_conv_2d_c7: a filter quantized per channel is so along C.
  }];
  let arguments = (ins Graph_Tensor:$input, Graph_Tensor:$filter, Optional<Graph_Tensor>:$bias,
      Graph_UnitPair:$stride, Graph_UnitPair:$dilation, Graph_ZeroPair:$pad_low,
      Graph_ZeroPair:$pad_high, Graph_FusedActivation:$activation);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = [{
    $input `,` $filter (`,` $bias^)? (`stride` $stride^)? (`dilation` $dilation^)?
    (`pad_low` $pad_low^)? (`pad_high` $pad_high^)? (`activation` $activation^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Graph_TransposeConv2dOp : Graph_Op<"transpose_conv_2d"> {
  let summary = "the gradient of conv_2d, as an up-sampling layer";
  let description = [{
    Each input element adds `filter` (OHWI) scaled by it to the output at `y*sh - pad_low`. The
    output size is `(in - 1) * stride + kernel - pad_low - pad_high`.

    - transpose_conv_2d_c1: `input` is NHWC, `filter` is OHWI with I = input C.
    - transpose_conv_2d_c2: `bias`, when given, has one entry per output channel.
    - transpose_conv_2d_c3: strides are positive, the output size is positive.
    - transpose_conv_2d_c4: element types as conv_2d_c6, without the hybrid form and sums.
  }];
  let arguments = (ins Graph_Tensor:$input, Graph_Tensor:$filter, Optional<Graph_Tensor>:$bias,
      Graph_UnitPair:$stride, Graph_ZeroPair:$pad_low, Graph_ZeroPair:$pad_high,
      Graph_FusedActivation:$activation);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = [{
    $input `,` $filter (`,` $bias^)? (`stride` $stride^)? (`pad_low` $pad_low^)?
    (`pad_high` $pad_high^)? (`activation` $activation^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Graph_FullyConnectedOp : Graph_Op<"fully_connected"> {
  let summary = "rows of the input times a weight matrix";
  let description = [{
    `out[m,n] = activation(bias[n] + sum_k input[m,k] * filter[n,k])`. Quantization as in conv_2d.

    - fully_connected_c1: `input` is [M,K], `filter` is [N,K].
    - fully_connected_c2: `bias`, when given, has N entries.
    - fully_connected_c3: element types as conv_2d_c6.
  }];
  let arguments = (ins Graph_Tensor:$input, Graph_Tensor:$filter, Optional<Graph_Tensor>:$bias,
      Graph_FusedActivation:$activation);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = [{
    $input `,` $filter (`,` $bias^)? (`activation` $activation^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Graph_BatchMatmulOp : Graph_Op<"batch_matmul"> {
  let summary = "matrix products over equal leading dimensions";
  let description = [{
    - batch_matmul_c1: both operands have the same rank of at least 2 and equal leading dimensions.
    - batch_matmul_c2: the inner dimensions, after the transposes asked for, are equal.
  }];
  let arguments = (ins Graph_Tensor:$lhs, Graph_Tensor:$rhs, UnitAttr:$transpose_lhs,
      UnitAttr:$transpose_rhs);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = [{
    $lhs `,` $rhs (`transpose_lhs` $transpose_lhs^)? (`transpose_rhs` $transpose_rhs^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

#endif
