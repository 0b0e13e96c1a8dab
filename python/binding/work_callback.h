#pragma once

#include <nanobind/nanobind.h>

#include <string>

namespace tandem::python {

/// Tells a callable of Python's (or none) of a stage; from a thread without the GIL. Ctrl-C and
/// what the callable raises leave as exceptions, and end the work.
inline void tellStage(const nanobind::object &callable, const std::string &stage, double done) {
  nanobind::gil_scoped_acquire locked;
  if (PyErr_CheckSignals() != 0)
    throw nanobind::python_error();
  if (!callable.is_none())
    callable(stage, done);
}

/// A warning of Python's; from a thread without the GIL. What its filters make of it may be an
/// exception.
inline void warnUser(const std::string &text) {
  nanobind::gil_scoped_acquire locked;
  if (PyErr_WarnEx(PyExc_UserWarning, text.c_str(), 1) != 0)
    throw nanobind::python_error();
}

} // namespace tandem::python
