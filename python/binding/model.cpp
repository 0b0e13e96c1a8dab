#include "python/binding/model.h"

#include "base/printable.h"
#include "python/binding/failure.h"
#include "tools/tandem/npy.h"
#include "tools/tandem/region_profile.h"

#include <nanobind/stl/string.h>
#include <nlohmann/json.hpp>

#include <cstring>

namespace nb = nanobind;

namespace tandem::python {
namespace {

nb::str text(std::string_view view) {
  return nb::str(view.data(), view.size());
}

std::string namesOf(std::span<const TensorView> tensors) {
  std::string names;
  for (const TensorView &tensor : tensors)
    ((names += names.empty() ? "'" : ", '") += tensor.name) += "'";
  return names;
}

/// Its data copied; the array was made for it a moment ago, and nobody else has it yet.
void copyOut(const TensorView &tensor, std::byte *to) {
  if (tensor.bytes)
    std::memcpy(to, tensor.data, tensor.bytes);
}

std::byte *dataOf(nb::handle array) {
  Py_buffer buffer;
  if (PyObject_GetBuffer(array.ptr(), &buffer, PyBUF_WRITABLE | PyBUF_C_CONTIGUOUS) != 0)
    throw nb::python_error();
  auto *data = static_cast<std::byte *>(buffer.buf);
  PyBuffer_Release(&buffer); // the array itself goes on holding its memory
  return data;
}

} // namespace

Model::Model(const std::shared_ptr<const Bundle> &bundle, std::string subject,
             const std::string &model, int threads)
    : subject_(std::move(subject)), shared_(std::make_shared<Shared>()) {
  SessionOptions options;
  options.threads = threads;
  {
    nb::gil_scoped_release unlocked; // a bundle may be large, and a device slow to open
    shared_->session = valueOf(Session::create(bundle, model, options));
  }
  Session &session = *shared_->session;
  name_ = session.model().name()->str();
  nb::module_ numpy = nb::module_::import_("numpy");
  empty_ = numpy.attr("empty");
  for (const TensorView &tensor : session.inputs()) {
    nb::object name = nb::steal(PyUnicode_InternFromString(tensor.name.data()));
    inputs_.push_back({std::move(name), "input '" + std::string(tensor.name) + "'"});
  }
  for (const TensorView &tensor : session.outputs()) {
    nb::list shape;
    for (int64_t dim : tensor.shape)
      shape.append(dim);
    outputs_.push_back(
        {text(tensor.name), nb::tuple(shape), numpy.attr("dtype")(numpyTypeName(tensor.type))});
  }
  warnOfNotices(*shared_);
}

const std::shared_ptr<Model::Shared> &Model::shared() const {
  if (!shared_)
    throw Failure(Error(Code::kInvalidArgument, subject_, "model '", name_, "' was closed"));
  return shared_;
}

Error Model::wrongArguments(const std::string &what) const {
  std::span<const TensorView> inputs = shared_->session->inputs();
  return Error(Code::kInvalidArgument, subject_, "model '", name_, "' ", what, "; its input",
               inputs.size() == 1 ? " is " : "s are ", namesOf(inputs));
}

Status Model::readArguments(const nb::args &args, const nb::kwargs &kwargs,
                            ArrayView *arrays) const {
  size_t count = inputs_.size(), given = args.size() + kwargs.size();
  if (args.size() > count)
    return wrongArguments("was called with " + std::to_string(given) + " arrays");
  for (size_t i = 0; i < count; ++i) {
    const Input &input = inputs_[i];
    PyObject *array = i < args.size() ? PyTuple_GET_ITEM(args.ptr(), i) : nullptr;
    if (PyObject *named = PyDict_GetItemWithError(kwargs.ptr(), input.name.ptr())) {
      if (array)
        return wrongArguments("was called with " + input.what + " twice");
      array = named;
    }
    if (!array) {
      TANDEM_RETURN_IF_ERROR(checkNames(kwargs)); // a name that is nobody's explains it better
      return wrongArguments("was called without " + input.what);
    }
    ElementType expected = shared_->session->inputs()[i].type;
    if (Status status = arrays[i].open(array, input.what, expected); !status.ok())
      return Error(status.error().code, subject_, status.error().message);
    TANDEM_RETURN_IF_ERROR(checkInput(arrays[i], i));
  }
  return given == count ? Status() : checkNames(kwargs);
}

Status Model::checkNames(const nb::kwargs &kwargs) const {
  for (auto [key, value] : kwargs)
    if (std::ranges::none_of(inputs_, [&](const Input &input) { return input.name.equal(key); }))
      return wrongArguments("has no input '" + nb::cast<std::string>(key) + "'");
  return {};
}

Status Model::checkInput(const ArrayView &array, size_t index) const {
  const TensorView &tensor = shared_->session->inputs()[index];
  if (array.type() != tensor.type)
    return Error(Code::kInvalidArgument, subject_, inputs_[index].what, " is ",
                 elementTypeName(array.type()), ", expected ", elementTypeName(tensor.type));
  if (!std::ranges::equal(array.shape(), tensor.shape))
    return Error(Code::kInvalidArgument, subject_, inputs_[index].what, " is ",
                 shapeText(array.shape()), ", expected ", shapeText(tensor.shape));
  return {};
}

void Model::Shared::copyIn(std::span<const ArrayView> arrays) {
  std::span<const TensorView> inputs = session->inputs();
  auto isThere = [&](size_t i) { return arrays[i].isAt(inputs[i].data); };
  auto looksIn = [&](size_t i) {
    return std::ranges::any_of(inputs, [&](const TensorView &input) {
      return arrays[i].touches(input.data, input.bytes);
    });
  };
  std::vector<std::pair<size_t, std::vector<std::byte>>> moved; // before anything is overwritten
  for (size_t i = 0; i < arrays.size(); ++i)
    if (!isThere(i) && looksIn(i)) {
      moved.emplace_back(i, std::vector<std::byte>(inputs[i].bytes));
      arrays[i].copyTo(moved.back().second.data());
    }
  for (size_t i = 0; i < arrays.size(); ++i)
    if (!isThere(i) && !looksIn(i))
      arrays[i].copyTo(inputs[i].data);
  for (const auto &[i, bytes] : moved)
    std::memcpy(inputs[i].data, bytes.data(), bytes.size());
}

nb::object Model::call(const nb::args &args, const nb::kwargs &kwargs) {
  std::shared_ptr<Shared> shared = this->shared();
  Session &session = *shared->session;
  auto arrays = std::make_unique<ArrayView[]>(inputs_.size());
  throwIf(readArguments(args, kwargs, arrays.get()));
  auto results = std::make_unique<nb::object[]>(outputs_.size());
  auto places = std::make_unique<std::byte *[]>(outputs_.size());
  for (size_t i = 0; i < outputs_.size(); ++i) {
    results[i] = empty_(outputs_[i].shape, outputs_[i].type);
    places[i] = dataOf(results[i]);
  }
  Status status;
  size_t notices = 0;
  {
    nb::gil_scoped_release unlocked;
    std::scoped_lock turn(shared->running);
    shared->copyIn({arrays.get(), inputs_.size()});
    status = session.run();
    for (size_t i = 0; status.ok() && i < outputs_.size(); ++i)
      copyOut(session.outputs()[i], places[i]);
    notices = session.notices().size();
  }
  throwIf(status);
  if (notices != shared->warned)
    warnOfNotices(*shared);
  if (outputs_.size() == 1)
    return results[0];
  nb::dict byName;
  for (size_t i = 0; i < outputs_.size(); ++i)
    byName[outputs_[i].name] = results[i];
  return byName;
}

void Model::run() {
  std::shared_ptr<Shared> shared = this->shared();
  Status status;
  {
    nb::gil_scoped_release unlocked;
    std::scoped_lock turn(shared->running);
    status = shared->session->run();
  }
  throwIf(status);
  warnOfNotices(*shared);
}

std::vector<std::string> Model::notices() const {
  std::shared_ptr<Shared> shared = this->shared();
  nb::gil_scoped_release unlocked;
  std::scoped_lock turn(shared->running);
  return {shared->session->notices().begin(), shared->session->notices().end()};
}

void Model::warnOfNotices(Shared &shared) const {
  nb::object category = nb::module_::import_("tandem._errors").attr("FallbackWarning");
  std::vector<std::string> news;
  {
    nb::gil_scoped_release unlocked;
    std::scoped_lock turn(shared.running);
    const std::deque<std::string> &notices = shared.session->notices();
    news.assign(notices.begin() + static_cast<std::ptrdiff_t>(shared.warned), notices.end());
    shared.warned = notices.size();
  }
  for (const std::string &notice : news)
    if (PyErr_WarnEx(category.ptr(), (subject_ + ": warning: " + notice).c_str(), 1) != 0)
      throw nb::python_error();
}

nb::object Model::regions() const {
  std::shared_ptr<Shared> shared = this->shared();
  std::string json;
  {
    nb::gil_scoped_release unlocked;
    std::scoped_lock turn(shared->running);
    json = regionsAsJson(shared->session->profile())
               .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  }
  return plainData(json);
}

nb::list Model::infoOf(std::span<const TensorView> tensors) const {
  nb::object make = nb::module_::import_("tandem._types").attr("TensorInfo");
  nb::list list;
  for (const TensorView &tensor : tensors) {
    nb::list shape, scales, zeroPoints;
    for (int64_t dim : tensor.shape)
      shape.append(dim);
    for (float scale : tensor.quantization.scales)
      scales.append(scale);
    for (int32_t zeroPoint : tensor.quantization.zeroPoints)
      zeroPoints.append(zeroPoint);
    list.append(make(text(tensor.name), text(elementTypeName(tensor.type)), nb::tuple(shape),
                     nb::tuple(scales), nb::tuple(zeroPoints), tensor.quantization.axis));
  }
  return list;
}

size_t Model::placeOf(std::span<const TensorView> tensors, nb::handle key,
                      std::string_view what) const {
  if (nb::isinstance<nb::int_>(key)) {
    auto index = nb::cast<int64_t>(key);
    if (index >= 0 && index < static_cast<int64_t>(tensors.size()))
      return static_cast<size_t>(index);
    throw Failure(Error(Code::kInvalidArgument, subject_, "model '", name_, "' has no ", what, " ",
                        index, ", it has ", tensors.size()));
  }
  if (!nb::isinstance<nb::str>(key))
    throw Failure(Error(Code::kInvalidArgument, subject_, "an ", what,
                        " is asked for by its name or its place, a str or an int"));
  auto name = nb::cast<std::string>(key);
  for (size_t i = 0; i < tensors.size(); ++i)
    if (tensors[i].name == name)
      return i;
  throw Failure(Error(Code::kInvalidArgument, subject_, "model '", name_, "' has no ", what, " '",
                      name, "', only ", namesOf(tensors)));
}

nb::object Model::viewOf(std::span<const TensorView> tensors, nb::handle key, std::string_view what,
                         bool writable) const {
  const TensorView &tensor = tensors[placeOf(tensors, key, what)];
  std::vector<size_t> shape(tensor.shape.begin(), tensor.shape.end());
  auto *owner = new std::shared_ptr<Shared>(shared_);
  nb::capsule capsule(
      owner, [](void *held) noexcept { delete static_cast<std::shared_ptr<Shared> *>(held); });
  if (writable)
    return nb::cast(nb::ndarray<nb::numpy>(tensor.data, shape.size(), shape.data(), capsule,
                                           nullptr, dlpackType(tensor.type)));
  return nb::cast(nb::ndarray<nb::numpy, nb::ro>(tensor.data, shape.size(), shape.data(), capsule,
                                                 nullptr, dlpackType(tensor.type)));
}

std::string Model::repr() const {
  std::string text = "<tandem.Model '" + name_ + "'";
  if (!shared_)
    return text + ", closed>";
  auto list = [&](std::span<const TensorView> tensors) {
    std::string_view comma = "";
    for (const TensorView &tensor : tensors) {
      ((text += comma) += tensor.name) += " " + std::string(elementTypeName(tensor.type)) + "[";
      for (size_t i = 0; i < tensor.shape.size(); ++i)
        text += (i ? ", " : "") + std::to_string(tensor.shape[i]);
      text += "]";
      comma = ", ";
    }
  };
  text += ": ";
  list(shared_->session->inputs());
  text += " -> ";
  list(shared_->session->outputs());
  return printable(text + ">");
}

nb::object Model::input(nb::handle key) const {
  return viewOf(shared()->session->inputs(), key, "input", /*writable=*/true);
}
nb::object Model::output(nb::handle key) const {
  return viewOf(shared()->session->outputs(), key, "output", /*writable=*/false);
}

} // namespace tandem::python
