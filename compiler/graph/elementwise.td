// Operations on one element at a time, with NumPy's broadcasting for two operands.
#ifndef TANDEM_GRAPH_ELEMENTWISE_TD
#define TANDEM_GRAPH_ELEMENTWISE_TD

include "graph_base.td"

def Graph_Bits : StaticShapeTensorOf<[I<8>, UI<8>, I<16>, I<32>, I<64>]>;

class Graph_BinaryOp<string mnemonic, string formula, list<Trait> traits = []>
    : Graph_Op<mnemonic, traits> {
  let summary = formula;
  let description = [{
    Shapes broadcast as in NumPy: aligned at the last dimension, a dimension of 1 repeats.
    Quantized operands and result may differ in scale; the arithmetic is TFLite's.

    - binary_c1: the shapes broadcast.
    - binary_c2: both operands and the result are of one kind: all quantized, or one element type.
  }];
  let results = (outs Graph_Tensor:$result);
  let hasVerifier = 1;
}

class Graph_ArithmeticOp<string mnemonic, string formula, list<Trait> traits = []>
    : Graph_BinaryOp<mnemonic, formula, traits> {
  let arguments = (ins Graph_Tensor:$lhs, Graph_Tensor:$rhs, Graph_FusedActivation:$activation);
  let assemblyFormat = [{
    $lhs `,` $rhs (`activation` $activation^)? attr-dict `:` functional-type(operands, results)
  }];
}
def Graph_AddOp : Graph_ArithmeticOp<"add", "activation(lhs + rhs)", [Commutative]>;
def Graph_SubOp : Graph_ArithmeticOp<"sub", "activation(lhs - rhs)">;
def Graph_MulOp : Graph_ArithmeticOp<"mul", "activation(lhs * rhs)", [Commutative]>;
def Graph_DivOp : Graph_ArithmeticOp<"div", "activation(lhs / rhs)"> {
  let description = [{
    Integers are divided toward zero, and by 0 they give 0; floor_div rounds down.

    - binary_c1 and binary_c2 as add.
  }];
}

class Graph_PlainBinaryOp<string mnemonic, string formula, list<Trait> traits = []>
    : Graph_BinaryOp<mnemonic, formula, traits> {
  let arguments = (ins Graph_Tensor:$lhs, Graph_Tensor:$rhs);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}
def Graph_MaximumOp : Graph_PlainBinaryOp<"maximum", "the larger of both", [Commutative]>;
def Graph_MinimumOp : Graph_PlainBinaryOp<"minimum", "the smaller of both", [Commutative]>;
def Graph_PowOp : Graph_PlainBinaryOp<"pow", "lhs to the power of rhs">;
def Graph_SquaredDifferenceOp
    : Graph_PlainBinaryOp<"squared_difference", "(lhs - rhs)^2", [Commutative]>;

def Graph_FloorDivOp : Graph_PlainBinaryOp<"floor_div", "largest integer not above lhs / rhs"> {
  let description = [{
    An i32 or i64 divided by 0 is 0, floats are as in C.

    - binary_c1 and binary_c2 as add.
  }];
}
def Graph_FloorModOp : Graph_PlainBinaryOp<"floor_mod", "lhs - rhs * floor_div(lhs, rhs)"> {
  let description = [{
    Has the sign of `rhs`. Of an i32 or i64 and 0 it is `lhs`.

    - binary_c1 and binary_c2 as add.
  }];
}

class Graph_BitsOp<string mnemonic, string formula, list<Trait> traits = []>
    : Graph_PlainBinaryOp<mnemonic, formula, traits> {
  let description = [{
    - binary_c1 as add.
    - bits_c1: operands and result have one element type, an integer of 8 bits or more.
  }];
  let arguments = (ins Graph_Bits:$lhs, Graph_Bits:$rhs);
  let results = (outs Graph_Bits:$result);
}
def Graph_BitwiseAndOp : Graph_BitsOp<"bitwise_and", "bits that both have", [Commutative]>;
def Graph_BitwiseOrOp : Graph_BitsOp<"bitwise_or", "bits that one of both has", [Commutative]>;
def Graph_BitwiseXorOp : Graph_BitsOp<"bitwise_xor", "bits that differ", [Commutative]>;

class Graph_ShiftOp<string mnemonic, string formula> : Graph_BitsOp<mnemonic, formula> {
  let description = [{
    To the right the sign of a signed integer comes in. By the width of an element or more, and by a
    negative number, all bits are shifted out.

    - binary_c1 as add, bits_c1 as bitwise_and.
  }];
}
def Graph_ShiftLeftOp : Graph_ShiftOp<"shift_left", "bits of lhs, rhs places higher">;
def Graph_ShiftRightOp : Graph_ShiftOp<"shift_right", "bits of lhs, rhs places lower">;

def Graph_PreluOp : Graph_BinaryOp<"prelu", "x where x >= 0, slope * x elsewhere"> {
  let arguments = (ins Graph_Tensor:$lhs, Graph_Tensor:$slope);
  let assemblyFormat = "$lhs `,` $slope attr-dict `:` functional-type(operands, results)";
}

