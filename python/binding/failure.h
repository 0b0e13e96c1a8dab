#pragma once

#include "base/result.h"

#include <nanobind/nanobind.h>

#include <exception>
#include <string>
#include <utility>

namespace tandem::python {

/// Carries an Error to Python, where it becomes the exception of its code (tandem/_errors.py).
class Failure : public std::exception {
public:
  explicit Failure(Error error) : error_(std::move(error)), text_(error_.text()) {}
  const char *what() const noexcept override { return text_.c_str(); }
  const Error &error() const { return error_; }

private:
  Error error_;
  std::string text_;
};

/// Once in each extension module.
void registerFailure();

inline void throwIf(const Status &status) {
  if (!status.ok())
    throw Failure(status.error());
}
template <typename T> T valueOf(Result<T> result) {
  if (!result.ok())
    throw Failure(result.error());
  return std::move(result).value();
}

/// JSON text as Python's dicts, lists, strings and numbers.
nanobind::object plainData(const std::string &json);

} // namespace tandem::python
