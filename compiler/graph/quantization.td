// Between element types.
#ifndef TANDEM_GRAPH_QUANTIZATION_TD
#define TANDEM_GRAPH_QUANTIZATION_TD

include "graph_base.td"

class Graph_CastLikeOp<string mnemonic, string text> : Graph_Op<mnemonic> {
  let summary = text;
  let arguments = (ins Graph_Tensor:$input);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Graph_QuantizeOp : Graph_CastLikeOp<"quantize", "real or quantized to a quantized type"> {
  let description = [{
    `code = clamp(round(x / scale) + zero point)`, rounding half away from zero; from a quantized
    input by TFLite's requantization.

    - quantize_c1: the input is f32 or quantized per tensor, the result quantized.
  }];
}
def Graph_DequantizeOp : Graph_CastLikeOp<"dequantize", "quantized to f32"> {
  let description = [{
    `x = scale * (code - zero point)`.

    - dequantize_c1: the input is quantized, the result is f32.
  }];
}
def Graph_CastOp : Graph_CastLikeOp<"cast", "one element type to another"> {
  let description = [{
    Float to integer truncates toward zero, float to float rounds to nearest even.

    - cast_c1: neither side is quantized.
  }];
}

#endif
