#include "compiler/importers/common/complex.h"
#include "compiler/importers/tflite/graph_import.h"

#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace tandem::tflite {

namespace {
enum class ComplexUse {
  kNone,  ///< no handler takes complex numbers
  kParts, ///< what it does to both parts is what it does
  kOwn,   ///< the handler takes them
};
} // namespace

static ComplexUse useOf(StringRef kind) {
  return llvm::StringSwitch<ComplexUse>(kind)
      .Cases({"RESHAPE", "SQUEEZE", "EXPAND_DIMS", "TRANSPOSE", "SLICE"}, ComplexUse::kParts)
      .Cases({"STRIDED_SLICE", "SPLIT", "SPLIT_V", "GATHER", "PACK"}, ComplexUse::kParts)
      .Cases({"UNPACK", "CONCATENATION"}, ComplexUse::kParts)
      .Cases({"RFFT2D", "REAL", "IMAG", "COMPLEX_ABS", "CAST", "MUL"}, ComplexUse::kOwn)
      .Default(ComplexUse::kNone);
}

bool GraphImport::isComplexTensor(int64_t index) const {
  llvm::Expected<const schema::Tensor *> tensor = this->tensor(index, "the operator");
  if (tensor)
    return (*tensor)->type() == schema::TensorType::COMPLEX64;
  consumeError(tensor.takeError());
  return false;
}

bool GraphImport::hasComplexTensor(const flatbuffers::Vector<int32_t> *indices) const {
  return indices && llvm::any_of(*indices, [&](int32_t index) { return isComplexTensor(index); });
}

LogicalResult GraphImport::importHandled(const schema::Operator &op, Node &node, Handler handler) {
  if (!hasComplexTensor(op.inputs()) && !hasComplexTensor(op.outputs()))
    return handler(node);
  switch (useOf(node.kind())) {
  case ComplexUse::kNone:
    return node.unsupported() << "complex numbers";
  case ComplexUse::kOwn:
    return handler(node);
  case ComplexUse::kParts:
    return importOfParts(op, node, handler);
  }
  return failure();
}

/// The operator on the real parts of its inputs, then on the imaginary ones; of each output both.
LogicalResult GraphImport::importOfParts(const schema::Operator &op, Node &node, Handler handler) {
  SmallVector<std::pair<int64_t, Value>> inputs;
  for (size_t i = 0; i < node.inputCount(); ++i) {
    if (!node.hasInput(i) || !isComplexTensor(op.inputs()->Get(i)))
      continue;
    FailureOr<Value> value = node.input(i);
    if (failed(value))
      return failure();
    if (!isComplex(*value))
      return node.invalid() << "its input " << i << " is not complex, as the file says";
    if (!hasParts(*value)) // stands in for what was refused
      return failure();
    inputs.emplace_back(op.inputs()->Get(i), *value);
  }
  if (inputs.empty())
    return node.invalid() << "makes complex numbers of real ones";
  SmallVector<Complex> results(node.outputCount());
  for (bool isImaginary : {false, true}) {
    for (auto [index, value] : inputs) {
      Complex parts = partsOf(value);
      frame_.values[index] = isImaginary ? *imaginaryOf(node.build(), parts) : *parts.real;
    }
    LogicalResult done = handler(node);
    for (auto [index, value] : inputs)
      frame_.values[index] = value;
    if (failed(done))
      return failure();
    for (auto [i, result] : llvm::enumerate(results)) {
      int64_t index = op.outputs()->Get(i);
      (isImaginary ? result.imaginary : result.real) = frame_.values.lookup(index);
      frame_.values.erase(index);
    }
  }
  for (auto [i, result] : llvm::enumerate(results))
    if (failed(node.setOutput(complexValue(node.build(), result), i)))
      return failure();
  return success();
}

} // namespace tandem::tflite
