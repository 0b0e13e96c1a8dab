#pragma once

#include "base/element_type.h"
#include "base/result.h"

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <optional>
#include <span>
#include <string>

namespace tandem::python {

/// Looks at the elements of an object of Python's: by the buffer protocol (NumPy), else by DLPack
/// on the CPU. Holds the object's memory while it lives. open() and the end need the GIL.
class ArrayView {
public:
  ArrayView() = default;
  ~ArrayView();
  ArrayView(const ArrayView &) = delete; // a Py_buffer may point into itself
  ArrayView &operator=(const ArrayView &) = delete;

  /// Once. `what` and `expected` are for messages: "input 'x'", f32. Errors: kInvalidArgument
  /// (neither of the two, on a device, elements of a type that is none of ours; any of ours is
  /// taken).
  Status open(nanobind::handle object, const std::string &what, ElementType expected);

  ElementType type() const { return type_; }
  std::span<const int64_t> shape() const { return {shape_, rank_}; }
  /// Whether the elements are at `place`, row by row.
  bool isAt(const std::byte *place) const { return data_ == place && !strides_; }
  /// Whether any of them may be in these bytes.
  bool touches(const std::byte *begin, size_t bytes) const;
  /// Copies the elements row by row, however they lie; `to` has room for all of them. Any thread,
  /// also without the GIL.
  void copyTo(std::byte *to) const;

private:
  Status lookAtBuffer(const std::string &what, ElementType expected);
  Status lookAtTensor(nanobind::handle object, const std::string &what, ElementType expected);

  Py_buffer buffer_ = {};                                 ///< buffer_.obj: null unless it is used
  std::optional<nanobind::ndarray<nanobind::ro>> tensor_; ///< of DLPack
  ElementType type_ = ElementType::kF32;
  const std::byte *data_ = nullptr;
  size_t rank_ = 0;
  const int64_t *shape_ = nullptr;
  const int64_t *strides_ = nullptr; ///< of each dimension, in units of strideUnit_; null: dense
  int64_t strideUnit_ = 1;
};

/// What DLPack calls the type that holds elements of `type`: bf16, which NumPy has not, as its
/// bits.
nanobind::dlpack::dtype dlpackType(ElementType type);

} // namespace tandem::python
