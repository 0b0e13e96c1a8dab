// Comparisons, and logic on their results.

#include "backends/neuron/host/pair.h"

namespace tandem::neuron::host {

void registerComparison(HandlerTable &table) {
  table.add(NEURON_EQUAL, writePair<graph::EqualOp>);
  table.add(NEURON_NOT_EQUAL, writePair<graph::NotEqualOp>);
  table.add(NEURON_LESS, writePair<graph::LessOp>);
  table.add(NEURON_LESS_EQUAL, writePair<graph::LessEqualOp>);
  table.add(NEURON_GREATER, writePair<graph::GreaterOp>);
  table.add(NEURON_GREATER_EQUAL, writePair<graph::GreaterEqualOp>);
  table.add(NEURON_LOGICAL_AND, writePair<graph::LogicalAndOp>);
  table.add(NEURON_LOGICAL_OR, writePair<graph::LogicalOrOp>);
  table.add(NEURON_LOGICAL_NOT, writeUnary<graph::LogicalNotOp>);
}

} // namespace tandem::neuron::host
