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

def Graph_Reduction : I32EnumAttr<"Reduction", "what an update makes of the element that is there", [
  I32EnumAttrCase<"None", 0, "none">,
  I32EnumAttrCase<"Add", 1, "add">,
  I32EnumAttrCase<"Mul", 2, "mul">,
  I32EnumAttrCase<"Min", 3, "min">,
  I32EnumAttrCase<"Max", 4, "max">,
]> {
  let genSpecializedAttr = 0;
  let cppNamespace = "::tandem::graph";
}
def Graph_ReductionAttr : EnumAttr<Graph_Dialect, Graph_Reduction, "reduction"> {
  let assemblyFormat = "$value";
}

def Graph_ScatterOp : Graph_Op<"scatter"> {
  let summary = "a tensor with slices of it replaced by, or combined with, updates";
  let description = [{
    Each row of the last dimension of `indices` is a place in as many first dimensions of the input,
    counted from the front, and names the slice there; the row's slice of `updates` replaces it
    (`none`), or is added to it, multiplied with it, or the smaller or larger element stays. Rows are
    gone through in their order: of those that name one place the last one's slice stays.

    A row with an index outside of its dimension is left out, whatever the others are. (Frameworks
    differ there: some report it, some ignore it, some do not look.)

    - scatter_c1: `indices` has a last dimension of at least 1 and at most the input's rank.
    - scatter_c2: `updates` has the other dimensions of the indices, then those of the input that the
      indices do not name.
    - scatter_c3: input, updates and result have one element type, quantized per tensor if at all.
    - scatter_c4: other elements than f32, i32 and i64 are only replaced.
    - scatter_c5: the indices are i32 or i64.
  }];
  let arguments = (ins Graph_Tensor:$input, StaticShapeTensorOf<[I32, I64]>:$indices,
      Graph_Tensor:$updates,
      DefaultValuedAttr<Graph_ReductionAttr, "::tandem::graph::Reduction::None">:$reduction);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = [{
    $input `,` $indices `,` $updates (`reduction` $reduction^)? attr-dict
    `:` functional-type(operands, results)
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
