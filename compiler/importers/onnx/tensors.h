#pragma once

#include "compiler/importers/onnx/elements.h"
#include "compiler/importers/onnx/external_files.h"
#include "compiler/importers/onnx/schema.h"

namespace tandem::onnx {

/// "FLOAT", as the format calls its element types; a number for one that is newer than this.
std::string typeName(int64_t dataType);
/// How the graph stores elements of that type; nothing when it does not.
std::optional<ElementType> elementTypeOf(int64_t dataType);

/// A tensor of the file. Where the file has the elements as the graph stores them, the result looks
/// at the record (or at the mapped file); DOUBLE becomes f32, which is all that processors of
/// phones have. Errors say what does not fit, without the tensor's name.
llvm::Expected<Elements> readTensor(const proto::TensorProto &tensor, ExternalFiles &files);
/// The same, with integers of 4 and 2 bits in bytes: for who reads numbers, since nothing tells any
/// more how wide they were.
llvm::Expected<Elements> readUnpacked(const proto::TensorProto &tensor, ExternalFiles &files);

} // namespace tandem::onnx
