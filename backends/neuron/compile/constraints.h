#pragma once

#include "backends/neuron/compile/capability.h"

namespace tandem::neuron {

// Shapes and attributes.
extern const Constraint kRankAtMost4, kRank4, kHasAxes, kBetaPositive, kParametersConstant,
    kPadOfI8IsZero, kOneShape, kIndicesAreI32;
// Codes.
extern const Constraint kKeepsCodes, kScaleOf256th, kScaleOf128th, kScaleAboveProduct,
    kAlphaPositive, kCoarserU8, kProductWithOnes, kPlainI32, kI16Symmetric;
// The filter and the bias of products.
extern const Constraint kNotHybrid, kFilterFits, kRoundsTwice, kBiasFits, kScaleAboveFilter;

extern const Form kUngrouped, kGrouped, kDilatedGroups, kFilterOneScale, kFilterPerChannel,
    kPadsLeftOut, kPadsCounted, kWithZero, kWithValue, kConsecutive, kWithStrides, kFromReals,
    kFromOtherSign, kFromSameSign, kOfIntegers, kOfReals, kUncropped, kCropped, kSameScale,
    kOtherScale, kOfCodes, kNotOfCodes;

} // namespace tandem::neuron
