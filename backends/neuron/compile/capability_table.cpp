#include "backends/neuron/compile/constraints.h"

namespace tandem::neuron {
namespace {

constexpr Version kBase{4, 1, 0};        // the first public one
constexpr Version kExtensions{5, 0, 0};  // operations by name
constexpr Version kBatchMatmul{5, 1, 2}; // the only builtin operation that came later
constexpr unsigned kAll = kReals | kCodes;

#define TANDEM_UNAVAILABLE(name)                                                                   \
  "the vendor's header marks " name " as unavailable, compiling it fails"

// Operations, types, ranks and codes are those of NNAPI at level 30, which the vendor's header
// refers to. Of two forms the stricter is taken where public clients differ.
const Capability kTable[] = {
    // Products.
    {"conv_2d",
     &kUngrouped,
     "CONV_2D",
     kBase,
     kAll,
     0,
     {&kNotHybrid, &kFilterFits, &kBiasFits, &kScaleAboveFilter},
     1},
    {"conv_2d",
     &kGrouped,
     "GROUPED_CONV_2D",
     kBase,
     kAll,
     0,
     {&kNotHybrid, &kFilterFits, &kBiasFits, &kScaleAboveFilter, &kUndilated},
     1},
    {"depthwise_conv_2d",
     nullptr,
     "DEPTHWISE_CONV_2D",
     kBase,
     kAll,
     0,
     {&kNotHybrid, &kFilterFits, &kBiasFits, &kScaleAboveFilter},
     1},
    {"transpose_conv_2d",
     nullptr,
     "TRANSPOSE_CONV_2D",
     kBase,
     kAll,
     0,
     {&kNotHybrid, &kFilterFits, &kBiasFits, &kScaleAboveFilter},
     1},
    {"fully_connected",
     nullptr,
     "FULLY_CONNECTED",
     kBase,
     kAll,
     0,
     {&kNotHybrid, &kFilterFits, &kFilterOneScale, &kBiasFits, &kScaleAboveFilter},
     1},
    {"batch_matmul", nullptr, "BATCH_MATMUL", kBatchMatmul, kReals, 0, {&kRankAtMost4}},

    // Two operands.
    {"add", nullptr, "ADD", kBase, kAll | kI32, 0, {&kRankAtMost4, &kPlainI32}},
    {"sub", nullptr, "SUB", kBase, kAll | kI32, 0, {&kRankAtMost4, &kPlainI32}},
    {"mul",
     nullptr,
     "MUL",
     kBase,
     kAll | kI32,
     0,
     {&kRankAtMost4, &kPlainI32, &kScaleAboveProduct}},
    {"div", &kOfReals, "DIV", kBase, kReals, 0, {&kRankAtMost4}},
    {"div", &kOfIntegers, "Neuron's DIV rounds i32 down, this op toward zero", {}},
    {"floor_div", &kOfReals, "DIV, FLOOR", kBase, kReals, 0, {&kRankAtMost4}},
    {"floor_div", &kOfIntegers, "DIV", kBase, kI32, 0, {&kRankAtMost4}},
    {"floor_mod",
     &kOfReals,
     "x - y * floor(x / y) in reals is not the remainder where x / y rounds up",
     {}},
    {"floor_mod", &kOfIntegers, "DIV, MUL, SUB", kBase, kI32, 0, {&kRankAtMost4}},
    {"maximum", nullptr, "MAXIMUM", kBase, kAll | kI32},
    {"minimum", nullptr, "MINIMUM", kBase, kAll | kI32},
    {"pow", nullptr, "POW", kBase, kReals},
    {"prelu", nullptr, "PRELU", kBase, kAll},
    {"squared_difference", nullptr, "MTKEXT_SQUARED_DIFFERENCE (extension)", kExtensions, kReals},

    // Comparisons and what is done with their results.
    {"equal", nullptr, "EQUAL", kBase, kAll | kI32 | kBool, kBool},
    {"not_equal", nullptr, "NOT_EQUAL", kBase, kAll | kI32 | kBool, kBool},
    {"less", nullptr, "LESS", kBase, kAll | kI32 | kBool, kBool},
    {"less_equal", nullptr, "LESS_EQUAL", kBase, kAll | kI32 | kBool, kBool},
    {"greater", nullptr, "GREATER", kBase, kAll | kI32 | kBool, kBool},
    {"greater_equal", nullptr, "GREATER_EQUAL", kBase, kAll | kI32 | kBool, kBool},
    {"logical_and", nullptr, "LOGICAL_AND", kBase, kBool},
    {"logical_or", nullptr, "LOGICAL_OR", kBase, kBool},
    {"logical_not", nullptr, "LOGICAL_NOT", kBase, kBool},
    {"select", nullptr, "SELECT", kBase, kAll | kI32, 0, {&kOneShape}, 2, 1},

    // One operand.
    {"relu", nullptr, "RELU", kBase, kAll, 0, {&kRankAtMost4, &kKeepsCodes}},
    {"relu6", nullptr, "RELU6", kBase, kAll, 0, {&kRankAtMost4, &kKeepsCodes}},
    {"relu_n1_to_1", nullptr, "RELU1", kBase, kAll, 0, {&kRankAtMost4, &kKeepsCodes}},
    {"leaky_relu", nullptr, "PRELU", kBase, kAll, 0, {&kAlphaPositive}},
    {"sigmoid", nullptr, "LOGISTIC", kBase, kAll, 0, {&kRankAtMost4, &kScaleOf256th}},
    {"tanh", nullptr, "TANH", kBase, kAll, 0, {&kRankAtMost4, &kScaleOf128th}},
    {"hard_swish", nullptr, "HARD_SWISH", kBase, kAll},
    {"hard_sigmoid", nullptr, "ADD, MUL", kBase, kReals, 0, {&kRankAtMost4}},
    {"abs", nullptr, "ABS", kBase, kReals | kI32},
    {"neg", nullptr, "NEG", kBase, kReals | kI32},
    {"exp", nullptr, "EXP", kBase, kReals},
    {"sqrt", nullptr, "SQRT", kBase, kReals},
    {"rsqrt", nullptr, "RSQRT", kBase, kReals},
    {"floor", nullptr, "FLOOR", kBase, kReals, 0, {&kRankAtMost4}},
    {"ceil", nullptr, "NEG, FLOOR, NEG", kBase, kReals, 0, {&kRankAtMost4}},
    {"softmax",
     nullptr,
     "SOFTMAX",
     kBase,
     kAll,
     0,
     {&kRankAtMost4, &kBetaPositive, &kScaleOf256th}},
    {"batch_norm", nullptr, "MUL, ADD", kBase, kF32, 0, {&kRankAtMost4, &kParametersConstant}, 1},
    {"l2_normalization",
     nullptr,
     "L2_NORMALIZATION",
     kBase,
     kAll,
     0,
     {&kRankAtMost4, &kScaleOf128th}},
    {"log", nullptr, TANDEM_UNAVAILABLE("LOG"), {}},
    {"log_softmax", nullptr, TANDEM_UNAVAILABLE("LOG_SOFTMAX"), {}},
    {"elu", nullptr, TANDEM_UNAVAILABLE("ELU"), {}},
    {"sin", nullptr, TANDEM_UNAVAILABLE("SIN"), {}},
    {"local_response_norm", nullptr, TANDEM_UNAVAILABLE("LOCAL_RESPONSE_NORMALIZATION"), {}},
    {"gelu", nullptr, "the number of the vendor's GELU_V2 is not public", {}},

    // Windows and reductions.
    {"max_pool_2d", nullptr, "MAX_POOL_2D", kBase, kAll, 0, {&kKeepsCodes}},
    {"average_pool_2d", &kPadsLeftOut, "AVERAGE_POOL_2D", kBase, kAll, 0, {&kKeepsCodes}},
    {"average_pool_2d", &kPadsCounted, "PAD, AVERAGE_POOL_2D", kBase, kAll, 0, {&kKeepsCodes}},
    {"l2_pool_2d", nullptr, "L2_POOL_2D", kBase, kReals},
    {"mean", nullptr, "MEAN", kBase, kAll, 0, {&kRankAtMost4, &kHasAxes, &kKeepsCodes}},
    {"sum", nullptr, "REDUCE_SUM", kBase, kReals, 0, {&kRankAtMost4, &kHasAxes}},
    {"reduce_max", nullptr, "REDUCE_MAX", kBase, kAll, 0, {&kRankAtMost4, &kHasAxes, &kKeepsCodes}},
    {"reduce_min", nullptr, "REDUCE_MIN", kBase, kAll, 0, {&kRankAtMost4, &kHasAxes, &kKeepsCodes}},
    {"reduce_any", nullptr, "REDUCE_ANY", kBase, kBool, 0, {&kRankAtMost4, &kHasAxes}},
    {"reduce_all", nullptr, "REDUCE_ALL", kBase, kBool, 0, {&kRankAtMost4, &kHasAxes}},
    {"reduce_prod", nullptr, TANDEM_UNAVAILABLE("REDUCE_PROD"), {}},
    {"arg_max", nullptr, "ARGMAX, EXPAND_DIMS to keep the dimension", kBase, kAll | kI32, kI32},

    {"arg_min", nullptr, "ARGMIN, EXPAND_DIMS to keep the dimension", kBase, kAll | kI32, kI32},
    {"top_k_values", nullptr, "TOPK_V2", kBase, kAll | kI32},
    {"top_k_indices", nullptr, "STRIDED_SLICE, TOPK_V2, SUB", kBase, kAll, kI32, {&kRankAtMost4}},

    // Data movement.
    {"reshape", nullptr, "RESHAPE", kBase, kAll, 0, {&kRankAtMost4}},
    {"transpose", nullptr, "TRANSPOSE", kBase, kAll, 0, {&kRankAtMost4}},
    {"concat", nullptr, "CONCATENATION", kBase, kAll, 0, {&kRankAtMost4}},
    {"slice", &kConsecutive, "SLICE", kBase, kAll | kI32},
    {"slice", &kWithStrides, "STRIDED_SLICE", kBase, kAll, 0, {&kRankAtMost4}},
    {"pad", &kWithZero, "PAD", kBase, kAll, 0, {&kRankAtMost4}},
    {"pad", &kWithValue, "PAD_V2", kBase, kAll, 0, {&kRankAtMost4, &kPadOfI8IsZero}},
    {"resize_bilinear", nullptr, "RESIZE_BILINEAR", kBase, kAll},
    {"resize_nearest", nullptr, "RESIZE_NEAREST_NEIGHBOR", kBase, kAll},
    {"space_to_depth", nullptr, "SPACE_TO_DEPTH", kBase, kAll},
    {"depth_to_space", nullptr, "DEPTH_TO_SPACE", kBase, kAll},
    {"space_to_batch", nullptr, "SPACE_TO_BATCH_ND", kBase, kAll},
    {"batch_to_space", &kUncropped, "BATCH_TO_SPACE_ND", kBase, kAll},
    {"batch_to_space", &kCropped, "BATCH_TO_SPACE_ND, SLICE", kBase, kAll},
    {"gather", nullptr, "GATHER", kBase, kAll | kI32, 0, {&kIndicesAreI32}, 1},
    {"tile", nullptr, "TILE", kBase, kAll | kI32},
    {"mirror_pad", nullptr, "mirrorpadmtk (extension)", kExtensions, kAll, 0, {&kRankAtMost4}},

    // Between element types.
    {"quantize", &kFromReals, "QUANTIZE", kBase, kF32, kCodes, {&kRankAtMost4}},
    {"quantize",
     &kFromOtherSign,
     "requantizemtk (extension)",
     kExtensions,
     kCodes,
     kCodes,
     {&kRankAtMost4, &kCoarserU8}},
    {"quantize",
     &kFromSameSign,
     "DEPTHWISE_CONV_2D, RESHAPE to rank 4 and back",
     kBase,
     kCodes,
     kCodes,
     {&kRankAtMost4, &kCoarserU8}},
    {"dequantize", nullptr, "DEQUANTIZE", kBase, kCodes, kF32, {&kRankAtMost4}},
    {"cast", nullptr, "CAST", kBase, kReals | kI32 | kPlainU8, kReals | kI32},
};

#undef TANDEM_UNAVAILABLE

} // namespace

llvm::ArrayRef<Capability> capabilities() {
  return kTable;
}

} // namespace tandem::neuron
