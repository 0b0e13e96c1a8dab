#pragma once

namespace tandem {

/// How the files of all formats are named, for help and for messages about others.
inline constexpr const char kModelFiles[] =
    ".tflite, .onnx, .h5 or .keras, .pt2 or .pt, a SavedModel folder or frozen .pb, or MXNet's "
    "NAME-symbol.json";

} // namespace tandem
