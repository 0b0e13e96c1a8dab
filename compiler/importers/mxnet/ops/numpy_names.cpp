// numpy's operators that are those of mx.sym by another name.
#include "compiler/importers/mxnet/node.h"

using namespace mlir;

namespace tandem::mxnet {

void registerNumpyNames(OpTable &table) {
  struct Name {
    StringLiteral numpy, own;
  };
  constexpr Name kNames[] = {{"_npi_add_scalar", "_plus_scalar"},
                             {"_npi_subtract_scalar", "_minus_scalar"},
                             {"_npi_rsubtract_scalar", "_rminus_scalar"},
                             {"_npi_multiply_scalar", "_mul_scalar"},
                             {"_npi_true_divide_scalar", "_div_scalar"},
                             {"_npi_rtrue_divide_scalar", "_rdiv_scalar"},
                             {"_npi_mod_scalar", "_mod_scalar"},
                             {"_npi_rmod_scalar", "_rmod_scalar"},
                             {"_npi_power_scalar", "_power_scalar"},
                             {"_npi_rpower_scalar", "_rpower_scalar"},
                             {"_npi_maximum_scalar", "_maximum_scalar"},
                             {"_npi_minimum_scalar", "_minimum_scalar"},
                             {"_npi_stack", "stack"},
                             {"_npi_split", "_split_v2"},
                             {"_npi_expand_dims", "expand_dims"},
                             {"_npi_swapaxes", "SwapAxis"},
                             {"_npi_slice", "slice"},
                             {"_npi_clip", "clip"},
                             {"_npi_cast", "Cast"},
                             {"_npi_copyto", "_copy"},
                             {"_npi_share_memory", "_copy"},
                             {"_npi_tile", "tile"},
                             {"_npi_flip", "reverse"},
                             {"_npi_sort", "sort"},
                             {"_npi_argsort", "argsort"},
                             {"_npx_shape_array", "shape_array"},
                             {"_npi_take", "take"},
                             {"_npi_gather_nd", "gather_nd"},
                             {"_npi_zeros", "_zeros"},
                             {"_npi_ones", "_ones"},
                             {"_npi_full", "_full"},
                             {"_npi_arange", "_arange"},
                             {"_npi_mean", "mean"},
                             {"_npi_rnn_param_concat", "_rnn_param_concat"},
                             {"_npi_absolute", "abs"},
                             {"_npi_ceil", "ceil"},
                             {"_np_squeeze", "squeeze"},
                             {"_np_transpose", "transpose"},
                             {"_np_repeat", "repeat"},
                             {"_np_sum", "sum"},
                             {"_np_max", "max"},
                             {"_np_amax", "max"},
                             {"_np_min", "min"},
                             {"_np_amin", "min"},
                             {"_np_prod", "prod"},
                             {"_np_product", "prod"},
                             {"_np_copy", "_copy"},
                             {"_npx_activation", "Activation"},
                             {"_npx_arange_like", "_contrib_arange_like"},
                             {"_npx_batch_dot", "batch_dot"},
                             {"_npx_batch_flatten", "Flatten"},
                             {"_npx_batch_norm", "BatchNorm"},
                             {"_npx_cast", "Cast"},
                             {"_npx_convolution", "Convolution"},
                             {"_npx_deconvolution", "Deconvolution"},
                             {"_npx_dropout", "Dropout"},
                             {"_npx_embedding", "Embedding"},
                             {"_npx_fully_connected", "FullyConnected"},
                             {"_npx_gather_nd", "gather_nd"},
                             {"_npx_layer_norm", "LayerNorm"},
                             {"_npx_leaky_relu", "LeakyReLU"},
                             {"_npx_log_softmax", "log_softmax"},
                             {"_npx_one_hot", "one_hot"},
                             {"_npx_pick", "pick"},
                             {"_npx_pooling", "Pooling"},
                             {"_npx_reshape_like", "reshape_like"},
                             {"_npx_rnn", "RNN"},
                             {"_npx_sequence_mask", "SequenceMask"},
                             {"_npx_slice", "slice"},
                             {"_npx_smooth_l1", "smooth_l1"},
                             {"_npx_softmax", "softmax"},
                             {"_npx_topk", "topk"}};
  for (const Name &name : kNames)
    table.addName(name.numpy, name.own);
}

} // namespace tandem::mxnet
