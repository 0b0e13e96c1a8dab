#pragma once

#include <nanobind/nanobind.h>

namespace tandem::python {

/// Application, Run, FrameResult.
void bindApplication(nanobind::module_ &module);

} // namespace tandem::python
