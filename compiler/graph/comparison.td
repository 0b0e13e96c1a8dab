// Operations whose results are truth values.
#ifndef TANDEM_GRAPH_COMPARISON_TD
#define TANDEM_GRAPH_COMPARISON_TD

include "graph_base.td"

def Graph_Truth : StaticShapeTensorOf<[I<1>]>;

class Graph_ComparisonOp<string mnemonic, string formula, list<Trait> traits = []>
    : Graph_Op<mnemonic, traits> {
  let summary = formula;
  let description = [{
    Shapes broadcast as in NumPy. Quantized operands may differ in scale: both are brought to steps
    of 1/256 first, as TFLite does, so that codes of a finer scale may come out equal.

    - comparison_c1: the shapes broadcast.
    - comparison_c2: both operands are quantized, or have one element type.
    - comparison_c3: the result is i1.
  }];
  let arguments = (ins Graph_Tensor:$lhs, Graph_Tensor:$rhs);
  let results = (outs Graph_Truth:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}
def Graph_EqualOp : Graph_ComparisonOp<"equal", "whether lhs == rhs", [Commutative]>;
def Graph_NotEqualOp : Graph_ComparisonOp<"not_equal", "whether lhs != rhs", [Commutative]>;
def Graph_LessOp : Graph_ComparisonOp<"less", "whether lhs < rhs">;
def Graph_LessEqualOp : Graph_ComparisonOp<"less_equal", "whether lhs <= rhs">;
def Graph_GreaterOp : Graph_ComparisonOp<"greater", "whether lhs > rhs">;
def Graph_GreaterEqualOp : Graph_ComparisonOp<"greater_equal", "whether lhs >= rhs">;

class Graph_LogicalOp<string mnemonic, string formula> : Graph_Op<mnemonic, [Commutative]> {
  let summary = formula;
  let description = [{
    - logical_c1: the shapes broadcast.
    - logical_c2: operands and result are i1.
  }];
  let arguments = (ins Graph_Truth:$lhs, Graph_Truth:$rhs);
  let results = (outs Graph_Truth:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}
def Graph_LogicalAndOp : Graph_LogicalOp<"logical_and", "whether both are true">;
def Graph_LogicalOrOp : Graph_LogicalOp<"logical_or", "whether one of both is true">;

def Graph_LogicalNotOp : Graph_Op<"logical_not"> {
  let summary = "whether it is false";
  let description = [{
    - logical_c2: operand and result are i1.
  }];
  let arguments = (ins Graph_Truth:$input);
  let results = (outs Graph_Truth:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

#endif
