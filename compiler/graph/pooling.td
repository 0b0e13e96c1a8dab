// Pools and reductions.
#ifndef TANDEM_GRAPH_POOLING_TD
#define TANDEM_GRAPH_POOLING_TD

include "graph_base.td"

class Graph_Pool2dOp<string mnemonic, string text> : Graph_Op<mnemonic> {
  let summary = text;
  let results = (outs Graph_Tensor:$result);
  let description = [{
    - pool_2d_c1: `input` is NHWC of rank 4.
    - pool_2d_c2: window and stride are positive, pads are smaller than the window.
    - pool_2d_c3: the window fits into the padded input.
    - pool_2d_c4: input and result have one element type.
  }];
  let hasVerifier = 1;
}
def Graph_MaxPool2dOp : Graph_Pool2dOp<"max_pool_2d", "largest of each window, padding left out"> {
  let arguments = (ins Graph_Tensor:$input, Graph_Pair:$window, Graph_UnitPair:$stride,
      Graph_ZeroPair:$pad_low, Graph_ZeroPair:$pad_high, Graph_FusedActivation:$activation);
  let assemblyFormat = [{
    $input `window` $window (`stride` $stride^)? (`pad_low` $pad_low^)? (`pad_high` $pad_high^)?
    (`activation` $activation^)? attr-dict `:` functional-type(operands, results)
  }];
}
def Graph_AveragePool2dOp : Graph_Pool2dOp<"average_pool_2d", "mean of each window"> {
  let description = [{
    Divides by the number of elements inside the input (TFLite), or by the window's size when
    `count_include_pad` (PyTorch's default).

    - pool_2d_c1 to pool_2d_c4 as max_pool_2d.
  }];
  let arguments = (ins Graph_Tensor:$input, Graph_Pair:$window, Graph_UnitPair:$stride,
      Graph_ZeroPair:$pad_low, Graph_ZeroPair:$pad_high, UnitAttr:$count_include_pad,
      Graph_FusedActivation:$activation);
  let assemblyFormat = [{
    $input `window` $window (`stride` $stride^)? (`pad_low` $pad_low^)? (`pad_high` $pad_high^)?
    (`count_include_pad` $count_include_pad^)? (`activation` $activation^)? attr-dict
    `:` functional-type(operands, results)
  }];
}
def Graph_L2Pool2dOp : Graph_Pool2dOp<"l2_pool_2d", "root of the mean square of each window"> {
  let description = [{
    Over the elements inside the input.

    - pool_2d_c1 to pool_2d_c4 as max_pool_2d.
    - l2_pool_2d_c1: the elements are floats.
  }];
  let arguments = (ins StaticShapeTensorOf<[Graph_Float]>:$input, Graph_Pair:$window,
      Graph_UnitPair:$stride, Graph_ZeroPair:$pad_low, Graph_ZeroPair:$pad_high,
      Graph_FusedActivation:$activation);
  let assemblyFormat = [{
    $input `window` $window (`stride` $stride^)? (`pad_low` $pad_low^)? (`pad_high` $pad_high^)?
    (`activation` $activation^)? attr-dict `:` functional-type(operands, results)
  }];
}

class Graph_ReductionOp<string mnemonic, string text> : Graph_Op<mnemonic> {
  let summary = text;
  let description = [{
    - reduction_c1: `axes` are distinct dimensions of the input, counted from the front, ascending.
    - reduction_c2: with `keep_dims` the reduced dimensions stay, as 1.
  }];
  let arguments = (ins Graph_Tensor:$input, DenseI64ArrayAttr:$axes, UnitAttr:$keep_dims);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = [{
    $input `axes` $axes (`keep_dims` $keep_dims^)? attr-dict `:` functional-type(operands, results)
  }];
}
def Graph_MeanOp : Graph_ReductionOp<"mean", "mean over dimensions">;
def Graph_SumOp : Graph_ReductionOp<"sum", "sum over dimensions">;
def Graph_ReduceMaxOp : Graph_ReductionOp<"reduce_max", "largest over dimensions">;
def Graph_ReduceMinOp : Graph_ReductionOp<"reduce_min", "smallest over dimensions">;

def Graph_ReduceProdOp : Graph_ReductionOp<"reduce_prod", "product over dimensions">;

class Graph_TruthReductionOp<string mnemonic, string text> : Graph_ReductionOp<mnemonic, text> {
  let description = [{
    - reduction_c1 and reduction_c2 as mean.
    - reduction_c3: input and result are i1.
  }];
  let arguments = (ins StaticShapeTensorOf<[I<1>]>:$input, DenseI64ArrayAttr:$axes,
      UnitAttr:$keep_dims);
  let results = (outs StaticShapeTensorOf<[I<1>]>:$result);
}
def Graph_ReduceAnyOp : Graph_TruthReductionOp<"reduce_any", "whether one over dimensions is true">;
def Graph_ReduceAllOp : Graph_TruthReductionOp<"reduce_all", "whether all over dimensions are true">;

class Graph_ArgOp<string mnemonic, string text> : Graph_Op<mnemonic> {
  let summary = text;
  let description = [{
    - arg_c1: `axis` is a dimension of the input, counted from the front.
    - arg_c2: the result is i32 or i64.
  }];
  let arguments = (ins Graph_Tensor:$input, I64Attr:$axis, UnitAttr:$keep_dims);
  let results = (outs StaticShapeTensorOf<[I32, I64]>:$result);
  let assemblyFormat = [{
    $input `axis` $axis (`keep_dims` $keep_dims^)? attr-dict `:` functional-type(operands, results)
  }];
}
def Graph_ArgMaxOp
    : Graph_ArgOp<"arg_max", "index of the largest element along an axis, the first of equal ones">;
def Graph_ArgMinOp
    : Graph_ArgOp<"arg_min", "index of the smallest element along an axis, the first of equal ones">;

#endif
