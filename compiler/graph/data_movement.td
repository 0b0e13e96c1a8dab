// Constants, changes of shape, order and size.
#ifndef TANDEM_GRAPH_DATA_MOVEMENT_TD
#define TANDEM_GRAPH_DATA_MOVEMENT_TD

include "graph_base.td"

def Graph_ConstantOp : Op<Graph_Dialect, "constant", [Pure, ConstantLike]> {
  let summary = "a tensor known at compile time";
  let description = [{
    `value` holds the stored elements: for a quantized result the codes, in the storage integer type.

    Real numbers of a file in half precision stay in their 16 bits until somebody computes with them, and
    codes that stand for f32 stay codes.

    - constant_c1: `value` has the shape of the result, and its (storage) element type; that of f32 may
      be stored in f16 or bf16, or of a quantized type whose codes are smaller.
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$value attr-dict `:` type($result)";
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Graph_ReshapeOp : Graph_Op<"reshape"> {
  let summary = "the same elements, in the same order, under another shape";
  let description = [{
    - reshape_c1: `shape` has as many elements as the input.
    - reshape_c2: input and result have one element type.
  }];
  let arguments = (ins Graph_Tensor:$input, DenseI64ArrayAttr:$shape);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$input `shape` $shape attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
  let hasVerifier = 1;
}

def Graph_TransposeOp : Graph_Op<"transpose"> {
  let summary = "dimension `d` of the result is dimension `permutation[d]` of the input";
  let description = [{
    - transpose_c1: `permutation` has every dimension of the input once.
    - transpose_c2: input and result have one element type (per-axis quantization moves along).
  }];
  let arguments = (ins Graph_Tensor:$input, DenseI64ArrayAttr:$permutation);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = [{
    $input `permutation` $permutation attr-dict `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
  let hasCanonicalizer = 1;
  let hasVerifier = 1;
}

def Graph_ConcatOp : Graph_Op<"concat"> {
  let summary = "tensors side by side along an axis";
  let description = [{
    Quantized inputs of other scales than the result are requantized, as TFLite does.

    - concat_c1: at least one input; all have the same rank.
    - concat_c2: `axis` is a dimension; all other dimensions are equal.
  }];
  let arguments = (ins Variadic<Graph_Tensor>:$inputs, I64Attr:$axis);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$inputs `axis` $axis attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def Graph_SliceOp : Graph_Op<"slice"> {
  let summary = "every `strides`-th element from `begin`, `size` of them, per dimension";
  let description = [{
    - slice_c1: `begin`, `size` and `strides` have one entry per dimension; strides are not zero.
    - slice_c2: the elements named are inside the input.
    - slice_c3: input and result have one element type.
  }];
  let arguments = (ins Graph_Tensor:$input, DenseI64ArrayAttr:$begin, DenseI64ArrayAttr:$size,
      DenseI64ArrayAttr:$strides);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = [{
    $input `begin` $begin `size` $size `strides` $strides attr-dict
    `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Graph_PadOp : Graph_Op<"pad"> {
  let summary = "surround a tensor with a constant";
  let description = [{
    `result[i] = input[i - low]` where that index exists, `value` elsewhere.
    `value` is a real number; a quantized tensor stores its nearest code.

    - pad_c1: `result` has the element type of `input`.
    - pad_c2: `low` and `high` have one entry per dimension, none negative.
  }];
  let arguments = (ins Graph_Tensor:$input, DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high,
      DefaultValuedAttr<F32Attr, "0.0f">:$value);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = [{
    $input `low` $low `high` $high (`value` $value^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Graph_MirrorPadOp : Graph_Op<"mirror_pad"> {
  let summary = "surround a tensor with its mirror images";
  let description = [{
    The element at the border is not repeated, unless `symmetric`.

    - mirror_pad_c1: `low` and `high` have one entry per dimension, none negative.
    - mirror_pad_c2: no entry is above what there is to mirror: the dimension, less 1 if not
      `symmetric`.
    - mirror_pad_c3: input and result have one element type.
  }];
  let arguments = (ins Graph_Tensor:$input, DenseI64ArrayAttr:$low, DenseI64ArrayAttr:$high,
      UnitAttr:$symmetric);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = [{
    $input `low` $low `high` $high (`symmetric` $symmetric^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
  let hasVerifier = 1;
}

def Graph_TileOp : Graph_Op<"tile"> {
  let summary = "copies of a tensor side by side, along every dimension";
  let description = [{
    - tile_c1: `multiples` has one entry per dimension, all positive.
    - tile_c2: input and result have one element type, quantized per tensor if at all.
  }];
  let arguments = (ins Graph_Tensor:$input, DenseI64ArrayAttr:$multiples);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = [{
    $input `multiples` $multiples attr-dict `:` functional-type(operands, results)
  }];
  let hasFolder = 1;
  let hasVerifier = 1;
}

class Graph_ResizeOp<string mnemonic, string text> : Graph_Op<mnemonic> {
  let summary = text;
  let description = [{
    Source position of output `i`: `i * in / out`, or with `half_pixel_centers`
    `(i + 0.5) * in / out - 0.5`, or with `align_corners` `i * (in - 1) / (out - 1)`.

    - resize_c1: `input` is NHWC of rank 4, `size` (height, width) is positive.
    - resize_c2: `align_corners` and `half_pixel_centers` exclude each other.
    - resize_c3: input and result have one element type.
  }];
  let arguments = (ins Graph_Tensor:$input, Graph_Pair:$size, UnitAttr:$align_corners,
      UnitAttr:$half_pixel_centers);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = [{
    $input `size` $size (`align_corners` $align_corners^)?
    (`half_pixel_centers` $half_pixel_centers^)? attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}
def Graph_ResizeBilinearOp : Graph_ResizeOp<"resize_bilinear", "bilinear interpolation">;
def Graph_ResizeNearestOp : Graph_ResizeOp<"resize_nearest", "the nearest element">;

class Graph_BlockOp<string mnemonic, string text> : Graph_Op<mnemonic> {
  let summary = text;
  let description = [{
    - block_c1: `input` is NHWC of rank 4 and `block` is positive and divides what is split.
    - block_c2: input and result have one element type.
  }];
  let arguments = (ins Graph_Tensor:$input, I64Attr:$block);
  let results = (outs Graph_Tensor:$result);
  let assemblyFormat = "$input `block` $block attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}
def Graph_SpaceToDepthOp : Graph_BlockOp<"space_to_depth", "blocks of pixels become channels">;
def Graph_DepthToSpaceOp : Graph_BlockOp<"depth_to_space", "channels become blocks of pixels">;

class Graph_BatchBlockOp<string mnemonic, string text> : Graph_Op<mnemonic> {
  let summary = text;
  let results = (outs Graph_Tensor:$result);
  let hasVerifier = 1;
}
def Graph_SpaceToBatchOp
    : Graph_BatchBlockOp<"space_to_batch", "places of a block of pixels become images"> {
  let description = [{
    Pads with zeros, then pixel (y, x) of image n goes to pixel (y / block[0], x / block[1]) of
    image `(y % block[0] * block[1] + x % block[1]) * images + n`.

    - batch_block_c1: `input` is NHWC of rank 4, `block` is positive, pads are not negative.
    - batch_block_c2: `block` divides the padded height and width.
    - batch_block_c3: input and result have one element type.
  }];
  let arguments = (ins Graph_Tensor:$input, Graph_Pair:$block, Graph_ZeroPair:$pad_low,
      Graph_ZeroPair:$pad_high);
  let assemblyFormat = [{
    $input `block` $block (`pad_low` $pad_low^)? (`pad_high` $pad_high^)? attr-dict
    `:` functional-type(operands, results)
  }];
}
def Graph_BatchToSpaceOp
    : Graph_BatchBlockOp<"batch_to_space", "images become places of blocks of pixels"> {
  let description = [{
    What space_to_batch did undone, crops in the place of its pads.

    - batch_block_c1: `input` is NHWC of rank 4, `block` is positive, crops are not negative.
    - batch_block_c2: `block[0] * block[1]` divides the images.
    - batch_block_c3: input and result have one element type.
    - batch_block_c4: the crops leave something of the image.
  }];
  let arguments = (ins Graph_Tensor:$input, Graph_Pair:$block, Graph_ZeroPair:$crop_low,
      Graph_ZeroPair:$crop_high);
  let assemblyFormat = [{
    $input `block` $block (`crop_low` $crop_low^)? (`crop_high` $crop_high^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

#endif
