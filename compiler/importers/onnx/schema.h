#pragma once

// The records of an .onnx file, by Debian's libonnx (generated from the format's own .proto file).
// Fields and types that are newer than that library are kept as unknown fields, which is all that
// an importer needs: what it reads has been in the format since IR version 3, but for a few fields
// that it looks up by number.
#ifndef ONNX_NAMESPACE
#define ONNX_NAMESPACE onnx
#endif
#ifndef ONNX_ML
#define ONNX_ML 1
#endif
#include <onnx/onnx_pb.h>

namespace tandem::onnx {
namespace proto = ::onnx;
} // namespace tandem::onnx
