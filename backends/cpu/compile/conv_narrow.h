#pragma once

#include "backends/cpu/compile/conv_template.h"

namespace tandem::cpu {

/// Whether buildNarrowConvolution() takes it: few channels in, at most half a vector of them out,
/// no padding, an even number of rows and columns.
bool isNarrow(const codegen::Isa &isa, const ConvShape &shape, const ConvPlaces &places);

/// A convolution in f32 with two pixels in a vector, where the template would have half of one. A
/// vector of two input pixels side by side is loaded once; a channel of each in all lanes of its
/// half is one shuffle, which up to six products share: of the columns of the kernel, and of two
/// rows of the result.
void buildNarrowConvolution(codegen::KernelBuilder &k, const ConvShape &shape,
                            const ConvBody &body);

} // namespace tandem::cpu
