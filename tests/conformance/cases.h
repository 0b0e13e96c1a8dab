#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace tandem::test {

/// One op in one element type on one shape, as a module of the graph dialect.
struct OpCase {
  std::string op;      ///< "conv_2d"
  std::string type;    ///< "f32", "i8", "u8", "i32", "bool", "hybrid"
  std::string variant; ///< "3x3_s2_c17_o33": letters, digits, underscores
  std::string mlir;    ///< a module with @main
};

/// For GoogleTest's messages.
inline std::ostream &operator<<(std::ostream &out, const OpCase &opCase) {
  return out << "graph." << opCase.op << " " << opCase.type << " " << opCase.variant;
}

/// Every op of the dialect × the types it has × shapes chosen to be awkward: 1×1, channels that are
/// no multiple of a vector, strides, asymmetric pads, dilation, groups, windows larger than the
/// input.
std::vector<OpCase> allCases();

// One file each.
void addConvolutionCases(std::vector<OpCase> &cases);
void addElementwiseCases(std::vector<OpCase> &cases);
void addPoolingCases(std::vector<OpCase> &cases);
void addDataMovementCases(std::vector<OpCase> &cases);
void addComparisonCases(std::vector<OpCase> &cases);
void addSelectionCases(std::vector<OpCase> &cases);
void addRearrangementCases(std::vector<OpCase> &cases);

} // namespace tandem::test
