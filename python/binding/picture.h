#pragma once

#include "pipeline/steps/common/value.h"

#include <nanobind/nanobind.h>

#include <memory>

namespace tandem::python {

/// A picture out of an array u8[height, width, 3] of RGB; copied.
Image imageOf(nanobind::handle array);
/// An array that looks at the picture, and keeps it.
nanobind::object arrayOf(std::shared_ptr<Image> image);

/// load_picture, save_picture, FrameReader.
void bindPictures(nanobind::module_ &module);

} // namespace tandem::python
