// The passes: from graph to graph, with no target in mind. Their order is in pipelines.cpp.
#ifndef TANDEM_PASSES_TD
#define TANDEM_PASSES_TD

include "mlir/Pass/PassBase.td"

class GraphPass<string argument> : Pass<argument, "::mlir::func::FuncOp"> {
  let dependentDialects = ["::tandem::graph::GraphDialect"];
}

def ComputeOnCodes : GraphPass<"compute-on-codes"> {
  let summary = "Compute on codes what stands between dequantize and quantize";
  let description = [{
    Formats that say by quantize and dequantize around float operations what is to be computed on codes
    (ONNX's QDQ) are imported as they are, and marked: their function has the attribute
    `graph.codes_between_quantize`. Then a convolution, a sum and the like whose operands are
    dequantized and whose only reader quantizes becomes the operation on codes, with the bias in i32
    at the scale of its sums. What only moves elements is done on codes wherever it stands. A float
    operation that has no form on codes stays. Without the mark nothing changes: where a TFLite model
    leaves codes, it means so.
  }];
}

def FoldConstants : GraphPass<"fold-constants"> {
  let summary = "Compute what is known at compile time, and bring ops to their canonical form";
  let description = [{
    Runs the folders and canonicalizations of every graph op until nothing changes. Weights that a
    model stores as f16, or as codes behind a dequantize, are f32 constants afterwards.
  }];
}

def RecognizeHardSwish : GraphPass<"recognize-hard-swish"> {
  let summary = "Say hard_swish and hard_sigmoid where a framework has spelled them out";
  let description = [{
    `x * relu6(x + 3) / 6` and `relu6(x + 3) / 6` in f32, whatever the order of the factors, with a
    division or a factor of 1/6. As one op they are one call on an NPU and one pass over memory on a
    CPU. Codes stay as they are: each of their steps rounds.
  }];
}

def RecognizeGelu : GraphPass<"recognize-gelu"> {
  let summary = "Say gelu where a framework has spelled it out";
  let description = [{
    `x * (1 + erf(x / sqrt(2))) / 2` in f32, whatever the order of the factors: how exporters write the
    activation of transformers. As one op it is one pass over memory.
  }];
}

def SinkTransposes : GraphPass<"sink-transposes"> {
  let summary = "Move transposes toward the results, where they meet and cancel";
  let description = [{
    An importer of an NCHW format puts a transpose before and after every op that is NHWC here. An op
    in between that does not care about the order of dimensions is computed before the transpose
    instead: element-wise ops (constants are transposed at compile time), concat, pad, slice,
    softmax, reductions. A reshape is moved below unary ops in the same way, since a transpose of
    unit dimensions is one; and one of a convolution's result, which keeps the channels, below what
    is to be folded into that.
  }];
}

def FoldTransposeIntoFullyConnected : GraphPass<"fold-transpose-into-fully-connected"> {
  let summary = "Order the columns of a filter as the rows before a transpose are";
  let description = [{
    What an NCHW model flattens before its first dense layer comes out of a transpose. With a constant
    filter its columns take the order instead.
  }];
}

def FoldBatchNorm : GraphPass<"fold-batch-norm"> {
  let summary = "Fold batch_norm, and mul and add per channel, into the convolution before";
  let description = [{
    With constant statistics, batch_norm is a factor and an offset per channel. Both go into the
    filter and bias of a conv_2d, depthwise_conv_2d, transpose_conv_2d or fully_connected that
    nothing else reads; else batch_norm becomes a mul and an add.
  }];
}

def FoldPadIntoConv : GraphPass<"fold-pad-into-conv"> {
  let summary = "Let convolutions and pools pad for themselves";
  let description = [{
    A pad of height and width with zeros becomes padding of the conv_2d, depthwise_conv_2d or
    average_pool_2d that reads it. max_pool_2d leaves padding out, so that only a pad that never wins
    can go into it: one of the lowest value, or of zeros where the input is not negative.
    Before a conv_2d of floats whose filter is very wide it stays a pad, or becomes one.
  }];
}

def FuseActivation : GraphPass<"fuse-activation"> {
  let summary = "Let the producer of a value apply the relu, relu6 or relu_n1_to_1 after it";
}

def RemoveDeadCode : GraphPass<"remove-dead-code"> {
  let summary = "Remove ops whose results nobody reads";
}

#endif
