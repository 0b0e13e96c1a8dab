#pragma once

#include "compiler/importers/common/node_builder.h"

namespace tandem {

/// A tensor of complex numbers as two real ones of one shape. Where the imaginary part is a null
/// value all numbers are real.
struct Complex {
  MaybeValue real = mlir::failure(), imaginary = mlir::failure();
};

// The graph has real numbers only. An importer hands a complex tensor on as one value all the same,
// with the frameworks' shape and elements of complex<f32>: a cast that no op takes, which is dead
// once all its readers have taken its parts.

bool isComplex(mlir::Value value);
/// Whether it is what complexValue() has made. What stands in for an operator that was refused has
/// no parts.
bool hasParts(mlir::Value value);
MaybeValue complexValue(NodeBuilder &build, const Complex &parts);
/// A real tensor is one of its own; what has no parts is failed, without a message.
Complex partsOf(MaybeValue value);
/// The imaginary part, which is 0 everywhere where it was a null value.
MaybeValue imaginaryOf(NodeBuilder &build, const Complex &x);
/// What moves elements, or is linear, of both parts.
Complex ofEachPart(const Complex &x, llvm::function_ref<MaybeValue(MaybeValue)> function);

/// re^2 + im^2.
MaybeValue squaredMagnitude(NodeBuilder &build, const Complex &x);
MaybeValue magnitude(NodeBuilder &build, const Complex &x);
/// The angle in radians; of 0 it is 0.
MaybeValue angle(NodeBuilder &build, const Complex &x);
Complex conjugate(NodeBuilder &build, const Complex &x);
Complex addComplex(NodeBuilder &build, const Complex &a, const Complex &b);
Complex subtractComplex(NodeBuilder &build, const Complex &a, const Complex &b);
Complex multiplyComplex(NodeBuilder &build, const Complex &a, const Complex &b);
Complex divideComplex(NodeBuilder &build, const Complex &a, const Complex &b);

/// The parts side by side in a new last dimension of 2, as ONNX and view_as_real have it.
MaybeValue pairsOf(NodeBuilder &build, const Complex &parts);
/// Back: of a last dimension of 2. What pairsOf() made, and slices of it, give the parts that they
/// were made of.
Complex fromPairs(NodeBuilder &build, MaybeValue pairs);
/// Whether fromPairs() finds parts that are there already.
bool isMadeOfPairs(mlir::Value value);

} // namespace tandem
