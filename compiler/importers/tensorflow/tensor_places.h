#pragma once

#include <string>
#include <string_view>

namespace tandem::tensorflow {

/// Copies of a graph, or of a saved_model.pb, in which every large `tensor_content` is replaced by
/// its place in the file (TensorProto's file_offset and file_size), so that weights are not copied
/// by the parser. Where the bytes are no such message, neither is the copy.
std::string graphWithPlaces(std::string_view file);
std::string savedModelWithPlaces(std::string_view file);

} // namespace tandem::tensorflow
