#pragma once

#include "compiler/importers/tflite/node.h"

namespace tandem::tflite {

/// What options of an LSTM say of one whose activations are codes.
struct CodesLstmForm {
  bool isTimeMajor = false;
  bool isSingleStep = false;              ///< whose states are kept from one run to the next
  float cellClip = 0, projectionClip = 0; ///< 0: none
};

/// An LSTM whose activations and weights are codes of i8 and whose cell has codes of i16, as
/// LiteRT's kernel computes it, bit for bit: its gates have 16 bits, 3 before the point.
mlir::LogicalResult importCodesLstm(Node &node, const CodesLstmForm &form);

} // namespace tandem::tflite
