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
    {"div", nullptr, "DIV", kBase, kReals, 0, {&kRankAtMost4}},
    {"maximum", nullptr, "MAXIMUM", kBase, kAll | kI32},
    {"minimum", nullptr, "MINIMUM", kBase, kAll | kI32},
    {"pow", nullptr, "POW", kBase, kReals},
    {"prelu", nullptr, "PRELU", kBase, kAll},
    {"squared_difference", nullptr, "MTKEXT_SQUARED_DIFFERENCE (extension)", kExtensions, kReals},

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
    {"softmax",
     nullptr,
     "SOFTMAX",
     kBase,
     kAll,
     0,
     {&kRankAtMost4, &kBetaPositive, &kScaleOf256th}},
    {"batch_norm", nullptr, "MUL, ADD", kBase, kF32, 0, {&kRankAtMost4, &kParametersConstant}, 1},
    {"log", nullptr, TANDEM_UNAVAILABLE("LOG"), {}},
    {"log_softmax", nullptr, TANDEM_UNAVAILABLE("LOG_SOFTMAX"), {}},
    {"elu", nullptr, TANDEM_UNAVAILABLE("ELU"), {}},
    {"gelu", nullptr, "the number of the vendor's GELU_V2 is not public", {}},

    // Windows and reductions.
    {"max_pool_2d", nullptr, "MAX_POOL_2D", kBase, kAll, 0, {&kKeepsCodes}},
    {"average_pool_2d", &kPadsLeftOut, "AVERAGE_POOL_2D", kBase, kAll, 0, {&kKeepsCodes}},
    {"average_pool_2d", &kPadsCounted, "PAD, AVERAGE_POOL_2D", kBase, kAll, 0, {&kKeepsCodes}},
    {"mean", nullptr, "MEAN", kBase, kAll, 0, {&kRankAtMost4, &kHasAxes, &kKeepsCodes}},
    {"sum", nullptr, "REDUCE_SUM", kBase, kReals, 0, {&kRankAtMost4, &kHasAxes}},
    {"reduce_max", nullptr, "REDUCE_MAX", kBase, kAll, 0, {&kRankAtMost4, &kHasAxes, &kKeepsCodes}},
    {"reduce_min", nullptr, "REDUCE_MIN", kBase, kAll, 0, {&kRankAtMost4, &kHasAxes, &kKeepsCodes}},
    {"arg_max", nullptr, "ARGMAX, EXPAND_DIMS to keep the dimension", kBase, kAll | kI32, kI32},

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

    // Between element types.
    {"quantize", &kFromReals, "QUANTIZE", kBase, kF32, kCodes, {&kRankAtMost4}},
    {"quantize",
     &kFromCodes,
     "requantizemtk (extension)",
     kExtensions,
     kCodes,
     kCodes,
     {&kRankAtMost4, &kOtherSign}},
    {"dequantize", nullptr, "DEQUANTIZE", kBase, kCodes, kF32, {&kRankAtMost4}},
    {"cast", nullptr, "CAST", kBase, kReals | kI32 | kPlainU8, kReals | kI32},
};

#undef TANDEM_UNAVAILABLE

} // namespace

llvm::ArrayRef<Capability> capabilities() {
  return kTable;
}

} // namespace tandem::neuron
