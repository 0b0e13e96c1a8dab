#pragma once

#include "compiler/importers/tensorflow/node.h"

namespace tandem::tensorflow {

// What Grappler puts other operators behind: Conv2D, DepthwiseConv2dNative and MatMul, whose inputs
// are the first two of the node.

MaybeValue importConv2d(TfNode &node);
MaybeValue importDepthwise(TfNode &node);
MaybeValue importMatMul(TfNode &node);

} // namespace tandem::tensorflow
