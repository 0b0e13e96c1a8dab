// Elements divided by a measure of those around them.
#ifndef TANDEM_GRAPH_NORMALIZATION_TD
#define TANDEM_GRAPH_NORMALIZATION_TD

include "graph_base.td"

def Graph_L2NormalizationOp : Graph_Op<"l2_normalization"> {
  let summary = "x over the root of the sum of its squares along an axis";
  let description = [{
    The root is at least 1e-6. Of codes the arithmetic is TFLite's, which has the result in steps of
    1/128.

    - l2_normalization_c1: `axis` is a dimension of the input, counted from the front.
    - l2_normalization_c2: input and result are both quantized, or have one element type.
  }];
  let arguments = (ins Graph_Tensor:$input, I64Attr:$axis);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$input `axis` $axis attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Graph_LocalResponseNormOp : Graph_Op<"local_response_norm"> {
  let summary = "x over (bias + alpha * sum of squares of the channels near)^beta";
  let description = [{
    Near are those up to `radius` before and behind in the last dimension.

    - local_response_norm_c1: the input has a last dimension, `radius` is not negative.
    - local_response_norm_c2: input and result have one element type, a float.
  }];
  let arguments = (ins StaticShapeTensorOf<[Graph_Float]>:$input, I64Attr:$radius, F32Attr:$bias,
      F32Attr:$alpha, F32Attr:$beta);
  let results = (outs StaticShapeTensorOf<[Graph_Float]>:$result);
  let assemblyFormat = [{
    $input `radius` $radius `bias` $bias `alpha` $alpha `beta` $beta attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

#endif
