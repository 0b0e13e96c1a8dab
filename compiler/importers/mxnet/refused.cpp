#include "compiler/importers/mxnet/node.h"

namespace tandem::mxnet {

// clang-format off: one name a line, which tells where it is and merges well
const RefusedOperators &refusedOperators() {
  static const RefusedOperators refused("MXNet", {
    {"training only", {
      "*_update*",
      "_contrib_bipartite_matching",
      "_contrib_box_encode",
      "_contrib_ctc_loss",
      "_contrib_CTCLoss",
      "_contrib_hawkesll",
      "_contrib_MultiBoxTarget",
      "_npx_multibox_target",
      "all_finite",
      "amp_multicast",
      "ctc_loss",
      "CTCLoss",
      "multi_*",
      "reset_arrays",
      "softmax_cross_entropy",
    }},
    {"sparse tensors", {
      "_contrib_getnnz",
      "_contrib_SparseEmbedding",
      "_sparse_*",
      "_square_sum",
      "cast_storage",
    }},
    {"graphs", {
      "_contrib_dgl_*",
      "_contrib_edge_id",
    }},
    {"random numbers", {
      "*random_*",
      "*sample_*",
      "*shuffle",
      "_npi_bernoulli",
      "_npi_choice",
      "_npi_exponential",
      "_npi_gamma",
      "_npi_gumbel",
      "_npi_logistic",
      "_npi_multinomial",
      "_npi_normal*",
      "_npi_pareto",
      "_npi_powerd",
      "_npi_rayleigh",
      "_npi_uniform*",
      "_npi_weibull",
      "normal",
      "uniform",
    }},
    {"fused for one library", {
      "_sg_*",
    }},
    {"MXNet's own 8-bit form", {
      "*quantize*",
      "_contrib_calibrate_entropy",
    }},
    {"reads or changes pictures", {
      "_cv*",
      "_image_*",
      "_imdecode",
      "_npi_cv*",
      "_npx__image_*",
    }},
    {"linear algebra", {
      "*linalg_*",
      "_npi_cholesky",
      "_npi_det",
      "_npi_eig*",
      "_npi_inv",
      "_npi_pinv*",
      "_npi_slogdet",
      "_npi_solve",
      "_npi_svd",
      "_npi_tensorinv",
      "_npi_tensorsolve",
      "khatri_rao",
    }},
    {"complex numbers", {
      "_contrib_fft",
      "_contrib_ifft",
    }},
    {"code of a user's own", {
      "_CustomFunction",
      "_Native",
      "_NDArray",
      "_npi_Custom",
      "Custom",
    }},
    {"loops and conditions", {
      "_cond",
      "_foreach",
      "_while_loop",
    }},
    {"runs of a graph or copies between devices", {
      "_CachedOp*",
      "_NoGradient",
    }},
    {"changes a tensor in place", {
      "*_assign*",
      "_onehot_encode",
      "_scatter_*",
      "_set_value",
      "fill_element_0index",
    }},
    {"the size of its result depends on data", {
      "_contrib_boolean_mask",
      "_npi_bincount",
      "_npi_boolean_mask",
      "_npi_nonzero",
      "_npi_unique",
      "_npx_nonzero",
    }},
    {"not yet", {
      "_contrib_allclose",
      "_contrib_count_sketch",
      "_contrib_DeformablePSROIPooling",
      "_contrib_index_copy",
      "_contrib_MultiProposal",
      "_contrib_Proposal",
      "_contrib_PSROIPooling",
      "_contrib_RROIAlign",
      "_histogram",
      "Correlation",
      "erfinv",
      "gamma",
      "gammaln",
    }},
    {"not yet, of MXNet's NumPy interface", {
      "_np*",
    }},
  });
  return refused;
}
// clang-format on

} // namespace tandem::mxnet
