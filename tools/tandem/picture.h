#pragma once

#include "base/result.h"
#include "pipeline/steps/common/value.h"

#include <string>

namespace tandem {

/// Decodes a picture file (PNG, JPEG, BMP, WebP, TIFF, ...), turned as its EXIF data says.
/// Errors: kNotFound, kIo, kInvalidArgument (not a picture), naming the path.
Result<Image> loadPicture(const std::string &path);

/// Whether its ending names a format that savePicture() writes.
bool canSavePicture(const std::string &path);
/// Writes a picture in the format of its ending, atomically. Errors: kInvalidArgument (no such
/// format), kIo.
Status savePicture(const std::string &path, const Image &image);

} // namespace tandem