class Graph_UnaryOp<string mnemonic, string formula> : Graph_Op<mnemonic> {
  let summary = formula;
  let description = [{
    Element by element. A quantized input and result may differ in scale.

    - unary_c1: input and result are both quantized, or have one element type.
  }];
  let arguments = (ins Graph_Tensor:$input);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}
def Graph_ReluOp : Graph_UnaryOp<"relu", "max(x, 0)"> { let hasCanonicalizer = 1; }
def Graph_Relu6Op : Graph_UnaryOp<"relu6", "min(max(x, 0), 6)">;
def Graph_ReluN1To1Op : Graph_UnaryOp<"relu_n1_to_1", "min(max(x, -1), 1)">;
def Graph_SigmoidOp : Graph_UnaryOp<"sigmoid", "1 / (1 + exp(-x))">;
def Graph_TanhOp : Graph_UnaryOp<"tanh", "hyperbolic tangent">;
def Graph_HardSwishOp : Graph_UnaryOp<"hard_swish", "x * relu6(x + 3) / 6">;
def Graph_HardSigmoidOp : Graph_UnaryOp<"hard_sigmoid", "relu6(x + 3) / 6">;
def Graph_GeluOp : Graph_UnaryOp<"gelu", "x * normal distribution function of x, by erf">;
def Graph_ErfOp : Graph_UnaryOp<"erf", "error function of Gauss">;
def Graph_ExpOp : Graph_UnaryOp<"exp", "e to the power of x">;
def Graph_LogOp : Graph_UnaryOp<"log", "natural logarithm">;
def Graph_SqrtOp : Graph_UnaryOp<"sqrt", "square root">;
def Graph_RsqrtOp : Graph_UnaryOp<"rsqrt", "1 / sqrt(x)">;
def Graph_AbsOp : Graph_UnaryOp<"abs", "absolute value">;
def Graph_NegOp : Graph_UnaryOp<"neg", "-x">;
def Graph_FloorOp : Graph_UnaryOp<"floor", "largest integer that is not above x">;
def Graph_CeilOp : Graph_UnaryOp<"ceil", "smallest integer that is not below x">;
def Graph_RoundOp : Graph_UnaryOp<"round", "nearest integer, of two the even one">;
def Graph_SinOp : Graph_UnaryOp<"sin", "sine of x in radians">;
def Graph_CosOp : Graph_UnaryOp<"cos", "cosine of x in radians">;
def Graph_AtanOp : Graph_UnaryOp<"atan", "angle in radians whose tangent is x">;

def Graph_LeakyReluOp : Graph_UnaryOp<"leaky_relu", "x where x >= 0, alpha * x elsewhere"> {
  let arguments = (ins Graph_Tensor:$input, F32Attr:$alpha);
  let assemblyFormat = "$input `alpha` $alpha attr-dict `:` functional-type(operands, results)";
}
def Graph_EluOp : Graph_UnaryOp<"elu", "x where x >= 0, alpha * (exp(x) - 1) elsewhere"> {
  let arguments = (ins Graph_Tensor:$input, DefaultValuedAttr<F32Attr, "1.0f">:$alpha);
  let assemblyFormat = [{
    $input (`alpha` $alpha^)? attr-dict `:` functional-type(operands, results)
  }];
}

def Graph_SoftmaxOp : Graph_UnaryOp<"softmax", "exp(beta * x) over its sum along an axis"> {
  let description = [{
    - softmax_c1: `axis` is a dimension of the input, counted from the front.
  }];
  let arguments = (ins Graph_Tensor:$input, I64Attr:$axis, DefaultValuedAttr<F32Attr, "1.0f">:$beta);
  let assemblyFormat = [{
    $input `axis` $axis (`beta` $beta^)? attr-dict `:` functional-type(operands, results)
  }];
}
def Graph_LogSoftmaxOp : Graph_UnaryOp<"log_softmax", "logarithm of softmax along an axis"> {
  let description = [{
    - log_softmax_c1: `axis` is a dimension of the input, counted from the front.
  }];
  let arguments = (ins Graph_Tensor:$input, I64Attr:$axis);
  let assemblyFormat = "$input `axis` $axis attr-dict `:` functional-type(operands, results)";
}

def Graph_BatchNormOp : Graph_Op<"batch_norm"> {
  let summary = "(x - mean) * scale / sqrt(variance + epsilon) + offset, per last dimension";
  let description = [{
    Inference form with the statistics given. `fold-batch-norm` puts it into a convolution before it,
    or turns it into mul and add.

    - batch_norm_c1: the four parameters have one entry per entry of the input's last dimension.
    - batch_norm_c2: all element types are float and the same.
  }];
  let arguments = (ins Graph_Tensor:$input, Graph_Tensor:$scale, Graph_Tensor:$offset,
      Graph_Tensor:$mean, Graph_Tensor:$variance, F32Attr:$epsilon);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = [{
    $input `,` $scale `,` $offset `,` $mean `,` $variance `epsilon` $epsilon attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

#endif
