// Elements chosen by other tensors, or by their order.
#ifndef TANDEM_GRAPH_SELECTION_TD
#define TANDEM_GRAPH_SELECTION_TD

include "comparison.td"
include "graph_base.td"

def Graph_SelectOp : Graph_Op<"select"> {
  let summary = "the element of `on_true` where the condition holds, of `on_false` elsewhere";
  let description = [{
    Shapes broadcast as in NumPy, all three.

    - select_c1: the shapes broadcast.
    - select_c2: both values and the result have one element type, quantized per tensor if at all.
  }];
  let arguments = (ins Graph_Truth:$condition, Graph_Tensor:$on_true, Graph_Tensor:$on_false);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = [{
    $condition `,` $on_true `,` $on_false attr-dict `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Graph_GatherOp : Graph_Op<"gather"> {
  let summary = "the slices of a dimension that a tensor of indices names, in its order";
  let description = [{
    The shape of the indices takes the place of dimension `axis`. What an index outside of the
    dimension gives is the nearest slice inside.

    - gather_c1: `axis` is a dimension of the input, counted from the front, and not empty.
    - gather_c2: input and result have one element type, quantized per tensor if at all.
    - gather_c3: the indices are i32 or i64.
  }];
  let arguments = (ins Graph_Tensor:$input, StaticShapeTensorOf<[I32, I64]>:$indices,
      I64Attr:$axis);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = [{
    $input `,` $indices `axis` $axis attr-dict `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
  let hasVerifier = 1;
}

class Graph_TopKOp<string mnemonic, string text> : Graph_Op<mnemonic> {
  let summary = text;
  let description = [{
    Of each row along the last dimension, the largest first; of equal elements the one with the
    smaller index first. An op has one result, so values and indices are two.

    - top_k_c1: `k` is at least 1 and at most the last dimension.
    - top_k_c2: the values have the input's element type, the indices are i32.
  }];
  let arguments = (ins Graph_Tensor:$input, I64Attr:$k);
  let assemblyFormat = "$input `k` $k attr-dict `:` functional-type(operands, results)";
}
def Graph_TopKValuesOp : Graph_TopKOp<"top_k_values", "the k largest elements of each row"> {
  let results = (outs Graph_Tensor:$result);
  let hasVerifier = 1;
}
def Graph_TopKIndicesOp : Graph_TopKOp<"top_k_indices", "where those of top_k_values were"> {
  let results = (outs Graph_Constant32:$result);
}

#endif
