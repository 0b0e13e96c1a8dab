#include "compiler/importers/common/complex.h"
#include "compiler/importers/tensorflow/graph_import.h"

using namespace mlir;

namespace tandem::tensorflow {

bool GraphImport::readsComplex(const FlatNode &node) {
  return llvm::any_of(node.inputs, [&](Edge edge) { return isComplex(slot(edge).value); });
}

Slots GraphImport::madeOfComplex(const FlatNode &node, const OpTable::Entry &entry) {
  if (entry.isOfParts)
    return madeOfParts(node, entry);
  if (!entry.ofComplex)
    return refuse(node, "complex numbers");
  OpBuilder builder = atEnd();
  TfNode context(builder, node, *this);
  MaybeValue value = entry.ofComplex(context);
  return {failed(value) ? Slot() : Slot{Slot::kValue, *value}};
}

/// The operator on the real parts of its inputs, then on the imaginary ones; of each output both.
Slots GraphImport::madeOfParts(const FlatNode &node, const OpTable::Entry &entry) {
  OpBuilder builder = atEnd();
  TfNode context(builder, node, *this);
  SmallVector<std::pair<Slot *, Value>> inputs;
  for (Edge edge : node.inputs)
    if (Slot &each = slot(edge);
        isComplex(each.value) && !llvm::is_contained(llvm::make_first_range(inputs), &each))
      inputs.emplace_back(&each, each.value);
  bool areReal = llvm::all_of(llvm::make_second_range(inputs),
                              [](Value value) { return !*partsOf(value).imaginary; });
  Slots parts[2];
  for (bool isImaginary : {false, true}) {
    if (isImaginary && areReal)
      break;
    for (auto [each, value] : inputs) {
      Complex whole = partsOf(value);
      each->value = isImaginary ? *imaginaryOf(context, whole) : *whole.real;
    }
    parts[isImaginary] = made(node, entry);
    for (auto [each, value] : inputs)
      each->value = value;
  }
  for (auto [index, result] : llvm::enumerate(parts[0])) {
    Value imaginary = areReal ? Value() : parts[1][index].value;
    if (result.kind == Slot::kValue && (areReal || imaginary))
      result.value = *complexValue(context, {result.value, imaginary});
  }
  return parts[0];
}

} // namespace tandem::tensorflow
