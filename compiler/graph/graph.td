// The graph dialect: include order is the order of the documentation.
#ifndef TANDEM_GRAPH_TD
#define TANDEM_GRAPH_TD

include "comparison.td"
include "convolution.td"
include "data_movement.td"
include "elementwise.td"
include "graph_base.td"
include "normalization.td"
include "pooling.td"
include "quantization.td"
include "selection.td"

#endif
