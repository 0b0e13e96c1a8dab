#include "python/binding/array.h"

#include <nanobind/stl/string.h>

#include <array>
#include <cstring>
#include <string_view>

namespace nb = nanobind;

namespace tandem::python {
namespace {

static_assert(sizeof(Py_ssize_t) == sizeof(int64_t) && alignof(Py_ssize_t) == alignof(int64_t));

Error about(const std::string &what, const auto &...parts) {
  return Error(Code::kInvalidArgument, "", what, parts...);
}

/// Of a format of Python's struct module: one character, perhaps after one for the byte order.
std::optional<ElementType> typeOfFormat(const char *format, Py_ssize_t itemSize) {
  std::string_view text = format ? format : "B";
  if (text.size() == 2 && (text[0] == '<' || text[0] == '=' || text[0] == '@'))
    text.remove_prefix(1);
  if (text.size() != 1)
    return std::nullopt;
  switch (text[0]) {
  case 'f':
    return ElementType::kF32;
  case 'e':
    return ElementType::kF16;
  case 'b':
    return ElementType::kI8;
  case 'B':
    return ElementType::kU8;
  case 'h':
    return ElementType::kI16;
  case 'H': // NumPy has no bf16; its bits come as these
    return ElementType::kBF16;
  case 'i':
  case 'l':
  case 'q':
    return itemSize == 8 ? ElementType::kI64 : ElementType::kI32;
  case '?':
    return ElementType::kBool;
  default:
    return std::nullopt;
  }
}

std::optional<ElementType> typeOfDlpack(nb::dlpack::dtype type) {
  for (int i = 0; i < kElementTypeCount; ++i)
    if (dlpackType(static_cast<ElementType>(i)) == type)
      return static_cast<ElementType>(i);
  nb::dlpack::dtype bfloat = {static_cast<uint8_t>(nb::dlpack::dtype_code::Bfloat), 16, 1};
  return type == bfloat ? std::optional(ElementType::kBF16) : std::nullopt;
}

std::string typeName(nb::handle object) {
  return nb::cast<std::string>(
      nb::handle(reinterpret_cast<PyObject *>(Py_TYPE(object.ptr()))).attr("__name__"));
}

/// The object's own word for its type, where it has one: "float64".
std::string elementsOf(nb::handle object) {
  nb::object type = nb::getattr(object, "dtype", nb::none());
  return type.is_none() ? "unknown" : nb::str(type).c_str();
}

void copyStrided(std::byte *&to, const std::byte *from, const int64_t *shape,
                 const int64_t *strides, size_t rank, int64_t unit, size_t elementSize) {
  if (rank == 0) {
    std::memcpy(to, from, elementSize);
    to += elementSize;
    return;
  }
  int64_t step = strides[0] * unit;
  if (rank == 1 && step == static_cast<int64_t>(elementSize)) {
    std::memcpy(to, from, static_cast<size_t>(shape[0]) * elementSize);
    to += static_cast<size_t>(shape[0]) * elementSize;
    return;
  }
  for (int64_t i = 0; i < shape[0]; ++i)
    copyStrided(to, from + i * step, shape + 1, strides + 1, rank - 1, unit, elementSize);
}

} // namespace

Status ArrayView::lookAtBuffer(const std::string &what, ElementType expected) {
  std::optional<ElementType> type = typeOfFormat(buffer_.format, buffer_.itemsize);
  if (!type || static_cast<size_t>(buffer_.itemsize) != elementSize(*type))
    return about(what, " has elements of type ", elementsOf(buffer_.obj), ", expected ",
                 elementTypeName(expected));
  type_ = *type;
  data_ = static_cast<const std::byte *>(buffer_.buf);
  rank_ = static_cast<size_t>(buffer_.ndim);
  shape_ = reinterpret_cast<const int64_t *>(buffer_.shape);
  strides_ = PyBuffer_IsContiguous(&buffer_, 'C')
                 ? nullptr
                 : reinterpret_cast<const int64_t *>(buffer_.strides);
  return {};
}

Status ArrayView::lookAtTensor(nb::handle object, const std::string &what, ElementType expected) {
  constexpr int kCpu = 1;
  nb::object device = object.attr("__dlpack_device__")();
  if (nb::cast<int>(nb::object(device[0])) != kCpu)
    return about(what, " is not in the CPU's memory, copy it there first");
  nb::object capsule = object.attr("__dlpack__")();
  tensor_.emplace();
  if (!nb::try_cast(capsule, *tensor_))
    return about(what, ": its DLPack capsule cannot be read");
  std::optional<ElementType> type = typeOfDlpack(tensor_->dtype());
  if (!type)
    return about(what, " has elements of type ", elementsOf(object), ", expected ",
                 elementTypeName(expected));
  type_ = *type;
  data_ = static_cast<const std::byte *>(tensor_->data());
  rank_ = tensor_->ndim();
  shape_ = tensor_->shape_ptr();
  strides_ = tensor_->stride_ptr();
  strideUnit_ = static_cast<int64_t>(elementSize(type_));
  return {};
}

Status ArrayView::open(nb::handle object, const std::string &what, ElementType expected) {
  if (PyObject_CheckBuffer(object.ptr()) &&
      PyObject_GetBuffer(object.ptr(), &buffer_, PyBUF_RECORDS_RO) == 0)
    return lookAtBuffer(what, expected);
  PyErr_Clear();
  if (!nb::hasattr(object, "__dlpack__") || !nb::hasattr(object, "__dlpack_device__"))
    return about(what, " is of type ", typeName(object),
                 ", expected a NumPy array or a DLPack tensor");
  return lookAtTensor(object, what, expected);
}

ArrayView::~ArrayView() {
  if (buffer_.obj)
    PyBuffer_Release(&buffer_);
}

bool ArrayView::touches(const std::byte *begin, size_t bytes) const {
  const std::byte *first = data_, *last = data_; // elements
  int64_t dense = static_cast<int64_t>(elementSize(type_));
  for (size_t dim = rank_; dim-- > 0;) {
    if (shape_[dim] == 0)
      return false;
    int64_t step = strides_ ? strides_[dim] * strideUnit_ : dense;
    dense *= shape_[dim];
    (step < 0 ? first : last) += (shape_[dim] - 1) * step;
  }
  return first < begin + bytes && begin < last + elementSize(type_);
}

void ArrayView::copyTo(std::byte *to) const {
  size_t size = elementSize(type_);
  if (strides_) {
    copyStrided(to, data_, shape_, strides_, rank_, strideUnit_, size);
    return;
  }
  size_t count = 1;
  for (int64_t dim : shape())
    count *= static_cast<size_t>(dim);
  if (count)
    std::memcpy(to, data_, count * size);
}

nb::dlpack::dtype dlpackType(ElementType type) {
  using nb::dlpack::dtype_code;
  auto bits = static_cast<uint8_t>(8 * elementSize(type));
  auto code = dtype_code::Int;
  if (type == ElementType::kF32 || type == ElementType::kF16)
    code = dtype_code::Float;
  else if (type == ElementType::kU8 || type == ElementType::kBF16)
    code = dtype_code::UInt;
  else if (type == ElementType::kBool)
    code = dtype_code::Bool;
  return {static_cast<uint8_t>(code), bits, 1};
}

} // namespace tandem::python
